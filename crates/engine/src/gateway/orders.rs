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
pub(super) struct Orders(Mutex<HashMap<Key, OrderState>>);

#[derive(Debug)]
enum OrderState {
    /// Ordered by this run. The flight that ordered the call reports it.
    Ordered,
    /// Left pending, and reported.
    Pending,
    /// Collected, and reported.
    Collected,
    GivenUp(Error),
}

impl Orders {
    /// Notes that this run has ordered a call.
    pub(super) fn mark_ordered(&self, key: Key) {
        self.lock().insert(key, OrderState::Ordered);
    }

    /// Whether a flight of this run has ordered the call and reports how it ends.
    pub(super) fn is_ordered(&self, key: Key) -> bool {
        matches!(self.lock().get(&key), Some(OrderState::Ordered))
    }

    /// Notes that a call was left pending; returns whether that is new.
    pub(super) fn mark_pending(&self, key: Key) -> bool {
        !matches!(self.lock().insert(key, OrderState::Pending), Some(OrderState::Pending))
    }

    /// Whether this run has waited for the call already, and left it pending.
    pub(super) fn is_pending(&self, key: Key) -> bool {
        matches!(self.lock().get(&key), Some(OrderState::Pending))
    }

    /// Notes that the answer has arrived; returns whether that is new.
    pub(super) fn mark_collected(&self, key: Key) -> bool {
        !matches!(self.lock().insert(key, OrderState::Collected), Some(OrderState::Collected))
    }

    /// Notes that the vendor gave the call up. This run does not order it again.
    pub(super) fn mark_given_up(&self, key: Key, error: Error) {
        self.lock().insert(key, OrderState::GivenUp(error));
    }

    /// Why the vendor gave the call up in this run, if it did.
    pub(super) fn given_up(&self, key: Key) -> Option<Error> {
        match self.lock().get(&key) {
            Some(OrderState::GivenUp(error)) => Some(error.clone()),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, OrderState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
