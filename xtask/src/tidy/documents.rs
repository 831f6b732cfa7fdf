//! Checks of text files: required files, length, paths of machines, link targets. This module changes nothing.

use std::path::Path;

use super::{Finding, Findings, TextFile};

const PRESENT: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "STYLE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

const MOST_LINES_OF_ARCHITECTURE: usize = 200;

/// Top-level folders that identify a machine.
const MACHINE_FOLDERS: [&str; 5] = ["home", "root", "Users", "work", "mnt"];

/// Hosts of the registry. They belong in a lock file or in a user's own configuration.
const REGISTRY: &str = ".crates.io";
const REGISTRY_HOSTS: [&str; 2] = ["index", "static"];

pub(super) fn check(root: &Path, file: &TextFile, findings: &mut Findings) {
    check_paths(file, findings);
    if file.has_extension("md") {
        check_links(root, file, findings);
    }
    let lines = file.text.lines().count();
    if file.path == Path::new("ARCHITECTURE.md") && lines > MOST_LINES_OF_ARCHITECTURE {
        let what = format!("{lines} lines are too many to be read: at most {MOST_LINES_OF_ARCHITECTURE}");
        findings.faults.push(Finding::new(&file.path, lines, what));
    }
}

/// Checks the files that every checkout must have.
pub(super) fn check_present(root: &Path, findings: &mut Findings) {
    for name in PRESENT.iter().filter(|name| !root.join(name).is_file()) {
        findings.faults.push(Finding::new(Path::new(name), 1, "the file is missing: write it"));
    }
}

fn check_paths(file: &TextFile, findings: &mut Findings) {
    let is_lock = file.path == Path::new("Cargo.lock");
    for (at, line) in file.text.lines().enumerate() {
        if let Some(folder) = MACHINE_FOLDERS.iter().find(|folder| has_folder(line, folder)) {
            let what =
                format!("a path in `/{folder}` exists on one machine only: make it relative to the checkout");
            findings.faults.push(Finding::new(&file.path, at + 1, what));
        }
        let host = |name: &&&str| line.contains(&format!("{name}{REGISTRY}"));
        if let Some(name) = REGISTRY_HOSTS.iter().find(host).filter(|_| !is_lock) {
            let what = format!("`{name}{REGISTRY}` is a registry's host: leave it to cargo's configuration");
            findings.faults.push(Finding::new(&file.path, at + 1, what));
        }
    }
}

/// Whether a line contains a top-level folder, rather than a nested one or a part of an address.
fn has_folder(line: &str, folder: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || "._-~*{}<>)".contains(c);
    line.match_indices(&format!("/{folder}/")).any(|(at, _)| !line[..at].ends_with(inner))
}

fn check_links(root: &Path, file: &TextFile, findings: &mut Findings) {
    let mut in_code = false;
    for (at, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        for target in targets(line).filter(|_| !in_code) {
            let path = target.split(['#', '?']).next().unwrap_or_default();
            let from = match path.strip_prefix('/') {
                Some(_) => root.to_owned(),
                None => root.join(file.path.parent().unwrap_or(Path::new(""))),
            };
            if !path.is_empty() && !from.join(path.trim_start_matches('/')).exists() {
                let what = format!("the link leads nowhere: `{target}` does not exist");
                findings.faults.push(Finding::new(&file.path, at + 1, what));
            }
        }
    }
}

/// The targets of the links in a line, except web addresses.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let reference = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target);
    let all = inline.chain(reference).map(|target| target.split_whitespace().next().unwrap_or_default());
    all.map(|target| target.trim_matches(['<', '>']))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

#[cfg(test)]
mod tests {
    use super::{super::found, check};

    #[test]
    fn machine_paths_and_registry_hosts_are_found() {
        for (line, expect) in [
            (["see ", "/root", "/x"].concat(), true),
            (["\"", "/home", "/me/x\""].concat(), true),
            (["https://acme.com", "/work", "/x"].concat(), false),
            (["a/b", "/home", "/x"].concat(), false),
            (["https://static", ".crates.io/x"].concat(), true),
            ("https://crates.io/crates/csv".to_owned(), false),
        ] {
            let findings = found("src/x.txt", &line, |file, findings| check("".as_ref(), file, findings));
            assert_eq!(!findings.is_empty(), expect, "{line}");
        }
    }

    #[test]
    fn links_lead_somewhere() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("docs")).unwrap();
        std::fs::write(folder.path().join("docs/a.md"), "").unwrap();
        std::fs::write(folder.path().join("b.md"), "").unwrap();
        let text = "[a](a.md#x) [b](../b.md) [c](/b.md \"title\") [d](https://x.com/y)\n[e](#here)\n\
                    ```\n[no](code.md)\n```\n[f](gone.md)\n[g]: ../gone.md\n";
        let findings = found("docs/x.md", text, |file, findings| check(folder.path(), file, findings));
        assert_eq!(
            findings,
            [
                "docs/x.md:6: the link leads nowhere: `gone.md` does not exist",
                "docs/x.md:7: the link leads nowhere: `../gone.md` does not exist"
            ]
        );
    }
}
