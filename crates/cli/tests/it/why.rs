//! Tests of `marl why`: it explains every cell, offline.

use crate::world::World;

fn world() -> World {
    let world = World::new();
    world.write(
        "leads.csv",
        "name,company_domain,ceo_name\nx,nike.com,\ny,3m.com,My Own\nz,,\nu,nobody.example,\n",
    );
    world.run("enrich --input leads.csv --integrations find_ceo,linkedin_profile").exits(0);
    world
}

/// The explanation's first column as JSON; the gateway is certainly closed.
fn why(world: &World, args: &str) -> serde_json::Value {
    let calls = world.stats().calls;
    let ran = world.run_bare(&format!("why leads_enriched.csv {args} --json")).exits(0);
    assert_eq!(world.stats().calls, calls);
    ran.json()["chain"].clone()
}

#[test]
fn a_value_is_followed_back_to_the_tables_own_columns() {
    let world = world();
    let chain = why(&world, "--row 1 --column headline");
    let columns: Vec<&str> =
        chain.as_array().unwrap().iter().map(|cell| cell["column"].as_str().unwrap()).collect();
    assert_eq!(columns, ["headline", "ceo_linkedin_url", "company_domain"]);
    assert_eq!(chain[0]["integration"], "linkedin_profile");
    assert_eq!(chain[0]["calls"][0]["state"], "found");
    assert_eq!(chain[0]["calls"][0]["parameters"]["linkedin_url"], chain[1]["value"]);
    assert_eq!(chain[1]["inputs"][0]["value"], "nike.com");
    assert_eq!(chain[2]["from"], "own");
    assert!(chain[0]["note"].is_null(), "{chain}");
}

#[test]
fn empty_cells_are_explained() {
    let world = world();
    let note = |args: &str| why(&world, args)[0]["note"].as_str().unwrap_or_default().to_owned();
    assert!(note("--row 3 --column ceo_name").contains("a required input is empty"));
    assert!(note("--row 4 --column ceo_name").contains("no data"));
    assert!(note("--row 4 --column headline").contains("a required input is empty"));
}

#[test]
fn cells_that_differ_from_the_answer() {
    let world = world();
    let kept = why(&world, "--row 2 --column ceo_name");
    assert!(kept[0]["note"].as_str().unwrap().contains("kept from the input table"), "{kept}");
    assert!(kept[0]["note"].as_str().unwrap().contains("William M. Brown"), "{kept}");
    assert_eq!((&kept[0]["from"], &kept[0]["source"]), (&"kept".into(), &serde_json::Value::Null));
    assert_eq!(why(&world, "--row 1 --column ceo_name")[0]["from"], "value");
    let edited = world.read("leads_enriched.csv").replacen(
        "linkedin.com/in/sandbox-elliott-hill",
        "linkedin.com/in/somebody",
        1,
    );
    world.write("leads_enriched.csv", edited);
    let chain = why(&world, "--row 1 --column ceo_linkedin_url");
    assert!(chain[0]["note"].as_str().unwrap().contains("edited since"), "{chain}");
}

