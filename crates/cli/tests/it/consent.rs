//! Tests that consent is recorded and used up, and that nothing is bought without it if it is required.

use std::{fs, thread::sleep, time::Duration};

use sandbox::Options;
use serde_json::Value as Json;

use crate::world::{QUICK, Ran, World, people};

const RUN: &str = "--input people.csv --integrations linkedin_profile";

fn world(rows: usize) -> World {
    let world = World::new();
    world.write("people.csv", people(rows, rows));
    world
}

fn slow(rows: usize) -> World {
    let world = World::with(Options { latency: Duration::from_millis(60), ..Options::default() });
    world.write("people.csv", people(rows, rows));
    world
}

fn hash(world: &World, args: &str) -> String {
    let plan = world.run(&format!("plan {RUN} {args} --json")).exits(0).json();
    plan["plan"].as_str().unwrap().to_owned()
}

fn enrich(world: &World, args: &str) -> Ran {
    world.run(&format!("enrich {RUN} {args} --json"))
}

/// Runs a command from a document or an error.
fn go_on(world: &World, command: &Json) -> Ran {
    let words = shlex::split(command.as_str().unwrap_or_else(|| panic!("no command: {command}"))).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).skip(1).collect();
    world.run_words(&words)
}

fn left(document: &Json) -> (u64, u64) {
    let consent = &document["consent"];
    (consent["calls_left"].as_u64().unwrap(), consent["calls_agreed"].as_u64().unwrap())
}

#[test]
fn a_hash_buys_once_however_often_it_is_named() {
    let world = world(4);
    let then = hash(&world, "--max-age 0s");
    let first = enrich(&world, &format!("--max-age 0s --plan {then}")).exits(0).json();
    assert_eq!((left(&first), world.stats().billed), ((0, 4), 4));
    for _ in 0..3 {
        let refused = enrich(&world, &format!("--max-age 0s --plan {then}")).exits(10).error();
        assert_eq!(refused["code"], "consent_used");
        assert_eq!(world.stats().billed, 4, "the consent is used up");
        let plan = go_on(&world, &refused["next_command"]).exits(0).json();
        assert_ne!(plan["plan"], then.as_str(), "a new plan is a new decision");
        assert_eq!(plan["send"]["exactly"], 4);
    }
    let printed = world.run(&format!("plan {RUN} --max-age 0s --plan {then}")).exits(0).stdout;
    assert!(printed.contains("0 of 4 calls that the plan allows are left"), "{printed}");
    let next = hash(&world, "--max-age 0s");
    enrich(&world, &format!("--max-age 0s --plan {next}")).exits(0);
    assert_eq!(world.stats().billed, 8);
    enrich(&world, &format!("--max-age 0s --plan {next}")).exits(10);
    assert_eq!(world.stats().billed, 8);
}

#[test]
fn a_run_that_sends_nothing_is_always_allowed() {
    let world = world(3);
    let then = hash(&world, "");
    for left_before in [3, 0, 0] {
        let ran = world.run(&format!("enrich {RUN} --plan {then}")).exits(0);
        let printed = format!("consent  {left_before} of 3 calls that the plan allows are left");
        assert!(ran.stderr.contains(&printed), "{}", ran.stderr);
    }
    assert_eq!(world.stats().billed, 3);
    // Nothing is stored any more, so the run would send; what was removed still counts as used.
    sleep(Duration::from_millis(5));
    world.run("ledger prune --older-than 0s").exits(0);
    enrich(&world, &format!("--plan {then}")).exits(10);
    assert_eq!(world.stats().billed, 3);
}

#[test]
fn the_maximum_cannot_be_edited() {
    let world = world(3);
    world.write("marl.toml", format!("{QUICK}[price.datagen]\nget_linkedin_person_data = 0.5\n"));
    let then = hash(&world, "--max-calls 2");
    assert!(then.ends_with("-0-2-1"), "{then}");
    let (front, _) = then.split_at(then.len() - "0-2-1".len());
    for end in ["0-3-1", "0-2-1.1", "0-2", "0-3-2", "1-2-1", "0-1-1"] {
        let refused = enrich(&world, &format!("--max-calls 2 --plan {front}{end}")).exits(10).error();
        let message = refused["message"].as_str().unwrap();
        let names_the_cause =
            message.contains("its maximum was edited") || message.contains("the ledger changed");
        assert!(names_the_cause, "{end}: {message}");
    }
    for end in ["0-02-1", "0-2-1.0", "0-+2-1"] {
        enrich(&world, &format!("--plan {front}{end}")).exits(2);
    }
    assert_eq!(world.stats().billed, 0);
    enrich(&world, &format!("--max-calls 2 --plan {then}")).exits(8);
    assert_eq!(world.stats().billed, 2);
}

