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
    Call, CallEnd, Provider, SkipReason, SmolStr,
    provider::{Attempt, AttemptEnd, Bought, Poll, Reach},
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until, timeout},
};

use super::{
    Cost, Shared,
    after::PaidEnd,
    attempt::{Attempted, KeyedCall},
    budget::Reservation,
    limit::Limit,
    rate::Rates,
    read,
    send::Identity,
};
use crate::{
    event::Event,
    ledger::{Intent, Known, LedgerError, Settled},
};

/// How the gateway asks where the operation does not say how.
const DEFAULT_POLL: Poll = Poll {
    every: Duration::from_secs(5),
    at_most: Duration::from_secs(60),
    give_up_after: Duration::from_secs(60 * 60),
};

/// How long the first request for answers that an earlier run ordered waits, so that it serves all of them.
const GATHER_TIME: Duration = Duration::from_millis(50);

/// The shortest time between two requests.
const SHORTEST: Duration = Duration::from_millis(10);

/// How asking for an answer ended.
enum Collected {
    /// With an answer at this cost.
    Answered(CallEnd, Cost),
    /// The vendor gave the call up.
    GivenUp(CallEnd),
    /// The answer is still to come.
    Pending,
}

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
    sender: oneshot::Sender<Attempt>,
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
        let mut wait = poll.every.max(SHORTEST);
        loop {
            sleep_until(next).await;
            let Some(waiters) = self.take(&job) else { return };
            let (asked, rest) = self.request(&waiters, &job.handle, most).await;
            let attempts = asked.into_iter().map(Some).chain(repeat_with(|| None));
            let now = Instant::now();
            next = now + wait.max(rest);
            wait = (wait * 2).min(poll.at_most.max(poll.every)).max(SHORTEST);
            let mut waiting = Vec::new();
            for (waiter, attempt) in waiters.into_iter().zip(attempts) {
                match attempt.filter(|attempt| !is_open(attempt)) {
                    Some(attempt) => drop(waiter.sender.send(attempt)),
                    None if waiter.until <= now => {
                        drop(waiter.sender.send(AttemptEnd::Pending { handle: job.handle.clone() }.into()));
                    }
                    None => {
                        next = next.min(waiter.until);
                        waiting.push(waiter);
                    }
                }
            }
            let mut all = self.lock();
            let joined = all.entry(job.clone()).or_default();
            joined.extend(waiting);
            if joined.is_empty() {
                all.remove(&job);
                return;
            }
        }
    }

    /// Asks once, within the limits. Returns the attempts, and how long the vendor asks to wait. No answer if a
    /// limit stays used up, the time is up, the provider panics, or it returns another number of attempts.
    async fn request(&self, waiters: &[Waiter], handle: &str, most: Duration) -> (Vec<Attempt>, Duration) {
        let nothing = || (Vec::new(), Duration::ZERO);
        let Ok(_slot) = self.limit.enter(&self.none, 0.0).await else { return nothing() };
        let outgoing: Vec<_> = waiters.iter().map(|waiter| waiter.identity.outgoing(&waiter.call)).collect();
        let asking = AssertUnwindSafe(self.provider.poll(&outgoing, handle)).catch_unwind();
        let Ok(Ok(attempts)) = timeout(most, asking).await else { return nothing() };
        if attempts.len() != waiters.len() {
            return nothing();
        }
        let rests = attempts.iter().filter_map(|attempt| match &attempt.end {
            AttemptEnd::Failed(failure) => failure.retry_after,
            _ => None,
        });
        let rest = rests.max().unwrap_or_default();
        // A longer rest is for those who wait for these answers alone.
        if !rest.is_zero() && rest <= self.limit.patience() {
            self.limit.pause_for(rest);
        }
        (attempts, rest)
    }

    /// Takes those who still wait; `None` if nobody does, and then the job is forgotten.
    fn take(&self, job: &Job) -> Option<Vec<Waiter>> {
        let mut waiting = self.lock();
        let waiters = waiting.get_mut(job)?;
        waiters.retain(|waiter| !waiter.sender.is_closed());
        if waiters.is_empty() {
            waiting.remove(job);
            return None;
        }
        Some(std::mem::take(waiters))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Job, Vec<Waiter>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the answer is still to come. A request that failed says nothing about the call, unless it reaches
/// further.
fn is_open(attempt: &Attempt) -> bool {
    match &attempt.end {
        AttemptEnd::Pending { .. } => true,
        AttemptEnd::Answered(_) | AttemptEnd::GivenUp(_) => false,
        AttemptEnd::Failed(failure) => {
            let reaches_further = matches!(failure.reach, Reach::Provider | Reach::Operation);
            failure.bought != Bought::Yes && !reaches_further
        }
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
        if ordered.at.is_some() {
            self.orders.mark_ordered(key);
        } else if self.orders.is_pending(key) {
            self.listener.on_event(&Event::Joined);
            return CallEnd::Closed(SkipReason::Pending);
        }
        if let Err(error) = lane.provider.ready() {
            self.stop(lane, call, Reach::Provider, &error);
            return self.left_pending(keyed, &ordered, reservation);
        }
        let poll = lane.operation(&call.operation).poll.unwrap_or(DEFAULT_POLL);
        let patience = self.settings.patience.min(poll.give_up_after);
        if ordered.at.is_some() && patience.is_zero() {
            return self.left_pending(keyed, &ordered, reservation);
        }
        let first = if ordered.at.is_some() { poll.every.min(patience) } else { GATHER_TIME };
        let (sender, mut answer) = oneshot::channel();
        let until = Instant::now() + patience;
        let waiter = Waiter { call: call.clone(), identity: Identity::of(lane, call, key, 0), until, sender };
        let job = Job { operation: call.operation.clone(), handle: ordered.handle.clone() };
        let answer_time = self.timeouts(lane, call).answer;
        lane.poller.wait(job, waiter, poll, first, answer_time);
        let attempt = tokio::select! {
            biased;
            attempt = &mut answer => attempt.ok(),
            _ = self.closing() => None,
            () = lane.breaker.until_stopped(&call.operation) => None,
            // The limits and the vendor's rests make no run wait longer than the user is patient.
            () = sleep_until(until + first + answer_time) => None,
        };
        let Some(attempt) = attempt else { return self.left_pending(keyed, &ordered, reservation) };
        match self.collect(keyed, &ordered, attempt).await {
            Ok(Collected::Answered(end, cost)) => {
                self.report(keyed, &ordered, cost, reservation);
                end
            }
            Ok(Collected::GivenUp(end)) => end,
            Ok(Collected::Pending) => self.left_pending(keyed, &ordered, reservation),
            Err(error) => {
                self.ledger_failed(error);
                self.left_pending(keyed, &ordered, reservation)
            }
        }
    }

    /// Stores how a pending call ended.
    async fn collect(
        &self,
        keyed: KeyedCall<'_>,
        ordered: &Ordered,
        attempt: Attempt,
    ) -> Result<Collected, LedgerError> {
        let KeyedCall { lane, call, key, wanted } = keyed;
        let duration = ordered.at.map(|at| at.elapsed()).unwrap_or_default();
        let Attempt { end, request_id, cost: stated } = attempt;
        let attempted = Attempted::new(ordered.intent, duration, request_id, stated);
        match end {
            AttemptEnd::Pending { .. } => Ok(Collected::Pending),
            AttemptEnd::Answered(body) => {
                lane.breaker.answered();
                let PaidEnd { end, cost, record } = PaidEnd::answered(lane, call, body, stated);
                self.settle(keyed, &attempted, record).await?;
                Ok(Collected::Answered(end, cost))
            }
            AttemptEnd::Failed(failure) if failure.bought == Bought::Yes => {
                let PaidEnd { end, cost, record } = PaidEnd::unusable(lane, call, failure, stated);
                self.settle(keyed, &attempted, record).await?;
                Ok(Collected::Answered(end, cost))
            }
            AttemptEnd::Failed(failure) => {
                if matches!(failure.reach, Reach::Provider | Reach::Operation) {
                    self.stop(lane, call, failure.reach, &failure.error);
                }
                Ok(Collected::Pending)
            }
            // Nothing was bought, and a later run may order the call again.
            AttemptEnd::GivenUp(error) => {
                let error = error.billed(false);
                // Another process may have received the answer before the vendor forgot it.
                if let Known::Answered(body) = self.ledger.look_up(&key, wanted).await? {
                    return Ok(Collected::Answered(read(lane, call, &body), Cost::FREE));
                }
                self.settle(keyed, &attempted, Settled::Failed(error.clone())).await?;
                self.orders.mark_given_up(key, error.clone());
                Ok(Collected::GivenUp(CallEnd::Failed(error)))
            }
        }
    }

    /// Reports the answer to a pending call: bought by this run, or by an earlier one.
    fn report(
        &self,
        KeyedCall { lane, call, key, .. }: KeyedCall<'_>,
        ordered: &Ordered,
        cost: Cost,
        reservation: Option<Reservation<'_>>,
    ) {
        let (provider, unit) = (call.provider.as_str(), lane.unit(&call.operation));
        if ordered.at.is_some() {
            self.orders.mark_collected(key);
            // A free call has no reservation.
            if let Some(reservation) = reservation {
                reservation.spend(cost.money);
                self.listener.on_event(&Event::Spent { provider, cost, unit });
            }
        } else if !self.orders.is_ordered(key) && self.orders.mark_collected(key) {
            self.listener.on_event(&Event::Collected { provider, cost, unit });
        } else {
            self.listener.on_event(&Event::Joined);
        }
    }

    /// Leaves a call pending. What it costs at most counts towards the caps of the run that ordered it.
    fn left_pending(
        &self,
        keyed: KeyedCall<'_>,
        order: &Ordered,
        reservation: Option<Reservation<'_>>,
    ) -> CallEnd {
        let KeyedCall { lane, call, key, .. } = keyed;
        let reports = order.at.is_some() || !self.orders.is_ordered(key);
        let is_new = reports && self.orders.mark_pending(key);
        let ordered = reservation.map(|reservation| {
            reservation.spend(None);
            lane.price(&call.operation).most
        });
        if is_new {
            self.listener.on_event(&Event::Pending { provider: &call.provider, ordered });
        } else {
            self.listener.on_event(&Event::Joined);
        }
        CallEnd::Closed(SkipReason::Pending)
    }
}
