//! What a run is asked to do: what flags, a recipe, a protocol call or a form become. Plain data; it
//! reads nothing and decides nothing.

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

/// Which ledger is meant, and so whether answers are samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerChoice {
    /// The ledger's file; without it, that of the environment or of the project.
    pub ledger: Option<PathBuf>,
    /// Whether the sandbox answers, which has a ledger of its own.
    pub sandbox: bool,
}

/// The steps, as flags or a recipe say them.
#[derive(Debug, Clone, Default)]
pub struct StepSpec {
    /// The steps; empty where there is a recipe.
    pub request: Request,
    /// The recipe's file, which says all of the steps.
    pub recipe: Option<PathBuf>,
    /// What happens to filled cells of outputs; it outranks the recipe.
    pub existing: Option<Existing>,
    /// The types of the table's columns, in the order in which they were given.
    pub column_types: Vec<(String, SemanticType)>,
}

/// Which rows are enriched; the others pass through.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only the first so many of the rows that the other conditions leave.
    pub limit: Option<u64>,
    /// So many rows in situations as different as there are.
    pub pilot: Option<usize>,
    /// Only these rows.
    pub rows: Option<Ranges>,
    /// Only rows for which this condition holds.
    pub filter: Option<String>,
    /// Only rows of which stored answers made this.
    pub only: Option<Only>,
}

/// What stored answers make of a row.
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
    /// What is done to a row.
    pub steps: StepSpec,
    /// Which answers are asked for anew.
    pub refresh: Refresh,
    /// Which rows the steps are for.
    pub selection: Selection,
    /// Where the enriched table goes; beside the input, if nothing is said.
    pub output: Option<PathBuf>,
    /// Whether the file at the output's name is replaced whatever it is.
    pub overwrite: bool,
    /// The encoding of the enriched table.
    pub output_encoding: OutputEncoding,
    /// Whether answers that look like formulas are written as they are.
    pub raw_cells: bool,
    /// Calls in flight to each provider.
    pub parallel: usize,
    /// What to do with calls in doubt; the settings decide where nothing is said.
    pub in_doubt: Option<InDoubt>,
    /// Up to which age stored answers count.
    pub max_age: Duration,
    /// The most that this run may buy.
    pub caps: Caps,
    /// The plan's hash that the run is held to.
    pub plan: Option<Hash>,
    /// The ledger that the run reads and writes.
    pub ledger: LedgerChoice,
    /// The command that asked for it.
    pub invocation: Invocation,
}
