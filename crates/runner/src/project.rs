//! The project: its folder, settings, plugins, recipes and ledger, the record of its outputs, and which of
//! its files are trusted. This module knows no runs.

pub mod address;
pub mod connect;
pub mod ledger;
pub mod outputs;
pub(crate) mod owner;
pub mod paths;
pub(crate) mod provenance;
pub mod recipe;
pub mod settings;
pub(crate) mod text_file;
pub(crate) mod toml_error;
pub mod workspace;

use std::path::{Path, PathBuf};

use self::owner::OwnedKind;
use crate::{failure::Failure, spec::LedgerChoice};

/// The environment variable that names a ledger.
const LEDGER: &str = "MARL_LEDGER";

/// The nearest folder, from `start` upwards, that has `.marl` or `marl.toml`; otherwise the root of the
/// enclosing git work tree, unless another user owns it; otherwise `start`. A caller that reads the folder's
/// settings checks the owner of the folder first.
pub fn folder(start: &Path) -> PathBuf {
    let nearest = start.ancestors().find(|folder| is_marked(folder));
    let root = || start.ancestors().find(|folder| folder.join(".git").exists());
    let own_root = || root().filter(|root| owner::other_owner(root).is_none());
    nearest.or_else(own_root).unwrap_or(start).to_owned()
}

fn is_marked(folder: &Path) -> bool {
    folder.join(".marl").is_dir() || folder.join("marl.toml").is_file()
}

/// Refuses a project that another user could have made, because its files decide what is bought. The user
/// entered the working folder on purpose, so there only the files are checked.
pub(crate) fn check_owner(project: &Path, working: &Path) -> Result<(), Failure> {
    if project != working && is_marked(project) {
        owner::check(project, OwnedKind::Settings)?;
    }
    owner::check(&project.join("marl.toml"), OwnedKind::Settings)
}

/// The path of the ledger: the chosen one, otherwise the one in the project folder. The sandbox has a ledger
/// of its own, so that a sample is never taken for a bought answer.
///
/// # Errors
/// The environment names an address, or another user owns the project's ledger.
pub fn ledger(choice: &LedgerChoice, folder: &Path) -> Result<PathBuf, Failure> {
    if let Some(chosen) = &choice.ledger {
        return Ok(chosen.clone());
    }
    let variable = std::env::var_os(LEDGER).filter(|path| !path.is_empty() && !choice.sandbox);
    let Some(named) = variable.map(PathBuf::from) else {
        let marl = folder.join(".marl");
        let ledger = marl.join(if choice.sandbox { "sandbox.db" } else { "ledger.db" });
        // A ledger that the user names is the user's own decision.
        owner::check(&marl, OwnedKind::Ledger)?;
        owner::check(&ledger, OwnedKind::Ledger)?;
        no_link(&marl)?;
        no_link(&ledger)?;
        return Ok(ledger);
    };
    match address::refusal(&named) {
        None => Ok(named),
        Some(why) => Err(Failure::usage(format!("`{LEDGER}` is `{}`: {why}", named.display()))
            .hint(format!("set `{LEDGER}` to the path of a file, or unset it"))),
    }
}

/// Refuses a link at a path that marl chose: another user could have made the link to lead marl to any file.
fn no_link(path: &Path) -> Result<(), Failure> {
    if !std::fs::symlink_metadata(path).is_ok_and(|there| there.is_symlink()) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} is a link, and marl follows no link to its own ledger",
        paths::shown(path)
    ))
    .hint("name the ledger that is meant with `--ledger PATH`, or remove the link"))
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
