//! What the end of an attempt means: for the budget, for the ledger, and for the next attempt.
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
    provider::{AttemptEnd, Blame, Bought, Failure, Operation, Reach},
};
use tokio::time::Instant;

use super::{
    Cost, InDoubt, Lane, Shared,
    attempt::{AfterAttempt, Attempted, CallProgress, KeyedCall},
    breaker::Pass,
    pending::Ordered,
    price, read,
};
use crate::{
    event::Event,
    ledger::{LedgerError, Settled},
};

/// The end of a call that the vendor may bill: what it means, what it costs, and its record.
pub(super) struct PaidEnd {
    pub(super) end: CallEnd,
    pub(super) cost: Cost,
    pub(super) record: Settled,
}

impl PaidEnd {
    /// A complete answer. `stated` is the cost in the answer, in the vendor's unit.
    pub(super) fn answered(lane: &Lane, call: &Call, body: String, stated: Option<f64>) -> Self {
        let end = read(lane, call, &body);
        let no_data = matches!(&end, CallEnd::Reply(Reply::NoData));
        let cost = lane.cost_of_answer(&call.operation, stated, no_data);
        Self { end, cost, record: Settled::Answered { body, no_data, cost } }
    }

    /// An answer that cannot be used, or an error that is billed.
    pub(super) fn unusable(lane: &Lane, call: &Call, failure: Failure, stated: Option<f64>) -> Self {
        let cost = lane.cost_of_answer(&call.operation, stated, false);
        let Failure { error, body, .. } = failure;
        let error = error.billed(true);
        let record = Settled::Unusable { error: error.clone(), body, cost };
        Self { end: CallEnd::Failed(error), cost, record }
    }
}

impl Shared {
    /// Acts on the end of an attempt: stores it, and says what follows.
    pub(super) async fn after(
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
                let PaidEnd { end, cost, record } =
                    PaidEnd::answered(lane, call, body, attempted.stated_cost);
                self.spend(keyed, progress, cost);
                self.settle(keyed, attempted, record).await?;
                return Ok(AfterAttempt::End(end));
            }
            AttemptEnd::Pending { handle } => {
                lane.breaker.answered();
                let at = Some(Instant::now() - attempted.duration);
                let ordered = Ordered { intent: attempted.intent, handle: handle.clone(), at };
                // The handle is not lost with the ledger.
                let lost = |error: LedgerError| {
                    LedgerError(format!(
                        "{error}; {} answers later, under the handle `{}`",
                        call.provider, ordered.handle
                    ))
                };
                self.settle(keyed, attempted, Settled::Pending { handle }).await.map_err(lost)?;
                return Ok(AfterAttempt::Await(ordered));
            }
            // Only a call that was ordered can be given up.
            AttemptEnd::GivenUp(error) => Failure::refused(error),
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
                let PaidEnd { end, cost, record } =
                    PaidEnd::unusable(lane, call, failure, attempted.stated_cost);
                self.spend(keyed, progress, cost);
                self.settle(keyed, attempted, record).await?;
                Ok(AfterAttempt::End(end))
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

    /// Handles an attempt that may have been bought: it is repeated only if that is free, if the vendor
    /// recognises the repetition, or if the user chose to.
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
    pub(super) fn spend(
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

    /// Ends a call that may have been paid for.
    pub(super) fn left_in_doubt(
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
    pub(super) fn closed_end(
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
