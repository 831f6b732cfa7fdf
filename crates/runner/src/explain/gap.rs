//! Why a step produced no value for a cell, as a word for programs and as a sentence. Only this module words
//! the reasons, for `why` and for `gaps`. It reads no table and no ledger.

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
    /// The step asked, and there is no data.
    NoData,
    /// There is an answer, and it has no value for this column.
    NotInAnswer,
    /// The step failed on the row.
    Failed,
    /// The call was sent and maybe paid for, and no answer is known.
    InDoubt,
    /// The call was ordered, and its vendor answers later.
    Pending,
    /// A cell that the step needs is empty or cannot be read.
    MissingInput,
    /// The step's condition does not hold for the row.
    Condition,
    /// The step's condition cannot be evaluated for the row.
    ConditionUnknown,
    /// The run ended before the call was made or answered.
    NotAnswered,
    /// The run did not pick the row.
    NotPicked,
    /// The answer has a value that the table lacks: the run may have ended before it wrote the value, or the
    /// answer was bought after the table was written.
    NotWritten,
    /// The answer has a value, and the cell is empty: it was emptied, or an older version of marl read the
    /// answer differently.
    Emptied,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 12] = [
        Self::NoData,
        Self::NotInAnswer,
        Self::Failed,
        Self::InDoubt,
        Self::Pending,
        Self::MissingInput,
        Self::Condition,
        Self::ConditionUnknown,
        Self::NotAnswered,
        Self::NotPicked,
        Self::NotWritten,
        Self::Emptied,
    ];

    /// The reason's name in documents and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::NotInAnswer => "not_in_answer",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Pending => "pending",
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

/// A reason with its sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gap {
    pub reason: Reason,
    /// The sentence, on one line.
    pub why: String,
}

/// How a step ended on a row for which it produced no value.
pub(crate) struct Ended<'a> {
    pub step: &'a Step,
    pub outcome: &'a Outcome,
    /// Why the step was skipped, if the reason alone does not explain it.
    pub remark: Option<&'a str>,
    /// Returns the row's cell in a column.
    pub cell: &'a dyn Fn(&str) -> Option<Value>,
    /// The error of a call that failed in the run.
    pub failed: Option<Error>,
    /// The provider of a call that is pending.
    pub pending: Option<&'a str>,
    pub run: &'a RunRecord,
    /// The integration whose contract has changed since the run.
    pub changed: Option<&'a str>,
}

impl Ended<'_> {
    /// The reason; `None` if the step produced a value.
    pub(crate) fn gap(&self) -> Option<Gap> {
        let gap = |reason, why: String| Some(Gap { reason, why });
        match self.outcome {
            Outcome::Value(_) => None,
            Outcome::NoData if matches!(self.step.task, Task::Compute(_)) => {
                gap(Reason::NoData, "the formula gives an empty cell".to_owned())
            }
            Outcome::NoData => gap(Reason::NoData, "asked, and no data was found".to_owned()),
            Outcome::Failed(error) => Some(failed(error)),
            Outcome::Skipped(reason) => Some(self.skipped(*reason)),
        }
    }

    fn skipped(&self, reason: SkipReason) -> Gap {
        let condition = self.step.condition.as_ref().map(|known| known.expression.text()).unwrap_or_default();
        if let (SkipReason::Unanswered, Some(provider)) = (reason, self.pending) {
            let why = format!("ordered from {provider}, which answers later; the same command asks again");
            return Gap { reason: Reason::Pending, why };
        }
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

    /// The column of the first empty input that is required, or that is in a set of needed inputs.
    fn empty_input(&self) -> Option<&str> {
        let alternative = self.step.alternatives().first()?;
        let needs = &alternative.integration.contract().needs;
        let is_needed = |name: &str| needs.iter().any(|set| set.contains(name));
        let inputs = alternative.inputs.iter();
        let mut required = inputs.filter(|input| input.column.required || is_needed(&input.column.name));
        let empty = required.find(|input| {
            (self.cell)(&input.from).is_none_or(|cell| input.column.kind.says_nothing(&cell.to_string()))
        });
        empty.map(|input| input.from.as_str())
    }

    /// The empty columns that the condition reads, as text. An empty cell equals nothing and compares false
    /// with everything, so most conditions do not hold for it.
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

/// The sentence for an answer that lacks the column.
pub(crate) const NOT_IN_ANSWER: &str = "the answer has no value for it";

/// The error of a failed call, from what the ledger records about the call.
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

/// The gap of an answer that has a value which its cell lacks. `newest` is the newest run that bought a part
/// of the answer.
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
    let why = format!("the answer has \"{gives}\", and this table does not: {how}");
    Gap { reason, why }
}

/// The gap of a row that was not picked.
pub(crate) fn not_picked(row: u64, run: &RunRecord) -> Gap {
    Gap { reason: Reason::NotPicked, why: format!("row {row} was not picked in run {}", run.id) }
}

/// The sentence for a run that processed every row and has no answer in the ledger.
pub(crate) const NO_ANSWER: &str =
    "the ledger has no answer: it was removed from the ledger, is in another, or never came";

/// The sentence for a run that did not process every row.
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
