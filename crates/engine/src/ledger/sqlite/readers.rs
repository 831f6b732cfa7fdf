//! Connections that read, beside the writer. Looking up happens far more often than anything
//! else, so look-ups share short read transactions: taking and giving back the file's locks
//! costs more than the look-up itself.
//!
//! A transaction sees the file as it was at its start: it is renewed after every commit of this
//! process, and after a few milliseconds for the sake of others.

use std::{
    path::Path,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::open::{self, OpenError};

/// How long one transaction is shared.
const SHARED_FOR: Duration = Duration::from_millis(5);

/// A few connections, so that threads do not wait for each other.
pub(super) struct Readers {
    all: Vec<Mutex<Reader>>,
    /// Counts this process's commits.
    commits: AtomicU64,
}

/// One connection, and since when its transaction is open.
struct Reader {
    db: Connection,
    since: Option<Instant>,
    commits: u64,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let reader = |_| Ok(Mutex::new(Reader { db: open::reader(path)?, since: None, commits: 0 }));
        let all = (0..=threads.min(8)).map(reader).collect::<Result<_, _>>()?;
        Ok(Self { all, commits: AtomicU64::new(0) })
    }

    /// Looks up in a shared transaction.
    pub(super) fn shared<T>(
        &self,
        look_up: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut reader = self.any();
        let commits = self.commits.load(Ordering::SeqCst);
        if reader.commits != commits || reader.since.is_none_or(|since| since.elapsed() > SHARED_FOR) {
            reader.renew()?;
            reader.commits = commits;
        }
        look_up(&reader.db)
    }

    /// Reads what is stored now.
    pub(super) fn fresh<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        let mut reader = self.any();
        // A transaction that cannot be ended is reported by the reading itself.
        let _ = reader.end();
        read(&reader.db)
    }

    /// Something was stored.
    pub(super) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends transactions that nobody has used for a while: the log cannot shrink under them.
    pub(super) fn end_idle(&self) {
        for reader in &self.all {
            if let Ok(mut reader) = reader.try_lock()
                && reader.since.is_some_and(|since| since.elapsed() > SHARED_FOR)
            {
                let _ = reader.end();
            }
        }
    }

    /// Does `work` while nobody reads.
    pub(super) fn hold<T>(&self, work: impl FnOnce() -> T) -> T {
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
    fn renew(&mut self) -> rusqlite::Result<()> {
        self.end()?;
        self.db.prepare_cached("BEGIN")?.execute([])?;
        self.since = Some(Instant::now());
        Ok(())
    }

    fn end(&mut self) -> rusqlite::Result<()> {
        if self.since.take().is_some() {
            self.db.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}
