//! The budget of a run: caps on calls and on cost that are never overshot.
//!
//! The most that a call may cost is reserved before the call is sent, and the real cost is spent. A call
//! that does not fit waits while other reservations are open, since these may be returned, and is skipped
//! when it can no longer fit.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The caps of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Caps {
    /// The most calls that are executed or in doubt; refused attempts do not count.
    pub calls: Option<u64>,
    /// The maximum sum of prices, in the settings' unit.
    pub cost: Option<f64>,
}

/// What is spent and reserved.
pub(super) struct Budget {
    caps: Caps,
    state: Mutex<BudgetState>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct BudgetState {
    spent: Amount,
    reserved: Amount,
    out: u64,
}

#[derive(Default, Clone, Copy)]
struct Amount {
    calls: u64,
    cost: f64,
}

/// The right to buy one call. A reservation that is dropped unspent is returned.
pub(super) struct Reservation<'a> {
    budget: &'a Budget,
    price: f64,
    /// What the call cost, once that is known.
    spent: Option<f64>,
}

/// The call no longer fits.
#[derive(Debug)]
pub(super) struct Exhausted;

impl Budget {
    pub(super) fn new(caps: Caps) -> Self {
        Self { caps, state: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Reserves one call at `price`. An unknown price is not zero: with a cap on cost, such a call does not
    /// fit.
    pub(super) async fn reserve(&self, price: Option<f64>) -> Result<Reservation<'_>, Exhausted> {
        if let Some(fits) = self.try_reserve(price) {
            return fits;
        }
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(fits) = self.try_reserve(price) {
                return fits;
            }
            // An open reservation may be returned.
            let _ = changed.changed().await;
        }
    }

    /// Returns `None` while the call may still fit later.
    fn try_reserve(&self, price: Option<f64>) -> Option<Result<Reservation<'_>, Exhausted>> {
        if self.caps.cost.is_some() && price.is_none() {
            return Some(Err(Exhausted));
        }
        let price = price.unwrap_or_default();
        let mut state = self.lock();
        if !self.fits(state.spent.calls + 1, state.spent.cost + price) {
            return Some(Err(Exhausted));
        }
        let calls = state.spent.calls + state.reserved.calls + 1;
        let cost = state.spent.cost + state.reserved.cost + price;
        if !self.fits(calls, cost) {
            return (state.out == 0).then_some(Err(Exhausted));
        }
        state.reserved.calls += 1;
        state.reserved.cost += price;
        state.out += 1;
        Some(Ok(Reservation { budget: self, price, spent: None }))
    }

    fn fits(&self, calls: u64, cost: f64) -> bool {
        // A sum of prices such as 0.1 differs slightly from the decimal sum.
        let cost_fits = self.caps.cost.is_none_or(|cap| cost <= cap * (1.0 + 1e-9) + 1e-12);
        self.caps.calls.is_none_or(|cap| calls <= cap) && cost_fits
    }

    fn lock(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation<'_> {
    /// Records that the call was executed, or may have been, at this cost. An unknown cost counts as the
    /// whole reservation.
    pub(super) fn spend(mut self, cost: Option<f64>) {
        self.spent = Some(cost.unwrap_or(self.price));
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.reserved.calls -= 1;
        state.reserved.cost -= self.price;
        state.out -= 1;
        if let Some(cost) = self.spent {
            state.spent.calls += 1;
            state.spent.cost += cost;
        }
        drop(state);
        if self.budget.changed.receiver_count() > 0 {
            self.budget.changed.send_replace(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_call_that_does_not_fit_waits_for_open_reservations() {
        let budget = Budget::new(Caps { calls: Some(2), cost: None });
        let one = budget.reserve(None).await.unwrap();
        let two = budget.reserve(None).await.unwrap();
        assert!(timeout(SOON, budget.reserve(None)).await.is_err(), "it waits");
        drop(two);
        let two = timeout(SOON, budget.reserve(None)).await.unwrap().unwrap();
        one.spend(None);
        assert!(timeout(SOON, budget.reserve(None)).await.is_err(), "it still may fit");
        two.spend(None);
        assert!(budget.reserve(None).await.is_err(), "it can no longer fit");
    }

    #[tokio::test(start_paused = true)]
    async fn cost_is_summed_and_an_unknown_price_does_not_fit() {
        let budget = Budget::new(Caps { calls: None, cost: Some(0.3) });
        assert!(budget.reserve(None).await.is_err());
        for _ in 0..3 {
            budget.reserve(Some(0.1)).await.unwrap().spend(None);
        }
        assert!(budget.reserve(Some(0.1)).await.is_err());
        assert!(budget.reserve(Some(0.0)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_fits_into_a_cap_of_zero() {
        let budget = Budget::new(Caps { calls: Some(0), cost: None });
        assert!(budget.reserve(None).await.is_err());
    }
}
