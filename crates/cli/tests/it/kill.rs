//! Kills runs at many points, with faults, duplicates in the table and 16 requests in flight, over calls that
//! are sent one by one, many at once, and answered later: no answer is lost or bought again, no handle is lost,
//! and doubts are resent only by choice.
//!
//! A quick subset always runs; `MARL_KILL_POINTS=500` runs the long proof.

use std::{
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use sandbox::{Options, Stats};

use crate::world::{QUICK, Ran, World};

const DISTINCT: u64 = 80;
const ROWS: u64 = 120;
const ENRICH: &str = "enrich --input people.csv --integrations linkedin_profile,pdl_person,fullenrich_email \
    --prefix fullenrich_email=other_ --patience 100ms --parallel 16 --json";

/// How many calls each person needs.
const INTEGRATIONS: u64 = 3;
const FAULTS: [&str; 6] =
    ["429=0.04", "500=0.04", "cut-before=0.03", "cut-after=0.03", "truncate=0.02", "504=0.02"];

fn world(seed: u64) -> World {
    let faults = FAULTS.iter().map(|fault| fault.parse().unwrap()).collect();
    let (latency, pending_for) = (Duration::from_millis(4), Duration::from_millis(30));
    let world = World::with(Options { seed, faults, latency, pending_for, ..Options::default() });
    // The other columns are empty, so that no step feeds another.
    let mut table = String::from("n,linkedin_url,email,company_domain,full_name\n");
    for row in 0..ROWS {
        // Every third row repeats an earlier one, some far away and some next to it.
        let person = if row % 3 == 2 { row / 2 } else { row } % DISTINCT;
        table.push_str(&format!("{row},https://www.linkedin.com/in/sandbox-{seed}-{person},,,\n"));
    }
    world.write("people.csv", table);
    // Enough attempts that no call meets a fault in each of them.
    let settings = QUICK.replace("[retry]", "[retry]\nattempts = 10");
    // Small requests, so that there are several.
    world.write(
        "marl.toml",
        format!("{settings}[limit.pdl]\nbulk = 9\n[limit.fullenrich]\nbulk = 9\nper_minute = 60000\n"),
    );
    world
}

/// Starts a run and kills it once this many calls are billed; returns `false` if the run was faster.
fn kill_at(world: &World, billed: u64) -> bool {
    let mut child = world.command(ENRICH).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while world.stats().billed < billed && child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "the run hangs");
        sleep(Duration::from_micros(300));
    }
    end(&mut child)
}

fn end(child: &mut Child) -> bool {
    let killed = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    killed
}

/// Checks that every row is there once, in order, with its own cells; returns how many rows have an answer.
fn check_output(world: &World) -> usize {
    let rows = world.column("people_enriched.csv", "n");
    assert_eq!(rows, (0..ROWS).map(|row| row.to_string()).collect::<Vec<_>>());
    let filled =
        |name| world.column("people_enriched.csv", name).iter().filter(|cell| !cell.is_empty()).count();
    ["headline", "person_name", "other_work_email"].map(filled).iter().sum()
}

fn settled(world: &World, state: &str) -> u64 {
    let stats = world.run("ledger stats --json");
    if stats.code == 6 {
        // The run was killed before it had a ledger.
        return 0;
    }
    let stats = stats.exits(0).json();
    let calls = stats["calls"].as_array().unwrap();
    calls.iter().filter(|call| call["state"] == state).map(|call| call["count"].as_u64().unwrap()).sum()
}

/// Runs until no answer is pending; also returns how many doubts were sent again.
fn collected(world: &World, command: &str) -> (Ran, u64) {
    let mut again = 0;
    for _ in 0..20 {
        let ran = world.run(command);
        let calls = ran.json()["calls"].clone();
        again += calls["doubts_sent_again"].as_u64().unwrap();
        if calls["pending"].as_u64().is_none() {
            return (ran, again);
        }
    }
    panic!("an answer never comes");
}

/// Proves one point: killed twice, run until it ends by itself, then once with the doubts resent.
fn prove(seed: u64) -> (Stats, u64) {
    let world = world(seed);
    let distinct =
        world.column("people.csv", "linkedin_url").into_iter().collect::<std::collections::HashSet<_>>();
    let mut next = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..2 {
        next = next.rotate_left(17).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        kill_at(&world, world.stats().billed + 1 + next % 40);
        assert_eq!(world.stats().billed_duplicates, 0, "seed {seed}: bought twice after a kill");
    }
    let answered = settled(&world, "found");
    let ordered = settled(&world, "pending");
    let (kept, _) = collected(&world, ENRICH);
    assert_eq!(settled(&world, "pending"), 0, "seed {seed}");
    assert!([0, 9].contains(&kept.code), "seed {seed}: exit {} {}", kept.code, kept.stderr);
    assert_eq!(world.stats().billed_duplicates, 0, "seed {seed}: keeping doubts bought twice");
    let used = check_output(&world) as u64;
    assert!(used >= answered + ordered, "seed {seed}: {answered} answers, {ordered} orders, {used} cells");
    let before = world.stats();
    let (retried, sent_again) = collected(&world, &format!("{ENRICH} --in-doubt retry"));
    retried.exits(0);
    assert_eq!(check_output(&world) as u64, ROWS * INTEGRATIONS, "seed {seed}");
    let after = world.stats();
    let again = after.billed - before.billed;
    let doubts =
        kept.json()["calls"]["in_doubt"].as_u64().unwrap() + sent_again + settled(&world, "in_doubt");
    assert!(again <= doubts, "seed {seed}: {again} billed again for {doubts} doubts");
    let calls = distinct.len() as u64 * INTEGRATIONS;
    assert!(after.billed <= calls + doubts, "seed {seed}: {after:?}");
    assert_eq!(settled(&world, "found"), calls, "seed {seed}");
    (after, doubts)
}

#[test]
fn killed_at_many_points_nothing_is_lost_and_nothing_bought_twice() {
    let points = std::env::var("MARL_KILL_POINTS").ok().and_then(|points| points.parse().ok()).unwrap_or(25);
    let (mut billed, mut duplicates, mut doubts) = (0, 0, 0);
    for seed in 1..=points {
        let (stats, in_doubt) = prove(seed);
        billed += stats.billed;
        duplicates += stats.billed_duplicates;
        doubts += in_doubt;
    }
    assert!(duplicates <= doubts, "{points} points: {billed} billed, {duplicates} again, {doubts} doubts");
}
