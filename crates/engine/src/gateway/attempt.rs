//! The attempts of one call, and what the end of each means.
//!
//! | what happened | bought? | in this run |
//! | --- | --- | --- |
//! | not sent | no | intent taken back, tried again |
//! | refused | no | by kind: waits when throttled, else final |
//! | answered with an error | by the provider's card | tried again if it may pass |
//! | no whole answer after sending | maybe | a free operation is tried again; else in doubt |
//! | a whole answer of no use | yes | final, and never asked again by itself |

use std::time::Duration;

use marl_core::{
    Call, CallEnd, Error, ErrorKind, SkipReason,
    provider::{Attempt, AttemptEnd, Bought, Failure, Reach},
};
use tokio::time::{Instant, sleep, timeout};

use super::{Lane, Shared, breaker, breaker::Pass, ledger_failed, read};
use crate::{
    event::Event,
    ledger::{Claim, Intent, Key, Known, LedgerError, Settled},
};

/// What is remembered from attempt to attempt.
#[derive(Default)]
struct Past {
    tries: u32,
    sent: u32,
    refused_for_credit: bool,
    in_doubt: bool,
    begun: Option<Instant>,
}

/// What follows an attempt.
enum Next {
    End(CallEnd),
    Again(Duration),
}

impl Shared {
    /// Attempts the call until it has an end.
    pub(super) async fn attempts(&self, lane: &Lane, call: &Call, key: Key) -> CallEnd {
        let _place = tokio::select! {
            biased;
            reason = self.closing() => return CallEnd::Closed(reason),
            place = lane.limit.begin() => place,
        };
        let mut past = Past::default();
        loop {
            let next = match self.attempt(lane, call, key, &mut past).await {
                Ok(next) => next,
                Err(error) => Next::End(CallEnd::Failed(ledger_failed(error))),
            };
            match next {
                Next::End(end) => return end,
                Next::Again(wait) => {
                    tokio::select! {
                        () = sleep(wait) => {}
                        _ = self.closing() => {}
                    }
                }
            }
        }
    }

    /// One attempt: leave, slot, intent, send, and what came of it.
    async fn attempt(
        &self,
        lane: &Lane,
        call: &Call,
        key: Key,
        past: &mut Past,
    ) -> Result<Next, LedgerError> {
        let entered = async {
            let pass = lane.breaker.admit(&call.operation).await.map_err(|_| SkipReason::ProviderStopped)?;
            if let Err(error) = lane.provider.ready() {
                return Ok(Err(error));
            }
            let slot = lane.limit.enter().await;
            // While it waited, the key may have been refused to another call.
            if lane.breaker.stopped(&call.operation) {
                return Err(SkipReason::ProviderStopped);
            }
            Ok(Ok((pass, slot)))
        };
        let entered = tokio::select! {
            biased;
            reason = self.closing() => Err(reason),
            entered = entered => entered,
        };
        let (pass, slot) = match entered {
            Ok(Ok(entered)) => entered,
            Ok(Err(error)) => {
                self.stop(lane, call, Reach::Provider, &error);
                return Ok(Next::End(CallEnd::Failed(error)));
            }
            Err(reason) => return self.close_call(call, key, past, reason).await,
        };
        let intent = match self.ledger.claim(&key, call, lane.sends_doubts_again(call)).await? {
            Claim::Granted(intent) => intent,
            Claim::Known(known) => {
                let end = self.known_end(lane, call, known);
                return Ok(end.map_or(Next::Again(Duration::ZERO), Next::End));
            }
        };
        let attempt = self.send(lane, call, past).await;
        drop(slot);
        self.after(lane, call, key, intent, pass, attempt, past).await
    }

