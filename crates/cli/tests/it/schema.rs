//! Tests of the forms of answers for programs.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value as Json;

use crate::{
    form,
    world::{World, people},
};

#[test]
fn schemas_are_sound_and_unknown_ones_are_named() {
    for name in form::NAMES.iter() {
        let schema = form::schema(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert!(schema.to_string().len() < 25_000, "{name}");
    }
    let world = World::new();
    let unknown = world.run("schema runs shwo --json").exits(6).error();
    assert_eq!(unknown["hint"], "did you mean `runs show`?");
    assert_eq!(unknown["next_command"], "marl schema --json");
    assert_eq!(world.run("schema").exits(0).stdout.lines().count(), form::NAMES.len());
}

/// Every command answers, and [`World`] checks each answer against its schema.
#[test]
fn every_command_answers_in_its_schema() {
    let world = World::new();
    world.write("people.csv", people(9, 3));
    let mut seen = BTreeSet::new();
    let mut run = |words: &str, code: i32| {
        let words: Vec<&str> = words.split_whitespace().chain(["--json"]).collect();
        seen.extend(form::command(&words));
        let ran = world.run_words(&words).exits(code);
        assert!(!ran.stdout.is_empty() || code == 6, "{words:?}: {}", ran.stderr);
        ran
    };
    let steps = "--input people.csv --integrations linkedin_profile";
    run(&format!("plan {steps} --sample 2"), 0);
    let started = run(&format!("enrich {steps} --detach"), 0).json();
    form::check("detached", &started);
    run("runs wait 1", 0);
    run(&format!("enrich {steps}"), 0);
    run(&format!("recipe new {steps}"), 0);
    run(&format!("recipe new {steps} --output recipe.toml"), 0);
    run("columns people.csv", 0);
    run("rows people.csv --limit 2", 0);
    run("integrations", 0);
    run("describe web_research", 0);
    run("why people_enriched.csv --row 1 --column headline", 0);
    run("gaps people_enriched.csv", 0);
    run("tools search linkedin", 0);
    run("tools show get_linkedin_person_data", 0);
    run("tools call get_linkedin_person_data --params {\"linkedin_url\":\"linkedin.com/in/sandbox-9\"}", 0);
    run("runs", 0);
    run("runs show 1", 0);
    run("runs show 3", 0);
    run("runs stop 1", 0);
    run("ledger stats", 0);
    assert_eq!(run("ledger export", 0).stdout.lines().count(), 4);
    run("ledger forget --parameter linkedin_url=linkedin.com/in/sandbox-person-1 --dry-run", 0);
    run("ledger backup copy.db", 0);
    run("ledger prune --older-than 1d", 0);
    run("doctor", 0);
    run("schema", 0);
    run("completions bash", 0);
    run("man", 0);
    run("man --dir pages", 0);
    run("exit-codes", 0);
    run("describe nothing", 6);
    // It serves until it is interrupted, and has a test of its own; the others are lines on stderr.
    let others = ["sandbox", "detached", "error", "warning", "progress"];
    let all: BTreeSet<String> = seen.into_iter().chain(others.map(str::to_owned)).collect();
    assert_eq!(all, *form::NAMES);
}

#[test]
fn the_sandbox_prints_its_address() {
    use std::io::{BufRead, BufReader};
    let world = World::new();
    let mut command = world.bare_command("sandbox --json");
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut text = String::new();
    while serde_json::from_str::<Json>(&text).is_err() {
        text.push_str(&lines.next().unwrap().unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    form::check("sandbox", &document);
    let base = format!("{}/datagen", document["url"].as_str().unwrap());
    assert_eq!(document["environment"]["DATAGEN_API_BASE_URL"], base);
}

/// A block of JSON in a document names its command on the first line.
#[test]
fn every_example_in_the_documents_fits_its_schema() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut seen = BTreeSet::new();
    for document in ["README.md", "plugin/skills/marl/references/answers.md"] {
        let text = fs::read_to_string(root.join(document)).unwrap();
        for block in text.split("```json ").skip(1) {
            let (of, rest) = block.split_once('\n').unwrap();
            let example: Json = serde_json::from_str(rest.split("```").next().unwrap())
                .unwrap_or_else(|error| panic!("{document}, {of}: {error}"));
            form::check(of, &example);
            seen.insert(of.to_owned());
        }
    }
    assert!(seen.len() >= 8, "{seen:?}");
}

/// A program may branch on these words, so the schema lists all of them.
#[test]
fn words_to_branch_on_are_enumerations() {
    let text = form::schema("error").to_string();
    for code in ["usage", "not_found", "plan_changed", "in_doubt", "internal"] {
        assert!(
            text.contains(&format!("\"const\":\"{code}\"")) || text.contains(&format!("\"{code}\"")),
            "{text}"
        );
    }
    let check = |name: &str, instance: Json, fits: bool| {
        let schema = form::schema(name);
        assert_eq!(jsonschema::is_valid(&schema, &instance), fits, "{name}: {instance}");
    };
    let error = |code: &str| {
        serde_json::json!({ "error": { "code": code, "message": "m", "hint": "h", "next_command": null,
            "retryable": false, "billed": false, "details": { "exit_code": 2, "causes": [] } } })
    };
    check("error", error("usage"), true);
    check("error", error("whatever"), false);
    let why = |from: &str| {
        serde_json::json!({ "schema_version": 2, "table": "t", "row": 1, "run": 1,
            "chain": [{ "column": "c", "value": null, "from": from, "inputs": [], "calls": [] }] })
    };
    check("why", why("no_data"), true);
    check("why", why("elsewhere"), false);
}

/// README, schemas and what people read show the same examples of cells that say nothing.
#[test]
fn cells_that_say_nothing_have_the_same_examples_everywhere() {
    let examples = marl_core::value::PLACEHOLDER_EXAMPLES.map(|cell| format!("`{cell}`")).join(", ");
    let readme = include_str!("../../../../README.md");
    let (plan, run) = (form::schema("plan").to_string(), form::schema("enrich").to_string());
    for text in [readme, &plan, &run] {
        assert!(text.contains(&format!("({examples})")), "{examples}");
    }
}
