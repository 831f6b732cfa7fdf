//! The attempts of one call, and what the end of each attempt means.
//!
//! | what happened | bought? | in this run |
//! | --- | --- | --- |
//! | not sent | no | the intent is taken back; tried again |
//! | refused | no | tried again after a wait if throttled, else final |
//! | answered with an error | no | tried again if the error may pass |
//! | no complete answer after sending | maybe | tried again if it is free or recognised; else in doubt |
//! | the answer comes later | ordered | its handle is stored, and the vendor is asked for it |
//! | a complete answer that cannot be used, or an error that is billed | yes | final; recorded with its text |

use std::time::Duration;

use marl_core::{
    Call, CallEnd, Error, ErrorKind, Reply, SkipReason,
    provider::{Attempt, AttemptEnd, Blame, Bought, Failure, Operation, Reach},
};
use tokio::time::{Instant, sleep};

use super::{
    Cost, InDoubt, KnownEnd, Lane, Shared,
    breaker::Pass,
    budget::Reservation,
    bulk::{Delivery, Gathering},
    entry::{Entered, NotSent},
    limit::Admission,
    pending::Ordered,
    price, read,
};
use crate::{
    event::Event,
    ledger::{Ended, Intent, Key, LedgerError, Settled, Wanted},
};

/// A call with its key and its lane: everything that stays the same from attempt to attempt.
#[derive(Clone, Copy)]
pub(super) struct KeyedCall<'a> {
    pub(super) lane: &'a Lane,
    pub(super) call: &'a Call,
    pub(super) key: Key,
    pub(super) wanted: Wanted,
}

/// The end of one attempt, with everything that is needed to record it.
pub(super) struct Attempted {
    pub(super) intent: Intent,
    duration: Duration,
    request_id: Option<String>,
    /// What the answer says that it cost, in the vendor's unit.
    stated_cost: Option<f64>,
    /// Where the wait before the next attempt lies between nothing and the longest.
    jitter: f64,
    /// Whether the end counts for the provider: of the calls in one request, one speaks for all.
    speaks: bool,
    /// Whether an answer is also that of the attempts in doubt before this one.
    ends_doubts: bool,
}

impl Attempted {
    pub(super) fn new(
        intent: Intent,
        duration: Duration,
        request_id: Option<String>,
        stated_cost: Option<f64>,
    ) -> Self {
        let jitter = fastrand::f64();
        Self { intent, duration, request_id, stated_cost, jitter, speaks: true, ends_doubts: false }
    }

    pub(super) fn ended(&self, end: Settled) -> Ended {
        let is_open = matches!(end, Settled::Failed(_) | Settled::InDoubt);
        let ends_doubts = self.ends_doubts && !is_open;
        Ended { end, duration: self.duration, request_id: self.request_id.clone(), ends_doubts }
    }
}

/// The progress of a call: everything that changes from attempt to attempt.
#[derive(Default)]
pub(super) struct CallProgress<'a> {
    pub(super) reservation: Option<Reservation<'a>>,
    pub(super) attempts: u32,
    pub(super) sent: u32,
    refused_for_credit: bool,
    pub(super) in_doubt: bool,
    /// Whether an earlier run left the call in doubt.
    pub(super) was_in_doubt: bool,
    /// Whether the vendor recognises a repetition of this call, and bills it no second time.
    pub(super) is_recognised: bool,
    pub(super) started: Option<Instant>,
}

/// What follows an attempt.
enum AfterAttempt {
    End(CallEnd),
    /// The vendor answers later.
    Await(Ordered),
    /// The call is attempted again after this wait.
    Again(Duration, Blame),
}

