//! The record of the files that marl wrote, so that a run can tell its own files from the user's.
//!
//! A file is recognised by the digest of its content, wherever it was moved. A file with a known path and
//! unknown content was edited. The record lies in the project's `.marl`, or beside a ledger that is
//! elsewhere, and is written before a file is put in place. This module does not decide which files may be
//! replaced.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use table::{Note, ReadOptions, TableError, TableSummary};

use crate::{
    project::{
        self, owner,
        provenance::{Input, Provenance},
    },
    spec::LedgerChoice,
};

/// The record's name in `.marl`.
const NAME: &str = "outputs.jsonl";

/// If the record is larger, it is rewritten with the newer half of its lines.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileKind {
    /// An enriched table.
    Table,
    /// The list of errors.
    Errors,
}

/// A file that marl wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub kind: FileKind,
    /// The SHA-256 digest of its content, in hexadecimal digits.
    pub(crate) digest: String,
    /// Its path, with links resolved.
    pub path: String,
    /// Whether its answers are the sandbox's samples.
    pub sandbox: bool,
    /// The run that wrote it.
    pub run: i64,
    /// The table's columns that hold answers.
    #[serde(default)]
    pub answers: Vec<String>,
    /// The columns that the answers were given for.
    #[serde(default)]
    pub reads: Vec<String>,
    /// The delimiter of its cells, if it is not the default for the extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<u8>,
    /// What the answers of each step were given for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "asked")]
    pub provenance: Vec<Provenance>,
}

impl Record {
    /// What the answers of the file were given for. An older record has one list of columns for all of its
    /// answers, and the exact texts in these columns count.
    pub(crate) fn provenance(&self) -> Vec<Provenance> {
        let mut all = self.provenance.clone();
        let is_known = |answer: &&String| all.iter().any(|provenance| provenance.answers.contains(answer));
        let answers: Vec<String> = self.answers.iter().filter(|answer| !is_known(answer)).cloned().collect();
        if !answers.is_empty() {
            let inputs = self.reads.iter().map(|column| Input::of(column, column, None)).collect();
            all.push(Provenance { answers, inputs, through: Vec::new(), replaces: false });
        }
        all
    }
}

/// What is known about the file at a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is no file, or it is empty.
    Free,
    /// marl wrote the file, and it is unchanged.
    Own(Box<Record>),
    /// marl wrote a file at this path, and its content was changed since.
    Edited(Box<Record>),
    /// marl did not write the file, or no longer has a record of it.
    Foreign,
}

/// The records of the folders that matter to a command.
pub(crate) struct Outputs {
    /// The file to which new records are added.
    home: PathBuf,
    records: Vec<Record>,
}

impl Outputs {
    /// Reads the records of the project, those beside the ledger, and those of the project that contains
    /// `file`.
    pub(crate) fn read(project: &Path, ledger: &Path, file: &Path) -> Self {
        let of_project = project.join(".marl").join(NAME);
        let of_ledger = beside(ledger);
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::path::absolute(folder.unwrap_or(Path::new("."))).unwrap_or_default();
        let of_file = project::folder(&folder).join(".marl").join(NAME);
        let is_in_marl = project.join(".marl").is_dir() || ledger.parent() == of_project.parent();
        let home = if is_in_marl { of_project.clone() } else { of_ledger.clone() };
        // One file under two names is read once, and the records of `home` count as the newest.
        let places = BTreeSet::from([of_project, of_ledger, of_file]);
        let others = places.into_iter().filter(|place| !table::same_place(place, &home));
        let mut records: Vec<Record> = others.flat_map(|place| lines(&place)).collect();
        records.extend(lines(&home));
        Self { home, records }
    }

    /// Reads the records for a command that has no ledger.
    fn without_ledger(file: &Path) -> Self {
        let working = std::env::current_dir().unwrap_or_default();
        let project = project::folder(&working);
        let choice = LedgerChoice { ledger: None, sandbox: false };
        let ledger = project::ledger(&choice, &project).unwrap_or_else(|_| project.join(".marl/ledger.db"));
        Self::read(&project, &ledger, file)
    }

