//! Runs in the ledger: their start, their end, and requests to stop them. This module knows no call's
//! meaning.

use std::path::Path;

use engine::ledger::{BeginError, CallState, LedgerError, RunEnd, RunRecord, RunStart, RunState, Used};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    calls,
    codes::{Coded, code},
    consent, failed,
    file::LedgerFile,
    lock::{self, Process, RunLock},
    now_ms,
};

/// A run whose start is recorded, and whose lock is held.
pub(crate) struct RecordedRun {
    pub(crate) run: i64,
    pub(crate) lock: RunLock,
    pub(crate) used_before: Used,
}

const COLUMNS: &str =
    "id, state, command, input, output, steps, version, started_at, ended_at, summary, stop_asked, consent";

/// The columns for a list, whose memory is bounded: without steps, and with a summary only if it is short.
const LISTED: &str = "id, state, command, input, output, 'null', version, started_at, ended_at, \
    CASE WHEN octet_length(summary) <= 65536 THEN summary END, stop_asked, consent";

impl LedgerFile {
    /// Records the start of a run and takes its lock, in one transaction: a process that starts another run
    /// under the same consent finds either nothing or a run that holds its lock.
    pub(crate) fn begin_run(&self, start: &RunStart, now: i64) -> Result<RecordedRun, BeginError> {
        let (start, path) = (start.clone(), self.path.clone());
        self.writer()?.run_blocking(move |db| begin(db, &path, &start, now))?
    }

    /// Records the end of a run.
    pub(crate) async fn end_run(&self, run: i64, end: &RunEnd) -> Result<(), LedgerError> {
        let end = end.clone();
        let change = move |db: &Connection| {
            let sql = "UPDATE run SET state = ?2, summary = ?3, ended_at = ?4 WHERE id = ?1";
            db.execute(sql, params![run, end.state.name(), end.summary, now_ms()]).map(drop)
        };
        self.writer()?.run(change).await
    }

    /// Records the progress of a run.
    pub(crate) async fn note_progress(&self, run: i64, progress: String) -> Result<(), LedgerError> {
        let change = move |db: &Connection| {
            let sql = "UPDATE run SET summary = ?2 WHERE id = ?1 AND ended_at IS NULL";
            db.execute(sql, params![run, progress]).map(drop)
        };
        self.writer()?.run(change).await
    }

    /// Asks a run to stop; returns `false` if no run has this number.
    pub(crate) async fn ask_to_stop(&self, run: i64) -> Result<bool, LedgerError> {
        let change = move |db: &Connection| db.execute("UPDATE run SET stop_asked = 1 WHERE id = ?1", [run]);
        Ok(self.writer()?.run(change).await? > 0)
    }

    /// Whether a user asked the run to stop.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn is_asked_to_stop(&self, run: i64) -> Result<bool, LedgerError> {
        let sql = "SELECT stop_asked FROM run WHERE id = ?1";
        let asked = self.readers.fresh(|db| db.query_row(sql, [run], |row| row.get(0)).optional());
        asked.map(Option::unwrap_or_default).map_err(|error| failed(&error))
    }

    /// The newest `most` runs, newest first, and the number of all runs. Their steps and long summaries are
    /// left out.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn runs(&self, most: u32) -> Result<(Vec<RunRecord>, u64), LedgerError> {
        let list = |db: &Connection| {
            let sql = format!("SELECT {LISTED} FROM run ORDER BY id DESC LIMIT ?1");
            let mut statement = db.prepare(&sql)?;
            let runs: Vec<RunRecord> = statement.query_map([most], read)?.collect::<rusqlite::Result<_>>()?;
            let all: i64 = db.query_row("SELECT count(*) FROM run", [], |row| row.get(0))?;
            Ok((runs, all.unsigned_abs()))
        };
        let listed = self.readers.fresh(list);
        let (mut runs, all) = listed.map_err(|error: rusqlite::Error| failed(&error))?;
        runs.iter_mut().for_each(|run| self.notice_death(run));
        Ok((runs, all))
    }

    /// One run.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn run(&self, id: i64) -> Result<Option<RunRecord>, LedgerError> {
        self.find_run("id = ?1", &id)
    }

    /// The newest run that wrote `output`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn run_of_output(&self, output: &str) -> Result<Option<RunRecord>, LedgerError> {
        // Most runs that end early still write an output; the summary of a run that wrote none has no output.
        let wrote =
            self.find_run("output = ?1 AND json_extract(summary, '$.output') IS NOT NULL", &output)?;
        if wrote.is_some() { Ok(wrote) } else { self.find_run("output = ?1", &output) }
    }

    fn find_run(
        &self,
        condition: &str,
        value: &dyn rusqlite::ToSql,
    ) -> Result<Option<RunRecord>, LedgerError> {
        let sql = format!("SELECT {COLUMNS} FROM run WHERE {condition} ORDER BY id DESC LIMIT 1");
        let found = self.readers.fresh(|db| db.query_row(&sql, [value], read).optional());
        let mut found = found.map_err(|error| failed(&error))?;
        found.iter_mut().for_each(|run| self.notice_death(run));
        Ok(found)
    }

    /// Marks a run as died if its state is running and its process is dead.
    fn notice_death(&self, run: &mut RunRecord) {
        if run.state == RunState::Running && !self.is_alive(run.id) {
            run.state = RunState::Died;
        }
    }

    /// Records what became of open intents of dead processes: they are doubts, or were never sent. Removes
    /// the files that these processes left behind.
    pub(crate) fn settle_the_dead(&self) -> Result<(), LedgerError> {
        let open = |db: &Connection| {
            let mut statement =
                db.prepare(concat!("SELECT DISTINCT run FROM call WHERE state = ", code!(intent)))?;
            let runs = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
            runs.into_iter().map(|run| Ok((run, Process::for_run(db, &self.path, run)?))).collect()
        };
        let open: rusqlite::Result<Vec<(i64, Process)>> = self.readers.fresh(open);
        let open = open.map_err(|error| failed(&error))?;
        let (alive, dead): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(_, process)| matches!(process, Process::Lives));
        if !dead.is_empty() {
            self.writer()?.run_blocking(move |db| {
                dead.iter().try_for_each(|(run, process)| settle_dead_run(db, *run, process))
            })?;
        }
        lock::clean_up(&self.path, |run| alive.iter().all(|(alive, _)| *alive != run));
        Ok(())
    }
}

