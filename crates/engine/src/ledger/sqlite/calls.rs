//! Calls in the ledger: what is known of one, claiming it, settling it.

use std::time::Duration;

use marl_core::{Error, ErrorKind};
use rusqlite::{Connection, OptionalExtension, Row, params};
use schemars::JsonSchema;
use serde::Serialize;

use super::{ms, now_ms};
use crate::ledger::{Asking, Claim, Ended, Intent, Key, Known, Settled, key::canonical};

/// How old a stored answer may be.
#[derive(Debug, Clone, Copy)]
pub struct MaxAge {
    /// Of an answer that found something, and of a doubt.
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

/// The state of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Sent or about to be.
    Intent,
    /// Answered.
    Found,
    /// Answered: there is nothing.
    NoData,
    /// Not bought.
    Failed,
    /// Maybe bought.
    InDoubt,
    /// Bought, and of no use.
    Unusable,
}

impl CallState {
    /// Whether a whole answer came.
    fn is_answer(self) -> bool {
        matches!(self, Self::Found | Self::NoData | Self::Unusable)
    }

    fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Intent,
            1 => Self::Found,
            2 => Self::NoData,
            3 => Self::Failed,
            4 => Self::InDoubt,
            _ => Self::Unusable,
        }
    }

    pub(super) fn code(self) -> i64 {
        match self {
            Self::Intent => 0,
            Self::Found => 1,
            Self::NoData => 2,
            Self::Failed => 3,
            Self::InDoubt => 4,
            Self::Unusable => 5,
        }
    }
}

/// A call as it stands in the ledger.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub struct CallRecord {
    /// Its number.
    pub id: i64,
    /// The provider.
    pub provider: String,
    /// The operation.
    pub operation: String,
    /// The parameters, as JSON.
    pub parameters: serde_json::Value,
    /// Its state.
    pub state: CallState,
    /// The run that asked.
    pub run: i64,
    /// The account it was bought for.
    pub account: String,
    /// The base address when it is not the vendor's default.
    pub base: Option<String>,
    /// When it was sent, in ms since 1970.
    pub sent_at: i64,
    /// When its end was stored.
    pub settled_at: Option<i64>,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// The attempts that it took.
    pub attempts: u32,
    /// What it cost, in the settings' unit, if known.
    pub price: Option<f64>,
    /// The vendor's id of the request.
    pub request_id: Option<String>,
    /// What kind of failure it was.
    pub error_kind: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// The provider's own text.
    pub reply: Option<String>,
}

impl CallRecord {
    pub(super) const COLUMNS: &'static str = "id, provider, operation, parameters, state, run, account, base, \
        sent_at, settled_at, duration_ms, attempt, price, request_id, error_kind, error_message, reply";

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let parameters: String = row.get(3)?;
        Ok(Self {
            id: row.get(0)?,
            provider: row.get(1)?,
            operation: row.get(2)?,
            parameters: serde_json::from_str(&parameters).unwrap_or_default(),
            state: CallState::from_code(row.get(4)?),
            run: row.get(5)?,
            account: row.get(6)?,
            base: row.get(7)?,
            sent_at: row.get(8)?,
            settled_at: row.get(9)?,
            duration_ms: row.get(10)?,
            attempts: row.get(11)?,
            price: row.get(12)?,
            request_id: row.get(13)?,
            error_kind: row.get(14)?,
            error: row.get(15)?,
            reply: row.get(16)?,
        })
    }
}

/// Judges what stored rows mean for one run.
#[derive(Debug, Clone)]
pub(super) struct Judge {
    pub(super) run: i64,
    pub(super) freshness: Freshness,
}

impl Judge {
    /// What is known of `key`. Any usable answer comes first; then whoever is asking, a doubt,
    /// and a failure of this run.
    pub(super) fn known(
        &self,
        db: &Connection,
        key: &Key,
        refresh: bool,
        is_alive: &dyn Fn(i64) -> bool,
    ) -> rusqlite::Result<Known> {
        let mut statement = db.prepare_cached(
            "SELECT key, state, run, sent_at, deadline, settled_at, error_kind, error_message, error_detail, reply
             FROM call WHERE key_short = ?1 ORDER BY id DESC",
        )?;
        let mut rows = statement.query([key.short()])?;
        let mut otherwise = Known::Nothing;
        while let Some(row) = rows.next()? {
            if row.get_ref(0)?.as_blob().ok() != Some(key.bytes()) {
                continue;
            }
            let known = self.one(row, refresh, is_alive)?;
            match (&known, &otherwise) {
                (Known::Answered(_) | Known::Unusable(_), _) => return Ok(known),
                // An answer that is too old was one, and settled the doubts before it.
                (Known::Nothing, _) if CallState::from_code(row.get(1)?).is_answer() => break,
                (Known::Nothing, _) => {}
                (_, Known::Nothing) => otherwise = known,
                _ => {}
            }
        }
        Ok(otherwise)
    }

