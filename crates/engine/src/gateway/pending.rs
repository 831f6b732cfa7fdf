//! Answers that come later. The gateway stores the vendor's handle, asks for the answer while the user is
//! patient, and leaves the call pending otherwise: the next run goes on asking. This module buys nothing.
//!
//! One task asks for all calls that share a handle, with one request each time.

use std::{
    collections::HashMap,
    iter::repeat_with,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use marl_core::{
    Call, CallEnd, Provider, Reply, SkipReason, SmolStr,
    provider::{Attempt, AttemptEnd, Bought, Poll, Reach},
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until, timeout},
};

use super::{
    Cost, Shared,
    attempt::{Attempted, KeyedCall},
    budget::Reservation,
    limit::Limit,
    rate::Rates,
    read,
    send::Identity,
};
use crate::{
    event::Event,
    ledger::{Intent, LedgerError, Settled},
};

/// How the gateway asks where the operation does not say it.
const DEFAULT_POLL: Poll = Poll {
    every: Duration::from_secs(5),
    at_most: Duration::from_secs(60),
    give_up_after: Duration::from_secs(60 * 60),
};

/// How long the first request for an answer of an earlier run waits, so that it serves all its calls.
const COMPANY: Duration = Duration::from_millis(50);

/// A call that its vendor answers later.
pub(super) struct Ordered {
    pub(super) intent: Intent,
    pub(super) handle: String,
    /// When this run ordered the answer; `None` for an order of an earlier run.
    pub(super) at: Option<Instant>,
}

/// Asks one vendor for answers.
pub(super) struct Poller {
    provider: Arc<dyn Provider>,
    limit: Arc<Limit>,
    /// Requests for answers have no limits of their own.
    none: Rates,
    waiting: Mutex<HashMap<Job, Vec<Waiter>>>,
}

/// The calls of one operation that share a handle.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Job {
    operation: SmolStr,
    handle: String,
}

struct Waiter {
    call: Call,
    identity: Identity,
    /// When the last request for this call is due.
    until: Instant,
    give: oneshot::Sender<Attempt>,
}

impl Poller {
    pub(super) fn new(provider: Arc<dyn Provider>, limit: Arc<Limit>) -> Arc<Self> {
        Arc::new(Self { provider, limit, none: Rates::new([]), waiting: Mutex::default() })
    }

    /// Asks for the answer at least once, and until `waiter.until`. Receives a pending attempt if there was
    /// no answer by then.
    fn wait(self: &Arc<Self>, job: Job, waiter: Waiter, poll: Poll, first: Duration, most: Duration) {
        let is_new = {
            let mut waiting = self.lock();
            let is_new = !waiting.contains_key(&job);
            waiting.entry(job.clone()).or_default().push(waiter);
            is_new
        };
        if is_new {
            tokio::spawn(Arc::clone(self).ask(job, poll, first, most));
        }
    }

    /// Asks until nobody waits for the job any more.
    async fn ask(self: Arc<Self>, job: Job, poll: Poll, first: Duration, most: Duration) {
        let mut next = Instant::now() + first;
        let mut wait = poll.every.max(Duration::from_millis(1));
        loop {
            sleep_until(next).await;
            let Some(waiters) = self.take(&job) else { return };
            let asked = self.request(&waiters, &job.handle, most).await;
            let attempts = asked.into_iter().map(Some).chain(repeat_with(|| None));
            let now = Instant::now();
            next = now + wait;
            wait = (wait * 2).min(poll.at_most.max(poll.every));
            let mut waiting = Vec::new();
            for (waiter, attempt) in waiters.into_iter().zip(attempts) {
                match attempt.filter(|attempt| !self.is_open(attempt)) {
                    Some(attempt) => drop(waiter.give.send(attempt)),
                    None if waiter.until <= now => {
                        drop(waiter.give.send(AttemptEnd::Pending { handle: job.handle.clone() }.into()));
                    }
                    None => {
                        next = next.min(waiter.until);
                        waiting.push(waiter);
                    }
                }
            }
            self.lock().entry(job.clone()).or_default().extend(waiting);
        }
    }

    /// Asks once, within the limits. No answer if a limit is used up, the time is up, or the provider panics.
    async fn request(&self, waiters: &[Waiter], handle: &str, most: Duration) -> Vec<Attempt> {
        let Ok(_slot) = self.limit.enter(&self.none, 0.0).await else { return Vec::new() };
        let outgoing: Vec<_> = waiters.iter().map(|waiter| waiter.identity.outgoing(&waiter.call)).collect();
        let asking = AssertUnwindSafe(self.provider.poll(&outgoing, handle)).catch_unwind();
        timeout(most, asking).await.ok().and_then(Result::ok).unwrap_or_default()
    }

    /// Takes those who still wait; `None` if nobody does, and then the job is forgotten.
    fn take(&self, job: &Job) -> Option<Vec<Waiter>> {
        let mut waiting = self.lock();
        let waiters = waiting.get_mut(job)?;
        waiters.retain(|waiter| !waiter.give.is_closed());
        if waiters.is_empty() {
            waiting.remove(job);
            return None;
        }
        Some(std::mem::take(waiters))
    }

