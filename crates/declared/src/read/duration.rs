//! Durations as files write them. This module is pure.

use std::time::Duration;

/// The longest duration: ten years.
const LONGEST: u64 = 10 * 366 * 24 * 60 * 60 * 1_000;

/// A whole number and its unit: `300ms`, `20s`, `2m`, `24h`, `90d`; not zero.
pub(super) fn read(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60 * 1_000,
        "h" => 60 * 60 * 1_000,
        "d" => 24 * 60 * 60 * 1_000,
        _ => return None,
    };
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (1..=LONGEST).contains(&milliseconds).then(|| Duration::from_millis(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_its_unit() {
        for (text, expect) in [
            ("300ms", Some(Duration::from_millis(300))),
            ("20s", Some(Duration::from_secs(20))),
            ("2m", Some(Duration::from_secs(120))),
            ("24h", Some(Duration::from_secs(86_400))),
            ("90d", Some(Duration::from_secs(7_776_000))),
            ("0s", None),
            ("20", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("2 m", None),
            ("99999999999999999999d", None),
            ("999999999d", None),
        ] {
            assert_eq!(read(text), expect, "{text}");
        }
    }
}
