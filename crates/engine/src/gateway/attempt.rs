//! The attempts of one call, and what the end of each means.
//!
//! | what happened | bought? | in this run |
//! | --- | --- | --- |
//! | not sent | no | intent taken back, tried again |
//! | refused | no | by kind: waits when throttled, else final |
//! | answered with an error | no | tried again if it may pass |
//! | no whole answer after sending | maybe | a free operation is tried again; else in doubt |
//! | a whole answer of no use, or an error that is billed | yes | recorded, final, and never asked again by itself |

use std::time::Duration;

use marl_core::{
    Call, CallEnd, Error, ErrorKind, Reply, SkipReason,
    provider::{Attempt, AttemptEnd, Bought, Failure, Reach},
};
use tokio::time::{Instant, sleep, timeout};

use super::{
    Lane, Shared, breaker,
    breaker::Pass,
    budget::Reservation,
    entry::{Entered, Halt},
    read,
};
use crate::{
    event::Event,
    ledger::{Ended, Intent, Key, LedgerError, Settled},
};

/// What stays the same from attempt to attempt.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) lane: &'a Lane,
    pub(super) call: &'a Call,
    pub(super) key: Key,
    pub(super) refresh: bool,
}

/// What one attempt came to, and what is needed to record it.
struct Attempted {
    intent: Intent,
    duration: Duration,
    request_id: Option<String>,
}

impl Attempted {
    fn ended(&self, end: Settled) -> Ended {
        Ended { end, duration: self.duration, request_id: self.request_id.clone() }
    }
}

/// What is remembered from attempt to attempt.
#[derive(Default)]
pub(super) struct Past<'a> {
    pub(super) reservation: Option<Reservation<'a>>,
    pub(super) tries: u32,
    sent: u32,
    refused_for_credit: bool,
    in_doubt: bool,
    /// An earlier run left it in doubt.
    was_in_doubt: bool,
    begun: Option<Instant>,
}

/// How long an attempt may take.
#[derive(Clone, Copy)]
pub(super) struct Time {
    /// Until there is an answer.
    pub(super) answer: Duration,
    /// For reading on after that.
    pub(super) grace: Duration,
}

impl Time {
    pub(super) fn whole(self) -> Duration {
        self.answer + self.grace
    }
}

/// What follows an attempt.
enum Next {
    End(CallEnd),
    Again(Duration),
}

impl Shared {
    /// Attempts the call until it has an end.
    pub(super) async fn attempts(
        &self,
        lane: &Lane,
        call: &Call,
        key: Key,
        refresh: bool,
        was_in_doubt: bool,
    ) -> CallEnd {
        let asked = Asked { lane, call, key, refresh };
        let mut past = Past { was_in_doubt, ..Past::default() };
        loop {
            let next = match self.attempt(asked, &mut past).await {
                Ok(next) => next,
                Err(error) => Next::End(CallEnd::Failed(self.ledger_failed(error))),
            };
            match next {
                Next::End(end) => return end,
                Next::Again(wait) => {
                    tokio::select! {
                        () = sleep(wait) => {}
                        _ = self.closing() => {}
                        () = lane.breaker.until_stopped(&call.operation) => {}
                    }
                }
            }
        }
    }