    /// What is known about the file at `path`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn standing(&self, path: &Path, kind: FileKind) -> io::Result<Standing> {
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Free),
            Err(error) => return Err(error),
            Ok(file) if file.is_file() && file.len() == 0 => return Ok(Standing::Free),
            Ok(_) => {}
        }
        let place = place(path);
        let newest = || self.records.iter().rev().filter(|record| record.kind == kind);
        let here = newest().find(|record| record.path == place);
        if newest().next().is_none() {
            return Ok(Standing::Foreign);
        }
        let digest = digest(path)?;
        let same = || newest().filter(|record| record.digest == digest);
        let own = same().find(|record| record.path == place).or_else(|| same().next());
        Ok(match (own, here) {
            (Some(record), _) => Standing::Own(Box::new(record.clone())),
            (None, Some(record)) => Standing::Edited(Box::new(record.clone())),
            (None, None) => Standing::Foreign,
        })
    }

    /// For the table at `path`: the delimiter that marl wrote it with, if the file is unchanged and the
    /// delimiter is not the extension's default; and whether it holds samples.
    fn delimiter_and_samples(&self, path: &Path) -> (Option<u8>, bool) {
        // Computing a digest is slow, and few outputs have such a record.
        if !self.records.iter().any(|record| record.sandbox || record.delimiter.is_some()) {
            return (None, false);
        }
        match self.standing(path, FileKind::Table) {
            Ok(Standing::Own(record)) => (record.delimiter, record.sandbox),
            Ok(Standing::Edited(record)) => (None, record.sandbox),
            Ok(Standing::Free | Standing::Foreign) | Err(_) => (None, false),
        }
    }

    /// Whether the file at `path` is a list of errors that marl wrote under this name.
    pub(crate) fn is_own_errors_file(&self, path: &Path) -> bool {
        match self.standing(path, FileKind::Errors) {
            Ok(Standing::Own(record)) => {
                Path::new(&record.path).file_name() == Path::new(&place(path)).file_name()
            }
            _ => false,
        }
    }

    /// Adds a record for a file that is about to be put in place.
    ///
    /// # Errors
    /// The record cannot be written, or something else is at its path.
    pub(crate) fn note(&self, record: &Record) -> io::Result<()> {
        let is_same = |known: &&Record| known.kind == record.kind && known.path == record.path;
        let newest = lines(&self.home).into_iter().rfind(|known| is_same(&known));
        if newest.is_some_and(|known| Record { run: record.run, ..known } == *record) {
            return Ok(());
        }
        let mut line = serde_json::to_string(record)?;
        line.push('\n');
        let mut file = open_own(&self.home)?;
        // Several runs may end at once. On a disk without locks, a line is still a single write.
        let _ = file.lock();
        if file.metadata()?.len() > MOST_BYTES {
            shorten(&mut file)?;
        }
        file.write_all(line.as_bytes())?;
        file.sync_data()
    }
}

/// Checks the table at `path`, which may be an output of marl: such a table is read with the delimiter that
/// it was written with, and is marked if it holds samples.
///
/// # Errors
/// Those of [`table::scan`].
pub fn check_table(path: &Path, mut options: ReadOptions) -> Result<TableSummary, TableError> {
    let (delimiter, are_samples) = Outputs::without_ledger(path).delimiter_and_samples(path);
    options.delimiter = options.delimiter.or(delimiter);
    let mut summary = table::scan(path, &options)?;
    if are_samples {
        summary.notes.push(Note::Samples);
    }
    Ok(summary)
}

/// The path of the record beside a ledger that is not in a project's folder.
fn beside(ledger: &Path) -> PathBuf {
    if ledger.parent().and_then(Path::file_name).is_some_and(|folder| folder == ".marl") {
        return ledger.with_file_name(NAME);
    }
    let stem = ledger.file_stem().unwrap_or_default().to_string_lossy();
    ledger.with_file_name(format!("{stem}-{NAME}"))
}

/// A file's path as it is recorded.
pub(crate) fn place(path: &Path) -> String {
    real(path).to_string_lossy().into_owned()
}

/// A path with its links resolved.
pub(crate) fn real(path: &Path) -> PathBuf {
    let followed = table::follow_links(path).unwrap_or_else(|_| path.to_owned());
    table::real_place(&followed).unwrap_or(followed)
}

/// Reads the records in a file. Lines that cannot be read are skipped, and marl does not recognise their
/// files as its own.
fn lines(path: &Path) -> Vec<Record> {
    // Another user's records could make any file pass as marl's own.
    let is_own =
        fs::symlink_metadata(path).is_ok_and(|there| there.is_file()) && owner::other_owner(path).is_none();
    let Some(file) = is_own.then(|| File::open(path).ok()).flatten() else { return Vec::new() };
    let lines = BufReader::new(file.take(2 * MOST_BYTES)).lines().map_while(Result::ok);
    lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
}

/// Opens the record for appending. The user who made the folder may have put a link at its path.
fn open_own(path: &Path) -> io::Result<File> {
    let refused = || io::Error::other("the existing file is a link or not a regular file");
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => return Err(refused()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    if is_only_name(&file, path) { Ok(file) } else { Err(refused()) }
}

#[cfg(unix)]
fn is_only_name(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(file), Ok(there)) => (file.dev(), file.ino()) == (there.dev(), there.ino()) && file.nlink() == 1,
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_only_name(_file: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| there.is_file())
}

