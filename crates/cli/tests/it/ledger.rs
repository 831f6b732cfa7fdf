//! Tests of the durable ledger from a user's view: the cost of a second run, caps, ages, two processes, and
//! unusable files.

use std::{
    fs,
    process::{Child, Stdio},
    thread::sleep,
    time::Duration,
};

use sandbox::Options;

use crate::world::{ENRICH, World, people, signal};

#[test]
fn the_same_command_again_buys_nothing_from_anywhere_with_any_key_or_none() {
    let world = World::of_people(10_000, 1_000);
    world.run(ENRICH).exits(0);
    assert_eq!(world.stats().calls, 1_000);
    let first = world.read("people_enriched.csv");
    let again = world.run(ENRICH).exits(0);
    assert_eq!(again.json()["calls"]["sent"], 0);
    assert_eq!(world.read("people_enriched.csv"), first);

    let elsewhere = world.path("sub/folder");
    fs::create_dir_all(&elsewhere).unwrap();
    let args = "enrich --input ../../people.csv --output ../../again.csv --integrations linkedin_profile";
    let mut command = world.command(args);
    let ran =
        world.ran(command.current_dir(&elsewhere).env("DATAGEN_API_KEY", "a new key").output().unwrap());
    ran.exits(0);
    assert_eq!(world.read("again.csv"), first);
    let mut command = world.command(args);
    let ran = world.ran(command.current_dir(&elsewhere).env_remove("DATAGEN_API_KEY").output().unwrap());
    ran.exits(0);
    assert_eq!(world.stats().calls, 1_000);
    assert_eq!(fs::read_to_string(world.path(".marl/.gitignore")).unwrap(), "*\n");
}

#[test]
fn ages_and_refreshing() {
    let world = World::of_people(20, 20);
    world.run(ENRICH).exits(0);
    world.run(&format!("{ENRICH} --max-age 1h")).exits(0);
    assert_eq!(world.stats().billed, 20);
    sleep(Duration::from_millis(20));
    world.run(&format!("{ENRICH} --max-age 1ms")).exits(0);
    assert_eq!((world.stats().billed, world.stats().billed_duplicates), (40, 20));
    let args = "enrich --input people_enriched.csv --output o.csv --integrations linkedin_profile --json";
    let kept = world.run(args).exits(0);
    assert_eq!(
        kept.json()["calls"]["reused"].as_u64().unwrap()
            + kept.json()["integrations"][0]["skipped"]["existing"].as_u64().unwrap_or(0),
        20
    );
    let refreshed = world.run(&format!("{args} --refresh")).exits(0);
    assert_eq!(refreshed.json()["calls"]["sent"], 20);
    assert_eq!(refreshed.json()["cells_kept"], 0, "refreshing overwrites");
    world.run(&format!("{args} --refresh=linkedin_profile --limit 1")).exits(0);
    assert_eq!(world.stats().billed, 61);
    let keeps = world.run(&format!("{args} --refresh --existing keep")).exits(0).json();
    assert_eq!(keeps["cells_replaced"], 0, "filled cells stay: {keeps}");
    let wrong = world.run(&format!("{args} --refresh=find_ceo")).exits(6);
    assert!(wrong.stderr.contains("not in this run"), "{}", wrong.stderr);
}

#[test]
fn a_cap_on_calls_is_never_exceeded_and_the_next_run_continues() {
    let faults = ["429=0.1", "500=0.1"].iter().map(|fault| fault.parse().unwrap()).collect();
    let world = World::with(Options { faults, latency: Duration::from_millis(2), ..Options::default() });
    world.write("people.csv", people(600, 300));
    let capped = world.run(&format!("{ENRICH} --max-calls 100")).exits(8);
    assert_eq!(world.stats().billed, 100);
    assert_eq!(
        (capped.json()["calls"]["bought"].as_u64(), capped.json()["status"].as_str()),
        (Some(100), Some("stopped"))
    );
    assert!(capped.json()["integrations"][0]["skipped"]["budget"].as_u64().unwrap() > 0);
    world.run(&format!("{ENRICH} --max-calls 200")).exits(0);
    assert_eq!((world.stats().billed, world.stats().billed_duplicates), (300, 0));
    world.run(&format!("{ENRICH} --max-calls 0")).exits(0);
}

