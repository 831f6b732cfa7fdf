//! Tests of `marl gaps`: which cells are empty, and why.

use serde_json::{Value as Json, json};

use crate::world::World;

/// A table with rows in every situation: answered, kept, without an input, unknown to the provider, failing,
/// excluded by a condition, and rows for which the condition cannot be evaluated or lacks a cell.
fn world() -> World {
    let world = World::new();
    world.write(
        "leads.csv",
        "company_domain,employees\nnike.com,900\n3m.com,many\n,900\nnobody.example,900\nnike.com,5\n\
         no-such.example,\n",
    );
    world
}

fn gaps(world: &World, args: &str) -> Json {
    let calls = world.stats().calls;
    let answer = world.run_bare(&format!("gaps leads_enriched.csv {args} --json")).exits(0).json();
    assert_eq!(world.stats().calls, calls, "nothing is sent");
    answer
}

/// Row, column and reason of the listed cells.
fn listed(answer: &Json) -> Vec<(u64, String, String)> {
    let text = |gap: &Json, key: &str| gap[key].as_str().unwrap().to_owned();
    let gaps = answer["gaps"].as_array().unwrap().iter();
    gaps.map(|gap| (gap["row"].as_u64().unwrap(), text(gap, "column"), text(gap, "reason"))).collect()
}

