//! Finds the file that the user named, and the file that the user probably meant. This module must not open
//! it.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
};

use crate::{
    format,
    paths::folder_of,
    problem::{error::TableError, file::FileProblem},
};

/// Enough for folders in which people keep tables; a huge folder is not read to its end.
const MOST_ENTRIES: usize = 10_000;

/// Metadata of an input, which must be a regular file: marl reads it twice, and a pipe can be read only
/// once.
///
/// # Errors
/// The file does not exist, or it cannot be read twice.
pub(crate) fn input_metadata(path: &Path) -> Result<Metadata, TableError> {
    if is_standard_input(path) {
        return Err(TableError::new(path, FileProblem::NotRegular));
    }
    let metadata = fs::metadata(path).map_err(|source| {
        let problem = match source.kind() {
            io::ErrorKind::NotFound => FileProblem::NotFound {
                similar: similar_name(path).or_else(|| in_working_folder(path)),
                tables: tables_beside(path),
            },
            _ => FileProblem::Read,
        };
        TableError::caused(path, problem, source)
    })?;
    match metadata.file_type() {
        kind if kind.is_dir() => Err(TableError::new(path, FileProblem::IsFolder)),
        kind if kind.is_file() => Ok(metadata),
        _ => Err(TableError::new(path, FileProblem::NotRegular)),
    }
}

/// Whether the path is a name of the standard input, which looks like a regular file if the shell redirects
/// one.
fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
        || ["/dev/stdin", "/dev/fd", "/proc/self/fd"].iter().any(|known| path.starts_with(known))
}

/// The file with the same name in the working folder.
fn in_working_folder(path: &Path) -> Option<PathBuf> {
    let here = PathBuf::from(path.file_name()?);
    (here != path && here.is_file()).then_some(here)
}

/// A few of the tables in the missing file's folder, by name.
fn tables_beside(path: &Path) -> Option<Vec<PathBuf>> {
    const LISTED: usize = 5;
    let entries = fs::read_dir(folder_of(path)).ok()?.take(MOST_ENTRIES).flatten();
    let tables = entries.map(|entry| path.with_file_name(entry.file_name()));
    let mut tables: Vec<PathBuf> =
        tables.filter(|path| format::for_path(path).is_some() && path.is_file()).collect();
    tables.sort();
    tables.truncate(LISTED);
    Some(tables)
}

/// A file in the same folder with a name similar to the missing one.
fn similar_name(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_string_lossy().to_lowercase();
    let closeness = |entry: &fs::DirEntry| {
        strsim::jaro_winkler(&wanted, &entry.file_name().to_string_lossy().to_lowercase())
    };
    fs::read_dir(folder_of(path))
        .ok()?
        .take(MOST_ENTRIES)
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| (closeness(&entry), entry))
        .filter(|(closeness, _)| *closeness >= 0.85)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, entry)| path.with_file_name(entry.file_name()))
}
