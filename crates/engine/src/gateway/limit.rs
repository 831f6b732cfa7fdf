//! The limits of one provider: requests in flight, requests within each window, and the pause that it asked
//! for. Limits know no ledger.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use super::rate::{Rates, UsedUp};

/// The queues of the calls of one provider.
pub(super) struct Limit {
    admissions: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    slots: Arc<Semaphore>,
    rates: Rates,
    /// The longest wait for a window.
    patience: Duration,
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
    pub(super) fn new(parallel: usize, rates: Rates, patience: Duration) -> Self {
        let parallel = parallel.max(1);
        let room_for = |calls: usize| Arc::new(Semaphore::new(calls.min(Semaphore::MAX_PERMITS)));
        Self {
            admissions: room_for(parallel.saturating_mul(ADMISSIONS_PER_SLOT)),
            turns: room_for(parallel.saturating_mul(TURNS_PER_SLOT)),
            slots: room_for(parallel),
            rates,
            patience,
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

    /// Waits for a slot, the end of a pause, the provider's windows and the operation's `own` windows. `units`
    /// is the most that the request may use of the price's unit.
    ///
    /// # Errors
    /// A window stays used up for longer than a run waits.
    pub(super) async fn enter(&self, own: &Rates, units: f64) -> Result<Slot, UsedUp> {
        let permit = Arc::clone(&self.slots).acquire_owned().await.expect("the slots are never closed");
        while let Some(until) = self.pause() {
            sleep_until(until).await;
        }
        self.rates.wait(units, self.patience).await?;
        own.wait(units, self.patience).await.map_err(UsedUp::of_operation)?;
        Ok(Slot(permit))
    }

    /// Waits until the windows on units allow `units` more in a request that has its slot.
    ///
    /// # Errors
    /// A window stays used up for longer than a run waits.
    pub(super) async fn add(&self, own: &Rates, units: f64) -> Result<(), UsedUp> {
        self.rates.add(units, self.patience).await?;
        own.add(units, self.patience).await.map_err(UsedUp::of_operation)
    }

    /// The longest wait for a window.
    pub(super) fn patience(&self) -> Duration {
        self.patience
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

    fn limit(parallel: usize) -> Limit {
        Limit::new(parallel, Rates::new([]), Duration::from_secs(300))
    }

    async fn enter(limit: &Limit) -> Slot {
        limit.enter(&Rates::new([]), 0.0).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_every_call() {
        let limit = limit(2);
        limit.pause_for(Duration::from_secs(3));
        limit.pause_for(Duration::from_secs(1));
        let started = Instant::now();
        let (_one, _two) = tokio::join!(enter(&limit), enter(&limit));
        assert!(started.elapsed() >= Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn slots_bound_what_is_in_flight() {
        let limit = limit(1);
        let slot = enter(&limit).await;
        let second = tokio::time::timeout(Duration::from_secs(60), enter(&limit)).await;
        assert!(second.is_err());
        drop(slot);
        enter(&limit).await;
    }
}