impl Shared {
    /// Makes attempts until the call has ended.
    pub(super) async fn attempts(
        &self,
        keyed: KeyedCall<'_>,
        doubt: Option<Duration>,
        admission: Admission,
    ) -> CallEnd {
        let KeyedCall { lane, call, .. } = keyed;
        let retries = self.settings.retry_of(lane.operation(&call.operation)).total;
        let is_recognised = doubt.unwrap_or_default() + retries < lane.recognised_for(call);
        let was_in_doubt = doubt.is_some();
        let mut progress = CallProgress { was_in_doubt, is_recognised, ..CallProgress::default() };
        let gathering = lane.gathering(&call.operation);
        let mut admission = Some(admission);
        loop {
            if admission.is_none() {
                admission = tokio::select! {
                    biased;
                    reason = self.closing() => return self.closed_end(keyed, &mut progress, reason),
                    admission = lane.admit(&call.operation) => Some(admission),
                };
            }
            let attempted = match &gathering {
                Some(gathering) => self.attempt_together(keyed, gathering, &mut progress).await,
                None => self.attempt(keyed, &mut progress).await,
            };
            let next = match attempted {
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
                AfterAttempt::Await(ordered) => {
                    // Others are sent meanwhile.
                    drop(admission);
                    return self.await_answer(keyed, ordered, progress.reservation.take()).await;
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
        let KeyedCall { lane, call, key, .. } = keyed;
        let timeouts = self.timeouts(lane, call);
        let entered = match self.enter(keyed, timeouts, progress).await {
            Ok(entered) => entered,
            Err(not_sent) => return self.not_sent(keyed, not_sent, progress).await,
        };
        let Entered { pass, turn: _turn, slot, intent, purchase } = entered;
        if let Err(error) = self.ledger.sending(intent).await {
            self.ledger.take_back(&key, intent).await?;
            return Err(error);
        }
        let began = Instant::now();
        let Attempt { end, request_id, cost } = self.send(keyed, purchase, timeouts).await;
        drop(slot);
        let attempted = Attempted::new(intent, began.elapsed(), request_id, cost);
        Ok(self.ended(keyed, attempted, began, pass, end, progress).await)
    }

    /// As [`Self::attempt`], in a request that carries other calls too.
    async fn attempt_together<'a>(
        &'a self,
        keyed: KeyedCall<'_>,
        gathering: &Gathering,
        progress: &mut CallProgress<'a>,
    ) -> Result<AfterAttempt, LedgerError> {
        let KeyedCall { lane, call, .. } = keyed;
        let timeouts = self.timeouts(lane, call);
        let pass = tokio::select! {
            biased;
            reason = self.closing() => Err(NotSent::Closed(reason)),
            pass = self.pass(keyed, progress) => pass,
        };
        let sent = match pass {
            Ok(pass) => {
                let sent = self.send_together(keyed, gathering, timeouts, progress.attempts + 1).await;
                sent.map(|delivery| (pass, delivery))
            }
            Err(not_sent) => Err(not_sent),
        };
        let (pass, delivery) = match sent {
            Ok(sent) => sent,
            Err(not_sent) => return self.not_sent(keyed, not_sent, progress).await,
        };
        let Delivery { intent, attempt, began, duration, jitter, speaks, turn: _turn } = delivery;
        let Attempt { end, request_id, cost } = attempt;
        let attempted = Attempted { jitter, speaks, ..Attempted::new(intent, duration, request_id, cost) };
        Ok(self.ended(keyed, attempted, began, pass, end, progress).await)
    }

    /// Acts on the end of an attempt that was sent.
    async fn ended(
        &self,
        keyed: KeyedCall<'_>,
        attempted: Attempted,
        began: Instant,
        pass: Pass<'_>,
        end: AttemptEnd,
        progress: &mut CallProgress<'_>,
    ) -> AfterAttempt {
        let repeats = progress.in_doubt || progress.was_in_doubt;
        let attempted = Attempted { ends_doubts: repeats && progress.is_recognised, ..attempted };
        self.count_attempt(keyed, &end, began, progress);
        let next = self.after(keyed, &attempted, pass, end, progress).await;
        // The request was sent, and the ledger cannot record how it ended.
        next.unwrap_or_else(|error| {
            let error = self.ledger_failed(error);
            AfterAttempt::End(self.left_in_doubt(keyed, progress, Some(&error)))
        })
    }

    /// What follows if an attempt is not made.
    async fn not_sent(
        &self,
        keyed: KeyedCall<'_>,
        not_sent: NotSent,
        progress: &mut CallProgress<'_>,
    ) -> Result<AfterAttempt, LedgerError> {
        let KeyedCall { lane, call, key, wanted } = keyed;
        let end = match not_sent {
            NotSent::Ledger(error) => return Err(error),
            NotSent::Closed(reason) => self.closed_end(keyed, progress, reason),
            NotSent::Lost(error) => CallEnd::Failed(error),
            NotSent::NotReady(error) => {
                self.stop(lane, call, Reach::Provider, &error);
                CallEnd::Failed(error)
            }
            NotSent::Known => match self.when_free(key, wanted).await? {
                None => {
                    let reason = self.closing().await;
                    self.closed_end(keyed, progress, reason)
                }
                Some(known) => match self.known_end(lane, call, key, known) {
                    KnownEnd::End(end) => end,
                    KnownEnd::Await(ordered) => {
                        progress.reservation = None;
                        return Ok(AfterAttempt::Await(ordered));
                    }
                    KnownEnd::Send { .. } => {
                        return Ok(AfterAttempt::Again(Duration::ZERO, Blame::Provider));
                    }
                },
            },
        };
        Ok(AfterAttempt::End(end))
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
            AttemptEnd::Pending { handle } => {
                lane.breaker.answered();
                let at = Some(Instant::now() - attempted.duration);
                let ordered = Ordered { intent: attempted.intent, handle: handle.clone(), at };
                self.settle(keyed, attempted, Settled::Pending { handle }).await?;
                return Ok(AfterAttempt::Await(ordered));
            }
            AttemptEnd::Failed(failure) => failure,
        };
        tracing::debug!(provider = call.provider.as_str(), operation = call.operation.as_str(), error = %failure.error, "attempt failed");
        match failure.blame {
            // The pass is dropped: the failure says nothing about the provider, or another call does.
            _ if !attempted.speaks => {}
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
        } else if let Some(wait) = self.wait(lane.operation(&call.operation), &failure, attempted, progress) {
            self.ledger.take_back(&key, attempted.intent).await?;
            return Ok(AfterAttempt::Again(wait, failure.blame));
        } else if failure.retryable && attempted.speaks {
            self.used_up(lane, call, &failure);
        }
        let error = failure.error.billed(false);
        if progress.in_doubt {
            // This refusal does not undo the doubt of an earlier attempt, which has a record of its own.
            self.ledger.take_back(&key, attempted.intent).await?;
            return Ok(AfterAttempt::End(self.left_in_doubt(keyed, progress, Some(&error))));
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
        let operation = lane.operation(&call.operation);
        let free = lane.resends_freely(call);
        let by_choice = lane.settings.in_doubt == InDoubt::Retry && !self.settings.once;
        let resends = free || progress.is_recognised || by_choice;
        let again = resends.then(|| self.wait(operation, &failure, attempted, progress)).flatten();
        if free {
            if again.is_some() {
                self.ledger.take_back(&key, attempted.intent).await?;
            }
        } else {
            // Attempts that the vendor bills together have one record of the doubt, and one price.
            if attempted.ends_doubts {
                self.ledger.take_back(&key, attempted.intent).await?;
            } else {
                self.settle(keyed, attempted, Settled::InDoubt).await?;
            }
            progress.in_doubt = true;
            if !progress.is_recognised {
                self.spend(keyed, progress, lane.price(&call.operation).most);
            }
        }
        if let Some(wait) = again {
            return Ok(AfterAttempt::Again(wait, failure.blame));
        }
        if attempted.speaks {
            self.used_up(lane, call, &failure);
        }
        if free {
            let error = failure.error.billed(false);
            self.settle(keyed, attempted, Settled::Failed(error.clone())).await?;
            return Ok(AfterAttempt::End(CallEnd::Failed(error)));
        }
        Ok(AfterAttempt::End(self.left_in_doubt(keyed, progress, Some(&failure.error))))
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
            let unit = lane.unit(&call.operation);
            self.listener.on_event(&Event::Spent { provider: &call.provider, cost, unit });
        }
    }

    fn left_in_doubt(
        &self,
        keyed: KeyedCall<'_>,
        progress: &mut CallProgress<'_>,
        why: Option<&Error>,
    ) -> CallEnd {
        let KeyedCall { lane, call, .. } = keyed;
        // The price of attempts that the vendor bills together is reserved until here.
        if progress.is_recognised {
            self.spend(keyed, progress, lane.price(&call.operation).most);
        }
        self.listener.on_event(&Event::InDoubt { provider: &call.provider });
        CallEnd::Failed(in_doubt(call, why))
    }

    /// Ends a call for which the gateway is closed. If an earlier attempt left a doubt, the call stays in
    /// doubt.
    fn closed_end(
        &self,
        keyed: KeyedCall<'_>,
        progress: &mut CallProgress<'_>,
        reason: SkipReason,
    ) -> CallEnd {
        if progress.in_doubt { self.left_in_doubt(keyed, progress, None) } else { CallEnd::Closed(reason) }
    }

    /// How long to wait before the next attempt; `None` if this was the last one.
    fn wait(
        &self,
        operation: &Operation,
        failure: &Failure,
        attempted: &Attempted,
        progress: &CallProgress<'_>,
    ) -> Option<Duration> {
        let retry = self.settings.retry_of(operation);
        if !failure.retryable || progress.attempts >= retry.attempts {
            return None;
        }
        let most = retry.base.saturating_mul(1 << (progress.attempts - 1).min(16)).min(retry.cap);
        // Full jitter: callers that failed together must not come back together.
        let wait = most.mul_f64(attempted.jitter).max(failure.retry_after.unwrap_or_default());
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
