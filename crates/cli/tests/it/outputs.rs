//! What is at the output's place before a run: whose it is, and whether it says more.

use std::{fs, path::Path};

use sandbox::Options;

use crate::world::{Ran, World, people};

const RUN: &str = "enrich --input t.csv --integrations linkedin_profile";

/// Ten persons, all answered in `t_enriched.csv`.
fn answered() -> World {
    let world = World::new();
    world.write("t.csv", people(10, 10));
    world.run(RUN).exits(0);
    assert_eq!(answers(&world, "t_enriched.csv"), 10);
    world
}

fn answers(world: &World, table: &str) -> usize {
    world.column(table, "headline").iter().filter(|cell| !cell.is_empty()).count()
}

/// The older output has its ten answers, and the run said where its own table is.
#[track_caller]
fn stays(world: &World, ran: Ran, code: i32, beside: usize) {
    let ran = ran.exits(code);
    assert_eq!(answers(world, "t_enriched.csv"), 10, "{}", ran.stderr);
    assert!(ran.stderr.contains("t_enriched.csv stays as it was: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("beside   t_enriched.unfinished.csv is this run's table"), "{}", ran.stderr);
    assert_eq!(answers(world, "t_enriched.unfinished.csv"), beside);
}

#[test]
fn a_sample_stays_one_in_what_is_made_of_it() {
    let world = World::new();
    world.write("people.csv", people(2, 2));
    world.run("enrich --input people.csv --integrations linkedin_profile --sandbox").exits(0);
    world
        .run("enrich --input people_enriched.csv --integrations linkedin_profile --output real.csv")
        .exits(0);
    let rows = world.run_bare("rows real.csv --json").exits(0).stdout;
    assert!(rows.contains("samples"), "{rows}");
}

#[test]
fn the_same_and_richer_runs_replace_marls_own_output_without_a_word() {
    let world = answered();
    let first = world.read("t_enriched.csv");
    world.run(RUN).exits(0);
    assert_eq!(world.read("t_enriched.csv"), first);
    world.write("t.csv", people(12, 12));
    world.run(RUN).exits(0);
    assert_eq!(answers(&world, "t_enriched.csv"), 12);
    // Fewer rows are the user's decision.
    world.write("t.csv", people(4, 4));
    world.run(RUN).exits(0);
    assert_eq!(answers(&world, "t_enriched.csv"), 4);
    world.run(&format!("{RUN} --refresh")).exits(0);
    world.run(&format!("{RUN} --only empty")).exits(2);
    assert!(!world.path("t_enriched.unfinished.csv").exists());
}

#[test]
fn from_another_folder_and_another_project_the_output_is_known() {
    let world = answered();
    fs::create_dir_all(world.path("deep/er")).unwrap();
    for (folder, project) in [("deep", false), ("deep/er", true)] {
        if project {
            fs::create_dir(world.path(folder).join(".marl")).unwrap();
        }
        let up = "../".repeat(folder.split('/').count());
        let mut command = world.command(&RUN.replace("t.csv", &format!("{up}t.csv")));
        command.current_dir(world.path(folder));
        world.ran(command.output().unwrap()).exits(0);
    }
    // Renamed, the project still knows its files.
    let moved = world.folder().with_extension("moved");
    fs::rename(world.folder(), &moved).unwrap();
    let mut command = world.command(RUN);
    command.current_dir(&moved);
    let ran = world.ran(command.output().unwrap());
    fs::rename(&moved, world.folder()).unwrap();
    ran.exits(0);
}

#[test]
fn a_file_that_marl_did_not_write_is_replaced_only_when_told() {
    for (own, path) in [("user,edits\n1,2\n", "t_enriched.csv"), ("no table at all", "o.csv")] {
        let world = World::new();
        world.write("t.csv", people(2, 2));
        world.write(path, own);
        fs::create_dir(world.path("sub")).unwrap();
        fs::hard_link(world.path(path), world.path("sub/hard.csv")).unwrap();
        std::os::unix::fs::symlink(world.path(path), world.path("link.csv")).unwrap();
        let dotted = format!("sub/../{path}");
        let absolute = world.path(path).display().to_string();
        for output in [path, &dotted, &absolute, "sub/hard.csv", "link.csv"] {
            for command in ["enrich", "plan"] {
                let run = format!("{} --output {output} --json", RUN.replacen("enrich", command, 1));
                let refused = world.run(&run).exits(2).error();
                assert_eq!(refused["code"], "output_exists", "{refused}");
                assert!(refused["hint"].as_str().unwrap().contains("--overwrite"), "{refused}");
                let next = refused["next_command"].as_str().unwrap();
                assert!(next.contains("-2.csv") && !next.contains("--overwrite"), "{refused}");
            }
            world.run(&format!("{RUN} --sandbox --output {output}")).exits(2);
        }
        assert_eq!(world.read(path), own);
        assert_eq!(world.stats().calls, 0);
        world.run(&format!("{RUN} --output {path} --overwrite")).exits(0);
        assert_eq!(answers(&world, path), 2);
        world.run(&format!("{RUN} --output {path}")).exits(0);
    }
}

#[test]
fn an_empty_file_loses_nothing() {
    let world = World::new();
    world.write("t.csv", people(2, 2));
    world.write("t_enriched.csv", "");
    world.run(RUN).exits(0);
}

#[test]
fn an_output_that_was_edited_stays() {
    let world = answered();
    let edited = world.read("t_enriched.csv").replace("Person 3", "Jane Doe");
    world.write("t_enriched.csv", &edited);
    let refused = world.run(&format!("{RUN} --json")).exits(2).error();
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("t_enriched.csv was changed since run 1 wrote it"), "{refused}");
    assert_eq!(world.read("t_enriched.csv"), edited);
    world.run(&format!("{RUN} --output t_enriched-2.csv")).exits(0);
    world.run(&format!("{RUN} --overwrite")).exits(0);
    assert!(!world.read("t_enriched.csv").contains("Jane Doe"));
}

#[test]
fn what_marl_does_not_remember_is_not_its_own() {
    let world = answered();
    fs::remove_dir_all(world.path(".marl")).unwrap();
    let refused = world.run(RUN).exits(2);
    assert!(refused.stderr.contains("marl does not know it as its own"), "{}", refused.stderr);
    world.run(&format!("{RUN} --overwrite")).exits(0);
    world.run(RUN).exits(0);
}

/// A file that comes, or is edited, while the run goes on.
#[test]
fn edits_during_the_run_stay() {
    for edited in [true, false] {
        let world =
            World::with(Options { latency: std::time::Duration::from_millis(300), ..Options::default() });
        world.write("t.csv", people(2, 2));
        if edited {
            world.run(RUN).exits(0);
        }
        let run =
            world.command(&format!("{RUN} --refresh")).stderr(std::process::Stdio::piped()).spawn().unwrap();
        while world.stats().calls < if edited { 4 } else { 2 } {
            std::thread::yield_now();
        }
        world.write("t_enriched.csv", "user,edits\n");
        let ran = world.ran(run.wait_with_output().unwrap()).exits(12);
        assert!(ran.stderr.contains("changed or made while the run went on"), "{}", ran.stderr);
        assert_eq!(world.read("t_enriched.csv"), "user,edits\n");
        assert_eq!(answers(&world, "t_enriched.unfinished.csv"), 2);
    }
}

#[test]
fn what_the_run_needs_is_never_overwritten() {
    let world = World::new();
    world.write("t.csv", people(2, 2));
    world.write(".env", "OTHER=1\n");
    let recipe = "[[step]]\nuse = \"linkedin_profile\"\n";
    world.write("r.csv", recipe);
    fs::create_dir(world.path("sub")).unwrap();
    world.run(&format!("{RUN} --output first.csv")).exits(0);
    world.write("t.toml", people(2, 2));
    world.write("t.env", people(2, 2));
    world.write("t.x-wal", people(2, 2));
    fs::hard_link(world.path(".marl/ledger.db"), world.path("hard.csv")).unwrap();
    fs::hard_link(world.path("marl.toml"), world.path("hard-settings.csv")).unwrap();
    fs::hard_link(world.path("t.csv"), world.path("hard-input.csv")).unwrap();
    std::os::unix::fs::symlink(".marl/ledger.db", world.path("link.csv")).unwrap();
    std::os::unix::fs::symlink("r.csv", world.path("link-recipe.csv")).unwrap();
    let settings = world.read("marl.toml");
    for (flags, what) in [
        ("--output t.csv", "the input"),
        ("--output sub/../t.csv", "the input"),
        ("--output hard-input.csv", "the input"),
        ("--output link.csv", "the ledger"),
        ("--output hard.csv", "the ledger"),
        ("--output hard-settings.csv", "the settings"),
        ("--ledger o.csv --output o.csv", "the ledger"),
        ("--ledger o.csv --output ./sub/../o.csv", "the ledger"),
        ("--ledger o.x --output o.x-wal --input t.x-wal --delimiter ,", "the ledger"),
        ("--ledger t_enriched.errors.csv", "the ledger"),
        ("--recipe r.csv --output r.csv", "the recipe"),
        ("--recipe r.csv --output link-recipe.csv", "the recipe"),
        ("--input t.toml --delimiter , --output marl.toml", "the settings"),
        ("--input t.toml --delimiter , --output sub/marl.toml", "the settings"),
        ("--input t.env --delimiter , --output sub/.env", ""),
        ("--output .marl/o.csv", "what marl keeps"),
    ] {
        for more in ["", " --overwrite"] {
            let input = if flags.contains("--input") { "" } else { "--input t.csv " };
            let steps = if flags.contains("--recipe") { "" } else { "--integrations linkedin_profile " };
            let ran = world.run(&format!("enrich {input}{steps}{flags}{more}")).exits(2);
            assert!(ran.stderr.contains(what), "{flags}: {}", ran.stderr);
        }
    }
    assert_eq!((world.read("marl.toml"), world.read("r.csv")), (settings, recipe.to_owned()));
    assert_eq!(world.read(".env"), "OTHER=1\n");
    assert_eq!(world.read("t.csv"), people(2, 2));
    world.run(&format!("{RUN} --output second.csv")).exits(0);
    assert_eq!(world.stats().calls, 2, "the ledger is whole");
}

#[test]
fn rows_were_appended_and_a_limit_skips_the_others() {
    let world = answered();
    world.write("t.csv", people(11, 11));
    stays(&world, world.run(&format!("{RUN} --limit 3")), 12, 3);
    world.run(RUN).exits(0);
    assert_eq!(answers(&world, "t_enriched.csv"), 11);
}

#[test]
fn a_cap_over_old_answers() {
    for flags in ["--refresh --max-calls 2", "--max-age 0s --max-calls 2"] {
        let world = answered();
        stays(&world, world.run(&format!("{RUN} {flags}")), 8, 2);
    }
}

#[test]
fn pruned_answers() {
    let world = answered();
    world.run("ledger prune --older-than 0s").exits(0);
    stays(&world, world.run(&format!("{RUN} --max-calls 1")), 8, 1);
    // Failures that are no answers say less as well, and so does another order of the rows.
    let mut rows: Vec<String> = people(10, 10).lines().map(str::to_owned).collect();
    rows[1..].reverse();
    world.write("t.csv", rows.join("\n") + "\n");
    fs::remove_file(world.path("t_enriched.unfinished.csv")).unwrap();
    stays(&world, world.run(&format!("{RUN} --max-calls 1")), 8, 2);
}

#[test]
fn an_interruption() {
    let world = World::with(Options { latency: std::time::Duration::from_millis(100), ..Options::default() });
    world.write("t.csv", people(10, 10));
    world.run(RUN).exits(0);
    let before = world.stats().calls;
    let run = world
        .command(&format!("{RUN} --refresh --parallel 1"))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while world.stats().calls < before + 2 {
        std::thread::yield_now();
    }
    crate::world::signal(&run, "INT");
    let ran = world.ran(run.wait_with_output().unwrap()).exits(130);
    assert!(ran.stderr.contains("t_enriched.csv stays as it was"), "{}", ran.stderr);
    assert_eq!(answers(&world, "t_enriched.csv"), 10);
}

#[test]
fn another_table_over_the_output() {
    let world = answered();
    world.write("three.csv", people(3, 3));
    let three = RUN.replace("t.csv", "three.csv --output t_enriched.csv");
    stays(&world, world.run(&format!("{three} --limit 1")), 12, 1);
    // A part of a table of other persons holds none of the answers.
    world.write("others.csv", people(3, 3).replace("person", "jane-doe"));
    fs::remove_file(world.path("t_enriched.unfinished.csv")).unwrap();
    let others = RUN.replace("t.csv", "others.csv --output t_enriched.csv");
    stays(&world, world.run(&format!("{others} --limit 1")), 12, 1);
    fs::remove_file(world.path("t_enriched.unfinished.csv")).unwrap();
    stays(&world, world.run(&format!("{others} --max-calls 1 --refresh")), 8, 1);
    // All rows of three are among the ten: they lose nothing. And all rows of another table are what
    // the user wants to be there.
    world.run(&three).exits(0);
    assert_eq!(answers(&world, "t_enriched.csv"), 3);
    world.run(&others).exits(0);
    assert_eq!(world.column("t_enriched.csv", "linkedin_url").len(), 3);
}

#[test]
fn failures_over_answers() {
    let world = World::faulty(&["500=1"]);
    world.write("t.csv", people(3, 3));
    world.write("old.csv", people(3, 3));
    let good = World::new();
    good.write("t.csv", people(3, 3));
    let mut command = world.command(RUN);
    command.env("DATAGEN_API_BASE_URL", good.address());
    world.ran(command.output().unwrap()).exits(0);
    let older = world.read("t_enriched.csv");
    let ran = world.run(&format!("{RUN} --refresh"));
    assert!([4, 7].contains(&ran.code), "{}", ran.stderr);
    assert_eq!(world.read("t_enriched.csv"), older);
    let errors = world.read("t_enriched.errors.csv");
    assert!(errors.lines().count() > 1 && errors.starts_with("row,integration,kind,message\n"), "{errors}");
}

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
        // In the other order, and with a row more and one less, every row keeps its own.
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
        // And they are dropped when the user says so.
        world.run(&format!("{second} --overwrite")).exits(0);
        assert!(!cells(&world, &output)[0].contains_key("tech_stack"), "{name}");
    }
}

