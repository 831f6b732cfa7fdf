//! The writer thread: commits whatever is queued in one transaction, and brings the log into
//! the file.
//!
//! SQLite's own way of that waits for an instant without readers, which under many look-ups
//! never comes: the log would grow to several times the file. So look-ups are held up for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
        mpsc::channel,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, hooks::Wal};
use tokio::sync::oneshot;

use crate::{
    LedgerError, failed,
    open::{BUSY, DISK_FULL},
    queue::Queue,
    readers::Readers,
    room::Room,
};

/// How often readers that nobody uses are told to let go.
const TIDY: Duration = Duration::from_millis(500);

/// How many pages of 4 KiB the log may hold.
const LONGEST_LOG: i32 = 4096;

/// One change and whoever waits for it.
trait Change: Send {
    /// Makes the change within the transaction; why it failed, if SQLite has a code for it.
    fn make(&mut self, db: &Connection) -> Option<ErrorCode>;
    /// Whether it must be made outside of a transaction.
    fn is_alone(&self) -> bool;
    /// Says how it went, once the transaction is over: `Err` when nothing was stored.
    fn tell(self: Box<Self>, stored: Result<(), LedgerError>);
}

struct Asked<T, F, G> {
    alone: bool,
    change: Option<F>,
    made: Option<Result<T, LedgerError>>,
    tell: G,
}

impl<T, F, G> Change for Asked<T, F, G>
where
    T: Send,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    G: FnOnce(Result<T, LedgerError>) + Send,
{
    fn make(&mut self, db: &Connection) -> Option<ErrorCode> {
        let made = self.change.take()?(db);
        let code = made.as_ref().err().and_then(rusqlite::Error::sqlite_error_code);
        self.made = Some(made.map_err(|error| failed(&error)));
        code
    }

    fn is_alone(&self) -> bool {
        self.alone
    }

    fn tell(self: Box<Self>, stored: Result<(), LedgerError>) {
        (self.tell)(match (self.made, stored) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(made), Ok(())) => made,
            (None, Ok(())) => Err(LedgerError("the change was not made".to_owned())),
        });
    }
}

/// The writer thread and the way to it.
pub(crate) struct Writer {
    queue: Arc<Queue<Box<dyn Change>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(
        mut db: Connection,
        readers: Arc<Readers>,
        room: Arc<Room>,
    ) -> rusqlite::Result<Self> {
        let queue = Arc::new(Queue::new());
        let pages = Arc::new(AtomicI32::new(0));
        let counted = Arc::clone(&pages);
        db.wal_hook(Some(move |_: &mut Wal, pages| {
            counted.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        let changes = Closing(Arc::clone(&queue));
        let thread = thread::spawn(move || write(&db, &pages, &changes.0, &readers, &room));
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Makes a change and comes back when it is stored.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.send(change, true).await.unwrap_or_else(|_| Err(gone()))
    }

    /// The same for a change that nothing else waits for: it lets others join it.
    pub(crate) async fn run_with_others<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.send(change, false).await.unwrap_or_else(|_| Err(gone()))
    }

    /// The same for whoever is not in a task.
    pub(crate) fn run_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (sender, receiver) = channel();
        self.queue(change, true, move |result| drop(sender.send(result)));
        receiver.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// The same for what cannot be done within a transaction.
    pub(crate) fn run_alone<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (sender, receiver) = channel();
        let tell = move |result| drop(sender.send(result));
        self.queue.add(Box::new(Asked { alone: true, change: Some(change), made: None, tell }), true);
        receiver.recv().unwrap_or_else(|_| Err(gone()))
    }

    fn send<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        urgent: bool,
    ) -> oneshot::Receiver<Result<T, LedgerError>> {
        let (sender, receiver) = oneshot::channel();
        self.queue(change, urgent, move |result| drop(sender.send(result)));
        receiver
    }

    fn queue<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        urgent: bool,
        tell: impl FnOnce(Result<T, LedgerError>) + Send + 'static,
    ) {
        let change = Box::new(Asked { alone: false, change: Some(change), made: None, tell });
        self.queue.add(change, urgent);
    }
}

impl Drop for Writer {
    /// Everything queued is stored before the file is closed.
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The queue as the writer has it: should it panic, what is asked of it later is dropped, and its
/// asker hears of it.
struct Closing(Arc<Queue<Box<dyn Change>>>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
        while !self.0.take().is_empty() {}
    }
}

fn gone() -> LedgerError {
    LedgerError("its writer ended".to_owned())
}

fn write(
    db: &Connection,
    pages: &AtomicI32,
    changes: &Queue<Box<dyn Change>>,
    readers: &Readers,
    room: &Room,
) {
    let mut tidied = Instant::now();
    let mut longest = LONGEST_LOG;
    loop {
        let batch = changes.take();
        if batch.is_empty() {
            return;
        }
        commit(db, batch, readers, room);
        let pages = pages.load(Ordering::Relaxed);
        if pages > longest {
            // Another process may be reading; then it is tried again when there is more.
            longest = if start_over(db, readers) { LONGEST_LOG } else { pages + LONGEST_LOG };
        }
        if tidied.elapsed() > TIDY {
            readers.end_idle();
            tidied = Instant::now();
        }
    }
}

fn commit(db: &Connection, mut batch: Vec<Box<dyn Change>>, readers: &Readers, room: &Room) {
    let say = |word: &str| db.prepare_cached(word)?.execute([]).map(|_| ());
    if let Some(at) = batch.iter().position(|change| change.is_alone()) {
        let rest = batch.split_off(at);
        if !batch.is_empty() {
            commit(db, batch, readers, room);
        }
        let mut rest = rest.into_iter();
        if let Some(mut alone) = rest.next() {
            room.heed(alone.make(db));
            alone.tell(Ok(()));
        }
        let rest: Vec<_> = rest.collect();
        if !rest.is_empty() {
            commit(db, rest, readers, room);
        }
        return;
    }
    let mut ended_within = None;
    let stored = say("BEGIN IMMEDIATE").and_then(|()| {
        for change in &mut batch {
            // A full disk can end the transaction from within; nothing may be made after it.
            if !db.is_autocommit() {
                let code = change.make(db);
                room.heed(code);
                ended_within = ended_within.or(code.filter(|_| db.is_autocommit()));
            }
        }
        say("COMMIT")
    });
    let stored = stored.map_err(|error| {
        room.heed(error.sqlite_error_code());
        if ended_within == Some(ErrorCode::DiskFull) {
            LedgerError(DISK_FULL.to_owned())
        } else {
            failed(&error)
        }
    });
    if stored.is_err() && !db.is_autocommit() {
        let _ = db.execute_batch("ROLLBACK");
    }
    readers.committed();
    for change in batch {
        change.tell(stored.clone());
    }
}

/// Brings the log into the file, to be written from its start again; `false` when somebody else
/// is reading it.
fn start_over(db: &Connection, readers: &Readers) -> bool {
    // Answers wait for this thread; other processes' look-ups let go after a few milliseconds.
    const PATIENCE: Duration = Duration::from_millis(20);
    let done = readers.hold(|| {
        db.busy_timeout(PATIENCE)?;
        // The file is not cut: blocks that are there already are written faster.
        let done = db.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0));
        db.busy_timeout(BUSY)?;
        done.map(|busy: i64| busy == 0)
    });
    done.unwrap_or(false)
}
