//! The writer thread: commits everything that is queued in one transaction, and moves the log into the file.
//!
//! SQLite's own checkpoint waits for a moment without readers, which never comes under many look-ups: the log
//! would grow to several times the file. So look-ups are held for the checkpoint.

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

/// How often idle readers end their transactions.
const TIDY: Duration = Duration::from_millis(500);

/// The most pages of 4 KiB in the log.
const LONGEST_LOG: i32 = 4096;

/// A change together with the caller that waits for it.
trait Change: Send {
    /// Makes the change within the transaction; returns SQLite's error code if it failed with one.
    fn make(&mut self, db: &Connection) -> Option<ErrorCode>;
    /// Whether the change must be made outside of a transaction.
    fn is_alone(&self) -> bool;
    /// Reports the result to the caller once the transaction is over; `Err` if nothing was stored.
    fn report(self: Box<Self>, stored: Result<(), LedgerError>);
}

struct QueuedChange<T, F, G> {
    alone: bool,
    change: Option<F>,
    made: Option<Result<T, LedgerError>>,
    report: G,
}

impl<T, F, G> Change for QueuedChange<T, F, G>
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

    fn report(self: Box<Self>, stored: Result<(), LedgerError>) {
        (self.report)(match (self.made, stored) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(made), Ok(())) => made,
            (None, Ok(())) => Err(LedgerError("the change was not made".to_owned())),
        });
    }
}

/// The writer thread, and the queue to it.
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

    /// Makes a change and returns when it is stored.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.send(change, true).await.unwrap_or_else(|_| Err(gone()))
    }

    /// As `run`, for a change that nothing else waits for: the writer waits for more changes.
    pub(crate) async fn run_with_others<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.send(change, false).await.unwrap_or_else(|_| Err(gone()))
    }

    /// As `run`, for callers outside of a task.
    pub(crate) fn run_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (sender, receiver) = channel();
        self.queue(change, true, move |result| drop(sender.send(result)));
        receiver.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// As `run_blocking`, for changes that cannot be made within a transaction.
    pub(crate) fn run_alone<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (sender, receiver) = channel();
        let report = move |result| drop(sender.send(result));
        self.queue
            .add(Box::new(QueuedChange { alone: true, change: Some(change), made: None, report }), true);
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
        report: impl FnOnce(Result<T, LedgerError>) + Send + 'static,
    ) {
        let change = Box::new(QueuedChange { alone: false, change: Some(change), made: None, report });
        self.queue.add(change, urgent);
    }
}

impl Drop for Writer {
    /// Everything that is queued is stored before the file is closed.
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The writer's handle to the queue. If the writer panics, later changes are dropped, and their callers get
/// an error.
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
            // Another process may be reading; the checkpoint is then tried again when the log has grown.
            longest = if start_over(db, readers) { LONGEST_LOG } else { pages + LONGEST_LOG };
        }
        if tidied.elapsed() > TIDY {
            readers.end_idle();
            tidied = Instant::now();
        }
    }
}

fn commit(db: &Connection, mut batch: Vec<Box<dyn Change>>, readers: &Readers, room: &Room) {
    let execute = |word: &str| db.prepare_cached(word)?.execute([]).map(|_| ());
    if let Some(at) = batch.iter().position(|change| change.is_alone()) {
        let rest = batch.split_off(at);
        if !batch.is_empty() {
            commit(db, batch, readers, room);
        }
        let mut rest = rest.into_iter();
        if let Some(mut alone) = rest.next() {
            room.heed(alone.make(db));
            alone.report(Ok(()));
        }
        let rest: Vec<_> = rest.collect();
        if !rest.is_empty() {
            commit(db, rest, readers, room);
        }
        return;
    }
    let mut ended_within = None;
    let stored = execute("BEGIN IMMEDIATE").and_then(|()| {
        for change in &mut batch {
            // A full disk can end the transaction from within; no change may be made after that.
            if !db.is_autocommit() {
                let code = change.make(db);
                room.heed(code);
                ended_within = ended_within.or(code.filter(|_| db.is_autocommit()));
            }
        }
        execute("COMMIT")
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
        change.report(stored.clone());
    }
}

/// Moves the log into the file, so that the log is written from its start again; returns `false` if another
/// process is reading it.
fn start_over(db: &Connection, readers: &Readers) -> bool {
    // Answers wait for this thread, and the look-ups of other processes end after a few milliseconds.
    const PATIENCE: Duration = Duration::from_millis(20);
    let done = readers.hold(|| {
        db.busy_timeout(PATIENCE)?;
        // The log is not truncated: existing blocks are written faster.
        let done = db.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0));
        db.busy_timeout(BUSY)?;
        done.map(|busy: i64| busy == 0)
    });
    done.unwrap_or(false)
}
