//! The durable ledger: one SQLite file, whose commits survive a power cut.
//!
//! One writer thread commits whatever is queued in one transaction, since each commit waits
//! for the disk. Looking up reads beside it. Nothing here knows what a reply means.

mod backup;
mod calls;
mod codes;
mod consent;
mod judge;
mod keep;
mod lock;
mod open;
mod queue;
mod readers;
mod remove;
mod room;
mod runs;
mod schema;
mod sent;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use calls::NewIntent;
use engine::ledger::{
    Asking, BeginError, CallState, Calls, Claim, Ended, Freshness, Intent, Judge, Key, Known, LedgerError,
    MaxAge, RunStart, Used,
};
use judge::known;
use lock::RunLock;
use readers::Readers;
use room::Room;
use rusqlite::Connection;
use writer::Writer;

pub use lock::run_file;
pub use open::{OpenError, Problem, files_of};

/// An open ledger file.
pub struct Store {
    path: PathBuf,
    is_new: bool,
    files: open::Files,
    readers: Arc<Readers>,
    room: Arc<Room>,
    /// `None` for a ledger that is only read.
    writer: Option<Writer>,
}

impl Store {
    /// Opens the ledger at `path`, and makes it if there is none.
    ///
    /// # Errors
    /// See [`Problem`]; nothing that was stored is touched.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let (writer, is_new) = open::writer(path)?;
        let readers = Arc::new(Readers::open(path)?);
        let files = open::Files::of(path).map_err(|error| OpenError::io(path, &error))?;
        let room = Arc::new(Room::beside(path));
        let writer = Writer::start(writer, Arc::clone(&readers), Arc::clone(&room));
        let writer = writer.map_err(|error| OpenError::sql(path, &error))?;
        Ok(Self { path: path.to_owned(), is_new, files, readers, room, writer: Some(writer) })
    }

    /// Opens a ledger to read it: nothing is made or changed, also in a folder that cannot be
    /// written, and one of an earlier version is read as it is.
    ///
    /// # Errors
    /// See [`Problem`]; there is no ledger at `path`, or it cannot be read.
    pub fn read(path: &Path) -> Result<Self, OpenError> {
        let readers = Arc::new(Readers::read_only(path)?);
        let files = open::Files::of(path).map_err(|error| OpenError::io(path, &error))?;
        let room = Arc::new(Room::beside(path));
        Ok(Self { path: path.to_owned(), is_new: false, files, readers, room, writer: None })
    }

    fn writer(&self) -> Result<&Writer, LedgerError> {
        self.writer.as_ref().ok_or_else(|| LedgerError("it was opened for reading alone".to_owned()))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file was made by this opening.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Whether the path still leads to the file that was opened, and its log is there: an unlinked
    /// file goes on accepting rows that nobody will read.
    pub fn is_in_place(&self) -> bool {
        self.files.are_in_place()
    }

    /// Whether the disk was full when something was to be stored. Then nothing more is sent.
    pub fn is_full(&self) -> bool {
        self.room.is_given_up()
    }

    /// Whether the process of a run lives.
    pub fn is_alive(&self, run: i64) -> bool {
        lock::lives(&self.path, run)
    }

    /// Waits until everything queued is stored.
    pub fn close(self) {
        drop(self.writer);
    }
}

/// The ledger as one run uses it.
pub struct RunLedger {
    store: Arc<Store>,
    run: i64,
    judge: Judge,
    /// It says that the process lives, and what it sent; released with the run.
    lock: RunLock,
    /// How many claims are neither settled nor taken back.
    open: AtomicUsize,
    /// What earlier runs under the same consent had bought.
    used_before: Used,
}

impl RunLedger {
    /// Records the start of a run, as of which freshness is judged.
    ///
    /// # Errors
    /// The ledger cannot be written, the run's lock cannot be made beside it, the disk has no room
    /// for answers, or another run under the same consent goes on.
    pub fn begin(store: Arc<Store>, start: &RunStart, max_age: MaxAge) -> Result<Self, BeginError> {
        let now = now_ms();
        store.room.reserve().map_err(|error| LedgerError(error.to_string()))?;
        let begun = store.begin_run(start, now)?;
        store.settle_the_dead()?;
        let judge = Judge::of_run(begun.run, now, max_age);
        let open = AtomicUsize::new(0);
        Ok(Self { store, run: begun.run, judge, lock: begun.lock, open, used_before: begun.used_before })
    }

