//! Tests an agent's whole task with the documented JSON alone: look, pilot, plan, a run in the background
//! that is killed and continued, its report, and the origin of a cell.

use std::{fmt::Write as _, thread::sleep, time::Duration};

use sandbox::Options;
use serde_json::Value as Json;

use crate::world::World;

/// The length at which clients truncate or fail.
const LONGEST: usize = 25_000;

/// Runs a command from a document or an error.
fn go_on(world: &World, command: &str) -> crate::world::Ran {
    let words = shlex::split(command).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).skip(1).collect();
    world.run_words(&words)
}

fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_else(|| panic!("no {pointer} in {json}"))
}

#[test]
fn an_agents_task_from_looking_to_explaining() {
    let world = World::with(Options { latency: Duration::from_millis(40), ..Options::default() });
    let mut table = String::from("id,Person,profile\n");
    (0..400).for_each(|row| writeln!(table, "{row},P {row},linkedin.com/in/sandbox-{}", row % 300).unwrap());
    world.write("people.csv", table);

    // The agent looks, and learns what can run and on which column.
    let columns = world.run("columns people.csv --json").exits(0).json();
    let profile =
        columns["columns"].as_array().unwrap().iter().find(|column| column["type"] == "linkedin_url");
    let column = profile.unwrap()["name"].as_str().unwrap().to_owned();
    let wrong = world.run("plan --input people.csv --integrations linkedin --json").exits(6);
    // The error names the corrected command, and the column is bound by its usual name.
    let next = |ran: &crate::world::Ran| -> String {
        let error: Json = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
        text(&error, "/error/next_command").to_owned()
    };
    let bound = go_on(&world, &next(&wrong)).exits(0).json();
    let integration = text(&bound, "/steps/0/name").to_owned();
    assert_eq!(text(&bound, "/steps/0/uses/0/inputs/linkedin_url"), column);
    let steps = format!("--integrations {integration} --map {integration}.linkedin_url={column}");

    // A pilot on three rows, then the plan for all of them.
    let pilot =
        world.run(&format!("enrich --input people.csv {steps} --limit 3 --output pilot.csv --json")).exits(0);
    assert_eq!(pilot.json()["calls"]["bought"], 3);
    let plan = world.run(&format!("plan --input people.csv {steps} --json")).exits(0).json();
    assert_eq!((&plan["send"]["exactly"], &plan["send"]["at_most"]), (&297.into(), &297.into()));
    assert_eq!(plan["cost"], Json::Null, "no price is known, which is not free");

    // The run goes on in the background, bound to the plan, and is killed midway.
    let started = go_on(&world, &format!("{} --detach", text(&plan, "/command"))).exits(0).json();
    while world.stats().billed < 60 {
        sleep(Duration::from_millis(5));
    }
    let killed =
        std::process::Command::new("kill").args(["-9", &started["pid"].to_string()]).status().unwrap();
    assert!(killed.success());
    let died = go_on(&world, text(&started, "/next_command")).exits(1).json();
    assert_eq!(died["state"], "died");

    // The same command continues from there, in the foreground this time.
    let before = world.stats().billed;
    let again = text(&died, "/command").replace(" --detach", "");
    let ran = go_on(&world, &again);
    let report = ran.json();
    let doubts = report["calls"]["in_doubt"].as_u64().unwrap();
    assert_eq!(ran.code, if doubts > 0 { 9 } else { 0 }, "{report}");
    assert_eq!(world.stats().billed_duplicates, 0);
    assert_eq!(report["calls"]["bought"].as_u64().unwrap(), world.stats().billed - before);
    assert_eq!(world.read("people_enriched.csv").lines().count(), 401);

    let why = world.run_bare("why people_enriched.csv --row 1 --column headline --json").exits(0).json();
    assert_eq!(text(&why, "/chain/0/integration"), integration);
    assert_eq!(text(&why, "/chain/1/column"), column);
    let runs = world.run_bare("runs --json").exits(0).json();
    let states: Vec<&str> = runs["runs"].as_array().unwrap().iter().map(|run| text(run, "/state")).collect();
    assert_eq!(states, ["finished", "died", "finished"]);
}

#[test]
fn answers_about_a_large_table_stay_short() {
    let world = World::new();
    let mut table = String::from("company_domain,note\n");
    (0..100_000).for_each(|row| writeln!(table, "c{row}.example,\"a note of row {row}\"").unwrap());
    world.write("big.csv", table);
    let steps =
        "--input big.csv --integrations find_ceo,web_research,linkedin_profile --rows 1-3,90000-90003";
    world.run(&format!("enrich {steps}")).exits(0);
    for command in [
        "integrations --json",
        "columns big.csv --json",
        "rows big.csv --json",
        "rows big.csv --filter note.contains(\"9\") --json",
        "runs show 1 --json",
        "runs --json",
        &format!("plan {steps} --sample 5 --json"),
        "plan --input big.csv --integrations find_ceo,web_research,linkedin_profile --rows 50000- --json",
    ] {
        let reported = world.run(command).exits(0).stdout;
        assert!(reported.len() < LONGEST, "{command}: {} characters", reported.len());
    }
}
