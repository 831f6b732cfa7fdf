//! Sends calls and waits for their answers. This module decides nothing about how an attempt ended.

use std::{future::Future, panic::AssertUnwindSafe, pin::pin, time::Duration};

use futures::FutureExt;

use marl_core::{
    Call, Error, ErrorKind,
    provider::{Attempt, AttemptEnd, Failure, Outgoing},
};
use tokio::time::{Instant, timeout};

use super::{
    Lane, Shared,
    attempt::{CallProgress, KeyedCall},
};
use crate::{event::Event, ledger::Key};

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

    /// Waits for an answer. When the provider's time is up, the gateway waits for the grace period: giving
    /// up would leave a doubt, which a late answer settles. This also gives a process that was suspended time
    /// to receive what has arrived.
    pub(super) async fn wait<T>(self, sending: impl Future<Output = T>) -> Option<T> {
        let mut sending = pin!(sending);
        match timeout(self.answer, &mut sending).await {
            Ok(answer) => Some(answer),
            Err(_) => timeout(self.grace, sending).await.ok(),
        }
    }

    /// The end of an attempt that had no answer in time.
    pub(super) fn passed(self, provider: &str) -> Attempt {
        let message = format!("no answer from {provider} within {:?}", self.whole());
        Failure::in_doubt(Error::new(ErrorKind::Timeout, message)).into()
    }
}

/// The texts that identify a call to its vendor.
pub(super) struct Identity {
    key: String,
    idempotency_key: Option<String>,
}

impl Identity {
    /// The identity of a call whose purchase has this number; 0 is that of no purchase.
    pub(super) fn of(lane: &Lane, call: &Call, key: Key, purchase: i64) -> Self {
        let text = key.to_string();
        let is_keyed = lane.is_keyed(call) && purchase > 0;
        let idempotency_key = is_keyed.then(|| format!("{}-{purchase}", &text[..32]));
        Self { key: text, idempotency_key }
    }

    pub(super) fn outgoing<'a>(&'a self, call: &'a Call) -> Outgoing<'a> {
        Outgoing { call, key: &self.key, idempotency_key: self.idempotency_key.as_deref() }
    }
}

/// Whether any part of the attempt's request left this machine.
pub(super) fn has_left(end: &AttemptEnd) -> bool {
    !matches!(end, AttemptEnd::Failed(failure) if !failure.sent)
}

impl Shared {
    /// How long one attempt of this call may take. A call of a free operation leaves no doubt, and has no
    /// grace period.
    pub(super) fn timeouts(&self, lane: &Lane, call: &Call) -> Timeouts {
        let answer = self.settings.timeout.unwrap_or_else(|| lane.operation(&call.operation).timeout);
        let grace = if lane.resends_freely(call) { Duration::ZERO } else { self.settings.grace };
        Timeouts { answer, grace }
    }

    /// Sends the call in a request of its own, and waits for its answer.
    pub(super) async fn send(&self, keyed: KeyedCall<'_>, purchase: i64, timeouts: Timeouts) -> Attempt {
        let KeyedCall { lane, call, key, .. } = keyed;
        let identity = Identity::of(lane, call, key, purchase);
        let outgoing = identity.outgoing(call);
        let sending = AssertUnwindSafe(lane.provider.send(&outgoing)).catch_unwind();
        match timeouts.wait(sending).await {
            Some(Ok(attempt)) => attempt,
            Some(Err(_)) => {
                let message = format!("the provider `{}` panicked", call.provider);
                Failure::in_doubt(Error::internal(message)).into()
            }
            None => timeouts.passed(&call.provider),
        }
    }

    /// Counts an attempt that ended like this.
    pub(super) fn count_attempt(
        &self,
        KeyedCall { lane, call, .. }: KeyedCall<'_>,
        end: &AttemptEnd,
        began: Instant,
        progress: &mut CallProgress<'_>,
    ) {
        progress.attempts += 1;
        progress.started.get_or_insert(began);
        if has_left(end) {
            let had_left = progress.in_doubt || (progress.was_in_doubt && progress.sent == 0);
            if had_left && !lane.resends_freely(call) && !progress.is_recognised {
                self.listener.on_event(&Event::DoubtSentAgain { provider: &call.provider });
            }
            self.listener.on_event(&Event::Sent { provider: &call.provider, again: progress.sent > 0 });
            progress.sent += 1;
        }
    }
}
