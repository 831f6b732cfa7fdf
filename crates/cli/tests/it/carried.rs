//! Tests that columns of an earlier run stay, each answer in its row.

use sandbox::Options;

use crate::world::{World, people};

const RUN: &str = "enrich --input t.csv --integrations linkedin_profile";

#[test]
fn columns_of_an_earlier_run_stay() {
    for (name, table) in [
        ("l.csv", "company_domain,n\nnike.com,1\n3m.com,2\nsanmina.com,3\n"),
        ("l.tsv", "company_domain\tn\nnike.com\t1\n3m.com\t2\nsanmina.com\t3\n"),
        (
            "l.jsonl",
            "{\"company_domain\": \"nike.com\", \"n\": 1.0}\n{\"company_domain\": \"3m.com\", \"n\": 2}\n\
             {\"company_domain\": \"sanmina.com\", \"n\": 3}\n",
        ),
    ] {
        let world = World::new();
        world.write(name, table);
        let output = enriched(name);
        world.run(&format!("enrich --input {name} --integrations web_research")).exits(0);
        let research = cells(&world, &output);
        let second = format!("enrich --input {name} --integrations find_ceo");
        let ran = world.run(&format!("{second} --json")).exits(0).json();
        let carried = ["company_description", "tech_stack", "employee_count"];
        assert_eq!(ran["columns_carried"], serde_json::json!(carried));
        let both = cells(&world, &output);
        assert_eq!(both.len(), 3);
        for (before, after) in research.iter().zip(&both) {
            for (column, cell) in before {
                assert_eq!(after[column], *cell, "{name} {column}");
            }
            assert!(!after["ceo_name"].is_null(), "{name}");
        }
        // In another order, with one row added and one removed, every row keeps its own answers.
        let mut rows: Vec<&str> = table.lines().collect();
        let head = usize::from(!name.ends_with("jsonl"));
        rows.remove(head + 1);
        rows[head..].reverse();
        let more = table.lines().next_back().unwrap().replace("sanmina.com", "kroger.com").replace('3', "4");
        rows.push(&more);
        world.write(name, rows.join("\n"));
        world.run(&second).exits(0);
        let shuffled = cells(&world, &output);
        assert_eq!(shuffled.len(), 3);
        assert_eq!(shuffled[0], both[2], "{name}");
        assert_eq!(shuffled[1], both[0], "{name}");
        assert!(shuffled[2]["tech_stack"].is_null(), "{name}");
        // The columns are dropped if the user says so.
        world.run(&format!("{second} --overwrite")).exits(0);
        assert!(!cells(&world, &output)[0].contains_key("tech_stack"), "{name}");
    }
}

#[test]
fn a_row_whose_question_changed_keeps_no_old_answer_and_the_older_output_stays() {
    let world = World::new();
    world.write("t.csv", people(10, 10));
    world.run(RUN).exits(0);
    let table =
        people(10, 10).replace("sandbox-person-4", "sandbox-jane-doe").replace("Person 5", "Jane Roe");
    world.write("t.csv", table.replace("name,", "company_domain,name,").replace("Person", "nike.com,Person"));
    world.write("t.csv", world.read("t.csv").replace("Jane Roe", "nike.com,Jane Roe"));
    let older = world.read("t_enriched.csv");
    world.run("enrich --input t.csv --integrations find_ceo").exits(12);
    assert_eq!(world.read("t_enriched.csv"), older);
    let headlines = world.column("t_enriched.unfinished.csv", "headline");
    let empty: Vec<usize> = (0..10).filter(|at| headlines[*at].is_empty()).collect();
    assert_eq!(empty, [4], "an edited name changes no answer, another profile does");
    // A run that refreshes the changed profile has what the older output lacks.
    world.run("enrich --input t.csv --integrations find_ceo,linkedin_profile").exits(0);
    assert!(world.column("t_enriched.csv", "ceo_name").iter().all(|name| !name.is_empty()));
}

#[test]
fn a_newer_answer_without_data_replaces_and_is_reported() {
    // For unknown profiles, each seed has other answers.
    let (world, other) = (World::new(), World::with(Options { seed: 7, ..Options::default() }));
    world.write("t.csv", people(60, 60).replace("sandbox-person", "jane-doe"));
    world.run(RUN).exits(0);
    let before = answers(&world, "t_enriched.csv");
    let mut command = world.command(&format!("{RUN} --refresh"));
    command.env("DATAGEN_API_BASE_URL", other.address());
    let ran = world.ran(command.output().unwrap()).exits(0);
    assert!(ran.stderr.contains("gone     "), "{}", ran.stderr);
    let after = answers(&world, "t_enriched.csv");
    assert!(before < 60 && after < 60 && !world.path("t_enriched.unfinished.csv").exists());
}

fn answers(world: &World, table: &str) -> usize {
    world.column(table, "headline").iter().filter(|cell| !cell.is_empty()).count()
}

fn enriched(name: &str) -> String {
    let (stem, extension) = name.split_once('.').unwrap();
    format!("{stem}_enriched.{extension}")
}

/// The rows of a table as `rows --json` prints them.
fn cells(world: &World, table: &str) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let rows = world.run(&format!("rows {table} --json")).exits(0).json();
    rows["rows"].as_array().unwrap().iter().map(|row| row["cells"].as_object().unwrap().clone()).collect()
}
