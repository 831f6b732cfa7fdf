//! What this run knows about calls that are answered later: which of them it has reported, and which the vendor
//! gave up. Each call is reported once, however many rows need it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use marl_core::Error;

use crate::ledger::Key;

/// The orders that this run has met.
#[derive(Default)]
pub(super) struct Orders(Mutex<HashMap<Key, Standing>>);

enum Standing {
    /// Left pending, and reported.
    Pending,
    /// Collected, and reported.
    Collected,
    GivenUp(Error),
}

impl Orders {
    /// Notes that a call was left pending; returns whether that is new.
    pub(super) fn left(&self, key: Key) -> bool {
        self.lock().insert(key, Standing::Pending).is_none()
    }

    /// Whether this run has waited for the call already, and left it pending.
    pub(super) fn is_left(&self, key: Key) -> bool {
        matches!(self.lock().get(&key), Some(Standing::Pending))
    }

    /// Notes that the answer has arrived; returns whether that is new.
    pub(super) fn collected(&self, key: Key) -> bool {
        !matches!(self.lock().insert(key, Standing::Collected), Some(Standing::Collected))
    }

    /// Notes that the vendor gave the call up. This run does not order it again.
    pub(super) fn give_up(&self, key: Key, error: Error) {
        self.lock().insert(key, Standing::GivenUp(error));
    }

    /// Why the vendor gave the call up in this run, if it did.
    pub(super) fn given_up(&self, key: Key) -> Option<Error> {
        match self.lock().get(&key) {
            Some(Standing::GivenUp(error)) => Some(error.clone()),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Standing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