#[test]
fn the_cost_is_used_up_as_well() {
    let world = world(4);
    let price = |price: &str| format!("{QUICK}[price.datagen]\nget_linkedin_person_data = {price}\n");
    world.write("marl.toml", price("0.1"));
    let then = hash(&world, "--max-age 0s --max-cost 0.3");
    let ran = enrich(&world, &format!("--max-age 0s --max-cost 0.3 --plan {then}")).exits(8).json();
    assert_eq!(ran["consent"]["cost_left"], 0.0, "{ran}");
    enrich(&world, &format!("--max-age 0s --max-cost 9 --plan {then}")).exits(10);
    assert_eq!(world.stats().billed, 3);
    world.write("marl.toml", price("0.01"));
    let refused = enrich(&world, &format!("--max-age 0s --max-cost 0.3 --plan {then}")).exits(10).error();
    assert!(refused["message"].as_str().unwrap().contains("the prices changed"), "{refused}");
}

#[test]
fn another_ledger_is_another_consent() {
    let world = world(3);
    let then = hash(&world, "");
    let other = enrich(&world, &format!("--ledger other.db --plan {then}")).exits(10).error();
    assert!(other["message"].as_str().unwrap().contains("the ledger changed"), "{other}");
    world.run(&format!("enrich {RUN} --limit 1 --output one.csv")).exits(0);
    let then = hash(&world, "");
    // A ledger that was deleted no longer has the run that the plan knew.
    for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(world.path(".marl").join(file));
    }
    let lost = enrich(&world, &format!("--plan {then}")).exits(10).error();
    assert!(lost["message"].as_str().unwrap().contains("the ledger changed"), "{lost}");
    // The same ledger, spelled differently.
    let then = hash(&world, "--ledger ./sub/../other.db");
    fs::create_dir(world.path("sub")).unwrap();
    enrich(&world, &format!("--ledger other.db --plan {then}")).exits(10);
    let then = hash(&world, "--ledger ./sub/../other.db");
    enrich(&world, &format!("--ledger other.db --plan {then}")).exits(0);
}

#[test]
fn a_killed_run_continues_with_what_is_left_of_its_hash() {
    let world = slow(40);
    let then = hash(&world, "");
    let started = world.run(&format!("enrich {RUN} --plan {then} --detach --json")).exits(0).json();
    while world.stats().billed < 10 {
        sleep(Duration::from_millis(5));
    }
    // A second run must wait meanwhile.
    let second = enrich(&world, &format!("--output other.csv --plan {then}")).exits(10).error();
    assert_eq!((&second["code"], &second["retryable"]), (&"consent_used".into(), &true.into()));
    let pid = started["pid"].to_string();
    assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    go_on(&world, &second["next_command"]).exits(1);
    // Other runs use the ledger meanwhile.
    world.write(
        "one.csv",
        people(41, 41)
            .lines()
            .take(1)
            .chain(people(41, 41).lines().skip(41))
            .fold(String::new(), |table, line| table + line + "\n"),
    );
    world.run("enrich --input one.csv --integrations linkedin_profile").exits(0);
    let others = 1;
    let ran = enrich(&world, &format!("--plan {then}"));
    let document = ran.json();
    let doubts = document["calls"]["in_doubt"].as_u64().unwrap();
    assert_eq!(ran.code, if doubts > 0 { 9 } else { 0 }, "{document}");
    assert_eq!(left(&document), (0, 40), "doubts count as used");
    assert!(world.stats().billed - others <= 40, "{}", world.stats().billed);
    // Calls in doubt are not bought under the same consent.
    let again = enrich(&world, &format!("--refresh --plan {then}")).exits(10).error();
    assert!(again["message"].as_str().unwrap().contains("changed"), "{again}");
}

#[test]
fn a_cap_applies_to_one_run_and_no_hint_bypasses_it() {
    let world = world(5);
    let ran = enrich(&world, "--max-calls 2").exits(8).json();
    let hint = ran["hint"].as_str().unwrap();
    assert!(hint.contains("new decision") && !hint.contains("higher"), "{hint}");
    let command = ran["next_command"].as_str().unwrap();
    assert!(command.starts_with("marl plan ") && !command.contains("--max-calls"), "{command}");
    let plan = go_on(&world, &ran["next_command"]).exits(0).json();
    assert_eq!((&plan["send"]["exactly"], world.stats().billed), (&3.into(), 2));
    let printed = world.run(&format!("enrich {RUN} --max-age 0s --max-calls 2")).exits(8).stderr;
    assert!(printed.contains("a new decision: `marl plan`"), "{printed}");
}

