//! Admits an attempt: what it waits for before it is sent, and its claim in the ledger.
//!
//! ```text
//! reserve budget -> breaker admits -> provider is ready
//!   -> where the ledger can tell unsent claims: turn -> claim -> slot -> send
//!   -> where it cannot:                         slot -> claim -> send
//! ```

use std::{
    pin::pin,
    time::{Duration, SystemTime},
};

use marl_core::{Error, SkipReason};
use tokio::time::timeout;

use super::{
    Shared,
    attempt::{CallProgress, KeyedCall},
    breaker::Pass,
    limit::{Slot, Turn},
    rate::UsedUp,
    send::Timeouts,
};
use crate::{
    event::Event,
    ledger::{Claim, ClaimRequest, Doubt, Intent, LedgerError},
};

/// A claim: no other process may send the call for now.
struct Claimed {
    intent: Intent,
    purchase: i64,
    doubt: Option<Doubt>,
    at: SystemTime,
}

impl Claimed {
    /// Whether the claim lasts long enough for an attempt. The process may have been suspended since the
    /// claim, or the clock may have been changed.
    fn leaves(&self, timeouts: Timeouts) -> bool {
        self.at.elapsed().is_ok_and(|waited| waited <= timeouts.whole())
    }
}

/// Everything that an attempt needs for sending.
pub(super) struct Entered<'l> {
    pub(super) pass: Pass<'l>,
    /// Held by a call that was claimed before it had a slot.
    pub(super) turn: Option<Turn>,
    pub(super) slot: Slot,
    pub(super) intent: Intent,
    /// The number of the purchase.
    pub(super) purchase: i64,
    /// The doubt that the attempt repeats, if there is one.
    pub(super) doubt: Option<Doubt>,
}

/// Why an attempt is not made.
pub(super) enum NotSent {
    /// The gateway is closed, for all calls or for this provider or operation.
    Closed(SkipReason),
    /// The provider cannot send at all: it has no key, for example.
    NotReady(Error),
    /// Another process has settled the call meanwhile, or is about to.
    Known,
    /// The ledger could not record the claim.
    Ledger(LedgerError),
    /// A limit stays used up for longer than a run waits.
    UsedUp(UsedUp),
    /// The request ended without a result, by a defect.
    Lost(Error),
}

pub(super) const STOPPED: NotSent = NotSent::Closed(SkipReason::ProviderStopped);

impl From<UsedUp> for NotSent {
    fn from(used_up: UsedUp) -> Self {
        Self::UsedUp(used_up)
    }
}

impl From<LedgerError> for NotSent {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// The permission to continue, and in which order.
enum Permit {
    /// Claim the call now, and wait for a slot afterwards.
    Ahead(Turn),
    /// Claim the call and send it: it has its slot.
    Now(Slot),
}

impl Shared {
    /// Waits until the attempt may be made, and claims the call. If the ledger tracks which claims were sent,
    /// the claim is made before a slot is free, so that no slot waits for the disk.
    pub(super) async fn enter<'a, 'l>(
        &'a self,
        keyed: KeyedCall<'l>,
        timeouts: Timeouts,
        progress: &mut CallProgress<'a>,
    ) -> Result<Entered<'l>, NotSent> {
        let KeyedCall { lane, call, key, .. } = keyed;
        let (pass, permit) = tokio::select! {
            biased;
            reason = self.closing() => return Err(NotSent::Closed(reason)),
            permit = self.permit(keyed, progress) => permit?,
        };
        let turn = match permit {
            Permit::Now(slot) => {
                let Claimed { intent, purchase, doubt, .. } =
                    self.claim(keyed, timeouts.whole(), progress).await?;
                return Ok(Entered { pass, turn: None, slot, intent, purchase, doubt });
            }
            Permit::Ahead(turn) => turn,
        };
        // The calls ahead in the queue take no longer than this one may, so a claim for twice that time is
        // enough.
        let claimed = self.claim(keyed, timeouts.whole() * 2, progress).await?;
        let mut entering = pin!(async {
            tokio::select! {
                biased;
                reason = self.closing() => Err(NotSent::Closed(reason)),
                () = lane.breaker.until_stopped(&call.operation) => Err(STOPPED),
                slot = lane.enter(&call.operation, 1) => slot.map_err(NotSent::from),
            }
        });
        let slot = match timeout(timeouts.whole(), &mut entering).await {
            Ok(Ok(slot)) if claimed.leaves(timeouts) => {
                let Claimed { intent, purchase, doubt, .. } = claimed;
                return Ok(Entered { pass, turn: Some(turn), slot, intent, purchase, doubt });
            }
            waited => {
                self.ledger.take_back(&key, claimed.intent).await?;
                waited
            }
        };
        // The call waited so long that other processes would take its claim for abandoned, so it is claimed
        // again.
        let slot = match slot {
            Ok(slot) => slot?,
            Err(_) => entering.await?,
        };
        let Claimed { intent, purchase, doubt, .. } = self.claim(keyed, timeouts.whole(), progress).await?;
        Ok(Entered { pass, turn: Some(turn), slot, intent, purchase, doubt })
    }