    /// Whether the answer is still to come. A request that failed says nothing about the call.
    fn is_open(&self, attempt: &Attempt) -> bool {
        let AttemptEnd::Failed(failure) = &attempt.end else {
            return matches!(attempt.end, AttemptEnd::Pending { .. });
        };
        if let Some(rest) = failure.retry_after {
            self.limit.pause_for(rest);
        }
        let concerns_call = matches!(failure.reach, Reach::Call | Reach::ProviderIfRepeated);
        failure.bought == Bought::Maybe || (failure.retryable && concerns_call)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Job, Vec<Waiter>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Waits for the answer of a pending call as long as the user is patient.
    pub(super) async fn await_answer(
        &self,
        keyed: KeyedCall<'_>,
        ordered: Ordered,
        reservation: Option<Reservation<'_>>,
    ) -> CallEnd {
        let KeyedCall { lane, call, key, .. } = keyed;
        let poll = lane.operation(&call.operation).poll.unwrap_or(DEFAULT_POLL);
        let patience = self.settings.patience.min(poll.give_up_after);
        if ordered.at.is_some() && patience.is_zero() {
            return self.left_pending(keyed, reservation);
        }
        let first = if ordered.at.is_some() { poll.every.min(patience) } else { COMPANY };
        let (give, mut answer) = oneshot::channel();
        let until = Instant::now() + patience;
        let waiter = Waiter { call: call.clone(), identity: Identity::of(lane, call, key, 0), until, give };
        let job = Job { operation: call.operation.clone(), handle: ordered.handle.clone() };
        lane.poller.wait(job, waiter, poll, first, self.timeouts(lane, call).answer);
        let attempt = tokio::select! {
            biased;
            attempt = &mut answer => attempt.ok(),
            _ = self.closing() => None,
            () = lane.breaker.until_stopped(&call.operation) => None,
        };
        let Some(attempt) = attempt else { return self.left_pending(keyed, reservation) };
        let collected = self.collect(keyed, &ordered, attempt, reservation).await;
        collected.unwrap_or_else(|error| {
            self.ledger_failed(error);
            CallEnd::Closed(SkipReason::Pending)
        })
    }

    /// Stores how a pending call ended.
    async fn collect(
        &self,
        keyed: KeyedCall<'_>,
        ordered: &Ordered,
        attempt: Attempt,
        reservation: Option<Reservation<'_>>,
    ) -> Result<CallEnd, LedgerError> {
        let KeyedCall { lane, call, .. } = keyed;
        let duration = ordered.at.map(|at| at.elapsed()).unwrap_or_default();
        let Attempt { end, request_id, cost: stated } = attempt;
        let attempted = Attempted::new(ordered.intent, duration, request_id, stated);
        match end {
            AttemptEnd::Pending { .. } => Ok(self.left_pending(keyed, reservation)),
            AttemptEnd::Answered(body) => {
                lane.breaker.answered();
                let end = read(lane, call, &body);
                let no_data = matches!(&end, CallEnd::Reply(Reply::NoData));
                let cost = lane.cost_of_answer(&call.operation, stated, no_data);
                self.collected(keyed, ordered, cost, reservation);
                self.settle(keyed, &attempted, Settled::Answered { body, no_data, cost }).await?;
                Ok(end)
            }
            AttemptEnd::Failed(failure) if failure.bought == Bought::Yes => {
                let cost = lane.cost_of_answer(&call.operation, stated, false);
                self.collected(keyed, ordered, cost, reservation);
                let error = failure.error.billed(true);
                let unusable = Settled::Unusable { error: error.clone(), body: failure.body, cost };
                self.settle(keyed, &attempted, unusable).await?;
                Ok(CallEnd::Failed(error))
            }
            AttemptEnd::Failed(failure) if failure.reach != Reach::Call => {
                self.stop(lane, call, failure.reach, &failure.error);
                Ok(self.left_pending(keyed, reservation))
            }
            // The vendor gave the call up. Nothing was bought, and a later run may order it again.
            AttemptEnd::Failed(failure) => {
                let error = failure.error.billed(false);
                self.settle(keyed, &attempted, Settled::Failed(error.clone())).await?;
                Ok(CallEnd::Failed(error))
            }
        }
    }

    /// Reports the answer to a pending call: bought by this run, or by an earlier one.
    fn collected(
        &self,
        KeyedCall { lane, call, .. }: KeyedCall<'_>,
        ordered: &Ordered,
        cost: Cost,
        reservation: Option<Reservation<'_>>,
    ) {
        let (provider, unit) = (call.provider.as_str(), lane.unit(&call.operation));
        if ordered.at.is_none() {
            self.listener.on_event(&Event::Collected { provider, cost, unit });
        } else if let Some(reservation) = reservation {
            reservation.spend(cost.money);
            self.listener.on_event(&Event::Spent { provider, cost, unit });
        }
    }

    /// Leaves a call pending. What it costs at most counts towards the caps of the run that ordered it.
    fn left_pending(&self, keyed: KeyedCall<'_>, reservation: Option<Reservation<'_>>) -> CallEnd {
        let KeyedCall { lane, call, .. } = keyed;
        let ordered = reservation.map(|reservation| {
            reservation.spend(None);
            lane.price(&call.operation).most
        });
        self.listener.on_event(&Event::Pending { provider: &call.provider, ordered });
        CallEnd::Closed(SkipReason::Pending)
    }
}