#[test]
fn a_row_whose_question_changed_keeps_no_old_answer() {
    let world = answered();
    let table =
        people(10, 10).replace("sandbox-person-4", "sandbox-jane-doe").replace("Person 5", "Jane Roe");
    world.write("t.csv", table.replace("name,", "company_domain,name,").replace("Person", "nike.com,Person"));
    world.write("t.csv", world.read("t.csv").replace("Jane Roe", "nike.com,Jane Roe"));
    world.run("enrich --input t.csv --integrations find_ceo").exits(0);
    let headlines = world.column("t_enriched.csv", "headline");
    let empty: Vec<usize> = (0..10).filter(|at| headlines[*at].is_empty()).collect();
    assert_eq!(empty, [4], "an edited name changes no answer, another profile does");
}

#[test]
fn a_newer_answer_without_data_replaces_and_is_told() {
    // Of unknown profiles each seed finds others.
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

fn enriched(name: &str) -> String {
    let (stem, extension) = name.split_once('.').unwrap();
    format!("{stem}_enriched.{extension}")
}

/// The rows of a table as `rows --json` tells them.
fn cells(world: &World, table: &str) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let rows = world.run(&format!("rows {table} --json")).exits(0).json();
    rows["rows"].as_array().unwrap().iter().map(|row| row["cells"].as_object().unwrap().clone()).collect()
}

