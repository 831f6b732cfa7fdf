//! What stored calls mean for one run: whose age counts, who is asking, what is in doubt.

use std::{path::Path, time::Duration};

use engine::ledger::{Key, Known};
use marl_core::{Error, ErrorKind};
use rusqlite::{Connection, Row};

use crate::{CallState, codes::Coded, lock::Process, ms, now_ms, runs};

/// How old a stored answer may be.
#[derive(Debug, Clone, Copy)]
pub struct MaxAge {
    /// Of an answer that found something.
    pub found: Duration,
    /// Of an answer that found nothing.
    pub no_data: Duration,
}

impl MaxAge {
    /// Nothing was found may be true for a week at the most.
    const NO_DATA: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The ages for `--max-age`.
    pub fn new(found: Duration) -> Self {
        Self { found, no_data: found.min(Self::NO_DATA) }
    }
}

impl Default for MaxAge {
    fn default() -> Self {
        Self::new(Duration::from_secs(30 * 24 * 60 * 60))
    }
}

/// Which stored answers count.
#[derive(Debug, Clone, Copy)]
pub enum Freshness {
    /// Those young enough at the start of the run.
    AsOf {
        /// The run's start.
        now: i64,
        /// How old they may be.
        max_age: MaxAge,
    },
    /// All: for explaining what was.
    Any,
}

/// Judges what stored rows mean for one run.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    pub(crate) run: i64,
    pub(crate) freshness: Freshness,
}

impl Judge {
    /// What is known of `key`. Any usable answer comes first; then whoever is asking, a doubt,
    /// and a failure of this run.
    pub(crate) fn known(
        &self,
        db: &Connection,
        key: &Key,
        refresh: bool,
        ledger: &Path,
    ) -> rusqlite::Result<Known> {
        let mut statement = db.prepare_cached(
            "SELECT key, state, run, sent_at, deadline, settled_at, error_kind, error_message, error_detail, reply, id
             FROM call WHERE key_short = ?1 ORDER BY id DESC",
        )?;
        let mut rows = statement.query([key.short()])?;
        let mut otherwise = Known::Nothing;
        while let Some(row) = rows.next()? {
            if row.get_ref(0)?.as_blob().ok() != Some(key.bytes()) {
                continue;
            }
            let known = self.one(db, row, refresh, ledger)?;
            match (&known, &otherwise) {
                (Known::Answered(_) | Known::Unusable { .. }, _) => return Ok(known),
                // An answer that is too old was one, and settled the doubts before it.
                (Known::Nothing, _) if CallState::from_code(row.get(1)?).is_answer() => break,
                (Known::Nothing, _) => {}
                (_, Known::Nothing) => otherwise = known,
                _ => {}
            }
        }
        Ok(otherwise)
    }

    fn one(&self, db: &Connection, row: &Row<'_>, refresh: bool, ledger: &Path) -> rusqlite::Result<Known> {
        let state = CallState::from_code(row.get(1)?);
        let run: i64 = row.get(2)?;
        let sent_at: i64 = row.get(3)?;
        let deadline: i64 = row.get(4)?;
        let in_this_run = run == self.run;
        let known = match state {
            CallState::Found | CallState::NoData | CallState::Unusable => {
                let settled: i64 = row.get::<_, Option<i64>>(5)?.unwrap_or(sent_at);
                match state {
                    _ if !in_this_run && !self.is_fresh(settled, state == CallState::NoData, refresh) => {
                        Known::Nothing
                    }
                    CallState::Unusable => Known::Unusable { error: error(row)?, body: row.get(9)? },
                    _ => Known::Answered(row.get(9)?),
                }
            }
            CallState::Failed if in_this_run => Known::Failed(error(row)?),
            CallState::Failed => Known::Nothing,
            CallState::InDoubt => Known::InDoubt { in_this_run },
            CallState::Intent => {
                let process = if in_this_run { Process::Lives } else { runs::process(db, ledger, run)? };
                open(&process, row.get(10)?, sent_at, deadline)
            }
        };
        Ok(known)
    }

    fn is_fresh(&self, at: i64, no_data: bool, refresh: bool) -> bool {
        match self.freshness {
            Freshness::Any => true,
            Freshness::AsOf { now, max_age } => {
                let age = if no_data { max_age.no_data } else { max_age.found };
                // What another run stores after this one's start is as fresh as can be. Beyond the
                // present no run has stored anything: a clock was wrong, by as much as is seen.
                let is_newer = (now..=now_ms()).contains(&at);
                is_newer || (!refresh && now.abs_diff(at) <= ms(age).unsigned_abs())
            }
        }
    }
}

/// What an open intent means. A process that lives may still send it and may still store its
/// answer, whatever a clock says.
fn open(process: &Process, intent: i64, sent_at: i64, deadline: i64) -> Known {
    match process {
        Process::Lives => Known::Busy { at_most: duration(sent_at, deadline) },
        Process::Unlocked if now_ms() <= deadline => Known::Busy { at_most: duration(sent_at, deadline) },
        process if process.never_sent(intent) => Known::Nothing,
        _ => Known::InDoubt { in_this_run: false },
    }
}

fn duration(from: i64, to: i64) -> Duration {
    Duration::from_millis(u64::try_from(to.saturating_sub(from)).unwrap_or_default())
}

fn error(row: &Row<'_>) -> rusqlite::Result<Error> {
    let kind: Option<String> = row.get(6)?;
    let message: Option<String> = row.get(7)?;
    let detail: Option<String> = row.get(8)?;
    let kind = kind.and_then(|kind| ErrorKind::from_name(&kind)).unwrap_or(ErrorKind::Internal);
    let error = Error::new(kind, message.unwrap_or_default()).billed(kind == ErrorKind::BadReply);
    Ok(match detail {
        Some(detail) => error.with_detail(detail),
        None => error,
    })
}
