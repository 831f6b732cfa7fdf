//! The project folder, where settings are found.

use std::path::{Path, PathBuf};

use crate::{address, args::LedgerChoice, failure::Failure};

/// Names a ledger, in the environment.
const LEDGER: &str = "MARL_LEDGER";

/// The nearest folder, from `start` upwards, that has `.marl` or `marl.toml`; else the root
/// of the enclosing git work tree; else `start`.
pub(crate) fn folder(start: &Path) -> PathBuf {
    let marked = |folder: &&Path| folder.join(".marl").is_dir() || folder.join("marl.toml").is_file();
    let nearest = start.ancestors().find(marked);
    let root = || start.ancestors().find(|folder| folder.join(".git").exists());
    nearest.or_else(root).unwrap_or(start).to_owned()
}

/// The ledger's file: as chosen, else in the project folder. The sandbox has its own, so that
/// a sample is never taken for a bought answer.
///
/// # Errors
/// When the environment names an address.
pub(crate) fn ledger(choice: &LedgerChoice, folder: &Path) -> Result<PathBuf, Failure> {
    if let Some(chosen) = &choice.ledger {
        return Ok(chosen.clone());
    }
    let variable = std::env::var_os(LEDGER).filter(|path| !path.is_empty() && !choice.sandbox);
    let Some(named) = variable.map(PathBuf::from) else {
        return Ok(folder.join(".marl").join(if choice.sandbox { "sandbox.db" } else { "ledger.db" }));
    };
    match address::refusal(&named) {
        None => Ok(named),
        Some(why) => Err(Failure::usage(format!("`{LEDGER}` is `{}`: {why}", named.display()))
            .hint(format!("set `{LEDGER}` to the path of a file, or unset it"))),
    }
}

/// A path as the ledger records it.
pub(crate) fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// A path as it is shown: from the working folder, where it lies below it.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_marked_folder_then_git_then_here() {
        let top = tempfile::tempdir().unwrap();
        let deep = top.path().join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(folder(&deep), deep);
        fs::create_dir(top.path().join(".git")).unwrap();
        assert_eq!(folder(&deep), top.path());
        fs::write(top.path().join("a/marl.toml"), "").unwrap();
        assert_eq!(folder(&deep), top.path().join("a"));
        fs::create_dir(top.path().join("a/b/.marl")).unwrap();
        assert_eq!(folder(&deep), top.path().join("a/b"));
    }
}
