//! The attempts of one call: permission, claim and sending. What the end of an attempt means is for `after` to say.

use std::time::Duration;

use marl_core::{
    Call, CallEnd, Error, ErrorKind, SkipReason,
    provider::{Attempt, AttemptEnd, Blame, Reach},
};
use tokio::time::{Instant, sleep};

use super::{
    KnownEnd, Lane, Shared,
    breaker::Pass,
    budget::Reservation,
    bulk::{BatchQueue, Delivery},
    entry::{Entered, NotSent},
    limit::Admission,
    pending::Ordered,
    rate::UsedUp,
    target::TargetPermit,
};
use crate::{
    event::Event,
    ledger::{Doubt, Ended, Intent, Key, LedgerError, Settled, Wanted},
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
    pub(super) duration: Duration,
    request_id: Option<String>,
    /// What the answer says that it cost, in the vendor's unit.
    pub(super) stated_cost: Option<f64>,
    /// Where the wait before the next attempt lies between nothing and the longest.
    pub(super) jitter: f64,
    /// Whether the end counts for the provider: of the calls in one request, one speaks for all.
    pub(super) speaks: bool,
    /// Whether an answer is also that of the attempts in doubt before this one.
    pub(super) ends_doubts: bool,
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
    pub(super) refused_for_credit: bool,
    pub(super) in_doubt: bool,
    /// Whether the call was in doubt before the latest attempt.
    pub(super) was_in_doubt: bool,
    /// Whether the vendor recognises a repetition of this call, and bills it no second time.
    pub(super) is_recognised: bool,
    pub(super) started: Option<Instant>,
}

/// What follows an attempt.
pub(super) enum AfterAttempt {
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
        admission: Admission,
        target: Option<TargetPermit>,
    ) -> CallEnd {
        let KeyedCall { lane, call, .. } = keyed;
        let mut progress = CallProgress::default();
        let batch_queue = lane.batch_queue(&call.operation);
        let mut admission = Some(admission);
        loop {
            if admission.is_none() {
                admission = tokio::select! {
                    biased;
                    reason = self.closing() => return self.closed_end(keyed, &mut progress, reason),
                    admission = lane.admit(&call.operation) => Some(admission),
                };
            }
            let attempted = match &batch_queue {
                Some(batch_queue) => self.attempt_together(keyed, batch_queue, &mut progress).await,
                None => self.attempt(keyed, &mut progress).await,
            };
            let next = match attempted {
                Ok(next) => next,
                Err(error) => {
                    let error = self.ledger_failed(error);
                    AfterAttempt::End(match progress.in_doubt {
                        true => self.left_in_doubt(keyed, &mut progress, Some(&error)),
                        false => CallEnd::Failed(error),
                    })
                }
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
                    drop((admission, target));
                    return self.await_answer(keyed, ordered, progress.reservation.take()).await;
                }
                AfterAttempt::Again(wait, blame) => {
                    // While a provider fails, few calls find that out. A failing target holds up only its own calls.
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
        let Entered { pass, turn: _turn, slot, intent, purchase, doubt } = entered;
        if let Err(error) = self.ledger.sending(intent).await {
            self.ledger.take_back(&key, intent).await?;
            return Err(error);
        }
        let began = Instant::now();
        let Attempt { end, request_id, cost } = self.send(keyed, purchase, timeouts).await;
        drop(slot);
        let attempted = Attempted::new(intent, began.elapsed(), request_id, cost);
        self.repeats(keyed, doubt, progress);
        Ok(self.ended(keyed, attempted, began, pass, end, progress).await)
    }

    /// As [`Self::attempt`], in a request that carries other calls too.
    async fn attempt_together<'a>(
        &'a self,
        keyed: KeyedCall<'_>,
        batch_queue: &BatchQueue,
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
                let sent = self.send_together(keyed, batch_queue, timeouts, progress.attempts + 1).await;
                sent.map(|delivery| (pass, delivery))
            }
            Err(not_sent) => Err(not_sent),
        };
        let (pass, delivery) = match sent {
            Ok(sent) => sent,
            Err(not_sent) => return self.not_sent(keyed, not_sent, progress).await,
        };
        let Delivery { intent, doubt, attempt, began, duration, jitter, speaks, turn: _turn } = delivery;
        self.repeats(keyed, doubt, progress);
        let Attempt { end, request_id, cost } = attempt;
        let attempted = Attempted { jitter, speaks, ..Attempted::new(intent, duration, request_id, cost) };
        Ok(self.ended(keyed, attempted, began, pass, end, progress).await)
    }

    /// Notes whether the attempt repeats a call in doubt, and whether the vendor recognises that.
    fn repeats(
        &self,
        KeyedCall { lane, call, .. }: KeyedCall<'_>,
        doubt: Option<Doubt>,
        progress: &mut CallProgress<'_>,
    ) {
        let again = lane.again(call, self.timeouts(lane, call));
        progress.was_in_doubt = doubt.is_some();
        progress.is_recognised = match doubt {
            Some(Doubt { age, is_keyed }) => again.recognises(age, is_keyed),
            None => lane.is_keyed(call) && !again.keyed_for.is_zero(),
        };
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
        let KeyedCall { lane, call, .. } = keyed;
        let repeats = progress.in_doubt || progress.was_in_doubt;
        let attempted = Attempted { ends_doubts: repeats && progress.is_recognised, ..attempted };
        self.count_attempt(keyed, &end, began, progress);
        let next = self.after(keyed, &attempted, pass, end, progress).await;
        // The request was sent, and the ledger cannot record how it ended.
        next.unwrap_or_else(|error| {
            let error = self.ledger_failed(error);
            self.spend(keyed, progress, lane.price(&call.operation).most);
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
            NotSent::UsedUp(UsedUp { wait, reach }) => {
                let message = format!("the limit of {} is used up", call.provider);
                let error = Error::new(ErrorKind::RateLimited, message);
                let minutes = wait.as_secs().div_ceil(60);
                let error = error.with_detail(format!("the next request is possible in {minutes} min"));
                self.stop(lane, call, reach, &error);
                self.closed_end(keyed, progress, SkipReason::ProviderStopped)
            }
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
                    // Another process has tried to settle this run's own doubt, in vain.
                    KnownEnd::End(CallEnd::Failed(error))
                        if progress.in_doubt && error.kind() == ErrorKind::InDoubt =>
                    {
                        self.left_in_doubt(keyed, progress, None)
                    }
                    KnownEnd::End(end) => end,
                    KnownEnd::Await(ordered) => {
                        progress.reservation = None;
                        return Ok(AfterAttempt::Await(ordered));
                    }
                    KnownEnd::Send => {
                        return Ok(AfterAttempt::Again(Duration::ZERO, Blame::Provider));
                    }
                },
            },
        };
        Ok(AfterAttempt::End(end))
    }
}