#[test]
fn a_cap_on_cost_needs_prices() {
    let world = World::of_people(30, 30);
    let refused = world.run(&ENRICH.replace("--json", "--max-cost 1")).exits(2);
    insta::assert_snapshot!(refused.transcript());
    let settings = world.read("marl.toml");
    world.write(
        "marl.toml",
        format!("currency = \"USD\"\n{settings}[price.datagen]\nget_linkedin_person_data = 0.1\n"),
    );
    let capped = world.run(&format!("{ENRICH} --max-cost 1")).exits(8);
    assert_eq!(world.stats().billed, 10);
    assert_eq!(capped.json()["currency"], "USD");
    assert!((capped.json()["cost"].as_f64().unwrap() - 1.0).abs() < 1e-9);
}

#[test]
fn two_processes_on_one_ledger_buy_each_call_once() {
    let world = World::with(Options { latency: Duration::from_millis(10), ..Options::default() });
    world.write("people.csv", people(300, 150));
    let start = |output: &str| {
        let args = format!("{ENRICH} --output {output}");
        world.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, two) = (start("one.csv"), start("two.csv"));
    for child in [one, two] {
        world.ran(child.wait_with_output().unwrap()).exits(0);
    }
    assert_eq!((world.stats().billed, world.stats().billed_duplicates), (150, 0));
    assert_eq!(world.read("one.csv"), world.read("two.csv"));
}

#[test]
fn when_one_of_two_processes_is_killed_the_other_finishes() {
    let world = World::with(Options { latency: Duration::from_millis(20), ..Options::default() });
    world.write("people.csv", people(300, 300));
    let start = |output: &str| {
        let args = format!("{ENRICH} --output {output}");
        world.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (mut one, two) = (start("one.csv"), start("two.csv"));
    while world.stats().billed < 60 {
        sleep(Duration::from_millis(1));
    }
    one.kill().unwrap();
    one.wait().unwrap();
    let ran = world.ran(two.wait_with_output().unwrap());
    assert!([0, 9].contains(&ran.code), "{}", ran.stderr);
    assert_eq!(world.stats().billed_duplicates, 0);
    world.run(&format!("{ENRICH} --in-doubt retry")).exits(0);
    assert!(world.column("people_enriched.csv", "headline").iter().all(|cell| !cell.is_empty()));
    // The calls in flight, and as many whose answers were not stored yet.
    assert!(world.stats().billed_duplicates <= 32);
}

/// A run that was suspended after this many calls, for longer than a call may take.
fn stopped(world: &World, enrich: &str, after: u64) -> Child {
    let child = world.command(enrich).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while world.stats().billed < after {
        sleep(Duration::from_millis(1));
    }
    signal(&child, "STOP");
    sleep(Duration::from_millis(1_500));
    child
}

#[test]
fn a_suspended_process_that_resumes_gets_its_late_replies() {
    let world = World::with(Options { latency: Duration::from_millis(300), ..Options::default() });
    let settings = world.read("marl.toml");
    world.write("marl.toml", format!("{settings}[timeout]\ncall_seconds = 0.6\ngrace_seconds = 0.4\n"));
    world.write("people.csv", people(48, 48));
    let child = stopped(&world, ENRICH, 20);
    // The time limit has passed: for another process these calls are in doubt, and kept. If the process was
    // suspended within a commit, the other one cannot write, reports that, and has bought nothing.
    let other = world.run(&format!("{ENRICH} --output other.csv"));
    let locked_out = other.code == 1 && other.stderr.contains("another program holds it");
    assert!([0, 9].contains(&other.code) || locked_out, "{}", other.stderr);
    assert_eq!(world.stats().billed_duplicates, 0);
    signal(&child, "CONT");
    world.ran(child.wait_with_output().unwrap()).exits(0);
    world.run(ENRICH).exits(0);
    assert_eq!((world.stats().billed, world.stats().billed_duplicates), (48, 0));
}

/// Calls that wait for a slot are already claimed. Another process may have made them meanwhile.
#[test]
fn a_suspended_process_that_resumes_does_not_send_calls_of_others() {
    let world = World::with(Options { latency: Duration::from_millis(300), ..Options::default() });
    let settings = world.read("marl.toml");
    world.write("marl.toml", format!("{settings}[timeout]\ncall_seconds = 0.5\ngrace_seconds = 0.1\n"));
    world.write("people.csv", people(24, 24));
    let enrich = ENRICH.replace("--parallel 16", "--parallel 4");
    let child = stopped(&world, &enrich, 8);
    let other = world.run(&format!("{enrich} --output other.csv --in-doubt retry"));
    let locked_out = other.code == 1 && other.stderr.contains("another program holds it");
    // What a living process has claimed is in doubt for others, whatever they choose.
    assert!([0, 9].contains(&other.code) || locked_out, "{}", other.stderr);
    signal(&child, "CONT");
    let ran = world.ran(child.wait_with_output().unwrap());
    assert!([0, 9].contains(&ran.code), "{}", ran.stderr);
    let again = world.stats().billed_duplicates;
    assert!(again <= 4, "{again} bought twice, and 4 were in flight");
}

/// The run is over before it checks again whether its ledger exists.
#[test]
fn runs_are_listed_shown_and_stopped() {
    let world = World::with(Options { latency: Duration::from_millis(20), ..Options::default() });
    world.write("people.csv", people(2_000, 2_000));
    world.run(&format!("{ENRICH} --limit 2")).exits(0);
    let child = world.command(ENRICH).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while world.stats().billed < 30 {
        sleep(Duration::from_millis(1));
    }
    let list = world.run("runs --json").exits(0).json();
    let states: Vec<&str> =
        list["runs"].as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["running", "finished"]);
    assert!(world.run("runs stop 2").exits(0).stdout.contains("asked to stop"));
    let ran = world.ran(child.wait_with_output().unwrap()).exits(130);
    assert_eq!(ran.json()["status"], "interrupted");
    assert_eq!(ran.json()["integrations"][0]["value"], world.stats().billed);
    let shown = world.run("runs show 2 --json").exits(0).json();
    assert_eq!(
        (shown["state"].as_str(), shown["summary"]["status"].as_str()),
        (Some("interrupted"), Some("interrupted"))
    );
    assert_eq!(shown["steps"]["steps"][0]["inputs"]["linkedin_url"], "linkedin_url");
    let text = world.run("runs show 1").exits(0).stdout;
    for word in ["command", "finished", "linkedin_profile 2: linkedin_url <- linkedin_url", "2 value"] {
        assert!(text.contains(word), "{text}");
    }
    assert!(world.run("runs").exits(0).stdout.contains(" bought  "), "what each run bought");
    assert!(world.run("runs stop 1").exits(0).stdout.contains("is not running"));
    assert_eq!(world.run("runs --limit 1").exits(0).stdout.lines().count(), 1);
    let more = |limit: &str| world.run_bare(&format!("runs {limit} --json")).exits(0).json()["more"].clone();
    assert_eq!((more("--limit 1"), more("")), ("marl runs --limit 2 --json".into(), serde_json::Value::Null));
    world.run("runs show 99").exits(6);
}

