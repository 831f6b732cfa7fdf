//! The lock of a run: its process is alive as long as it holds the lock. A process id may be reused, so it
//! proves nothing.
//!
//! The locked file contains the name of the run's [`Marks`].

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use engine::ledger::Owner;
use rusqlite::{Connection, OptionalExtension};

use crate::sent::{Marks, Name};

/// The lock that a run's process holds; released when the process ends, however it ends.
pub(crate) struct RunLock {
    path: PathBuf,
    file: File,
    marks: Option<Marks>,
    stays: bool,
}

impl RunLock {
    /// Takes the lock of a run that began at `started_at`. A run with the same number in another ledger at
    /// this path had the same lock file.
    pub(crate) fn take(ledger: &Path, run: i64, started_at: i64) -> io::Result<Self> {
        // A process that checks whether a dead run holds the lock holds it for a moment itself.
        const PATIENCE: Duration = Duration::from_secs(1);
        let path = path(ledger, run);
        let started = Instant::now();
        let mut file = loop {
            let file = open(File::options().read(true).write(true).create(true), &path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => break file,
                Err(TryLockError::Error(error)) => return Err(error),
                _ if started.elapsed() > PATIENCE => {
                    let why = format!("another process holds {}", path.display());
                    return Err(io::Error::new(io::ErrorKind::WouldBlock, why));
                }
                _ => thread::sleep(Duration::from_millis(1)),
            }
        };
        // These marks belong to another ledger that was at this path.
        if let Some((name, _)) = content(&mut file) {
            let _ = name.remove();
        }
        file.set_len(0)?;
        file.rewind()?;
        let mut marks = Marks::begin();
        if let Some(marks) = &marks {
            writeln!(file, "{} {started_at}", marks.name())?;
        }
        // If no process could read the marks, there must be none.
        file.rewind()?;
        if let Some(unread) = marks.take_if(|_| read_marks(&mut file, started_at).is_none()) {
            unread.name().remove()?;
        }
        Ok(Self { path, file, marks, stays: false })
    }

    /// The path of the locked file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether other processes still find the lock: a lock that was removed proves nothing.
    pub(crate) fn is_in_place(&self) -> bool {
        is_at(&self.file, &self.path)
    }

    /// The marks of the claims that were sent; `None` if they cannot be known.
    pub(crate) fn marks(&self) -> Option<&Marks> {
        self.marks.as_ref().filter(|marks| marks.are_whole())
    }

