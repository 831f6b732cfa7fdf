//! Tests of providers that refuse, lie, hang or answer with rubbish: each fault affects only its own rows.

use std::time::Duration;

use sandbox::Options;

use crate::world::{OLDER, QUICK, World, people};

const ENRICH: &str = "enrich --input people.csv --integrations linkedin_profile --json";

/// Runs one person with one fault on every attempt; checks the exit code and the kind of the failure.
#[track_caller]
fn check(fault: &str, code: i32, kind: &str) -> World {
    let world = World::faulty(&[&format!("{fault}=1")]);
    world.write("people.csv", people(1, 1));
    let ran = world.run(ENRICH).exits(code);
    assert_eq!(ran.json()["errors"][0]["kind"], kind, "{fault}: {}", ran.stdout);
    world
}

#[test]
fn every_fault_has_its_kind_and_its_exit_code() {
    check("500", 7, "upstream");
    check("503", 7, "upstream");
    check("429", 7, "rate_limited");
    check("525", 7, "network");
    check("504", 9, "in_doubt");
    check("cut-before", 9, "in_doubt");
    check("cut-after", 9, "in_doubt");
    check("truncate", 9, "in_doubt");
    check("401", 3, "auth");
    check("403", 3, "auth");
    check("credit", 4, "quota_exhausted");
    check("not-json", 7, "bad_reply");
    check("huge", 7, "bad_reply");
    check("tool-error", 9, "in_doubt");
    check("outer-false", 7, "upstream");
    check("redirect", 7, "upstream");
}

#[test]
fn paid_rubbish_is_requested_once() {
    for fault in ["not-json", "huge"] {
        let world = check(fault, 7, "bad_reply");
        assert_eq!(world.stats().calls, 1, "{fault}");
    }
}

/// Each command that a run names runs exactly as printed.
#[test]
fn a_run_that_went_wrong_names_the_command_that_helps() {
    for (fault, code, next) in [
        ("not-json", 7, Some("marl gaps people_enriched.csv --reason failed --json")),
        ("503", 7, Some("marl enrich --input people.csv --integrations linkedin_profile --json")),
        ("401", 3, Some("marl doctor --json")),
        ("504", 9, None),
        ("credit", 4, None),
    ] {
        let world = World::faulty(&[&format!("{fault}=1")]);
        world.write("people.csv", people(1, 1));
        let ran = world.run(ENRICH);
        assert_eq!((ran.code, ran.json()["next_command"].as_str()), (code, next), "{fault}: {}", ran.stdout);
        let Some(next) = next else { continue };
        let answer = world.run(next.strip_prefix("marl ").unwrap());
        assert!(answer.json()["schema_version"].is_u64(), "{fault}: {}", answer.stdout);
    }
    // What is left after a cap needs a new decision.
    let world = World::faulty(&["503=1"]);
    world.write("people.csv", people(1, 1));
    let next = world.run(&format!("{ENRICH} --max-calls 9")).exits(7).json()["next_command"].clone();
    assert_eq!(next, "marl plan --input people.csv --integrations linkedin_profile --json");
}

#[test]
fn a_refused_key_ends_the_run_early_and_touches_no_older_output() {
    let world = World::faulty(&["401=1"]);
    world.write("people.csv", people(500, 500));
    world.older_output();
    let ran = world.run("enrich --input people.csv --integrations linkedin_profile").exits(3);
    assert!(world.stats().calls <= 5, "{:?}", world.stats());
    assert_eq!(world.read("people_enriched.csv"), OLDER);
    insta::assert_snapshot!(ran.transcript());
}

#[test]
fn a_slow_provider_leaves_a_doubt_when_its_time_and_grace_are_up() {
    let options = Options { slow_for: Duration::from_secs(20), ..Options::default() };
    let world = World::with(options);
    world.write("marl.toml", format!("{QUICK}[timeout]\ncall_seconds = 0.2\ngrace_seconds = 0.1\n"));
    world.write(
        "people.csv",
        "linkedin_url\nhttps://www.linkedin.com/in/slow\nhttps://www.linkedin.com/in/sandbox-x\n",
    );
    let ran = world.run("enrich --input people.csv --integrations linkedin_profile").exits(9);
    insta::assert_snapshot!(ran.transcript());
}

#[test]
fn a_provider_that_is_down_stops_and_its_rows_are_skipped() {
    let world = World::new();
    world.write("people.csv", people(300, 300));
    let mut command = world.bare_command("enrich --input people.csv --integrations linkedin_profile --json");
    // Nothing listens on this port: the sandbox has another one, and 1 is reserved.
    command.env("DATAGEN_API_KEY", "k").env("DATAGEN_API_BASE_URL", "http://127.0.0.1:1");
    let ran = world.ran(command.output().unwrap()).exits(4);
    assert_eq!(ran.json()["status"], "stopped");
    assert_eq!(ran.json()["calls"]["sent"], 0);
    assert!(ran.json()["integrations"][0]["skipped"]["provider_stopped"].as_u64().unwrap() > 200);
    assert_eq!(world.read("people_enriched.csv").lines().count(), 301);
}

#[test]
fn messy_answers_are_read_correctly() {
    let world = World::new();
    let companies: Vec<_> = sandbox::sample::companies().iter().take(400).collect();
    let mut table = String::from("company_domain\n");
    companies.iter().for_each(|company| table.push_str(&format!("{}\n", company.domain)));
    world.write("c.csv", table);
    let ran = world.run("enrich --input c.csv --integrations web_research,find_ceo --parallel 16 --json");
    let names = world.column("c_enriched.csv", "ceo_name");
    let counts = world.column("c_enriched.csv", "employee_count");
    let (mut right_names, mut right_counts) = (0, 0);
    for (company, (name, count)) in companies.iter().zip(names.iter().zip(&counts)) {
        let truth = company.ceo.as_deref().unwrap_or_default();
        // Some samples have a title before the name ("chairman ..."), which is not a part of it.
        let is_it = name == truth || truth.ends_with(&format!(" {name}"));
        assert!(name.is_empty() || is_it, "{}: {name} is not {truth}", company.domain);
        right_names += usize::from(!name.is_empty());
        let Ok(count) = count.parse::<u64>() else {
            assert_eq!(count, "", "{}", company.domain);
            continue;
        };
        let truth = company.employee_count.unwrap_or_default();
        // Rounded numbers and lower ends of ranges are near the truth, and never far above it.
        assert!(
            count <= truth + truth / 10 && count * 11 >= truth,
            "{}: {count} for {truth}",
            company.domain
        );
        right_counts += 1;
    }
    let truths = companies.iter().filter(|company| company.ceo.is_some()).count();
    assert!(right_names * 100 >= truths * 93, "{right_names} of {truths} names: {}", ran.stdout);
    assert!(right_counts > 200, "{right_counts}");
    for cell in names.iter().chain(&counts) {
        assert!(!["N/A", "unknown", "null"].contains(&cell.as_str()));
    }
}

#[test]
fn resent_calls_are_counted_whichever_run_left_them_in_doubt() {
    let world = World::faulty(&["cut-after=0.5"]);
    world.write("people.csv", people(40, 40));
    let args = "enrich --input people.csv --integrations linkedin_profile --json";
    let first = world.run(args).exits(9).json();
    assert!(first["calls"]["in_doubt"].as_u64().unwrap() > 5, "{first}");
    assert_eq!(first["calls"]["doubts_sent_again"], 0);
    let second = world.run(&format!("{args} --in-doubt retry")).json();
    assert_eq!(second["calls"]["doubts_sent_again"], world.stats().billed_duplicates);
}
