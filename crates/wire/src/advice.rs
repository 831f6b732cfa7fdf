//! Reads the advice about retries in the headers of a response. This module must not retry or wait.

use std::time::{Duration, SystemTime};

use marl_core::provider::{Bought, Failure};
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest wait that is accepted.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The advice of a vendor. The vendors' SDKs follow these headers before they look at the status.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Advice {
    wait: Option<Duration>,
    /// The value of `x-should-retry`.
    should_retry: Option<bool>,
}

impl Advice {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let should_retry = match text(headers, "x-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        Self { wait: wait_of(headers), should_retry }
    }

    /// Applies the advice to a failure. A header never makes an attempt retryable that was or may have been
    /// paid for, because repeating such an attempt is the user's choice.
    pub(crate) fn apply(self, failure: &mut Failure) {
        failure.retry_after = self.wait.or(failure.retry_after);
        match self.should_retry {
            Some(true) if failure.bought == Bought::No => failure.retryable = true,
            Some(false) => failure.retryable = false,
            _ => {}
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// The wait in `retry-after-ms`, in milliseconds, or else in `Retry-After`, in seconds or as a date.
fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    let milliseconds = text(headers, "retry-after-ms").and_then(|value| value.parse::<f64>().ok());
    let wait = milliseconds.and_then(|value| seconds(value / 1000.0));
    wait.or_else(|| {
        let value = text(headers, RETRY_AFTER.as_str())?;
        match value.parse::<f64>() {
            Ok(value) => seconds(value),
            Err(_) => {
                let date = httpdate::parse_http_date(value).ok()?;
                let wait = date.duration_since(SystemTime::now()).unwrap_or_default();
                Some(wait.min(LONGEST_WAIT))
            }
        }
    })
}

/// The duration, limited to [`LONGEST_WAIT`]. Numbers beyond the range of a duration are long as well.
fn seconds(value: f64) -> Option<Duration> {
    (value >= 0.0).then(|| Duration::from_secs_f64(value.min(LONGEST_WAIT.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use marl_core::{Error, ErrorKind};
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        all.iter().map(pair).collect()
    }

    #[test]
    fn a_wait_is_seconds_a_date_or_milliseconds() {
        const A_DAY: Option<Duration> = Some(Duration::from_secs(86_400));
        for (value, expect) in [
            ("3", Some(Duration::from_secs(3))),
            (" 0.5 ", Some(Duration::from_millis(500))),
            ("99999999999", A_DAY),
            ("1e20", A_DAY),
            ("1e400", A_DAY),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(Duration::ZERO)),
            ("Fri, 31 Dec 2100 07:28:00 GMT", A_DAY),
            ("-1", None),
            ("-1e400", None),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(wait_of(&headers(&[("retry-after", value)])), expect, "{value}");
        }
        let both = |ms| wait_of(&headers(&[("retry-after", "9"), ("retry-after-ms", ms)]));
        assert_eq!(both("250"), Some(Duration::from_millis(250)));
        assert_eq!(both("soon"), Some(Duration::from_secs(9)), "the invalid header is ignored");
    }

    #[test]
    fn a_header_never_makes_a_call_in_doubt_retryable() {
        let error = || Error::new(ErrorKind::Upstream, "it failed");
        let advised = |word, mut failure: Failure| {
            Advice::of(&headers(&[("x-should-retry", word)])).apply(&mut failure);
            failure.retryable
        };
        assert!(advised("true", Failure::refused(error())));
        assert!(!advised("false", Failure::transient(error())));
        assert!(!advised("true", Failure::unusable(error())), "it was paid for");
        let doubt = || Failure { retryable: false, ..Failure::in_doubt(error()) };
        assert!(!advised("true", doubt()), "it may have been paid for");
        for other in ["TRUE", "1", ""] {
            assert!(!advised(other, Failure::refused(error())), "{other}");
            assert!(advised(other, Failure::transient(error())), "{other}");
        }
    }
}
