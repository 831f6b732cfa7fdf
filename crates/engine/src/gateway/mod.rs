//! The gateway: the one door to the outside. Every call passes it, and it owns all policy.
//!
//! The order, which is the promise not to pay twice:
//!
//! 1. join the flight of this key, or lead it;
//! 2. the leader looks the key up in the ledger;
//! 3. what the call costs at the most is reserved from the run's budget, and few enough calls
//!    are begun at a time; then, per attempt: asks the breaker, claims the call in the ledger
//!    (nothing usable known, nobody else about to ask, intent written), waits for a slot and the
//!    rate, has the ledger mark it as sent, sends;
//! 4. the slot is freed when the answer is in, the answer is stored, the waiters are woken.
//!
//! A look-up before the flight would buy twice: the answer of a flight that has just landed
//! would be missed by both. A claim waits for the disk, so it is made ahead of the slot; where
//! the ledger cannot tell claims that were never sent from others, it is made in the slot, or a
//! killed run would leave doubts about calls that never left. A flight goes on when whoever leads
//! it ends. One file for each policy; none of them knows rows or steps.

mod attempt;
mod breaker;
mod budget;
mod closed;
mod entry;
mod flight;
mod limit;
mod settings;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use marl_core::{Call, CallEnd, Caller, Error, Provider, SkipReason, SmolStr};
use tokio::{sync::watch, time::Instant};

use crate::{
    event::{Event, Listener},
    ledger::{Key, Known, Ledger, LedgerError},
};
use breaker::Breaker;
use budget::Budget;
use flight::{Flight, Flights, Part};
use limit::Limit;

pub use budget::Caps;
pub use closed::{Foresight, Standing};
pub use settings::{Breaker as BreakerSettings, InDoubt, Lane as LaneSettings, Retry, Settings};

/// The one door to the outside.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    lanes: BTreeMap<SmolStr, Lane>,
    ledger: Arc<dyn Ledger>,
    flights: Arc<Flights>,
    settings: Settings,
    budget: Budget,
    listener: Arc<dyn Listener>,
    closed: watch::Sender<Option<SkipReason>>,
    /// Doubts of earlier runs that this one has met, so that each is told once.
    met_in_doubt: Mutex<HashSet<Key>>,
}

/// One provider with its policies' state.
struct Lane {
    provider: Arc<dyn Provider>,
    settings: settings::Lane,
    limit: Limit,
    breaker: Breaker,
}

impl Gateway {
    /// A gateway to these providers.
    pub fn new(
        providers: impl IntoIterator<Item = Arc<dyn Provider>>,
        ledger: Arc<dyn Ledger>,
        settings: Settings,
        listener: Arc<dyn Listener>,
    ) -> Self {
        let lane = |provider: Arc<dyn Provider>| {
            let lane = settings.lanes.get(provider.info().name.as_str()).cloned().unwrap_or_default();
            let limit = Limit::new(settings.parallel, lane.per_minute);
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

    /// Closes the gateway: nothing more is sent, attempts in flight are awaited, stored
    /// answers still reach their rows. The first reason given stays.
    pub fn close(&self, reason: SkipReason) {
        self.shared.closed.send_if_modified(|closed| {
            let first = closed.is_none();
            closed.get_or_insert(reason);
            first
        });
    }
}

/// The gateway for a step whose stored answers do not count if they are from before the run.
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
    /// The way for steps that ask anew.
    pub fn refreshing(&self) -> Arc<dyn Caller> {
        Arc::new(Refreshing(self.clone()))
    }

    async fn ask(&self, call: Call, refresh: bool) -> CallEnd {
        let Some(lane) = self.shared.lanes.get(&call.provider) else {
            return CallEnd::Failed(Error::internal(format!("no provider is called `{}`", call.provider)));
        };
        let key = Key::of(&call, &lane.settings.scope);
        match self.shared.flights.board((key, refresh)) {
            Part::Join(ticket) => {
                self.shared.listener.hear(&Event::Joined);
                ticket.end().await
            }
            Part::Lead(landing) => {
                let shared = Arc::clone(&self.shared);
                Flight::new(landing, async move { shared.lead(&call, key, refresh).await }).await
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
                let _place = tokio::select! {
                    biased;
                    reason = self.closing() => return CallEnd::Closed(reason),
                    place = lane.limit.begin() => place,
                };
                // Large, and most rows of a window wait for their place or need no attempt.
                Box::pin(self.attempts(lane, call, key, refresh, was_in_doubt)).await
            }
        }
    }

    /// What the ledger knows, once nobody else is asking: another process's reply is waited
    /// for until its attempt's time is up or it is dead. The time is measured here, since the
    /// other's clock may be another. `None` when the gateway is closed before.
    async fn when_free(&self, key: Key, refresh: bool) -> Result<Option<Known>, LedgerError> {
        let begun = Instant::now();
        let mut wait = Duration::from_millis(20);
        loop {
            match self.ledger.look_up(&key, refresh).await? {
                Known::Busy { at_most } if begun.elapsed() < at_most => {}
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

    /// The ledger cannot be used: nothing more may be sent, since it could not be recorded.
    fn ledger_failed(&self, error: LedgerError) -> Error {
        self.closed.send_if_modified(|closed| closed.replace(SkipReason::Interrupted).is_none());
        self.listener.hear(&Event::LedgerFailed { error: &error });
        Error::internal("the ledger cannot be used").with_detail(error.0)
    }

    /// What the ledger's knowledge means for a call; `None` when it has to be sent.
    fn known_end(&self, lane: &Lane, call: &Call, key: Key, known: Known) -> Option<CallEnd> {
        match known {
            Known::Nothing => None,
            Known::Answered(body) => {
                self.listener.hear(&Event::Reused);
                Some(read(lane, call, &body))
            }
            Known::Unusable { error, body } => {
                self.listener.hear(&Event::Reused);
                // A later version may be able to read it.
                let mended = body.and_then(|body| lane.provider.read_unusable(call, &body).ok());
                Some(mended.map_or(CallEnd::Failed(error), CallEnd::Reply))
            }
            Known::Failed(error) => {
                self.listener.hear(&Event::Joined);
                Some(CallEnd::Failed(error))
            }
            Known::InDoubt { in_this_run } if in_this_run || !lane.sends_doubts_again(call) => {
                Some(self.left_as_doubt(call, key, in_this_run))
            }
            Known::InDoubt { .. } => None,
            // Whoever asks lives and has not answered in time. It may send the call yet, so that
            // nobody else does, whatever is wished for.
            Known::Busy { .. } => Some(self.left_as_doubt(call, key, false)),
        }
    }

    fn left_as_doubt(&self, call: &Call, key: Key, in_this_run: bool) -> CallEnd {
        let is_first = self.met_in_doubt.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        if in_this_run || !is_first {
            self.listener.hear(&Event::Joined);
        } else {
            self.listener.hear(&Event::InDoubt { provider: &call.provider });
        }
        CallEnd::Failed(attempt::in_doubt(call, None))
    }
}

impl Lane {
    /// Whether a call that may have been paid for may be sent again.
    fn sends_doubts_again(&self, call: &Call) -> bool {
        self.resends_freely(call) || self.settings.in_doubt == InDoubt::Retry
    }

    /// What a call of an operation costs, if known.
    fn price(&self, operation: &str) -> Option<f64> {
        let free = self.provider.info().free_operations.contains(operation);
        if free { Some(0.0) } else { self.settings.prices.get(operation).copied() }
    }

    /// Whether sending a call again can cost nothing more.
    fn resends_freely(&self, call: &Call) -> bool {
        self.provider.info().free_operations.contains(&call.operation)
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
