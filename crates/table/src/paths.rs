//! Paths as the file system sees them: whether two names lead to one file, and where links lead. This module
//! must not know the content of files.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
};

/// Whether both paths lead to the same existing file, with links resolved.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(a), Ok(b)) => same_identity(&a, &b) || same_spelling(one, other),
        _ => false,
    }
}

/// Whether both metadata belong to the same file.
#[cfg(unix)]
pub(crate) fn same_identity(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// On systems without inodes, the time of creation and the length identify a file.
#[cfg(not(unix))]
pub(crate) fn same_identity(one: &Metadata, other: &Metadata) -> bool {
    matches!((one.created(), other.created()), (Ok(a), Ok(b)) if a == b) && one.len() == other.len()
}

fn same_spelling(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(a), Ok(b)) if a == b)
}

/// Whether both paths lead to the same file, or will when it is created.
pub fn same_place(one: &Path, other: &Path) -> bool {
    same_file(one, other) || matches!((real_place(one), real_place(other)), (Some(a), Some(b)) if a == b)
}

/// A path with the links of its folder resolved; the file itself need not exist.
pub fn real_place(path: &Path) -> Option<PathBuf> {
    let path = follow_links(path).ok()?;
    Some(fs::canonicalize(folder_of(&path)).ok()?.join(path.file_name()?))
}

/// Where a path ends once symbolic links are followed. The last target need not exist.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    /// The limit of Linux.
    const MOST: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => path = folder_of(&path).join(fs::read_link(&path)?),
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The folder that contains a file; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
