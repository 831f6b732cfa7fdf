//! Flights: equal calls that are under way at the same time become one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use marl_core::{CallEnd, Error};
use tokio::sync::watch;

use crate::ledger::Key;

/// A call, asked for anew or not: an answer from the ledger does not serve who wants a new one.
type FlightKey = (Key, bool);

type End = watch::Receiver<Option<CallEnd>>;

/// The calls under way, by key.
#[derive(Default)]
pub(super) struct Flights {
    by_key: Mutex<HashMap<FlightKey, End>>,
}

/// A caller's part in a flight.
pub(super) enum Part {
    /// The first: it must see that the flight ends.
    Lead(Landing, Ticket),
    /// One of the others.
    Join(Ticket),
}

/// Waits for a flight's end.
pub(super) struct Ticket(End);

/// Ends the flight: with what is told, or, dropped untold, with an error for all who wait.
pub(super) struct Landing {
    flights: Arc<Flights>,
    key: FlightKey,
    end: watch::Sender<Option<CallEnd>>,
}

impl Flights {
    /// Joins the flight of `key`, or begins it.
    pub(super) fn board(self: &Arc<Self>, key: FlightKey) -> Part {
        let mut flights = self.lock();
        if let Some(end) = flights.get(&key) {
            return Part::Join(Ticket(end.clone()));
        }
        let (sender, end) = watch::channel(None);
        flights.insert(key, end.clone());
        Part::Lead(Landing { flights: Arc::clone(self), key, end: sender }, Ticket(end))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FlightKey, End>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Landing {
    /// Tells everyone on the flight how it ended.
    pub(super) fn land(self, end: CallEnd) {
        self.end.send_replace(Some(end));
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
    }
}

impl Ticket {
    /// The flight's end.
    pub(super) async fn end(mut self) -> CallEnd {
        match self.0.wait_for(Option::is_some).await {
            Ok(end) => end.clone().unwrap_or_else(lost),
            Err(_) => lost(),
        }
    }
}

/// The leader panicked.
fn lost() -> CallEnd {
    CallEnd::Failed(Error::internal("the call ended without a result").billed(true))
}
