//! Tests of how many calls are bought: never more than there are distinct questions.

use std::time::Duration;

use sandbox::Options;

use crate::world::{World, people};

#[test]
fn ten_thousand_rows_with_a_thousand_distinct_inputs_make_a_thousand_calls() {
    let world = World::new();
    world.write("people.csv", people(10_000, 1_000));
    let ran =
        world.run("enrich --input people.csv --integrations linkedin_profile --parallel 16 --json").exits(0);
    assert_eq!(
        (world.stats().calls, world.stats().billed, world.stats().billed_duplicates),
        (1_000, 1_000, 0)
    );
    let calls = &ran.json()["calls"];
    assert_eq!(calls["sent"], 1_000);
    assert_eq!(calls["reused"].as_u64().unwrap() + calls["joined"].as_u64().unwrap(), 9_000);
    assert!(world.column("people_enriched.csv", "headline").iter().all(|cell| !cell.is_empty()));
}

#[test]
fn five_per_cent_refused_leaves_no_row_empty_and_buys_nothing_twice() {
    let world = World::faulty(&["429=0.025", "500=0.025"]);
    world.write("people.csv", people(2_000, 2_000));
    let ran =
        world.run("enrich --input people.csv --integrations linkedin_profile --parallel 16 --json").exits(0);
    let stats = world.stats();
    assert_eq!((stats.billed, stats.billed_duplicates), (2_000, 0));
    let faults: u64 = stats.faults.values().sum();
    assert!(faults > 50, "{stats:?}");
    assert_eq!(stats.calls, 2_000 + faults, "exactly as many calls as needed");
    assert_eq!(ran.json()["calls"]["sent"], stats.calls);
    assert_eq!(ran.json()["calls"]["retried"], faults);
    assert!(world.column("people_enriched.csv", "headline").iter().all(|cell| !cell.is_empty()));
}

#[test]
fn cut_connections_leave_doubts_unless_they_are_retried() {
    let faults = ["429=0.02", "500=0.02", "cut-before=0.02", "cut-after=0.02", "truncate=0.01"];
    let world = World::faulty(&faults);
    world.write("people.csv", people(1_000, 1_000));
    let args = "enrich --input people.csv --integrations linkedin_profile --parallel 16 --json";
    let ran = world.run(args).exits(9);
    let stats = world.stats();
    let cut: u64 = ["cut-before", "cut-after", "truncate"].iter().map(|kind| stats.faults[*kind]).sum();
    assert!(cut > 20, "{stats:?}");
    assert_eq!(stats.billed_duplicates, 0, "kept doubts buy nothing twice");
    assert_eq!(ran.json()["calls"]["in_doubt"], cut);
    assert_eq!(ran.json()["integrations"][0]["failed"], cut);
    let empty = world.column("people_enriched.csv", "headline").iter().filter(|cell| cell.is_empty()).count();
    assert_eq!(empty as u64, cut);
    assert_eq!(world.column("people_enriched.errors.csv", "kind"), vec!["in_doubt"; empty]);

    let world = World::faulty(&faults);
    world.write("people.csv", people(1_000, 1_000));
    world.run(&format!("{args} --in-doubt retry")).exits(0);
    assert!(world.column("people_enriched.csv", "headline").iter().all(|cell| !cell.is_empty()));
    assert!(world.stats().billed_duplicates <= cut, "{:?}", world.stats());
}

#[test]
fn no_more_than_parallel_are_in_flight() {
    // Long enough that a loaded machine starts twenty calls before the first one ends.
    let world = World::with(Options { latency: Duration::from_millis(150), ..Options::default() });
    world.write("people.csv", people(200, 200));
    world.run("enrich --input people.csv --integrations linkedin_profile --parallel 3 --limit 30").exits(0);
    assert_eq!(world.stats().most_in_flight, 3);
    world.run("enrich --input people.csv --integrations linkedin_profile --parallel 17").exits(2);
    world.write("marl.toml", "[limits]\nmax_parallel = 20\n");
    world.run("enrich --input people.csv --integrations linkedin_profile --parallel 20 --refresh").exits(0);
    assert_eq!(world.stats().most_in_flight, 20);
}

#[test]
fn one_slow_first_row_and_a_thousand_adjacent_equal_ones_do_not_stall() {
    let options = Options { slow_for: Duration::from_millis(1_500), ..Options::default() };
    let world = World::with(options);
    let mut table = String::from("linkedin_url\nhttps://www.linkedin.com/in/slow\n");
    table.push_str(&"https://www.linkedin.com/in/sandbox-same\n".repeat(1_000));
    for row in 0..3_000 {
        table.push_str(&format!("https://www.linkedin.com/in/sandbox-{row}\n"));
    }
    world.write("people.csv", table);
    let ran =
        world.run("enrich --input people.csv --integrations linkedin_profile --parallel 16 --json").exits(0);
    assert_eq!(ran.json()["calls"]["sent"], 3_002);
    assert_eq!(world.read("people_enriched.csv").lines().count(), 4_002);
    assert_eq!(world.stats().billed_duplicates, 0);
}

#[test]
fn rows_without_usable_inputs_are_not_sent() {
    let world = World::new();
    world.write("leads.csv", "company_domain\n\"\"\nsee website\n10.0.0.1\nhttp://localhost:8080\n=cmd()\n");
    let ran = world.run("enrich --input leads.csv --integrations find_ceo --json").exits(7);
    assert_eq!(world.stats().calls, 0);
    assert_eq!(ran.json()["integrations"][0]["failed"], 4);
    assert_eq!(ran.json()["integrations"][0]["skipped"]["missing_input"], 1);
}
