//! The states of a call.

use schemars::JsonSchema;
use serde::Serialize;

/// The state of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Sent or about to be.
    Intent,
    /// Answered.
    Found,
    /// Answered: there is nothing.
    NoData,
    /// Not bought.
    Failed,
    /// Maybe bought.
    InDoubt,
    /// Bought, and of no use.
    Unusable,
}

impl CallState {
    /// Whether a whole answer came.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Found | Self::NoData | Self::Unusable)
    }

    /// The word in counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Found => "found",
            Self::NoData => "no_data",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Unusable => "unusable",
        }
    }
}
