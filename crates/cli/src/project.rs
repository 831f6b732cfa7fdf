//! The project folder, where settings are found.

use std::path::{Path, PathBuf};

/// The nearest folder, from `start` upwards, that has `.marl` or `marl.toml`; else the root
/// of the enclosing git work tree; else `start`.
pub(crate) fn folder(start: &Path) -> PathBuf {
    let marked = |folder: &&Path| folder.join(".marl").is_dir() || folder.join("marl.toml").is_file();
    let nearest = start.ancestors().find(marked);
    let root = || start.ancestors().find(|folder| folder.join(".git").exists());
    nearest.or_else(root).unwrap_or(start).to_owned()
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
