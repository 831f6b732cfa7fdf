//! Checks of the manifests: the allowed dependencies between crates, and versions in one place.
//!
//! This module reads lines in the only form that manifests have in this repository. Any other form is a finding.

use std::path::Path;

use super::{Finding, Findings, TextFile};

/// A dependency of a workspace member.
struct Dependency<'a> {
    name: &'a str,
    dev: bool,
    line: usize,
}

pub(super) fn check(files: &[TextFile], findings: &mut Findings) {
    let members: Vec<(&TextFile, &str)> =
        files.iter().filter_map(|file| Some((file, member(&file.path)?))).collect();
    let packages: Vec<&str> = members.iter().filter_map(|(file, _)| package(&file.text)).collect();
    for (file, folder) in &members {
        if !file.text.contains("\n[lints]\nworkspace = true\n") {
            let what = "add `[lints]` with `workspace = true`: lints are the root manifest's";
            findings.faults.push(Finding::new(&file.path, 1, what));
        }
        check_members_name(file, folder, findings);
        for dependency in dependencies(file, findings) {
            check_direction(file, folder, &dependency, &packages, findings);
        }
    }
}

/// The dependencies of a package with their lines, without dev-dependencies.
pub(super) fn of_package(file: &TextFile) -> Vec<(&str, usize)> {
    let all = dependencies(file, &mut Findings::default());
    all.into_iter().filter(|known| !known.dev).map(|known| (known.name, known.line)).collect()
}

/// The folder of the workspace member to which this manifest belongs.
fn member(path: &Path) -> Option<&str> {
    let folder = path.parent().filter(|_| path.ends_with("Cargo.toml"))?;
    let is_member = folder.parent() == Some(Path::new("crates")) || folder == Path::new("xtask");
    is_member.then(|| folder.file_name()?.to_str()).flatten()
}

fn package(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("name = "))?;
    line.split('"').nth(1)
}

fn check_members_name(file: &TextFile, folder: &str, findings: &mut Findings) {
    let name = package(&file.text).unwrap_or_default();
    // A package called `core` would shadow the standard library's crate.
    let expect = if folder == "core" { "marl-core" } else { folder };
    if name != expect {
        let what = format!("the package is called `{name}`: call it `{expect}`, like its folder");
        findings.faults.push(Finding::new(&file.path, 1, what));
    }
}

fn dependencies<'a>(file: &'a TextFile, findings: &mut Findings) -> Vec<Dependency<'a>> {
    let mut found = Vec::new();
    let mut section = "";
    for (at, line) in file.text.lines().enumerate() {
        let line_number = at + 1;
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
            continue;
        }
        if !section.contains("dependencies") || line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        let rest = line[name.len()..].trim();
        let shared = rest == ".workspace = true" || rest.starts_with("= { workspace = true");
        if !shared || section.contains("dependencies.") {
            let what = format!(
                "write `{name}.workspace = true`: only the root manifest has versions, one line each"
            );
            findings.faults.push(Finding::new(&file.path, line_number, what));
        }
        found.push(Dependency { name, dev: section.contains("dev-dependencies"), line: line_number });
    }
    found
}

fn check_direction(
    file: &TextFile,
    folder: &str,
    dependency: &Dependency<'_>,
    packages: &[&str],
    findings: &mut Findings,
) {
    if !packages.contains(&dependency.name) || may_use(folder, dependency) {
        return;
    }
    let Dependency { name, line, .. } = dependency;
    let what = format!("`{folder}` must not depend on `{name}`: {}", rule(folder));
    findings.faults.push(Finding::new(&file.path, *line, what));
}

fn is_plugin(folder: &str) -> bool {
    folder.starts_with("provider-") || folder.starts_with("integration-")
}

fn may_use(folder: &str, dependency: &Dependency<'_>) -> bool {
    match (folder, dependency.name) {
        ("cli", _) => true,
        ("runner", "marl-core" | "engine" | "table" | "sandbox" | "declared") => true,
        ("runner", ledger) if ledger.starts_with("ledger-") => true,
        ("runner", plugin) if is_plugin(plugin) => dependency.dev,
        ("engine" | "table" | "wire", "marl-core") => true,
        (ledger, "marl-core" | "engine") if ledger.starts_with("ledger-") => true,
        (plugin, "marl-core") if is_plugin(plugin) => true,
        ("declared", "marl-core" | "wire") => true,
        (plugin, "wire") => plugin.starts_with("provider-"),
        (plugin, "sandbox") if is_plugin(plugin) => dependency.dev,
        _ => false,
    }
}

