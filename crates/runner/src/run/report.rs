//! The outcome of a run, for texts and for documents.

mod document;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use engine::ledger::RunState;

use crate::{
    failure::exit::Exit,
    run::{files::Output, tally::Counts},
    spec::consent::Consent,
};

pub use document::{RunDocument, document};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It went over every row.
    Finished,
    /// A signal ended it early.
    Interrupted,
    /// A provider was stopped, or a cap was reached.
    Stopped,
}

impl Status {
    /// The word for it in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
        }
    }
}

impl From<Status> for RunState {
    fn from(status: Status) -> Self {
        match status {
            Status::Finished => Self::Finished,
            Status::Interrupted => Self::Interrupted,
            Status::Stopped => Self::Stopped,
        }
    }
}

/// The outcome of a run.
pub struct Report {
    /// Whether the sandbox answered, so that the answers are samples.
    pub sandbox: bool,
    /// How the run ended.
    pub status: Status,
    /// The exit code that the command ends with.
    pub exit: Exit,
    /// The run's number in the ledger.
    pub run: i64,
    /// How many rows the table has.
    pub rows: u64,
    /// How many rows were selected.
    pub rows_selected: u64,
    /// Notes on how the table was read, if that is not obvious from the file, one line each.
    pub table_notes: Vec<String>,
    /// What became of the output.
    pub output: Output,
    /// Where the output is or would be.
    pub output_path: PathBuf,
    /// The columns that were carried over from an older output.
    pub carried: Vec<String>,
    /// Answers of an older output that are "no data" now.
    pub gone: u64,
    /// Rows of an older output that hold answers and are not in the table any more.
    pub removed: u64,
    /// The list of errors, if the run wrote one.
    pub errors_file: Option<PathBuf>,
    /// How long the run took.
    pub elapsed: Duration,
    /// How many cells got an apostrophe because a spreadsheet would have run them.
    pub guarded_cells: u64,
    /// Up to which age stored answers counted.
    pub max_age: Duration,
    /// Whether the same command would ask again what it has just asked.
    pub asks_anew: bool,
    /// Whether calls in doubt are sent again.
    pub resends_doubts: bool,
    /// The unit of all prices, if the settings name one.
    pub currency: Option<String>,
    /// What the run counted.
    pub counts: Counts,
    /// What the user can do next, in words.
    pub hint: Option<String>,
    /// A command that helps, ready to run, if one is known.
    pub next_command: Option<String>,
    /// Settings that decide how much is spent, if they are not the defaults.
    pub settings: Vec<String>,
    /// The plan's hash that the run was bound to.
    pub consent: Option<Consent>,
}

impl Report {
    /// The output, if it is in its place.
    pub fn written(&self) -> Option<&Path> {
        matches!(self.output, Output::Written).then_some(self.output_path.as_path())
    }

    /// Where the new table is, if an older output stays.
    pub fn unfinished(&self) -> Option<&Path> {
        match &self.output {
            Output::Beside { at, .. } => at.as_deref(),
            Output::Written | Output::None | Output::Failed => None,
        }
    }
}