#[test]
fn samples_never_replace_answers() {
    let world = answered();
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
    // Under another name, and in a folder with another.
    fs::remove_file(world.path("hard.csv")).unwrap();
    fs::rename(world.path("t_enriched.csv"), world.path("renamed.csv")).unwrap();
    world.run(&format!("{RUN} --sandbox --output renamed.csv --overwrite")).exits(2);
    assert_eq!(world.read("renamed.csv"), older);
    // Edited answers are answers.
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
fn samples_say_that_they_are_samples_and_give_way_to_answers() {
    let world = World::new();
    world.write("t.csv", people(2, 2));
    let ran = world.run(&format!("{RUN} --sandbox")).exits(0);
    assert!(ran.stderr.contains("output   t_enriched.csv (samples)"), "{}", ran.stderr);
    let note = "the answers in it are samples of the sandbox, not real ones";
    for command in ["rows", "columns"] {
        let ran = world.run(&format!("{command} t_enriched.csv")).exits(0);
        assert!(ran.stderr.contains(note), "{}", ran.stderr);
        let document = world.run(&format!("{command} t_enriched.csv --json")).exits(0).json();
        assert_eq!(document["table_notes"][0], note);
    }
    let why = "why t_enriched.csv --row 1 --column headline --sandbox";
    assert!(world.run(why).exits(0).stderr.contains("answers of the sandbox"));
    assert_eq!(world.run(&format!("{why} --json")).exits(0).json()["samples"], true);
    // Samples that are enriched further.
    let further = world.run("plan --input t_enriched.csv --integrations linkedin_profile --json").exits(0);
    assert_eq!(further.json()["table_notes"][0], note);
    world.run(RUN).exits(0);
    assert!(!world.run("rows t_enriched.csv").exits(0).stderr.contains(note));
    let why = world.run("why t_enriched.csv --row 1 --column headline --json").exits(0).json();
    assert!(why["samples"].is_null(), "{why}");
}

#[test]
fn each_output_has_its_own_list_of_errors() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnot a domain\nnike.com\n");
    world.write("leads.jsonl", "{\"company_domain\": \"nike.com\"}\n");
    world.write("leads.tsv", "company_domain\tn\nnot a domain\t1\n3m.com\t2\n");
    let run = |name: &str| world.run(&format!("enrich --input {name} --integrations find_ceo"));
    run("leads.csv").exits(7);
    run("leads.tsv").exits(7);
    let list = world.read("leads_enriched.errors.csv");
    run("leads.jsonl").exits(0);
    assert_eq!(world.read("leads_enriched.errors.csv"), list);
    assert!(world.path("leads_enriched.errors.tsv.csv").exists());
    // A run without errors removes its own list, and no other.
    world.write("leads.csv", "company_domain\n3m.com\nnike.com\n");
    fs::copy(world.path("leads_enriched.errors.csv"), world.path("keep.errors.csv")).unwrap();
    world.write("keep.csv", "company_domain\nnike.com\n");
    run("leads.csv").exits(0);
    assert!(!world.path("leads_enriched.errors.csv").exists());
    world.run("enrich --input keep.csv --integrations find_ceo --output keep.csv.csv").exits(0);
    world.run("enrich --input keep.csv --integrations find_ceo --output sub.csv").exits(0);
    assert_eq!(world.read("keep.errors.csv"), list);
}

