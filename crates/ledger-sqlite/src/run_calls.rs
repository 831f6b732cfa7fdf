//! The calls of the file, from the view of a run or of a reader. Look-ups read directly, since handing them
//! to another thread costs more than the look-up; changes go through the writer.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use engine::ledger::{
    BeginError, CallState, Calls, Claim, ClaimRequest, EndRecord, Ended, Freshness, Intent, Judge, Key,
    Known, LedgerError, MaxAge, RunStart, Used, Wanted,
};
use rusqlite::Connection;

use crate::{
    calls::{self, NewIntent},
    failed,
    file::LedgerFile,
    judge::known,
    lock::RunLock,
    now_ms, open, reply,
};

/// The calls of the file, from the view of a run.
pub(crate) struct RunCalls {
    pub(crate) file: Arc<LedgerFile>,
    run: i64,
    judge: Judge,
    /// The lock that shows that the process is alive, and which calls it sent; released with the run.
    pub(crate) lock: RunLock,
    /// The claims that are neither settled nor taken back.
    open: Mutex<HashSet<Intent>>,
    /// What earlier runs under the same consent had bought.
    used_before: Used,
}

impl RunCalls {
    /// Records the start of a run, whose time decides about freshness.
    ///
    /// # Errors
    /// The ledger cannot be written, the run's lock cannot be created beside it, the disk has no room for
    /// answers, or another run under the same consent is going on.
    pub(crate) fn begin(
        file: Arc<LedgerFile>,
        start: &RunStart,
        max_age: MaxAge,
    ) -> Result<Self, BeginError> {
        let now = now_ms();
        file.room.reserve().map_err(|error| LedgerError(error.to_string()))?;
        let started = file.begin_run(start, now)?;
        file.settle_the_dead()?;
        let judge = Judge::for_run(started.run, now, max_age);
        let open = Mutex::default();
        Ok(Self { file, run: started.run, judge, lock: started.lock, open, used_before: started.used_before })
    }

    /// The run's number.
    pub(crate) fn run(&self) -> i64 {
        self.run
    }

    fn open(&self) -> MutexGuard<'_, HashSet<Intent>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What earlier runs under the same consent had bought when this one began.
    pub(crate) fn used_before(&self) -> Used {
        self.used_before
    }
}

#[async_trait]
impl Calls for RunCalls {
    async fn look_up(&self, key: &Key, wanted: Wanted) -> Result<Known, LedgerError> {
        let look = |db: &Connection| known(&self.judge, db, key, wanted, &self.file.path);
        let known = match self.file.readers.shared(look) {
            // Another process may have settled the call just now.
            Ok(Known::InDoubt { in_this_run: false, .. }) => self.file.readers.fresh(look),
            known => known,
        };
        known.map_err(|error| failed(&error))
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.file.newest(key)
    }

    async fn claim(&self, request: &ClaimRequest<'_>) -> Result<Claim, LedgerError> {
        if self.file.is_full() {
            return Err(LedgerError(open::DISK_FULL.to_owned()));
        }
        let intent = NewIntent::of(request);
        let (judge, path) = (self.judge.clone(), self.file.path.clone());
        let (again, wanted) = (request.again, request.wanted);
        let claim = move |db: &Connection| calls::claim(db, &judge, &intent, again, wanted, &path);
        // The call has no slot yet, so nothing waits for the claim.
        let claimed = if self.tracks_sending() {
            self.file.writer()?.run_with_others(claim).await
        } else {
            self.file.writer()?.run(claim).await
        };
        if let Ok(Claim::Granted { intent, .. }) = claimed {
            self.open().insert(intent);
        }
        claimed
    }

    fn tracks_sending(&self) -> bool {
        self.lock.marks().is_some()
    }

    async fn sending(&self, intent: Intent) -> Result<(), LedgerError> {
        let id = intent.id();
        // Without the lock, other processes would take this process for dead.
        if !self.lock.is_in_place() {
            let lock = self.lock.path().display();
            return Err(LedgerError(format!("the run's lock {lock} was removed or replaced")));
        }
        if self.file.is_full() {
            return Err(LedgerError(open::DISK_FULL.to_owned()));
        }
        let marked = self.lock.marks().map_or(Ok(()), |marks| marks.add(id));
        marked.map_err(|error| LedgerError(format!("a call cannot be marked as sent: {error}")))
    }

    async fn take_back(&self, _: &Key, intent: Intent) -> Result<(), LedgerError> {
        let id = intent.id();
        self.file.writer()?.run(move |db| calls::take_back(db, id)).await?;
        self.open().remove(&intent);
        Ok(())
    }

    async fn settle(&self, _: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError> {
        let id = intent.id();
        // Here and not where the writer works, which all calls wait for.
        let compressed = EndRecord::of(&ended.end).reply.and_then(|reply| reply::compressed(reply));
        let settle = move |db: &Connection| calls::settle(db, id, &ended, compressed.as_deref());
        self.file.writer()?.run_with_others(settle).await?;
        self.open().remove(&intent);
        Ok(())
    }
}

impl Drop for RunCalls {
    fn drop(&mut self) {
        if !self.open().is_empty() {
            self.lock.leave_behind();
        }
    }
}

/// The calls of the file for look-ups only.
pub(crate) struct ReaderCalls {
    file: Arc<LedgerFile>,
    judge: Judge,
}

impl ReaderCalls {
    pub(crate) fn new(file: Arc<LedgerFile>, freshness: Freshness) -> Self {
        Self { file, judge: Judge::for_reader(freshness, now_ms()) }
    }
}

#[async_trait]
impl Calls for ReaderCalls {
    async fn look_up(&self, key: &Key, wanted: Wanted) -> Result<Known, LedgerError> {
        let known = self.file.readers.shared(|db| known(&self.judge, db, key, wanted, &self.file.path));
        known.map_err(|error| failed(&error))
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.file.newest(key)
    }

    async fn claim(&self, _: &ClaimRequest<'_>) -> Result<Claim, LedgerError> {
        Ok(Claim::Known(Known::Nothing))
    }

    fn tracks_sending(&self) -> bool {
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
