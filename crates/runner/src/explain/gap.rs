//! Why a step gave no value for a cell, in a word for programs and in a sentence. This is the one
//! place that words it, for `why` and for `gaps`. This module reads no table and no ledger.

use engine::{
    ledger::{RunRecord, RunState},
    plan::{Step, Task},
};
use marl_core::{Error, ErrorKind, Outcome, SkipReason, value::Value};
use schemars::JsonSchema;
use serde::Serialize;

/// Why an output cell is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The step asked, and there is no answer.
    NoData,
    /// There is an answer, and it has no value for this column.
    NotInAnswer,
    /// The step failed on the row.
    Failed,
    /// The call was sent and maybe paid for, and no answer is known.
    InDoubt,
    /// A cell that the step needs is empty, or cannot be read.
    MissingInput,
    /// The step's condition does not hold for the row.
    Condition,
    /// Whether the step's condition holds cannot be decided for the row.
    ConditionUnknown,
    /// The run ended before the call was made or answered.
    NotAnswered,
    /// The row was not among those that the run picked.
    NotPicked,
    /// The answer gives a value that the run may have ended before it wrote, or that was bought after
    /// the table was written.
    NotWritten,
    /// The answer gives a value, and the cell does not have it: it was emptied, or an older version
    /// read the answer differently.
    Emptied,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NoData,
        Self::NotInAnswer,
        Self::Failed,
        Self::InDoubt,
        Self::MissingInput,
        Self::Condition,
        Self::ConditionUnknown,
        Self::NotAnswered,
        Self::NotPicked,
        Self::NotWritten,
        Self::Emptied,
    ];

    /// The name in documents and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::NotInAnswer => "not_in_answer",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::MissingInput => "missing_input",
            Self::Condition => "condition",
            Self::ConditionUnknown => "condition_unknown",
            Self::NotAnswered => "not_answered",
            Self::NotPicked => "not_picked",
            Self::NotWritten => "not_written",
            Self::Emptied => "emptied",
        }
    }
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gap {
    pub reason: Reason,
    /// One line.
    pub why: String,
}

/// How a step ended on a row that it gave no value for.
pub(crate) struct Ended<'a> {
    pub step: &'a Step,
    pub outcome: &'a Outcome,
    /// Why it was skipped, where the reason alone does not say.
    pub remark: Option<&'a str>,
    /// The row's cell in a column.
    pub cell: &'a dyn Fn(&str) -> Option<Value>,
    /// The error of a call that failed when it was made.
    pub failed: Option<Error>,
    pub run: &'a RunRecord,
    /// The integration whose contract has changed since the run.
    pub changed: Option<&'a str>,
}

impl Ended<'_> {
    /// Why; `None` where the step gave something.
    pub(crate) fn gap(&self) -> Option<Gap> {
        let gap = |reason, why: String| Some(Gap { reason, why });
        match self.outcome {
            Outcome::Value(_) => None,
            Outcome::NoData if matches!(self.step.task, Task::Compute(_)) => {
                gap(Reason::NoData, "the formula gives an empty cell".to_owned())
            }
            Outcome::NoData => gap(Reason::NoData, "asked, and nothing was found: no data".to_owned()),
            Outcome::Failed(error) => Some(failed(error)),
            Outcome::Skipped(reason) => Some(self.skipped(*reason)),
        }
    }

    fn skipped(&self, reason: SkipReason) -> Gap {
        let condition = self.step.condition.as_ref().map(|known| known.expression.text()).unwrap_or_default();
        let (reason, why) = match (reason, self.remark, &self.failed) {
            (SkipReason::Unanswered, _, Some(error)) => return failed(error),
            (SkipReason::MissingInput, None, _) => {
                let column = self.empty_input().map(|column| format!(": `{column}`")).unwrap_or_default();
                (Reason::MissingInput, format!("a required input is empty{column}"))
            }
            (SkipReason::MissingInput, Some(remark), _) => (Reason::MissingInput, remark.to_owned()),
            (SkipReason::Condition, ..) => {
                let why = format!("`{condition}` does not hold{}", self.empty_columns());
                (Reason::Condition, why)
            }
            (SkipReason::ConditionUnknown, remark, _) => {
                let why = format!("`{condition}` cannot be decided: {}", remark.unwrap_or_default());
                (Reason::ConditionUnknown, why)
            }
            _ => (Reason::NotAnswered, not_answered(self.run, self.changed)),
        };
        Gap { reason, why: format!("skipped: {why}") }
    }

    /// The column of the first required input that is empty.
    fn empty_input(&self) -> Option<&str> {
        let inputs = self.step.alternatives().first().into_iter().flat_map(|one| &one.inputs);
        let mut required = inputs.filter(|input| input.column.required);
        let empty = required.find(|input| {
            (self.cell)(&input.from).is_none_or(|cell| input.column.kind.says_nothing(&cell.to_string()))
        });
        empty.map(|input| input.from.as_str())
    }

    /// The empty columns that the condition reads, in words: an empty cell is equal to nothing and
    /// above and below nothing, so that most conditions do not hold of it.
    fn empty_columns(&self) -> String {
        let columns = self.step.condition.iter().flat_map(|known| known.expression.columns());
        let empty: Vec<String> =
            columns.filter(|name| (self.cell)(name).is_none()).map(|name| format!("`{name}`")).collect();
        match empty.len() {
            0 => String::new(),
            1 => format!("; {} is empty", empty[0]),
            _ => format!("; {} are empty", empty.join(", ")),
        }
    }
}

