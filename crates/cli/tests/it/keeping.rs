//! Tests of what a ledger keeps, exports and removes: doubts, one person's data, backups, reading.

use std::{fs, process::Stdio, thread::sleep, time::Duration};

use sandbox::Options;

use crate::world::{ENRICH, World, people};

/// Every way in which a doubt could get lost, except the explicit one.
#[test]
fn a_call_in_doubt_is_resent_only_by_choice() {
    let world = World::faulty(&["cut-after=1"]);
    world.write("people.csv", people(2, 2));
    world.run(ENRICH).exits(9);
    assert_eq!(world.stats().calls, 2);
    let doubts = || world.stats().calls;
    for flags in ["", " --refresh", " --max-age 1ms", " --max-age 0s"] {
        world.run(&format!("{ENRICH}{flags}")).exits(9);
        assert_eq!(doubts(), 2, "{flags}");
        let plan = world.run(&format!("{}{flags}", ENRICH.replace("enrich", "plan"))).exits(0).json();
        assert_eq!(plan["send"]["exactly"], 0, "{flags}: {plan}");
    }
    // Four hundred days later.
    let db = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    let day = 86_400_000_i64;
    for days in [-400, 800, -800] {
        let sql =
            "UPDATE call SET sent_at = sent_at + ?1, deadline = deadline + ?1, settled_at = settled_at + ?1";
        db.execute(sql, [days * day]).unwrap();
        world.run(ENRICH).exits(9);
        assert_eq!(doubts(), 2, "{days}");
    }
    let pruned = world.run("ledger prune --older-than 0s --json").exits(0).json();
    assert_eq!((pruned["removed"].as_u64(), pruned["doubts_kept"].as_u64()), (Some(0), Some(2)));
    let kept = world.run("ledger forget --value sandbox-person-1").exits(9);
    assert!(
        kept.stdout.contains("1 call in doubt kept") && kept.stdout.contains("--doubts"),
        "{}",
        kept.stdout
    );
    world.run(ENRICH).exits(9);
    assert_eq!(doubts(), 2);
    let forgotten = world.run("ledger forget --value sandbox-person-1 --doubts").exits(0);
    assert!(forgotten.stdout.contains("it may be paid for twice"), "{}", forgotten.stdout);
    world.run(ENRICH).exits(9);
    assert_eq!(doubts(), 3, "the removed one is asked again");
}

#[test]
fn a_person_is_removed_everywhere_in_the_ledger() {
    let world = World::new();
    let call = |slug: &str| {
        let params = format!("{{\"linkedin_url\":\"https://www.linkedin.com/in/{slug}\"}}");
        world
            .run_words(&["tools", "call", "get_linkedin_person_data", "--params", &params, "--json"])
            .exits(0)
    };
    call("sandbox-person-7");
    call("sandbox-person-77");
    let forget = "ledger forget --parameter linkedin_url=linkedin.com/in/sandbox-person-7 --json";
    let removed = world.run(forget).exits(0).json();
    assert_eq!((removed["removed"].as_u64(), removed["runs"].as_u64()), (Some(1), Some(1)), "{removed}");
    let show = |run: u64| world.run(&format!("runs show {run} --json")).exits(0).stdout;
    assert!(show(1).contains("[forgotten]"), "{}", show(1));
    assert!(show(2).contains("sandbox-person-77"), "{}", show(2));
    let bytes = fs::read(world.path(".marl/ledger.db")).unwrap();
    let text = String::from_utf8_lossy(&bytes).replace("person-77", "");
    assert!(!text.contains("sandbox-person-7"), "the text is still in the file");
    // What research learned about a person is found by value.
    world.write("c.csv", "company_domain\nnike.com\n");
    world.run("enrich --input c.csv --integrations find_ceo --json").exits(0);
    let name = world.column("c_enriched.csv", "ceo_name").remove(0);
    let forgotten = world.run_words(&["ledger", "forget", "--value", &name, "--json"]).exits(0).json();
    assert!(forgotten["not_reached"].as_array().unwrap().contains(&"outputs".into()), "{forgotten}");
    assert!(forgotten["hint"].as_str().unwrap().contains("buys the answers again"), "{forgotten}");
    assert_eq!(forgotten["remains_in_ledger"], false);
    assert_eq!(forgotten["payable_again"], 1, "{forgotten}");
    assert!(!world.run("ledger export").stdout.contains(&name));
    world.run("ledger forget --value abc").exits(2);
    let ran = world.run("ledger forget").exits(2);
    assert!(ran.stderr.contains("--parameter") && ran.stderr.contains("--value"), "{}", ran.stderr);
}