    fn one(&self, row: &Row<'_>, refresh: bool, is_alive: &dyn Fn(i64) -> bool) -> rusqlite::Result<Known> {
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
                    CallState::Unusable => Known::Unusable(error(row)?),
                    _ => Known::Answered(row.get(9)?),
                }
            }
            CallState::Failed if in_this_run => Known::Failed(error(row)?),
            CallState::Failed => Known::Nothing,
            CallState::InDoubt if !self.is_fresh(sent_at, false, false) => Known::Nothing,
            CallState::InDoubt => Known::InDoubt { in_this_run },
            // Its own intent, asked for in another way, or that of a process that lives.
            CallState::Intent if now_ms() <= deadline && (in_this_run || is_alive(run)) => Known::Busy,
            CallState::Intent if !self.is_fresh(sent_at, false, false) => Known::Nothing,
            CallState::Intent => Known::InDoubt { in_this_run: false },
        };
        Ok(known)
    }

    fn is_fresh(&self, at: i64, no_data: bool, refresh: bool) -> bool {
        match self.freshness {
            Freshness::Any => true,
            Freshness::AsOf { now, max_age } => {
                let age = if no_data { max_age.no_data } else { max_age.found };
                // What another run stores after this one's start is as fresh as can be.
                at >= now || (!refresh && now.saturating_sub(at) <= ms(age))
            }
        }
    }
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

/// What an intent stores.
pub(super) struct NewIntent {
    key: Key,
    provider: &'static str,
    base: Option<String>,
    account: String,
    operation: String,
    parameters: String,
    attempt: u32,
    time: i64,
    price: Option<f64>,
}

impl NewIntent {
    pub(super) fn of(asking: &Asking<'_>) -> Self {
        Self {
            key: asking.key,
            provider: asking.call.provider,
            base: asking.scope.base.clone(),
            account: asking.scope.account.clone(),
            operation: asking.call.operation.clone(),
            parameters: canonical(&asking.call.parameters),
            attempt: asking.attempt,
            time: ms(asking.time),
            price: asking.price,
        }
    }
}

/// Claims a call, unless something usable is known or somebody is asking.
pub(super) fn claim(
    db: &Connection,
    judge: &Judge,
    intent: &NewIntent,
    again: bool,
    refresh: bool,
    is_alive: &dyn Fn(i64) -> bool,
) -> rusqlite::Result<Claim> {
    match judge.known(db, &intent.key, refresh, is_alive)? {
        Known::Nothing => {}
        Known::InDoubt { .. } if again => {}
        known => return Ok(Claim::Known(known)),
    }
    let now = now_ms();
    db.prepare_cached(
        "INSERT INTO call (key_short, key, state, run, provider, base, account, operation, parameters, attempt,
            price, sent_at, deadline)
         VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        intent.key.short(),
        intent.key.bytes().as_slice(),
        judge.run,
        intent.provider,
        intent.base,
        intent.account,
        intent.operation,
        intent.parameters,
        intent.attempt,
        intent.price,
        now,
        now.saturating_add(intent.time),
    ])?;
    Ok(Claim::Granted(Intent(db.last_insert_rowid())))
}

/// The attempt was not bought. Another process may have called it in doubt meanwhile.
pub(super) fn take_back(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM call WHERE id = ?1 AND state IN (0, 4)")?.execute([id])?;
    Ok(())
}

/// Stores the end of an attempt; a late reply settles a doubt.
pub(super) fn settle(db: &Connection, id: i64, ended: &Ended) -> rusqlite::Result<()> {
    let (state, reply, error) = match &ended.end {
        Settled::Answered { body, no_data: false } => (CallState::Found, Some(body), None),
        Settled::Answered { body, no_data: true } => (CallState::NoData, Some(body), None),
        Settled::Unusable(error) => (CallState::Unusable, None, Some(error)),
        Settled::Failed(error) => (CallState::Failed, None, Some(error)),
        Settled::InDoubt => (CallState::InDoubt, None, None),
    };
    db.prepare_cached(
        "UPDATE call SET state = ?2, settled_at = ?3, duration_ms = ?4, request_id = ?5, error_kind = ?6,
            error_message = ?7, error_detail = ?8, reply = ?9
         WHERE id = ?1",
    )?
    .execute(params![
        id,
        state.code(),
        now_ms(),
        ms(ended.duration),
        ended.request_id,
        error.map(|error| error.kind().name()),
        error.map(Error::message),
        error.and_then(Error::detail),
        reply,
    ])?;
    Ok(())
}

/// The newest row of a key that holds an answer, else the newest row.
pub(super) fn record(db: &Connection, key: &Key) -> rusqlite::Result<Option<CallRecord>> {
    let sql = format!(
        "SELECT {} FROM call WHERE key_short = ?1 AND key = ?2
         ORDER BY state IN (1, 2, 5) DESC, id DESC LIMIT 1",
        CallRecord::COLUMNS
    );
    db.prepare_cached(&sql)?
        .query_row(params![key.short(), key.bytes().as_slice()], CallRecord::read)
        .optional()
}

/// The state of the newest row of a key.
pub(super) fn newest(db: &Connection, key: &Key) -> rusqlite::Result<Option<CallState>> {
    db.prepare_cached("SELECT state FROM call WHERE key_short = ?1 AND key = ?2 ORDER BY id DESC LIMIT 1")?
        .query_row(params![key.short(), key.bytes().as_slice()], |row| row.get(0).map(CallState::from_code))
        .optional()
}

/// How long calls of an operation took at the middle, of the newest few hundred; in ms.
pub(super) fn usual_duration(
    db: &Connection,
    provider: &str,
    operation: &str,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = db.prepare_cached(
        "SELECT duration_ms FROM (
             SELECT duration_ms, provider, operation FROM call WHERE state IN (1, 2, 5) ORDER BY id DESC LIMIT 2000
         ) WHERE provider = ?1 AND operation = ?2 AND duration_ms IS NOT NULL ORDER BY duration_ms",
    )?;
    let all: Vec<i64> = statement
        .query_map(params![provider, operation], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(all.get(all.len() / 2).copied())
}
