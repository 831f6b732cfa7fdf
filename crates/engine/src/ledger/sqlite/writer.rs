//! The writer thread: commits whatever is queued in one transaction, and brings the log into
//! the file.
//!
//! SQLite's own way of that waits for an instant without readers, which under many look-ups
//! never comes: the log would grow to several times the file. So look-ups are held up for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::{Connection, hooks::Wal};
use tokio::sync::oneshot;

use super::{LedgerError, failed, open::BUSY, readers::Readers};

/// How often readers that nobody uses are told to let go.
const TIDY: Duration = Duration::from_millis(500);

/// How many pages of 4 KiB the log may hold.
const LONGEST_LOG: i32 = 4096;

/// The most changes in one transaction.
const MOST: usize = 512;

/// How long a change that nothing waits for waits for one that something does. An end of an
/// attempt is followed by the claim of the next: committed apart, that claim would wait for both.
const LINGER: Duration = Duration::from_micros(300);

/// One change and whoever waits for it.
trait Change: Send {
    /// Whether a slot waits for it.
    fn is_urgent(&self) -> bool;
    /// Makes the change within the transaction.
    fn make(&mut self, db: &Connection);
    /// Says how it went, once the transaction is over: `Err` when nothing was stored.
    fn tell(self: Box<Self>, stored: Result<(), LedgerError>);
}

struct Asked<T, F, G> {
    urgent: bool,
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
    fn is_urgent(&self) -> bool {
        self.urgent
    }

    fn make(&mut self, db: &Connection) {
        if let Some(change) = self.change.take() {
            self.made = Some(change(db).map_err(|error| failed(&error)));
        }
    }

    fn tell(self: Box<Self>, stored: Result<(), LedgerError>) {
        let made = self.made.unwrap_or_else(|| Err(LedgerError("the change was not made".to_owned())));
        (self.tell)(stored.and(made));
    }
}

/// The queue to the writer thread.
pub(super) struct Writer {
    queue: Option<Sender<Box<dyn Change>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut db: Connection, readers: Arc<Readers>) -> rusqlite::Result<Self> {
        let (queue, changes) = channel();
        let pages = Arc::new(AtomicI32::new(0));
        let counted = Arc::clone(&pages);
        db.wal_hook(Some(move |_: &mut Wal, pages| {
            counted.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        let thread = thread::spawn(move || write(&db, &pages, &changes, &readers));
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Makes a change and comes back when it is stored.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.send(change, true).await.unwrap_or_else(|_| Err(gone()))
    }

    /// The same for a change that nothing else waits for: it lets others join it.
    pub(super) async fn run_with_others<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.send(change, false).await.unwrap_or_else(|_| Err(gone()))
    }

    /// The same for whoever is not in a task.
    pub(super) fn run_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (sender, receiver) = channel();
        self.queue(change, true, move |result| drop(sender.send(result)));
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
        let change = Box::new(Asked { urgent, change: Some(change), made: None, tell });
        if let Some(queue) = &self.queue {
            // A thread that is gone drops the change, and its asker hears of it.
            let _ = queue.send(change);
        }
    }
}

impl Drop for Writer {
    /// Everything queued is stored before the file is closed.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn gone() -> LedgerError {
    LedgerError("its writer ended".to_owned())
}

fn write(db: &Connection, pages: &AtomicI32, changes: &Receiver<Box<dyn Change>>, readers: &Readers) {
    let mut tidied = Instant::now();
    let mut longest = LONGEST_LOG;
    while let Ok(first) = changes.recv() {
        let mut batch = vec![first];
        let begun = Instant::now();
        while batch.len() < MOST && !batch.last().is_some_and(|last| last.is_urgent()) {
            match changes.recv_timeout(LINGER.saturating_sub(begun.elapsed())) {
                Ok(change) => batch.push(change),
                Err(_) => break,
            }
        }
        batch.extend(changes.try_iter().take(MOST - batch.len()));
        commit(db, batch, readers);
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

fn commit(db: &Connection, mut batch: Vec<Box<dyn Change>>, readers: &Readers) {
    let say = |word: &str| db.prepare_cached(word)?.execute([]).map(|_| ());
    let stored = say("BEGIN IMMEDIATE").and_then(|()| {
        for change in &mut batch {
            // A full disk can end the transaction from within; nothing may be made after it.
            if !db.is_autocommit() {
                change.make(db);
            }
        }
        say("COMMIT")
    });
    let stored = stored.map_err(|error| failed(&error));
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
