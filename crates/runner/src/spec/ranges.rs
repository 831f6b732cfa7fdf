//! Ranges of rows, as the user types them. This module knows no table.

use std::{fmt, str::FromStr};

use crate::failure::{Failure, error_code::ErrorCode, exit::Exit};

/// Ranges of rows: `10-20,35`, `100-`. They are sorted and do not touch, so that a row is found quickly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges(pub(crate) Vec<(u64, u64)>);

impl Ranges {
    /// Whether one of the ranges holds `row`.
    pub fn contains(&self, row: u64) -> bool {
        let behind = self.0.partition_point(|(first, _)| *first <= row);
        behind > 0 && self.0[behind - 1].1 >= row
    }

    /// The part of the ranges from `row` on.
    pub fn since(&self, row: u64) -> Self {
        let left = self.0.iter().filter(|(_, last)| *last >= row);
        Self(left.map(|(first, last)| (*first.max(&row), *last)).collect())
    }

    /// All rows from `row` on.
    pub fn from(row: u64) -> Self {
        Self(vec![(row, u64::MAX)])
    }

    /// The ranges that a text in another notation probably means: `5..7`, `5–7`, `7-5`, `1;3`.
    pub fn suggestion(text: &str) -> Option<String> {
        let mut plain = text.to_lowercase();
        for sign in ["..=", "...", "..", "–", "—", "−", ":", " to ", " bis "] {
            plain = plain.replace(sign, "-");
        }
        let parts = plain.split([',', ';']).map(|part| {
            let part = part.trim();
            match part.split_once('-') {
                Some((first, last)) => match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
                    (Ok(first), Ok(last)) if first > last => format!("{last}-{first}"),
                    _ => part.to_owned(),
                },
                None => part.to_owned(),
            }
        });
        let suggestion: Self = parts.collect::<Vec<_>>().join(",").parse().ok()?;
        Some(suggestion.to_string())
    }

    /// Checks that a table with this number of rows has all of them.
    pub(crate) fn check(&self, rows: u64) -> Result<(), Failure> {
        let Some(beyond) = self.0.iter().find(|range| range.0 > rows) else { return Ok(()) };
        let message = format!("`--rows` names row {}, and the table has {rows}", beyond.0);
        let last = match rows {
            0 => "it has none".to_owned(),
            rows => format!("the last is {rows}"),
        };
        Err(Failure::new(Exit::NotFound, ErrorCode::NotFound, message)
            .hint(format!("rows are counted from 1, the header not counted; {last}")))
    }
}

impl FromStr for Ranges {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first: u64 = first.trim().parse().ok().filter(|first| *first > 0)?;
            let last = if last.trim().is_empty() { u64::MAX } else { last.trim().parse().ok()? };
            (first <= last).then_some((first, last))
        };
        let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
        let Some(mut ranges) = ranges else {
            return Err("it must look like `10-20,35` or `100-`; rows are counted from 1".to_owned());
        };
        ranges.sort_unstable();
        ranges.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1.saturating_add(1);
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
        Ok(Self(ranges))
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            f.write_str(if at > 0 { "," } else { "" })?;
            match last {
                last if last == first => write!(f, "{first}")?,
                &u64::MAX => write!(f, "{first}-")?,
                last => write!(f, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_parsed_and_printed() {
        for (text, printed) in
            [("10-20,35", "10-20,35"), (" 1 - 2 , 4", "1-2,4"), ("100-", "100-"), ("7-7", "7")]
        {
            assert_eq!(text.parse::<Ranges>().unwrap().to_string(), printed);
        }
        let ranges: Ranges = "2-3,9-".parse().unwrap();
        let held: Vec<u64> = (1..=11).filter(|row| ranges.contains(*row)).collect();
        assert_eq!(held, [2, 3, 9, 10, 11]);
        assert_eq!(
            ["35,10-20", "1-9,12-"].map(|text| {
                let ranges: Ranges = text.parse().unwrap();
                ranges.since(12).to_string()
            }),
            ["12-20,35", "12-"]
        );
        for (text, printed) in [
            ("35,10-20", "10-20,35"),
            ("1-9,3-4,10", "1-10"),
            ("5-,1,9,2", "1-2,5-"),
            ("1-18446744073709551615,7", "1-"),
            ("3,3,1-2", "1-3"),
        ] {
            assert_eq!(text.parse::<Ranges>().unwrap().to_string(), printed);
        }
        let many: Vec<String> = (1..=50_000).map(|at| (at * 2).to_string()).collect();
        let many: Ranges = many.join(",").parse().unwrap();
        assert_eq!((1..=100_000).filter(|row| many.contains(*row)).count(), 50_000);
        for wrong in ["", "0", "3-2", "a", "1,,2", "-5", "1-2-3", "1.5"] {
            assert!(wrong.parse::<Ranges>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn corrections_are_suggested_for_other_notations() {
        for (text, suggestion) in [
            ("5..7", Some("5-7")),
            ("5..=7", Some("5-7")),
            ("5–7;9", Some("5-7,9")),
            ("7-5", Some("5-7")),
            ("2 to 4", Some("2-4")),
            ("3:", Some("3-")),
            ("x", None),
            ("0-3", None),
            ("", None),
        ] {
            assert_eq!(Ranges::suggestion(text).as_deref(), suggestion, "{text}");
        }
    }
}
