//! Which rows of a table are enriched; the other rows pass through unchanged.
//!
//! If more than row numbers decides, the table is read once before the run, so that a run knows its rows
//! before it begins. The selection takes one bit for each row.

mod pilot;

use std::sync::Arc;

use engine::{
    CallMode, Engine, RowEnd,
    gateway::{CallStatus, Gateway},
};
use marl_core::Outcome;
use table::{InputRow, Reader};

use crate::{
    failure::Failure,
    job::{Job, connections::Connections, filter::Undetermined, observer::Observer, pipeline},
    spec::{Only, Selection, ranges::Ranges},
};

/// The rows that are enriched.
#[derive(Debug, Clone)]
pub struct Selected {
    /// One bit for each row, from row 1; `None` if the first `count` rows are selected.
    bits: Option<Vec<u64>>,
    /// How many rows are selected.
    pub count: u64,
}

impl Selected {
    fn first(count: u64) -> Self {
        Self { bits: None, count }
    }

    fn none() -> Self {
        Self { bits: Some(Vec::new()), count: 0 }
    }

    pub fn contains(&self, row: u64) -> bool {
        let Some(bits) = &self.bits else { return row <= self.count };
        let at = usize::try_from(row - 1).unwrap_or(usize::MAX);
        bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// The rows as text for the record; `None` if all of `rows` are selected, or if the text would be long.
    pub fn describe(&self, rows: u64) -> Option<String> {
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

/// Selects the rows. Stored answers decide about outcomes and about the situations of a pilot.
///
/// # Errors
/// The table lacks a row, a condition cannot be parsed, or the table or the ledger cannot be read.
pub(crate) async fn select(
    spec: &Selection,
    job: &Job,
    connections: &Connections,
    observer: &dyn Observer,
) -> Result<Selected, Failure> {
    let limit = spec.limit.unwrap_or(u64::MAX);
    let mut selected = Selected::first(limit.min(job.table.rows));
    if spec.rows.is_some() || spec.filter.is_some() || spec.only.is_some() {
        spec.rows.as_ref().map_or(Ok(()), |ranges| ranges.check(job.table.rows))?;
        let most = if spec.only.is_some() { u64::MAX } else { limit };
        selected = by_cells(spec, job, most, observer)?;
    }
    if let Some(only) = spec.only {
        selected = by_outcome(only, job, stored(job, connections).await?, &selected, limit).await?;
    }
    if let Some(most) = spec.pilot {
        let rows = pilot::pick(most, job, stored(job, connections).await?, &selected).await?;
        selected = Selected::none();
        rows.into_iter().for_each(|row| selected.add(row));
    }
    Ok(selected)
}

/// A gateway that answers from the ledger.
async fn stored(job: &Job, connections: &Connections) -> Result<Gateway, Failure> {
    connections.ageless(job.existing_ledger().await?).await
}

/// Selects rows by their numbers and by the table's own cells.
fn by_cells(spec: &Selection, job: &Job, most: u64, observer: &dyn Observer) -> Result<Selected, Failure> {
    let filter = spec.filter.as_deref().map(|text| job.filter(text)).transpose()?;
    let mut selected = Selected::none();
    let mut undetermined = Undetermined::default();
    for row in Reader::open(&job.table)? {
        let row = row?;
        if selected.count == most {
            break;
        }
        if spec.rows.as_ref().is_some_and(|ranges| !ranges.contains(row.number())) {
            continue;
        }
        if filter.as_ref().is_none_or(|filter| filter.matches(&row, &mut undetermined)) {
            selected.add(row.number());
        }
    }
    undetermined.warning().iter().for_each(|warning| observer.warn(warning));
    Ok(selected)
}

/// Selects rows by the outcomes of stored answers.
async fn by_outcome(
    only: Only,
    job: &Job,
    closed: Gateway,
    among: &Selected,
    limit: u64,
) -> Result<Selected, Failure> {
    let engine = Arc::new(Engine::new(job.stored_plan()?, CallMode::Stored(closed)));
    let mut selected = Selected::none();
    let take = |row: &InputRow, end: Option<&RowEnd>| {
        if selected.count < limit && end.is_some_and(|end| is_so(only, end)) {
            selected.add(row.number());
        }
        Ok(())
    };
    let selects = |row| among.contains(row);
    pipeline::dry_run(&job.table, engine, selects, 1, take).await?;
    Ok(selected)
}

fn is_so(only: Only, end: &RowEnd) -> bool {
    match only {
        Only::NoData => end.outcomes.iter().any(|outcome| matches!(outcome, Outcome::NoData)),
        Only::Empty => end.leaves_empty,
        Only::Failed => {
            let notes = end.projected.iter().flat_map(|step| &step.calls);
            let mut statuses = notes.map(|note| note.status);
            end.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_)))
                || statuses.any(|status| matches!(status, CallStatus::Failed | CallStatus::SentAgain))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_as_bits() {
        let mut selected = Selected::none();
        for row in [1, 64, 65, 1_000] {
            selected.add(row);
        }
        assert_eq!(selected.describe(2_000).as_deref(), Some("1,64-65,1000"));
        assert_eq!(
            (Selected::first(3).describe(3), Selected::none().describe(3).as_deref()),
            (None, Some(""))
        );
        let held: Vec<u64> = (1..=1_100).filter(|row| selected.contains(*row)).collect();
        assert_eq!((held, selected.count), (vec![1, 64, 65, 1_000], 4));
        assert!(Selected::first(3).contains(3) && !Selected::first(3).contains(4));
    }
}
