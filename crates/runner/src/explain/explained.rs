//! The explanation of a cell, as a document. This module only holds the types.

use engine::ledger::CallState;
use schemars::JsonSchema;
use serde::Serialize;

/// The explanation of one column; the columns that it came from follow.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub struct Explained {
    /// The column's name.
    pub column: String,
    /// What the cell holds; null when the cell is empty.
    pub value: Option<String>,
    /// Where the value comes from.
    pub from: Origin,
    /// The step, if it has a name of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The integration that answered, or the step's first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
    /// The version of the integration's contract at the time of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The formula that computed the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// The integration's output that fills the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The source that the answer cites for the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The cells that the step read.
    pub inputs: Vec<InputCell>,
    /// The calls that the step made.
    pub calls: Vec<ExplainedCall>,
    /// Why the cell is empty, or why it differs from the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Where a cell's value comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A step produced it.
    Value,
    /// The run kept the value of the input table.
    Kept,
    /// A step asked, and there is no data.
    NoData,
    /// A step failed on the row.
    Failed,
    /// A step did not run on the row.
    Skipped,
    /// The column is the input table's own.
    #[default]
    Own,
}

/// A cell that a step read.
#[derive(Debug, JsonSchema, Serialize)]
pub struct InputCell {
    /// The input's name in the contract; `formula` or `where` for a column of an expression.
    pub input: String,
    /// The column that feeds the input.
    pub column: String,
    /// What the cell holds; null when the cell is empty.
    pub value: Option<String>,
}

/// A call with what the ledger records about it.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub struct ExplainedCall {
    /// The provider that the call was made to.
    pub provider: String,
    /// The provider's operation.
    pub operation: String,
    /// The parameters that were sent.
    pub parameters: serde_json::Value,
    /// The state of the call in the ledger; null when the ledger has no record of it.
    pub state: Option<CallState>,
    /// When the call was sent, in UTC: `2026-11-22T14:03:11Z`.
    pub sent: Option<String>,
    /// How long ago the call was sent, in words: `2 min 5 s`.
    pub age: Option<String>,
    /// How long the call took, in ms.
    pub duration_ms: Option<i64>,
    /// How many times the call was sent.
    pub attempts: Option<u32>,
    /// What the call cost, in the settings' currency; for a call in doubt, what it may have cost.
    pub price: Option<f64>,
    /// What the call cost, in the vendor's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<f64>,
    /// The vendor's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The provider's own identifier of the request.
    pub request_id: Option<String>,
    pub(crate) error_kind: Option<String>,
    /// The error's message, if the call failed.
    pub error: Option<String>,
    /// The run that made the call.
    pub run: Option<i64>,
}
