//! Tests of tables with column names of their own, as in every export from a CRM.

use serde_json::Value as Json;

use crate::world::{Ran, World};

const CRM: &str = "Account Name,Website,Employees,CEO\n\
                   Nike,https://www.nike.com,,\n\
                   3M,3m.com,,Jane Doe\n\
                   Sanmina,sanmina.com,5,\n";

/// The command that an error names.
fn next(ran: &Ran) -> Vec<String> {
    let line = ran.stderr.lines().last().unwrap();
    let error: Json = serde_json::from_str(line).unwrap();
    let command = error["error"]["next_command"].as_str().unwrap_or_else(|| panic!("no command: {line}"));
    shlex::split(command).unwrap().split_off(1)
}

fn run_words(world: &World, words: &[String]) -> Ran {
    world.run_words(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_crm_export_runs_unchanged() {
    let world = World::new();
    world.write("crm.csv", CRM);
    let columns = world.run("columns crm.csv --json").exits(0).json();
    let runs = &columns["integrations"];
    assert_eq!(runs[0]["inputs"]["company_domain"], "Website");
    assert_eq!(runs[0]["could_fill"][0]["flag"], "--into find_ceo.ceo_name=CEO");
    let run = world.run("enrich --input crm.csv --integrations find_ceo,web_research").exits(0);
    assert!(run.stderr.contains("company_domain <- Website"), "{}", run.stderr);
    assert_eq!(world.column("crm_enriched.csv", "ceo_name")[0], "Elliott Hill");
}

#[test]
fn placeholders_are_filled_and_counted() {
    let world = World::new();
    world.write("crm.csv", "Website,CEO\nnike.com,N/A\n3m.com,#REF!\nsanmina.com,Jane Doe\nibm.com,\n");
    let steps = "--input crm.csv --integrations find_ceo --into ceo_name=CEO";
    let plan = world.run(&format!("plan {steps}")).exits(0);
    assert!(plan.stdout.contains("up to 2 cells of your own that hold a placeholder"), "{}", plan.stdout);
    let plan = world.run(&format!("plan {steps} --json")).exits(0).json();
    assert_eq!(plan["cells_said_nothing"], serde_json::json!({ "exactly": 0, "at_most": 2 }));
    let run = world.run(&format!("enrich {steps}")).exits(0);
    assert!(run.stderr.contains("filled   2 cells of your own that held a placeholder"), "{}", run.stderr);
    assert_eq!(world.column("crm_enriched.csv", "CEO")[2], "Jane Doe");
    let plan = world.run(&format!("plan {steps} --json")).exits(0).json();
    assert_eq!(plan["cells_said_nothing"], serde_json::json!({ "exactly": 2, "at_most": 2 }));
    let none = "--input crm.csv --rows 3 --integrations find_ceo --into ceo_name=CEO --output o.csv --json";
    assert_eq!(world.run(&format!("enrich {none}")).exits(0).json()["cells_said_nothing"], 0);
}

/// A row that mixes two people must be reported.
#[test]
fn a_kept_cell_that_does_not_match_its_row_is_reported() {
    let world = World::new();
    world.write("crm.csv", "Website,CEO\nnike.com,Zora Quist\n3m.com,\nibm.com,arvind k.\n");
    let steps = "enrich --input crm.csv --integrations find_ceo --into ceo_name=CEO";
    let run = world.run(steps).exits(0);
    assert!(
        run.stderr.contains("mixed    1 filled cell of your table (column CEO) differs"),
        "{}",
        run.stderr
    );
    let run = world.run(&format!("{steps} --json")).exits(0).json();
    assert_eq!((&run["cells_mixed"], &run["columns_mixed"]), (&1.into(), &serde_json::json!(["CEO"])));
    let run = world.run(&format!("{steps} --rows 2- --output o.csv --json")).exits(0).json();
    assert_eq!(run["cells_mixed"], Json::Null, "a part of the name is the same");
}

/// A refresh reports how many filled cells of the table it replaces, and `--existing keep` keeps them.
#[test]
fn filled_cells_that_are_replaced_are_counted_and_can_be_kept() {
    let world = World::new();
    world.write("crm.csv", "Website,CEO\nnike.com,Jane Doe\n3m.com,\nsanmina.com,Jure Sola\n");
    let steps = "--input crm.csv --integrations find_ceo --into ceo_name=CEO";
    for flags in ["--refresh", "--refresh=find_ceo", "--existing overwrite"] {
        let plan = world.run(&format!("plan {steps} {flags}")).exits(0);
        assert!(
            plan.stdout.contains("up to 2 filled cells of your table (column CEO)"),
            "{flags}: {}",
            plan.stdout
        );
    }
    let plan = world.run(&format!("plan {steps} --refresh --json")).exits(0).json();
    assert_eq!(plan["cells_replaced"], serde_json::json!({ "exactly": 0, "at_most": 2 }));
    assert_eq!(plan["columns_replaced"], serde_json::json!(["CEO"]));
    let run = world.run(&format!("enrich {steps} --refresh")).exits(0);
    assert!(run.stderr.contains("replaced 1 filled cell of your table (column CEO)"), "{}", run.stderr);

    let sent = world.stats().calls;
    let keep = format!("{steps} --refresh --existing keep --output kept.csv --json");
    let run = world.run(&format!("enrich {keep}")).exits(0).json();
    assert_eq!((&run["cells_replaced"], &run["cells_kept"]), (&0.into(), &2.into()));
    assert_eq!(world.stats().calls, sent + 3, "every row was asked again");
    let names = world.column("kept.csv", "CEO");
    assert_eq!((names[0].as_str(), names[2].as_str()), ("Jane Doe", "Jure Sola"));
    assert!(!names[1].is_empty());
    let plan = world.run(&format!("plan {steps} --existing overwrite --json")).exits(0).json();
    assert_eq!(plan["cells_replaced"], serde_json::json!({ "exactly": 1, "at_most": 1 }));
    // An answer of an earlier run is a filled cell, too.
    let run = world.run(&format!("enrich {steps} --json")).exits(0).json();
    assert_eq!(run["cells_replaced"], 0);
}

#[test]
fn answers_go_into_the_tables_own_columns() {
    let world = World::new();
    world.write("crm.csv", CRM);
    let flags = "--into find_ceo.ceo_name=CEO --into employee_count=Employees";
    let steps = format!("--input crm.csv --integrations find_ceo,web_research {flags}");
    let plan = world.run(&format!("plan {steps}")).exits(0);
    assert!(plan.stdout.contains("ceo_name as CEO"), "{}", plan.stdout);
    world.run(&format!("enrich {steps}")).exits(0);
    assert_eq!(
        world.header("crm_enriched.csv"),
        "Account Name,Website,Employees,CEO,ceo_linkedin_url,company_description,tech_stack"
    );
    assert_eq!(world.column("crm_enriched.csv", "CEO"), ["Elliott Hill", "Jane Doe", "Jure Sola"]);
    assert_eq!(world.column("crm_enriched.csv", "Employees")[2], "5", "filled cells stay");

    let why = world.run("why crm_enriched.csv --row 1 --column CEO --json").exits(0).json();
    assert_eq!((&why["chain"][0]["from"], &why["chain"][0]["output"]), (&"value".into(), &"ceo_name".into()));
    let sent = world.stats().calls;
    // The same with a recipe, and by wanting the column under the table's own name.
    let recipe = world.run(&format!("recipe new {steps} --output recipe.toml"));
    recipe.exits(0);
    assert!(world.read("recipe.toml").contains("outputs = { ceo_name = \"CEO\" }"));
    world.run("enrich --input crm.csv --recipe recipe.toml --output two.csv").exits(0);
    world.run("enrich --input crm.csv --want CEO --into find_ceo.ceo_name=CEO --output three.csv").exits(0);
    assert_eq!(world.read("two.csv"), world.read("crm_enriched.csv"));
    assert_eq!(world.column("three.csv", "CEO"), ["Elliott Hill", "Jane Doe", "Jure Sola"]);
    assert_eq!(world.stats().calls, sent);
    // `--only empty` checks the column that is filled.
    let all = "Website,CEO,Page\nintel.com,x,y\napple.com,,z\n";
    world.write("only.csv", all);
    let only =
        "plan --input only.csv --integrations find_ceo --into ceo_name=CEO --into ceo_linkedin_url=Page";
    let plan = world.run(&format!("{only} --only empty --json")).exits(0).json();
    assert_eq!(plan["table"]["rows_picked"], 1, "{plan}");
}

#[test]
fn an_error_that_knows_the_flag_gives_the_whole_command() {
    let world = World::new();
    world.write("odd.csv", "Firm,Where they are\nNike,nike.com\n");
    let missing = world.run("plan --input odd.csv --integrations find_ceo --json").exits(2);
    let words = next(&missing);
    assert_eq!(words.last().unwrap(), "find_ceo.company_domain=Where they are");
    run_words(&world, &words).exits(0);

    world.write("two.csv", "Website,Domain\nnike.com,nike.com\n");
    let columns = world.run("columns two.csv --json").exits(0).json();
    assert_eq!(columns["unbound"][0]["columns"], serde_json::json!(["Website", "Domain"]));
    let ambiguous = world.run("plan --input two.csv --integrations find_ceo,web_research --json").exits(2);
    assert_eq!(next(&ambiguous), ["columns", "two.csv", "--json"]);
    world
        .run("plan --input two.csv --integrations find_ceo,web_research --map company_domain=Domain")
        .exits(0);

    world.write("chain.csv", "Website\nnike.com\n");
    let chain = world.run("plan --input chain.csv --integrations linkedin_profile --json").exits(2);
    run_words(&world, &next(&chain)).exits(0);
    let twice = "plan --input chain.csv --integrations a=find_ceo,b=find_ceo --json";
    run_words(&world, &next(&world.run(twice).exits(2))).exits(0);
    assert_eq!(world.stats().calls, 0);
}

#[test]
fn names_that_look_the_same_are_equal() {
    let world = World::new();
    for (at, header) in
        ["\u{200b}company_domain", "company_domain\u{a0}", " company_domain "].iter().enumerate()
    {
        world.write("leads.csv", format!("{header},x\nnike.com,1\n"));
        let output = format!("out{at}.csv");
        world.run(&format!("enrich --input leads.csv --integrations find_ceo --output {output}")).exits(0);
        assert_eq!(world.column(&output, "ceo_name"), ["Elliott Hill"]);
        assert_eq!(world.header(&output), format!("{header},x,ceo_name,ceo_linkedin_url"));
    }
    assert_eq!(world.stats().calls, 1);
}
