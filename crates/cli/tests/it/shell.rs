//! Tests of output for shells and for `man`.

use std::fs;

use crate::world::World;

/// The subcommands in the help text.
fn subcommands(world: &World) -> Vec<String> {
    let help = world.run("--help").exits(0).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

#[test]
fn completions_for_every_shell() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = world.run(&format!("completions {shell}")).exits(0);
        assert_eq!(ran.stderr, "");
        for name in subcommands(&world) {
            assert!(ran.stdout.contains(&name), "{shell}: {name}");
        }
    }
    assert!(world.run("completions tcsh").exits(2).stderr.contains("bash"));
}

#[test]
fn manual_pages() {
    let world = World::new();
    let names = subcommands(&world);
    assert!(names.iter().any(|name| name == "enrich"), "{names:?}");
    let page = world.run("man").exits(0).stdout;
    world.run("man --dir deep/man1").exits(0);
    assert_eq!(world.read("deep/man1/marl.1"), page);
    // Hyphens in a page are escaped.
    let plain = page.replace("\\-", "-");
    for name in names {
        assert!(plain.contains(&format!("marl-{name}(1)")), "{name}: {page}");
        assert!(world.path(&format!("deep/man1/marl-{name}.1")).exists(), "{name}");
    }
    assert!(world.path("deep/man1/marl-recipe-new.1").exists());
    fs::write(world.path("file"), "").unwrap();
    let ran = world.run("man --dir file").exits(2);
    assert!(ran.stderr.contains("hint: name a folder"), "{}", ran.stderr);
}
