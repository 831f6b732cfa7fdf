//! Vendors that bill what they find, answer later and take many calls in one request: the real binary beside
//! the sandbox's bill.

use std::{process::Stdio, time::Duration};

use sandbox::{Options, VendorStats};
use serde_json::Value as Json;

use crate::world::{QUICK, Ran, World};

/// One credit costs this much; sums of it are exact.
const CREDIT: f64 = 0.25;

/// The two vendors' integrations, each with the provider that it asks.
const VENDORS: [(&str, &str); 2] = [("pdl", "pdl_person"), ("fullenrich", "fullenrich_email")];

/// People in a table, of whom `distinct` are different. About two of three are found.
fn people(rows: usize, distinct: usize) -> String {
    let mut table = String::from("n,linkedin_url\n");
    for row in 0..rows {
        table.push_str(&format!("{row},https://www.linkedin.com/in/person-{}\n", row % distinct));
    }
    table
}

fn world(options: Options) -> World {
    let world = World::with(options);
    world.write("people.csv", people(150, 120));
    let prices: String = VENDORS.map(|(vendor, _)| format!("[price.{vendor}]\ncredit = {CREDIT}\n")).concat();
    world.write("marl.toml", format!("currency = \"USD\"\n{QUICK}{prices}"));
    world
}

fn enrich(integration: &str, more: &str) -> String {
    format!("enrich --input people.csv --integrations {integration} --patience 500ms --json {more}")
}

fn vendor(world: &World, name: &str) -> VendorStats {
    world.stats().vendors[name].clone()
}

/// What the ledger says that a vendor's calls cost, in money: on answers, and on calls in doubt.
fn recorded(world: &World, name: &str) -> (f64, f64) {
    let stats = world.run("ledger stats --json").exits(0).json();
    let sum = |in_doubt: bool| {
        let calls = stats["calls"].as_array().unwrap().iter().filter(|call| call["provider"] == name);
        let calls = calls.filter(|call| (call["state"] == "in_doubt") == in_doubt);
        calls.filter_map(|call| call["cost"].as_f64()).sum()
    };
    (sum(false), sum(true))
}

fn billed(world: &World, name: &str) -> f64 {
    vendor(world, name).credit_thousandths as f64 / 1_000.0 * CREDIT
}

/// Runs until nothing is left to do.
fn until_done(world: &World, command: &str) -> Ran {
    for _ in 0..40 {
        let ran = world.run(command);
        assert!([0, 4, 7, 9, 11].contains(&ran.code), "exit {}: {}", ran.code, ran.stderr);
        let is_pending = ran.json()["calls"]["pending"].as_u64().is_some();
        if [0, 9].contains(&ran.code) && !is_pending {
            return ran;
        }
    }
    panic!("the run never ends");
}

#[test]
fn the_ledgers_total_is_the_vendors_bill_to_the_cent() {
    for (name, integration) in VENDORS {
        let world = world(Options::default());
        let ran = until_done(&world, &enrich(integration, ""));
        let (answers, doubts) = recorded(&world, name);
        assert_eq!((answers, doubts), (billed(&world, name), 0.0), "{name}");
        assert!(answers > 10.0 * CREDIT && answers < 120.0 * CREDIT, "not all are found: {answers}");
        let document = ran.json();
        assert_eq!(document["cost"].as_f64(), Some(answers), "{document}");
        assert_eq!(document["calls"]["sent"], 120, "{document}");
        assert_eq!(vendor(&world, name).billed_duplicates, 0);
    }
}

#[test]
fn with_faults_the_ledger_never_says_less_than_the_bill() {
    let faults = ["503=0.1", "500=0.1", "cut-before=0.1", "cut-after=0.1", "truncate=0.05", "504=0.05"];
    let faults: Vec<_> = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let mut in_doubt = 0.0;
    for seed in 0..6 {
        for (name, integration) in VENDORS {
            let world = world(Options { seed, faults: faults.clone(), ..Options::default() });
            // Small requests, so that many meet a fault.
            let settings = world.read("marl.toml");
            world.write("marl.toml", format!("{settings}[limit.{name}]\nbulk = 7\nper_minute = 60000\n"));
            until_done(&world, &enrich(integration, ""));
            let ((answers, doubts), billed) = (recorded(&world, name), billed(&world, name));
            assert!(
                answers <= billed && billed <= answers + doubts,
                "{name} {seed}: {answers} {doubts} {billed}"
            );
            assert_eq!(vendor(&world, name).billed_duplicates, 0, "{name} {seed}");
            in_doubt += doubts;
        }
    }
    assert!(in_doubt > 0.0, "the faults met some request");
}

