//! The attempts of one call, and what the end of each attempt means.
//!
//! | what happened | bought? | in this run |
//! | --- | --- | --- |
//! | not sent | no | the intent is taken back; tried again |
//! | refused | no | tried again after a wait if throttled, else final |
//! | answered with an error | no | tried again if the error may pass |
//! | no complete answer after sending | maybe | a free operation is tried again; else in doubt |
//! | a complete answer that cannot be used, or an error that is billed | yes | final; recorded with its text |

use std::time::Duration;

use marl_core::{
    Call, CallEnd, Error, ErrorKind, Reply, SkipReason,
    provider::{Attempt, AttemptEnd, Blame, Bought, Failure, Reach},
};
use tokio::time::{Instant, sleep, timeout};

use super::{
    Cost, Lane, Shared,
    breaker::Pass,
    budget::Reservation,
    entry::{Entered, NotSent},
    limit::Admission,
    price, read,
};
use crate::{
    event::Event,
    ledger::{Ended, Intent, Key, LedgerError, Settled},
};

/// A call with its key and its lane: everything that stays the same from attempt to attempt.
#[derive(Clone, Copy)]
pub(super) struct KeyedCall<'a> {
    pub(super) lane: &'a Lane,
    pub(super) call: &'a Call,
    pub(super) key: Key,
    pub(super) refresh: bool,
}

/// The end of one attempt, with everything that is needed to record it.
pub(super) struct Attempted {
    pub(super) intent: Intent,
    duration: Duration,
    request_id: Option<String>,
    /// What the answer says that it cost, in the vendor's unit.
    stated_cost: Option<f64>,
}

impl Attempted {
    pub(super) fn ended(&self, end: Settled) -> Ended {
        Ended { end, duration: self.duration, request_id: self.request_id.clone() }
    }
}

/// The progress of a call: everything that changes from attempt to attempt.
#[derive(Default)]
pub(super) struct CallProgress<'a> {
    pub(super) reservation: Option<Reservation<'a>>,
    pub(super) attempts: u32,
    sent: u32,
    refused_for_credit: bool,
    in_doubt: bool,
    /// Whether an earlier run left the call in doubt.
    was_in_doubt: bool,
    started: Option<Instant>,
}

/// How long an attempt may take.
#[derive(Clone, Copy)]
pub(super) struct Timeouts {
    /// How long the provider has for its answer.
    pub(super) answer: Duration,
    /// How much longer the gateway waits, since a late answer settles a doubt.
    pub(super) grace: Duration,
}

impl Timeouts {
    pub(super) fn whole(self) -> Duration {
        self.answer + self.grace
    }
}

/// What follows an attempt.
enum AfterAttempt {
    End(CallEnd),
    /// The call is attempted again after this wait.
    Again(Duration, Blame),
}

impl Shared {
    /// Makes attempts until the call has ended.
    pub(super) async fn attempts(
        &self,
        keyed: KeyedCall<'_>,
        was_in_doubt: bool,
        admission: Admission,
    ) -> CallEnd {
        let KeyedCall { lane, call, .. } = keyed;
        let mut progress = CallProgress { was_in_doubt, ..CallProgress::default() };
        let mut admission = Some(admission);
        loop {
            if admission.is_none() {
                admission = tokio::select! {
                    biased;
                    reason = self.closing() => return self.closed_end(call, &progress, reason),
                    admission = lane.limit.admit() => Some(admission),
                };
            }
            let next = match self.attempt(keyed, &mut progress).await {
                Ok(next) => next,
                Err(error) => AfterAttempt::End(CallEnd::Failed(self.ledger_failed(error))),
            };
            match next {
                AfterAttempt::End(end) => {
                    if let CallEnd::Failed(error) = &end {
                        let (provider, kind) = (&call.provider, error.kind());
                        self.listener.on_event(&Event::CallFailed { provider, kind });
                    }
                    return end;
                }
                AfterAttempt::Again(wait, blame) => {
                    // While a provider fails, few calls find that out. A target fails for itself alone.
                    admission = admission.filter(|_| blame == Blame::Provider);
                    tokio::select! {
                        () = sleep(wait) => {}
                        _ = self.closing() => {}
                        () = lane.breaker.until_stopped(&call.operation) => {}
                    }
                }
            }
        }
    }

