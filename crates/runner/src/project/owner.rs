//! Which files are trusted. Settings, keys, ledgers and recipes decide what is bought and where a key is
//! sent, so marl uses them only if no other user owns them. Only this module judges owners; its callers
//! decide what follows.
//!
//! marl trusts the user, root, and all files below the folders that `MARL_TRUST` lists. On systems without
//! Unix owners every file is trusted.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use table::shell::word;

use crate::{failure::Failure, project::paths};

/// The environment variable for folders that are trusted regardless of their owner: a list as in `PATH`.
pub(crate) const TRUST: &str = "MARL_TRUST";

/// The kinds of files that are refused if another user owns them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnedKind {
    Settings,
    Keys,
    Ledger,
    Recipe,
}

impl OwnedKind {
    fn why(self) -> &'static str {
        match self {
            Self::Settings => "settings decide what is bought",
            Self::Keys => "it decides where a key and the rows are sent",
            Self::Ledger => "its answers would be taken for bought ones",
            Self::Recipe => "its steps decide what is bought",
        }
    }

    fn ways(self) -> &'static str {
        match self {
            Self::Settings => "take it over with `chown`, make a project of your own here (`mkdir .marl`)",
            Self::Keys => "take it over with `chown`, set the key in the environment",
            Self::Ledger => "take it over with `chown`, name it with `--ledger PATH`",
            Self::Recipe => "copy it to a file of your own",
        }
    }
}

/// Refuses a file or folder that another user owns, or could have put there through a link.
///
/// # Errors
/// The message names the owner and how to trust the file.
pub(crate) fn check(path: &Path, kind: OwnedKind) -> Result<(), Failure> {
    let Some(owner) = other_owner(path) else { return Ok(()) };
    // For a folder, only the folder itself: its parent may hold folders of all users.
    let parent = || path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = if path.is_dir() { path } else { parent().unwrap_or(Path::new(".")) };
    let message = format!("{} belongs to another user ({owner}), and {}", paths::shown(path), kind.why());
    Err(Failure::usage(message).hint(format!(
        "{}, or trust the folder: `{TRUST}={}`",
        kind.ways(),
        word(&paths::absolute(folder))
    )))
}

/// The number of the user who owns a file, or the link that leads to it, if that is neither this user nor
/// root. `None` if the file does not exist.
pub(crate) fn other_owner(path: &Path) -> Option<u32> {
    let owners = [fs::symlink_metadata(path).ok(), fs::metadata(path).ok()];
    let other = owners.iter().flatten().map(uid).find(|owner| !is_trusted(*owner))?;
    (!is_below_trusted(path)).then_some(other)
}

#[cfg(unix)]
fn uid(about: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(about)
}

/// On systems without Unix owners, every file counts as root's.
#[cfg(not(unix))]
fn uid(_: &fs::Metadata) -> u32 {
    0
}

fn is_trusted(owner: u32) -> bool {
    #[cfg(unix)]
    let user = rustix::process::geteuid().as_raw();
    #[cfg(not(unix))]
    let user = 0;
    owner == 0 || owner == user
}

fn is_below_trusted(path: &Path) -> bool {
    let Some(list) = env::var_os(TRUST) else { return false };
    let real = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok();
    let Some(path) = real(path) else { return false };
    let folders: Vec<PathBuf> = env::split_paths(&list).filter(|folder| folder.is_absolute()).collect();
    folders.iter().filter_map(|folder| real(folder)).any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_files_and_missing_files_are_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("marl.toml");
        assert_eq!(other_owner(&file), None, "nothing is there");
        fs::write(&file, "").unwrap();
        assert_eq!(other_owner(&file), None);
        assert!(check(&file, OwnedKind::Settings).is_ok());
        assert!(is_trusted(0) && is_trusted(rustix::process::geteuid().as_raw()));
        assert!(!is_trusted(rustix::process::geteuid().as_raw() + 1));
    }
}
