//! How far a run is, told to programs and kept in the ledger.

use schemars::JsonSchema;
use serde::Serialize;

use crate::run::tally::Tally;

/// How far a run is.
#[derive(JsonSchema, Serialize)]
pub struct SoFar {
    progress: Progress,
}

#[derive(JsonSchema, Serialize)]
struct Progress {
    rows: u64,
    /// Rows that have been through.
    done: u64,
    /// Rows of which a step failed.
    failed: u64,
    /// Attempts that left this machine.
    sent: u64,
}

impl SoFar {
    /// Of so many rows.
    pub fn of(tally: &Tally, rows: u64) -> Self {
        let glance = tally.glance();
        Self { progress: Progress { rows, done: glance.rows, failed: glance.failed, sent: glance.sent } }
    }
}
