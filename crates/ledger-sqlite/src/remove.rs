//! What is taken out of the ledger by the user's own wish: old calls, and one person's data
//! wherever the ledger keeps it.
//!
//! A removal makes what was bought payable again, so it counts. A call in doubt is not taken
//! unless that is said: asked again, it may be paid for twice.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
    sync::Arc,
    time::Duration,
};

use engine::ledger::LedgerError;
use rusqlite::{Connection, params};

use crate::{
    CallState, RunState, Store,
    codes::{Coded, code},
    consent, failed, lock, ms, now_ms,
    trace::Traces,
};

/// What a removal takes.
#[derive(Debug, Clone)]
pub enum Prune {
    /// Every settled call older than this.
    OlderThan(Duration),
    /// Every call with this parameter.
    Parameter {
        /// The parameter's name.
        name: String,
        /// Its values, in the forms in which they may have been sent.
        values: Vec<String>,
    },
    /// Every call that has one of these values in its parameters or in what came back, and what
    /// runs and their logs say of them: one person's data.
    Person {
        /// Addresses and names, in any spelling.
        values: Vec<String>,
    },
}

/// What was taken, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Calls, all in all.
    pub calls: u64,
    /// Of these, answers: what asks the same buys them again.
    pub answers: u64,
    /// Of these, calls in doubt: what asks the same may pay twice.
    pub doubts: u64,
    /// Calls in doubt that are meant, and kept.
    pub doubts_kept: u64,
    /// Runs whose command or results told of them.
    pub runs: u64,
    /// Logs of runs that told of them.
    pub logs: u64,
    /// Runs that go on and tell of them.
    pub runs_kept: u64,
    /// The removed text is still in the file or its log, since another process reads it.
    pub remains: bool,
}

/// The calls that are meant, and what becomes of them.
#[derive(Default)]
struct Meant {
    ids: Vec<i64>,
    removed: Removed,
}

/// What stands in a run's record in place of what was forgotten.
const FORGOTTEN: &str = "[forgotten]";

impl Store {
    /// What a removal would take.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn would_remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        let meant = self.readers.fresh(|db| meant(db, what, with_doubts));
        let mut removed = meant.map_err(|error| failed(&error))?.removed;
        let runs = self.readers.fresh(runs).map_err(|error| failed(&error))?;
        self.of_runs(&runs, &traces(what), &mut removed, |_| Ok(false))?;
        Ok(removed)
    }

    /// Removes calls, and what runs tell of them, and their text from the file.
    ///
    /// # Errors
    /// The ledger cannot be written, or a log cannot be removed.
    pub fn remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        // The calls of dead processes are doubts, or were never sent.
        self.settle_the_dead()?;
        let (calls, path) = (what.to_vec(), self.path.clone());
        let mut removed = self.writer()?.run_blocking(move |db| {
            // What is deleted is overwritten: a person's data must not stay in free pages.
            db.pragma_update(None, "secure_delete", true)?;
            let meant = meant(db, &calls, with_doubts)?;
            consent::count_removed(db, &path, || {
                let mut delete = db.prepare_cached("DELETE FROM call WHERE id = ?1")?;
                meant.ids.iter().try_for_each(|id| delete.execute([id]).map(drop))
            })?;
            Ok(meant.removed)
        })?;
        let runs = self.readers.fresh(runs).map_err(|error| failed(&error))?;
        let traces = traces(what);
        self.of_runs(&runs, &traces, &mut removed, |run| {
            let (run, traces) = (run.clone(), traces.clone());
            self.writer()?.run_blocking(move |db| forget(db, &run, &traces))
        })?;
        removed.remains = !self.empty_the_log()?;
        Ok(removed)
    }

    /// Counts the runs that tell of a person; `each` is done to those that do not go on, and their
    /// logs are removed with it.
    fn of_runs(
        &self,
        runs: &[Run],
        traces: &Traces,
        removed: &mut Removed,
        each: impl Fn(&Run) -> Result<bool, LedgerError>,
    ) -> Result<(), LedgerError> {
        for run in runs {
            let log = lock::run_file(&self.path, run.id, "log");
            let (tells, logs) = (run.tells_of(traces), log_tells_of(&log, traces));
            if (tells || logs) && run.is_open && self.is_alive(run.id) {
                removed.runs_kept += 1;
                continue;
            }
            removed.runs += u64::from(tells);
            removed.logs += u64::from(logs);
            let goes = if tells || logs { each(run)? } else { false };
            if logs && goes {
                fs::remove_file(&log)
                    .map_err(|error| LedgerError(format!("{} cannot be removed: {error}", log.display())))?;
            }
        }
        Ok(())
    }

    /// Brings the log into the file and empties it, so that removed text is gone from both; `false`
    /// when somebody else reads what was there before.
    fn empty_the_log(&self) -> Result<bool, LedgerError> {
        let readers = Arc::clone(&self.readers);
        let emptied = self.writer()?.run_alone(move |db| {
            readers.hold(|| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)))
        });
        emptied.map(|busy: i64| busy == 0)
    }
}

