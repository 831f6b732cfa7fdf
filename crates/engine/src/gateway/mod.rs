//! The gateway: the only way to the providers. Every call passes through it, and it owns all policy.
//!
//! The order of these steps is what keeps marl from paying twice:
//!
//! 1. The caller joins the flight of the call's key, or leads it.
//! 2. The leader looks the key up in the ledger.
//! 3. If the call must be sent, the leader waits until few enough calls are admitted. For each attempt it
//!    reserves the call's price in the run's budget, asks the breaker, claims the call in the ledger (nothing
//!    usable is known, no other process is about to send it, and the intent is written), waits for a slot and
//!    the rate limit, has the ledger mark the intent as sent, and sends the call.
//! 4. The slot is freed when the answer has arrived. The answer is stored, if necessary after several tries,
//!    and then the followers are woken.
//!
//! A look-up before the flight could buy twice: two callers could both miss the answer of a flight that has
//! just ended. A claim waits for the disk, so it is made before the call has a slot. If the ledger does not
//! track which claims were sent, the claim is made within the slot: otherwise a killed run would leave doubts
//! about calls that were never sent. A flight continues if its leader is dropped.
//!
//! Calls of an operation with a bulk form take the steps of `bulk` instead of step 3, and an answer that comes later
//! is waited for by `pending`.
//!
//! There is one file for each policy; none of them knows rows or steps.

mod after;
mod attempt;
mod breaker;
mod budget;
mod bulk;
mod dry_run;
mod entry;
mod flight;
mod lane;
mod limit;
mod orders;
mod outage;
mod pending;
mod price;
mod rate;
mod record;
mod send;
mod settings;
mod target;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use marl_core::{Call, CallEnd, Caller, Error, Provider, SkipReason, SmolStr};
use tokio::{sync::watch, time::Instant};

use crate::{
    cost::{CallPrice, Cost},
    event::{Event, Listener},
    ledger::{Calls, Key, Known, LedgerError, Wanted},
};
use attempt::KeyedCall;
use budget::Budget;
use flight::{Flight, Flights, Role};
use lane::Lane;
use orders::Orders;
use pending::Ordered;

pub use budget::Caps;
pub use dry_run::{CallPreview, CallStatus};
pub use settings::{BreakerSettings, InDoubt, LaneSettings, Retry, Settings};

/// The only way to the providers.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    lanes: BTreeMap<SmolStr, Lane>,
    ledger: Arc<dyn Calls>,
    flights: Arc<Flights>,
    settings: Settings,
    budget: Budget,
    listener: Arc<dyn Listener>,
    closed: watch::Sender<Option<SkipReason>>,
    /// The doubts of earlier runs that this run has met; each of them is reported once.
    met_in_doubt: Mutex<HashSet<Key>>,
    orders: Orders,
}

impl Gateway {
    /// Creates a gateway to these providers.
    pub fn new(
        providers: impl IntoIterator<Item = Arc<dyn Provider>>,
        ledger: Arc<dyn Calls>,
        settings: Settings,
        listener: Arc<dyn Listener>,
    ) -> Self {
        let lane = |provider: Arc<dyn Provider>| {
            let lane = settings.lanes.get(provider.info().name.as_str()).cloned().unwrap_or_default();
            (provider.info().name.clone(), Lane::new(provider, lane, &settings))
        };
        let lanes = providers.into_iter().map(lane).collect();
        let flights = Arc::default();
        let budget = Budget::new(settings.caps);
        let closed = watch::Sender::new(None);
        let met_in_doubt = Mutex::default();
        Self {
            shared: Arc::new(Shared {
                lanes,
                ledger,
                flights,
                settings,
                budget,
                listener,
                closed,
                met_in_doubt,
                orders: Orders::default(),
            }),
        }
    }

    /// Closes the gateway: it sends nothing more, waits for attempts in flight, and still answers from the
    /// ledger. If it is closed twice, the first reason counts.
    pub fn close(&self, reason: SkipReason) {
        self.shared.closed.send_if_modified(|closed| {
            let first = closed.is_none();
            closed.get_or_insert(reason);
            first
        });
    }
}

/// The gateway for steps that refresh: answers from before the run do not count.
struct Refreshing(Gateway);

#[async_trait]
impl Caller for Refreshing {
    async fn call(&self, call: Call) -> CallEnd {
        self.0.ask(call, true).await
    }
}

#[async_trait]
impl Caller for Gateway {
    async fn call(&self, call: Call) -> CallEnd {
        self.ask(call, false).await
    }
}

impl Gateway {
    /// The caller for steps that refresh.
    pub fn refreshing(&self) -> Arc<dyn Caller> {
        Arc::new(Refreshing(self.clone()))
    }

    async fn ask(&self, call: Call, refresh: bool) -> CallEnd {
        let Some(lane) = self.shared.lanes.get(&call.provider) else {
            return CallEnd::Failed(Error::internal(format!("no provider is called `{}`", call.provider)));
        };
        let key = Key::of(&call, &lane.settings.scope);
        let wanted = self.shared.wanted(lane, &call, refresh);
        match self.shared.flights.join_or_lead((key, refresh)) {
            Role::Join(follower) => {
                self.shared.listener.on_event(&Event::Joined);
                follower.end().await
            }
            Role::Lead(completion) => {
                let shared = Arc::clone(&self.shared);
                Flight::new(completion, async move { shared.lead(&call, key, wanted).await }).await
            }
        }
    }
}

