//! Tests that plugins are linked: a crate that no source names vanishes from the registry without an error.

use std::{collections::BTreeSet, fs, path::Path};

use marl_core::Registry;

/// Naming the library links everything that it names.
use cli as _;

fn crates() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn folders(start: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(crates()).unwrap().map(|entry| entry.unwrap());
    let named = entries.filter(|entry| entry.path().join("Cargo.toml").exists());
    named
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name.starts_with(start))
        .collect()
}

#[test]
fn folders_dependencies_plugin_list_and_registry_agree() {
    let manifest = fs::read_to_string(crates().join("cli/Cargo.toml")).unwrap();
    let list = fs::read_to_string(crates().join("cli/src/plugins.rs")).unwrap();
    for (start, registered) in [("integration-", integrations()), ("provider-", providers())] {
        let folders = folders(start);
        assert!(!folders.is_empty());
        let depended: BTreeSet<String> = manifest
            .lines()
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter(|name| name.starts_with(start))
            .map(str::to_owned)
            .collect();
        assert_eq!(folders, depended, "dependencies of crates/cli/Cargo.toml");
        let listed: BTreeSet<String> = list
            .lines()
            .filter_map(|line| line.strip_prefix("use ")?.strip_suffix(" as _;"))
            .map(|name| name.replace('_', "-"))
            .filter(|name| name.starts_with(start))
            .collect();
        assert_eq!(folders, listed, "lines of crates/cli/src/plugins.rs");
        assert_eq!(folders.len(), registered, "entries of the registry");
    }
}

fn integrations() -> usize {
    Registry::gather().unwrap().integrations().count()
}

fn providers() -> usize {
    Registry::gather().unwrap().providers().count()
}
