//! Connections that read, concurrently with the writer. Look-ups are by far the most frequent operation, so
//! they share short read transactions: locking and unlocking the file costs more than the look-up itself.
//!
//! A transaction sees the file as it was at its start. It is renewed after every commit of this process, and
//! after a few milliseconds to see the commits of others.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, ffi};

use crate::open::{self, OpenError, Still};

/// How long a transaction is shared.
const SHARED_FOR: Duration = Duration::from_millis(5);

/// A few connections, so that threads do not wait for each other.
pub(crate) struct Readers {
    path: PathBuf,
    all: Vec<Mutex<Reader>>,
    /// The number of this process's commits.
    commits: AtomicU64,
}

/// A connection, and the time when its transaction began.
struct Reader {
    db: Connection,
    since: Option<Instant>,
    commits: u64,
    /// For a connection that reads the file as immutable.
    still: Option<Still>,
}

impl Readers {
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        Self::with(path, || Ok((open::reader(path)?, None)))
    }

    /// Connections to a ledger that is not changed.
    pub(crate) fn read_only(path: &Path) -> Result<Self, OpenError> {
        Self::with(path, || open::read_only(path))
    }

    fn with(
        path: &Path,
        open: impl Fn() -> Result<(Connection, Option<Still>), OpenError>,
    ) -> Result<Self, OpenError> {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let reader = |_| {
            let (db, still) = open()?;
            Ok(Mutex::new(Reader { db, since: None, commits: 0, still }))
        };
        let all = (0..=threads.min(8)).map(reader).collect::<Result<_, _>>()?;
        Ok(Self { path: path.to_owned(), all, commits: AtomicU64::new(0) })
    }

    /// Looks up in a shared transaction.
    pub(crate) fn shared<T>(
        &self,
        look_up: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut reader = self.any();
        let commits = self.commits.load(Ordering::SeqCst);
        if reader.commits != commits || reader.since.is_none_or(|since| since.elapsed() > SHARED_FOR) {
            reader.renew(&self.path)?;
            reader.commits = commits;
        }
        reader.checked(look_up)
    }

    /// Reads what is stored now.
    pub(crate) fn fresh<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut reader = self.any();
        // If a transaction cannot be ended, the read itself reports that.
        let _ = reader.end();
        reader.wake(&self.path)?;
        reader.checked(read)
    }

    /// Records a commit of this process.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends transactions that were not used for a while: the log cannot shrink while they are open.
    pub(crate) fn end_idle(&self) {
        for reader in &self.all {
            if let Ok(mut reader) = reader.try_lock()
                && reader.since.is_some_and(|since| since.elapsed() > SHARED_FOR)
            {
                let _ = reader.end();
            }
        }
    }

    /// Runs `work` while no connection reads.
    pub(crate) fn hold<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut all: Vec<_> =
            self.all.iter().map(|reader| reader.lock().unwrap_or_else(PoisonError::into_inner)).collect();
        for reader in &mut all {
            let _ = reader.end();
        }
        work()
    }

    /// Returns the thread's usual connection if it is free: neighbouring rows are often on pages that it has
    /// read already.
    fn any(&self) -> MutexGuard<'_, Reader> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
        }
        let usual = THREAD.with(|thread| thread % self.all.len());
        let (before, after) = self.all.split_at(usual);
        let free = after.iter().chain(before).find_map(|reader| reader.try_lock().ok());
        free.unwrap_or_else(|| self.all[usual].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reader {
    fn renew(&mut self, path: &Path) -> rusqlite::Result<()> {
        self.end()?;
        self.wake(path)?;
        self.db.prepare_cached("BEGIN")?.execute([])?;
        self.since = Some(Instant::now());
        Ok(())
    }

    /// Reopens the connection once a process has begun to write, so that its changes are seen.
    fn wake(&mut self, path: &Path) -> rusqlite::Result<()> {
        if self.still.as_ref().is_some_and(Still::is_over) {
            let (db, still) = open::read_only(path).map_err(|_| changed())?;
            (self.db, self.still) = (db, still);
        }
        Ok(())
    }

    /// Returns what was read, if the file did not change meanwhile.
    fn checked<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let read = read(&self.db);
        if self.still.as_ref().is_none_or(Still::was_true) { read } else { Err(changed()) }
    }

    fn end(&mut self) -> rusqlite::Result<()> {
        if self.since.take().is_some() {
            self.db.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}

/// The error if the file was changed while it was read as immutable.
fn changed() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)
}
