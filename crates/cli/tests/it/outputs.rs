//! Tests of the file at the output's path before a run: who wrote it, and whether it holds more.

use std::{fs, path::Path};

use sandbox::Options;

use crate::world::{Ran, World, people};

const RUN: &str = "enrich --input t.csv --integrations linkedin_profile";

/// A table of ten persons, all with answers in `t_enriched.csv`.
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

/// Checks that the older output has its ten answers, and that the run reported where its own table is.
#[track_caller]
fn stays(world: &World, ran: Ran, code: i32, beside: usize) {
    let ran = ran.exits(code);
    assert_eq!(answers(world, "t_enriched.csv"), 10, "{}", ran.stderr);
    assert!(ran.stderr.contains("t_enriched.csv stays as it was: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("beside   t_enriched.unfinished.csv is this run's table"), "{}", ran.stderr);
    assert_eq!(answers(world, "t_enriched.unfinished.csv"), beside);
}

#[test]
fn equal_and_richer_runs_replace_marls_own_output() {
    let world = answered();
    let first = world.read("t_enriched.csv");
    world.run(RUN).exits(0);
    assert_eq!(world.read("t_enriched.csv"), first);
    world.write("t.csv", people(12, 12));
    world.run(RUN).exits(0);
    assert_eq!(answers(&world, "t_enriched.csv"), 12);
    // Removing rows is the user's decision.
    world.write("t.csv", people(4, 4));
    world.run(RUN).exits(0);
    assert_eq!(answers(&world, "t_enriched.csv"), 4);
    world.run(&format!("{RUN} --refresh")).exits(0);
    world.run(&format!("{RUN} --only empty")).exits(2);
    assert!(!world.path("t_enriched.unfinished.csv").exists());
}

#[test]
fn the_output_is_recognised_from_other_folders_and_projects() {
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
    // After the project is renamed, it still recognises its files.
    let moved = world.folder().with_extension("moved");
    fs::rename(world.folder(), &moved).unwrap();
    let mut command = world.command(RUN);
    command.current_dir(&moved);
    let ran = world.ran(command.output().unwrap());
    fs::rename(&moved, world.folder()).unwrap();
    ran.exits(0);
}

#[test]
fn a_file_that_marl_did_not_write_is_replaced_only_with_overwrite() {
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
fn a_file_without_a_record_is_not_marls_own() {
    let world = answered();
    fs::remove_dir_all(world.path(".marl")).unwrap();
    let refused = world.run(RUN).exits(2);
    assert!(refused.stderr.contains("marl has no record of writing it"), "{}", refused.stderr);
    world.run(&format!("{RUN} --overwrite")).exits(0);
    world.run(RUN).exits(0);
}

/// A file appears, or is edited, while the run goes on.
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
fn files_that_the_run_needs_are_never_overwritten() {
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
    // Failures count as fewer answers, and so does another order of the rows.
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
    // A part of a table with other persons contains none of the answers.
    world.write("others.csv", people(3, 3).replace("person", "jane-doe"));
    fs::remove_file(world.path("t_enriched.unfinished.csv")).unwrap();
    let others = RUN.replace("t.csv", "others.csv --output t_enriched.csv");
    stays(&world, world.run(&format!("{others} --limit 1")), 12, 1);
    fs::remove_file(world.path("t_enriched.unfinished.csv")).unwrap();
    stays(&world, world.run(&format!("{others} --max-calls 1 --refresh")), 8, 1);
    // All rows of the smaller table are among the ten, so nothing is lost. All rows of another table are what
    // the user wants there.
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
fn files_from_a_private_table_are_private() {
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
fn an_output_folder_that_is_renamed_during_the_run() {
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
