//! The record of the files that marl wrote, so that a run knows its own from those of the user.
//!
//! A file is known by the digest of its content, wherever it was moved; a file whose path is known
//! and whose content is not was edited. The record lies in the project's `.marl`, or beside a
//! ledger that is elsewhere, and is written before a file gets its place. This module must not
//! decide what may be replaced.

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
        self,
        asked::{Asked, Input},
        owner,
    },
    spec::LedgerChoice,
};

/// The record's name in `.marl`.
const NAME: &str = "outputs.jsonl";

/// The record is written anew with the newer half of its lines when it has more bytes.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileKind {
    /// An enriched table.
    Table,
    /// The list of what failed.
    Errors,
}

/// A file that marl wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub kind: FileKind,
    /// Of its content: SHA-256, in hexadecimal digits.
    pub(crate) digest: String,
    /// Where it was put, links resolved.
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
    /// What stands between its cells, if not what the extension says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<u8>,
    /// What the answers of each step were given for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<Asked>,
}

impl Record {
    /// What the answers of the file were given for. An older record has one list of columns for all of its
    /// answers, and the exact texts in these columns count.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let mut all = self.asked.clone();
        let is_known = |answer: &&String| all.iter().any(|asked| asked.answers.contains(answer));
        let answers: Vec<String> = self.answers.iter().filter(|answer| !is_known(answer)).cloned().collect();
        if !answers.is_empty() {
            let inputs = self.reads.iter().map(|column| Input::of(column, column, None)).collect();
            all.push(Asked { answers, inputs, through: Vec::new(), replaces: false });
        }
        all
    }
}

/// What is known of the file at a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is none, or nothing is in it.
    Free,
    /// marl wrote it, as it stands.
    Own(Box<Record>),
    /// marl wrote a file here, and its content was changed since.
    Edited(Box<Record>),
    /// marl did not write it, or does not know it any more.
    Foreign,
}

/// The records of the folders that a command has to do with.
pub(crate) struct Outputs {
    /// Where new ones are noted.
    home: PathBuf,
    records: Vec<Record>,
}

impl Outputs {
    /// What is recorded in the project, beside the ledger, and in the project that `file` is in.
    pub(crate) fn read(project: &Path, ledger: &Path, file: &Path) -> Self {
        let of_project = project.join(".marl").join(NAME);
        let of_ledger = beside(ledger);
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::path::absolute(folder.unwrap_or(Path::new("."))).unwrap_or_default();
        let of_file = project::folder(&folder).join(".marl").join(NAME);
        let is_in_marl = project.join(".marl").is_dir() || ledger.parent() == of_project.parent();
        let home = if is_in_marl { of_project.clone() } else { of_ledger.clone() };
        // The same file by two names is read once, and the home's lines are the newest.
        let places = BTreeSet::from([of_project, of_ledger, of_file]);
        let others = places.into_iter().filter(|place| !table::same_place(place, &home));
        let mut records: Vec<Record> = others.flat_map(|place| lines(&place)).collect();
        records.extend(lines(&home));
        Self { home, records }
    }

    /// What is recorded where a command without a ledger of its own looks.
    fn of_file(file: &Path) -> Self {
        let working = std::env::current_dir().unwrap_or_default();
        let project = project::folder(&working);
        let choice = LedgerChoice { ledger: None, sandbox: false };
        let ledger = project::ledger(&choice, &project).unwrap_or_else(|_| project.join(".marl/ledger.db"));
        Self::read(&project, &ledger, file)
    }

    /// What the file at `path` is.
    ///
    /// # Errors
    /// It cannot be read.
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

