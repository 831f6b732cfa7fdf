//! Paths as marl records, compares and displays them. This module opens no file.

use std::path::Path;

/// A path as the ledger records it.
pub fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// A path with links resolved, so that one file has one name; the file need not exist.
pub(crate) fn canonical(path: &Path) -> String {
    let real = std::fs::canonicalize(path).or_else(|error| {
        let absolute = std::path::absolute(path)?;
        let (Some(folder), Some(name)) = (absolute.parent(), absolute.file_name()) else { return Err(error) };
        // The folder may not exist either: it is created with the file.
        let above = folder.parent().zip(folder.file_name());
        let folder = std::fs::canonicalize(folder).or_else(|error| match above {
            Some((above, last)) => Ok(std::fs::canonicalize(above)?.join(last)),
            None => Err(error),
        });
        Ok(folder?.join(name))
    });
    real.map_or_else(|_| absolute(path), |real| real.display().to_string())
}

/// A path for display: relative to the working folder if it lies below that.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_has_one_name_before_and_after_it_is_created() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join(".marl/ledger.db");
        let before = canonical(&file);
        fs::create_dir(top.path().join(".marl")).unwrap();
        assert_eq!(canonical(&file), before, "its folder is there");
        fs::write(&file, "").unwrap();
        assert_eq!(canonical(&file), before);
        assert_eq!(canonical(&top.path().join("./.marl/../.marl/ledger.db")), before);
        std::os::unix::fs::symlink(top.path().join(".marl"), top.path().join("link")).unwrap();
        assert_eq!(canonical(&top.path().join("link/ledger.db")), before);
    }
}