#[test]
fn a_backup_is_complete_and_replaces_nothing() {
    let world = World::with(Options { latency: Duration::from_millis(20), ..Options::default() });
    world.write("people.csv", people(600, 600));
    let child = world.command(ENRICH).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while world.stats().billed < 100 {
        sleep(Duration::from_millis(1));
    }
    assert!(
        world
            .run("ledger backup copy.db")
            .exits(0)
            .stdout
            .contains("copy.db is a complete copy of .marl/ledger.db")
    );
    world.ran(child.wait_with_output().unwrap()).exits(0);
    let plan = "plan --input people.csv --integrations linkedin_profile --ledger copy.db --json";
    let planned = world.run(plan).exits(0).json();
    let missing = planned["send"]["exactly"].as_u64().unwrap();
    assert!(missing <= 540, "what was stored is in the copy: {planned}");
    let before = world.read("people.csv");
    for taken in ["copy.db", "people.csv", ".marl"] {
        let refused = world.run(&format!("ledger backup {taken}")).exits(2);
        assert!(refused.stderr.contains("replaces nothing"), "{}", refused.stderr);
    }
    assert_eq!(world.read("people.csv"), before);
    // Paths at which SQLite and marl would take the copy for a part of a ledger.
    for taken in [".marl/ledger.db-journal", ".marl/ledger.db-wal", ".marl/sandbox.db"] {
        world.run(&format!("ledger backup {taken}")).exits(2);
    }
}

/// Reading commands in a read-only folder, and on files that are not ledgers.
#[test]
fn reading_commands_create_and_change_nothing() {
    let world = World::of_people(3, 3);
    world.run(ENRICH).exits(0);
    let listed = || {
        let mut all: Vec<_> =
            fs::read_dir(world.path(".marl")).unwrap().flatten().map(|file| file.path()).collect();
        all.sort();
        all.into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect::<Vec<_>>()
    };
    let before = listed();
    let reading = [
        "plan --input people.csv --integrations linkedin_profile",
        "why people_enriched.csv --row 1 --column headline",
        "rows people_enriched.csv",
        "columns people.csv",
        "runs",
        "runs show 1",
        "runs wait 1",
        "ledger stats",
        "ledger export",
        "ledger prune --older-than 1h --dry-run",
    ];
    for command in reading {
        world.run(command).exits(0);
        assert!(
            listed() == before,
            "{command}: {:?}",
            listed().iter().map(|(_, path)| path).collect::<Vec<_>>()
        );
    }
    let marl = env!("CARGO_BIN_EXE_marl");
    for command in reading {
        let script = format!(
            "mount --bind .marl .marl && mount -o remount,bind,ro .marl && ! touch .marl/x 2>/dev/null || exit 99; {marl} {command}"
        );
        let mut bash = std::process::Command::new("unshare");
        bash.args(["-rm", "bash", "-c", &script]).current_dir(world.folder());
        bash.envs(world.command("").get_envs().filter_map(|(name, value)| Some((name, value?))));
        let Ok(output) = bash.output() else { break };
        let ran = world.ran(output);
        // The system does not let a user mount anything.
        if ran.code == 99 || (ran.code != 0 && ran.stderr.contains("unshare")) {
            break;
        }
        assert_eq!(ran.code, 0, "{command}: {}", ran.stderr);
    }
    for (name, code) in [("empty.db", 6), ("no.db", 6)] {
        if name == "empty.db" {
            world.write(name, "");
        }
        for command in ["runs", "ledger stats", "ledger export", "ledger prune --older-than 1h"] {
            let ran = world.run(&format!("{command} --ledger {name}")).exits(code);
            assert!(ran.stderr.contains("there is no ledger"), "{}", ran.stderr);
        }
    }
    assert_eq!(fs::metadata(world.path("empty.db")).unwrap().len(), 0);
    assert!(!world.path("no.db").exists());
}

#[test]
fn a_ledger_with_a_trigger_is_refused_before_anything_is_sent() {
    let world = World::of_people(3, 3);
    world.run(ENRICH).exits(0);
    let db = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    db.execute_batch("CREATE TRIGGER thief AFTER UPDATE ON call BEGIN DELETE FROM call; END").unwrap();
    drop(db);
    let commands = [
        ENRICH.replace(" --json", ""),
        "plan --input people.csv --integrations linkedin_profile".to_owned(),
        "runs".to_owned(),
        "ledger stats".to_owned(),
        "ledger prune --older-than 1h".to_owned(),
    ];
    for command in commands {
        let ran = world.run(&command).exits(2);
        assert!(ran.stderr.contains("a trigger `thief` that marl did not make"), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: marl uses a ledger only with its own schema"), "{}", ran.stderr);
    }
    assert_eq!(world.stats().calls, 3);
}
