//! Reports what the ledger holds: counts, whether the file is intact, its calls one by one. This module
//! changes nothing.

use std::time::Duration;

use engine::ledger::{
    CallRecord, CallState, Freshness, Judge, Key, Known, LedgerError, MaxAge, StateCount, Stats, Wanted,
};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::mpsc::Sender;

use crate::{
    calls,
    codes::{Coded, code},
    failed,
    file::LedgerFile,
    judge::known,
    now_ms,
};

impl LedgerFile {
    /// The counts of the ledger.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn stats(&self) -> Result<Stats, LedgerError> {
        self.readers.fresh(stats).map_err(|error| failed(&error))
    }

    /// Whether the file is intact. Reads all of it.
    ///
    /// # Errors
    /// The ledger cannot be read for another reason than damage.
    pub(crate) fn is_sound(&self) -> Result<bool, LedgerError> {
        let check =
            |db: &Connection| db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        match self.readers.fresh(check) {
            Ok(word) => Ok(word == "ok"),
            // The damage is so severe that the check itself fails.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    /// How many calls a run that started now would find in doubt. A later answer ends a doubt, so counting
    /// the rows in that state is not enough.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn doubts(&self) -> Result<u64, LedgerError> {
        let judge = Judge::for_reader(Freshness::Now(MaxAge::default()), now_ms());
        let count = |db: &Connection| {
            let mut statement = db.prepare(concat!(
                "SELECT DISTINCT key FROM call WHERE state IN (",
                code!(intent),
                ", ",
                code!(in_doubt),
                ")",
            ))?;
            let mut rows = statement.query([])?;
            let mut doubts = 0;
            while let Some(row) = rows.next()? {
                let known = known(&judge, db, &Key::stored(row.get(0)?), Wanted::default(), &self.path)?;
                doubts += u64::from(matches!(known, Known::InDoubt { .. }));
            }
            Ok(doubts)
        };
        self.readers.fresh(count).map_err(|error: rusqlite::Error| failed(&error))
    }

    /// Sends every call, oldest first, in pages; ends early if the receiver is dropped.
    pub(crate) fn export(&self, pages: &Sender<Result<Vec<CallRecord>, LedgerError>>) {
        let all = |db: &Connection| {
            let sql = format!("SELECT {} FROM call ORDER BY id", calls::COLUMNS);
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let mut page = Page::default();
            while let Some(row) = rows.next()? {
                page.add(calls::read(row)?);
                if page.is_full() && pages.blocking_send(Ok(page.take())).is_err() {
                    return Ok(());
                }
            }
            // An error here means that the receiver was dropped.
            let _ = pages.blocking_send(Ok(page.take()));
            Ok(())
        };
        if let Err(error) = self.readers.fresh(all) {
            let _ = pages.blocking_send(Err(failed(&error)));
        }
    }

    /// The record of a call: its answer, or its state.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn record(&self, key: &Key) -> Result<Option<CallRecord>, LedgerError> {
        self.readers.fresh(|db| calls::record(db, key)).map_err(|error| failed(&error))
    }

    pub(crate) fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.readers.shared(|db| calls::newest(db, key, &self.path)).map_err(|error| failed(&error))
    }

    /// How long calls of an operation usually take, if any were answered recently.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(crate) fn usual_duration(
        &self,
        provider: &str,
        operation: &str,
    ) -> Result<Option<Duration>, LedgerError> {
        let usual = self.readers.fresh(|db| calls::usual_duration(db, provider, operation));
        let ms = usual.map_err(|error| failed(&error))?;
        Ok(ms.map(|ms| Duration::from_millis(ms.unsigned_abs())))
    }
}

/// Calls that are sent together.
#[derive(Default)]
struct Page {
    calls: Vec<CallRecord>,
    /// The total length of their replies.
    bytes: usize,
}

impl Page {
    const MOST_CALLS: usize = 256;
    const MOST_BYTES: usize = 256 * 1024;

    fn add(&mut self, call: CallRecord) {
        self.bytes += call.reply.as_ref().map_or(0, String::len);
        self.calls.push(call);
    }

    fn is_full(&self) -> bool {
        self.calls.len() >= Self::MOST_CALLS || self.bytes >= Self::MOST_BYTES
    }

    fn take(&mut self) -> Vec<CallRecord> {
        self.bytes = 0;
        std::mem::take(&mut self.calls)
    }
}

fn stats(db: &Connection) -> rusqlite::Result<Stats> {
    let mut statement = db.prepare(
        "SELECT provider, operation, state, count(*), total(coalesce(cost, price)), count(coalesce(cost, price)),
            total(units), count(units), max(unit)
         FROM call GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    )?;
    let counts = statement.query_map([], |row| {
        let count: i64 = row.get(3)?;
        let state = CallState::from_code(row.get(2)?);
        let is_bought = !matches!(state, CallState::Intent | CallState::Failed);
        let sum = |sum: f64, known: i64| (is_bought && known == count).then_some(sum);
        Ok(StateCount {
            provider: row.get(0)?,
            operation: row.get(1)?,
            state: state.name().to_owned(),
            count: count.unsigned_abs(),
            cost: sum(row.get(4)?, row.get(5)?),
            units: sum(row.get(6)?, row.get(7)?),
            unit: row.get(8)?,
        })
    })?;
    let mut calls = counts.collect::<rusqlite::Result<Vec<StateCount>>>()?;
    let place = |call: &StateCount| (call.provider.clone(), call.operation.clone(), call.state.clone());
    calls.sort_by_key(place);
    let runs: i64 = db.query_row("SELECT count(*) FROM run", [], |row| row.get(0))?;
    let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page: i64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let (oldest, newest) = db
        .query_row("SELECT min(sent_at), max(sent_at) FROM call", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Stats { calls, runs: runs.unsigned_abs(), bytes: (pages * page).unsigned_abs(), oldest, newest })
}