#[test]
fn a_thousand_rows_make_as_few_requests_as_the_bulk_allows() {
    for (bulk, requests) in [(1, 1_000), (10, 100), (100, 10)] {
        let world = world(Options::default());
        world.write("people.csv", people(1_000, 1_000));
        let settings = world.read("marl.toml");
        world.write("marl.toml", format!("{settings}[limit.pdl]\nbulk = {bulk}\n"));
        let plan = world.run("plan --input people.csv --integrations pdl_person --json").exits(0).json();
        assert_eq!(plan["steps"][0]["calls"][0]["requests"]["exactly"], requests, "{plan}");
        let document = world.run(&enrich("pdl_person", "")).exits(0).json();
        assert_eq!(
            (&document["calls"]["sent"], &document["calls"]["requests"]),
            (&1_000.into(), &requests.into())
        );
        assert_eq!(vendor(&world, "pdl").requests, requests);
        // What was planned is what it costs.
        let (least, most) =
            (plan["cost"]["exactly"].as_f64().unwrap(), plan["cost"]["at_most"].as_f64().unwrap());
        let cost = document["cost"].as_f64().unwrap();
        assert!(least <= cost && cost <= most && cost > 0.0, "{least} {cost} {most}");
    }
}

#[test]
fn duplicates_and_a_cap_in_the_middle_of_a_request() {
    let world = world(Options::default());
    world.write("people.csv", people(600, 300));
    let plan =
        world.run("plan --input people.csv --integrations pdl_person --max-calls 250 --json").exits(0).json();
    assert_eq!(plan["cost"]["at_most"].as_f64(), Some(250.0 * CREDIT), "{plan}");
    assert_eq!(plan["steps"][0]["calls"][0]["requests"]["exactly"], 3, "{plan}");
    let document = world.run(&enrich("pdl_person", "--max-calls 250")).exits(8).json();
    assert_eq!(
        (&document["calls"]["sent"], &document["calls"]["requests"]),
        (&250.into(), &3.into()),
        "{document}"
    );
    let stats = vendor(&world, "pdl");
    assert_eq!((stats.calls, stats.requests), (250, 3));
    world.run(&enrich("pdl_person", "")).exits(0);
    let stats = vendor(&world, "pdl");
    assert_eq!((stats.calls, stats.requests, stats.billed_duplicates), (300, 4, 0));
    assert_eq!(recorded(&world, "pdl").0, billed(&world, "pdl"));
}