#[test]
fn a_killed_run_has_died() {
    let world = World::with(Options { latency: Duration::from_millis(50), ..Options::default() });
    world.write("people.csv", people(500, 500));
    let mut child = world.command(ENRICH).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while world.stats().billed < 40 {
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let shown = world.run("runs show 1 --json").exits(0).json();
    assert_eq!(shown["state"], "died");
    assert_eq!(world.run("runs --json").exits(0).json()["next_command"], shown["next_command"]);
    assert!(world.run("runs show 1").exits(0).stdout.contains("next     marl enrich "));
    let doctor = world.run("doctor --offline --json").json();
    let check =
        doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == "ledger.runs").unwrap();
    assert_eq!(check["status"], "warn");
    assert!(check["fix"].as_str().unwrap().contains(shown["next_command"].as_str().unwrap()), "{check}");
    // The command runs exactly as printed, and buys no answer again.
    let words = shlex::split(shown["next_command"].as_str().unwrap()).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let report = world.run_words(&words[1..]).json();
    assert!(report["calls"]["reused"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(world.stats().billed_duplicates, 0);
}

/// The cap allowed only the dead run to buy, not the next one.
#[test]
fn a_killed_run_with_a_cap_needs_a_new_plan() {
    let world = World::with(Options { latency: Duration::from_millis(50), ..Options::default() });
    world.write("people.csv", people(500, 500));
    let capped = format!("{ENRICH} --max-calls 400");
    let mut child = world.command(&capped).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while world.stats().billed < 5 {
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let next = world.run("runs show 1 --json").exits(0).json()["next_command"].clone();
    assert!(next.as_str().unwrap().starts_with("marl plan "), "{next}");
    assert!(!next.as_str().unwrap().contains("--max-calls"), "{next}");
}

#[test]
fn a_dozen_runs_are_a_short_list() {
    let world = World::new();
    let name = format!("{}.csv", "a-table-with-a-rather-long-name-".repeat(3));
    world.write(&name, people(2, 2));
    for _ in 0..30 {
        world.run(&format!("enrich --input {name} --integrations linkedin_profile")).exits(0);
    }
    let listed = world.run_bare("runs --json").exits(0);
    assert!(listed.stdout.len() <= 4_100, "{} bytes", listed.stdout.len());
    let document = listed.json();
    let runs = document["runs"].as_array().unwrap();
    assert!(runs.len() >= 8 && document["total"] == 30, "{}", runs.len());
    let first = &runs[0];
    assert_eq!((&first["id"], &first["state"], &first["rows"]), (&30.into(), &"finished".into(), &2.into()));
    assert_eq!((&first["sent"], &first["bought"], &first["failed"]), (&0.into(), &0.into(), &0.into()));
    assert_eq!(runs.last().unwrap()["id"], 31 - runs.len());
    assert_eq!(document["more"], "marl runs --limit 30 --json");
    assert!(document.get("next_command").is_none(), "no run died");
    let all = world.run_bare("runs --limit 30 --json").exits(0).json();
    assert_eq!((all["runs"].as_array().unwrap().len(), &all["more"]), (30, &serde_json::Value::Null));
    assert_eq!(all["runs"][29]["bought"], 2);
}

/// The next calls were already claimed, and waited for their slots.
#[test]
fn only_the_sent_calls_of_a_killed_run_are_in_doubt() {
    let world = World::with(Options { latency: Duration::from_secs(1), ..Options::default() });
    world.write("people.csv", people(20, 20));
    let enrich = ENRICH.replace("--parallel 16", "--parallel 3");
    let mut child = world.command(&enrich).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while world.stats().in_flight < 3 {
        sleep(Duration::from_millis(1));
    }
    sleep(Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.run(&ENRICH.replace("enrich", "plan")).exits(0).json()["send"]["exactly"], 17);
    let ran = world.run(ENRICH).exits(9);
    assert_eq!(
        (ran.json()["calls"]["in_doubt"].as_u64(), ran.json()["calls"]["sent"].as_u64()),
        (Some(3), Some(17))
    );
}

#[test]
fn pruned_and_forgotten_answers_must_be_paid_for_again() {
    let world = World::of_people(10, 10);
    world.run(ENRICH).exits(0);
    let export = world.run("ledger export").exits(0);
    assert_eq!(export.stdout.lines().count(), 10);
    let call: serde_json::Value = serde_json::from_str(export.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(call["state"], "found");
    assert!(call["reply"].as_str().unwrap().contains("person"));
    let forget = "ledger forget --parameter linkedin_url=linkedin.com/in/Sandbox-Person-3 --json";
    assert_eq!(world.run(&format!("{forget} --dry-run")).exits(0).json()["payable_again"], 1);
    assert_eq!(world.run(forget).exits(0).json()["removed"], 1);
    assert!(!world.run("ledger export").stdout.contains("sandbox-person-3"));
    assert_eq!(world.run(ENRICH).exits(0).json()["calls"]["sent"], 1);
    assert!(world.run("ledger prune --older-than 1h").exits(0).stdout.starts_with("0 calls removed"));
    let one = world.run(&forget.replace(" --json", "")).exits(0).stdout;
    assert!(
        one.starts_with("1 call removed\n1 answer among them: if requested again, it is bought again\n"),
        "{one}"
    );
    assert_eq!(world.run(ENRICH).exits(0).json()["calls"]["sent"], 1);
    sleep(Duration::from_millis(5));
    assert_eq!(world.run("ledger prune --older-than 1ms --json").exits(0).json()["removed"], 10);
    assert_eq!(world.run(ENRICH).exits(0).json()["calls"]["sent"], 10);
}

#[test]
fn the_sandboxs_ledger_is_its_own() {
    let world = World::new();
    world.write("c.csv", "company_domain\nnike.com\n");
    world.run_bare("enrich --sandbox --input c.csv --integrations find_ceo").exits(0);
    assert!(world.path(".marl/sandbox.db").exists() && !world.path(".marl/ledger.db").exists());
    world.run("enrich --input c.csv --integrations find_ceo").exits(0);
    assert_eq!(world.stats().calls, 1, "a sample is no bought answer");
    world.run("enrich --input c.csv --integrations find_ceo --ledger other/l.db").exits(0);
    let mut command = world.command("enrich --input c.csv --integrations find_ceo");
    world.ran(command.env("MARL_LEDGER", world.path("third.db")).output().unwrap()).exits(0);
    assert_eq!(world.stats().calls, 3);
    assert!(world.path("other/l.db").exists() && world.path("third.db").exists());
}

#[test]
fn no_key_in_the_ledger() {
    let world = World::of_people(5, 5);
    let mut command = world.command(ENRICH);
    world.ran(command.env("DATAGEN_API_KEY", "secret-key-123456").output().unwrap()).exits(0);
    for entry in fs::read_dir(world.path(".marl")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("secret-key-123456"));
    }
}
