//! What a ledger holds: counts, its calls one by one, and what is taken out of it.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;
use schemars::JsonSchema;
use serde::Serialize;

use super::{CallState, Key, LedgerError, Prune, Removed};

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
    /// What they cost, or may have cost while they are in doubt, in the settings' currency. `None` if that
    /// is unknown of one of them, and for calls that were not bought.
    pub cost: Option<f64>,
    /// What they cost in the vendor's unit; `None` likewise.
    pub units: Option<f64>,
    /// The vendor's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
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
    /// What it could cost at most, in the settings' currency, if known.
    pub price: Option<f64>,
    /// The vendor's id of the request.
    pub request_id: Option<String>,
    /// What kind of failure it was.
    pub error_kind: Option<String>,
    /// What went wrong.
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
}

impl CallRecord {
    /// What the call cost, or may have cost: a call in doubt counts with its price.
    pub fn spent(&self) -> Option<f64> {
        self.cost.or(self.price)
    }
}

/// Calls in portions, each small enough to be held in memory. A page may be empty.
pub type Pages = BoxStream<'static, Result<Vec<CallRecord>, LedgerError>>;

/// What is asked of a ledger as a whole, and what is taken out of it.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// What the ledger holds.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn stats(&self) -> Result<Stats, LedgerError>;

    /// How many calls a run that started now would find in doubt. A later answer ends a doubt, so calls
    /// in that state cannot simply be counted.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn doubts(&self) -> Result<u64, LedgerError>;

    /// Whether what is stored is whole. May read all of it.
    ///
    /// # Errors
    /// The ledger cannot be read, and not because it is damaged.
    async fn is_sound(&self) -> Result<bool, LedgerError>;

    /// Every call, oldest first, as the ledger holds them at one moment. Where the ledger cannot be read,
    /// the last page is the error.
    fn export(&self) -> Pages;

    /// What is stored of a call: its answer, or how it stands.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn record(&self, key: &Key) -> Result<Option<CallRecord>, LedgerError>;

    /// How long calls of an operation usually take, if any were answered lately.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn usual_duration(&self, provider: &str, operation: &str) -> Result<Option<Duration>, LedgerError>;

    /// What a removal would take.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn would_remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError>;

    /// Removes calls, what runs tell of them, and their text from where it is stored. What was removed
    /// still counts towards the consents that it was bought under.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError>;

    /// Copies the ledger as it is at one moment into a new file.
    ///
    /// # Errors
    /// This form has no copy in a file, there is a file at `to`, it cannot be written, or the ledger
    /// cannot be read. Then nothing is left behind.
    async fn back_up(&self, to: &Path) -> Result<(), LedgerError> {
        Err(LedgerError(format!("{} cannot be made: this ledger is not a file", to.display())))
    }
}
