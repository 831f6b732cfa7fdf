//! The ledger in memory: for one run, forgotten at its end. Plans use it where there is no file
//! yet, and tests.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{Asking, CallState, Calls, Claim, Ended, Intent, Key, Known, LedgerError, Settled};

/// Remembers the calls of one run.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: HashMap<Key, Known>,
    intents: i64,
}

impl Memory {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Calls for Memory {
    async fn look_up(&self, key: &Key, _: bool) -> Result<Known, LedgerError> {
        Ok(self.state().calls.get(key).cloned().unwrap_or(Known::Nothing))
    }

    async fn newest(&self, _: &Key) -> Result<Option<CallState>, LedgerError> {
        Ok(None)
    }

    async fn claim(&self, asking: &Asking<'_>) -> Result<Claim, LedgerError> {
        let mut state = self.state();
        match state.calls.get(&asking.key) {
            None | Some(Known::Nothing) => {}
            Some(Known::InDoubt { .. }) if asking.again => {}
            Some(known) => return Ok(Claim::Known(known.clone())),
        }
        state.intents += 1;
        Ok(Claim::Granted(Intent::new(state.intents)))
    }

    fn tells_unsent(&self) -> bool {
        true
    }

    async fn sending(&self, _: Intent) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn take_back(&self, key: &Key, _: Intent) -> Result<(), LedgerError> {
        let mut state = self.state();
        // A doubt that an earlier attempt left is not undone by a later refusal.
        if !matches!(state.calls.get(key), Some(Known::InDoubt { .. })) {
            state.calls.remove(key);
        }
        Ok(())
    }

    async fn settle(&self, key: &Key, _: Intent, ended: Arc<Ended>) -> Result<(), LedgerError> {
        let known = match ended.end.clone() {
            Settled::Answered { body, .. } => Known::Answered(body),
            Settled::Unusable { error, body } => Known::Unusable { error, body },
            Settled::Failed(error) => Known::Failed(error),
            Settled::InDoubt => Known::InDoubt { in_this_run: true },
        };
        self.state().calls.insert(*key, known);
        Ok(())
    }
}
