//! One provider with the state of its policies.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use marl_core::{
    Call, Provider, SmolStr,
    provider::{Bulk, Operation},
};

use crate::ledger::Again;

use super::{
    InDoubt, LaneSettings, Settings,
    breaker::Breaker,
    bulk::BatchQueue,
    limit::{Admission, Limit, Slot},
    pending::Poller,
    rate::{Rates, UsedUp},
    send::Timeouts,
    target::Targets,
};

/// One provider with the state of its policies.
pub(super) struct Lane {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) settings: LaneSettings,
    pub(super) limit: Arc<Limit>,
    pub(super) breaker: Breaker,
    pub(super) poller: Arc<Poller>,
    /// Where calls of operations with a bulk form gather, by operation.
    batch_queues: Mutex<HashMap<SmolStr, Arc<BatchQueue>>>,
    /// What each operation's own windows have left, by operation.
    rates: Mutex<HashMap<SmolStr, Arc<Rates>>>,
    pub(super) targets: Targets,
    parallel: usize,
}

impl Lane {
    pub(super) fn new(provider: Arc<dyn Provider>, lane: LaneSettings, settings: &Settings) -> Self {
        let vendors = provider.info().limits.parallel.unwrap_or(usize::MAX);
        let parallel = lane.parallel.unwrap_or_else(|| settings.parallel.min(vendors));
        let rates = Rates::new(lane.windows(&provider.info().limits));
        let patience = settings.retry.clone().unwrap_or_default().total;
        let limit = Arc::new(Limit::new(parallel, rates, patience));
        let poller = Poller::new(Arc::clone(&provider), Arc::clone(&limit));
        let breaker = Breaker::new(settings.breaker.clone());
        Self {
            provider,
            settings: lane,
            limit,
            breaker,
            poller,
            batch_queues: Mutex::default(),
            rates: Mutex::default(),
            targets: Targets::default(),
            parallel,
        }
    }

    pub(super) fn operation(&self, name: &str) -> &Operation {
        self.provider.info().operations.get(name)
    }

    /// The unit of an operation's price.
    pub(super) fn unit(&self, operation: &str) -> Option<&str> {
        self.operation(operation).price.as_ref().map(|price| price.unit.as_str())
    }

    /// Whether the call can be sent again for free.
    pub(super) fn resends_freely(&self, call: &Call) -> bool {
        self.operation(&call.operation).is_repeatable()
    }

    /// When a call that may have been paid for may be sent again. `timeouts` are those of an attempt: from its
    /// claim to its arrival at the vendor, no more time passes than twice an attempt may take.
    pub(super) fn again(&self, call: &Call, timeouts: Timeouts) -> Again {
        let held = self.operation(&call.operation).idempotency.unwrap_or_default();
        Again {
            always: self.resends_freely(call) || self.settings.in_doubt == InDoubt::Retry,
            keyed_for: held.saturating_sub(timeouts.whole() * 2),
        }
    }

    /// Whether attempts have an idempotency key.
    pub(super) fn is_keyed(&self, call: &Call) -> bool {
        self.operation(&call.operation).idempotency.is_some()
    }

    /// How many calls of this operation one request carries, if it has a bulk form.
    pub(super) fn bulk(&self, operation: &str) -> Option<Bulk> {
        let bulk = self.operation(operation).bulk?;
        let most = self.settings.bulk.map_or(bulk.most, |most| most.min(bulk.most)).max(1);
        Some(Bulk { most, ..bulk })
    }

    /// Where calls of this operation gather, if it has a bulk form.
    pub(super) fn batch_queue(&self, operation: &SmolStr) -> Option<Arc<BatchQueue>> {
        let bulk = self.bulk(operation)?;
        let mut batch_queues = self.batch_queues.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(BatchQueue::new(bulk, self.parallel));
        Some(Arc::clone(batch_queues.entry(operation.clone()).or_insert_with(new)))
    }

    /// Waits for a slot and for the limits, for a request with this number of calls.
    ///
    /// # Errors
    /// A limit stays used up for longer than a run waits.
    pub(super) async fn enter(&self, operation: &SmolStr, calls: usize) -> Result<Slot, UsedUp> {
        self.limit.enter(&self.rates_of(operation), self.worst(operation) * calls as f64).await
    }

    /// Waits until the limits on units allow `calls` more calls in a request.
    ///
    /// # Errors
    /// A limit stays used up for longer than a run waits.
    pub(super) async fn add(&self, operation: &SmolStr, calls: usize) -> Result<(), UsedUp> {
        self.limit.add(&self.rates_of(operation), self.worst(operation) * calls as f64).await
    }

    /// What a call uses of the price's unit at most.
    fn worst(&self, operation: &str) -> f64 {
        self.operation(operation).price.as_ref().map_or(1.0, |price| price.worst)
    }

    fn rates_of(&self, operation: &SmolStr) -> Arc<Rates> {
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Rates::new(&*self.operation(operation).limits.windows));
        Arc::clone(rates.entry(operation.clone()).or_insert_with(new))
    }

    /// Waits until few enough calls are admitted.
    pub(super) async fn admit(&self, operation: &SmolStr) -> Admission {
        match self.batch_queue(operation) {
            Some(batch_queue) => batch_queue.admit().await,
            None => self.limit.admit().await,
        }
    }
}
