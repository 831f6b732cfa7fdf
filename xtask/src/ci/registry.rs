//! Checks that the release binary has every integration. The linker drops unreferenced crates without an
//! error, and a release build links differently from a debug build.

use std::{collections::BTreeSet, path::Path, process::Command};

use crate::{cargo, contracts, failure::Failure, workspace};

pub(super) const REPEAT: &str =
    "cargo build --release -p cli --locked, then compare `marl integrations` with crates/integration-*";

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
    match linked.iter().find(|name| !known.iter().any(|known| known.name == **name)) {
        Some(name) => {
            Err(Failure::new(format!("no source in crates/integration-* contains the name `{name}`"))
                .hint("write the contract's name as a literal, so that it can be found"))
        }
        None => Ok(()),
    }
}
