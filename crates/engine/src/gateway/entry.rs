//! The way to a slot: what an attempt waits for before it is sent, and its claim in the ledger.

use std::{
    future::Future,
    pin::pin,
    time::{Duration, SystemTime},
};

use marl_core::{Error, SkipReason};
use tokio::time::timeout;

use super::{
    Shared,
    attempt::{Asked, Past, Time},
    breaker::Pass,
    limit::{Slot, Turn},
};
use crate::{
    event::Event,
    ledger::{Asking, Claim, Intent, LedgerError},
};

/// A call that nobody else may send for now.
struct Claimed {
    intent: Intent,
    at: SystemTime,
}

impl Claimed {
    /// Whether enough of its time is left for an attempt. A process can be stopped for long, and
    /// a clock set anew.
    fn leaves(&self, time: Time) -> bool {
        self.at.elapsed().is_ok_and(|waited| waited <= time.whole())
    }
}

/// All that it takes to send.
pub(super) struct Entered<'l> {
    pub(super) pass: Pass<'l>,
    /// Of a call that was claimed ahead.
    pub(super) turn: Option<Turn>,
    pub(super) slot: Slot,
    pub(super) intent: Intent,
}

/// Why an attempt is not made.
pub(super) enum Halt {
    /// Nothing more is sent, or not to this provider.
    Closed(SkipReason),
    /// The provider cannot be asked at all.
    NotReady(Error),
    /// Somebody else settled the call meanwhile, or is about to.
    Known,
    /// Nothing could be recorded.
    Ledger(LedgerError),
}

impl From<LedgerError> for Halt {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl Shared {
    /// Waits until the attempt may be made, and claims it: before its slot is free where a claim
    /// that was never sent can be told from others, so that the disk is not waited for in it.
    pub(super) async fn enter<'a, 'l>(
        &'a self,
        asked: Asked<'l>,
        time: Time,
        past: &mut Past<'a>,
    ) -> Result<Entered<'l>, Halt> {
        let Asked { lane, call, .. } = asked;
        if past.reservation.is_none() {
            let reserved = self.until_closed(self.budget.reserve(lane.price(&call.operation))).await?;
            past.reservation = Some(reserved.map_err(|_| {
                self.listener.hear(&Event::CapReached);
                Halt::Closed(SkipReason::Budget)
            })?);
        }
        let pass = self.until_closed(lane.breaker.admit(&call.operation)).await?;
        let pass = pass.map_err(|_| Halt::Closed(SkipReason::ProviderStopped))?;
        lane.provider.ready().map_err(Halt::NotReady)?;
        if !self.ledger.tells_unsent() {
            let slot = self.until_stopped(asked, lane.limit.enter()).await?;
            let intent = self.claim(asked, time.whole(), past).await?.intent;
            return Ok(Entered { pass, turn: None, slot, intent });
        }
        let turn = self.until_stopped(asked, lane.limit.turn()).await?;
        // Those before it take no longer than it may itself.
        let claimed = self.claim(asked, time.whole() * 2, past).await?;
        let mut entering = pin!(self.until_stopped(asked, lane.limit.enter()));
        let slot = match timeout(time.whole(), &mut entering).await {
            Ok(Ok(slot)) if claimed.leaves(time) => {
                return Ok(Entered { pass, turn: Some(turn), slot, intent: claimed.intent });
            }
            waited => {
                self.ledger.take_back(&asked.key, claimed.intent).await?;
                waited
            }
        };
        // It waited so long that others would take it for lost.
        let slot = match slot {
            Ok(slot) => slot?,
            Err(_) => entering.await?,
        };
        let intent = self.claim(asked, time.whole(), past).await?.intent;
        Ok(Entered { pass, turn: Some(turn), slot, intent })
    }

    async fn claim(&self, asked: Asked<'_>, time: Duration, past: &Past<'_>) -> Result<Claimed, Halt> {
        let Asked { lane, call, key, refresh } = asked;
        let asking = Asking {
            key,
            call,
            scope: &lane.settings.scope,
            again: lane.sends_doubts_again(call),
            refresh,
            attempt: past.tries + 1,
            time,
            price: lane.price(&call.operation),
        };
        let at = SystemTime::now();
        match self.ledger.claim(&asking).await? {
            Claim::Granted(intent) => Ok(Claimed { intent, at }),
            Claim::Known(_) => Err(Halt::Known),
        }
    }

    /// Waits for `leave`, unless the gateway is closed before.
    async fn until_closed<T>(&self, leave: impl Future<Output = T>) -> Result<T, Halt> {
        tokio::select! {
            biased;
            reason = self.closing() => Err(Halt::Closed(reason)),
            leave = leave => Ok(leave),
        }
    }

    /// The same, unless the key is refused to another call before.
    async fn until_stopped<T>(
        &self,
        Asked { lane, call, .. }: Asked<'_>,
        leave: impl Future<Output = T>,
    ) -> Result<T, Halt> {
        let leave = async {
            tokio::select! {
                biased;
                () = lane.breaker.until_stopped(&call.operation) => Err(SkipReason::ProviderStopped),
                leave = leave => Ok(leave),
            }
        };
        self.until_closed(leave).await?.map_err(Halt::Closed)
    }

    /// Waits until the gateway is closed.
    pub(super) async fn closing(&self) -> SkipReason {
        let mut closed = self.closed.subscribe();
        let reason = closed.wait_for(Option::is_some).await.ok().and_then(|reason| *reason);
        reason.unwrap_or(SkipReason::Interrupted)
    }
}
