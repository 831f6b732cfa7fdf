//! What a step came to on one row.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Error, Fields};

/// The outcome of one step on one row.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// At least one field is known.
    Value(Fields),
    /// Asked, and there is no answer: not an error.
    NoData,
    /// Not asked, for a normal reason.
    Skipped(SkipReason),
    /// Asked in vain, or could not be asked.
    Failed(Error),
}

/// Why a step was not run on a row. The names are part of the JSON contract.
#[derive(Debug, Clone, Copy, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// A required input is empty.
    MissingInput,
    /// The step's condition does not hold.
    Condition,
    /// Whether the step's condition holds cannot be told, for example of an empty cell.
    ConditionUnknown,
    /// All of the step's outputs are filled already.
    Existing,
    /// The provider was stopped for this run.
    ProviderStopped,
    /// A cap on calls or cost was reached.
    Budget,
    /// The run was interrupted.
    Interrupted,
    /// No answer is stored, and nothing is sent: in plans and explanations.
    Unanswered,
}

impl SkipReason {
    /// The name in JSON and in talk.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingInput => "missing_input",
            Self::Condition => "condition",
            Self::ConditionUnknown => "condition_unknown",
            Self::Existing => "existing",
            Self::ProviderStopped => "provider_stopped",
            Self::Budget => "budget",
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
