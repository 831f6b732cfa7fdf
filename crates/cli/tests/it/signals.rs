//! Tests of runs that end early: in order after a signal, at once after a second one, or killed.

use std::{
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use sandbox::Options;

use crate::world::{OLDER, Ran, World, people, signal};

const ROWS: usize = 2_000;

fn slow_world(latency: u64) -> World {
    let world = World::with(Options { latency: Duration::from_millis(latency), ..Options::default() });
    world.write("people.csv", people(ROWS, ROWS));
    world.older_output();
    world
}

/// Starts a run and waits until some calls are billed.
fn start(world: &World, billed: u64) -> Child {
    let mut command = world.command("enrich --input people.csv --integrations linkedin_profile --json");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while world.stats().billed < billed {
        assert!(started.elapsed() < Duration::from_secs(60), "the run does not get going");
        sleep(Duration::from_millis(5));
    }
    child
}

fn end(world: &World, child: Child) -> Ran {
    world.ran(child.wait_with_output().unwrap())
}

#[test]
fn a_signal_ends_the_run_early_and_loses_nothing() {
    for name in ["INT", "TERM", "HUP"] {
        let world = slow_world(20);
        let child = start(&world, 25);
        signal(&child, name);
        let ran = end(&world, child).exits(130);
        let document = ran.json();
        assert_eq!(document["status"], "interrupted");
        let value = document["integrations"][0]["value"].as_u64().unwrap();
        assert_eq!(value, world.stats().billed, "every answer that was bought is in the table");
        assert!((25..ROWS as u64).contains(&value), "{value}");
        let headlines = world.column("people_enriched.csv", "headline");
        assert_eq!(headlines.len(), ROWS);
        assert_eq!(headlines.iter().filter(|cell| !cell.is_empty()).count() as u64, value);
        let names = world.column("people_enriched.csv", "name");
        assert!(names.iter().enumerate().all(|(at, name)| *name == format!("Person {at}")));
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let world = slow_world(5_000);
    let child = start(&world, 1);
    signal(&child, "INT");
    sleep(Duration::from_millis(200));
    let started = Instant::now();
    signal(&child, "INT");
    end(&world, child).exits(130);
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(world.read("people_enriched.csv"), OLDER);
}

#[test]
fn a_kill_leaves_nothing_half_written() {
    let world = slow_world(20);
    let mut child = start(&world, 25);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.read("people_enriched.csv"), OLDER);
    // What the killed run left behind does not block the next run. That run asks about other people, because
    // a call of the killed run may be in doubt.
    let others = people(ROWS, ROWS);
    let others: Vec<&str> = others.lines().take(1).chain(others.lines().skip(ROWS - 2)).collect();
    world.write("people.csv", others.join("\n"));
    world.run("enrich --input people.csv --integrations linkedin_profile").exits(0);
    assert_eq!(world.read("people_enriched.csv").lines().count(), 4);
    let left: Vec<_> =
        std::fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("partial")), "{left:?}");
}

#[test]
fn two_runs_do_not_write_one_output() {
    let world = slow_world(200);
    let child = start(&world, 1);
    let second = world.run("enrich --input people.csv --integrations linkedin_profile").exits(2);
    assert!(second.stderr.contains("another"), "{}", second.stderr);
    signal(&child, "INT");
    end(&world, child).exits(130);
}

#[test]
fn a_table_that_changes_in_the_middle_loses_nothing_that_was_bought() {
    let world = slow_world(10);
    let table = world.read("people.csv");
    let child = start(&world, 25);
    world.write("people.csv", &table[..table.len() / 2]);
    let ran = end(&world, child).exits(1);
    assert!(ran.stderr.contains("changed after it was checked"), "{}", ran.stderr);
    assert_eq!(ran.json()["status"], "stopped");
    assert!(ran.json()["output"].is_null());
    assert_eq!(world.read("people_enriched.csv"), OLDER);
    assert!(world.read("people_enriched.unfinished.csv").lines().count() > 25, "the rows so far are kept");
    world.write("people.csv", table);
    world.run("enrich --input people.csv --integrations linkedin_profile --parallel 16").exits(0);
    assert_eq!((world.stats().billed, world.stats().billed_duplicates), (ROWS as u64, 0));
}

/// The run has nothing in flight itself, so it must not wait for the other process's answer.
#[test]
fn a_run_that_waits_for_another_process_ends_at_once() {
    let world = World::with(Options { latency: Duration::from_secs(30), ..Options::default() });
    world.write("people.csv", people(3, 3));
    world.write("others.csv", people(3, 3));
    let run = |table: &str| {
        let mut command =
            world.command(&format!("enrich --input {table} --integrations linkedin_profile --json"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut first = run("people.csv");
    while world.stats().calls < 3 {
        sleep(Duration::from_millis(5));
    }
    let second = run("others.csv");
    // Progress is recorded once signals are watched.
    while world.run_bare("runs --json").json()["runs"][0]["rows"] != 3
        || world.run_bare("runs --json").json()["total"] != 2
    {
        sleep(Duration::from_millis(20));
    }
    signal(&second, "INT");
    let document = end(&world, second).exits(130).json();
    assert!(first.try_wait().unwrap().is_none(), "the first is still at work");
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(document["integrations"][0]["skipped"]["interrupted"], 3, "{document}");
    assert_eq!(world.stats().calls, 3);
}
