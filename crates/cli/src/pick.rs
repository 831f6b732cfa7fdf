//! Which rows of a table are enriched; the others pass through.
//!
//! Where more than a number of rows decides, the table is gone through once before the run, so
//! that a run knows its rows before it begins. One bit is kept for each row.

use std::{fmt, str::FromStr, sync::Arc};

use engine::{
    Engine, RowEnd, Way,
    gateway::{Gateway, Standing},
};
use marl_core::Outcome;
use table::{InputRow, Reader};

use crate::{
    args::{Only, PickArgs},
    error_code::ErrorCode,
    exit,
    failure::Failure,
    filter::Untold,
    job::{self, Job},
    pilot, pipeline,
    printer::Printer,
};

/// Ranges of rows: `10-20,35`, `100-`. They are in order and do not touch, so that a row is found
/// at once among many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    pub(crate) fn contains(&self, row: u64) -> bool {
        let behind = self.0.partition_point(|(first, _)| *first <= row);
        behind > 0 && self.0[behind - 1].1 >= row
    }

    /// What is left of them from `row` on.
    pub(crate) fn since(&self, row: u64) -> Self {
        let left = self.0.iter().filter(|(_, last)| *last >= row);
        Self(left.map(|(first, last)| (*first.max(&row), *last)).collect())
    }

    /// All rows from `row` on.
    pub(crate) fn from(row: u64) -> Self {
        Self(vec![(row, u64::MAX)])
    }

    /// The ranges that a text in another notation means: `5..7`, `5–7`, `7-5`, `1;3`.
    pub(crate) fn meant(text: &str) -> Option<String> {
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
        let meant: Self = parts.collect::<Vec<_>>().join(",").parse().ok()?;
        Some(meant.to_string())
    }

    /// Looks whether a table of so many rows has them.
    pub(crate) fn check(&self, rows: u64) -> Result<(), Failure> {
        let Some(beyond) = self.0.iter().find(|range| range.0 > rows) else { return Ok(()) };
        let message = format!("`--rows` names row {}, and the table has {rows}", beyond.0);
        let last = match rows {
            0 => "it has none".to_owned(),
            rows => format!("the last is {rows}"),
        };
        Err(Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, message)
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

/// The rows that are enriched.
#[derive(Debug, Clone)]
pub(crate) struct Picked {
    /// Bits by row, from row 1; `None` for all up to `count`.
    bits: Option<Vec<u64>>,
    /// How many there are.
    pub(crate) count: u64,
}

impl Picked {
    fn first(count: u64) -> Self {
        Self { bits: None, count }
    }

    fn none() -> Self {
        Self { bits: Some(Vec::new()), count: 0 }
    }

    pub(crate) fn contains(&self, row: u64) -> bool {
        let Some(bits) = &self.bits else { return row <= self.count };
        let at = usize::try_from(row - 1).unwrap_or(usize::MAX);
        bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// The rows in words, for the record; nothing when all of `rows` are picked, or when the words
    /// would be long.
    pub(crate) fn told(&self, rows: u64) -> Option<String> {
        const MOST: usize = 5_000;
        if self.count >= rows {
            return None;
        }
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for row in (1..=rows).filter(|row| self.contains(*row)) {
            let length = ranges.len();
            match ranges.last_mut() {
                Some(range) if range.1 + 1 == row => range.1 = row,
                _ if length == MOST => return None,
                _ => ranges.push((row, row)),
            }
        }
        Some(Ranges(ranges).to_string())
    }

    fn add(&mut self, row: u64) {
        let at = usize::try_from(row - 1).unwrap_or(usize::MAX);
        let bits = self.bits.get_or_insert_default();
        if bits.len() <= at / 64 {
            bits.resize(at / 64 + 1, 0);
        }
        bits[at / 64] |= 1 << (at % 64);
        self.count += 1;
    }
}

/// Picks the rows, by what is stored for `--only` and `--pilot`.
pub(crate) async fn pick(
    args: &PickArgs,
    job: &Job<'_>,
    way: &job::Way,
    printer: &Printer,
) -> Result<Picked, Failure> {
    let limit = args.limit.unwrap_or(u64::MAX);
    let mut picked = Picked::first(limit.min(job.sketch.rows));
    if args.rows.is_some() || args.filter.is_some() || args.only.is_some() {
        args.rows.as_ref().map_or(Ok(()), |ranges| ranges.check(job.sketch.rows))?;
        let most = if args.only.is_some() { u64::MAX } else { limit };
        picked = by_cells(args, job, most, printer)?;
    }
    if let Some(only) = args.only {
        picked = by_outcome(only, job, stored(job, way).await?, &picked, limit).await?;
    }
    if let Some(most) = args.pilot {
        let rows = pilot::pick(most, job, stored(job, way).await?, &picked).await?;
        picked = Picked::none();
        rows.into_iter().for_each(|row| picked.add(row));
    }
    Ok(picked)
}

/// A gateway that answers what is stored.
async fn stored(job: &Job<'_>, way: &job::Way) -> Result<Gateway, Failure> {
    way.ageless(job.ledger_there_is().await?).await
}

/// Picks by number and by the table's own cells.
fn by_cells(args: &PickArgs, job: &Job<'_>, most: u64, printer: &Printer) -> Result<Picked, Failure> {
    let filter = args.filter.as_deref().map(|text| job.filter(text)).transpose()?;
    let mut picked = Picked::none();
    let mut untold = Untold::default();
    for row in Reader::open(&job.sketch)? {
        let row = row?;
        if picked.count == most {
            break;
        }
        if args.rows.as_ref().is_some_and(|ranges| !ranges.contains(row.number())) {
            continue;
        }
        if filter.as_ref().is_none_or(|filter| filter.picks(&row, &mut untold)) {
            picked.add(row.number());
        }
    }
    untold.warning().iter().for_each(|warning| printer.warn(warning));
    Ok(picked)
}

/// Picks by what stored answers make of a row.
async fn by_outcome(
    only: Only,
    job: &Job<'_>,
    closed: Gateway,
    among: &Picked,
    limit: u64,
) -> Result<Picked, Failure> {
    let engine = Arc::new(Engine::new(job.stored_plan()?, Way::Closed(closed)));
    let mut picked = Picked::none();
    let take = |row: &InputRow, end: Option<&RowEnd>| {
        if picked.count < limit && end.is_some_and(|end| is_so(only, end)) {
            picked.add(row.number());
        }
        Ok(())
    };
    let picks = |row| among.contains(row);
    pipeline::foresee(&job.sketch, engine, picks, 1, take).await?;
    Ok(picked)
}

fn is_so(only: Only, end: &RowEnd) -> bool {
    match only {
        Only::NoData => end.outcomes.iter().any(|outcome| matches!(outcome, Outcome::NoData)),
        Only::Empty => end.leaves_empty,
        Only::Failed => {
            let notes = end.foreseen.iter().flat_map(|foreseen| &foreseen.notes);
            let mut standings = notes.map(|note| note.standing);
            end.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_)))
                || standings.any(|standing| matches!(standing, Standing::Failed | Standing::SentAgain))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_told() {
        for (text, told) in
            [("10-20,35", "10-20,35"), (" 1 - 2 , 4", "1-2,4"), ("100-", "100-"), ("7-7", "7")]
        {
            assert_eq!(text.parse::<Ranges>().unwrap().to_string(), told);
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
        for (text, told) in [
            ("35,10-20", "10-20,35"),
            ("1-9,3-4,10", "1-10"),
            ("5-,1,9,2", "1-2,5-"),
            ("1-18446744073709551615,7", "1-"),
            ("3,3,1-2", "1-3"),
        ] {
            assert_eq!(text.parse::<Ranges>().unwrap().to_string(), told);
        }
        let many: Vec<String> = (1..=50_000).map(|at| (at * 2).to_string()).collect();
        let many: Ranges = many.join(",").parse().unwrap();
        assert_eq!((1..=100_000).filter(|row| many.contains(*row)).count(), 50_000);
        for wrong in ["", "0", "3-2", "a", "1,,2", "-5", "1-2-3", "1.5"] {
            assert!(wrong.parse::<Ranges>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn ranges_in_other_notations_are_understood_well_enough_to_propose() {
        for (text, meant) in [
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
            assert_eq!(Ranges::meant(text).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn rows_are_kept_as_bits() {
        let mut picked = Picked::none();
        for row in [1, 64, 65, 1_000] {
            picked.add(row);
        }
        assert_eq!(picked.told(2_000).as_deref(), Some("1,64-65,1000"));
        assert_eq!((Picked::first(3).told(3), Picked::none().told(3).as_deref()), (None, Some("")));
        let held: Vec<u64> = (1..=1_100).filter(|row| picked.contains(*row)).collect();
        assert_eq!((held, picked.count), (vec![1, 64, 65, 1_000], 4));
        assert!(Picked::first(3).contains(3) && !Picked::first(3).contains(4));
    }
}
