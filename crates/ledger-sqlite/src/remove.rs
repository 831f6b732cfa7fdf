//! Removes what the user wants removed from the ledger: old calls, and one person's data wherever the ledger
//! stores it.
//!
//! What was removed must be paid for again, so a removal is counted. A call in doubt is removed only if the
//! user says so: sent again, it may be paid for twice.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
    sync::Arc,
};

use engine::ledger::{CallState, LedgerError, Prune, Removal, Removed, RunState, RunTexts, Traces};
use rusqlite::{Connection, Row, params};

use crate::{
    codes::{Coded, code},
    consent, failed,
    file::LedgerFile,
    lock, ms, now_ms,
    reply::StoredReply,
};

impl LedgerFile {
    /// What a removal would take.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn would_remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        let chosen = self.readers.fresh(|db| chosen(db, what, with_doubts));
        let (_, mut removed) = chosen.map_err(|error| failed(&error))?;
        let runs = self.readers.fresh(runs).map_err(|error| failed(&error))?;
        self.forget_in_runs(&runs, &Prune::traces(what), &mut removed, |_| Ok(false))?;
        Ok(removed)
    }

    /// Removes calls and the mentions of them in runs, including their text in the file.
    ///
    /// # Errors
    /// The ledger cannot be written, or a log cannot be removed.
    pub(crate) fn remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        // The open calls of dead processes are doubts, or were never sent.
        self.settle_the_dead()?;
        let (calls, path) = (what.to_vec(), self.path.clone());
        let mut removed = self.writer()?.run_blocking(move |db| {
            // Deleted content is overwritten: a person's data must not stay in free pages.
            db.pragma_update(None, "secure_delete", true)?;
            let (ids, removed) = chosen(db, &calls, with_doubts)?;
            consent::count_removed(db, &path, || {
                let mut delete = db.prepare_cached("DELETE FROM call WHERE id = ?1")?;
                ids.iter().try_for_each(|id| delete.execute([id]).map(drop))
            })?;
            Ok(removed)
        })?;
        let runs = self.readers.fresh(runs).map_err(|error| failed(&error))?;
        let traces = Prune::traces(what);
        self.forget_in_runs(&runs, &traces, &mut removed, |run| {
            let (run, traces) = (run.clone(), traces.clone());
            self.writer()?.run_blocking(move |db| forget(db, &run, &traces)).map(|()| true)
        })?;
        removed.remains = !self.empty_the_log()?;
        Ok(removed)
    }

    /// Counts the runs that mention a person; calls `each` for those that have ended, and removes their logs.
    fn forget_in_runs(
        &self,
        runs: &[Run],
        traces: &Traces,
        removed: &mut Removed,
        each: impl Fn(&Run) -> Result<bool, LedgerError>,
    ) -> Result<(), LedgerError> {
        for run in runs {
            let log = lock::run_file(&self.path, run.id, "log");
            let (has_traces, logs) = (run.texts.contain(traces), log_contains(&log, traces));
            if (has_traces || logs) && run.is_open && self.is_alive(run.id) {
                removed.runs_kept += 1;
                continue;
            }
            removed.runs += u64::from(has_traces);
            removed.logs += u64::from(logs);
            let goes = if has_traces || logs { each(run)? } else { false };
            if logs && goes {
                fs::remove_file(&log)
                    .map_err(|error| LedgerError(format!("{} cannot be removed: {error}", log.display())))?;
            }
        }
        Ok(())
    }

    /// Moves the log into the file and empties it, so that removed text is gone from both; returns `false` if
    /// another process still reads the earlier content.
    fn empty_the_log(&self) -> Result<bool, LedgerError> {
        let readers = Arc::clone(&self.readers);
        let emptied = self.writer()?.run_alone(move |db| {
            readers.hold(|| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)))
        });
        emptied.map(|busy: i64| busy == 0)
    }
}

