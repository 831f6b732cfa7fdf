//! Times for people: dates in UTC and spans.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::report::spoken;

/// `2026-11-22T14:03:11Z` for ms since 1970.
pub(crate) fn date(ms: i64) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + since_1970(ms)).to_string()
}

/// How long from one time to another, or until now.
pub(crate) fn span(from: i64, to: Option<i64>) -> String {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    spoken(to.map_or_else(now, since_1970).saturating_sub(since_1970(from)))
}

fn since_1970(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_spans() {
        assert_eq!(date(1_795_356_191_000), "2026-11-22T14:03:11Z");
        assert_eq!(date(-1), "1970-01-01T00:00:00Z");
        assert_eq!(span(0, Some(125_000)), "2 min 5 s");
    }
}
