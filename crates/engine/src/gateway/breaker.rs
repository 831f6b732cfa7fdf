//! The breaker of one provider: holds its calls back while the provider fails, and stops it when it refuses.
//!
//! Its state ends with the run. The breaker sends nothing itself.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::settings;

/// The breaker of one provider.
pub(super) struct Breaker {
    settings: settings::BreakerSettings,
    state: Mutex<BreakerState>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct BreakerState {
    used_up_in_a_row: u32,
    open: Option<Open>,
    stopped: bool,
    stopped_operations: HashSet<String>,
}

/// The breaker is open: the provider's calls wait, and one call is tried now and then.
struct Open {
    since: Instant,
    wait: Duration,
    next_trial: Instant,
    is_trial_under_way: bool,
}

/// The permission to make one attempt.
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    is_trial: bool,
}

/// The provider or the operation is stopped for this run.
#[derive(Debug)]
pub(super) struct Stopped;

/// The effect of a failure, to be reported.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// No change.
    None,
    /// The calls wait this long before one is tried.
    Waits(Duration),
    /// The provider is stopped.
    Stopped,
}

impl Breaker {
    pub(super) fn new(settings: settings::BreakerSettings) -> Self {
        Self { settings, state: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Waits until an attempt may be made.
    pub(super) async fn admit(&self, operation: &str) -> Result<Pass<'_>, Stopped> {
        let mut changed = self.changed.subscribe();
        loop {
            let next_trial = match self.poll(operation)? {
                Ok(pass) => return Ok(pass),
                Err(next_trial) => next_trial,
            };
            tokio::select! {
                () = sleep_until(next_trial) => {}
                _ = changed.changed() => {}
            }
        }
    }

    /// Returns a pass, or the time at which to poll again.
    fn poll(&self, operation: &str) -> Result<Result<Pass<'_>, Instant>, Stopped> {
        let mut state = self.lock();
        if state.stopped || state.stopped_operations.contains(operation) {
            return Err(Stopped);
        }
        let Some(open) = &mut state.open else { return Ok(Ok(Pass { breaker: self, is_trial: false })) };
        let now = Instant::now();
        if open.is_trial_under_way {
            // The caller that makes the trial call reports its result; the time is only a bound.
            return Ok(Err(now + Duration::from_secs(3600)));
        }
        if now < open.next_trial {
            return Ok(Err(open.next_trial));
        }
        open.is_trial_under_way = true;
        Ok(Ok(Pass { breaker: self, is_trial: true }))
    }

    /// Waits until the provider or the operation is stopped.
    pub(super) async fn until_stopped(&self, operation: &str) {
        let mut changed = self.changed.subscribe();
        while !self.stopped(operation) {
            if changed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    fn stopped(&self, operation: &str) -> bool {
        let state = self.lock();
        state.stopped || state.stopped_operations.contains(operation)
    }

    /// Records that the provider answered, if only with a refusal of this one call.
    pub(super) fn answered(&self) {
        let mut state = self.lock();
        let was_open = state.open.take().is_some();
        state.used_up_in_a_row = 0;
        drop(state);
        if was_open {
            self.changed.send_replace(());
        }
    }

    /// Records that a call used up its attempts.
    pub(super) fn used_up(&self) -> Change {
        let mut state = self.lock();
        state.used_up_in_a_row += 1;
        if state.used_up_in_a_row < self.settings.after || state.open.is_some() || state.stopped {
            return Change::None;
        }
        let now = Instant::now();
        let wait = self.settings.first_wait;
        state.open = Some(Open { since: now, wait, next_trial: now + wait, is_trial_under_way: false });
        Change::Waits(wait)
    }

    /// Stops the provider for this run.
    pub(super) fn stop(&self) -> bool {
        let first = !std::mem::replace(&mut self.lock().stopped, true);
        self.changed.send_replace(());
        first
    }

    /// Stops one operation for this run.
    pub(super) fn stop_operation(&self, operation: &str) -> bool {
        let first = self.lock().stopped_operations.insert(operation.to_owned());
        self.changed.send_replace(());
        first
    }

    fn lock(&self) -> MutexGuard<'_, BreakerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Records that the attempt failed in a way that shows that the provider is failing.
    pub(super) fn failed(mut self) -> Change {
        if !std::mem::take(&mut self.is_trial) {
            return Change::None;
        }
        let mut state = self.breaker.lock();
        let Some(open) = &mut state.open else { return Change::None };
        open.is_trial_under_way = false;
        open.wait *= 2;
        let now = Instant::now();
        open.next_trial = now + open.wait;
        let wait = open.wait;
        let hopeless = open.next_trial.duration_since(open.since) > self.breaker.settings.total;
        let stops = hopeless && !std::mem::replace(&mut state.stopped, true);
        drop(state);
        self.breaker.changed.send_replace(());
        if stops { Change::Stopped } else { Change::Waits(wait) }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        // The trial call was not made, so the next call may make it.
        if self.is_trial {
            if let Some(open) = &mut self.breaker.lock().open {
                open.is_trial_under_way = false;
            }
            self.breaker.changed.send_replace(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(settings::BreakerSettings::default())
    }

    async fn open() -> Breaker {
        let breaker = breaker();
        for _ in 0..4 {
            assert_eq!(breaker.used_up(), Change::None);
        }
        assert_eq!(breaker.used_up(), Change::Waits(Duration::from_secs(5)));
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn after_five_failures_in_a_row_calls_wait_for_one_trial() {
        let breaker = open().await;
        let started = Instant::now();
        let pass = breaker.admit("o").await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_secs(5));
        let other = tokio::time::timeout(Duration::from_secs(60), breaker.admit("o")).await;
        assert!(other.is_err(), "two trials at once");
        assert_eq!(pass.failed(), Change::Waits(Duration::from_secs(10)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_closes_the_breaker() {
        let breaker = open().await;
        let pass = breaker.admit("o").await.unwrap();
        breaker.answered();
        drop(pass);
        let started = Instant::now();
        breaker.admit("o").await.unwrap();
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn after_five_minutes_the_provider_is_stopped() {
        let breaker = open().await;
        let started = Instant::now();
        loop {
            if breaker.admit("o").await.unwrap().failed() == Change::Stopped {
                break;
            }
        }
        assert!(started.elapsed() <= Duration::from_secs(300));
        assert!(breaker.admit("o").await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_is_stopped_alone() {
        let breaker = breaker();
        assert!(breaker.stop_operation("a"));
        assert!(!breaker.stop_operation("a"));
        assert!(breaker.admit("a").await.is_err());
        assert!(breaker.admit("b").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_trial_lets_the_next_through() {
        let breaker = open().await;
        drop(breaker.admit("o").await.unwrap());
        assert!(tokio::time::timeout(Duration::from_secs(1), breaker.admit("o")).await.is_ok());
    }
}
