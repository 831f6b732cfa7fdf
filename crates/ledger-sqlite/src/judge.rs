//! Reads the stored calls of a key for the ledger's judge. This module decides nothing itself.

use std::path::Path;

use engine::ledger::{CallState, Facts, Intent, Judge, Key, Known, Owner, Verdict, Wanted};
use marl_core::{Error, ErrorKind};
use rusqlite::{Connection, Row};

use crate::{codes::Coded, lock::Process, now_ms, reply::StoredReply};

/// What is known about `key`. A usable answer has priority, then a process that is making the call, a doubt,
/// an answer that comes later, and a failure in this run.
pub(crate) fn known(
    judge: &Judge,
    db: &Connection,
    key: &Key,
    wanted: Wanted,
    ledger: &Path,
) -> rusqlite::Result<Known> {
    let mut statement = db.prepare_cached(
        "SELECT key, state, run, sent_at, deadline, settled_at, error_kind, error_message, error_detail, reply, id, handle,
            purchase
         FROM call WHERE key_short = ?1 ORDER BY id DESC",
    )?;
    let mut rows = statement.query([key.short()])?;
    let mut otherwise = Known::Nothing;
    while let Some(row) = rows.next()? {
        if row.get_ref(0)?.as_blob().ok() != Some(key.bytes()) {
            continue;
        }
        let facts = facts(row)?;
        let owner = || owner(db, row, ledger, facts.run);
        let known = match judge.verdict(&facts, wanted, now_ms(), owner)? {
            // An order that is newer than the answer replaces it.
            Verdict::Answered | Verdict::Unusable if matches!(otherwise, Known::Pending { .. }) => break,
            Verdict::Answered => return Ok(Known::Answered(row.get::<_, StoredReply>(9)?.0)),
            Verdict::Unusable => {
                let body = row.get::<_, Option<StoredReply>>(9)?.map(|reply| reply.0);
                return Ok(Known::Unusable { error: error(row)?, body });
            }
            Verdict::Outdated => break,
            Verdict::Nothing => continue,
            Verdict::Failed => Known::Failed(error(row)?),
            Verdict::InDoubt { in_this_run, age } => {
                Known::InDoubt { in_this_run, age, is_keyed: row.get::<_, i64>(12)? > 0 }
            }
            Verdict::Pending => Known::Pending {
                intent: Intent::new(row.get(10)?),
                handle: row.get::<_, Option<String>>(11)?.unwrap_or_default(),
            },
            Verdict::Busy { at_most } => Known::Busy { at_most },
        };
        otherwise = otherwise.or_older(known);
    }
    Ok(otherwise)
}

/// What is known about the process that recorded the intent in a row.
fn owner(db: &Connection, row: &Row<'_>, ledger: &Path, run: i64) -> rusqlite::Result<Owner> {
    Ok(Process::for_run(db, ledger, run)?.owner_of(row.get(10)?))
}

fn facts(row: &Row<'_>) -> rusqlite::Result<Facts> {
    Ok(Facts {
        state: CallState::from_code(row.get(1)?),
        run: row.get(2)?,
        sent_at: row.get(3)?,
        deadline: row.get(4)?,
        settled_at: row.get(5)?,
    })
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