fn rule(folder: &str) -> &'static str {
    match folder {
        "core" => "the core may not use our other crates",
        "declared" => "declared plugins may use the core and the wire, as written ones do",
        "engine" => "the engine may use only the core, and no plugin",
        ledger if ledger.starts_with("ledger-") => "a ledger may use only the engine and the core",
        "runner" => {
            "a run may use the engine, tables, ledgers, declared plugins and the sandbox, and other plugins only in tests"
        }
        "table" => "tables may use only the core, and no plan",
        "wire" => "the wire may use only the core, and no vendor",
        "sandbox" => "a mistake that both sides share would show in no test",
        "xtask" => "the tools compile without the program",
        folder if is_plugin(folder) => {
            "a plugin may use the core, a provider also the wire, and both the sandbox in their tests"
        }
        _ => "a new crate's direction is not decided: define in xtask/src/tidy/manifests.rs what it may use",
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn manifest(folder: &str, package: &str, dependencies: &str) -> TextFile {
        let path = PathBuf::from(format!("crates/{folder}/Cargo.toml"));
        let text = format!("[package]\nname = \"{package}\"\n\n[lints]\nworkspace = true\n\n{dependencies}");
        TextFile { path, text }
    }

    #[track_caller]
    fn check_one(folder: &str, package: &str, dependencies: &str, expect: &[&str]) {
        let files = [
            manifest("core", "marl-core", ""),
            manifest("sandbox", "sandbox", ""),
            manifest("wire", "wire", ""),
            manifest("runner", "runner", ""),
            manifest(folder, package, dependencies),
        ];
        let mut findings = Findings::default();
        check(&files, &mut findings);
        let found: Vec<String> = findings.faults.iter().map(|found| found.what.clone()).collect();
        assert_eq!(found.len(), expect.len(), "{found:?}");
        for (found, expect) in found.iter().zip(expect) {
            assert!(found.starts_with(expect), "{found}");
        }
    }

    #[test]
    fn dependencies_follow_their_direction() {
        check_one(
            "cli",
            "cli",
            "[dependencies]\nmarl-core.workspace = true\nsandbox.workspace = true\n",
            &[],
        );
        let tests =
            "[dependencies]\nmarl-core.workspace = true\n\n[dev-dependencies]\nsandbox.workspace = true\n";
        check_one("integration-x", "integration-x", tests, &[]);
        let real = "[dependencies]\nsandbox.workspace = true\n";
        check_one("integration-x", "integration-x", real, &["`integration-x` must not depend on `sandbox`"]);
        let wire = "[dependencies]\nwire.workspace = true\n";
        check_one("provider-x", "provider-x", wire, &[]);
        check_one("integration-x", "integration-x", wire, &["`integration-x` must not depend on `wire`"]);
        check_one("engine", "engine", wire, &["`engine` must not depend on `wire`"]);
        check_one("engine", "engine", real, &["`engine` must not depend on `sandbox`"]);
        check_one("runner", "runner", real, &[]);
        check_one(
            "engine",
            "engine",
            "[dependencies]\nrunner.workspace = true\n",
            &["`engine` must not depend on `runner`"],
        );
        check_one("mcp", "mcp", real, &["`mcp` must not depend on `sandbox`: a new crate's"]);
    }

    #[test]
    fn versions_are_in_one_place() {
        for line in ["csv = \"1\"", "csv = { version = \"1\" }", "csv = { path = \"../csv\" }"] {
            let text = format!("[dependencies]\n{line}\n");
            check_one("engine", "engine", &text, &["write `csv.workspace = true`"]);
        }
        check_one("engine", "engine", "[dependencies]\ncsv = { workspace = true, features = [] }\n", &[]);
        check_one("engine", "other", "", &["the package is called `other`"]);
    }
}