    /// A ledger for looking up alone, whatever the age of replies. Nothing may be claimed.
    pub fn ageless(store: Arc<Store>) -> Closed {
        Closed { store, judge: Judge::of_reader(Freshness::Any, now_ms()) }
    }

    /// A ledger for looking up alone, as a run that started now would. Nothing may be claimed.
    pub fn planned(store: Arc<Store>, max_age: MaxAge) -> Closed {
        Closed { store, judge: Judge::of_reader(Freshness::Now(max_age), now_ms()) }
    }

    /// The run's number.
    pub fn run(&self) -> i64 {
        self.run
    }

    /// What earlier runs under the same consent had bought when this one began.
    pub fn used_before(&self) -> Used {
        self.used_before
    }

    /// The file it is in.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }
}

#[async_trait]
impl Calls for RunLedger {
    async fn look_up(&self, key: &Key, refresh: bool) -> Result<Known, LedgerError> {
        let look = |db: &Connection| known(&self.judge, db, key, refresh, &self.store.path);
        let known = match self.store.readers.shared(look) {
            // Another process may have settled it just now.
            Ok(Known::InDoubt { in_this_run: false }) => self.store.readers.fresh(look),
            known => known,
        };
        known.map_err(|error| failed(&error))
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.store.newest(key)
    }

    async fn claim(&self, asking: &Asking<'_>) -> Result<Claim, LedgerError> {
        if self.store.is_full() {
            return Err(LedgerError(room::FULL.to_owned()));
        }
        let intent = NewIntent::of(asking);
        let (judge, path) = (self.judge.clone(), self.store.path.clone());
        let (again, refresh) = (asking.again, asking.refresh);
        let claim = move |db: &Connection| calls::claim(db, &judge, &intent, again, refresh, &path);
        // Claimed ahead of its slot, nothing waits for it yet.
        let claimed = if self.tells_unsent() {
            self.store.writer()?.run_with_others(claim).await
        } else {
            self.store.writer()?.run(claim).await
        };
        if matches!(claimed, Ok(Claim::Granted(_))) {
            self.open.fetch_add(1, Ordering::Relaxed);
        }
        claimed
    }

    fn tells_unsent(&self) -> bool {
        self.lock.marks().is_some()
    }

    async fn sending(&self, intent: Intent) -> Result<(), LedgerError> {
        let id = intent.id();
        // For others the process is dead without it.
        if !self.lock.is_in_place() {
            let lock = self.lock.path().display();
            return Err(LedgerError(format!("the run's lock {lock} was removed or replaced")));
        }
        if self.store.is_full() {
            return Err(LedgerError(room::FULL.to_owned()));
        }
        let marked = self.lock.marks().map_or(Ok(()), |marks| marks.add(id));
        marked.map_err(|error| LedgerError(format!("a call cannot be marked as sent: {error}")))
    }

    async fn take_back(&self, _: &Key, intent: Intent) -> Result<(), LedgerError> {
        let id = intent.id();
        self.store.writer()?.run(move |db| calls::take_back(db, id)).await?;
        self.open.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }

    async fn settle(&self, _: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError> {
        let id = intent.id();
        self.store.writer()?.run_with_others(move |db| calls::settle(db, id, &ended)).await?;
        self.open.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for RunLedger {
    fn drop(&mut self) {
        if *self.open.get_mut() > 0 {
            self.lock.leave_behind();
        }
    }
}

/// The ledger with everything closed but looking up.
pub struct Closed {
    store: Arc<Store>,
    judge: Judge,
}

#[async_trait]
impl Calls for Closed {
    async fn look_up(&self, key: &Key, refresh: bool) -> Result<Known, LedgerError> {
        let known = self.store.readers.shared(|db| known(&self.judge, db, key, refresh, &self.store.path));
        known.map_err(|error| failed(&error))
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.store.newest(key)
    }

    async fn claim(&self, _: &Asking<'_>) -> Result<Claim, LedgerError> {
        Ok(Claim::Known(Known::Nothing))
    }

    fn tells_unsent(&self) -> bool {
        false
    }

    async fn sending(&self, _: Intent) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn take_back(&self, _: &Key, _: Intent) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn settle(&self, _: &Key, _: Intent, _: Arc<Ended>) -> Result<(), LedgerError> {
        Ok(())
    }
}

fn failed(error: &rusqlite::Error) -> LedgerError {
    LedgerError(open::spoken(error))
}

fn now_ms() -> i64 {
    ms(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