#[test]
fn nothing_is_bought_without_a_required_consent() {
    let world = world(3);
    let required = |args: &str| {
        let mut command = world.command(args);
        command.env("MARL_CONSENT", "required");
        world.ran(command.output().unwrap())
    };
    let refused = |ran: Ran, by: &str| {
        let error = ran.exits(2).error();
        assert_eq!(error["code"], "consent_needed");
        assert!(error["message"].as_str().unwrap().contains(by), "{error}");
        let plan = go_on(&world, &error["next_command"]).exits(0).json();
        assert_eq!((&plan["send"]["exactly"], world.stats().billed), (&3.into(), 0));
    };
    refused(required(&format!("enrich {RUN} --json")), "`MARL_CONSENT`");
    refused(required(&format!("enrich {RUN} --detach --json")), "`MARL_CONSENT`");
    assert!(!world.path("people_enriched.csv").exists() && !world.path(".marl").exists());
    // The user's own settings require consent, whatever a project says; a project may require it too.
    fs::create_dir_all(world.path("config/marl")).unwrap();
    world.write("config/marl/marl.toml", "[consent]\nrequired = true\n");
    world.write("marl.toml", format!("{QUICK}[consent]\nrequired = false\n"));
    refused(enrich(&world, ""), "config/marl/marl.toml");
    fs::remove_file(world.path("config/marl/marl.toml")).unwrap();
    world.write("marl.toml", format!("{QUICK}[consent]\nrequired = true\n"));
    refused(enrich(&world, ""), "marl.toml");
    world.write("marl.toml", QUICK);
    // Samples are free.
    required(&format!("enrich {RUN} --sandbox --output samples.csv")).exits(0);
    required(&format!("enrich {RUN} --max-calls 1 --output a.csv")).exits(8);
    let then = hash(&world, "");
    required(&format!("enrich {RUN} --plan {then} --output b.csv")).exits(0);
    assert_eq!(world.stats().billed, 3);
    // Nothing is left to buy.
    required(&format!("enrich {RUN} --output c.csv")).exits(0);
    required(&format!("enrich {RUN} --max-age 0s --output d.csv")).exits(2);
    required("enrich --input people.csv --formula who=name --output e.csv").exits(0);
    assert_eq!(world.stats().billed, 3);
    let mut mistyped = world.command(&format!("enrich {RUN} --max-calls 1"));
    let mistyped = world.ran(mistyped.env("MARL_CONSENT", "yes").output().unwrap()).exits(2);
    assert!(mistyped.stderr.contains("set it to `required`"), "{}", mistyped.stderr);
}

#[test]
fn a_single_call_needs_consent_too() {
    let world = world(1);
    let params = r#"{"linkedin_url":"https://www.linkedin.com/in/sandbox-person-0"}"#;
    let call = |tool: &str, extra: &[&str]| {
        let mut command = world.command("tools call");
        command.args([tool, "--params", params, "--json"]).args(extra).env("MARL_CONSENT", "required");
        world.ran(command.output().unwrap())
    };
    let refused = call("get_linkedin_person_data", &[]).exits(2).error();
    assert_eq!(refused["code"], "consent_needed");
    assert!(refused["next_command"].as_str().unwrap().starts_with("marl tools show "), "{refused}");
    call("get_linkedin_person_data", &["--max-calls", "0"]).exits(8);
    assert_eq!(world.stats().billed, 0);
    call("get_linkedin_person_data", &["--sandbox"]).exits(0);
    call("get_linkedin_person_data", &["--max-calls", "1"]).exits(0);
    assert_eq!(world.stats().billed, 1);
}

/// A plan's hash does not allow resending a doubt, so the hint leads to a new plan.
#[test]
fn a_doubt_under_a_plan_needs_a_new_plan() {
    let world = World::faulty(&["cut-after=1"]);
    world.write("people.csv", people(2, 2));
    let hash = world.run(&format!("plan {RUN} --json")).exits(0).json()["plan"].as_str().unwrap().to_owned();
    let planned = world.run(&format!("enrich {RUN} --plan {hash} --json")).exits(9).json();
    let hint = planned["hint"].as_str().unwrap();
    assert!(hint.contains("plan again with `--in-doubt retry`"), "{hint}");
    let next = planned["next_command"].as_str().unwrap().to_owned();
    assert!(next.starts_with("marl plan ") && next.ends_with(" --in-doubt retry"), "{next}");
    let plan = world.run(next.strip_prefix("marl ").unwrap()).exits(0).json();
    assert_eq!(plan["send"]["exactly"], 2, "{plan}");
    assert_eq!(world.stats().calls, 2, "nothing was sent since");
    let free = world.run(&format!("enrich {RUN} --json")).exits(9).json();
    assert!(free["hint"].as_str().unwrap().contains("the same command with `--in-doubt retry`"), "{free}");
    assert!(free["next_command"].is_null(), "{free}");
}
