//! Connections that read, beside the writer. Looking up happens far more often than anything
//! else, so look-ups share short read transactions: taking and giving back the file's locks
//! costs more than the look-up itself.
//!
//! A transaction sees the file as it was at its start: it is renewed after every commit of this
//! process, and after a few milliseconds for the sake of others.

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

/// How long one transaction is shared.
const SHARED_FOR: Duration = Duration::from_millis(5);

/// A few connections, so that threads do not wait for each other.
pub(crate) struct Readers {
    path: PathBuf,
    all: Vec<Mutex<Reader>>,
    /// Counts this process's commits.
    commits: AtomicU64,
}

/// One connection, and since when its transaction is open.
struct Reader {
    db: Connection,
    since: Option<Instant>,
    commits: u64,
    /// Of a connection that takes the file for one that does not change.
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
        // A transaction that cannot be ended is reported by the reading itself.
        let _ = reader.end();
        reader.wake(&self.path)?;
        reader.checked(read)
    }

    /// Something was stored.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends transactions that nobody has used for a while: the log cannot shrink under them.
    pub(crate) fn end_idle(&self) {
        for reader in &self.all {
            if let Ok(mut reader) = reader.try_lock()
                && reader.since.is_some_and(|since| since.elapsed() > SHARED_FOR)
            {
                let _ = reader.end();
            }
        }
    }

    /// Does `work` while nobody reads.
    pub(crate) fn hold<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut all: Vec<_> =
            self.all.iter().map(|reader| reader.lock().unwrap_or_else(PoisonError::into_inner)).collect();
        for reader in &mut all {
            let _ = reader.end();
        }
        work()
    }

    /// The thread's usual one if it is free: neighbouring rows are often on pages that it has
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

    /// Reads what somebody has begun to write, too.
    fn wake(&mut self, path: &Path) -> rusqlite::Result<()> {
        if self.still.as_ref().is_some_and(Still::is_over) {
            let (db, still) = open::read_only(path).map_err(|_| changed())?;
            (self.db, self.still) = (db, still);
        }
        Ok(())
    }

    /// What was read, if the file was one all the while.
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

/// The file was changed while it was read as one that does not change.
fn changed() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)
}
