//! Checks that the release binary has every integration. The linker drops unreferenced crates without an
//! error, and a release build links differently from a debug build.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::{cargo, contracts, failure::Failure, workspace};

pub(super) const REPEAT: &str = "cargo build --release -p cli --locked, then compare `marl integrations` with crates/integration-* and integrations/";

pub(super) fn check(root: &Path) -> Result<(), Failure> {
    cargo::run(&mut cargo::command(root, &["build", "--release", "-p", "cli", "--bin", "marl", "--locked"]))?;
    let marl = cargo::program(&cargo::target_folder(root)?.join("release"), "marl");
    let text = cargo::output(Command::new(marl).args(["integrations", "--json"]))?;
    compare(root, &linked(&text)?)
}

fn linked(text: &str) -> Result<BTreeSet<String>, Failure> {
    let document = cargo::json("marl integrations", text)?;
    let listed = document["integrations"].as_array().cloned().unwrap_or_default();
    Ok(listed.iter().filter_map(|known| Some(known["name"].as_str()?.to_owned())).collect())
}

fn compare(root: &Path, linked: &BTreeSet<String>) -> Result<(), Failure> {
    let known = contracts::known(root)?;
    for folder in workspace::crates(root, "integration-")? {
        if !known.iter().any(|known| known.folder == folder) {
            return Err(Failure::new(format!("crates/{folder} contains no contract"))
                .hint("write `static CONTRACT: Contract = Contract::new(\"...\", ...)` in its source"));
        }
    }
    for contract in &known {
        if !linked.contains(&contract.name) {
            return Err(Failure::new(format!("the release binary has no `{}`", contract.name)).hint(
                format!(
                    "name crates/{} in crates/cli/Cargo.toml and crates/cli/src/plugins.rs",
                    contract.folder
                ),
            ));
        }
    }
    let declared = declared(root)?;
    if let Some(name) = declared.iter().find(|name| !linked.contains(*name)) {
        return Err(Failure::new(format!("the release binary has no `{name}` of integrations/"))
            .hint("name its file in crates/declared/src/shipped.rs"));
    }
    let is_known = |name: &String| known.iter().any(|known| known.name == *name) || declared.contains(name);
    match linked.iter().find(|name| !is_known(name)) {
        Some(name) => Err(Failure::new(format!(
            "neither a source in crates/integration-* nor a file in integrations/ contains the name `{name}`"
        ))
        .hint("write the contract's name as a literal, so that it can be found")),
        None => Ok(()),
    }
}

/// The names of the integrations that the files in `integrations/` declare.
fn declared(root: &Path) -> Result<BTreeSet<String>, Failure> {
    let folder = root.join("integrations");
    let unreadable =
        |error: &std::io::Error| Failure::new(format!("{} cannot be read: {error}", folder.display()));
    let mut names = BTreeSet::new();
    for file in fs::read_dir(&folder).map_err(|error| unreadable(&error))?.flatten() {
        let text = fs::read_to_string(file.path()).map_err(|error| unreadable(&error))?;
        let heads = text.lines().filter_map(|line| line.strip_prefix("[integration.")?.strip_suffix(']'));
        names.extend(heads.map(str::to_owned));
    }
    Ok(names)
}
