//! The lock of a run: its process lives while it holds it. Process ids lie, locks do not.
//!
//! The locked file says where the run's [`Marks`] are.

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

/// Held by a run's process; released by its end, however it ends.
pub(crate) struct RunLock {
    path: PathBuf,
    file: File,
    marks: Option<Marks>,
    stays: bool,
}

impl RunLock {
    /// Takes the lock of a run that began at `started_at`: another ledger's runs of the same
    /// number had the same lock.
    pub(crate) fn take(ledger: &Path, run: i64, started_at: i64) -> io::Result<Self> {
        // Whoever takes it for a dead run's has it for a moment.
        const PATIENCE: Duration = Duration::from_secs(1);
        let path = path(ledger, run);
        let begun = Instant::now();
        let mut file = loop {
            let file = open(File::options().read(true).write(true).create(true), &path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => break file,
                Err(TryLockError::Error(error)) => return Err(error),
                _ if begun.elapsed() > PATIENCE => {
                    let why = format!("another process holds {}", path.display());
                    return Err(io::Error::new(io::ErrorKind::WouldBlock, why));
                }
                _ => thread::sleep(Duration::from_millis(1)),
            }
        };
        // Of another ledger that was here.
        if let Some((name, _)) = says(&mut file) {
            let _ = name.remove();
        }
        file.set_len(0)?;
        file.rewind()?;
        let mut marks = Marks::begin();
        if let Some(marks) = &marks {
            writeln!(file, "{} {started_at}", marks.name())?;
        }
        // Where nobody could read them, they are none.
        file.rewind()?;
        if let Some(unread) = marks.take_if(|_| read_marks(&mut file, started_at).is_none()) {
            unread.name().remove()?;
        }
        Ok(Self { path, file, marks, stays: false })
    }

    /// The locked file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether others still find it: a lock that was removed says nothing.
    pub(crate) fn is_in_place(&self) -> bool {
        is_at(&self.file, &self.path)
    }

    /// Which of its claims were sent; `None` where that cannot be told.
    pub(crate) fn marks(&self) -> Option<&Marks> {
        self.marks.as_ref().filter(|marks| marks.are_whole())
    }

    /// What it says stays for the next run to read: some claims could not be settled.
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
        // The folder may have been deleted, and another run have its own lock there.
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What a run's lock says of its process.
pub(crate) enum Process {
    /// It lives.
    Lives,
    /// Its lock is not there. A run that ends or is killed leaves no open claim without its lock,
    /// so somebody removed it, or the ledger came from elsewhere: whether the process lives cannot
    /// be told.
    Unlocked,
    /// It is gone, and of its claims those were sent that its marks hold; `None` when that
    /// cannot be told.
    Gone(Option<HashSet<i64>>),
}

impl Process {
    /// The process of a run of the ledger in `db`.
    pub(crate) fn of_run(db: &Connection, ledger: &Path, run: i64) -> rusqlite::Result<Self> {
        let started_at = db
            .prepare_cached("SELECT started_at FROM run WHERE id = ?1")?
            .query_row([run], |row| row.get(0))
            .optional()?;
        Ok(started_at.map_or(Self::Gone(None), |started_at| Self::of(ledger, run, started_at)))
    }

    /// Looks at the lock of a run that began at `started_at`.
    fn of(ledger: &Path, run: i64, started_at: i64) -> Self {
        // Opened once: a lock that cannot be looked at says nothing of its process, and its marks
        // must not be read then.
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

    /// What is known of it as the owner of one of its open intents.
    pub(crate) fn of_intent(&self, intent: i64) -> Owner {
        match self {
            Self::Lives => Owner::Lives,
            Self::Unlocked => Owner::Unknown,
            Self::Gone(sent) => Owner::Gone { sent: sent.as_ref().is_none_or(|sent| sent.contains(&intent)) },
        }
    }

    /// Whether one of its open intents was never sent and never will be.
    pub(crate) fn never_sent(&self, intent: i64) -> bool {
        self.of_intent(intent) == Owner::Gone { sent: false }
    }
}

/// Whether a run's process lives.
pub(crate) fn lives(ledger: &Path, run: i64) -> bool {
    let held = open(File::options().read(true), &path(ledger, run)).map(|file| file.try_lock_shared());
    matches!(held, Ok(Err(TryLockError::WouldBlock)))
}

/// Removes what dead runs left behind. Their claims must be settled: nobody can tell later which
/// were sent.
pub(crate) fn clean_up(ledger: &Path, is_settled: impl Fn(i64) -> bool) {
    let folder = ledger.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(files) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let Some(run) = name.to_str().and_then(|name| run_of(ledger, name)) else { continue };
        let path = path(ledger, run);
        let Ok(mut file) = open(File::options().read(true), &path) else { continue };
        if is_settled(run) && file.try_lock().is_ok() && is_at(&file, &path) {
            if let Some((name, _)) = says(&mut file) {
                let _ = name.remove();
            }
            let _ = fs::remove_file(&path);
        }
    }
}

/// The marks of a run that began at `started_at`, if its lock names them and they can be read.
fn read_marks(lock: &mut File, started_at: i64) -> Option<HashSet<i64>> {
    let owner = lock.metadata().ok()?.uid();
    let (name, of) = says(lock)?;
    if of == started_at { name.read(owner) } else { None }
}

/// What a lock says: the name of its run's marks, and when the run began.
fn says(file: &mut File) -> Option<(Name, i64)> {
    let mut text = String::new();
    file.take(100).read_to_string(&mut text).ok()?;
    let (name, started_at) = text.trim_end().split_once(' ')?;
    Some((Name::from_text(name)?, started_at.parse().ok()?))
}

/// Opens a lock if there is a file, or nothing: whoever made the folder may have put a link or a
/// pipe there.
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

/// A file beside the ledger that belongs to one of its runs. Another ledger in the folder has its
/// own numbers, and so its own names.
pub(crate) fn run_file(ledger: &Path, run: i64, extension: &str) -> PathBuf {
    ledger.with_file_name(format!("{}{run}.{extension}", prefix(ledger)))
}

/// The run whose lock is called `name`.
fn run_of(ledger: &Path, name: &str) -> Option<i64> {
    name.strip_prefix(&prefix(ledger))?.strip_suffix(".lock")?.parse().ok()
}

fn prefix(ledger: &Path) -> String {
    let stem = ledger.file_stem().unwrap_or_default().to_string_lossy();
    if stem == "ledger" { "run-".to_owned() } else { format!("{stem}-run-") }
}
