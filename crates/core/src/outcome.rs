//! The outcome of a step on one row. This module must not decide the outcome.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Error, Fields};

/// The outcome of one step on one row.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// At least one field is known.
    Value(Fields),
    /// The question was asked and has no answer. This is not an error.
    NoData,
    /// The question was not asked, for an expected reason.
    Skipped(SkipReason),
    /// The question was asked without success, or could not be asked.
    Failed(Error),
}

/// Why a step was not run on a row. The names are part of the JSON interface.
#[derive(Debug, Clone, Copy, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// A required input is empty.
    MissingInput,
    /// The step's condition does not hold.
    Condition,
    /// The step's condition cannot be evaluated on this row, for example because a cell is empty.
    ConditionUnknown,
    /// All outputs of the step are already filled.
    Existing,
    /// The provider was stopped for this run.
    ProviderStopped,
    /// A cap on calls or cost was reached.
    Budget,
    /// The vendor answers later: a later run gets the answer without paying again.
    Pending,
    /// The run was interrupted.
    Interrupted,
    /// No answer is stored and nothing may be sent, as in plans and explanations.
    Unanswered,
}

impl SkipReason {
    /// The name in JSON and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingInput => "missing_input",
            Self::Condition => "condition",
            Self::ConditionUnknown => "condition_unknown",
            Self::Existing => "existing",
            Self::ProviderStopped => "provider_stopped",
            Self::Budget => "budget",
            Self::Pending => "pending",
            Self::Interrupted => "interrupted",
            Self::Unanswered => "unanswered",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