/// Keeps the newer half of the lines.
fn shorten(file: &mut File) -> io::Result<()> {
    use io::Seek;
    let mut text = Vec::new();
    file.rewind()?;
    file.take(2 * MOST_BYTES).read_to_end(&mut text)?;
    let half = text.len() / 2;
    let start = text[half..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| half + at + 1);
    file.set_len(0)?;
    file.write_all(&text[start..])
}

pub(crate) fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(table::hex(&hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(folder: &Path, name: &str, content: &str, sandbox: bool) -> Record {
        Record {
            kind: FileKind::Table,
            digest: table::hex(&Sha256::digest(content)),
            path: place(&folder.join(name)),
            sandbox,
            run: 1,
            answers: vec!["headline".into()],
            reads: vec!["linkedin_url".into()],
            delimiter: None,
            provenance: Vec::new(),
        }
    }

    #[test]
    fn a_file_is_recognised_by_its_content_and_an_edited_file_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(".marl")).unwrap();
        let read = || Outputs::read(folder.path(), &path(".marl/ledger.db"), &path("a.csv"));
        let standing = |name: &str| read().standing(&path(name), FileKind::Table).unwrap();
        assert_eq!(standing("a.csv"), Standing::Free);
        fs::write(path("a.csv"), "a\n1\n").unwrap();
        assert_eq!(standing("a.csv"), Standing::Foreign);
        let known = record(folder.path(), "a.csv", "a\n1\n", false);
        read().note(&known).unwrap();
        assert_eq!(standing("a.csv"), Standing::Own(Box::new(known.clone())));
        fs::rename(path("a.csv"), path("b.csv")).unwrap();
        assert_eq!(standing("b.csv"), Standing::Own(Box::new(known.clone())));
        fs::write(path("a.csv"), "a\n2\n").unwrap();
        assert_eq!(standing("a.csv"), Standing::Edited(Box::new(known)));
        fs::write(path("b.csv"), "a\n2\n").unwrap();
        assert_eq!(standing("b.csv"), Standing::Foreign);
        // An errors file with the table's content is not one that marl wrote.
        assert!(!read().is_own_errors_file(&path("a.csv")));
    }

    #[test]
    fn among_equal_files_the_record_with_the_path_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(".marl")).unwrap();
        let read = || Outputs::read(folder.path(), &path(".marl/ledger.db"), &path("a.csv"));
        for (name, sandbox) in [("real.csv", false), ("samples.csv", true)] {
            fs::write(path(name), "a\n1\n").unwrap();
            read().note(&record(folder.path(), name, "a\n1\n", sandbox)).unwrap();
        }
        assert!(
            read().delimiter_and_samples(&path("samples.csv")).1
                && !read().delimiter_and_samples(&path("real.csv")).1
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_record_is_not_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(".marl")).unwrap();
        fs::write(path("precious"), "mine\n").unwrap();
        let known = record(folder.path(), "a.csv", "a\n", false);
        let note = || Outputs::read(folder.path(), &path(".marl/ledger.db"), &path("a.csv")).note(&known);
        std::os::unix::fs::symlink(path("precious"), path(".marl").join(NAME)).unwrap();
        note().unwrap_err();
        fs::remove_file(path(".marl").join(NAME)).unwrap();
        fs::hard_link(path("precious"), path(".marl").join(NAME)).unwrap();
        note().unwrap_err();
        assert_eq!(fs::read_to_string(path("precious")).unwrap(), "mine\n");
    }

    #[test]
    fn the_record_stays_bounded_and_keeps_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(".marl")).unwrap();
        let mut old = record(folder.path(), "old.csv", "old", false);
        old.answers = vec!["x".repeat(1000); 100];
        let line = serde_json::to_string(&old).unwrap() + "\n";
        fs::write(path(".marl").join(NAME), line.repeat(1 + MOST_BYTES as usize / line.len())).unwrap();
        let read = || Outputs::read(folder.path(), &path(".marl/ledger.db"), &path("a.csv"));
        let newest = record(folder.path(), "a.csv", "a\n", false);
        read().note(&newest).unwrap();
        read().note(&Record { run: 2, ..newest.clone() }).unwrap();
        assert!(fs::metadata(path(".marl").join(NAME)).unwrap().len() < MOST_BYTES * 2 / 3);
        assert_eq!(read().records.last(), Some(&newest));
        assert!(read().records.len() > 10);
    }
}
