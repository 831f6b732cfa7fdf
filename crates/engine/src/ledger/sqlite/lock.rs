//! The lock of a run: its process lives while it holds it. Process ids lie, locks do not.
//!
//! The locked file says where the run's [`Marks`] are.

use std::{
    collections::HashSet,
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::sent::{Marks, Name};

/// Held by a run's process; released by its end, however it ends.
pub(super) struct RunLock {
    path: PathBuf,
    _file: File,
    marks: Option<Marks>,
}

impl RunLock {
    pub(super) fn take(ledger: &Path, run: i64) -> io::Result<Self> {
        // Whoever takes it for a dead run's has it for a moment.
        const PATIENCE: Duration = Duration::from_secs(1);
        let path = path(ledger, run);
        let begun = Instant::now();
        let mut file = loop {
            let file = File::options().write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => break file,
                Err(TryLockError::Error(error)) => return Err(error),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error.into()),
                _ => thread::sleep(Duration::from_millis(1)),
            }
        };
        file.set_len(0)?;
        let marks = Marks::begin();
        if let Some(marks) = &marks {
            writeln!(file, "{}", marks.name())?;
        }
        Ok(Self { path, _file: file, marks })
    }

    /// Which of its claims were sent; `None` where that cannot be told.
    pub(super) fn marks(&self) -> Option<&Marks> {
        self.marks.as_ref().filter(|marks| marks.are_whole())
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Without its marks, what is still claimed counts as sent.
        self.marks = None;
        // A lock file that stays behind says "dead" as well as none.
        let _ = fs::remove_file(&self.path);
    }
}

/// What a run's lock says of its process.
pub(super) enum Process {
    /// It lives.
    Lives,
    /// It is gone, and of its claims those were sent that its marks hold; `None` when that
    /// cannot be told.
    Gone(Option<HashSet<i64>>),
}

impl Process {
    /// Whether one of its open intents was never sent and never will be.
    pub(super) fn never_sent(&self, intent: i64) -> bool {
        matches!(self, Self::Gone(Some(sent)) if !sent.contains(&intent))
    }
}

/// Looks at the lock of a run.
pub(super) fn process(ledger: &Path, run: i64) -> Process {
    match File::open(path(ledger, run)).map(|file| (file.try_lock_shared(), file)) {
        Ok((Err(TryLockError::WouldBlock), _)) => Process::Lives,
        Ok((Ok(()), file)) => Process::Gone(marked(&file)),
        _ => Process::Gone(None),
    }
}

/// Removes what dead runs left behind. Their claims must be settled: nobody can tell later which
/// were sent.
pub(super) fn clean_up(ledger: &Path, is_settled: impl Fn(i64) -> bool) {
    let folder = ledger.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(files) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let Some(run) = name.to_str().and_then(|name| run_of(ledger, name)) else { continue };
        let path = path(ledger, run);
        let Ok(file) = File::open(&path) else { continue };
        if is_settled(run) && file.try_lock().is_ok() && is_at(&file, &path) {
            if let Some(name) = name_in(&file) {
                let _ = name.remove();
            }
            let _ = fs::remove_file(&path);
        }
    }
}

fn marked(file: &File) -> Option<HashSet<i64>> {
    name_in(file)?.read(file.metadata().ok()?.uid())
}

fn name_in(file: &File) -> Option<Name> {
    let mut text = String::new();
    file.take(64).read_to_string(&mut text).ok()?;
    Name::from_text(&text)
}

/// Whether the path still leads to the file.
fn is_at(file: &File, path: &Path) -> bool {
    let inode = |about: fs::Metadata| (about.dev(), about.ino());
    file.metadata().map(inode).ok() == fs::metadata(path).map(inode).ok()
}

/// `run-12.lock` beside `ledger.db`; another ledger in the folder has its own numbers.
pub(super) fn path(ledger: &Path, run: i64) -> PathBuf {
    ledger.with_file_name(format!("{}{run}.lock", prefix(ledger)))
}

/// The run whose lock is called `name`.
fn run_of(ledger: &Path, name: &str) -> Option<i64> {
    name.strip_prefix(&prefix(ledger))?.strip_suffix(".lock")?.parse().ok()
}

fn prefix(ledger: &Path) -> String {
    let stem = ledger.file_stem().unwrap_or_default().to_string_lossy();
    if stem == "ledger" { "run-".to_owned() } else { format!("{stem}-run-") }
}
