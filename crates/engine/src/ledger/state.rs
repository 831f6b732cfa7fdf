//! The states of a call in the ledger.

use schemars::JsonSchema;
use serde::Serialize;

/// The state of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Sent, or about to be sent.
    Intent,
    /// Answered.
    Found,
    /// Answered: there is no data.
    NoData,
    /// Not bought.
    Failed,
    /// Possibly bought, and without an answer.
    InDoubt,
    /// Bought, with an unusable answer.
    Unusable,
    /// Ordered: the vendor answers later, and its handle is stored.
    Pending,
}

impl CallState {
    /// Whether a complete answer arrived.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Found | Self::NoData | Self::Unusable)
    }

    /// The state's name in counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Found => "found",
            Self::NoData => "no_data",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Unusable => "unusable",
            Self::Pending => "pending",
        }
    }
}