/// Said of an answer that lacks the column.
pub(crate) const NOT_IN_ANSWER: &str = "the answer has no value for it";

/// The error of a failed call, from what the ledger keeps of the call.
pub(crate) fn call_error(kind: Option<&str>, message: Option<&str>) -> Error {
    let kind = kind.and_then(ErrorKind::from_name).unwrap_or(ErrorKind::Upstream);
    Error::new(kind, message.unwrap_or_default())
}

fn failed(error: &Error) -> Gap {
    if error.kind() == ErrorKind::InDoubt {
        let why = "the call is in doubt: sent, maybe paid for, no answer known";
        return Gap { reason: Reason::InDoubt, why: why.to_owned() };
    }
    Gap { reason: Reason::Failed, why: error.to_string() }
}

/// That an answer gives a value that its cell does not have. `newest` is the newest run that bought
/// a part of the answer.
pub(crate) fn without_value(gives: &str, run: &RunRecord, newest: Option<i64>) -> Gap {
    let is_newer = newest.is_some_and(|newest| newest > run.id);
    let (reason, how) = match (is_newer, run.state) {
        (true, _) => (Reason::NotWritten, format!("the answer is newer than run {}, which wrote it", run.id)),
        (false, RunState::Finished) => {
            (Reason::Emptied, "the cell was emptied, or was read differently by an older marl".to_owned())
        }
        (false, _) => (
            Reason::NotWritten,
            "the run that bought it may have ended before it wrote, or the cell was emptied".to_owned(),
        ),
    };
    let why = format!("the answer gives \"{gives}\", and this table does not have it: {how}");
    Gap { reason, why }
}

/// That a row was not picked.
pub(crate) fn not_picked(row: u64, run: &RunRecord) -> Gap {
    Gap { reason: Reason::NotPicked, why: format!("row {row} was not picked in run {}", run.id) }
}

/// What is said of a run that went over every row, and has no answer in the ledger.
pub(crate) const NO_ANSWER: &str =
    "the ledger has no answer: it was removed from the ledger, is in another, or never came";

/// How a run that did not go over every row ended.
fn not_answered(run: &RunRecord, changed: Option<&str>) -> String {
    let ended = match run.state {
        RunState::Finished => {
            let changed = changed.map(|name| {
                format!(
                    "; or the contract of {name}, which has changed since the run, asks something else now"
                )
            });
            return format!("{NO_ANSWER}{}", changed.unwrap_or_default());
        }
        RunState::Running => "is going on",
        RunState::Interrupted => "was interrupted",
        RunState::Stopped => "was stopped by a cap or a provider",
        RunState::Died => "died",
    };
    format!("the call was never answered; run {} {ended}", run.id)
}