#[test]
fn a_list_that_was_edited_stays_and_the_new_one_lies_beside() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnot a domain\nnike.com\n");
    let run = || world.run("enrich --input leads.csv --integrations find_ceo");
    run().exits(7);
    let edited = world.read("leads_enriched.errors.csv") + "9,mine,note,done\n";
    world.write("leads_enriched.errors.csv", &edited);
    let ran = run().exits(7);
    assert!(ran.stderr.contains("leads_enriched.errors.unfinished.csv"), "{}", ran.stderr);
    assert_eq!(world.read("leads_enriched.errors.csv"), edited);
    world.write("leads.csv", "company_domain\n3m.com\nnike.com\n");
    run().exits(0);
    assert_eq!(world.read("leads_enriched.errors.csv"), edited);
}

#[test]
fn what_is_made_from_a_private_table_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.write("t.csv", people(2, 2) + "Jane Doe,not a profile\n");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let set =
        |name: &str, mode| fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap();
    set("t.csv", 0o600);
    world.run(RUN).exits(7);
    for name in ["t_enriched.csv", "t_enriched.errors.csv"] {
        assert_eq!(mode(&world.path(name)), 0o600, "{name}");
        set(name, 0o644);
    }
    for file in fs::read_dir(world.path(".marl")).unwrap() {
        let path = file.unwrap().path();
        let is_bare = path.file_name().unwrap() == ".gitignore"
            || path.extension().is_some_and(|extension| extension == "lock");
        assert!(is_bare || mode(&path) & 0o077 == 0, "{}: {:o}", path.display(), mode(&path));
    }
    world.run(RUN).exits(7);
    for name in ["t_enriched.csv", "t_enriched.errors.csv"] {
        assert_eq!(mode(&world.path(name)), 0o600, "{name}");
    }
}

