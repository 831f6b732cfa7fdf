//! Flights: equal calls that are under way at the same time become one.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use marl_core::{CallEnd, Error};
use tokio::sync::watch;

use crate::ledger::Key;

/// A call, asked for anew or not: an answer from the ledger does not serve who wants a new one.
type FlightKey = (Key, bool);

/// Tells the end to whoever waits; `None` until somebody does, since most stored answers are
/// there before anybody can.
type Told = Option<watch::Sender<Option<CallEnd>>>;

/// The calls under way, by key.
#[derive(Default)]
pub(super) struct Flights {
    by_key: Mutex<HashMap<FlightKey, Told>>,
}

/// A caller's part in a flight.
pub(super) enum Part {
    /// The first: it must see that the flight ends.
    Lead(Landing),
    /// One of the others.
    Join(Ticket),
}

/// Waits for a flight's end.
pub(super) struct Ticket(watch::Receiver<Option<CallEnd>>);

/// Ends the flight: with what is told, or, dropped untold, with an error for all who wait.
pub(super) struct Landing {
    flights: Arc<Flights>,
    /// `None` once it has landed: then the key may be another flight's.
    key: Option<FlightKey>,
}

impl Flights {
    /// Joins the flight of `key`, or begins it.
    pub(super) fn board(self: &Arc<Self>, key: FlightKey) -> Part {
        match self.lock().entry(key) {
            Entry::Occupied(mut flight) => Part::Join(ticket(flight.get_mut())),
            Entry::Vacant(place) => {
                place.insert(None);
                Part::Lead(Landing { flights: Arc::clone(self), key: Some(key) })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FlightKey, Told>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ticket(told: &mut Told) -> Ticket {
    Ticket(told.get_or_insert_with(|| watch::Sender::new(None)).subscribe())
}

impl Landing {
    /// For the leader, when the flight goes on without it.
    pub(super) fn ticket(&self) -> Ticket {
        let mut flights = self.flights.lock();
        let told = self.key.and_then(|key| flights.get_mut(&key));
        ticket(told.expect("a flight is on the board until it lands"))
    }

    /// Tells everyone on the flight how it ended.
    pub(super) fn land(mut self, end: &CallEnd) {
        if let Some(told) = self.leave() {
            told.send_replace(Some(end.clone()));
        }
    }

    fn leave(&mut self) -> Told {
        self.key.take().and_then(|key| self.flights.lock().remove(&key)).flatten()
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        drop(self.leave());
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
