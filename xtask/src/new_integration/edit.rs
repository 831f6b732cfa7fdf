//! Adds the lines that link a new integration. This module writes nothing.

use std::path::{Path, PathBuf};

use crate::{failure::Failure, workspace};

use super::write::Change;

const ROOT_MANIFEST: &str = "Cargo.toml";
const CLI_MANIFEST: &str = "crates/cli/Cargo.toml";
const PLUGINS: &str = "crates/cli/src/plugins.rs";

/// Adds the crate to the workspace's own crates.
pub(super) fn root_manifest(root: &Path, package: &str) -> Result<Change, Failure> {
    let line = format!("{package} = {{ path = \"crates/{package}\" }}");
    insert(root, ROOT_MANIFEST, Some("[workspace.dependencies]"), "integration-", &line)
}

/// Adds the dependency of the program.
pub(super) fn cli_manifest(root: &Path, package: &str) -> Result<Change, Failure> {
    insert(root, CLI_MANIFEST, Some("[dependencies]"), "", &format!("{package}.workspace = true"))
}

/// Adds the line without which the linker would drop the crate.
pub(super) fn plugins(root: &Path, library: &str) -> Result<Change, Failure> {
    insert(root, PLUGINS, None, "use ", &format!("use {library} as _;"))
}

/// Inserts `line` before the first line of its kind that sorts after it, or else after the last line of its
/// kind. Only lines in the section that start with `kind` are compared.
fn insert(root: &Path, file: &str, section: Option<&str>, kind: &str, line: &str) -> Result<Change, Failure> {
    let text = workspace::read(&root.join(file))?;
    let mut lines: Vec<&str> = text.lines().collect();
    let unknown = || {
        let place = section.map_or(String::new(), |section| format!(" in `{section}`"));
        Failure::new(format!("no place for `{line}` was found{place}"))
            .caused_by(format!("{file} has no line that starts with `{kind}` there"))
    };
    let start = match section {
        Some(section) => lines.iter().position(|line| *line == section).ok_or_else(unknown)? + 1,
        None => 0,
    };
    let end = lines[start..]
        .iter()
        .position(|line| section.is_some() && line.starts_with('['))
        .map_or(lines.len(), |length| start + length);
    let same_kind = |at: &usize| {
        let first = lines[*at].chars().next().unwrap_or(' ');
        first.is_ascii_alphabetic() && lines[*at].starts_with(kind)
    };
    let places: Vec<usize> = (start..end).filter(same_kind).collect();
    if places.iter().any(|at| key(lines[*at]) == key(line)) {
        return Err(Failure::new(format!("{file} already contains `{}`", key(line)))
            .hint("remove the line, or choose another name"));
    }
    let before = places.iter().copied().find(|at| key(lines[*at]) > key(line));
    let at = before.or_else(|| places.last().map(|at| at + 1)).ok_or_else(unknown)?;
    lines.insert(at, line);
    Ok(Change::new(PathBuf::from(file), lines.join("\n") + "\n"))
}

/// The sort key of a line: the crate that the line names.
fn key(line: &str) -> &str {
    let name = line.strip_prefix("use ").unwrap_or(line);
    name.split(['.', ' ', '=', ';']).next().unwrap_or(name)
}
