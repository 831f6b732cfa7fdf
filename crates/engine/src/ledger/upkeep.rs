//! What a ledger holds: counts, its calls one by one, and what is taken out of it.

use schemars::JsonSchema;
use serde::Serialize;

use super::CallState;

/// What a ledger holds.
#[derive(Debug, Clone, Default, JsonSchema, Serialize)]
pub struct Stats {
    /// By provider, operation and state.
    pub calls: Vec<StateCount>,
    /// Runs recorded.
    pub runs: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The oldest call, in ms since 1970.
    pub oldest: Option<i64>,
    /// The newest call, in ms since 1970.
    pub newest: Option<i64>,
}

/// How many calls of one kind are in one state.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub struct StateCount {
    /// The provider.
    pub provider: String,
    /// The operation.
    pub operation: String,
    /// The state's name.
    pub state: String,
    /// How many.
    pub count: u64,
}

/// A call as it stands in the ledger.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub struct CallRecord {
    /// Its number.
    pub id: i64,
    /// The provider.
    pub provider: String,
    /// The operation.
    pub operation: String,
    /// The parameters, as JSON.
    pub parameters: serde_json::Value,
    /// Its state.
    pub state: CallState,
    /// The run that asked.
    pub run: i64,
    /// The account it was bought for.
    pub account: String,
    /// The base address when it is not the vendor's default.
    pub base: Option<String>,
    /// When it was sent, in ms since 1970.
    pub sent_at: i64,
    /// When its end was stored.
    pub settled_at: Option<i64>,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// The attempts that it took.
    pub attempts: u32,
    /// What it cost, in the settings' unit, if known.
    pub price: Option<f64>,
    /// The vendor's id of the request.
    pub request_id: Option<String>,
    /// What kind of failure it was.
    pub error_kind: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// The provider's own text.
    pub reply: Option<String>,
}
