//! The story of a cell, as a document.

use engine::ledger::CallState;
use schemars::JsonSchema;
use serde::Serialize;

/// A column's story; the columns it came from follow.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub struct Explained {
    pub column: String,
    pub value: Option<String>,
    pub from: Origin,
    /// The step, where it has a name of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The formula that computed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub inputs: Vec<InputCell>,
    pub calls: Vec<CallStory>,
    /// Why it is empty, or why it is not what the answer gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Where a cell comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A step gave it.
    Value,
    /// The run kept what the input table had.
    Kept,
    /// A step found out that there is nothing.
    NoData,
    /// A step failed on the row.
    Failed,
    /// A step did not run on the row.
    Skipped,
    /// The column is the table's own.
    #[default]
    Own,
}

#[derive(Debug, JsonSchema, Serialize)]
pub struct InputCell {
    pub input: String,
    pub column: String,
    pub value: Option<String>,
}

/// A call with what the ledger holds of it.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub struct CallStory {
    pub provider: String,
    pub operation: String,
    pub parameters: serde_json::Value,
    pub state: Option<CallState>,
    pub sent: Option<String>,
    pub age: Option<String>,
    pub duration_ms: Option<i64>,
    pub attempts: Option<u32>,
    pub price: Option<f64>,
    pub request_id: Option<String>,
    pub error_kind: Option<String>,
    pub error: Option<String>,
    pub run: Option<i64>,
}
