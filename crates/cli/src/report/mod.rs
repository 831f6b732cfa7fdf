//! What a run says: counted while it goes on, told at its end. Nothing here prints.

mod aligned;
mod binding;
mod forecast;
mod hint;
mod human;
mod json;
mod listing;
mod past_run;
mod preview;
mod progress;
mod talker;
mod tally;
mod why;

pub(crate) use aligned::{aligned, most_columns};
pub(crate) use binding::binding;
pub(crate) use forecast::{
    Document as PlanDocument, Planned, SampleCall, SampleRow, planned_document, planned_lines,
    word as standing_word,
};
pub(crate) use hint::{hint, key_trouble, next_command};
pub(crate) use human::summary;
pub(crate) use json::{Document as RunDocument, document};
pub(crate) use listing::{MOST as MOST_CHARACTERS, item_size, listing, size};
pub(crate) use past_run::{CallDocument, Line, Run, SoFar, resumed, run_lines, spent};
pub(crate) use preview::Preview;
pub(crate) use progress::{Bar, ProgressLine};
pub(crate) use talker::Talker;
pub(crate) use tally::{Counts, Stop, Tally};
pub(crate) use why::{CallStory, Explained, InputCell, Origin, why_lines};

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use engine::ledger::RunState;
use marl_core::words::counted;

use crate::{consent::Consent, files::Output};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It went over every row.
    Finished,
    /// A signal ended it early.
    Interrupted,
    /// A provider was stopped, or a cap was reached.
    Stopped,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
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

/// A run at its end, ready to be told.
pub(crate) struct Report {
    pub(crate) sandbox: bool,
    pub(crate) status: Status,
    pub(crate) exit_code: u8,
    pub(crate) run: i64,
    pub(crate) rows: u64,
    pub(crate) rows_selected: u64,
    pub(crate) table_notes: Vec<String>,
    pub(crate) output: Output,
    /// Where the output is or would be.
    pub(crate) output_path: PathBuf,
    /// The columns that were carried over from an older output.
    pub(crate) carried: Vec<String>,
    /// Answers of an older output that are "no data" now.
    pub(crate) gone: u64,
    /// Rows of an older output that hold answers and are not in the table any more.
    pub(crate) removed: u64,
    pub(crate) errors_file: Option<PathBuf>,
    pub(crate) elapsed: Duration,
    pub(crate) guarded_cells: u64,
    pub(crate) max_age: Duration,
    /// Whether the same command would ask again what it has just asked.
    pub(crate) asks_anew: bool,
    /// Whether calls in doubt are sent again.
    pub(crate) resends_doubts: bool,
    pub(crate) currency: Option<String>,
    pub(crate) counts: Counts,
    pub(crate) hint: Option<String>,
    /// The command that goes on, where one is known.
    pub(crate) next_command: Option<String>,
    /// Settings that decide how much is spent, where they are not the defaults.
    pub(crate) settings: Vec<String>,
    /// The plan's hash that the run was held to.
    pub(crate) consent: Option<Consent>,
}

impl Report {
    /// The output, if it is in its place.
    pub(crate) fn written(&self) -> Option<&Path> {
        matches!(self.output, Output::Written).then_some(self.output_path.as_path())
    }

    /// Where the new table is, if an older output stays.
    pub(crate) fn unfinished(&self) -> Option<&Path> {
        match &self.output {
            Output::Beside { at, .. } => at.as_deref(),
            Output::Written | Output::None | Output::Failed => None,
        }
    }
}

/// A time as people say it: `3.4 s`, `2 min 5 s`, `1 h 50 min`.
pub(crate) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..172_800 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => counted(seconds / 86_400, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        let times = [3_400, 125_000, 6_600_000].map(|ms| spoken(Duration::from_millis(ms)));
        assert_eq!(times, ["3.4 s", "2 min 5 s", "1 h 50 min"]);
    }
}