/// A doubt is over once a later call with the same key was answered.
const IS_OVER: &str = concat!(
    "EXISTS (SELECT 1 FROM call AS later WHERE later.key_short = call.key_short
    AND later.key = call.key AND later.id > call.id AND later.state IN (",
    code!(answers),
    "))",
);

/// No removal takes an open intent, because its process waits for the answer.
const IS_SETTLED: &str = concat!("state <> ", code!(intent));

/// The numbers of the calls that a removal takes, and how many of each kind.
fn chosen(db: &Connection, what: &[Prune], with_doubts: bool) -> rusqlite::Result<(Vec<i64>, Removed)> {
    let mut removal = Removal::new(with_doubts);
    for what in what {
        candidates(db, what, &mut removal)?;
    }
    let sql = format!(
        "SELECT id FROM call WHERE state = {} AND {IS_OVER} AND key_short IN
             (SELECT key_short FROM call WHERE id IN (SELECT value FROM json_each(?1)))",
        code!(in_doubt)
    );
    let ids = serde_json::to_string(removal.answers()).unwrap_or_default();
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([ids])?;
    while let Some(row) = rows.next()? {
        removal.take_ended(row.get(0)?);
    }
    Ok(removal.chosen())
}

/// Chooses the call in a row with its number, its state and whether it is a doubt that is over.
fn take(row: &Row<'_>, removal: &mut Removal) -> rusqlite::Result<()> {
    removal.take(row.get(0)?, CallState::from_code(row.get(1)?), row.get(2)?);
    Ok(())
}

fn candidates(db: &Connection, what: &Prune, removal: &mut Removal) -> rusqlite::Result<()> {
    match what {
        Prune::OlderThan(age) => {
            // An entry that is dated in the future was stored under a clock that was wrong by as much.
            let sql = format!(
                "SELECT id, state, {IS_OVER} FROM call WHERE {IS_SETTLED}
                 AND (coalesce(settled_at, sent_at) < ?1 OR coalesce(settled_at, sent_at) > ?2)"
            );
            let (now, age) = (now_ms(), ms(*age));
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query(params![now.saturating_sub(age), now.saturating_add(age)])?;
            while let Some(row) = rows.next()? {
                take(row, removal)?;
            }
        }
        Prune::Parameter { name, values } => {
            let sql = format!(
                "SELECT id, state, {IS_OVER} FROM call WHERE {IS_SETTLED} AND EXISTS (SELECT 1 FROM json_each(parameters)
                 WHERE json_each.key = ?1 AND json_each.value IN (SELECT value FROM json_each(?2)))"
            );
            let values = serde_json::to_string(values).unwrap_or_default();
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query(params![name, values])?;
            while let Some(row) = rows.next()? {
                take(row, removal)?;
            }
        }
        Prune::Person { .. } => {
            let traces = Prune::traces(std::slice::from_ref(what));
            let sql = format!(
                "SELECT id, state, {IS_OVER}, parameters, reply, error_message, error_detail, request_id
                 FROM call WHERE {IS_SETTLED}"
            );
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let mut has_traces = false;
                for column in 3..8 {
                    // A long reply is compressed.
                    let text: Option<StoredReply> = row.get(column)?;
                    has_traces = has_traces || text.is_some_and(|StoredReply(text)| traces.are_in(&text));
                }
                if has_traces {
                    take(row, removal)?;
                }
            }
        }
    }
    Ok(())
}

/// The texts in a run's record.
#[derive(Clone)]
struct Run {
    id: i64,
    is_open: bool,
    texts: RunTexts,
}

fn runs(db: &Connection) -> rusqlite::Result<Vec<Run>> {
    let sql = "SELECT id, state, command, input, output, steps, summary FROM run ORDER BY id";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let state: String = row.get(1)?;
        let texts = RunTexts {
            command: row.get(2)?,
            input: row.get(3)?,
            output: row.get(4)?,
            steps: row.get(5)?,
            summary: row.get(6)?,
        };
        Ok(Run { id: row.get(0)?, is_open: state == RunState::Running.name(), texts })
    })?;
    rows.collect()
}

/// Removes every mention of a person from a run's record.
fn forget(db: &Connection, run: &Run, traces: &Traces) -> rusqlite::Result<()> {
    db.pragma_update(None, "secure_delete", true)?;
    let RunTexts { command, input, output, steps, summary } = run.texts.without(traces);
    db.execute(
        "UPDATE run SET command = ?2, input = ?3, output = ?4, steps = ?5, summary = ?6 WHERE id = ?1",
        params![run.id, command, input, output, steps, summary],
    )?;
    Ok(())
}

fn log_contains(log: &Path, traces: &Traces) -> bool {
    if !fs::symlink_metadata(log).is_ok_and(|about| about.is_file()) {
        return false;
    }
    let Ok(file) = File::open(log) else { return false };
    let mut lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    lines.any(|line| traces.are_in(&String::from_utf8_lossy(&line)))
}
