//! The calls of a ledger: the intent before a call is sent, the reply after it arrived. Knows no rows,
//! no steps and no policy: what a reply means, and what is sent, the gateway decides.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use marl_core::{Call, Error};

use super::{CallState, Key, LedgerError, Scope};
use crate::cost::{CallPrice, Cost};

/// What the ledger knows of a call.
#[derive(Debug, Clone)]
pub enum Known {
    /// Nothing that helps: it may be claimed.
    Nothing,
    /// A whole answer, the provider's own text.
    Answered(String),
    /// A whole answer that was of no use. It was paid for, so it is not asked again.
    Unusable {
        /// Why it was of no use.
        error: Error,
        /// The provider's own text, for a reader that may have learned since; unknown where it was
        /// too large, or an earlier version did not keep it.
        body: Option<String>,
    },
    /// It failed in this run; its duplicates share that.
    Failed(Error),
    /// It may have been paid for, and no answer is known.
    InDoubt {
        /// Whether it came to that in this run; then its duplicates share it.
        in_this_run: bool,
    },
    /// Another process is asking just now, or this one in another way.
    Busy {
        /// How long that may take. After that the call is in doubt, and it is not sent again while
        /// that process lives.
        at_most: Duration,
    },
}

/// The right to send one attempt of a call, and the duty to say how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent(i64);

impl Intent {
    /// For a ledger: the intent that it knows by this number.
    pub fn new(id: i64) -> Self {
        Self(id)
    }

    /// For the ledger that made it: the number that it gave.
    pub fn id(self) -> i64 {
        self.0
    }
}

/// What came of a claim.
#[derive(Debug)]
pub enum Claim {
    /// The intent is written; send.
    Granted(Intent),
    /// Another process or task settled it meanwhile, or is about to.
    Known(Known),
}

/// A claim: what is to be sent, and under which terms.
#[derive(Debug)]
pub struct Asking<'a> {
    /// The call's key.
    pub key: Key,
    /// The call.
    pub call: &'a Call,
    /// Whom it is bought from and for.
    pub scope: &'a Scope,
    /// Whether a call in doubt is sent all the same.
    pub again: bool,
    /// Whether replies from before this run do not count.
    pub refresh: bool,
    /// Which attempt of the call in this run this is, from 1.
    pub attempt: u32,
    /// How long the attempt may take, grace included; then it is in doubt for others.
    pub time: Duration,
    /// What it may cost.
    pub price: &'a CallPrice,
}

/// How an attempt ended, as far as the ledger is concerned.
#[derive(Debug, Clone)]
pub enum Settled {
    /// With a whole answer.
    Answered {
        /// The provider's own text.
        body: String,
        /// Whether it says that there is nothing.
        no_data: bool,
        /// What it cost.
        cost: Cost,
    },
    /// With a whole answer that is of no use.
    Unusable {
        /// Why it is of no use.
        error: Error,
        /// The provider's own text, where all of it was read.
        body: Option<String>,
        /// What it cost.
        cost: Cost,
    },
    /// Without having been bought.
    Failed(Error),
    /// Whether it was bought cannot be known.
    InDoubt,
}

/// What every form of the ledger records of an end.
#[derive(Debug, Clone, Copy)]
pub struct EndRecord<'a> {
    /// The state of the call.
    pub state: CallState,
    /// The provider's own text.
    pub reply: Option<&'a String>,
    /// What went wrong.
    pub error: Option<&'a Error>,
    /// What the call cost. Unknown for a call in doubt, which may have cost its price.
    pub cost: Cost,
}

impl<'a> EndRecord<'a> {
    /// What is recorded of this end.
    pub fn of(end: &'a Settled) -> Self {
        let (state, reply, error, cost) = match end {
            Settled::Answered { body, no_data: false, cost } => (CallState::Found, Some(body), None, *cost),
            Settled::Answered { body, no_data: true, cost } => (CallState::NoData, Some(body), None, *cost),
            Settled::Unusable { error, body, cost } => {
                (CallState::Unusable, body.as_ref(), Some(error), *cost)
            }
            Settled::Failed(error) => (CallState::Failed, None, Some(error), Cost::FREE),
            Settled::InDoubt => (CallState::InDoubt, None, None, Cost::UNKNOWN),
        };
        Self { state, reply, error, cost }
    }
}

/// The end of an attempt with what is worth keeping of it.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How it ended.
    pub end: Settled,
    /// How long it took.
    pub duration: Duration,
    /// The vendor's own id of the request.
    pub request_id: Option<String>,
}

/// The calls of a ledger, as one run sees and makes them. The gateway uses nothing else of a ledger.
///
/// A run's process counts as alive until its last handle of this kind is dropped or the process ends,
/// however it ends.
#[async_trait]
pub trait Calls: Send + Sync {
    /// What is known of a call; with `refresh`, replies from before this run do not count. What another
    /// process stored may be seen a few ms later.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn look_up(&self, key: &Key, refresh: bool) -> Result<Known, LedgerError>;

    /// The state of the newest record of a call, whatever its age: for reports, not for decisions. An
    /// intent that a dead process never sent is passed over.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError>;

    /// Writes the intent to send, if nothing usable is known and no other process or task is asking. It
    /// is one step for all processes: of several claims of one call at once, one is granted.
    ///
    /// # Errors
    /// The intent is not written, or there is no room for an answer. Nothing may be sent.
    async fn claim(&self, asking: &Asking<'_>) -> Result<Claim, LedgerError>;

    /// Whether the ledger can tell intents that were never sent from those that were, however this
    /// process ends. Only then does the gateway claim a call before it may be sent.
    fn tells_unsent(&self) -> bool;

    /// Marks an intent as sent, before the call is sent. Where [`Self::tells_unsent`], an intent without
    /// the mark counts for nothing once its process is dead.
    ///
    /// # Errors
    /// The call must not be sent: the mark cannot be made, or others would take this process for dead.
    async fn sending(&self, intent: Intent) -> Result<(), LedgerError>;

    /// Takes an intent back whose attempt was not bought: as if the call had never been claimed.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn take_back(&self, key: &Key, intent: Intent) -> Result<(), LedgerError>;

    /// Stores the end of an attempt; returns once it is stored for good. If the attempt was in doubt by
    /// then, the end settles the doubt.
    ///
    /// # Errors
    /// The end may not be stored. A form does not try again by itself: the gateway does, with the same
    /// intent and the same end.
    async fn settle(&self, key: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError>;
}
