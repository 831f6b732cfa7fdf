//! Settings, keys, ledgers and recipes count only where the user or root wrote them. Tests that
//! cannot give files away, because they are not root's, have nothing to show.

use std::{fs, os::unix::fs::chown};

use crate::world::{QUICK, World, people};

const RUN: &str = "--input people.csv --integrations linkedin_profile";

/// A user whom nobody is.
const OTHER: u32 = 65_531;

struct Below {
    world: World,
}

impl Below {
    /// A world whose `work` folder is the user's; `None` where files cannot be given away.
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

    /// What a command in `work` says, and its exit code.
    fn run(&self, args: &str, with: &[(&str, &str)]) -> (i32, String) {
        let mut command = self.world.command(args);
        command.current_dir(self.world.path("work")).envs(with.iter().copied());
        let ran = self.world.ran(command.output().unwrap());
        (ran.code, ran.stderr)
    }

    #[track_caller]
    fn refused(&self, what: &str, command: &str) {
        let (code, said) = self.run(command, &[]);
        assert!(
            code == 2 && said.contains(&format!("{what} belongs to another user ({OTHER})")),
            "{code}: {said}"
        );
        assert!(said.contains("MARL_TRUST="), "{said}");
        assert_eq!(self.world.stats().calls, 0);
        let trusted = self.world.folder().display().to_string();
        let (code, said) = self.run(command, &[("MARL_TRUST", &trusted)]);
        assert!([0, 8].contains(&code), "{code}: {said}");
    }
}

#[test]
fn settings_of_another_user_do_not_count() {
    let Some(below) = Below::new() else { return };
    below.world.write("marl.toml", QUICK);
    below.give_away("marl.toml");
    below.refused("[DIR]/marl.toml", &format!("plan {RUN}"));
    below.take_back("marl.toml");
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    // The file is the user's, and the folder it was found in is not: it could be any file of theirs.
    below.give_away(".");
    below.refused("[DIR]", &format!("plan {RUN}"));
    // A nearer project of the user's own ends the search.
    fs::create_dir(below.world.path("work/.marl")).unwrap();
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    // A link is as good as its maker.
    fs::write(below.world.path("own.toml"), QUICK).unwrap();
    std::os::unix::fs::symlink("../own.toml", below.world.path("work/marl.toml")).unwrap();
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    std::os::unix::fs::lchown(below.world.path("work/marl.toml"), Some(OTHER), None).unwrap();
    below.refused("marl.toml", &format!("plan {RUN}"));
}

#[test]
fn a_ledger_of_another_user_does_not_count_unless_it_is_named() {
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
    let (code, said) = below.run(&format!("enrich {RUN} --max-calls 1"), &[]);
    assert!(code == 2 && said.contains("belongs to another user"), "{said}");
}

#[test]
fn keys_of_another_user_do_not_count() {
    let Some(below) = Below::new() else { return };
    below.world.write(".env", "DATAGEN_API_KEY=k\nDATAGEN_API_BASE_URL=http://127.0.0.1:9\n");
    below.give_away(".env");
    // With a key of one's own, nobody looks.
    assert_eq!(below.run(&format!("plan {RUN}"), &[]).0, 0);
    let (code, said) = below.run(&format!("plan {RUN}"), &[("DATAGEN_API_KEY", "")]);
    assert!(code == 2 && said.contains("[DIR]/.env belongs to another user"), "{said}");
    below.take_back(".env");
    let (code, said) = below.run(&format!("plan {RUN}"), &[("DATAGEN_API_KEY", "")]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_recipe_of_another_user_does_not_count() {
    let Some(below) = Below::new() else { return };
    below.world.write("work/recipe.toml", "[[step]]\nuse = \"linkedin_profile\"\n");
    below.give_away("work/recipe.toml");
    below.refused("recipe.toml", "plan --input people.csv --recipe recipe.toml");
}

#[test]
fn in_a_work_tree_of_another_user_ones_own_ledger_is_begun_here() {
    let Some(below) = Below::new() else { return };
    fs::create_dir(below.world.path(".git")).unwrap();
    below.give_away(".");
    let (code, said) = below.run(&format!("enrich {RUN}"), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(below.world.path("work/.marl/ledger.db").exists() && !below.world.path(".marl").exists());
    // The next one finds it.
    let (code, said) = below.run(&format!("plan {RUN}"), &[]);
    assert_eq!(code, 0, "{said}");
}