#[test]
fn a_run_with_versions_recorded_as_numbers_is_readable() {
    let world = world();
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    let before = gaps(&world, "");
    assert!(!listed(&before).is_empty());
    let ledger = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    let changed =
        ledger.execute(r#"UPDATE run SET steps = replace(steps, '"version":"4"', '"version":4')"#, []);
    assert_eq!(changed.unwrap(), 1);
    let old: String = ledger.query_row("SELECT steps FROM run", [], |row| row.get(0)).unwrap();
    assert!(old.contains(r#""version":4,"#), "{old}");
    assert_eq!(gaps(&world, ""), before);
}

#[test]
fn each_empty_cell_has_its_reason() {
    let world = world();
    world.run("enrich --input leads.csv --integrations find_ceo --where find_ceo=int(employees)>50").exits(0);
    let answer = gaps(&world, "--column ceo_name");
    let listed_gaps = listed(&answer);
    let reasons: Vec<(u64, &str)> =
        listed_gaps.iter().map(|(row, _, reason)| (*row, reason.as_str())).collect();
    assert_eq!(
        reasons,
        [(2, "condition_unknown"), (3, "missing_input"), (4, "no_data"), (5, "condition"), (6, "condition")]
    );
    let why = |at: usize| answer["gaps"][at]["why"].as_str().unwrap().to_owned();
    assert!(why(0).contains("`int(employees)>50` cannot be decided") && why(0).contains("many"), "{answer}");
    assert_eq!(why(1), "skipped: a required input is empty: `company_domain`");
    assert_eq!(why(3), "skipped: `int(employees)>50` does not hold");
    assert_eq!(why(4), "skipped: `int(employees)>50` does not hold; `employees` is empty");
    assert_eq!(answer["gaps"][0]["label"], "3m.com");
    assert_eq!((&answer["rows_with_gaps"], &answer["gaps_total"]), (&json!(5), &json!(5)));
    assert_eq!(answer["counts"][0], json!({"column": "ceo_name", "reason": "no_data", "cells": 1}));
    assert_eq!(listed(&gaps(&world, "--column ceo_name --reason condition --reason no_data")).len(), 3);
    // A cell that the user emptied.
    let table = world.read("leads_enriched.csv");
    let name = table.lines().nth(1).unwrap().split(',').nth(2).unwrap();
    world.write("leads_enriched.csv", table.replacen(name, "", 1));
    assert_eq!(listed(&gaps(&world, "--rows 1")), [(1, "ceo_name".to_owned(), "emptied".to_owned())]);
}

/// A placeholder is a gap like an empty cell: "which rows have no CEO?" means both.
#[test]
fn placeholders_are_gaps() {
    let world = World::new();
    world.write("leads.csv", "Website,CEO\nnobody.example,N/A\nn/a,-\nnike.com,\n3m.com,Jane Doe\n");
    world.run("enrich --input leads.csv --integrations find_ceo --into ceo_name=CEO").exits(0);
    let answer = gaps(&world, "--column CEO");
    let rows: Vec<(u64, String)> = listed(&answer).into_iter().map(|(row, _, why)| (row, why)).collect();
    assert_eq!(rows, [(1, "no_data".to_owned()), (2, "missing_input".to_owned())], "{answer}");
    let why = |at: usize| answer["gaps"][at]["why"].as_str().unwrap().to_owned();
    assert!(why(0).starts_with("the cell holds `N/A`, which counts as empty"), "{answer}");
    assert!(why(1).ends_with("a required input is empty: `Website`"), "{answer}");
}

#[test]
fn rows_not_picked_and_rows_not_reached_are_distinguished() {
    let world = world();
    world.run("enrich --input leads.csv --integrations find_ceo --rows 1,4 --max-calls 1").exits(8);
    let reasons: Vec<String> =
        listed(&gaps(&world, "--column ceo_name")).into_iter().map(|(_, _, reason)| reason).collect();
    assert_eq!(reasons.iter().filter(|reason| *reason == "not_picked").count(), 4, "{reasons:?}");
    assert_eq!(reasons.iter().filter(|reason| *reason == "not_answered").count(), 1, "{reasons:?}");
}

#[test]
fn a_failure_and_a_doubt_are_listed_with_their_errors() {
    let world = World::new();
    let people = "linkedin_url\nhttps://www.linkedin.com/in/sandbox-jane-doe\nnot an address\n";
    world.write("leads.csv", people);
    world.run("enrich --input leads.csv --integrations linkedin_profile").exits(7);
    let answer = gaps(&world, "--column headline");
    assert_eq!(listed(&answer), [(2, "headline".to_owned(), "failed".to_owned())]);
    assert!(answer["gaps"][0]["why"].as_str().unwrap().contains("not an address"), "{answer}");

    let world = World::faulty(&["cut-after=0.5"]);
    let rows: String = (0..20).map(|at| format!("https://www.linkedin.com/in/sandbox-{at}\n")).collect();
    world.write("leads.csv", format!("linkedin_url\n{rows}"));
    world.run("enrich --input leads.csv --integrations linkedin_profile").exits(9);
    let answer = gaps(&world, "--column headline");
    let doubts = listed(&answer).iter().filter(|(_, _, reason)| reason == "in_doubt").count();
    assert_eq!(doubts as u64, world.stats().faults["cut-after"], "{answer}");
}

/// Following the commands for more lists every gap exactly once.
#[test]
fn pages_follow_each_other() {
    let world = world();
    let rows: String = (0..40).map(|at| format!("nobody-{at}.example\n")).collect();
    world.write("leads.csv", format!("company_domain\n{rows}"));
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    let mut command = "gaps leads_enriched.csv --limit 15 --json".to_owned();
    let mut all = Vec::new();
    for _ in 0..20 {
        let answer = world.run_bare(&command).exits(0).json();
        assert_eq!(answer["rows_total"], 40);
        assert!(answer["shown"].as_u64().unwrap() <= 15);
        all.extend(listed(&answer));
        let Some(more) = answer["more"].as_str() else { break };
        command = more.strip_prefix("marl ").unwrap().to_owned();
    }
    let columns = ["ceo_name", "ceo_linkedin_url"];
    let expect: Vec<(u64, String, String)> = (1..=40)
        .flat_map(|row| columns.map(|column| (row, column.to_owned(), "no_data".to_owned())))
        .collect();
    assert_eq!(all, expect);
}

#[test]
fn a_table_that_no_run_wrote_is_refused() {
    let world = world();
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    world.run_bare("gaps leads.csv --json").exits(6);
    world.run_bare("gaps leads_enriched.csv --column nothing --json").exits(6);
    world.run_bare("gaps leads_enriched.csv --reason nothing --json").exits(2);
}

/// A bought answer that was never written must not be reported as emptied by the user.
#[test]
fn an_unwritten_answer_is_distinguished_from_an_emptied_cell() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n3m.com\n");
    world.run("enrich --input leads.csv --integrations find_ceo --rows 1").exits(0);
    // Another run over the same rows, whose answers are newer than the table.
    world.run("enrich --input leads.csv --integrations find_ceo --output other.csv").exits(0);
    let ledger = rusqlite::Connection::open(world.path(".marl/ledger.db")).unwrap();
    assert_eq!(
        ledger.execute("UPDATE run SET steps = json_remove(steps, '$.picked') WHERE id = 1", []).unwrap(),
        1
    );
    let answer = gaps(&world, "--column ceo_name");
    assert_eq!(listed(&answer), [(2, "ceo_name".to_owned(), "not_written".to_owned())]);
    let why = answer["gaps"][0]["why"].as_str().unwrap();
    assert!(why.contains("this table does not") && why.contains("newer than run 1"), "{why}");

    // The run that wrote the table did not finish.
    let table = world.read("other.csv");
    let name = table.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    world.write("other.csv", table.replacen(name, "", 1));
    let reason = || {
        let answer = world.run_bare("gaps other.csv --column ceo_name --json").exits(0).json();
        (answer["gaps"][0]["reason"].clone(), answer["gaps"][0]["why"].as_str().unwrap().to_owned())
    };
    assert_eq!(reason().0, "emptied");
    assert_eq!(ledger.execute("UPDATE run SET state = 'interrupted' WHERE id = 2", []).unwrap(), 1);
    assert_eq!(reason().0, "not_written");
    assert!(reason().1.contains("may have ended before it wrote, or the cell was emptied"), "{}", reason().1);
}

#[test]
fn a_column_that_no_step_writes_is_refused() {
    let world = world();
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    let error = world.run_bare("gaps leads_enriched.csv --column employees --json").exits(6).error();
    assert_eq!(error["message"], "`employees` is not an output of run 1");
    assert_eq!(error["hint"], "its outputs are `ceo_name`, `ceo_linkedin_url`");
    assert_eq!(error["next_command"], "marl gaps leads_enriched.csv --json");
}
