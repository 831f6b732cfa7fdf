//! `--pilot N`: selects a few rows that need calls, in situations as different as possible, to preview what
//! the whole run would produce. This module decides from stored answers and the table's cells, and sends
//! nothing.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use engine::{CallMode, Engine, RowEnd, gateway::Gateway, ledger::Key};
use marl_core::{Outcome, Value};
use table::InputRow;

use crate::{
    failure::Failure,
    job::{Job, pipeline, select::Selected},
};

/// The most situations that are distinguished.
const MOST_SITUATIONS: usize = 1_000;

/// Selects the rows of a pilot among the selected rows.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn pick(
    most: usize,
    job: &Job,
    closed: Gateway,
    among: &Selected,
) -> Result<Vec<u64>, Failure> {
    let engine = Arc::new(Engine::new(Arc::clone(&job.plan), CallMode::Stored(closed)));
    let mut seen = Situations::new(most);
    let take = |row: &InputRow, end: Option<&RowEnd>| {
        if let Some(end) = end {
            let cells = job.plan.reads().iter().map(|column| row.cell(*column));
            seen.add(row.number(), end, cells);
        }
        Ok(())
    };
    pipeline::dry_run(&job.table, engine, |row| among.contains(row), 1, take).await?;
    Ok(seen.rows())
}

/// The first rows of each situation.
struct Situations {
    most: usize,
    places: HashMap<u64, usize>,
    /// By situation, in the order of their first rows.
    rows: Vec<Vec<u64>>,
    /// The calls of the rows that were taken: a row with the same calls would add nothing new.
    sent: HashSet<Key>,
}

impl Situations {
    fn new(most: usize) -> Self {
        Self { most, places: HashMap::new(), rows: Vec::new(), sent: HashSet::new() }
    }

    fn add(&mut self, row: u64, end: &RowEnd, cells: impl Iterator<Item = Option<Value>>) {
        let notes = end.projected.iter().flat_map(|step| &step.calls);
        let keys: Vec<&Key> = notes.filter(|note| note.status.is_sent()).map(|note| &note.key).collect();
        if keys.iter().all(|key| self.sent.contains(*key)) {
            return;
        }
        let situation = situation(end, cells);
        let place = match self.places.get(&situation) {
            Some(place) => *place,
            None if self.rows.len() == MOST_SITUATIONS => return,
            None => {
                self.places.insert(situation, self.rows.len());
                self.rows.push(Vec::new());
                self.rows.len() - 1
            }
        };
        if self.rows[place].len() < self.most {
            self.rows[place].push(row);
            self.sent.extend(keys.into_iter().cloned());
        }
    }

    /// One row of each situation in turn, then a second row of each, until there are enough.
    fn rows(&self) -> Vec<u64> {
        let deepest = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let in_turn = (0..deepest).flat_map(|depth| self.rows.iter().filter_map(move |rows| rows.get(depth)));
        in_turn.copied().take(self.most).collect()
    }
}

/// A hash that is equal for rows on which the same steps would make calls and whose cells look alike.
fn situation(end: &RowEnd, cells: impl Iterator<Item = Option<Value>>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (outcome, projected) in end.outcomes.iter().zip(&end.projected) {
        let asks = projected.calls.iter().filter(|note| note.status.is_sent()).count();
        let outcome = match outcome {
            Outcome::Value(_) => "value",
            Outcome::NoData => "no data",
            Outcome::Skipped(reason) => reason.name(),
            Outcome::Failed(error) => error.kind().name(),
        };
        (asks, outcome).hash(&mut hasher);
    }
    for cell in cells {
        cell.map(|cell| looks(&cell.to_string())).hash(&mut hasher);
    }
    hasher.finish()
}

/// The shape of a cell: `acme.com`, `https://acme.com/about`, `jane@acme.com` and `Acme Ltd` differ.
fn looks(cell: &str) -> (bool, bool, bool, bool) {
    let has = |sign: char| cell.contains(sign);
    (has('@'), has('/'), cell.trim().contains(char::is_whitespace), cell.is_ascii())
}