    /// Of the table at `path`: the delimiter that marl wrote it with, if that is not the extension's and
    /// the file is as marl wrote it, and whether it holds samples.
    fn of_table(&self, path: &Path) -> (Option<u8>, bool) {
        // A digest takes its time, and few outputs have anything to tell.
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

    /// Notes a file that is about to get its place.
    ///
    /// # Errors
    /// The record cannot be written, or something else is at its name.
    pub(crate) fn note(&self, record: &Record) -> io::Result<()> {
        let is_same = |known: &&Record| known.kind == record.kind && known.path == record.path;
        let newest = lines(&self.home).into_iter().rfind(|known| is_same(&known));
        if newest.is_some_and(|known| Record { run: record.run, ..known } == *record) {
            return Ok(());
        }
        let mut line = serde_json::to_string(record)?;
        line.push('\n');
        let mut file = open_own(&self.home)?;
        // Several runs may end at once. Where the disk knows no locks, a line is one write.
        let _ = file.lock();
        if file.metadata()?.len() > MOST_BYTES {
            shorten(&mut file)?;
        }
        file.write_all(line.as_bytes())?;
        file.sync_data()
    }
}

/// Checks the table at `path`, which may be an output: that is read with the delimiter that it was
/// written with, and noted to hold samples where it does.
///
/// # Errors
/// As [`table::scan`].
pub fn check_table(path: &Path, mut options: ReadOptions) -> Result<TableSummary, TableError> {
    let (delimiter, are_samples) = Outputs::of_file(path).of_table(path);
    options.delimiter = options.delimiter.or(delimiter);
    let mut summary = table::scan(path, &options)?;
    if are_samples {
        summary.notes.push(Note::Samples);
    }
    Ok(summary)
}

/// The record beside a ledger that is not in a project's folder.
fn beside(ledger: &Path) -> PathBuf {
    if ledger.parent().and_then(Path::file_name).is_some_and(|folder| folder == ".marl") {
        return ledger.with_file_name(NAME);
    }
    let stem = ledger.file_stem().unwrap_or_default().to_string_lossy();
    ledger.with_file_name(format!("{stem}-{NAME}"))
}

/// A file's place as it is recorded.
pub(crate) fn place(path: &Path) -> String {
    real(path).to_string_lossy().into_owned()
}

/// A path with its links resolved.
pub(crate) fn real(path: &Path) -> PathBuf {
    let followed = table::follow_links(path).unwrap_or_else(|_| path.to_owned());
    table::real_place(&followed).unwrap_or(followed)
}

/// The records in a file. Lines that cannot be read are skipped, and marl does not know their files as its
/// own.
fn lines(path: &Path) -> Vec<Record> {
    // What another user noted here could make any file pass for marl's own.
    let is_own =
        fs::symlink_metadata(path).is_ok_and(|there| there.is_file()) && owner::other_owner(path).is_none();
    let Some(file) = is_own.then(|| File::open(path).ok()).flatten() else { return Vec::new() };
    let lines = BufReader::new(file.take(2 * MOST_BYTES)).lines().map_while(Result::ok);
    lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
}

/// Opens the record to append to it. The user who made the folder may have put a link there.
fn open_own(path: &Path) -> io::Result<File> {
    let refused = || io::Error::other("what is there is a link or no regular file");
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

/// Leaves the newer half of the lines.
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
            asked: Vec::new(),
        }
    }

    #[test]
    fn a_file_is_known_by_its_content_and_an_edited_one_by_its_path() {
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
        // marl did not write an errors file that has the table's content.
        assert!(!read().is_own_errors_file(&path("a.csv")));
    }

    #[test]
    fn the_record_of_equal_files_is_that_of_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(".marl")).unwrap();
        let read = || Outputs::read(folder.path(), &path(".marl/ledger.db"), &path("a.csv"));
        for (name, sandbox) in [("real.csv", false), ("samples.csv", true)] {
            fs::write(path(name), "a\n1\n").unwrap();
            read().note(&record(folder.path(), name, "a\n1\n", sandbox)).unwrap();
        }
        assert!(read().of_table(&path("samples.csv")).1 && !read().of_table(&path("real.csv")).1);
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
