//! How much a vendor accepts within a second, a minute, an hour or a day. All limits of a provider or of an
//! operation hold together. This module knows no calls.

use std::{num::NonZeroU32, time::Duration};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use marl_core::provider::{Counted, Window};
use tokio::time::sleep;

/// Within a period of this length or less, requests are evenly spaced: a burst at its start could exceed the
/// vendor's own window. A longer period may be used up at once.
const SPACED: Duration = Duration::from_secs(60);

/// What is left within each window.
pub(super) struct Rates(Vec<Rate>);

struct Rate {
    limiter: DefaultDirectRateLimiter,
    burst: u32,
    counts: Counted,
}

/// A limit is used up for longer than a run waits.
#[derive(Debug)]
pub(super) struct UsedUp {
    /// How long until the next request is accepted.
    pub(super) wait: Duration,
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
            rate.wait(units, patience).await?;
        }
        Ok(())
    }
}

impl Rate {
    fn of(window: &Window) -> Option<Self> {
        let most = NonZeroU32::new(window.most)?;
        let is_spaced = window.per <= SPACED && window.counts == Counted::Requests;
        let quota = Quota::with_period(window.per / most.get())?;
        let burst = if is_spaced { NonZeroU32::MIN } else { most };
        let limiter = RateLimiter::direct(quota.allow_burst(burst));
        Some(Self { limiter, burst: burst.get(), counts: window.counts })
    }

    async fn wait(&self, units: f64, patience: Duration) -> Result<(), UsedUp> {
        let amount = match self.counts {
            Counted::Requests => 1,
            // More than the whole window can never be had at once.
            Counted::Units => (units.ceil().max(1.0) as u32).min(self.burst),
        };
        let amount = NonZeroU32::new(amount).unwrap_or(NonZeroU32::MIN);
        loop {
            let Ok(Err(early)) = self.limiter.check_n(amount) else { return Ok(()) };
            let wait = early.wait_time_from(DefaultClock::default().now());
            if wait > patience {
                return Err(UsedUp { wait });
            }
            sleep(wait).await;
        }
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

    #[tokio::test]
    async fn a_long_window_is_used_up_and_does_not_make_the_run_wait_for_hours() {
        let rates = window(3, 24 * HOUR, Counted::Requests);
        for _ in 0..3 {
            assert!(wait(&rates, 0.0).await);
        }
        let used_up = rates.wait(0.0, HOUR).await.unwrap_err();
        assert!(used_up.wait > 7 * HOUR && used_up.wait <= 8 * HOUR, "{used_up:?}");
    }

    #[tokio::test]
    async fn units_are_counted_by_what_a_call_may_use() {
        let rates = window(1_000, HOUR, Counted::Units);
        assert!(wait(&rates, 600.0).await);
        assert!(!wait(&rates, 600.0).await);
        assert!(wait(&rates, 400.0).await);
        assert!(wait(&window(1_000, HOUR, Counted::Units), 5_000.0).await, "it is asked with all there is");
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
