//! The durable ledger: one SQLite file, whose commits survive a power cut.
//!
//! One writer thread commits everything that is queued in one transaction, since each commit waits for the
//! disk. Look-ups read concurrently. This crate does not know what a reply means.

mod backup;
mod calls;
mod codes;
mod consent;
mod file;
mod judge;
mod keep;
mod lock;
mod migrations;
mod open;
mod queue;
mod readers;
mod remove;
mod reply;
mod room;
mod run_calls;
mod runs;
mod schema;
mod sent;
mod store;
mod writer;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::ledger::LedgerError;

pub use open::{OpenError, Problem, files_of};
pub use store::Store;

fn failed(error: &rusqlite::Error) -> LedgerError {
    LedgerError(open::describe(error))
}

fn now_ms() -> i64 {
    ms(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
