//! How far a run is: the one form in which documents, the ledger and the protocol have it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a run is.
// The aliases are the names under which earlier versions of marl recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct RunProgress {
    /// Rows that have been through all steps.
    #[serde(alias = "done")]
    pub rows_done: u64,
    /// Rows that were selected.
    pub rows: u64,
    /// Rows of which a step failed.
    pub failed: u64,
    /// Attempts that left this machine.
    #[serde(alias = "sent")]
    pub calls_sent: u64,
    /// Since the run began; null where an earlier version of marl noted how far the run is.
    pub elapsed_ms: Option<u64>,
}

/// A line of stderr under `--progress jsonl`, about one a second; the `summary` of a run that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "progress")]
pub struct ProgressDocument {
    /// How far the run is.
    pub progress: RunProgress,
}
