//! The record of calls: intent before, reply after. A trait and its form in memory.
//!
//! Intents and replies of every call go through here, and nothing else does: rows, steps and
//! settings are not known to it. A durable form implements the same trait.

mod key;
mod memory;

use async_trait::async_trait;
use marl_core::{Call, Error};

pub use key::{Key, Scope};
pub use memory::Memory;

/// What the ledger knows of a call.
#[derive(Debug, Clone)]
pub enum Known {
    /// Nothing that helps: it may be claimed.
    Nothing,
    /// A whole answer, the provider's own text.
    Answered(String),
    /// A whole answer that is of no use. It was paid for, so it is not asked again.
    Unusable(Error),
    /// It failed in this run; its duplicates share that.
    Failed(Error),
    /// It may have been paid for, and no answer is known.
    InDoubt {
        /// Whether it came to that in this run; then its duplicates share it.
        in_this_run: bool,
    },
}

/// The right to send one attempt of a call, and the duty to say how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent(pub u64);

/// What came of a claim.
#[derive(Debug)]
pub enum Claim {
    /// The intent is written; send.
    Granted(Intent),
    /// Somebody else settled it meanwhile.
    Known(Known),
}

/// How an attempt ended, as far as the ledger is concerned.
#[derive(Debug, Clone)]
pub enum Settled {
    /// With a whole answer.
    Answered(String),
    /// With a whole answer that is of no use.
    Unusable(Error),
    /// Without having been bought.
    Failed(Error),
    /// Nobody can tell.
    InDoubt,
}

/// The ledger could not be read or written.
#[derive(Debug, Clone)]
pub struct LedgerError(pub String);

/// The record of calls.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// What is known of a call.
    async fn look_up(&self, key: &Key) -> Result<Known, LedgerError>;

    /// In one step: if nothing usable is known and nobody else is about to ask, writes the
    /// intent to send. `again` claims a call in doubt all the same.
    async fn claim(&self, key: &Key, call: &Call, again: bool) -> Result<Claim, LedgerError>;

    /// The attempt was not bought: as if it had never been claimed.
    async fn take_back(&self, key: &Key, intent: Intent) -> Result<(), LedgerError>;

    /// The attempt's end.
    async fn settle(&self, key: &Key, intent: Intent, end: Settled) -> Result<(), LedgerError>;
}
