//! The checkout: its root and its files. This module writes nothing.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::failure::Failure;

/// Folders without files of the repository, for a checkout without git.
const NOT_OURS: [&str; 3] = [".git", ".marl", "target"];

/// The root of the checkout: the folder above this crate.
pub(crate) fn root() -> Result<PathBuf, Failure> {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = here.parent().filter(|root| root.join("Cargo.toml").is_file());
    root.map(Path::to_owned).ok_or_else(|| {
        Failure::new(format!("there is no workspace above {}", here.display()))
            .hint("run it as `cargo xtask` inside the checkout")
    })
}

/// The repository's files, sorted and relative to its root: those that git tracks or would track. Without
/// git, all files outside the folders of build products.
pub(crate) fn files(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = match of_git(root) {
        Some(files) => files,
        None => walk(root, Path::new(""))?,
    };
    files.retain(|file| root.join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// The folders in `crates/` whose names start with `prefix`, sorted.
pub(crate) fn crates(root: &Path, prefix: &str) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in entries(&root.join("crates"))? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(prefix) && entry.path().join("Cargo.toml").is_file() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("{} cannot be read", path.display())).caused_by(error))
}

/// All files below a folder of the checkout, relative to the root.
pub(crate) fn walk(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in entries(&root.join(folder))? {
        let path = folder.join(entry.file_name());
        if !entry.path().is_dir() {
            found.push(path);
        } else if !NOT_OURS.iter().any(|name| entry.file_name() == *name) {
            found.extend(walk(root, &path)?);
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>, Failure> {
    fs::read_dir(folder)
        .and_then(Iterator::collect)
        .map_err(|error| Failure::new(format!("{} cannot be listed", folder.display())).caused_by(error))
}

/// The files that git lists, provided that the root is the root of a git work tree. A copy inside another
/// repository is not that repository's concern.
fn of_git(root: &Path) -> Option<Vec<PathBuf>> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        output.status.success().then_some(output.stdout)
    };
    let prefix = git(&["rev-parse", "--show-prefix"])?;
    if !prefix.trim_ascii().is_empty() {
        return None;
    }
    let listed = git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
    let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Some(names.map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned())).collect())
}
