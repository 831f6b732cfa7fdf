//! Tests of samples from the sandbox: they never replace answers, and are reported as samples.

use std::fs;

use crate::world::{World, people};

const RUN: &str = "enrich --input t.csv --integrations linkedin_profile";

#[test]
fn a_table_made_from_samples_is_reported_as_samples() {
    let world = World::new();
    world.write("people.csv", people(2, 2));
    world.run("enrich --input people.csv --integrations linkedin_profile --sandbox").exits(0);
    world
        .run("enrich --input people_enriched.csv --integrations linkedin_profile --output real.csv")
        .exits(0);
    let rows = world.run_bare("rows real.csv --json").exits(0).stdout;
    assert!(rows.contains("samples"), "{rows}");
}

/// A table of samples that is enriched further passes its samples on.
#[test]
fn samples_do_not_replace_answers_through_the_input() {
    let world = World::new();
    world.write("t.csv", people(3, 3));
    world.run(RUN).exits(0);
    let older = world.read("t_enriched.csv");
    world.run(&format!("{RUN} --sandbox --output s.csv")).exits(0);
    for work in ["--formula z=headline", "--integrations linkedin_profile"] {
        let refused = world.run(&format!("enrich --input s.csv {work} --output t_enriched.csv")).exits(2);
        assert!(refused.stderr.contains("samples would replace them"), "{}", refused.stderr);
    }
    assert_eq!(world.read("t_enriched.csv"), older);
}

#[test]
fn samples_never_replace_answers() {
    let world = World::new();
    world.write("t.csv", people(10, 10));
    world.run(RUN).exits(0);
    let older = world.read("t_enriched.csv");
    fs::create_dir(world.path("sub")).unwrap();
    std::os::unix::fs::symlink("t_enriched.csv", world.path("link.csv")).unwrap();
    std::os::unix::fs::symlink(".", world.path("linked")).unwrap();
    fs::hard_link(world.path("t_enriched.csv"), world.path("hard.csv")).unwrap();
    for output in ["t_enriched.csv", "sub/../t_enriched.csv", "link.csv", "linked/t_enriched.csv", "hard.csv"]
    {
        for more in ["", " --overwrite", " --ledger other.db"] {
            let refused = world.run(&format!("{RUN} --sandbox --output {output}{more}")).exits(2);
            assert!(refused.stderr.contains("samples would replace them"), "{}", refused.stderr);
        }
    }
    // Under another name, and in a folder with another ledger.
    fs::remove_file(world.path("hard.csv")).unwrap();
    fs::rename(world.path("t_enriched.csv"), world.path("renamed.csv")).unwrap();
    world.run(&format!("{RUN} --sandbox --output renamed.csv --overwrite")).exits(2);
    assert_eq!(world.read("renamed.csv"), older);
    // Edited answers are still answers.
    world.write("renamed.csv", older.replace("Person 1", "Jane Doe"));
    world.run(&format!("{RUN} --sandbox --output renamed.csv")).exits(2);
}

#[test]
fn samples_do_not_replace_answers_of_another_ledger() {
    let world = World::new();
    world.write("t.csv", people(2, 2));
    world.run(&format!("{RUN} --ledger my.db")).exits(0);
    let older = world.read("t_enriched.csv");
    world.run(&format!("{RUN} --sandbox")).exits(2);
    assert_eq!(world.read("t_enriched.csv"), older);
    world.run(&format!("{RUN} --ledger my.db")).exits(0);
}

#[test]
fn samples_are_reported_and_replaced_by_answers() {
    let world = World::new();
    world.write("t.csv", people(2, 2));
    let ran = world.run(&format!("{RUN} --sandbox")).exits(0);
    assert!(ran.stderr.contains("output   t_enriched.csv (samples)"), "{}", ran.stderr);
    let note = "its answers are samples from the sandbox, not real data";
    for command in ["rows", "columns"] {
        let ran = world.run(&format!("{command} t_enriched.csv")).exits(0);
        assert!(ran.stderr.contains(note), "{}", ran.stderr);
        let document = world.run(&format!("{command} t_enriched.csv --json")).exits(0).json();
        assert_eq!(document["table_notes"][0], note);
    }
    let why = "why t_enriched.csv --row 1 --column headline --sandbox";
    assert!(world.run(why).exits(0).stderr.contains("answers from the sandbox"));
    assert_eq!(world.run(&format!("{why} --json")).exits(0).json()["samples"], true);
    // Samples that are enriched further.
    let further = world.run("plan --input t_enriched.csv --integrations linkedin_profile --json").exits(0);
    assert_eq!(further.json()["table_notes"][0], note);
    world.run(RUN).exits(0);
    assert!(!world.run("rows t_enriched.csv").exits(0).stderr.contains(note));
    let why = world.run("why t_enriched.csv --row 1 --column headline --json").exits(0).json();
    assert!(why["samples"].is_null(), "{why}");
}
