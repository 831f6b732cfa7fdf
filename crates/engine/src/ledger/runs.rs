//! The runs of a ledger: their start, their end, and being asked to stop.

use std::{error, fmt};

use schemars::JsonSchema;
use serde::Serialize;

use super::LedgerError;

/// What is recorded of a run at its start.
#[derive(Debug, Clone)]
pub struct RunStart {
    /// The command line.
    pub command: String,
    /// The table, absolute.
    pub input: String,
    /// The output, absolute.
    pub output: String,
    /// The steps with bindings and versions, as JSON.
    pub steps: String,
    /// The program's version.
    pub version: String,
    /// The consent that it is started under, such as a plan's hash. At any time one run may use it.
    pub consent: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// In which state.
    pub state: RunState,
    /// Its counts, as JSON.
    pub summary: String,
}

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its process lives.
    Running,
    /// It went over every row.
    Finished,
    /// A signal, or `marl runs stop`, ended it early.
    Interrupted,
    /// A cap or a stopped provider ended it early.
    Stopped,
    /// Its process is gone without having said how it ended.
    Died,
}

impl RunState {
    /// The word in the ledger and in talk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Died => "died",
        }
    }

    /// The state with this name. A run that a ledger names otherwise never said how it ended.
    pub fn from_name(name: &str) -> Self {
        match name {
            "finished" => Self::Finished,
            "interrupted" => Self::Interrupted,
            "stopped" => Self::Stopped,
            "died" => Self::Died,
            _ => Self::Running,
        }
    }
}

/// A run as it stands in the ledger.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Its number.
    pub id: i64,
    /// Its state.
    pub state: RunState,
    /// The command line.
    pub command: String,
    /// The table.
    pub input: String,
    /// The output.
    pub output: String,
    /// The steps with bindings and versions.
    pub steps: serde_json::Value,
    /// The program's version.
    pub version: String,
    /// In ms since 1970.
    pub started_at: i64,
    /// In ms since 1970.
    pub ended_at: Option<i64>,
    /// The counts at its end.
    pub summary: Option<serde_json::Value>,
    /// Whether it was asked to stop.
    pub stop_asked: bool,
    /// The consent that it was started under.
    pub consent: Option<String>,
}

/// What was bought under a consent, calls in doubt included.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Used {
    /// Calls that were executed, or may have been.
    pub calls: u64,
    /// The sum of their prices, as far as those were known.
    pub cost: f64,
}

/// Why a run was not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginError {
    /// The ledger cannot be used.
    Ledger(LedgerError),
    /// This run goes on under the same consent.
    ConsentHeld(i64),
}

impl From<LedgerError> for BeginError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl fmt::Display for BeginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(error) => error.fmt(f),
            Self::ConsentHeld(run) => write!(f, "run {run} goes on under the same consent"),
        }
    }
}

impl error::Error for BeginError {}
