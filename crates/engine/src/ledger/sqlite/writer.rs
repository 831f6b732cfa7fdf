//! The writer thread: commits whatever is queued in one transaction.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{LedgerError, failed, readers::Readers};

/// How often readers that nobody uses are told to let go.
const TIDY: Duration = Duration::from_millis(500);

/// The most changes in one transaction.
const MOST: usize = 512;

/// One change and whoever waits for it.
trait Change: Send {
    /// Makes the change within the transaction.
    fn make(&mut self, db: &Connection);
    /// Says how it went, once the transaction is over: `Err` when nothing was stored.
    fn tell(self: Box<Self>, stored: Result<(), LedgerError>);
}

struct Asked<T, F, G> {
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
    pub(super) fn start(db: Connection, readers: Arc<Readers>) -> Self {
        let (queue, changes) = channel();
        let thread = thread::spawn(move || write(&db, &changes, &readers));
        Self { queue: Some(queue), thread: Some(thread) }
    }

    /// Makes a change and comes back when it is stored.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.send(change).await.unwrap_or_else(|_| Err(gone()))
    }

    /// The same for whoever is not in a task.
    pub(super) fn run_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (sender, receiver) = channel();
        self.queue(change, move |result| drop(sender.send(result)));
        receiver.recv().unwrap_or_else(|_| Err(gone()))
    }

    fn send<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, LedgerError>> {
        let (sender, receiver) = oneshot::channel();
        self.queue(change, move |result| drop(sender.send(result)));
        receiver
    }

    fn queue<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        tell: impl FnOnce(Result<T, LedgerError>) + Send + 'static,
    ) {
        let change = Box::new(Asked { change: Some(change), made: None, tell });
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

fn write(db: &Connection, changes: &Receiver<Box<dyn Change>>, readers: &Readers) {
    let mut tidied = Instant::now();
    while let Ok(first) = changes.recv() {
        let mut batch = vec![first];
        batch.extend(changes.try_iter().take(MOST - 1));
        commit(db, batch, readers);
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
