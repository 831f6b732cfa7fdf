//! Calls in the ledger: reading, claiming and settling them. This module knows no policy.

use std::path::Path;

use engine::ledger::{
    Again, CallRecord, CallState, Claim, ClaimRequest, Doubt, EndRecord, Ended, Intent, Judge, Key, Known,
    Wanted, canonical,
};
use marl_core::{Error, SmolStr};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    codes::{Coded, code},
    judge::known,
    lock::Process,
    ms, now_ms,
    reply::{NewReply, StoredReply},
};

/// The columns of a [`CallRecord`].
pub(crate) const COLUMNS: &str = "id, provider, operation, parameters, state, run, account, base, \
    sent_at, settled_at, duration_ms, attempt, price, request_id, error_kind, error_message, reply, \
    cost, units, unit, handle";

/// A row of [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    let parameters: String = row.get(3)?;
    Ok(CallRecord {
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
        reply: row.get::<_, Option<StoredReply>>(16)?.map(|reply| reply.0),
        cost: row.get(17)?,
        units: row.get(18)?,
        unit: row.get(19)?,
        handle: row.get(20)?,
    })
}

/// The stored values of an intent.
pub(crate) struct NewIntent {
    key: Key,
    provider: SmolStr,
    base: Option<String>,
    account: String,
    operation: SmolStr,
    parameters: String,
    attempt: u32,
    time: i64,
    price: Option<f64>,
    unit: Option<SmolStr>,
    is_free: bool,
    is_keyed: bool,
}

impl NewIntent {
    pub(crate) fn of(request: &ClaimRequest<'_>) -> Self {
        Self {
            key: request.key,
            provider: request.call.provider.clone(),
            base: request.scope.base.clone(),
            account: request.scope.account.clone(),
            operation: request.call.operation.clone(),
            parameters: canonical(&request.call.parameters),
            attempt: request.attempt,
            time: ms(request.time),
            price: request.price.most.money,
            unit: request.price.unit.clone(),
            is_free: request.price.is_free,
            is_keyed: request.is_keyed,
        }
    }
}