    /// Keeps the file's content for the next run, because some claims could not be settled.
    pub(crate) fn leave_behind(&mut self) {
        self.stays = true;
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        if let Some(marks) = &self.marks {
            let _ = marks.name().remove();
        }
        // The folder may have been deleted, and another run may have its own lock there.
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What a run's lock shows about its process.
pub(crate) enum Process {
    /// The process is alive.
    Lives,
    /// The lock does not exist. A run that ends or is killed leaves no open claim without its lock, so the
    /// lock was removed, or the ledger came from elsewhere: nobody can tell whether the process is alive.
    Unlocked,
    /// The process is dead, and those of its claims were sent that are in its marks; `None` if the marks
    /// cannot be known.
    Gone(Option<HashSet<i64>>),
}

impl Process {
    /// The process of a run in the ledger `db`.
    pub(crate) fn for_run(db: &Connection, ledger: &Path, run: i64) -> rusqlite::Result<Self> {
        let started_at = db
            .prepare_cached("SELECT started_at FROM run WHERE id = ?1")?
            .query_row([run], |row| row.get(0))
            .optional()?;
        Ok(started_at.map_or(Self::Gone(None), |started_at| Self::of(ledger, run, started_at)))
    }

    /// Examines the lock of a run that began at `started_at`.
    fn of(ledger: &Path, run: i64, started_at: i64) -> Self {
        // The file is opened only once: a lock that cannot be examined shows nothing about its process, and
        // its marks must not be read then.
        let mut file = match open(File::options().read(true), &path(ledger, run)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::Unlocked,
            Err(_) => return Self::Gone(None),
        };
        match file.try_lock_shared() {
            Ok(()) => Self::Gone(read_marks(&mut file, started_at)),
            Err(TryLockError::WouldBlock) => Self::Lives,
            Err(TryLockError::Error(_)) => Self::Gone(None),
        }
    }

    /// What is known about the process as the owner of one of its open intents.
    pub(crate) fn owner_of(&self, intent: i64) -> Owner {
        match self {
            Self::Lives => Owner::Lives,
            Self::Unlocked => Owner::Unknown,
            Self::Gone(sent) => Owner::Gone { sent: sent.as_ref().is_none_or(|sent| sent.contains(&intent)) },
        }
    }

    /// Whether one of the process's open intents was never sent and never will be.
    pub(crate) fn never_sent(&self, intent: i64) -> bool {
        self.owner_of(intent) == Owner::Gone { sent: false }
    }
}

/// Whether a run's process is alive.
pub(crate) fn lives(ledger: &Path, run: i64) -> bool {
    let held = open(File::options().read(true), &path(ledger, run)).map(|file| file.try_lock_shared());
    matches!(held, Ok(Err(TryLockError::WouldBlock)))
}

/// Removes the files that dead runs left behind. Their claims must be settled first, since nobody could tell
/// later which of them were sent.
pub(crate) fn clean_up(ledger: &Path, is_settled: impl Fn(i64) -> bool) {
    let folder = ledger.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(files) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let Some(run) = name.to_str().and_then(|name| run_of(ledger, name)) else { continue };
        let path = path(ledger, run);
        let Ok(mut file) = open(File::options().read(true), &path) else { continue };
        if is_settled(run) && file.try_lock().is_ok() && is_at(&file, &path) {
            if let Some((name, _)) = content(&mut file) {
                let _ = name.remove();
            }
            let _ = fs::remove_file(&path);
        }
    }
}

/// The marks of a run that began at `started_at`, if its lock names them and they can be read.
fn read_marks(lock: &mut File, started_at: i64) -> Option<HashSet<i64>> {
    let owner = lock.metadata().ok()?.uid();
    let (name, of) = content(lock)?;
    if of == started_at { name.read(owner) } else { None }
}

/// The content of a lock: the name of its run's marks, and the time when the run began.
fn content(file: &mut File) -> Option<(Name, i64)> {
    let mut text = String::new();
    file.take(100).read_to_string(&mut text).ok()?;
    let (name, started_at) = text.trim_end().split_once(' ')?;
    Some((Name::from_text(name)?, started_at.parse().ok()?))
}

/// Opens a lock if it is a regular file: a user who made the folder may have put a link or a pipe there.
fn open(how: &OpenOptions, path: &Path) -> io::Result<File> {
    match fs::symlink_metadata(path) {
        Ok(about) if !about.is_file() => {
            Err(io::Error::other(format!("{} is not a regular file; remove it", path.display())))
        }
        _ => how.open(path),
    }
}

/// Whether the path still leads to the file.
fn is_at(file: &File, path: &Path) -> bool {
    let inode = |about: fs::Metadata| (about.dev(), about.ino());
    file.metadata().map(inode).ok() == fs::symlink_metadata(path).map(inode).ok()
}

/// `run-12.lock` beside `ledger.db`.
pub(crate) fn path(ledger: &Path, run: i64) -> PathBuf {
    run_file(ledger, run, "lock")
}

/// The path of a file beside the ledger that belongs to one of its runs. Another ledger in the folder has its
/// own run numbers, so its files have other names.
pub(crate) fn run_file(ledger: &Path, run: i64, extension: &str) -> PathBuf {
    ledger.with_file_name(format!("{}{run}.{extension}", prefix(ledger)))
}

/// The run whose lock has this name.
fn run_of(ledger: &Path, name: &str) -> Option<i64> {
    name.strip_prefix(&prefix(ledger))?.strip_suffix(".lock")?.parse().ok()
}

fn prefix(ledger: &Path) -> String {
    let stem = ledger.file_stem().unwrap_or_default().to_string_lossy();
    if stem == "ledger" { "run-".to_owned() } else { format!("{stem}-run-") }
}