    /// Waits for room in the budget, for the breaker, and for a turn or a slot.
    async fn permit<'a, 'l>(
        &'a self,
        keyed: KeyedCall<'l>,
        progress: &mut CallProgress<'a>,
    ) -> Result<(Pass<'l>, Permit), NotSent> {
        let KeyedCall { lane, call, .. } = keyed;
        let pass = self.pass(keyed, progress).await?;
        let ahead = self.ledger.tracks_sending();
        // While this call waits, the provider may refuse the API key for another call.
        let permit = tokio::select! {
            biased;
            () = lane.breaker.until_stopped(&call.operation) => return Err(STOPPED),
            turn = lane.limit.turn(), if ahead => Permit::Ahead(turn),
            slot = lane.enter(&call.operation, 1), if !ahead => Permit::Now(slot?),
        };
        Ok((pass, permit))
    }

    /// Waits for room in the budget and for the breaker.
    pub(super) async fn pass<'a, 'l>(
        &'a self,
        keyed: KeyedCall<'l>,
        progress: &mut CallProgress<'a>,
    ) -> Result<Pass<'l>, NotSent> {
        let KeyedCall { lane, call, .. } = keyed;
        let price = lane.price(&call.operation);
        if progress.reservation.is_none() && !price.is_free {
            let reserved = self.budget.reserve(price.most.money).await;
            progress.reservation = Some(reserved.map_err(|_| {
                self.listener.on_event(&Event::CapReached);
                NotSent::Closed(SkipReason::Budget)
            })?);
        }
        let pass = lane.breaker.admit(&call.operation).await;
        let pass = pass.map_err(|_| STOPPED)?;
        lane.provider.ready().map_err(NotSent::NotReady)?;
        Ok(pass)
    }

    async fn claim(
        &self,
        keyed: KeyedCall<'_>,
        time: Duration,
        progress: &CallProgress<'_>,
    ) -> Result<Claimed, NotSent> {
        let KeyedCall { lane, call, key, wanted } = keyed;
        let price = lane.price(&call.operation);
        let request = ClaimRequest {
            key,
            call,
            scope: &lane.settings.scope,
            again: lane.again(call, self.timeouts(lane, call)),
            is_keyed: lane.is_keyed(call),
            wanted,
            attempt: progress.attempts + 1,
            time,
            price: &price,
        };
        let at = SystemTime::now();
        match self.ledger.claim(&request).await? {
            Claim::Granted { intent, purchase, doubt } => Ok(Claimed { intent, purchase, doubt, at }),
            Claim::Known(_) => Err(NotSent::Known),
        }
    }

    /// Waits until the gateway is closed.
    pub(super) async fn closing(&self) -> SkipReason {
        let mut closed = self.closed.subscribe();
        let reason = closed.wait_for(Option::is_some).await.ok().and_then(|reason| *reason);
        reason.unwrap_or(SkipReason::Interrupted)
    }
}