#[test]
fn two_processes_share_what_they_buy() {
    for (name, integration) in VENDORS {
        let world = world(Options { latency: Duration::from_millis(50), ..Options::default() });
        world.write("people.csv", people(400, 400));
        let command = enrich(integration, "");
        let start = |output: &str| {
            let mut command = world.command(&format!("{command} --output {output}"));
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let (mut one, mut two) = (start("one.csv"), start("two.csv"));
        one.wait().unwrap();
        two.wait().unwrap();
        until_done(&world, &command);
        let stats = vendor(&world, name);
        assert_eq!((stats.calls, stats.billed_duplicates), (400, 0), "{name}");
        assert_eq!(recorded(&world, name).0, billed(&world, name), "{name}");
    }
}

#[test]
fn what_is_pending_is_said_everywhere_and_collected_later() {
    let world = world(Options { pending_for: Duration::from_millis(1_500), ..Options::default() });
    let table =
        "n,linkedin_url\n0,https://www.linkedin.com/in/sandbox-one\n1,https://www.linkedin.com/in/missing\n";
    world.write("people.csv", table);
    let command = "enrich --input people.csv --integrations fullenrich_email --patience 0s";
    let ran = world.run(command).exits(11);
    assert!(
        ran.stderr.contains("pending  2 calls to fullenrich are ordered; the answers come later"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("run the same command again"), "{}", ran.stderr);
    let plan = world.run("plan --input people.csv --integrations fullenrich_email").exits(0);
    assert!(plan.stdout.contains("2 ordered and not answered yet, 0 to send"), "{}", plan.stdout);
    let document =
        world.run("plan --input people.csv --integrations fullenrich_email --json").exits(0).json();
    assert_eq!(
        (&document["send"]["at_most"], &document["steps"][0]["calls"][0]["pending"]),
        (&0.into(), &2.into())
    );
    world.run("ledger prune --older-than 0s --yes");
    let stats = world.run("ledger stats --json").exits(0).json();
    assert_eq!(stats["calls"][0]["state"], "pending", "{stats}");
    let document = world.run(&format!("{command} --json --max-age 0s")).code;
    assert!([0, 11].contains(&document));
    std::thread::sleep(Duration::from_millis(1_500));
    let document = world.run(&format!("{command} --json")).exits(0).json();
    assert_eq!(document["calls"]["sent"], 0, "{document}");
    assert_eq!(
        world.column("people_enriched.csv", "work_email").iter().filter(|cell| !cell.is_empty()).count(),
        1
    );
    let stats = vendor(&world, "fullenrich");
    assert_eq!((stats.calls, stats.billed), (2, 1));
    let runs = world.run("runs --json").exits(0).json();
    assert_eq!(runs["runs"][0]["cost"].as_f64(), Some(CREDIT), "the run that collected it: {runs}");
    let shown = world.run(&format!("runs show {}", runs["runs"][0]["id"])).exits(0).stdout;
    assert!(shown.contains("arrived  2 answers ordered by an earlier run"), "{shown}");
    let shown = world.run("runs show 1").exits(0).stdout;
    assert!(shown.contains("pending  2 calls, up to 0.5 USD"), "{shown}");
    assert_eq!(recorded(&world, "fullenrich").0, CREDIT);
}

#[test]
fn a_cell_that_waits_is_explained() {
    let world = world(Options { pending_for: Duration::from_secs(60), ..Options::default() });
    let table = "n,linkedin_url,work_email\n0,https://www.linkedin.com/in/sandbox-one,\n1,,jane@acme.com\n";
    world.write("people.csv", table);
    world
        .run("enrich --input people.csv --integrations fullenrich_email --patience 0s --output out.csv")
        .exits(11);
    let why = world.run("why out.csv --row 1 --column work_email").exits(0).stdout;
    assert!(why.contains("ordered from fullenrich, which answers later"), "{why}");
    let gaps: Json = world.run("gaps out.csv --column work_email --json").exits(0).json();
    assert!(gaps.to_string().contains("\"pending\""), "{gaps}");
}

#[test]
fn a_cap_on_cost_asks_for_the_price_of_the_vendors_unit() {
    let world = world(Options::default());
    world.write("marl.toml", format!("{QUICK}[price.pdl]\ncredits = 1\n"));
    let ran = world.run("enrich --input people.csv --integrations pdl_person --max-cost 5").exits(2);
    assert!(ran.stderr.contains("set `credit = 0.02`, say, under `[price.pdl]`"), "{}", ran.stderr);
    assert_eq!(vendor(&world, "pdl").requests, 0);
}

/// The output of a run is a table like any other: its own columns make no new questions.
#[test]
fn a_run_over_its_own_output_buys_nothing() {
    let world = world(Options::default());
    world.run(&enrich("pdl_person", "")).exits(0);
    let stats = vendor(&world, "pdl");
    let document = world
        .run("enrich --input people_enriched.csv --integrations pdl_person --output again.csv --json")
        .exits(0)
        .json();
    assert_eq!(document["calls"]["sent"], 0, "{document}");
    assert_eq!(vendor(&world, "pdl"), stats);
}

#[test]
fn without_the_key_a_pending_answer_is_no_reason_to_repeat_the_command() {
    let world = world(Options { pending_for: Duration::from_secs(60), ..Options::default() });
    let command = "enrich --input people.csv --integrations fullenrich_email --patience 0s";
    world.run(command).exits(11);
    let mut keyless = world.command(command);
    keyless.env_remove("FULLENRICH_API_KEY");
    let ran = world.ran(keyless.output().unwrap());
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("FULLENRICH_API_KEY is not set"), "{}", ran.stderr);
}
