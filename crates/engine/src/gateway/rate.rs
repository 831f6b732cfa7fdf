//! How much a vendor accepts within a second, a minute, an hour or a day. All limits of a provider or of an
//! operation hold together. This module knows no calls.

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use marl_core::provider::{Counted, Reach, Window};
use tokio::time::{Instant, sleep};

/// Within a period of this length or less, requests are evenly spaced: a burst at its start could exceed the
/// vendor's own window. A longer period may be used up at once.
const SPACED: Duration = Duration::from_secs(60);

/// In how many parts a longer period is remembered.
const PARTS: u32 = 64;

/// What is left within each window.
pub(super) struct Rates(Vec<Rate>);

struct Rate {
    window: Window,
    kind: Kind,
}

enum Kind {
    Spaced(DefaultDirectRateLimiter),
    Counted(Mutex<VecDeque<PartUse>>),
}

/// What was used in a part of the period.
struct PartUse {
    began: Instant,
    amount: u32,
}

/// A limit stays used up for longer than a run waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct UsedUp {
    /// How long until the next request is accepted.
    pub(super) wait: Duration,
    /// Which calls have to wait.
    pub(super) reach: Reach,
}

impl UsedUp {
    /// A limit of one operation.
    pub(super) fn of_operation(self) -> Self {
        Self { reach: Reach::Operation, ..self }
    }
}

impl Rates {
    pub(super) fn new<'a>(windows: impl IntoIterator<Item = &'a Window>) -> Self {
        Self(windows.into_iter().filter_map(Rate::of).collect())
    }

    /// Waits until a request that uses `units` of the price's unit at most is accepted.
    ///
    /// # Errors
    /// That takes longer than `patience`.
    pub(super) async fn wait(&self, units: f64, patience: Duration) -> Result<(), UsedUp> {
        for rate in &self.0 {
            rate.wait(rate.amount(units), patience).await?;
        }
        Ok(())
    }

    /// As [`Self::wait`], for more units in a request that was accepted.
    pub(super) async fn add(&self, units: f64, patience: Duration) -> Result<(), UsedUp> {
        for rate in self.0.iter().filter(|rate| rate.window.counts == Counted::Units && units > 0.0) {
            rate.wait(rate.amount(units), patience).await?;
        }
        Ok(())
    }
}

impl Rate {
    fn of(window: &Window) -> Option<Self> {
        let most = NonZeroU32::new(window.most)?;
        let is_spaced = window.per <= SPACED && window.counts == Counted::Requests;
        let kind = if is_spaced {
            Kind::Spaced(RateLimiter::direct(Quota::with_period(window.per / most.get())?))
        } else {
            Kind::Counted(Mutex::default())
        };
        Some(Self { window: *window, kind })
    }

    /// What a request counts as. More than the whole window can never be had at once.
    fn amount(&self, units: f64) -> u32 {
        match self.window.counts {
            Counted::Requests => 1,
            Counted::Units => (units.ceil().max(1.0) as u32).min(self.window.most),
        }
    }

    async fn wait(&self, amount: u32, patience: Duration) -> Result<(), UsedUp> {
        while let Some(wait) = self.take(amount) {
            if wait > patience {
                return Err(UsedUp { wait, reach: Reach::Provider });
            }
            sleep(wait).await;
        }
        Ok(())
    }

    /// Takes an amount, or returns how long that has to wait.
    fn take(&self, amount: u32) -> Option<Duration> {
        let used = match &self.kind {
            Kind::Counted(used) => used,
            Kind::Spaced(limiter) => {
                let early = limiter.check().err()?;
                return Some(early.wait_time_from(DefaultClock::default().now()));
            }
        };
        let Window { most, per, .. } = self.window;
        // A part counts until a whole period after its end, so that no period holds more than the limit.
        let part = per / PARTS;
        let lasts = per + part;
        let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while used.front().is_some_and(|first| now.duration_since(first.began) >= lasts) {
            used.pop_front();
        }
        let sum: u32 = used.iter().map(|used| used.amount).sum();
        if sum + amount <= most {
            match used.back_mut().filter(|last| now.duration_since(last.began) < part) {
                Some(last) => last.amount += amount,
                None => used.push_back(PartUse { began: now, amount }),
            }
            return None;
        }
        let mut excess = sum + amount - most;
        let frees = used.iter().find(|used| {
            excess = excess.saturating_sub(used.amount);
            excess == 0
        })?;
        Some(lasts.saturating_sub(now.duration_since(frees.began)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn window(most: u32, per: Duration, counts: Counted) -> Rates {
        Rates::new([&Window { most, per, counts }])
    }

    async fn wait(rates: &Rates, units: f64) -> bool {
        rates.wait(units, Duration::from_secs(60)).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_window_is_used_up_and_does_not_make_the_run_wait_for_hours() {
        let rates = window(3, 24 * HOUR, Counted::Requests);
        for _ in 0..3 {
            assert!(wait(&rates, 0.0).await);
            tokio::time::advance(HOUR).await;
        }
        let used_up = rates.wait(0.0, HOUR).await.unwrap_err();
        assert!(used_up.wait > 21 * HOUR && used_up.wait < 22 * HOUR, "{used_up:?}");
        assert_eq!((used_up.reach, used_up.of_operation().reach), (Reach::Provider, Reach::Operation));
        tokio::time::advance(used_up.wait).await;
        assert!(wait(&rates, 0.0).await);
        assert!(!wait(&rates, 0.0).await, "no 24 hours hold more than three");
    }

    #[tokio::test(start_paused = true)]
    async fn units_are_counted_by_what_a_call_may_use() {
        let rates = window(1_000, HOUR, Counted::Units);
        assert!(wait(&rates, 600.0).await);
        assert!(!wait(&rates, 600.0).await);
        assert!(rates.add(400.0, Duration::ZERO).await.is_ok());
        assert!(rates.add(1.0, Duration::ZERO).await.is_err());
        assert!(wait(&window(1_000, HOUR, Counted::Units), 5_000.0).await, "it is asked with all there is");
        assert!(window(1, HOUR, Counted::Requests).add(9.0, Duration::ZERO).await.is_ok());
    }

    #[tokio::test]
    async fn all_windows_hold_together() {
        let second = Window { most: 1_000, per: Duration::from_secs(1), counts: Counted::Requests };
        let day = Window { most: 1, per: 24 * HOUR, counts: Counted::Requests };
        let rates = Rates::new([&second, &day]);
        assert!(wait(&rates, 0.0).await);
        assert!(!wait(&rates, 0.0).await);
    }
}
