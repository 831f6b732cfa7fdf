//! Flights: equal calls that are under way at the same time share one request. Flights decide nothing about
//! sending.

use std::{
    collections::{HashMap, hash_map::Entry},
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{self, Poll},
};

use futures::{FutureExt, future::BoxFuture};
use marl_core::{CallEnd, Error};
use tokio::{runtime::Handle, sync::watch};

use crate::ledger::Key;

/// A call's key, and whether the call is refreshed. The two make different flights: an answer from the ledger
/// does not serve a caller that wants a new one.
type FlightKey = (Key, bool);

/// The followers that wait for a flight's end. `None` until one joins: most stored answers arrive before a
/// follower could join.
type Followers = Option<watch::Sender<Option<CallEnd>>>;

/// The calls under way, by key.
#[derive(Default)]
pub(super) struct Flights {
    by_key: Mutex<HashMap<FlightKey, Followers>>,
}

/// A caller's role in a flight.
pub(super) enum Role {
    /// The first caller: it drives the flight to its end.
    Lead(Completion),
    /// A later caller: it waits for the end.
    Join(Follower),
}

/// A caller that waits for the end of another caller's flight.
pub(super) struct Follower(watch::Receiver<Option<CallEnd>>);

/// Ends the flight for all followers: with the call's end, or with an error if it is dropped first.
pub(super) struct Completion {
    flights: Arc<Flights>,
    /// `None` once the flight has ended: from then on the key may belong to another flight.
    key: Option<FlightKey>,
}

impl Flights {
    /// Joins the flight of `key`, or starts one and leads it.
    pub(super) fn join_or_lead(self: &Arc<Self>, key: FlightKey) -> Role {
        match self.lock().entry(key) {
            Entry::Occupied(mut flight) => {
                let followers = flight.get_mut().get_or_insert_with(|| watch::Sender::new(None));
                Role::Join(Follower(followers.subscribe()))
            }
            Entry::Vacant(place) => {
                place.insert(None);
                Role::Lead(Completion { flights: Arc::clone(self), key: Some(key) })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FlightKey, Followers>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A flight under way, driven by its leader. A request that was sent cannot be withdrawn, so if the leader is
/// dropped, the flight continues in a task of its own.
pub(super) struct Flight(Option<BoxFuture<'static, CallEnd>>);

impl Flight {
    /// A flight that ends as `call` does. If `call` panics, leader and followers get an error.
    pub(super) fn new(completion: Completion, call: impl Future<Output = CallEnd> + Send + 'static) -> Self {
        let end = AssertUnwindSafe(call).catch_unwind().map(|end| end.unwrap_or_else(|_| lost()));
        Self(Some(Box::pin(end.inspect(move |end| completion.complete(end)))))
    }
}

impl Future for Flight {
    type Output = CallEnd;

    fn poll(mut self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<CallEnd> {
        let Some(mut flight) = self.0.take() else { return Poll::Ready(lost()) };
        let end = flight.poll_unpin(task);
        if end.is_pending() {
            self.0 = Some(flight);
        }
        end
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let (Some(flight), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(flight);
        }
    }
}

impl Completion {
    /// Passes the end of the flight to all followers.
    pub(super) fn complete(mut self, end: &CallEnd) {
        if let Some(followers) = self.remove() {
            followers.send_replace(Some(end.clone()));
        }
    }

    fn remove(&mut self) -> Followers {
        self.key.take().and_then(|key| self.flights.lock().remove(&key)).flatten()
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        drop(self.remove());
    }
}

impl Follower {
    /// Waits for the flight's end.
    pub(super) async fn end(mut self) -> CallEnd {
        match self.0.wait_for(Option::is_some).await {
            Ok(end) => end.clone().unwrap_or_else(lost),
            Err(_) => lost(),
        }
    }
}

/// The end for followers whose leader panicked.
fn lost() -> CallEnd {
    CallEnd::Failed(Error::internal("the call ended without a result").billed(true))
}
