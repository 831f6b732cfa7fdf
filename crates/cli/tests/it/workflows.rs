//! Tests of the specification's three workflows, as written there, and of chains in one command.

use std::path::Path;

use crate::world::World;

const FOUNDERS: &str = "name,company,linkedin_url\n\
    A,Acme,https://www.linkedin.com/in/sandbox-elliott-hill\n\
    B,Acme,linkedin.com/in/sandbox-jure-sola?trk=x\n\
    C,Acme,\n";

const COMPANIES: &str =
    "company_name,company_domain\nNike,nike.com\n3M,https://www.3M.com/about\nNobody,nobody.example\n";

const LEADS: &str = "name,company_domain\nx,nike.com\ny,3m.com\nz,1und1.ag\n";

#[test]
fn workflow_1_linkedin_profiles() {
    let world = World::new();
    world.write("founders.csv", FOUNDERS);
    world.run("enrich --input founders.csv --integrations linkedin_profile").exits(0);
    assert_eq!(
        world.header("founders_enriched.csv"),
        "name,company,linkedin_url,headline,current_company,location,follower_count"
    );
    let headlines = world.column("founders_enriched.csv", "headline");
    assert!(headlines[0].contains("Nike"), "{headlines:?}");
    assert_eq!(headlines[2], "");
    assert_eq!(
        world.column("founders_enriched.csv", "linkedin_url")[1],
        "linkedin.com/in/sandbox-jure-sola?trk=x"
    );
}

#[test]
fn workflow_2_several_integrations() {
    let world = World::new();
    world.write("companies.csv", COMPANIES);
    world.run("enrich --input companies.csv --integrations web_research,find_ceo").exits(0);
    assert_eq!(
        world.header("companies_enriched.csv"),
        "company_name,company_domain,company_description,tech_stack,employee_count,ceo_name,ceo_linkedin_url"
    );
    assert_eq!(world.column("companies_enriched.csv", "ceo_name")[..2], ["Elliott Hill", "William M. Brown"]);
}

#[test]
fn workflow_3_a_chain_in_two_commands_and_in_one() {
    let world = World::new();
    world.write("leads.csv", LEADS);
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    let second = world.run("enrich --input leads_enriched.csv --integrations linkedin_profile").exits(0);
    assert!(second.stderr.contains("linkedin_url <- ceo_linkedin_url"), "{}", second.stderr);
    let two = world.read("leads_enriched_enriched.csv");
    assert_eq!(
        two.lines().next().unwrap(),
        "name,company_domain,ceo_name,ceo_linkedin_url,headline,current_company,location,follower_count"
    );
    assert!(world.column("leads_enriched_enriched.csv", "headline").iter().all(|cell| !cell.is_empty()));
    for (name, options) in [
        ("one", "--integrations find_ceo,linkedin_profile"),
        ("turned", "--integrations linkedin_profile,find_ceo"),
        (
            "mapped",
            "--integrations find_ceo,linkedin_profile --map linkedin_profile.linkedin_url=ceo_linkedin_url",
        ),
    ] {
        world.run(&format!("enrich --input leads.csv --output {name}.csv {options}")).exits(0);
        assert_eq!(world.read(&format!("{name}.csv")), two, "{name}");
    }
}

#[test]
fn the_readmes_table_with_the_built_in_sandbox() {
    let world = World::new();
    let transcripts: Vec<String> = [("companies.csv", 0), ("messy.csv", 7)]
        .into_iter()
        .map(|(name, code)| {
            let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
            world.write(name, std::fs::read(example).unwrap());
            let enrich = format!("enrich --sandbox --input {name} --integrations web_research,find_ceo");
            world.run_bare(&enrich).exits(code).transcript()
        })
        .collect();
    insta::assert_snapshot!(transcripts.join("\n"));
    assert_eq!(world.stats().calls, 0, "the built-in sandbox answered, not this one");
}

/// The first command in the README does what the README says.
#[test]
fn the_readme_shows_what_the_first_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let world = World::new();
    std::fs::create_dir(world.path("examples")).unwrap();
    for name in ["examples/companies.csv", "examples/messy.csv"] {
        world.write(name, std::fs::read(root.join(name)).unwrap());
    }
    let commands: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("cargo run -p cli -- ")).collect();
    let ran = world.run_bare(commands[0]).exits(0);
    for line in ran.stderr.lines().filter(|line| !line.starts_with("done in ")) {
        assert!(readme.contains(line.trim_end()), "the README does not show: {line}");
    }
    let messy = commands.iter().find(|command| command.contains("messy.csv")).unwrap();
    world.run_bare(messy).exits(7);
    assert!(world.path("examples/messy_enriched.errors.csv").exists());
}

#[test]
fn limit_and_existing_cells() {
    let world = World::new();
    world.write("leads.csv", "company_domain,ceo_name\nnike.com,\n3m.com,My Own\n1und1.ag,\n");
    let ran = world.run("enrich --input leads.csv --integrations find_ceo --limit 2 --json").exits(0);
    assert_eq!(ran.json()["rows"], 3);
    assert_eq!(ran.json()["rows_selected"], 2);
    assert_eq!(ran.json()["cells_kept"], 1);
    assert_eq!(world.column("leads_enriched.csv", "ceo_name"), ["Elliott Hill", "My Own", ""]);
    let again =
        world.run("enrich --input leads_enriched.csv --output o.csv --integrations find_ceo --json").exits(0);
    assert_eq!(again.json()["integrations"][0]["skipped"]["existing"], 2);
    world.run("enrich --input leads.csv --integrations find_ceo --existing overwrite").exits(0);
    assert_eq!(world.column("leads_enriched.csv", "ceo_name")[1], "William M. Brown");
    let refused = world.run("enrich --input leads.csv --integrations find_ceo --existing fail").exits(2);
    assert!(refused.stderr.contains("already has column `ceo_name`"), "{}", refused.stderr);
}

#[test]
fn jsonl_in_jsonl_out() {
    let world = World::new();
    world.write("leads.jsonl", "{\"company_domain\": \"nike.com\", \"n\": 1.0}\n{\"n\": 1e3}\n");
    world.run("enrich --input leads.jsonl --integrations web_research").exits(0);
    let lines = world.read("leads_enriched.jsonl");
    let mut lines = lines.lines();
    let first: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(first["employee_count"], 79_400);
    assert!(first["tech_stack"].is_array());
    let second = lines.next().unwrap();
    assert!(second.starts_with("{\"n\": 1e3,") && second.contains("null"), "{second}");
}

#[test]
fn samples_do_not_replace_answers() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n");
    let enrich = "enrich --input leads.csv --integrations find_ceo";
    world.run_bare(&format!("{enrich} --sandbox")).exits(0);
    world.run(enrich).exits(0);
    let answers = world.read("leads_enriched.csv");
    let refused = world.run_bare(&format!("{enrich} --sandbox --json")).exits(2).error();
    assert!(refused["message"].as_str().unwrap().contains("holds answers that run 1 got"), "{refused}");
    assert_eq!(world.read("leads_enriched.csv"), answers);
    world.run_bare(&format!("{enrich} --sandbox --output samples.csv")).exits(0);
    std::fs::remove_file(world.path("leads_enriched.csv")).unwrap();
    world.run_bare(&format!("{enrich} --sandbox")).exits(0);
    world.run_bare(&format!("{enrich} --sandbox")).exits(0);
}