    /// Makes one attempt: reserves the price, waits for permission, claims the call, sends it, and acts on
    /// the end.
    async fn attempt<'a>(
        &'a self,
        keyed: KeyedCall<'_>,
        progress: &mut CallProgress<'a>,
    ) -> Result<AfterAttempt, LedgerError> {
        let KeyedCall { lane, call, key, refresh } = keyed;
        let timeouts = self.timeouts(lane, call);
        let Entered { pass, turn: _turn, slot, intent } = match self.enter(keyed, timeouts, progress).await {
            Ok(entered) => entered,
            Err(NotSent::Ledger(error)) => return Err(error),
            Err(NotSent::Closed(reason)) => {
                return Ok(AfterAttempt::End(self.closed_end(call, progress, reason)));
            }
            Err(NotSent::NotReady(error)) => {
                self.stop(lane, call, Reach::Provider, &error);
                return Ok(AfterAttempt::End(CallEnd::Failed(error)));
            }
            Err(NotSent::Known) => {
                let Some(known) = self.when_free(key, refresh).await? else {
                    let reason = self.closing().await;
                    return Ok(AfterAttempt::End(self.closed_end(call, progress, reason)));
                };
                let end = self.known_end(lane, call, key, known);
                return Ok(
                    end.map_or(AfterAttempt::Again(Duration::ZERO, Blame::Provider), AfterAttempt::End)
                );
            }
        };
        if let Err(error) = self.ledger.sending(intent).await {
            self.ledger.take_back(&key, intent).await?;
            return Err(error);
        }
        let started = Instant::now();
        let attempt = self.send(keyed, timeouts, progress).await;
        drop(slot);
        let attempted = Attempted {
            intent,
            duration: started.elapsed(),
            request_id: attempt.request_id,
            stated_cost: attempt.cost,
        };
        let next = self.after(keyed, &attempted, pass, attempt.end, progress).await;
        // The request was sent, and the ledger cannot record how it ended.
        Ok(next.unwrap_or_else(|error| {
            AfterAttempt::End(self.left_in_doubt(call, Some(&self.ledger_failed(error))))
        }))
    }

    /// How long one attempt of this call may take.
    fn timeouts(&self, lane: &Lane, call: &Call) -> Timeouts {
        let answer = self.settings.timeout.unwrap_or_else(|| lane.operation(&call.operation).timeout);
        let grace = if lane.resends_freely(call) { Duration::ZERO } else { self.settings.grace };
        Timeouts { answer, grace }
    }

    /// Sends the call and waits for its answer. When the provider's time is up, the gateway waits for the
    /// grace period: giving up would leave a doubt, which a late answer settles. A call of a free operation
    /// leaves no doubt, and has no grace period.
    async fn send(
        &self,
        KeyedCall { lane, call, .. }: KeyedCall<'_>,
        timeouts: Timeouts,
        progress: &mut CallProgress<'_>,
    ) -> Attempt {
        progress.attempts += 1;
        progress.started.get_or_insert_with(Instant::now);
        let mut sending = lane.provider.send(call);
        let attempt = match timeout(timeouts.answer, &mut sending).await {
            Ok(attempt) => attempt,
            Err(_) => match timeout(timeouts.grace, &mut sending).await {
                Ok(attempt) => attempt,
                Err(_) => {
                    let message = format!("no answer from {} within {:?}", call.provider, timeouts.whole());
                    Failure::in_doubt(Error::new(ErrorKind::Timeout, message)).into()
                }
            },
        };
        let left = !matches!(&attempt.end, AttemptEnd::Failed(failure) if !failure.sent);
        if left {
            let had_left = progress.in_doubt || (progress.was_in_doubt && progress.sent == 0);
            if had_left && !lane.resends_freely(call) {
                self.listener.on_event(&Event::DoubtSentAgain { provider: &call.provider });
            }
            self.listener.on_event(&Event::Sent { provider: &call.provider, again: progress.sent > 0 });
            progress.sent += 1;
        }
        attempt
    }

    async fn after(
        &self,
        keyed: KeyedCall<'_>,
        attempted: &Attempted,
        pass: Pass<'_>,
        end: AttemptEnd,
        progress: &mut CallProgress<'_>,
    ) -> Result<AfterAttempt, LedgerError> {
        let KeyedCall { lane, call, .. } = keyed;
        let failure = match end {
            AttemptEnd::Answered(body) => {
                lane.breaker.answered();
                let end = read(lane, call, &body);
                let no_data = matches!(&end, CallEnd::Reply(Reply::NoData));
                let cost = lane.cost_of_answer(&call.operation, attempted.stated_cost, no_data);
                self.spend(keyed, progress, cost);
                self.settle(keyed, attempted, Settled::Answered { body, no_data, cost }).await?;
                return Ok(AfterAttempt::End(end));
            }
            AttemptEnd::Failed(failure) => failure,
        };
        tracing::debug!(provider = call.provider.as_str(), operation = call.operation.as_str(), error = %failure.error, "attempt failed");
        match failure.blame {
            // The pass is dropped: the failure says nothing about the provider.
            Blame::Target => {}
            Blame::Provider if failure.retryable => {
                let change = pass.failed();
                self.report_change(call, change, &failure.error);
                if let Some(rest) = failure.retry_after {
                    self.rest(lane, call, rest, &failure.error);
                }
            }
            Blame::Provider => lane.breaker.answered(),
        }
        match price::bought(lane.operation(&call.operation), &failure) {
            Bought::Yes => {
                let cost = lane.cost_of_answer(&call.operation, attempted.stated_cost, false);
                self.spend(keyed, progress, cost);
                let Failure { error, body, .. } = failure;
                let error = error.billed(true);
                let unusable = Settled::Unusable { error: error.clone(), body, cost };
                self.settle(keyed, attempted, unusable).await?;
                Ok(AfterAttempt::End(CallEnd::Failed(error)))
            }
            Bought::Maybe => self.after_doubt(keyed, attempted, failure, progress).await,
            Bought::No => self.after_refusal(keyed, attempted, failure, progress).await,
        }
    }

    /// Handles an attempt that was not bought: it is repeated if the failure may pass; otherwise the call has
    /// failed.
    async fn after_refusal(
        &self,
        keyed: KeyedCall<'_>,
        attempted: &Attempted,
        failure: Failure,
        progress: &mut CallProgress<'_>,
    ) -> Result<AfterAttempt, LedgerError> {
        let KeyedCall { lane, call, key, .. } = keyed;
        let repeated = failure.reach == Reach::ProviderIfRepeated && progress.refused_for_credit;
        progress.refused_for_credit |= failure.reach == Reach::ProviderIfRepeated;
        let stops = repeated || matches!(failure.reach, Reach::Provider | Reach::Operation);
        if stops {
            self.stop(lane, call, failure.reach, &failure.error);
        } else if let Some(wait) = self.wait(&failure, progress) {
            self.ledger.take_back(&key, attempted.intent).await?;
            return Ok(AfterAttempt::Again(wait, failure.blame));
        } else if failure.retryable {
            self.used_up(lane, call, &failure);
        }
        let error = failure.error.billed(false);
        if progress.in_doubt {
            // This refusal does not undo the doubt of an earlier attempt, which has a record of its own.
            self.ledger.take_back(&key, attempted.intent).await?;
            return Ok(AfterAttempt::End(self.left_in_doubt(call, Some(&error))));
        }
        self.settle(keyed, attempted, Settled::Failed(error.clone())).await?;
        Ok(AfterAttempt::End(CallEnd::Failed(error)))
    }

    /// Handles an attempt that may have been bought: it is repeated only if that is free, or if the user
    /// chose so.
    async fn after_doubt(
        &self,
        keyed: KeyedCall<'_>,
        attempted: &Attempted,
        failure: Failure,
        progress: &mut CallProgress<'_>,
    ) -> Result<AfterAttempt, LedgerError> {
        let KeyedCall { lane, call, key, .. } = keyed;
        let free = lane.resends_freely(call);
        let resends = free || (lane.sends_doubts_again(call) && !self.settings.once);
        let again = resends.then(|| self.wait(&failure, progress)).flatten();
        if !free {
            self.spend(keyed, progress, lane.price(&call.operation).most);
            progress.in_doubt = true;
            self.settle(keyed, attempted, Settled::InDoubt).await?;
        } else if again.is_some() {
            self.ledger.take_back(&key, attempted.intent).await?;
        }
        if let Some(wait) = again {
            return Ok(AfterAttempt::Again(wait, failure.blame));
        }
        self.used_up(lane, call, &failure);
        if free {
            let error = failure.error.billed(false);
            self.settle(keyed, attempted, Settled::Failed(error.clone())).await?;
            return Ok(AfterAttempt::End(CallEnd::Failed(error)));
        }
        Ok(AfterAttempt::End(self.left_in_doubt(call, Some(&failure.error))))
    }

    /// Spends the reservation; a further attempt reserves anew. A free call has none.
    fn spend(
        &self,
        KeyedCall { lane, call, .. }: KeyedCall<'_>,
        progress: &mut CallProgress<'_>,
        cost: Cost,
    ) {
        if let Some(reservation) = progress.reservation.take() {
            reservation.spend(cost.money);
            let price = lane.operation(&call.operation).price.as_ref();
            let unit = price.map(|price| price.unit.as_str());
            self.listener.on_event(&Event::Spent { provider: &call.provider, cost, unit });
        }
    }

    fn left_in_doubt(&self, call: &Call, why: Option<&Error>) -> CallEnd {
        self.listener.on_event(&Event::InDoubt { provider: &call.provider });
        CallEnd::Failed(in_doubt(call, why))
    }

    /// Ends a call for which the gateway is closed. If an earlier attempt left a doubt, the call stays in
    /// doubt.
    fn closed_end(&self, call: &Call, progress: &CallProgress<'_>, reason: SkipReason) -> CallEnd {
        if progress.in_doubt { self.left_in_doubt(call, None) } else { CallEnd::Closed(reason) }
    }

    /// How long to wait before the next attempt; `None` if this was the last one.
    fn wait(&self, failure: &Failure, progress: &CallProgress<'_>) -> Option<Duration> {
        let retry = &self.settings.retry;
        if !failure.retryable || progress.attempts >= retry.attempts {
            return None;
        }
        let most = retry.base.saturating_mul(1 << (progress.attempts - 1).min(16)).min(retry.cap);
        // Full jitter: callers that failed together must not come back together.
        let wait = most.mul_f64(fastrand::f64()).max(failure.retry_after.unwrap_or_default());
        let elapsed = progress.started.map(|started| started.elapsed()).unwrap_or_default();
        (elapsed + wait <= retry.total).then_some(wait)
    }
}

/// The error of a call that may have been paid for.
pub(super) fn in_doubt(call: &Call, why: Option<&Error>) -> Error {
    let message = match why {
        Some(why) => format!("sent to {} and maybe paid for: {}", call.provider, why.message()),
        None => format!("sent to {} before and maybe paid for; no answer is known", call.provider),
    };
    Error::new(ErrorKind::InDoubt, message).billed(true)
}
