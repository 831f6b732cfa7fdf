//! Compares a cell with the answer that its step gives now: where the value comes from, and why the two differ.
//! This module reads no table and no ledger.

use engine::{StepEnd, ledger::RunRecord, plan};
use marl_core::{Outcome, Value};

use crate::{
    explain::{
        explained::{ExplainedCall, Origin},
        gap::{self, Ended, Gap, Reason},
    },
    failure::advice,
    job::run_record::RecordedStep,
};

/// A step's end on a row together with the cell that the table holds.
pub(super) struct Comparison<'a> {
    pub(super) end: &'a StepEnd,
    pub(super) calls: &'a [ExplainedCall],
    /// The output's name; `None` for the column that holds the integration's name.
    pub(super) output: Option<&'a str>,
    pub(super) cell: &'a dyn Fn(&str) -> Option<Value>,
    pub(super) value: Option<&'a str>,
    pub(super) step: &'a plan::Step,
    pub(super) recorded: Option<&'a RecordedStep>,
    pub(super) column: &'a str,
    pub(super) integration: Option<&'a str>,
    /// The integration's version at the time of the run.
    pub(super) then: Option<&'a str>,
    /// The integration whose contract has changed since the run.
    pub(super) changed: Option<&'a str>,
    /// Whether the rules for reading answers and cells have changed since the run.
    pub(super) is_read_anew: bool,
    pub(super) run: &'a RunRecord,
}

impl Comparison<'_> {
    /// The origin of the value, the source that the answer cites, and a note on any difference.
    pub(super) fn explain(&self) -> (Origin, Option<String>, Option<String>) {
        match &self.end.outcome {
            Outcome::Value(fields) => {
                let field = self.output.and_then(|output| fields.get(output));
                let source = field.and_then(|field| field.source.as_deref()).map(str::to_owned);
                let is_same = holds(field.map(|field| field.value.to_string()).as_deref(), self.value);
                if self.output.is_some() && self.value.is_some() && !is_same && self.is_own() {
                    let gives = field.map(|field| field.value.to_string());
                    return (Origin::Kept, None, self.note(gives.as_deref()));
                }
                let gives = match self.output {
                    Some(_) => field.map(|field| field.value.to_string()),
                    None => self.end.by.clone(),
                };
                (Origin::Value, source, self.note(gives.as_deref()))
            }
            outcome => {
                let remark = self.end.remark.as_ref().map(advice::remark);
                let gap = Ended {
                    step: self.step,
                    outcome,
                    remark: remark.as_deref(),
                    cell: self.cell,
                    failed: self.calls.iter().find_map(ExplainedCall::failure),
                    pending: self.calls.iter().find_map(ExplainedCall::pending),
                    run: self.run,
                    changed: self.changed,
                }
                .gap();
                let from = match &gap {
                    _ if self.value.is_some() && self.is_own() => Origin::Kept,
                    Some(gap) if self.value.is_none() || gap.reason != Reason::NotAnswered => {
                        Origin::of(gap.reason)
                    }
                    _ => Origin::Value,
                };
                (from, None, gap.map(|gap| self.note_on_gap(&gap)))
            }
        }
    }

    /// The note on a cell whose step has an answer; `None` if the cell holds the answer.
    fn note(&self, gives: Option<&str>) -> Option<String> {
        match (gives, self.value) {
            (None, None) => Some(gap::NOT_IN_ANSWER.to_owned()),
            (gives, value) if holds(gives, value) => None,
            (Some(gives), None) => {
                let newest = self.calls.iter().filter_map(|call| call.run).max();
                Some(gap::without_value(gives, self.run, newest).why)
            }
            (Some(gives), _) => Some(format!("{}; the answer gives \"{gives}\"", self.why_different())),
            (None, Some(_)) => Some(format!("{}; {}", self.why_different(), gap::NOT_IN_ANSWER)),
        }
    }

    /// The note on a cell whose step has no answer; the cell may still hold a value.
    fn note_on_gap(&self, gap: &Gap) -> String {
        match self.value {
            None => gap.why.clone(),
            // Without the answer, marl cannot tell whether the cell holds it.
            Some(_) if gap.reason == Reason::NotAnswered && self.is_own() => {
                format!("kept from the input table, or filled by an answer; {}", gap.why)
            }
            Some(_) if gap.reason == Reason::NotAnswered => gap.why.clone(),
            Some(_) => format!("{}; {}", self.why_different(), gap.why),
        }
    }

    /// Whether the column is the input table's own and the run kept its filled cells.
    fn is_own(&self) -> bool {
        self.recorded.is_some_and(|step| {
            step.existing == plan::Existing::Keep
                && step.existing_columns.iter().any(|known| known == self.column)
        })
    }

    /// Why a cell may differ from the answer.
    fn why_different(&self) -> String {
        let now = self.step.contracts().find(|contract| Some(contract.name.as_str()) == self.integration);
        if let Some((contract, then)) = now.zip(self.then).filter(|(now, then)| now.version != *then) {
            return format!(
                "written by version {then} of {}; version {} reads the answer differently",
                contract.name, contract.version
            );
        }
        if let Some(name) = self.changed {
            let kept = if self.is_own() { "kept from the input table, " } else { "" };
            let edited = "edited since the run, or read differently";
            return format!("{kept}{edited} by {name}, whose contract has changed");
        }
        match (self.is_own(), self.is_read_anew) {
            (true, true) => "kept from the input table, or read differently by this newer marl".to_owned(),
            (false, true) => {
                "written by an older marl; this newer version reads the answer differently".to_owned()
            }
            (true, false) => "kept from the input table, or edited since".to_owned(),
            (false, false) => "edited since the run".to_owned(),
        }
    }
}

/// Whether a cell holds an answer's value. marl may have written an apostrophe before it, which keeps a
/// spreadsheet from evaluating the cell.
fn holds(gives: Option<&str>, value: Option<&str>) -> bool {
    match (gives, value) {
        (Some(gives), Some(value)) => gives == value || value.strip_prefix('\'') == Some(gives),
        _ => false,
    }
}

impl Origin {
    fn of(reason: Reason) -> Self {
        match reason {
            Reason::NoData => Self::NoData,
            Reason::Failed | Reason::InDoubt => Self::Failed,
            Reason::NotInAnswer | Reason::NotWritten | Reason::Emptied => Self::Value,
            Reason::MissingInput
            | Reason::Condition
            | Reason::ConditionUnknown
            | Reason::NotAnswered
            | Reason::Pending
            | Reason::NotPicked => Self::Skipped,
        }
    }
}
