//! Counts what was bought under a consent, over every run that was started under it.
//!
//! A consent is a text that the caller chose, such as a plan's hash. The caller knows how much it allows;
//! this module only counts, and finds a run under it whose process is alive.

use std::path::Path;

use engine::ledger::{LedgerError, RunState, Used};
use rusqlite::{Connection, params};

use crate::{
    codes::code,
    failed,
    file::LedgerFile,
    lock::{self, Process},
};

impl LedgerFile {
    /// What was bought under a consent so far.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn used(&self, consent: &str) -> Result<Used, LedgerError> {
        self.readers.fresh(|db| used(db, &self.path, consent)).map_err(|error| failed(&error))
    }
}

/// A run under this consent whose process is alive.
pub(crate) fn holder(db: &Connection, ledger: &Path, consent: &str) -> rusqlite::Result<Option<i64>> {
    let mut statement = db.prepare_cached("SELECT id FROM run WHERE consent = ?1 AND state = ?2")?;
    let runs = statement.query_map(params![consent, RunState::Running.name()], |row| row.get(0))?;
    let runs: Vec<i64> = runs.collect::<rusqlite::Result<_>>()?;
    Ok(runs.into_iter().find(|run| lock::lives(ledger, *run)))
}

/// What was bought under a consent so far.
pub(crate) fn used(db: &Connection, ledger: &Path, consent: &str) -> rusqlite::Result<Used> {
    let mut statement =
        db.prepare_cached("SELECT id, summary, removed_calls, removed_cost FROM run WHERE consent = ?1")?;
    let runs = statement.query_map([consent], |row| {
        let removed = Used { calls: row.get::<_, i64>(2)?.unsigned_abs(), cost: row.get(3)? };
        Ok((row.get(0)?, row.get(1)?, removed))
    })?;
    let runs: Vec<(i64, Option<String>, Used)> = runs.collect::<rusqlite::Result<_>>()?;
    let mut used = Used::default();
    for (run, summary, removed) in runs {
        let stored = stored(db, ledger, run)?;
        // Earlier versions of marl did not count removals, so the run's own summary counts as well.
        let reported = reported(summary.as_deref().unwrap_or_default());
        used.calls += (stored.calls + removed.calls).max(reported.calls);
        used.cost += (stored.cost + removed.cost).max(reported.cost);
    }
    Ok(used)
}

/// The stored calls of a run that were bought, or may have been.
fn stored(db: &Connection, ledger: &Path, run: i64) -> rusqlite::Result<Used> {
    let (calls, cost): (i64, f64) = db
        .prepare_cached(concat!(
            "SELECT count(*), total(coalesce(cost, price)) FROM call WHERE run = ?1 AND NOT free AND state NOT IN (",
            code!(intent),
            ", ",
            code!(failed),
            ")",
        ))?
        .query_row([run], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut used = Used { calls: calls.unsigned_abs(), cost };
    let mut statement = db.prepare_cached(concat!(
        "SELECT id, total(price) FROM call WHERE run = ?1 AND NOT free AND state = ",
        code!(intent),
        " GROUP BY id",
    ))?;
    let open = statement.query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let open: Vec<(i64, f64)> = open.collect::<rusqlite::Result<_>>()?;
    if !open.is_empty() {
        let process = Process::for_run(db, ledger, run)?;
        for (_, price) in open.into_iter().filter(|(intent, _)| !process.never_sent(*intent)) {
            used.calls += 1;
            used.cost += price;
        }
    }
    Ok(used)
}

/// Calls `remove`, and records how many calls of runs under a consent it removes, including runs that are
/// going on: a removal must not restore a consent.
pub(crate) fn count_removed(
    db: &Connection,
    ledger: &Path,
    remove: impl FnOnce() -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("SELECT id FROM run WHERE consent IS NOT NULL")?;
    let runs = statement.query_map([], |row| row.get(0))?;
    let runs: Vec<i64> = runs.collect::<rusqlite::Result<_>>()?;
    let before = runs.iter().map(|run| stored(db, ledger, *run)).collect::<rusqlite::Result<Vec<_>>>()?;
    remove()?;
    let sql =
        "UPDATE run SET removed_calls = removed_calls + ?2, removed_cost = removed_cost + ?3 WHERE id = ?1";
    let mut count = db.prepare_cached(sql)?;
    for (run, before) in runs.into_iter().zip(before) {
        let after = stored(db, ledger, run)?;
        if after.calls < before.calls {
            let calls = i64::try_from(before.calls - after.calls).unwrap_or(i64::MAX);
            count.execute(params![run, calls, (before.cost - after.cost).max(0.0)])?;
        }
    }
    Ok(())
}

/// What a run had bought according to its summary.
fn reported(summary: &str) -> Used {
    let summary: serde_json::Value = serde_json::from_str(summary).unwrap_or_default();
    Used {
        calls: summary["calls"]["bought"].as_u64().unwrap_or_default(),
        cost: summary["cost"].as_f64().unwrap_or_default(),
    }
}