impl Shared {
    /// Which stored answers count for a call.
    fn wanted(&self, lane: &Lane, call: &Call, refresh: bool) -> Wanted {
        let own = lane.operation(&call.operation).max_age;
        Wanted { refresh, max_age: own.filter(|_| self.settings.own_freshness) }
    }

    async fn lead(&self, call: &Call, key: Key, wanted: Wanted) -> CallEnd {
        let lane = &self.lanes[&call.provider];
        let keyed = KeyedCall { lane, call, key, wanted };
        let known = match self.when_free(key, wanted).await {
            Ok(Some(known)) => known,
            Ok(None) => return CallEnd::Closed(self.closing().await),
            Err(error) => return CallEnd::Failed(self.ledger_failed(error)),
        };
        match self.known_end(lane, call, key, known) {
            KnownEnd::End(end) => end,
            KnownEnd::Await(ordered) => Box::pin(self.await_answer(keyed, ordered, None)).await,
            KnownEnd::Send => {
                let target = match lane.provider.target(call) {
                    None => None,
                    Some(target) => tokio::select! {
                        biased;
                        reason = self.closing() => return CallEnd::Closed(reason),
                        target = lane.targets.enter(target) => Some(target),
                    },
                };
                let admission = tokio::select! {
                    biased;
                    reason = self.closing() => return CallEnd::Closed(reason),
                    admission = lane.admit(&call.operation) => admission,
                };
                // Boxed because it is large, and most rows of a window wait for admission or need no attempt.
                Box::pin(self.attempts(keyed, admission, target)).await
            }
        }
    }

    /// What the ledger knows about a call once no other process is asking. If one is, this waits for its
    /// reply until that attempt's time is up or the process is dead. The time is measured here, since the
    /// clocks of two machines may differ. `None` if the gateway is closed first.
    async fn when_free(&self, key: Key, wanted: Wanted) -> Result<Option<Known>, LedgerError> {
        let started = Instant::now();
        let mut wait = Duration::from_millis(20);
        loop {
            match self.ledger.look_up(&key, wanted).await? {
                Known::Busy { at_most } if started.elapsed() < at_most => {}
                known => return Ok(Some(known)),
            }
            tokio::select! {
                biased;
                _ = self.closing() => return Ok(None),
                () = tokio::time::sleep(wait) => {}
            }
            wait = (wait * 2).min(Duration::from_millis(500));
        }
    }

    /// Closes the gateway because the ledger cannot be used: a call that is sent now could not be recorded.
    fn ledger_failed(&self, error: LedgerError) -> Error {
        self.closed.send_if_modified(|closed| closed.replace(SkipReason::Interrupted).is_none());
        self.listener.on_event(&Event::LedgerFailed { error: &error });
        Error::internal("the ledger cannot be used").with_detail(error.0)
    }

    /// The end of a call according to the ledger.
    fn known_end(&self, lane: &Lane, call: &Call, key: Key, known: Known) -> KnownEnd {
        KnownEnd::End(match known {
            Known::Nothing => match self.orders.given_up(key) {
                None => return KnownEnd::Send,
                Some(error) => {
                    self.listener.on_event(&Event::Joined);
                    CallEnd::Failed(error)
                }
            },
            Known::Pending { intent, handle } => {
                return KnownEnd::Await(Ordered { intent, handle, at: None });
            }
            Known::Answered(body) => {
                self.listener.on_event(&Event::Reused);
                read(lane, call, &body)
            }
            Known::Unusable { error, body } => {
                self.listener.on_event(&Event::Reused);
                // This version may be able to read what an earlier version could not.
                let repaired = body.and_then(|body| lane.provider.read_unusable(call, &body).ok());
                repaired.map_or(CallEnd::Failed(error), CallEnd::Reply)
            }
            Known::Failed(error) => {
                self.listener.on_event(&Event::Joined);
                CallEnd::Failed(error)
            }
            Known::InDoubt { in_this_run, age, is_keyed }
                if in_this_run || !lane.again(call, self.timeouts(lane, call)).allows(age, is_keyed) =>
            {
                self.left_as_doubt(call, key, in_this_run)
            }
            Known::InDoubt { .. } => return KnownEnd::Send,
            // The process that asks is alive and has no answer in time. It may still send the call, so this
            // run does not, whatever the user chose for doubts.
            Known::Busy { .. } => self.left_as_doubt(call, key, false),
        })
    }

    fn left_as_doubt(&self, call: &Call, key: Key, in_this_run: bool) -> CallEnd {
        let is_first = self.met_in_doubt.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        if in_this_run || !is_first {
            self.listener.on_event(&Event::Joined);
        } else {
            self.listener.on_event(&Event::InDoubt { provider: &call.provider });
        }
        CallEnd::Failed(after::in_doubt(call, None))
    }
}

/// The end of a call according to the ledger.
enum KnownEnd {
    /// The call has ended.
    End(CallEnd),
    /// The vendor answers later.
    Await(Ordered),
    /// The call must be sent.
    Send,
}

fn read(lane: &Lane, call: &Call, body: &str) -> CallEnd {
    match lane.provider.read(call, body) {
        Ok(reply) => CallEnd::Reply(reply),
        Err(error) => CallEnd::Failed(error.billed(true)),
    }
}

#[cfg(test)]
mod tests;
