//! What a run is asked to do; flags, a recipe or a protocol call become this. Plain data: this module reads
//! nothing and decides nothing.

pub mod consent;
pub mod hash;
pub mod ranges;

use std::{path::PathBuf, time::Duration};

use engine::{
    gateway::{Caps, InDoubt},
    plan::{Existing, Refresh, Request},
};
use marl_core::SemanticType;
use table::{OutputEncoding, ReadOptions};

use self::{hash::Hash, ranges::Ranges};
use crate::failure::invocation::Invocation;

/// Which ledger is meant, which also decides whether answers are samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerChoice {
    /// The path of the ledger; without it, the ledger of the environment or of the project.
    pub ledger: Option<PathBuf>,
    /// Whether the sandbox answers; it has a ledger of its own.
    pub sandbox: bool,
}

/// The steps, from flags or from a recipe.
#[derive(Debug, Clone, Default)]
pub struct StepSpec {
    /// The steps; empty if there is a recipe.
    pub request: Request,
    /// The path of the recipe, which then defines all of the steps.
    pub recipe: Option<PathBuf>,
    /// What happens to filled cells of outputs; this outranks the recipe.
    pub existing: Option<Existing>,
    /// The declared types of the table's columns, in the order in which they were given.
    pub column_types: Vec<(String, SemanticType)>,
}

/// Which rows are enriched; the other rows pass through unchanged.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only the first rows, up to this number, that the other conditions leave.
    pub limit: Option<u64>,
    /// This number of rows, in situations as different as possible.
    pub pilot: Option<usize>,
    /// Only these rows.
    pub rows: Option<Ranges>,
    /// Only rows for which this condition holds.
    pub filter: Option<String>,
    /// Only rows with this outcome in the stored answers.
    pub only: Option<Only>,
}

/// The outcome of a row, from stored answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// A step failed.
    Failed,
    /// A step found no data.
    NoData,
    /// An output is empty.
    Empty,
}

/// Everything that a run is asked to do.
#[derive(Debug, Clone)]
pub struct RunSpec {
    /// The table.
    pub input: PathBuf,
    /// How the table is read.
    pub reading: ReadOptions,
    /// The steps that run on a row.
    pub steps: StepSpec,
    /// Which answers are requested again.
    pub refresh: Refresh,
    /// Which rows the steps run on.
    pub selection: Selection,
    /// The path of the enriched table; by default beside the input.
    pub output: Option<PathBuf>,
    /// Whether any file at the output's path is replaced.
    pub overwrite: bool,
    /// The encoding of the enriched table.
    pub output_encoding: OutputEncoding,
    /// Whether answers that look like formulas are written unchanged.
    pub raw_cells: bool,
    /// The number of calls in flight to each provider.
    pub parallel: usize,
    /// What to do with calls in doubt; by default the settings decide.
    pub in_doubt: Option<InDoubt>,
    /// The age up to which stored answers count.
    pub max_age: Duration,
    /// Whether an operation's own freshness counts instead, since the user named no age.
    pub own_freshness: bool,
    /// How long a call waits for an answer that its vendor gives later.
    pub patience: Duration,
    /// The most that this run may buy.
    pub caps: Caps,
    /// The plan's hash that the run is bound to.
    pub plan: Option<Hash>,
    /// The ledger that the run reads and writes.
    pub ledger: LedgerChoice,
    /// The command that asked for the run.
    pub invocation: Invocation,
}
