//! Opens the files that the user names. A command of the protocol server opens only files in the server's
//! folders. The server checks a path before it runs the command, and by then the path may lead to another
//! file, so the command checks the file that it has opened.
//!
//! The folders apply to the whole process: the server calls [`restrict`], and the processes that it starts
//! read the folders from the environment.

use std::{
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The environment variable with the folders that the server's commands may use: a list as in `PATH`.
pub const VARIABLE: &str = "MARL_MCP_ROOTS";

/// The folders of this process, with links resolved, if it is the protocol server.
static FOLDERS: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// From now on this process opens only files in these folders, whose links are resolved. Only the first call
/// has an effect.
pub fn restrict(folders: &[PathBuf]) {
    let _ = FOLDERS.set(folders.to_vec());
}

/// Opens a file for reading.
///
/// # Errors
/// The file cannot be opened, or it lies outside of the folders that the protocol server may use.
pub fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    let of_environment = || env::var_os(VARIABLE).map(|list| env::split_paths(&list).collect());
    if let Some(roots) = FOLDERS.get().cloned().or_else(of_environment) {
        check(&file, path, &roots)?;
    }
    Ok(file)
}

/// Fails unless an open file lies within the roots. If the path was changed meanwhile, it leads to another
/// file than the open one, and the file is refused.
fn check(file: &File, path: &Path, roots: &[PathBuf]) -> io::Result<()> {
    let real = fs::canonicalize(path)?;
    let is_within = roots.iter().any(|root| real.starts_with(root));
    if is_within && is_same(&file.metadata()?, &fs::symlink_metadata(&real)?) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "it is outside of the folders that this server may use",
    ))
}

#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Systems without inodes identify a file by its name alone.
#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_file_is_checked_and_not_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let root = [top.join("in")];
        fs::create_dir_all(top.join("in/deep")).unwrap();
        fs::create_dir(top.join("out")).unwrap();
        for (name, text) in [("in/deep/t.csv", "own"), ("out/t.csv", "other")] {
            fs::write(top.join(name), text).unwrap();
        }
        std::os::unix::fs::symlink("../out/t.csv", top.join("in/link.csv")).unwrap();
        std::os::unix::fs::symlink("deep/t.csv", top.join("in/own.csv")).unwrap();
        let open = |name: &str| File::open(top.join(name)).unwrap();
        for (name, is_allowed) in [
            ("in/deep/t.csv", true),
            ("in/own.csv", true),
            ("in/deep/../own.csv", true),
            ("in/link.csv", false),
            ("out/t.csv", false),
            ("in/../out/t.csv", false),
        ] {
            assert_eq!(check(&open(name), &top.join(name), &root).is_ok(), is_allowed, "{name}");
        }
        // The path is changed between opening and checking, in both directions.
        let opened = open("in/link.csv");
        fs::remove_file(top.join("in/link.csv")).unwrap();
        fs::copy(top.join("in/deep/t.csv"), top.join("in/link.csv")).unwrap();
        assert!(check(&opened, &top.join("in/link.csv"), &root).is_err());
        let opened = open("in/deep/t.csv");
        fs::rename(top.join("in/deep"), top.join("in/was")).unwrap();
        std::os::unix::fs::symlink("../out", top.join("in/deep")).unwrap();
        assert!(check(&opened, &top.join("in/deep/t.csv"), &root).is_err());
    }
}
