//! Tests that a ledger of an earlier release opens, and that its answers are used again. See `tests/data`.

use std::fs;

use serde_json::json;

use crate::world::World;

const LEDGER: &[u8] = include_bytes!("../data/ledger-0.1.db");
const TABLE: &[u8] = include_bytes!("../data/ledger-0.1.csv");

/// The command that wrote the ledger.
const COMMAND: &str = "enrich --input companies.csv --integrations find_ceo,web_research --sandbox --json";

/// A folder with the old ledger, its table and nothing else.
fn world() -> World {
    let world = World::new();
    world.write("companies.csv", TABLE);
    fs::create_dir(world.path(".marl")).unwrap();
    world.write(".marl/sandbox.db", LEDGER);
    world
}

#[test]
fn the_same_command_sends_nothing() {
    let world = world();
    // The answers get older from release to release.
    let plan = COMMAND.replacen("enrich", "plan", 1) + " --max-age 1000years";
    let planned = world.run(&plan).exits(0).json();
    assert_eq!(planned["send"]["at_most"], 0, "{planned}");
    let ran = world.run(&format!("{COMMAND} --max-age 1000years")).exits(0).json();
    assert_eq!(
        (&ran["run"], &ran["calls"]["sent"], &ran["calls"]["reused"]),
        (&2.into(), &0.into(), &10.into())
    );
    let names = world.column("companies_enriched.csv", "ceo_name");
    assert_eq!(names, ["Elliott Hill", "William M. Brown", "Satya Nadella", "Tim Cook", ""]);
    let employees = world.column("companies_enriched.csv", "employee_count");
    assert_eq!(employees, ["79400", "60500", "228000", "166000", ""]);
    for run in ["", " --run 1"] {
        let why =
            world.run(&format!("why companies_enriched.csv --row 2 --column ceo_name --sandbox --json{run}"));
        let why = why.exits(0).json();
        assert_eq!(why["chain"][0]["value"], "William M. Brown", "{why}");
        assert_eq!(why["chain"][0]["calls"][0]["run"], 1, "{why}");
    }
}

#[test]
fn reading_shows_its_content_and_changes_nothing() {
    let world = world();
    let runs = world.run("runs --sandbox --json").exits(0).json();
    let run = &runs["runs"][0];
    assert_eq!((&run["id"], &run["state"], &run["bought"]), (&1.into(), &"finished".into(), &10.into()));
    let shown = world.run("runs show 1 --sandbox --json").exits(0).json();
    assert_eq!(shown["steps"]["steps"][1]["name"], "web_research", "{shown}");
    let stats = world.run("ledger stats --sandbox --json").exits(0).json();
    assert_eq!((&stats["runs"], &stats["calls"][0]["count"]), (&1.into(), &10.into()));
    assert_eq!(stats["calls"][0]["state"], "found", "{stats}");
    let exported = world.run("ledger export --sandbox").exits(0).stdout;
    assert_eq!(exported.lines().count(), 10);
    let prune = world.run("ledger prune --older-than 1s --dry-run --sandbox --json").exits(0).json();
    assert_eq!(prune["payable_again"], 10, "{prune}");
    assert!(fs::read(world.path(".marl/sandbox.db")).unwrap() == LEDGER);
}

/// A run that was going on when its ledger was last written by the earlier release.
#[test]
fn the_progress_of_an_older_run_is_shown_in_todays_form() {
    let world = world();
    let ledger = rusqlite::Connection::open(world.path(".marl/sandbox.db")).unwrap();
    let noted = r#"{"progress":{"rows":5,"done":3,"failed":1,"sent":4}}"#;
    let going_on = "UPDATE run SET state = 'running', ended_at = NULL, summary = ?1";
    assert_eq!(ledger.execute(going_on, [noted]).unwrap(), 1);
    drop(ledger);
    let shown = world.run("runs show 1 --sandbox --json").exits(0).json();
    let progress = json!({ "rows_done": 3, "rows": 5, "failed": 1, "calls_sent": 4, "elapsed_ms": null });
    assert_eq!((&shown["state"], &shown["summary"]["progress"]), (&"died".into(), &progress), "{shown}");
    let shown_text = world.run("runs show 1 --sandbox").exits(0).stdout;
    assert!(shown_text.contains("so far   3 of 5 rows, 1 failed, 4 sent"), "{shown_text}");
    let runs = world.run("runs --sandbox --json").exits(0).json();
    let line = &runs["runs"][0];
    assert_eq!((&line["rows"], &line["failed"], &line["sent"]), (&5.into(), &1.into(), &4.into()));
}