/// A doubt is over once a later call of the same key was answered.
const IS_OVER: &str = concat!(
    "EXISTS (SELECT 1 FROM call AS later WHERE later.key_short = call.key_short
    AND later.key = call.key AND later.id > call.id AND later.state IN (",
    code!(answers),
    "))",
);

/// Somebody waits for an open intent: no removal takes it.
const IS_SETTLED: &str = concat!("state <> ", code!(intent));

/// The calls that a removal takes.
fn meant(db: &Connection, what: &[Prune], with_doubts: bool) -> rusqlite::Result<Meant> {
    let mut meant = Meant::default();
    let mut seen = HashSet::new();
    let mut answers = Vec::new();
    let mut take = |id: i64, state: i64, is_over: bool| {
        let state = CallState::from_code(state);
        if !seen.insert(id) {
            return;
        }
        match state {
            CallState::InDoubt if !is_over && !with_doubts => return meant.removed.doubts_kept += 1,
            CallState::InDoubt if !is_over => meant.removed.doubts += 1,
            state if state.is_answer() => {
                meant.removed.answers += 1;
                answers.push(id);
            }
            _ => {}
        }
        meant.ids.push(id);
    };
    for what in what {
        candidates(db, what, &mut take)?;
    }
    // A doubt that an answer ended goes with the answer, or it would be one again.
    let sql = format!(
        "SELECT id, state FROM call WHERE state = {} AND {IS_OVER} AND key_short IN
             (SELECT key_short FROM call WHERE id IN (SELECT value FROM json_each(?1)))",
        code!(in_doubt)
    );
    let ids = serde_json::to_string(&answers).unwrap_or_default();
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([ids])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if seen.insert(id) {
            meant.ids.push(id);
        }
    }
    meant.removed.calls = meant.ids.len() as u64;
    Ok(meant)
}

fn candidates(db: &Connection, what: &Prune, take: &mut impl FnMut(i64, i64, bool)) -> rusqlite::Result<()> {
    match what {
        Prune::OlderThan(age) => {
            // What is dated in the future was stored under a clock that was as wrong.
            let sql = format!(
                "SELECT id, state, {IS_OVER} FROM call WHERE {IS_SETTLED}
                 AND (coalesce(settled_at, sent_at) < ?1 OR coalesce(settled_at, sent_at) > ?2)"
            );
            let (now, age) = (now_ms(), ms(*age));
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query(params![now.saturating_sub(age), now.saturating_add(age)])?;
            while let Some(row) = rows.next()? {
                take(row.get(0)?, row.get(1)?, row.get(2)?);
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
                take(row.get(0)?, row.get(1)?, row.get(2)?);
            }
        }
        Prune::Person { .. } => {
            let traces = traces(std::slice::from_ref(what));
            let sql = format!(
                "SELECT id, state, {IS_OVER}, parameters, reply, error_message, error_detail, request_id
                 FROM call WHERE {IS_SETTLED}"
            );
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let mut tells = false;
                for column in 3..8 {
                    let text: Option<String> = row.get(column)?;
                    tells = tells || text.is_some_and(|text| traces.are_in(&text));
                }
                if tells {
                    take(row.get(0)?, row.get(1)?, row.get(2)?);
                }
            }
        }
    }
    Ok(())
}

/// What a removal looks for in runs and logs; nothing where it is about age.
fn traces(what: &[Prune]) -> Traces {
    Traces::of(
        what.iter()
            .flat_map(|what| match what {
                Prune::OlderThan(_) => &[],
                Prune::Parameter { values, .. } | Prune::Person { values } => values.as_slice(),
            })
            .map(String::as_str),
    )
}

/// What a run's record says in words.
#[derive(Clone)]
struct Run {
    id: i64,
    is_open: bool,
    /// Command, input, output, steps and summary.
    texts: [Option<String>; 5],
}

impl Run {
    fn tells_of(&self, traces: &Traces) -> bool {
        self.texts.iter().flatten().any(|text| traces.are_in(text))
    }
}

fn runs(db: &Connection) -> rusqlite::Result<Vec<Run>> {
    let sql = "SELECT id, state, command, input, output, steps, summary FROM run ORDER BY id";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let state: String = row.get(1)?;
        Ok(Run {
            id: row.get(0)?,
            is_open: state == RunState::Running.name(),
            texts: [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?],
        })
    })?;
    rows.collect()
}

/// Takes out of a run's record whatever tells of a person. A summary may hold a whole reply, so it
/// goes as a whole.
fn forget(db: &Connection, run: &Run, traces: &Traces) -> rusqlite::Result<bool> {
    db.pragma_update(None, "secure_delete", true)?;
    let instead = |at: usize, word: Option<&str>| {
        let text = run.texts[at].as_deref();
        if text.is_some_and(|text| traces.are_in(text)) {
            word.map(str::to_owned)
        } else {
            text.map(str::to_owned)
        }
    };
    db.execute(
        "UPDATE run SET command = ?2, input = ?3, output = ?4, steps = ?5, summary = ?6 WHERE id = ?1",
        params![
            run.id,
            instead(0, Some(FORGOTTEN)),
            instead(1, Some(FORGOTTEN)),
            instead(2, Some(FORGOTTEN)),
            instead(3, Some("{}")),
            instead(4, None),
        ],
    )?;
    Ok(true)
}

fn log_tells_of(log: &Path, traces: &Traces) -> bool {
    if !fs::symlink_metadata(log).is_ok_and(|about| about.is_file()) {
        return false;
    }
    let Ok(file) = File::open(log) else { return false };
    let mut lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    lines.any(|line| traces.are_in(&String::from_utf8_lossy(&line)))
}
