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
//! There is one file for each policy; none of them knows rows or steps.

mod attempt;
mod breaker;
mod budget;
mod dry_run;
mod entry;
mod flight;
mod limit;
mod outage;
mod price;
mod record;
mod settings;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use marl_core::{Call, CallEnd, Caller, Error, Provider, SkipReason, SmolStr, provider::Operation};
use tokio::{sync::watch, time::Instant};

use crate::{
    cost::{CallPrice, Cost},
    event::{Event, Listener},
    ledger::{Calls, Key, Known, LedgerError},
};
use attempt::KeyedCall;
use breaker::Breaker;
use budget::Budget;
use flight::{Flight, Flights, Role};
use limit::Limit;

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
}

/// One provider with the state of its policies.
struct Lane {
    provider: Arc<dyn Provider>,
    settings: LaneSettings,
    limit: Limit,
    breaker: Breaker,
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
            let limit = Limit::new(lane.parallel.unwrap_or(settings.parallel), lane.per_minute);
            let breaker = Breaker::new(settings.breaker.clone());
            (provider.info().name.clone(), Lane { provider, settings: lane, limit, breaker })
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
        match self.shared.flights.join_or_lead((key, refresh)) {
            Role::Join(follower) => {
                self.shared.listener.on_event(&Event::Joined);
                follower.end().await
            }
            Role::Lead(completion) => {
                let shared = Arc::clone(&self.shared);
                Flight::new(completion, async move { shared.lead(&call, key, refresh).await }).await
            }
        }
    }
}

impl Shared {
    async fn lead(&self, call: &Call, key: Key, refresh: bool) -> CallEnd {
        let lane = &self.lanes[&call.provider];
        let known = match self.when_free(key, refresh).await {
            Ok(Some(known)) => known,
            Ok(None) => return CallEnd::Closed(self.closing().await),
            Err(error) => return CallEnd::Failed(self.ledger_failed(error)),
        };
        let was_in_doubt = matches!(known, Known::InDoubt { .. });
        match self.known_end(lane, call, key, known) {
            Some(end) => end,
            None => {
                let admission = tokio::select! {
                    biased;
                    reason = self.closing() => return CallEnd::Closed(reason),
                    admission = lane.limit.admit() => admission,
                };
                let keyed = KeyedCall { lane, call, key, refresh };
                // Boxed because it is large, and most rows of a window wait for admission or need no attempt.
                Box::pin(self.attempts(keyed, was_in_doubt, admission)).await
            }
        }
    }

    /// What the ledger knows about a call once no other process is asking. If one is, this waits for its
    /// reply until that attempt's time is up or the process is dead. The time is measured here, since the
    /// clocks of two machines may differ. `None` if the gateway is closed first.
    async fn when_free(&self, key: Key, refresh: bool) -> Result<Option<Known>, LedgerError> {
        let started = Instant::now();
        let mut wait = Duration::from_millis(20);
        loop {
            match self.ledger.look_up(&key, refresh).await? {
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

    /// The end of a call according to the ledger; `None` if it must be sent.
    fn known_end(&self, lane: &Lane, call: &Call, key: Key, known: Known) -> Option<CallEnd> {
        match known {
            Known::Nothing => None,
            Known::Answered(body) => {
                self.listener.on_event(&Event::Reused);
                Some(read(lane, call, &body))
            }
            Known::Unusable { error, body } => {
                self.listener.on_event(&Event::Reused);
                // This version may be able to read what an earlier version could not.
                let repaired = body.and_then(|body| lane.provider.read_unusable(call, &body).ok());
                Some(repaired.map_or(CallEnd::Failed(error), CallEnd::Reply))
            }
            Known::Failed(error) => {
                self.listener.on_event(&Event::Joined);
                Some(CallEnd::Failed(error))
            }
            Known::InDoubt { in_this_run } if in_this_run || !lane.sends_doubts_again(call) => {
                Some(self.left_as_doubt(call, key, in_this_run))
            }
            Known::InDoubt { .. } => None,
            // The process that asks is alive and has no answer in time. It may still send the call, so this
            // run does not, whatever the user chose for doubts.
            Known::Busy { .. } => Some(self.left_as_doubt(call, key, false)),
        }
    }

    fn left_as_doubt(&self, call: &Call, key: Key, in_this_run: bool) -> CallEnd {
        let is_first = self.met_in_doubt.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        if in_this_run || !is_first {
            self.listener.on_event(&Event::Joined);
        } else {
            self.listener.on_event(&Event::InDoubt { provider: &call.provider });
        }
        CallEnd::Failed(attempt::in_doubt(call, None))
    }
}

impl Lane {
    /// Whether a call that may have been paid for may be sent again.
    fn sends_doubts_again(&self, call: &Call) -> bool {
        self.resends_freely(call) || self.settings.in_doubt == InDoubt::Retry
    }

    fn operation(&self, name: &str) -> &Operation {
        self.provider.info().operations.get(name)
    }

    /// Whether the call can be sent again for free.
    fn resends_freely(&self, call: &Call) -> bool {
        self.operation(&call.operation).is_repeatable()
    }
}

fn read(lane: &Lane, call: &Call, body: &str) -> CallEnd {
    match lane.provider.read(call, body) {
        Ok(reply) => CallEnd::Reply(reply),
        Err(error) => CallEnd::Failed(error.billed(true)),
    }
}

#[cfg(test)]
mod tests;