    /// Sends within the provider's time. When that is up the request is read on for a while:
    /// giving up leaves a doubt, and a late answer settles it. A free operation has no doubt.
    async fn send(&self, lane: &Lane, call: &Call, past: &mut Past) -> Attempt {
        past.tries += 1;
        past.begun.get_or_insert_with(Instant::now);
        if past.in_doubt && !lane.resends_freely(call) {
            self.listener.hear(&Event::DoubtSentAgain { provider: call.provider });
        }
        let time = self.settings.timeout.unwrap_or_else(|| (lane.provider.card().timeout)(&call.operation));
        let grace = if lane.resends_freely(call) { Duration::ZERO } else { self.settings.grace };
        let mut sending = lane.provider.send(call);
        let attempt = match timeout(time, &mut sending).await {
            Ok(attempt) => attempt,
            Err(_) => match timeout(grace, &mut sending).await {
                Ok(attempt) => attempt,
                Err(_) => {
                    let message = format!("no answer from {} within {:?}", call.provider, time + grace);
                    Failure::in_doubt(Error::new(ErrorKind::Timeout, message)).into()
                }
            },
        };
        let left = !matches!(&attempt.end, AttemptEnd::Failed(failure) if !failure.sent);
        if left {
            self.listener.hear(&Event::Sent { provider: call.provider, again: past.sent > 0 });
            past.sent += 1;
        }
        attempt
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one attempt, used nowhere else")]
    async fn after(
        &self,
        lane: &Lane,
        call: &Call,
        key: Key,
        intent: Intent,
        pass: Pass<'_>,
        attempt: Attempt,
        past: &mut Past,
    ) -> Result<Next, LedgerError> {
        let failure = match attempt.end {
            AttemptEnd::Answered(body) => {
                lane.breaker.answered();
                let end = read(lane, call, &body);
                self.ledger.settle(&key, intent, Settled::Answered(body)).await?;
                return Ok(Next::End(end));
            }
            AttemptEnd::Failed(failure) => failure,
        };
        tracing::debug!(provider = call.provider, operation = call.operation, error = %failure.error, "attempt failed");
        if failure.retryable {
            let change = pass.failed();
            self.tell(call, change, &failure.error);
        } else {
            lane.breaker.answered();
        }
        if let Some(rest) = failure.retry_after {
            lane.limit.pause_for(rest);
        }
        match failure.bought {
            Bought::Yes => {
                self.ledger.settle(&key, intent, Settled::Unusable(failure.error.clone())).await?;
                Ok(Next::End(CallEnd::Failed(failure.error)))
            }
            Bought::Maybe => self.after_doubt(lane, call, key, intent, failure, past).await,
            Bought::No => self.after_refusal(lane, call, key, intent, failure, past).await,
        }
    }

    /// Not bought: tried again if it may pass, and at the last the call has failed.
    async fn after_refusal(
        &self,
        lane: &Lane,
        call: &Call,
        key: Key,
        intent: Intent,
        failure: Failure,
        past: &mut Past,
    ) -> Result<Next, LedgerError> {
        let repeated = failure.reach == Reach::ProviderIfRepeated && past.refused_for_credit;
        past.refused_for_credit |= failure.reach == Reach::ProviderIfRepeated;
        let stops = repeated || matches!(failure.reach, Reach::Provider | Reach::Operation);
        if stops {
            self.stop(lane, call, failure.reach, &failure.error);
        } else if let Some(wait) = self.wait(&failure, past) {
            self.ledger.take_back(&key, intent).await?;
            return Ok(Next::Again(wait));
        } else if failure.retryable {
            self.tell(call, lane.breaker.used_up(), &failure.error);
        }
        let error = failure.error.billed(lane.provider.card().bills_errors);
        if past.in_doubt {
            // A later refusal does not undo an earlier doubt.
            return self.leave_in_doubt(call, key, intent, Some(&error)).await;
        }
        self.ledger.settle(&key, intent, Settled::Failed(error.clone())).await?;
        Ok(Next::End(CallEnd::Failed(error)))
    }

    /// Maybe bought: sent again only where that is free or wished for.
    async fn after_doubt(
        &self,
        lane: &Lane,
        call: &Call,
        key: Key,
        intent: Intent,
        failure: Failure,
        past: &mut Past,
    ) -> Result<Next, LedgerError> {
        let free = lane.resends_freely(call);
        let again = lane.sends_doubts_again(call).then(|| self.wait(&failure, past)).flatten();
        if let Some(wait) = again {
            if free {
                self.ledger.take_back(&key, intent).await?;
            } else {
                past.in_doubt = true;
                self.ledger.settle(&key, intent, Settled::InDoubt).await?;
            }
            return Ok(Next::Again(wait));
        }
        self.tell(call, lane.breaker.used_up(), &failure.error);
        if free {
            let error = failure.error.billed(false);
            self.ledger.settle(&key, intent, Settled::Failed(error.clone())).await?;
            return Ok(Next::End(CallEnd::Failed(error)));
        }
        self.leave_in_doubt(call, key, intent, Some(&failure.error)).await
    }

    async fn leave_in_doubt(
        &self,
        call: &Call,
        key: Key,
        intent: Intent,
        why: Option<&Error>,
    ) -> Result<Next, LedgerError> {
        self.ledger.settle(&key, intent, Settled::InDoubt).await?;
        self.listener.hear(&Event::InDoubt { provider: call.provider });
        Ok(Next::End(CallEnd::Failed(in_doubt(call, why))))
    }

    /// The gateway is closed for this call. A doubt of an earlier attempt stays one.
    async fn close_call(
        &self,
        call: &Call,
        key: Key,
        past: &Past,
        reason: SkipReason,
    ) -> Result<Next, LedgerError> {
        if past.in_doubt {
            let known = self.ledger.look_up(&key).await?;
            debug_assert!(matches!(known, Known::InDoubt { .. }));
            self.listener.hear(&Event::InDoubt { provider: call.provider });
            return Ok(Next::End(CallEnd::Failed(in_doubt(call, None))));
        }
        Ok(Next::End(CallEnd::Closed(reason)))
    }

    /// How long to wait before the next attempt; `None` when this was the last.
    fn wait(&self, failure: &Failure, past: &Past) -> Option<Duration> {
        let retry = &self.settings.retry;
        if !failure.retryable || past.tries >= retry.attempts {
            return None;
        }
        let most = retry.base.saturating_mul(1 << (past.tries - 1).min(16)).min(retry.cap);
        // Full jitter: callers that failed together do not come back together.
        let wait = most.mul_f64(fastrand::f64()).max(failure.retry_after.unwrap_or_default());
        let elapsed = past.begun.map(|begun| begun.elapsed()).unwrap_or_default();
        (elapsed + wait <= retry.total).then_some(wait)
    }

    fn stop(&self, lane: &Lane, call: &Call, reach: Reach, error: &Error) {
        let operation = (reach == Reach::Operation).then_some(call.operation.as_str());
        let first = match operation {
            Some(operation) => lane.breaker.stop_operation(operation),
            None => lane.breaker.stop(),
        };
        if first {
            self.listener.hear(&Event::ProviderStopped { provider: call.provider, operation, error });
        }
    }

    fn tell(&self, call: &Call, change: breaker::Change, error: &Error) {
        let provider = call.provider;
        match change {
            breaker::Change::None => {}
            breaker::Change::Waits(wait) => self.listener.hear(&Event::ProviderWaits { provider, wait }),
            breaker::Change::Stopped => {
                self.listener.hear(&Event::ProviderStopped { provider, operation: None, error });
            }
        }
    }

    /// Waits until the gateway is closed.
    async fn closing(&self) -> SkipReason {
        let mut closed = self.closed.subscribe();
        let reason = closed.wait_for(Option::is_some).await.ok().and_then(|reason| *reason);
        reason.unwrap_or(SkipReason::Interrupted)
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
