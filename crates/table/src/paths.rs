//! Files as the file system knows them: whether two names mean one file, whether a file
//! is still the one that was checked. Must not know what is in them.

use std::{
    error, fmt,
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{input::shape::format_of, problem::file::FileProblem};

/// Enough for folders that people keep tables in; a huge one is not read to its end.
const MOST_ENTRIES: usize = 10_000;

/// What changes when a file's content does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileStamp {
    len: u64,
    modified: Option<SystemTime>,
    /// Device and inode, where there are such: another file can be as long and as old.
    identity: Option<(u64, u64)>,
}

impl FileStamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Self { len: metadata.len(), modified: metadata.modified().ok(), identity }
    }
}

/// An open file that gives no byte that came into it after it was stamped: instead its
/// reads fail with [`Changed`]. Another file that takes its name changes nothing here.
pub(crate) struct WatchedFile {
    file: File,
    stamp: FileStamp,
}

impl WatchedFile {
    pub(crate) fn new(file: File, stamp: FileStamp) -> io::Result<Self> {
        let watched = Self { file, stamp };
        watched.look().map(|()| watched)
    }

    /// Fails when the file was changed, also behind bytes that were read long ago.
    pub(crate) fn look(&self) -> io::Result<()> {
        match FileStamp::of(&self.file.metadata()?) == self.stamp {
            true => Ok(()),
            false => Err(io::Error::other(Changed)),
        }
    }
}

impl Read for WatchedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        // After the read: what came into the file before it has changed the stamp.
        self.look().map(|()| read)
    }
}

/// The file is not the one that was stamped; inside an [`io::Error`].
#[derive(Debug)]
pub(crate) struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the file was changed")
    }
}

impl error::Error for Changed {}

/// Whether both paths lead to one existing file, through whatever links.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(a), Ok(b)) => same_identity(&a, &b) || same_spelling(one, other),
        _ => false,
    }
}

/// Whether two looks at the file system saw the same file.
#[cfg(unix)]
pub(crate) fn same_identity(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Without inodes, the time of creation has to do.
#[cfg(not(unix))]
pub(crate) fn same_identity(one: &Metadata, other: &Metadata) -> bool {
    matches!((one.created(), other.created()), (Ok(a), Ok(b)) if a == b) && one.len() == other.len()
}

fn same_spelling(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(a), Ok(b)) if a == b)
}

/// Whether both paths lead to one file, or would once it is made.
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
    /// As many as Linux follows.
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

/// The folder that a file is in; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Metadata of an input, which must be a regular file: it is read twice, and a pipe can
/// be read only once.
pub(crate) fn input_metadata(path: &Path) -> Result<Metadata, (FileProblem, Option<io::Error>)> {
    if is_standard_input(path) {
        return Err((FileProblem::NotRegular, None));
    }
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let similar = similar_name(path).or_else(|| elsewhere(path));
            (FileProblem::NotFound { similar, tables: tables_beside(path) }, Some(error))
        }
        _ => (FileProblem::Read, Some(error)),
    })?;
    match metadata.file_type() {
        kind if kind.is_dir() => Err((FileProblem::IsFolder, None)),
        kind if kind.is_file() => Ok(metadata),
        _ => Err((FileProblem::NotRegular, None)),
    }
}

/// These may look like regular files when the shell redirects one.
fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
        || ["/dev/stdin", "/dev/fd", "/proc/self/fd"].iter().any(|known| path.starts_with(known))
}

/// The file of the same name in the working folder.
fn elsewhere(path: &Path) -> Option<PathBuf> {
    let here = PathBuf::from(path.file_name()?);
    (here != path && here.is_file()).then_some(here)
}

/// A few of the tables in the missing file's folder, by name.
fn tables_beside(path: &Path) -> Option<Vec<PathBuf>> {
    const LISTED: usize = 5;
    let entries = fs::read_dir(folder_of(path)).ok()?.take(MOST_ENTRIES).flatten();
    let tables = entries.map(|entry| path.with_file_name(entry.file_name()));
    let mut tables: Vec<PathBuf> =
        tables.filter(|path| format_of(path).is_some() && path.is_file()).collect();
    tables.sort();
    tables.truncate(LISTED);
    Some(tables)
}

/// A file in the same folder whose name is nearly the missing one's.
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
