//! Times for people: dates in UTC, and durations. This module reads no clock but for `span`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use marl_core::words::counted;

/// A duration for people: `3.4 s`, `2 min 5 s`, `1 h 50 min`.
pub fn human_duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..172_800 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => counted(seconds / 86_400, "day"),
    }
}

/// A time in ms since 1970 as `2026-11-22T14:03:11Z`.
pub fn date(ms: i64) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + since_1970(ms)).to_string()
}

/// The duration from one time to another, or until now.
pub fn span(from: i64, to: Option<i64>) -> String {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    human_duration(to.map_or_else(now, since_1970).saturating_sub(since_1970(from)))
}

fn since_1970(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_readable() {
        let times = [3_400, 125_000, 6_600_000].map(|ms| human_duration(Duration::from_millis(ms)));
        assert_eq!(times, ["3.4 s", "2 min 5 s", "1 h 50 min"]);
    }

    #[test]
    fn dates_and_spans() {
        assert_eq!(date(1_795_356_191_000), "2026-11-22T14:03:11Z");
        assert_eq!(date(-1), "1970-01-01T00:00:00Z");
        assert_eq!(span(0, Some(125_000)), "2 min 5 s");
    }
}
