//! Tests that cause every exit code.

use std::{
    collections::BTreeSet,
    fs::File,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use sandbox::Options;

use crate::world::{World, people};

const ENRICH: &str = "enrich --input people.csv --integrations linkedin_profile";

fn world(faults: &[&str], rows: usize) -> World {
    let world = World::faulty(faults);
    world.write("people.csv", people(rows, rows));
    world
}

/// A run here goes on for minutes: what ends it is the signal or the request, however late that comes.
fn slow() -> World {
    let world = World::with(Options { latency: Duration::from_millis(300), ..Options::default() });
    world.write("people.csv", people(5_000, 5_000));
    world
}

fn until_billed(world: &World, calls: u64) {
    while world.stats().billed < calls {
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn help_works_with_json() {
    let world = World::new();
    let document = world.run("exit-codes --json").exits(0).json();
    assert_eq!(world.run("help exit-codes --json").exits(0).json(), document);
    let text = world.run("enrich --help").exits(0).stdout;
    for words in ["help enrich --json", "--json help enrich", "help --json enrich"] {
        assert_eq!(world.run(words).exits(0).stdout, text, "{words}");
    }
}

/// stdout is on a full disk.
fn internal() -> i32 {
    let world = world(&[], 1);
    let full = File::options().write(true).open("/dev/full").unwrap();
    world.command("integrations").stdout(full).stderr(Stdio::null()).status().unwrap().code().unwrap()
}

fn interrupted() -> i32 {
    let world = slow();
    let mut child = world.command(ENRICH).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until_billed(&world, 5);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap().code().unwrap()
}

fn plan_changed() -> i32 {
    let world = world(&[], 2);
    let plan = world.run(&ENRICH.replace("enrich", "plan --json")).exits(0).json();
    world.write("people.csv", people(3, 3));
    world.run(&format!("{ENRICH} --plan {}", plan["plan"].as_str().unwrap())).code
}

fn still_running() -> i32 {
    let world = slow();
    world.run(&format!("{ENRICH} --detach")).exits(0);
    until_billed(&world, 1);
    let code = world.run("runs wait 1 --timeout 0s").code;
    world.run("runs stop 1").exits(0);
    world.run("runs wait 1").exits(130);
    code
}

fn older_stays() -> i32 {
    let world = world(&[], 3);
    world.run(ENRICH).exits(0);
    world.write("people.csv", people(4, 4));
    world.run(&format!("{ENRICH} --limit 1")).code
}

#[test]
fn each_exit_code_occurs() {
    let happened = [
        (0, world(&[], 2).run(ENRICH).code),
        (1, internal()),
        (2, world(&[], 1).run("enrich --input nothing.csv --integrations linkedin_profile").code),
        (3, world(&[], 1).run_bare(ENRICH).code),
        (4, world(&["credit=1"], 9).run(ENRICH).code),
        (6, world(&[], 1).run("describe nothing").code),
        (7, world(&["500=1"], 1).run(ENRICH).code),
        (8, world(&[], 9).run(&format!("{ENRICH} --max-calls 3")).code),
        (9, world(&["cut-after=1"], 1).run(ENRICH).code),
        (10, plan_changed()),
        (11, still_running()),
        (12, older_stays()),
        (130, interrupted()),
    ];
    for (code, seen) in happened {
        assert_eq!(seen, code);
    }
    let printed = world(&[], 1).run("exit-codes --json").exits(0).json();
    let printed = printed["exit_codes"].as_array().unwrap().iter().map(|one| one["code"].as_i64().unwrap());
    let codes: BTreeSet<i64> = happened.into_iter().map(|(code, _)| code.into()).collect();
    assert_eq!(printed.collect::<BTreeSet<_>>(), codes, "a code without a case");
}

/// In whatever form: a name that does not exist leads to exit code 6.
#[test]
fn names_that_do_not_exist_have_one_exit_code() {
    let world = world(&[], 3);
    world.run(ENRICH).exits(0);
    world.write("recipe.toml", "[[step]]\nuse = \"linkedin_profile\"\nwhere = 'nothing != null'\n");
    let plan = "plan --input people.csv --integrations linkedin_profile";
    for words in [
        "describe nothing",
        "schema nothing",
        "plan --input people.csv --integrations nothing",
        "plan --input people.csv --want nothing",
        "plan --input people.csv --recipe recipe.toml",
        "rows people.csv --columns nothing",
        "rows people.csv --filter nothing==null",
        "rows people.csv --filter row[\"nothing\"]==null",
        "rows people.csv --filter row.nothing==null",
        "rows people.csv --column-type nothing=integer --filter name!=null",
        "rows people.csv --rows 9",
        "why people_enriched.csv --row 1 --column nothing",
        "why people_enriched.csv --row 9 --column headline",
        "why people_enriched.csv --row 1 --column headline --run 9",
        "runs show 9",
        "runs wait 9",
        "runs stop 9",
        "tools show nothing",
        "tools call nothing",
        &format!("{plan} --filter nothing==null"),
        &format!("{plan} --where linkedin_profile=nothing==null"),
        &format!("{plan} --formula x=nothing"),
        &format!("{plan} --column-type nothing=integer"),
        &format!("{plan} --map linkedin_profile.linkedin_url=nothing"),
        &format!("{plan} --map linkedin_profile.nothing=name"),
        &format!("{plan} --map nothing.linkedin_url=name"),
        &format!("{plan} --prefix nothing=x_"),
        &format!("{plan} --refresh=nothing"),
        &format!("{plan} --rows 4-5"),
    ] {
        let reported = world.run(&format!("{words} --json")).exits(6).error();
        let code = reported["code"].as_str().unwrap();
        assert!(["not_found", "tool_not_found"].contains(&code), "{words}: {reported}");
        assert_ne!(reported["hint"], "", "{words}: {reported}");
    }
}