fn begin(
    db: &Connection,
    ledger: &Path,
    start: &RunStart,
    now: i64,
) -> rusqlite::Result<Result<RecordedRun, BeginError>> {
    let mut used_before = Used::default();
    if let Some(consent) = &start.consent {
        if let Some(run) = consent::holder(db, ledger, consent)? {
            return Ok(Err(BeginError::ConsentHeld(run)));
        }
        used_before = consent::used(db, ledger, consent)?;
    }
    db.execute(
        "INSERT INTO run (state, command, input, output, steps, version, started_at, consent)
         VALUES ('running', ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![start.command, start.input, start.output, start.steps, start.version, now, start.consent],
    )?;
    let run = db.last_insert_rowid();
    match RunLock::take(ledger, run, now) {
        Ok(lock) => Ok(Ok(RecordedRun { run, lock, used_before })),
        Err(error) => {
            db.execute("DELETE FROM run WHERE id = ?1", [run])?;
            let why = format!("the run's lock cannot be made beside {}: {error}", ledger.display());
            Ok(Err(LedgerError(why).into()))
        }
    }
}

fn settle_dead_run(db: &Connection, run: i64, process: &Process) -> rusqlite::Result<()> {
    let mut open =
        db.prepare_cached(concat!("SELECT id FROM call WHERE state = ", code!(intent), " AND run = ?1"))?;
    let open: Vec<i64> = open.query_map([run], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for intent in open {
        if process.never_sent(intent) {
            calls::take_back(db, intent)?;
        } else {
            // If nobody can tell whether the process is alive, its calls keep their time limit.
            let latest = if matches!(process, Process::Unlocked) { now_ms() } else { i64::MAX };
            db.prepare_cached("UPDATE call SET state = ?2 WHERE id = ?1 AND deadline <= ?3")?
                .execute(params![intent, CallState::InDoubt.code(), latest])?;
        }
    }
    Ok(())
}

/// The length limit for a run's JSON that is parsed, in bytes: parsing takes ten times its length, and a
/// ledger from elsewhere could contain any length.
const LONGEST_JSON: usize = 4 << 20;

fn json(text: &str) -> Option<serde_json::Value> {
    if text.len() > LONGEST_JSON { None } else { serde_json::from_str(text).ok() }
}

fn read(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    let state: String = row.get(1)?;
    let steps: String = row.get(5)?;
    let summary: Option<String> = row.get(9)?;
    Ok(RunRecord {
        id: row.get(0)?,
        state: RunState::from_name(&state),
        command: row.get(2)?,
        input: row.get(3)?,
        output: row.get(4)?,
        steps: json(&steps).unwrap_or_default(),
        version: row.get(6)?,
        started_at: row.get(7)?,
        ended_at: row.get(8)?,
        summary: summary.and_then(|summary| json(&summary)),
        stop_asked: row.get(10)?,
        consent: row.get(11)?,
    })
}
