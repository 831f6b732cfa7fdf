//! The public interface of the ledger, over one file. Blocking work runs on the writer's thread, or on a
//! blocking thread.

use std::{
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use engine::ledger::{
    BeginError, CallRecord, Calls, Freshness, Key, Ledger, LedgerError, MaxAge, Pages, Prune, Removed,
    RunEnd, RunRecord, RunStart, Runs, StartedRun, Stats, Upkeep, Used,
};
use futures::{StreamExt, stream};
use tokio::{sync::mpsc, task::spawn_blocking};

use crate::{
    file::LedgerFile,
    lock,
    open::OpenError,
    run_calls::{ReaderCalls, RunCalls},
};

/// A ledger in one SQLite file, for all processes of a machine. Clones share the open file.
#[derive(Clone)]
pub struct Store(Arc<LedgerFile>);

impl Store {
    /// Opens the ledger at `path`, and creates it if it does not exist.
    ///
    /// # Errors
    /// Those of [`Problem`](crate::Problem); nothing that is stored is changed.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let path = path.to_owned();
        Ok(Self(Arc::new(blocking(move || LedgerFile::open(&path)).await?)))
    }

    /// Opens a ledger for reading: nothing is created or changed, which also works in a read-only folder, and
    /// a ledger of an earlier version is read as it is.
    ///
    /// # Errors
    /// Those of [`Problem`](crate::Problem); there is no ledger at `path`, or it cannot be read.
    pub async fn read(path: &Path) -> Result<Self, OpenError> {
        let path = path.to_owned();
        Ok(Self(Arc::new(blocking(move || LedgerFile::read(&path)).await?)))
    }

    /// Runs blocking work on a thread of its own.
    async fn on_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(Arc<LedgerFile>) -> T + Send + 'static,
    ) -> T {
        let file = Arc::clone(&self.0);
        blocking(move || work(file)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    // Such work is cancelled only when the runtime ends, and nothing waits for it then.
    spawn_blocking(work).await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

#[async_trait]
impl Ledger for Store {
    fn location(&self) -> String {
        self.0.path.to_string_lossy().into_owned()
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.0.path)
    }

    fn log_of(&self, run: i64) -> Option<PathBuf> {
        Some(lock::run_file(&self.0.path, run, "log"))
    }

    fn is_new(&self) -> bool {
        self.0.is_new()
    }

    async fn is_in_place(&self) -> bool {
        self.on_thread(|file| file.is_in_place()).await
    }

    fn is_full(&self) -> bool {
        self.0.is_full()
    }
}

#[async_trait]
impl Runs for Store {
    async fn begin(&self, start: &RunStart, max_age: MaxAge) -> Result<StartedRun, BeginError> {
        let start = start.clone();
        let calls = self.on_thread(move |file| RunCalls::begin(file, &start, max_age)).await?;
        let (run, used_before) = (calls.run(), calls.used_before());
        Ok(StartedRun { run, calls: Arc::new(calls), used_before })
    }

    async fn reader(&self, freshness: Freshness) -> Result<Arc<dyn Calls>, LedgerError> {
        Ok(Arc::new(ReaderCalls::new(Arc::clone(&self.0), freshness)))
    }

    async fn end_run(&self, run: i64, end: &RunEnd) -> Result<(), LedgerError> {
        self.0.end_run(run, end).await
    }

    async fn note_progress(&self, run: i64, progress: String) -> Result<(), LedgerError> {
        self.0.note_progress(run, progress).await
    }

    async fn ask_to_stop(&self, run: i64) -> Result<bool, LedgerError> {
        self.0.ask_to_stop(run).await
    }

    async fn is_asked_to_stop(&self, run: i64) -> Result<bool, LedgerError> {
        self.on_thread(move |file| file.is_asked_to_stop(run)).await
    }

    async fn runs(&self, most: u32) -> Result<(Vec<RunRecord>, u64), LedgerError> {
        self.on_thread(move |file| file.runs(most)).await
    }

    async fn run(&self, id: i64) -> Result<Option<RunRecord>, LedgerError> {
        self.on_thread(move |file| file.run(id)).await
    }

    async fn run_of_output(&self, output: &str) -> Result<Option<RunRecord>, LedgerError> {
        let output = output.to_owned();
        self.on_thread(move |file| file.run_of_output(&output)).await
    }

    async fn is_alive(&self, run: i64) -> Result<bool, LedgerError> {
        Ok(self.on_thread(move |file| file.is_alive(run)).await)
    }

    async fn used(&self, consent: &str) -> Result<Used, LedgerError> {
        let consent = consent.to_owned();
        self.on_thread(move |file| file.used(&consent)).await
    }
}

#[async_trait]
impl Upkeep for Store {
    async fn stats(&self) -> Result<Stats, LedgerError> {
        self.on_thread(|file| file.stats()).await
    }

    async fn doubts(&self) -> Result<u64, LedgerError> {
        self.on_thread(|file| file.doubts()).await
    }

    async fn is_sound(&self) -> Result<bool, LedgerError> {
        self.on_thread(|file| file.is_sound()).await
    }

    fn export(&self) -> Pages {
        /// How many pages are read ahead.
        const AHEAD: usize = 2;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let file = Arc::clone(&self.0);
        // The thread ends when the receiver is dropped.
        spawn_blocking(move || file.export(&sender));
        stream::unfold(receiver, async |mut pages| Some((pages.recv().await?, pages))).boxed()
    }

    async fn record(&self, key: &Key) -> Result<Option<CallRecord>, LedgerError> {
        let key = *key;
        self.on_thread(move |file| file.record(&key)).await
    }

    async fn usual_duration(&self, provider: &str, operation: &str) -> Result<Option<Duration>, LedgerError> {
        let (provider, operation) = (provider.to_owned(), operation.to_owned());
        self.on_thread(move |file| file.usual_duration(&provider, &operation)).await
    }

    async fn would_remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        let what = what.to_vec();
        self.on_thread(move |file| file.would_remove(&what, with_doubts)).await
    }

    async fn remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        let what = what.to_vec();
        self.on_thread(move |file| file.remove(&what, with_doubts)).await
    }

    async fn back_up(&self, to: &Path) -> Result<(), LedgerError> {
        let to = to.to_owned();
        self.on_thread(move |file| file.back_up(&to)).await
    }
}

#[cfg(test)]
impl From<Arc<LedgerFile>> for Store {
    fn from(file: Arc<LedgerFile>) -> Self {
        Self(file)
    }
}
