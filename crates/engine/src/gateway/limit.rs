//! The limits of one provider: calls in flight, attempts per minute, and the pause that it asked for. Limits
//! know no ledger.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, sleep_until},
};

/// The queues of the calls of one provider.
pub(super) struct Limit {
    admissions: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    slots: Arc<Semaphore>,
    rate: Option<DefaultDirectRateLimiter>,
    clock: DefaultClock,
    paused_until: Mutex<Option<Instant>>,
}

/// How many calls are admitted for each slot.
pub(super) const ADMISSIONS_PER_SLOT: usize = 4;

/// The right to make the attempts of a call; freed when it is dropped, after the last attempt.
pub(super) struct Admission(
    #[expect(dead_code, reason = "held for its drop")] pub(super) OwnedSemaphorePermit,
);

/// How many calls may be claimed and not yet stored, for each slot.
const TURNS_PER_SLOT: usize = 2;

/// The right to be claimed before a slot is free; freed when it is dropped, once the end is stored.
pub(super) struct Turn(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

/// The right to have one request in flight; freed when it is dropped.
pub(super) struct Slot(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Limit {
    pub(super) fn new(parallel: usize, per_minute: Option<u32>) -> Self {
        // Attempts are evenly spaced: a burst at the start could exceed the provider's fixed window.
        let quota = per_minute
            .and_then(NonZeroU32::new)
            .and_then(|rate| Quota::with_period(Duration::from_secs(60) / rate.get()));
        let parallel = parallel.max(1);
        let room_for = |calls: usize| Arc::new(Semaphore::new(calls.min(Semaphore::MAX_PERMITS)));
        Self {
            admissions: room_for(parallel.saturating_mul(ADMISSIONS_PER_SLOT)),
            turns: room_for(parallel.saturating_mul(TURNS_PER_SLOT)),
            slots: room_for(parallel),
            rate: quota.map(RateLimiter::direct),
            clock: DefaultClock::default(),
            paused_until: Mutex::new(None),
        }
    }

    /// Waits until few enough calls are admitted. Without this bound, every call of the window would make its
    /// first attempt at a failing provider before any call had made its last.
    pub(super) async fn admit(&self) -> Admission {
        Admission(
            Arc::clone(&self.admissions).acquire_owned().await.expect("the admissions are never closed"),
        )
    }

    /// Waits until few enough calls are claimed and not yet stored: a killed run leaves these calls in doubt.
    pub(super) async fn turn(&self) -> Turn {
        Turn(Arc::clone(&self.turns).acquire_owned().await.expect("the turns are never closed"))
    }

    /// Waits for a slot, the end of a pause and the rate limit.
    pub(super) async fn enter(&self) -> Slot {
        let permit = Arc::clone(&self.slots).acquire_owned().await.expect("the slots are never closed");
        while let Some(until) = self.pause() {
            sleep_until(until).await;
        }
        if let Some(rate) = &self.rate {
            while let Err(early) = rate.check() {
                sleep(early.wait_time_from(self.clock.now())).await;
            }
        }
        Slot(permit)
    }

    /// Pauses all calls, because the provider asked for it. Returns whether the pause is new and long enough
    /// to be reported.
    pub(super) fn pause_for(&self, rest: Duration) -> bool {
        const NOTABLE: Duration = Duration::from_secs(5);
        let now = Instant::now();
        let until = now + rest;
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = paused.is_none_or(|earlier| earlier <= now);
        *paused = Some(paused.map_or(until, |earlier| earlier.max(until)));
        is_new && rest >= NOTABLE
    }

    fn pause(&self) -> Option<Instant> {
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = paused.filter(|until| *until > Instant::now());
        *paused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_every_call() {
        let limit = Limit::new(2, None);
        limit.pause_for(Duration::from_secs(3));
        limit.pause_for(Duration::from_secs(1));
        let started = Instant::now();
        let (_one, _two) = tokio::join!(limit.enter(), limit.enter());
        assert!(started.elapsed() >= Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn slots_bound_what_is_in_flight() {
        let limit = Limit::new(1, None);
        let slot = limit.enter().await;
        let second = tokio::time::timeout(Duration::from_secs(60), limit.enter()).await;
        assert!(second.is_err());
        drop(slot);
        limit.enter().await;
    }
}
