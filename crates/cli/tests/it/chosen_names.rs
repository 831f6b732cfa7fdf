//! Tests of files in a folder that another user filled: links at names that marl chooses itself, and pipes
//! where a text file is read.

use std::{fs, os::unix::fs::symlink};

use crate::world::{World, people};

const RUN: &str = "enrich --input people.csv --integrations linkedin_profile";

/// A folder with a table, and a link at `name` to a file of the user outside of the folder.
fn trap(name: &str, target: &str) -> (World, tempfile::TempDir) {
    let (world, home) = (World::new(), tempfile::tempdir().unwrap());
    fs::write(home.path().join("precious"), "mine\n").unwrap();
    world.write("people.csv", people(2, 2));
    let name = world.path(name);
    fs::create_dir_all(name.parent().unwrap()).unwrap();
    symlink(home.path().join(target), name).unwrap();
    (world, home)
}

fn is_untouched(home: &tempfile::TempDir) {
    assert_eq!(fs::read_to_string(home.path().join("precious")).unwrap(), "mine\n");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing was made there");
}

#[test]
fn no_output_is_written_through_a_link_that_the_user_did_not_name() {
    for name in ["people_enriched.csv", "people_enriched.errors.csv"] {
        for target in ["precious", "made-by-marl"] {
            let (world, home) = trap(name, target);
            for command in [RUN.to_owned(), format!("{RUN} --sandbox")] {
                let ran = world.run(&command).exits(2);
                assert!(ran.stderr.contains("this is a link"), "{}", ran.stderr);
                is_untouched(&home);
            }
            assert_eq!(world.stats().calls, 0);
        }
    }
    let (world, _home) = trap("people_enriched.csv", "precious");
    world.run("plan --input people.csv --integrations linkedin_profile").exits(2);
}

#[test]
fn no_log_is_written_through_a_link() {
    for (name, flags) in [("run-1.log", ""), ("sandbox-run-1.log", " --sandbox")] {
        let (world, home) = trap(&format!(".marl/{name}"), "precious");
        let ran = world.run(&format!("{RUN} --detach{flags}")).exits(1);
        assert!(ran.stderr.contains(&format!("the log .marl/{name} cannot be made")), "{}", ran.stderr);
        is_untouched(&home);
        assert_eq!(world.stats().calls, 0);
    }
}

#[test]
fn no_ledger_is_opened_through_a_link() {
    for (name, flags) in [("ledger.db", ""), ("sandbox.db", " --sandbox")] {
        let (world, home) = trap(&format!(".marl/{name}"), "precious");
        let ran = world.run(&format!("{RUN}{flags}")).exits(2);
        assert!(ran.stderr.contains("is a link") && ran.stderr.contains("--ledger"), "{}", ran.stderr);
        is_untouched(&home);
        assert_eq!(world.stats().calls, 0);
    }
    // The same holds for the folder that contains the ledger.
    let world = World::new();
    world.write("people.csv", people(2, 2));
    std::fs::create_dir(world.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", world.path(".marl")).unwrap();
    world.run(RUN).exits(2);
    assert_eq!(std::fs::read_dir(world.path("elsewhere")).unwrap().count(), 0);
    assert_eq!(world.stats().calls, 0);
}

#[cfg(unix)]
#[test]
fn each_ledger_has_its_own_logs_readable_only_by_the_owner() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.write("people.csv", people(2, 2));
    world.write("other.csv", people(2, 2));
    for (table, flags) in
        [("people.csv", ""), ("other.csv", "--ledger b.db"), ("people.csv", "--sandbox --output s.csv")]
    {
        let run = format!("enrich --input {table} --integrations linkedin_profile --detach {flags}");
        world.run(&run).exits(0);
        let of = flags.split(" --output").next().unwrap();
        world.run(&format!("runs wait 1 {of}")).exits(0);
    }
    for log in [".marl/run-1.log", "b-run-1.log", ".marl/sandbox-run-1.log"] {
        assert!(world.read(log).contains("linkedin_profile"), "{log}");
        assert_eq!(fs::metadata(world.path(log)).unwrap().permissions().mode() & 0o777, 0o600, "{log}");
    }
}

#[test]
fn a_link_that_the_user_names_is_followed_and_reported() {
    let (world, home) = trap("out.csv", "table.csv");
    let ran = world.run(&format!("{RUN} --output out.csv")).exits(0);
    let target = home.path().join("table.csv");
    assert!(ran.stderr.contains(&format!("out.csv leads to {}", target.display())), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(target).unwrap().lines().count(), 3);
    assert!(fs::symlink_metadata(world.path("out.csv")).unwrap().is_symlink());
}

#[test]
fn irregular_files_are_refused_without_blocking() {
    let world = World::new();
    world.write("people.csv", people(1, 1));
    let pipe = |name: &str| {
        let _ = fs::remove_file(world.path(name));
        assert!(std::process::Command::new("mkfifo").arg(world.path(name)).status().unwrap().success());
    };
    pipe("recipe.toml");
    let recipe = world.run("plan --input people.csv --recipe recipe.toml").exits(2);
    assert!(recipe.stderr.contains("recipe.toml: this is not a regular file"), "{}", recipe.stderr);
    symlink("/dev/zero", world.path("endless.toml")).unwrap();
    world.run("plan --input people.csv --recipe endless.toml").exits(2);
    pipe("marl.toml");
    let settings = world.run("plan --input people.csv --integrations linkedin_profile").exits(2);
    assert!(settings.stderr.contains("marl.toml: this is not a regular file"), "{}", settings.stderr);
}
