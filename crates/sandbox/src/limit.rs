//! Limits of requests in a window of time. This module must not answer requests, and does not read the clock.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The most requests that a vendor accepts in a window of time, polls included.
///
/// The first request opens a window, and the first one after its end opens the next. Requests above the limit
/// get a `429` with the rest of the window in `Retry-After`, cost nothing and do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The name of the vendor.
    pub vendor: String,
    /// The most requests in a window.
    pub requests: u64,
    /// The length of a window. `Retry-After` has whole seconds and is rounded up.
    pub window: Duration,
}

/// Checks that every limit concerns one of these vendors and has a window.
pub(crate) fn check(limits: &[Limit], vendors: &[&str]) -> Result<(), String> {
    for Limit { vendor, window, .. } in limits {
        if !vendors.contains(&vendor.as_str()) {
            return Err(format!("unknown vendor `{vendor}`; the vendors are {}", vendors.join(", ")));
        }
        if window.is_zero() {
            return Err(format!("the window of the limit of `{vendor}` takes no time"));
        }
    }
    Ok(())
}

/// The limit of one vendor and its current window.
pub(crate) struct Window {
    requests: u64,
    length: Duration,
    /// The end of the window, and the accepted requests in it.
    current: Mutex<Option<(Instant, u64)>>,
}

impl Window {
    /// The first of `limits` that concerns this vendor.
    pub(crate) fn of(vendor: &str, limits: &[Limit]) -> Option<Self> {
        let limit = limits.iter().find(|limit| limit.vendor == vendor)?;
        Some(Self { requests: limit.requests, length: limit.window, current: Mutex::new(None) })
    }

    /// Admits a request, or says how many seconds the window still takes.
    pub(crate) fn admit(&self, now: Instant) -> Result<(), u64> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (end, accepted) = current.filter(|(end, _)| now < *end).unwrap_or((now + self.length, 0));
        if accepted >= self.requests {
            let rest = end - now;
            return Err(rest.as_secs() + u64::from(rest.subsec_nanos() > 0));
        }
        *current = Some((end, accepted + 1));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_admits_so_many_and_the_next_one_begins_anew() {
        let limits = [Limit { vendor: "x".to_owned(), requests: 2, window: Duration::from_millis(1_500) }];
        assert!(Window::of("y", &limits).is_none());
        let (window, start) = (Window::of("x", &limits).unwrap(), Instant::now());
        let at = |millis| window.admit(start + Duration::from_millis(millis));
        assert_eq!([at(0), at(100), at(100)], [Ok(()), Ok(()), Err(2)]);
        assert_eq!([at(500), at(1_499)], [Err(1), Err(1)]);
        assert_eq!([at(1_700), at(3_100), at(3_100)], [Ok(()), Ok(()), Err(1)]);
    }

    #[test]
    fn a_limit_of_zero_admits_nothing() {
        let limits = [Limit { vendor: "x".to_owned(), requests: 0, window: Duration::from_secs(60) }];
        let window = Window::of("x", &limits).unwrap();
        assert_eq!(window.admit(Instant::now()), Err(60));
    }
}
