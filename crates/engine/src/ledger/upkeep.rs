//! The upkeep of a ledger: counts, the calls one by one, and removals.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;
use schemars::JsonSchema;
use serde::Serialize;

use super::{CallState, Key, LedgerError, Prune, Removed};

/// The counts of a ledger.
#[derive(Debug, Clone, Default, JsonSchema, Serialize)]
pub struct Stats {
    /// The counts by provider, operation and state.
    pub calls: Vec<StateCount>,
    /// The number of recorded runs.
    pub runs: u64,
    /// The size of the file, in bytes.
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
    /// The number of calls.
    pub count: u64,
    /// What they cost, or may cost while they are in doubt or pending, in the settings' currency. `None` if that
    /// is unknown for one of them, and for calls that were not bought.
    pub cost: Option<f64>,
    /// What they cost in the vendor's unit; `None` likewise.
    pub units: Option<f64>,
    /// The vendor's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A call in the ledger.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub struct CallRecord {
    /// The call's number.
    pub id: i64,
    /// The provider.
    pub provider: String,
    /// The operation.
    pub operation: String,
    /// The parameters, as JSON.
    pub parameters: serde_json::Value,
    /// The call's state.
    pub state: CallState,
    /// The run that made the call.
    pub run: i64,
    /// The account for which the call was bought.
    pub account: String,
    /// The base address when it is not the vendor's default.
    pub base: Option<String>,
    /// When the call was sent, in ms since 1970.
    pub sent_at: i64,
    /// When its end was stored, in ms since 1970.
    pub settled_at: Option<i64>,
    /// How long the call took, in ms.
    pub duration_ms: Option<i64>,
    /// The number of attempts.
    pub attempts: u32,
    /// The most that the call could cost, in the settings' currency, if it is known.
    pub price: Option<f64>,
    /// The vendor's id of the request.
    pub request_id: Option<String>,
    /// The kind of failure, if the call failed.
    pub error_kind: Option<String>,
    /// The error's message.
    pub error: Option<String>,
    /// The provider's own text.
    pub reply: Option<String>,
    /// What it cost, in the settings' currency. `None` if that is unknown; calls of versions that did not
    /// record it cost their price.
    pub cost: Option<f64>,
    /// What it cost, in the vendor's unit, if known.
    pub units: Option<f64>,
    /// The vendor's unit.
    pub unit: Option<String>,
    /// What the provider needs to ask for an answer that comes later.
    pub handle: Option<String>,
}

impl CallRecord {
    /// What the call cost, or may cost: a call in doubt or pending counts with its price.
    pub fn spent(&self) -> Option<f64> {
        self.cost.or(self.price)
    }
}

/// Calls in pages, each small enough to be held in memory. A page may be empty.
pub type Pages = BoxStream<'static, Result<Vec<CallRecord>, LedgerError>>;

/// Questions about a ledger as a whole, and removals.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// What the ledger holds.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn stats(&self) -> Result<Stats, LedgerError>;

    /// How many calls a run that started now would find in doubt. A later answer ends a doubt, so counting
    /// the calls in that state is not enough.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn doubts(&self) -> Result<u64, LedgerError>;

    /// Whether the stored data is intact. This may read all of it.
    ///
    /// # Errors
    /// The ledger cannot be read for another reason than damage.
    async fn is_sound(&self) -> Result<bool, LedgerError>;

    /// Every call, oldest first, from one snapshot. If the ledger cannot be read, the last page is the error.
    fn export(&self) -> Pages;

    /// The record of a call: its answer, or its state.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn record(&self, key: &Key) -> Result<Option<CallRecord>, LedgerError>;

    /// How long calls of an operation usually take, if any were answered recently.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn usual_duration(&self, provider: &str, operation: &str) -> Result<Option<Duration>, LedgerError>;

    /// What a removal would take.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn would_remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError>;

    /// Removes calls and the mentions of them in runs, including their text on the disk. What was removed
    /// still counts towards the consents under which it was bought.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError>;

    /// Copies a snapshot of the ledger into a new file.
    ///
    /// # Errors
    /// This form has no copy in a file, there is a file at `to`, it cannot be written, or the ledger
    /// cannot be read. Then nothing is left behind.
    async fn back_up(&self, to: &Path) -> Result<(), LedgerError> {
        Err(LedgerError(format!("{} cannot be created: this ledger is not a file", to.display())))
    }
}
