//! Tests of what the file may contain, and of how its mistakes are reported.

use super::*;

fn refused(text: &str) -> String {
    let failure = Settings::parse(text, &["datagen"]).unwrap_err();
    failure.lines().iter().map(|(word, line)| format!("{word}: {line}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_contact_fits_into_a_header() {
    let settings = Settings::parse("contact = \" ops@acme.com \"\n", &[]).unwrap();
    assert_eq!(settings.contact(), Some("ops@acme.com"));
    let long = "x".repeat(201);
    for contact in ["", "  ", "a\\nb", "münchen", "a (b)", &long] {
        assert!(refused(&format!("contact = \"{contact}\"\n")).contains("`contact` must"), "{contact}");
    }
}

#[test]
fn everything_can_be_set() {
    let text = "[limits]\nmax_parallel = 40\n[limit.datagen]\nparallel = 3\nper_minute = 50\nper_day = 1000\n[provider.datagen]\naccount = \"team\"\nin_doubt = \"retry\"\n[retry]\nattempts = 2\nbase_seconds = 0\n[breaker]\nafter = 1\n[timeout]\ncall_seconds = 0.5\n";
    let settings = Settings::parse(text, &["datagen"]).unwrap();
    let bases = BTreeMap::from([("datagen".to_owned(), Some("sandbox".to_owned()))]);
    let gateway = settings.gateway(40, None, Caps::default(), &bases).unwrap();
    let lane = &gateway.lanes["datagen"];
    let windows: Vec<_> = lane.windows.iter().map(|window| (window.most, window.per.as_secs())).collect();
    assert_eq!((lane.parallel, lane.in_doubt), (Some(3), InDoubt::Retry));
    assert_eq!(windows, [(50, 60), (1_000, 86_400)]);
    assert_eq!(lane.scope, Scope { base: Some("sandbox".to_owned()), account: "team".to_owned() });
    let retry = gateway.retry.unwrap();
    assert_eq!((retry.attempts, retry.base), (2, Duration::ZERO));
    assert_eq!(gateway.timeout, Some(Duration::from_millis(500)));
    let keep = settings.gateway(1, Some(InDoubt::Keep), Caps::default(), &bases).unwrap();
    assert_eq!(keep.lanes["datagen"].in_doubt, InDoubt::Keep);
}

#[test]
fn mistakes_are_named_with_their_line_and_the_nearest_word() {
    insta::assert_snapshot!(
        [
            "[limits]\nmax_paralel = 3\n",
            "[limits]\nmax_parallel = \"3\"\n",
            "[limt.datagen]\nper_minute = 3\n",
            "\n[limit.datagn]\nper_minute = 3\n",
            "[provider.datagen]\nin_doubt = \"retri\"\n",
            "[limits\n",
            "[limit.datagen]\nper_minute = 0\n",
            "[limit.datagen]\nparallel = 17\n",
            "[retry]\nbase_seconds = -1\n",
        ]
        .map(refused)
        .join("\n\n")
    );
}

#[test]
fn settings_that_multiply_payments_are_bounded() {
    assert!(Settings::parse("[retry]\nattempts = 10\n", &[]).is_ok());
    for attempts in ["11", "60", "4294967295"] {
        assert!(refused(&format!("[retry]\nattempts = {attempts}\n")).contains("at most 10"), "{attempts}");
    }
    let check = |seconds: &str, base: Option<&str>| {
        let text = format!("[timeout]\ncall_seconds = {seconds}\n");
        let settings = Settings::parse(&text, &["datagen"]).unwrap();
        let bases = BTreeMap::from([("datagen".to_owned(), base.map(str::to_owned))]);
        settings.gateway(1, None, Caps::default(), &bases).is_ok()
    };
    for base in [None, Some("https://api.example"), Some("https://127.0.0.1.example")] {
        assert!(check("5", base) && !check("4.9", base) && !check("0.02", base), "{base:?}");
    }
    for local in ["sandbox", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost:1/x"] {
        assert!(check("0.02", Some(local)), "{local}");
    }
}

#[test]
fn only_settings_that_affect_spending_are_listed() {
    let notes = |text: &str| {
        let settings = Settings::parse(text, &["datagen"]).unwrap();
        (settings.spending_notes(&[("datagen", "a")]).join("\n"), settings.resent().count())
    };
    for quiet in [
        "",
        "[retry]\nattempts = 2\nbase_seconds = 0\n[breaker]\nafter = 9\n",
        "[limits]\nmax_parallel = 40\n[price.datagen]\nb = 2\n",
        "[provider.datagen]\nin_doubt = \"keep\"\naccount = \"default\"\n",
        "[timeout]\ngrace_seconds = 90\n",
    ] {
        assert_eq!(notes(quiet), (String::new(), 0), "{quiet}");
    }
    for (text, word) in [
        ("currency = \"EUR\"\n[price.datagen]\na = 0.5\n", "datagen a costs 0.5 EUR, set in marl.toml"),
        ("[provider.datagen]\naccount = \"x\"\n", "the account `x`"),
        ("[retry]\nattempts = 9\n", "9 times in total"),
        ("[timeout]\ncall_seconds = 7\n", "given up after 7 s"),
        ("[timeout]\ngrace_seconds = 0\n", "accepted for 0 s"),
    ] {
        let (lines, resent) = notes(text);
        assert!(lines.contains(word) && lines.lines().count() == 1 && resent == 0, "{text}: {lines}");
    }
    assert_eq!(notes("[provider.datagen]\nin_doubt = \"retry\"\n").1, 1);
}

#[test]
fn parallel_is_bounded() {
    let settings = Settings::default();
    assert!(settings.gateway(0, None, Caps::default(), &BTreeMap::new()).is_err());
    assert!(settings.gateway(16, None, Caps::default(), &BTreeMap::new()).is_ok());
    assert!(settings.gateway(17, None, Caps::default(), &BTreeMap::new()).is_err());
}