#[test]
fn an_output_folder_that_is_renamed_in_mid_run() {
    let world = World::with(Options { latency: std::time::Duration::from_millis(300), ..Options::default() });
    world.write("t.csv", people(2, 2));
    fs::create_dir(world.path("out")).unwrap();
    let run = world
        .command(&format!("{RUN} --output out/o.csv"))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while world.stats().calls < 2 {
        std::thread::yield_now();
    }
    fs::rename(world.path("out"), world.path("moved")).unwrap();
    let ran = world.ran(run.wait_with_output().unwrap()).exits(1);
    assert!(ran.stderr.contains("moved/o.unfinished.csv"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("there is nothing to add"), "{}", ran.stderr);
    assert_eq!(answers(&world, "moved/o.unfinished.csv"), 2);
}

/// A run that never came to ask has no news for the list of what failed.
#[test]
fn a_run_without_a_key_leaves_an_older_list_of_errors() {
    let world = World::new();
    let people = "linkedin_url\nhttps://www.linkedin.com/in/sandbox-jane-doe\nnot an address\n";
    world.write("leads.csv", people);
    world.run("enrich --input leads.csv --integrations linkedin_profile").exits(7);
    let before = (world.read("leads_enriched.csv"), world.read("leads_enriched.errors.csv"));
    world.run_bare("enrich --input leads.csv --integrations linkedin_profile --refresh --rows 1").exits(3);
    assert_eq!((world.read("leads_enriched.csv"), world.read("leads_enriched.errors.csv")), before);
}