    /// One attempt: budget, leave, intent, slot, send, and what came of it.
    async fn attempt<'a>(&'a self, asked: Asked<'_>, past: &mut Past<'a>) -> Result<Next, LedgerError> {
        let Asked { lane, call, key, refresh } = asked;
        let time = self.time(lane, call);
        let Entered { pass, turn: _turn, slot, intent } = match self.enter(asked, time, past).await {
            Ok(entered) => entered,
            Err(Halt::Ledger(error)) => return Err(error),
            Err(Halt::Closed(reason)) => return Ok(self.close_call(call, past, reason)),
            Err(Halt::NotReady(error)) => {
                self.stop(lane, call, Reach::Provider, &error);
                return Ok(Next::End(CallEnd::Failed(error)));
            }
            Err(Halt::Known) => {
                let Some(known) = self.when_free(key, refresh).await? else {
                    let reason = self.closing().await;
                    return Ok(self.close_call(call, past, reason));
                };
                let end = self.known_end(lane, call, key, known);
                return Ok(end.map_or(Next::Again(Duration::ZERO), Next::End));
            }
        };
        if let Err(error) = self.ledger.sending(intent).await {
            self.ledger.take_back(&key, intent).await?;
            return Err(error);
        }
        let begun = Instant::now();
        let attempt = self.send(asked, time, past).await;
        drop(slot);
        let attempted = Attempted { intent, duration: begun.elapsed(), request_id: attempt.request_id };
        let next = self.after(asked, &attempted, pass, attempt.end, past).await;
        // It left, and the record will not say how it ended.
        Ok(next.unwrap_or_else(|error| self.left_in_doubt(call, Some(&self.ledger_failed(error)))))
    }

    /// The provider's time for an answer, and how long is read on after it.
    fn time(&self, lane: &Lane, call: &Call) -> Time {
        let answer = self.settings.timeout.unwrap_or_else(|| lane.provider.timeout(&call.operation));
        let grace = if lane.resends_freely(call) { Duration::ZERO } else { self.settings.grace };
        Time { answer, grace }
    }

    /// Sends within the provider's time. When that is up the request is read on for a while:
    /// giving up leaves a doubt, and a late answer settles it. A free operation has no doubt.
    async fn send(&self, Asked { lane, call, .. }: Asked<'_>, time: Time, past: &mut Past<'_>) -> Attempt {
        past.tries += 1;
        past.begun.get_or_insert_with(Instant::now);
        let mut sending = lane.provider.send(call);
        let attempt = match timeout(time.answer, &mut sending).await {
            Ok(attempt) => attempt,
            Err(_) => match timeout(time.grace, &mut sending).await {
                Ok(attempt) => attempt,
                Err(_) => {
                    let message = format!("no answer from {} within {:?}", call.provider, time.whole());
                    Failure::in_doubt(Error::new(ErrorKind::Timeout, message)).into()
                }
            },
        };
        let left = !matches!(&attempt.end, AttemptEnd::Failed(failure) if !failure.sent);
        if left {
            let had_left = past.in_doubt || (past.was_in_doubt && past.sent == 0);
            if had_left && !lane.resends_freely(call) {
                self.listener.hear(&Event::DoubtSentAgain { provider: &call.provider });
            }
            self.listener.hear(&Event::Sent { provider: &call.provider, again: past.sent > 0 });
            past.sent += 1;
        }
        attempt
    }

    async fn after(
        &self,
        asked: Asked<'_>,
        attempted: &Attempted,
        pass: Pass<'_>,
        end: AttemptEnd,
        past: &mut Past<'_>,
    ) -> Result<Next, LedgerError> {
        let Asked { lane, call, .. } = asked;
        let failure = match end {
            AttemptEnd::Answered(body) => {
                lane.breaker.answered();
                self.spend(asked, past);
                let end = read(lane, call, &body);
                let no_data = matches!(&end, CallEnd::Reply(Reply::NoData));
                self.settle(asked, attempted, Settled::Answered { body, no_data }).await?;
                return Ok(Next::End(end));
            }
            AttemptEnd::Failed(failure) => failure,
        };
        tracing::debug!(provider = call.provider.as_str(), operation = call.operation.as_str(), error = %failure.error, "attempt failed");
        if failure.retryable {
            let change = pass.failed();
            self.tell(call, change, &failure.error);
        } else {
            lane.breaker.answered();
        }
        if let Some(rest) = failure.retry_after.filter(|_| failure.retryable) {
            self.rest(lane, call, rest, &failure.error);
        }
        match failure.bought {
            Bought::Yes => {
                self.spend(asked, past);
                let Failure { error, body, .. } = failure;
                self.settle(asked, attempted, Settled::Unusable { error: error.clone(), body }).await?;
                Ok(Next::End(CallEnd::Failed(error)))
            }
            Bought::Maybe => self.after_doubt(asked, attempted, failure, past).await,
            Bought::No => self.after_refusal(asked, attempted, failure, past).await,
        }
    }

    /// The provider asks for a rest: everyone takes it, unless it is longer than a run waits.
    fn rest(&self, lane: &Lane, call: &Call, rest: Duration, error: &Error) {
        if rest > self.settings.retry.total {
            let error = error.clone().with_detail(format!("asks to wait {} s", rest.as_secs()));
            return self.stop(lane, call, Reach::Provider, &error);
        }
        let provider = &call.provider;
        if lane.limit.pause_for(rest) {
            self.listener.hear(&Event::ProviderRests { provider, rest });
        }
    }

    /// Not bought: tried again if it may pass, and at the last the call has failed.
    async fn after_refusal(
        &self,
        asked: Asked<'_>,
        attempted: &Attempted,
        failure: Failure,
        past: &mut Past<'_>,
    ) -> Result<Next, LedgerError> {
        let Asked { lane, call, key, .. } = asked;
        let repeated = failure.reach == Reach::ProviderIfRepeated && past.refused_for_credit;
        past.refused_for_credit |= failure.reach == Reach::ProviderIfRepeated;
        let stops = repeated || matches!(failure.reach, Reach::Provider | Reach::Operation);
        if stops {
            self.stop(lane, call, failure.reach, &failure.error);
        } else if let Some(wait) = self.wait(&failure, past) {
            self.ledger.take_back(&key, attempted.intent).await?;
            return Ok(Next::Again(wait));
        } else if failure.retryable {
            self.tell(call, lane.breaker.used_up(), &failure.error);
        }
        let error = failure.error.billed(false);
        if past.in_doubt {
            // A later refusal does not undo an earlier doubt, which has its own record.
            self.ledger.take_back(&key, attempted.intent).await?;
            return Ok(self.left_in_doubt(call, Some(&error)));
        }
        self.settle(asked, attempted, Settled::Failed(error.clone())).await?;
        Ok(Next::End(CallEnd::Failed(error)))
    }

    /// Maybe bought: sent again only where that is free or wished for.
    async fn after_doubt(
        &self,
        asked: Asked<'_>,
        attempted: &Attempted,
        failure: Failure,
        past: &mut Past<'_>,
    ) -> Result<Next, LedgerError> {
        let Asked { lane, call, key, .. } = asked;
        let free = lane.resends_freely(call);
        let resends = free || (lane.sends_doubts_again(call) && !self.settings.once);
        let again = resends.then(|| self.wait(&failure, past)).flatten();
        if !free {
            self.spend(asked, past);
            past.in_doubt = true;
            self.settle(asked, attempted, Settled::InDoubt).await?;
        } else if again.is_some() {
            self.ledger.take_back(&key, attempted.intent).await?;
        }
        if let Some(wait) = again {
            return Ok(Next::Again(wait));
        }
        self.tell(call, lane.breaker.used_up(), &failure.error);
        if free {
            let error = failure.error.billed(false);
            self.settle(asked, attempted, Settled::Failed(error.clone())).await?;
            return Ok(Next::End(CallEnd::Failed(error)));
        }
        Ok(self.left_in_doubt(call, Some(&failure.error)))
    }

    async fn settle(&self, asked: Asked<'_>, attempted: &Attempted, end: Settled) -> Result<(), LedgerError> {
        self.ledger.settle(&asked.key, attempted.intent, attempted.ended(end)).await
    }

    /// What was reserved is spent; a further attempt reserves anew.
    fn spend(&self, Asked { lane, call, .. }: Asked<'_>, past: &mut Past<'_>) {
        if let Some(reservation) = past.reservation.take() {
            reservation.spend();
            self.listener.hear(&Event::Spent { price: lane.price(&call.operation) });
        }
    }

    fn left_in_doubt(&self, call: &Call, why: Option<&Error>) -> Next {
        self.listener.hear(&Event::InDoubt { provider: &call.provider });
        Next::End(CallEnd::Failed(in_doubt(call, why)))
    }

    /// The gateway is closed for this call. A doubt of an earlier attempt stays one.
    fn close_call(&self, call: &Call, past: &Past<'_>, reason: SkipReason) -> Next {
        if past.in_doubt { self.left_in_doubt(call, None) } else { Next::End(CallEnd::Closed(reason)) }
    }

    /// How long to wait before the next attempt; `None` when this was the last.
    fn wait(&self, failure: &Failure, past: &Past<'_>) -> Option<Duration> {
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
            self.listener.hear(&Event::ProviderStopped { provider: &call.provider, operation, error });
        }
    }

    fn tell(&self, call: &Call, change: breaker::Change, error: &Error) {
        let provider = &call.provider;
        match change {
            breaker::Change::None => {}
            breaker::Change::Waits(wait) => self.listener.hear(&Event::ProviderWaits { provider, wait }),
            breaker::Change::Stopped => {
                self.listener.hear(&Event::ProviderStopped { provider, operation: None, error });
            }
        }
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