#[test]
fn a_cell_that_another_version_wrote_is_explained() {
    let world = world();
    let ledger = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    // Older versions of marl recorded the version as a number.
    let changed =
        ledger.execute(r#"UPDATE run SET steps = replace(steps, '"version":"4"', '"version":904')"#, []);
    assert_eq!(changed.unwrap(), 1);
    let same = why(&world, "--row 1 --column ceo_name");
    assert!(same[0]["note"].is_null(), "both versions read the same: {same}");
    let edited = world.read("leads_enriched.csv").replacen("Elliott Hill", "E. Hill", 1);
    world.write("leads_enriched.csv", edited);
    let chain = why(&world, "--row 1 --column ceo_name");
    let note = chain[0]["note"].as_str().unwrap();
    assert!(
        note.contains("written by version 904 of find_ceo; version 4 reads the answer differently"),
        "{note}"
    );
    assert!(note.contains("Elliott Hill"), "{note}");
}

#[test]
fn a_contract_that_has_changed_without_a_new_version_is_noticed() {
    let world = world();
    let ledger = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    let other = r#"UPDATE run SET steps = replace(steps, '"find_ceo":"', '"find_ceo":"00')"#;
    assert_eq!(ledger.execute(other, []).unwrap(), 1);
    assert!(why(&world, "--row 1 --column ceo_name")[0]["note"].is_null(), "both read the same");
    let edited = world.read("leads_enriched.csv").replacen("Elliott Hill", "E. Hill", 1);
    world.write("leads_enriched.csv", edited);
    let note = |column: &str| {
        why(&world, &format!("--row 1 --column {column}"))[0]["note"].as_str().unwrap_or_default().to_owned()
    };
    assert!(note("ceo_name").contains("find_ceo, whose contract has changed"), "{}", note("ceo_name"));
    ledger.execute("DELETE FROM call", []).unwrap();
    let asks = "the contract of find_ceo, which has changed since the run, asks something else now";
    assert!(note("ceo_linkedin_url").contains(asks), "{}", note("ceo_linkedin_url"));
}

#[test]
fn missing_things_are_named() {
    let world = world();
    let mut transcripts = Vec::new();
    for args in [
        "leads_enriched.csv --row 9 --column headline",
        "leads_enriched.csv --row 1 --column headlin",
        "leads.csv --row 1 --column name",
        "leads_enriched.csv --row 1 --column headline --run 9",
        "leads_enriched.csv --row 1 --column headline --ledger none.db",
    ] {
        transcripts.push(world.run_bare(&format!("why {args}")).transcript());
    }
    insta::assert_snapshot!(transcripts.join("\n"));
}

#[test]
fn stored_answers_of_any_age_and_doubts_are_explained() {
    let world = World::faulty(&["cut-after=1"]);
    world.write("leads.csv", "company_domain\nnike.com\n");
    world.run("enrich --input leads.csv --integrations find_ceo").exits(9);
    let chain = why(&world, "--row 1 --column ceo_name");
    assert!(chain[0]["note"].as_str().unwrap().contains("in doubt"), "{chain}");
    assert_eq!(chain[0]["calls"][0]["state"], "in_doubt");
    let text = world.run_bare("why leads_enriched.csv --row 1 --column ceo_name").exits(0).stdout;
    assert!(text.contains("datagen chatgpt_webresearch, sent "), "{text}");
}

#[test]
fn a_condition_on_the_steps_own_column_is_explained_as_before_the_run() {
    let world = World::new();
    world.write("leads.csv", "company_domain,ceo_name\nnike.com,\n3m.com,My Own\n");
    world.find_ceo_where("ceo_name == null").exits(0);
    let filled = why(&world, "--row 1 --column ceo_name");
    assert_eq!(filled[0]["value"], "Elliott Hill");
    assert!(filled[0]["note"].is_null(), "{filled}");
    let kept = why(&world, "--row 2 --column ceo_name");
    assert!(kept[0]["note"].as_str().unwrap().contains("kept from the input table"), "{kept}");
}

#[test]
fn a_run_that_wrote_nothing_did_not_write_the_table() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n");
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    world.run_bare("enrich --input leads.csv --integrations find_ceo --refresh").exits(3);
    let printed = world.run_bare("why leads_enriched.csv --row 1 --column ceo_name --json").exits(0).json();
    assert_eq!(
        (&printed["run"], &printed["chain"][0]["note"]),
        (&1.into(), &serde_json::Value::Null),
        "{printed}"
    );
}

#[test]
fn an_answer_that_a_newer_marl_reads_differently_is_not_called_edited() {
    let world = world();
    let edited = world.read("leads_enriched.csv").replacen("in/sandbox-elliott-hill", "in/somebody", 1);
    world.write("leads_enriched.csv", edited);
    let note = || why(&world, "--row 1 --column ceo_linkedin_url")[0]["note"].as_str().unwrap().to_owned();
    assert!(note().contains("edited since the run"), "{}", note());
    let ledger = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    let older = r#"UPDATE run SET steps = replace(steps, '"reading":', '"once":')"#;
    assert_eq!(ledger.execute(older, []).unwrap(), 1);
    assert!(note().contains("this newer version reads the answer differently"), "{}", note());
    assert!(!note().contains("edited") && note().contains("sandbox-elliott-hill"), "{}", note());
    let kept = why(&world, "--row 2 --column ceo_name");
    assert!(kept[0]["note"].as_str().unwrap().contains("kept from the input table"), "{kept}");
}

#[test]
fn an_answer_that_was_removed_is_not_called_an_edit() {
    let world = world();
    world.run_bare("ledger prune --older-than 0s").exits(0);
    for column in ["ceo_name", "headline"] {
        let printed = why(&world, &format!("--row 1 --column {column}"));
        let note = printed[0]["note"].as_str().unwrap();
        assert!(note.contains("removed from the ledger, is in another"), "{note}");
        assert!(!note.contains("edited"), "{note}");
    }
}

#[test]
fn a_table_of_samples_leads_to_the_ledger_of_the_sandbox() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n");
    world.run_bare("enrich --sandbox --input leads.csv --integrations find_ceo").exits(0);
    let error = world.run_bare("gaps leads_enriched.csv --json").exits(6).error();
    assert_eq!(error["next_command"], "marl gaps leads_enriched.csv --json --sandbox");
}
