//! The runs of a ledger: their start, their end, and requests to stop them.

use std::{error, fmt, sync::Arc};

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Calls, Freshness, LedgerError, MaxAge};

/// What is recorded about a run at its start.
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
    /// The consent under which the run starts, such as a plan's hash. Only one run at a time may use it.
    pub consent: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// The state in which it ended.
    pub state: RunState,
    /// The run's counts, as JSON.
    pub summary: String,
}

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// The run's process is alive.
    Running,
    /// The run processed every row.
    Finished,
    /// A signal, or `marl runs stop`, ended it early.
    Interrupted,
    /// A cap or a stopped provider ended it early.
    Stopped,
    /// The run's process is gone and recorded no end.
    Died,
}

impl RunState {
    /// The state's name in the ledger and in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Died => "died",
        }
    }

    /// The state with this name; an unknown name means that the run recorded no end.
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

/// A run in the ledger.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// The run's number.
    pub id: i64,
    /// The run's state.
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
    /// The start, in ms since 1970.
    pub started_at: i64,
    /// The end, in ms since 1970.
    pub ended_at: Option<i64>,
    /// The counts at the end of the run.
    pub summary: Option<serde_json::Value>,
    /// Whether a user asked the run to stop.
    pub stop_asked: bool,
    /// The consent under which the run started.
    pub consent: Option<String>,
}

/// What was bought under a consent, calls in doubt included.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Used {
    /// Calls that were executed, or may have been.
    pub calls: u64,
    /// The sum of their prices, as far as they are known.
    pub cost: f64,
}

/// Why a run could not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginError {
    /// The ledger cannot be used.
    Ledger(LedgerError),
    /// This run is going on under the same consent.
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
            Self::ConsentHeld(run) => write!(f, "run {run} is still going on under the same consent"),
        }
    }
}

impl error::Error for BeginError {}

/// A run that has started.
#[derive(Clone)]
pub struct StartedRun {
    /// The run's number, from 1.
    pub run: i64,
    /// The calls from the view of this run. The run's process counts as alive while one of these handles is
    /// held.
    pub calls: Arc<dyn Calls>,
    /// What earlier runs under the same consent had bought when this run began.
    pub used_before: Used,
}

/// The runs of a ledger.
#[async_trait]
pub trait Runs: Send + Sync {
    /// Records the start of a run. Its calls use the ledger's time at this moment to decide which answers are
    /// too old.
    ///
    /// The check whether another run is going on under the same consent is atomic with the record: of several
    /// processes that begin at once, one gets the consent.
    ///
    /// # Errors
    /// The ledger cannot be written, it has no room for answers, or another run is going on under the same
    /// consent.
    async fn begin(&self, start: &RunStart, max_age: MaxAge) -> Result<StartedRun, BeginError>;

    /// The calls for look-ups only; nothing can be claimed.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn reader(&self, freshness: Freshness) -> Result<Arc<dyn Calls>, LedgerError>;

    /// Records the end of a run.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn end_run(&self, run: i64, end: &RunEnd) -> Result<(), LedgerError>;

    /// Records the progress of a run, as JSON, for readers while the run goes on.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn note_progress(&self, run: i64, progress: String) -> Result<(), LedgerError>;

    /// Asks a run to stop; returns `false` if no run has this number.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn ask_to_stop(&self, run: i64) -> Result<bool, LedgerError>;

    /// Whether a user asked the run to stop.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn is_asked_to_stop(&self, run: i64) -> Result<bool, LedgerError>;

    /// The newest `most` runs, newest first, and the number of all runs. Their steps are left out, and long
    /// summaries may be.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn runs(&self, most: u32) -> Result<(Vec<RunRecord>, u64), LedgerError>;

    /// One run.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn run(&self, id: i64) -> Result<Option<RunRecord>, LedgerError>;

    /// The newest run that wrote `output`; if none has recorded that, the newest run that was to write it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn run_of_output(&self, output: &str) -> Result<Option<RunRecord>, LedgerError>;

    /// Whether a run's process is alive.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn is_alive(&self, run: i64) -> Result<bool, LedgerError>;

    /// What was bought under a consent so far, by all runs that named it, including removed calls.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn used(&self, consent: &str) -> Result<Used, LedgerError>;
}
