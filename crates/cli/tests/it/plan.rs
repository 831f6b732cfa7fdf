//! Tests of `marl plan`, recipes and the selection of rows, from a user's view.

use serde_json::Value as Json;

use crate::world::World;

const LEADS: &str = "Company Name,company_domain,employees,country
Nike,nike.com,\"75,400\",US
Nike again,www.nike.com,75400,US
3M,3m.com,60500,US
Nobody,nobody.example,12,DE
Empty,,5,DE
Bad,not a domain,,US
";

const STEPS: &str = "--input leads.csv --integrations find_ceo,linkedin_profile";

fn world() -> World {
    let world = World::new();
    world.write("leads.csv", LEADS);
    world
}

/// Masks what differs from run to run: times, and the hash, which depends on the port.
fn masked(printed: &str) -> String {
    let line = |line: &str| match line {
        line if line.starts_with("plan  ") => "plan     [PLAN]".to_owned(),
        line if line.starts_with("run  ") => {
            line.split(" --plan ").next().unwrap().to_owned() + " --plan [PLAN]"
        }
        line if line.contains("estimated from past calls") => "time     [TIME]".to_owned(),
        line => line.replace("\\n", " "),
    };
    printed.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn send(plan: &Json) -> (u64, u64) {
    (plan["send"]["exactly"].as_u64().unwrap(), plan["send"]["at_most"].as_u64().unwrap())
}

#[test]
fn a_plan_sends_nothing_needs_no_key_and_creates_no_ledger() {
    let world = world();
    let plan = world.run_bare(&format!("plan {STEPS} --json")).exits(0).json();
    assert_eq!(send(&plan), (3, 6));
    assert!(!world.path(".marl").exists());
    assert!(!world.path("leads_enriched.csv").exists());
    let before = world.run(&format!("plan {STEPS}")).exits(0);
    world.run(&format!("enrich {STEPS} --limit 3")).exits(0);
    let calls = world.stats().calls;
    let after = world.run(&format!("plan {STEPS} --sample 2")).exits(0);
    insta::assert_snapshot!(format!("{}\n{}", masked(&before.transcript()), masked(&after.transcript())));
    assert_eq!(world.stats().calls, calls);
    world.run(&format!("enrich {STEPS}")).exits(7);
    assert_eq!(send(&world.run(&format!("plan {STEPS} --json")).exits(0).json()), (0, 0));
}

#[test]
fn a_plan_knows_prices_and_times() {
    let world = world();
    let settings = world.read("marl.toml");
    world.write(
        "marl.toml",
        format!("currency = \"USD\"\n{settings}[price.datagen]\nchatgpt_webresearch = 0.1\nget_linkedin_person_data = 0.02\n"),
    );
    let plan = world.run(&format!("plan {STEPS} --json")).exits(0).json();
    assert_eq!(plan["cost"], serde_json::json!({"exactly": 0.3, "at_most": 0.36}));
    assert_eq!(plan["currency"], "USD");
    assert!(plan["seconds"].is_null(), "nothing is known of time yet");
    world.run(&format!("enrich {STEPS} --limit 1")).exits(0);
    let plan = world.run(&format!("plan {STEPS} --json")).exits(0).json();
    assert!(plan["seconds"]["at_most"].is_number(), "{plan}");
    assert_eq!(plan["steps"][0]["calls"][0]["in_ledger"], 1);
}

#[test]
fn a_run_is_bound_to_its_plan() {
    let world = world();
    let hash = |args: &str| {
        let plan = world.run(&format!("plan {STEPS} {args} --json")).exits(0).json();
        plan["plan"].as_str().unwrap().to_owned()
    };
    let then = hash("--rows 1-4");
    let mut outputs = Vec::new();
    let mut refused = |args: &str| {
        let ran = world.run(&format!("enrich {args} --plan {then}")).exits(10);
        outputs.push(ran.stderr);
    };
    refused(STEPS);
    refused(&format!("{STEPS} --rows 1-4 --existing overwrite"));
    refused("--input leads.csv --integrations find_ceo --rows 1-4");
    refused(&format!("{STEPS} --rows 1-4 --max-age 1h"));
    world.write("leads.csv", LEADS.replace("3m.com", "1und1.ag"));
    refused(&format!("{STEPS} --rows 1-4"));
    world.write("leads.csv", LEADS);
    assert_eq!(world.stats().calls, 0, "nothing was sent");
    insta::assert_snapshot!(outputs.concat());
    let wrong = world.run(&format!("enrich {STEPS} --plan 1234")).exits(2);
    assert!(wrong.stderr.contains("it must be copied exactly as `marl plan` printed it"), "{}", wrong.stderr);
    world.run(&format!("enrich {STEPS} --rows 1-4 --plan {then}")).exits(0);
    // The same holds for another ledger, which has no answers.
    let other = world.run(&format!("enrich {STEPS} --rows 1-4 --ledger new.db --plan {then}")).exits(10);
    assert!(other.stderr.contains("the ledger changed"), "{}", other.stderr);
}

#[test]
fn flags_and_an_equal_recipe_make_the_same_plan() {
    let world = world();
    let flags = [
        "--input",
        "leads.csv",
        "--integrations",
        "find_ceo,boss=linkedin_profile",
        "--prefix",
        "boss=boss_",
        "--map",
        "boss.linkedin_url=ceo_linkedin_url",
        "--column-type",
        "employees=integer",
        "--where",
        "find_ceo=employees > 100 && row[\"Company Name\"] != \"3M\"",
        "--formula",
        "size=employees > 1000 ? \"large\" : \"small\"",
    ];
    let hash = |words: &[&str]| world.run_words(words).exits(0).json()["plan"].clone();
    let by_flags = hash(&[&["plan"], &flags[..], &["--json"]].concat());
    world.run_words(&[&["recipe", "new"], &flags[..], &["--output", "recipe.toml"]].concat()).exits(0);
    insta::assert_snapshot!(world.read("recipe.toml"));
    assert_eq!(hash(&["plan", "--input", "leads.csv", "--recipe", "recipe.toml", "--json"]), by_flags);
    let again =
        world.run_words(&[&["recipe", "new"], &flags[..], &["--output", "recipe.toml"]].concat()).exits(2);
    assert!(again.stderr.contains("a recipe is not overwritten"), "{}", again.stderr);
    let ran = world.run("enrich --input leads.csv --recipe recipe.toml --json").exits(0).json();
    assert_eq!(ran["remarks"], serde_json::json!([]));
    assert_eq!(
        world.header("leads_enriched.csv"),
        "Company Name,company_domain,employees,country,ceo_name,ceo_linkedin_url,boss_headline,boss_current_company,boss_location,boss_follower_count,size"
    );
    assert_eq!(
        world.column("leads_enriched.csv", "size"),
        ["large", "large", "large", "small", "small", "small"]
    );
    assert_eq!(world.column("leads_enriched.csv", "ceo_name")[2..], ["", "", "", ""]);
    let why = |row: &str, column: &str| {
        let args = format!("why leads_enriched.csv --row {row} --column {column} --json");
        world.run_bare(&args).exits(0).json()["chain"].clone()
    };
    let boss = why("1", "boss_headline");
    let columns: Vec<&str> =
        boss.as_array().unwrap().iter().map(|cell| cell["column"].as_str().unwrap()).collect();
    assert_eq!(columns, ["boss_headline", "ceo_linkedin_url", "company_domain", "employees", "Company Name"]);
    assert_eq!(
        (boss[0]["integration"].as_str(), boss[0]["output"].as_str()),
        (Some("linkedin_profile"), Some("headline"))
    );
    let skipped = why("3", "ceo_name")[0]["note"].as_str().unwrap().to_owned();
    assert!(skipped.contains("does not hold") && skipped.contains("employees > 100"), "{skipped}");
    let size = why("2", "size");
    assert_eq!(size[0]["formula"], "employees > 1000 ? \"large\" : \"small\"");
    assert_eq!(size[0]["inputs"][0]["column"], "employees");
}

#[test]
fn mistakes_in_a_recipe_are_reported_with_their_lines() {
    let world = world();
    let mut outputs = Vec::new();
    for step in [
        "use = \"find_coe\"",
        "use = [\"find_ceo\", \"web_research\"]",
        "use = \"find_ceo\"\ninputs = { company_domian = \"company_domain\" }",
        "use = \"find_ceo\"\ninputs = { company_domain = \"domain\" }",
        "use = \"find_ceo\"\nwhere = 'employees > 100'",
        "use = \"find_ceo\"\nwhere = 'headcount > 100'",
        "use = \"find_ceo\"\n\n[[step]]\nname = \"ceo\"\nuse = \"find_ceo\"",
        "name = \"size\"\nformula = 'row[\"Company Nam\"]'",
        "name = \"spool\"\nformula = 'pool'\n\n[[step]]\nname = \"pool\"\nformula = 'spool'",
        "use = \"linkedin_profile\"",
        "use = \"find_ceo\"\n\n[columns]\nemployes = \"integer\"",
    ] {
        world.write("recipe.toml", format!("# leads\n[[step]]\n{step}\n"));
        let ran = world.run("plan --input leads.csv --recipe recipe.toml");
        assert!([2, 6].contains(&ran.code), "{}", ran.stderr);
        outputs.push(ran.stderr);
    }
    let both = world.run("plan --input leads.csv --recipe recipe.toml --integrations find_ceo").exits(2);
    outputs.push(both.stderr);
    insta::assert_snapshot!(outputs.join("\n"));
}

#[test]
fn rows_are_picked_and_the_rest_passes_through() {
    let world = world();
    let asked = |args: &[&str]| {
        let _ = std::fs::remove_file(world.path("o.csv"));
        let words =
            ["enrich", "--input", "leads.csv", "--output", "o.csv", "--integrations", "find_ceo", "--json"];
        let ran = world.run_words(&[&words[..], args].concat());
        assert_eq!(world.read("o.csv").lines().count(), 7, "every row is there");
        (ran.json()["rows_selected"].as_u64().unwrap(), world.stats().calls)
    };
    assert_eq!(asked(&["--rows", "2-3"]), (2, 2));
    assert_eq!(asked(&["--filter", "country == \"DE\""]), (2, 3));
    assert_eq!(asked(&["--filter", "row[\"Company Name\"].startsWith(\"N\")", "--limit", "2"]), (2, 3));
    assert_eq!(asked(&["--only", "no-data"]), (1, 3));
    assert_eq!(asked(&["--only", "failed"]), (1, 3));
    assert_eq!(asked(&["--only", "empty", "--rows", "4-"]), (3, 3));
    assert_eq!(asked(&["--only", "empty", "--refresh", "--limit", "1"]), (1, 4));
    // Stored answers select the row, even if a flag refreshes them.
    assert_eq!(asked(&["--only", "no-data", "--refresh"]), (1, 5));
    assert_eq!(asked(&["--only", "no-data", "--max-age", "0s"]), (1, 6));
    let mut outputs = Vec::new();
    for (args, code) in [
        (["--rows", "3-2"], 2),
        (["--rows", "9"], 6),
        (["--filter", "employees > 3"], 2),
        (["--filter", "ceo_name == null"], 6),
    ] {
        let words = ["plan", "--input", "leads.csv", "--integrations", "find_ceo"];
        outputs.push(world.run_words(&[&words[..], &args].concat()).exits(code).stderr);
    }
    let words =
        ["plan", "--input", "leads.csv", "--integrations", "find_ceo", "--filter", "int(employees) > 3"];
    outputs.push(world.run_words(&words).exits(0).stderr);
    insta::assert_snapshot!(outputs.join("\n"));
}

#[test]
fn rows_that_failed_before_are_picked() {
    let world = World::faulty(&["500=1"]);
    world.write("leads.csv", LEADS);
    world.write("marl.toml", "[retry]\nattempts = 1\nbase_seconds = 0\n[breaker]\nafter = 100\n");
    let args = "--input leads.csv --integrations find_ceo --json";
    world.run(&format!("enrich {args} --rows 3-4")).exits(7);
    let plan = world.run(&format!("plan {args} --only failed")).exits(0).json();
    assert_eq!(plan["table"]["rows_picked"], 3, "two whose calls failed, and one that cannot be asked");
    assert_eq!(plan["steps"][0]["calls"][0]["failed_before"], 2);
}

#[test]
fn a_step_never_runs_if_its_condition_cannot_be_evaluated() {
    let world = world();
    let ran = world.find_ceo_where("int(employees) > 100").exits(0);
    assert_eq!(world.stats().calls, 2, "rows 2 and 3");
    assert!(ran.stderr.contains("`75,400` is not a plain number"), "{}", ran.stderr);
    let why = world.run_bare("why leads_enriched.csv --row 1 --column ceo_name").exits(0).stdout;
    assert!(why.contains("cannot be decided") && why.contains("75,400"), "{why}");
}

#[test]
fn an_older_output_is_not_replaced_by_one_that_holds_less() {
    let world = world();
    world.run(&format!("enrich {STEPS}")).exits(7);
    let full = world.read("leads_enriched.csv");
    let mut outputs = Vec::new();
    for args in ["--limit 0", "--limit 1", "--rows 2", "--only failed", "--only no-data"] {
        outputs.push(world.run(&format!("enrich {STEPS} {args}")).exits(2).stderr);
    }
    insta::assert_snapshot!(outputs.concat());
    world.run(&format!("enrich {STEPS} --rows 1-3")).exits(0);
    assert_eq!(world.read("leads_enriched.csv"), full, "the rows that have answers are picked");
    // A call that a cap prevents has no outcome, and neither has a step that needs its answer.
    let capped = world.run(&format!("enrich {STEPS} --refresh --max-calls 0 --json")).exits(8).json();
    assert_eq!(capped["integrations"][1]["skipped"]["budget"], 4, "{capped}");
    assert!(capped["output"].is_null());
    assert_eq!(world.read("leads_enriched.csv"), full);
    let hint = capped["hint"].as_str().unwrap();
    assert!(hint.contains("ask anew"), "{hint}");
}

#[test]
fn caps_are_part_of_the_plan() {
    let world = world();
    let settings = world.read("marl.toml");
    world.write(
        "marl.toml",
        format!("{settings}[price.datagen]\nchatgpt_webresearch = 0.1\nget_linkedin_person_data = 0.02\n"),
    );
    let plan = |args: &str| world.run(&format!("plan {STEPS} {args} --json")).exits(0).json();
    assert_eq!(send(&plan("--max-calls 2")), (2, 2));
    let cost = plan("--max-cost 0.25");
    assert_eq!(send(&cost), (2, 6), "of the dearest two, of the cheapest twelve");
    assert_eq!(cost["cost"]["at_most"], 0.25);
    assert!(plan("--in-doubt retry")["doubts_resent"].is_number());
    assert!(plan("")["doubts_resent"].is_null());
}

#[test]
fn a_plan_refuses_what_the_run_would_refuse() {
    let world = world();
    for args in [
        "--output nowhere/o.csv",
        "--output leads.csv",
        "--output o.jsonl",
        "--existing fail --want headline --parallel 0",
    ] {
        let plan = world.run(&format!("plan {STEPS} {args}"));
        let run = world.run(&format!("enrich {STEPS} {args}"));
        assert_eq!((plan.code, plan.stderr), (2, run.stderr), "{args}");
    }
    world.write("empty.db", "");
    world.run(&format!("plan {STEPS} --ledger empty.db")).exits(0);
    assert_eq!(world.read("empty.db"), "", "a plan begins no ledger");
}

#[test]
fn why_knows_which_rows_were_picked() {
    let world = world();
    world.run(&format!("enrich {STEPS} --rows 1")).exits(0);
    world.run(&format!("enrich {STEPS} --output all.csv")).exits(7);
    let note = |row: u64| {
        let args = format!("why leads_enriched.csv --row {row} --column ceo_name --json");
        world.run_bare(&args).exits(0).json()["chain"][0]["note"].clone()
    };
    assert!(note(1).is_null());
    assert_eq!(note(3), "row 3 was not picked in run 1");
}

#[test]
fn a_flag_outranks_a_step_of_the_recipe() {
    let world = World::new();
    world.write("leads.csv", "company_domain,ceo_name\nnike.com,Jane Doe\n");
    world.write("recipe.toml", "[[step]]\nuse = \"find_ceo\"\nexisting = \"keep\"\n");
    let command = "enrich --input leads.csv --recipe recipe.toml --existing";
    world.run(&format!("{command} fail")).exits(2);
    world.run(&format!("{command} overwrite")).exits(0);
    assert_eq!(world.column("leads_enriched.csv", "ceo_name"), ["Elliott Hill"]);
}

#[test]
fn a_prefix_that_changes_no_column_is_refused() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n");
    let words = "plan --input leads.csv --integrations find_ceo --into ceo_name=A --into ceo_linkedin_url=B";
    world.run(words).exits(0);
    let ran = world.run(&format!("{words} --prefix find_ceo=x_")).exits(2);
    assert!(ran.stderr.contains("hint:") && ran.stderr.contains("changes nothing"), "{}", ran.stderr);
}

#[test]
fn flags_that_cannot_be_parsed_show_their_form() {
    let world = world();
    let mut outputs = Vec::new();
    for flag in [
        ["--map", "find_ceo.=company_domain"],
        ["--into", "ceo_name"],
        ["--prefix", "ceo_"],
        ["--where", "find_ceo"],
        ["--formula", "=1"],
        ["--provider-column", "find_ceo="],
        ["--column-type", "employees=money"],
        ["--only", "bad"],
        ["--plan", "x"],
    ] {
        let words = ["plan", "--input", "leads.csv", "--integrations", "find_ceo"];
        let ran = world.run_words(&[&words[..], &flag].concat()).exits(2);
        outputs.push(ran.stderr.replace("\n\nFor more information, try '--help'.", ""));
    }
    let twice = ["--column-type", "employees=integer", "--column-type", "employees=text"];
    let words = ["plan", "--input", "leads.csv", "--integrations", "find_ceo"];
    outputs.push(world.run_words(&[&words[..], &twice].concat()).exits(2).stderr);
    insta::assert_snapshot!(outputs.concat());
}