/// Claims a call, unless something usable is known or another task is making the call.
pub(crate) fn claim(
    db: &Connection,
    judge: &Judge,
    intent: &NewIntent,
    again: Again,
    wanted: Wanted,
    ledger: &Path,
) -> rusqlite::Result<Claim> {
    let doubt = match known(judge, db, &intent.key, wanted, ledger)? {
        Known::Nothing => None,
        Known::InDoubt { age, is_keyed, .. } if again.allows(age, is_keyed) => Some(Doubt { age, is_keyed }),
        known => return Ok(Claim::Known(known)),
    };
    let repeats = doubt.is_some_and(|doubt| again.recognises(doubt.age, doubt.is_keyed));
    let purchase = match (intent.is_keyed, repeats) {
        (false, _) => 0,
        (true, true) => repeated_purchase(db, &intent.key)?,
        (true, false) => new_purchase(db, &intent.key)?,
    };
    let now = now_ms();
    db.prepare_cached(concat!(
        "INSERT INTO call (key_short, key, state, run, provider, base, account, operation, parameters, attempt,
            price, sent_at, deadline, unit, free, purchase)
         VALUES (?1, ?2, ",
        code!(intent),
        ", ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    ))?
    .execute(params![
        intent.key.short(),
        intent.key.bytes().as_slice(),
        judge.run(),
        intent.provider.as_str(),
        intent.base,
        intent.account,
        intent.operation.as_str(),
        intent.parameters,
        intent.attempt,
        intent.price,
        now,
        now.saturating_add(intent.time),
        intent.unit.as_deref(),
        intent.is_free,
        purchase,
    ])?;
    Ok(Claim::Granted { intent: Intent::new(db.last_insert_rowid()), purchase, doubt })
}

/// The number of a purchase that repeats none: no recorded call of the key has it.
fn new_purchase(db: &Connection, key: &Key) -> rusqlite::Result<i64> {
    let newest = "SELECT coalesce(max(id), 0) + 1 FROM call WHERE key_short = ?1 AND key = ?2";
    let key = params![key.short(), key.bytes().as_slice()];
    db.prepare_cached(newest)?.query_row(key, |row| row.get(0))
}

/// The number of the purchase that is in doubt.
fn repeated_purchase(db: &Connection, key: &Key) -> rusqlite::Result<i64> {
    let newest = concat!(
        "SELECT purchase FROM call WHERE key_short = ?1 AND key = ?2 AND state IN (",
        code!(intent),
        ", ",
        code!(in_doubt),
        ") ORDER BY id DESC LIMIT 1",
    );
    let key = params![key.short(), key.bytes().as_slice()];
    let purchase = db.prepare_cached(newest)?.query_row(key, |row| row.get(0)).optional()?;
    Ok(purchase.unwrap_or_default())
}

/// Deletes an intent that was not bought. Another process may have recorded it as in doubt meanwhile.
pub(crate) fn take_back(db: &Connection, id: i64) -> rusqlite::Result<()> {
    let sql =
        concat!("DELETE FROM call WHERE id = ?1 AND state IN (", code!(intent), ", ", code!(in_doubt), ")");
    db.prepare_cached(sql)?.execute([id])?;
    Ok(())
}

/// Stores the end of an attempt; a late reply settles a doubt.
///
/// `compressed` is the reply in that form, where it is long.
pub(crate) fn settle(
    db: &Connection,
    id: i64,
    ended: &Ended,
    compressed: Option<&[u8]>,
) -> rusqlite::Result<()> {
    let EndRecord { state, reply, handle, error, cost } = EndRecord::of(&ended.end);
    let text = reply.map(|text| NewReply::Text(text));
    let reply = compressed.map(NewReply::Compressed).or(text);
    // A process that asked for the same answer may have stored it already.
    db.prepare_cached(concat!(
        "UPDATE call SET state = ?2, settled_at = ?3, duration_ms = ?4, request_id = ?5, error_kind = ?6,
            error_message = ?7, error_detail = ?8, reply = ?9, cost = ?10, units = ?11,
            handle = coalesce(?12, handle)
         WHERE id = ?1 AND state NOT IN (",
        code!(answers),
        ")",
    ))?
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
        cost.money,
        cost.units,
        handle,
    ])?;
    if ended.ends_doubts {
        db.prepare_cached(concat!(
            "DELETE FROM call WHERE id IN (
                SELECT other.id FROM call AS other, call AS ended
                WHERE ended.id = ?1 AND other.key_short = ended.key_short AND other.key = ended.key
                AND other.purchase = ended.purchase AND other.id <> ended.id AND other.state IN (",
            code!(intent),
            ", ",
            code!(in_doubt),
            "))",
        ))?
        .execute([id])?;
    }
    Ok(())
}

/// The newest row of a key that holds an answer, otherwise the newest row.
pub(crate) fn record(db: &Connection, key: &Key) -> rusqlite::Result<Option<CallRecord>> {
    let sql = format!(
        "SELECT {} FROM call WHERE key_short = ?1 AND key = ?2
         ORDER BY state IN ({}) DESC, id DESC LIMIT 1",
        COLUMNS,
        code!(answers)
    );
    db.prepare_cached(&sql)?.query_row(params![key.short(), key.bytes().as_slice()], read).optional()
}

/// The state of the newest row of a key; an intent that was never sent does not count.
pub(crate) fn newest(db: &Connection, key: &Key, ledger: &Path) -> rusqlite::Result<Option<CallState>> {
    let mut statement = db.prepare_cached(
        "SELECT state, run, id FROM call WHERE key_short = ?1 AND key = ?2 ORDER BY id DESC",
    )?;
    let mut rows = statement.query(params![key.short(), key.bytes().as_slice()])?;
    while let Some(row) = rows.next()? {
        let state = CallState::from_code(row.get(0)?);
        let unsent = match state {
            CallState::Intent => Process::for_run(db, ledger, row.get(1)?)?.never_sent(row.get(2)?),
            _ => false,
        };
        if !unsent {
            return Ok(Some(state));
        }
    }
    Ok(None)
}

/// The median duration of the newest few hundred calls of an operation, in ms.
pub(crate) fn usual_duration(
    db: &Connection,
    provider: &str,
    operation: &str,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT duration_ms FROM (
             SELECT duration_ms, provider, operation FROM call WHERE state IN (",
        code!(answers),
        ") AND handle IS NULL ORDER BY id DESC LIMIT 2000
         ) WHERE provider = ?1 AND operation = ?2 AND duration_ms IS NOT NULL ORDER BY duration_ms",
    ))?;
    let all: Vec<i64> = statement
        .query_map(params![provider, operation], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(all.get(all.len() / 2).copied())
}
