//! Tests that settings, keys, ledgers and recipes are trusted only if the user or root wrote them. The tests
//! pass trivially if they cannot change the owner of files, because they do not run as root.

use std::{fs, os::unix::fs::chown};

use crate::world::{QUICK, World, people};

const RUN: &str = "--input people.csv --integrations linkedin_profile";

/// A user id that no user has.
const OTHER: u32 = 65_531;

struct Below {
    world: World,
}

impl Below {
    /// A world whose `work` folder belongs to the user; `None` if the owner of files cannot be changed.
    fn new() -> Option<Self> {
        let world = World::new();
        fs::remove_file(world.path("marl.toml")).unwrap();
        fs::create_dir(world.path("work")).unwrap();
        world.write("work/people.csv", people(2, 2));
        world.write("probe", "");
        chown(world.path("probe"), Some(OTHER), None).ok()?;
        Some(Self { world })
    }

    fn give_away(&self, name: &str) {
        chown(self.world.path(name), Some(OTHER), None).unwrap();
    }

    fn take_back(&self, name: &str) {
        chown(self.world.path(name), Some(0), None).unwrap();
    }

    /// The output and the exit code of a command in `work`.
    fn run(&self, args: &str, with: &[(&str, &str)]) -> (i32, String) {
        let mut command = self.world.command(args);
        command.current_dir(self.world.path("work")).envs(with.iter().copied());
        let ran = self.world.ran(command.output().unwrap());
        (ran.code, ran.stderr)
    }

    #[track_caller]
    fn refused(&self, what: &str, command: &str) {
        let (code, reported) = self.run(command, &[]);
        assert!(
            code == 2 && reported.contains(&format!("{what} belongs to another user ({OTHER})")),
            "{code}: {reported}"
        );
        assert!(reported.contains("MARL_TRUST="), "{reported}");
        assert_eq!(self.world.stats().calls, 0);
        let trusted = self.world.folder().display().to_string();
        let (code, reported) = self.run(command, &[("MARL_TRUST", &trusted)]);
        assert!([0, 8].contains(&code), "{code}: {reported}");
    }
}

#[test]
fn settings_of_another_user_are_refused() {
    let Some(below) = Below::new() else { return };
    below.world.write("marl.toml", QUICK);
    below.give_away("marl.toml");
    below.refused("[DIR]/marl.toml", &format!("plan {RUN}"));
    below.take_back("marl.toml");
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    // The file belongs to the user, but its folder does not, so another user could have put any of the user's
    // files there.
    below.give_away(".");
    below.refused("[DIR]", &format!("plan {RUN}"));
    // A nearer project of the user's own ends the search.
    fs::create_dir(below.world.path("work/.marl")).unwrap();
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    // A link is trusted like the user who made it.
    fs::write(below.world.path("own.toml"), QUICK).unwrap();
    std::os::unix::fs::symlink("../own.toml", below.world.path("work/marl.toml")).unwrap();
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    std::os::unix::fs::lchown(below.world.path("work/marl.toml"), Some(OTHER), None).unwrap();
    below.refused("marl.toml", &format!("plan {RUN}"));
}

#[test]
fn a_ledger_of_another_user_is_refused_unless_it_is_named() {
    let Some(below) = Below::new() else { return };
    fs::create_dir(below.world.path(".marl")).unwrap();
    below.give_away(".marl");
    below.refused("[DIR]/.marl", &format!("plan {RUN}"));
    let named = format!("plan {RUN} --ledger ../.marl/ledger.db");
    assert_eq!(below.run(&named, &[]).0, 0);
    below.take_back(".marl");
    below.world.write(".marl/ledger.db", "");
    below.give_away(".marl/ledger.db");
    below.refused("[DIR]/.marl/ledger.db", &format!("plan {RUN}"));
    let (code, reported) = below.run(&format!("enrich {RUN} --max-calls 1"), &[]);
    assert!(code == 2 && reported.contains("belongs to another user"), "{reported}");
}

#[test]
fn keys_of_another_user_are_refused() {
    let Some(below) = Below::new() else { return };
    below.world.write(".env", "DATAGEN_API_KEY=k\nDATAGEN_API_BASE_URL=http://127.0.0.1:9\n");
    below.give_away(".env");
    // If the key is in the environment, the file is not read.
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    let (code, reported) = below.run(&format!("plan {RUN}"), &[("DATAGEN_API_KEY", "")]);
    assert!(code == 2 && reported.contains("[DIR]/.env belongs to another user"), "{reported}");
    below.take_back(".env");
    let (code, reported) = below.run(&format!("plan {RUN}"), &[("DATAGEN_API_KEY", "")]);
    assert_eq!(code, 0, "{reported}");
}

#[test]
fn a_recipe_of_another_user_is_refused() {
    let Some(below) = Below::new() else { return };
    below.world.write("work/recipe.toml", "[[step]]\nuse = \"linkedin_profile\"\n");
    below.give_away("work/recipe.toml");
    below.refused("recipe.toml", "plan --input people.csv --recipe recipe.toml");
}

#[test]
fn in_another_users_work_tree_a_new_ledger_is_created_here() {
    let Some(below) = Below::new() else { return };
    fs::create_dir(below.world.path(".git")).unwrap();
    below.give_away(".");
    let (code, reported) = below.run(&format!("enrich {RUN}"), &[]);
    assert_eq!(code, 0, "{reported}");
    assert!(below.world.path("work/.marl/ledger.db").exists() && !below.world.path(".marl").exists());
    // The next command finds it.
    let (code, reported) = below.run(&format!("plan {RUN}"), &[]);
    assert_eq!(code, 0, "{reported}");
}
