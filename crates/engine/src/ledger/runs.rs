//! The runs of a ledger: their start, their end, and being asked to stop.

use std::{error, fmt, sync::Arc};

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Calls, Freshness, LedgerError, MaxAge};

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

/// A run that has begun.
#[derive(Clone)]
pub struct Begun {
    /// Its number, counted from 1.
    pub run: i64,
    /// The calls as this run makes them. Its process counts as alive while one of these handles is held.
    pub calls: Arc<dyn Calls>,
    /// What earlier runs under the same consent had bought when this one began.
    pub used_before: Used,
}

/// The runs of a ledger.
#[async_trait]
pub trait Runs: Send + Sync {
    /// Records the start of a run. Its calls judge by the ledger's time at this moment which answers are
    /// too old.
    ///
    /// Whether another run goes on under the same consent is decided in one step with the record: of
    /// several processes that begin at once, one gets the consent.
    ///
    /// # Errors
    /// The ledger cannot be written, it has no room for answers, or another run goes on under the same
    /// consent.
    async fn begin(&self, start: &RunStart, max_age: MaxAge) -> Result<Begun, BeginError>;

    /// The calls for looking up alone; nothing can be claimed.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn reader(&self, freshness: Freshness) -> Result<Arc<dyn Calls>, LedgerError>;

    /// Records the end of a run.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn end_run(&self, run: i64, end: &RunEnd) -> Result<(), LedgerError>;

    /// Records how far a run is, as JSON, for those who ask while it goes on.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn note_progress(&self, run: i64, progress: String) -> Result<(), LedgerError>;

    /// Asks a run to stop; `false` when there is none of this number.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn ask_to_stop(&self, run: i64) -> Result<bool, LedgerError>;

    /// Whether a run was asked to stop.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn is_asked_to_stop(&self, run: i64) -> Result<bool, LedgerError>;

    /// The newest runs first, `most` of them, and how many there are in all. Their steps are left out,
    /// and long summaries may be.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn runs(&self, most: u32) -> Result<(Vec<RunRecord>, u64), LedgerError>;

    /// One run.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn run(&self, id: i64) -> Result<Option<RunRecord>, LedgerError>;

    /// The newest run that wrote `output`; where none says that it wrote, the newest that was to.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn run_of_output(&self, output: &str) -> Result<Option<RunRecord>, LedgerError>;

    /// Whether the process of a run is alive.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn is_alive(&self, run: i64) -> Result<bool, LedgerError>;

    /// What was bought under a consent so far, over all runs that named it, removed calls included.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn used(&self, consent: &str) -> Result<Used, LedgerError>;
}
