//! The calls of a ledger: the intent before a call is sent, the reply after it arrived. This module knows no
//! rows, no steps and no policy: the gateway decides what a reply means and what is sent.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use marl_core::{Call, Error};

use super::{CallState, Key, LedgerError, Scope};
use crate::cost::{CallPrice, Cost};

/// What the ledger knows about a call.
#[derive(Debug, Clone)]
pub enum Known {
    /// Nothing useful: the call may be claimed.
    Nothing,
    /// A complete answer, as the provider's own text.
    Answered(String),
    /// A complete answer that is unusable. It was paid for, so the call is not sent again.
    Unusable {
        /// Why the answer is unusable.
        error: Error,
        /// The provider's own text, which a later version may be able to read; unknown if it was too large,
        /// or if an earlier version did not store it.
        body: Option<String>,
    },
    /// The call failed in this run; equal calls share the failure.
    Failed(Error),
    /// The call may have been paid for, and no answer is known.
    InDoubt {
        /// Whether the call came into doubt in this run; equal calls then share the doubt.
        in_this_run: bool,
        /// How long ago the call was first sent without a known answer.
        age: Duration,
        /// Whether every attempt that is in doubt had an idempotency key.
        is_keyed: bool,
    },
    /// The vendor answers later. The call is bought, or will be, and is not sent again.
    Pending {
        /// The intent under which the answer is stored, whichever run receives it.
        intent: Intent,
        /// What the provider needs to ask for the answer.
        handle: String,
    },
    /// Another process is making the call now, or another task of this process.
    Busy {
        /// How long that may take. Afterwards the call is in doubt, and it is not sent again while that
        /// process lives.
        at_most: Duration,
    },
}

impl Known {
    /// What is known in all, where `older` is what an older record of the call says.
    #[must_use]
    pub fn or_older(self, older: Self) -> Self {
        match (self, older) {
            (Self::Nothing, older) => older,
            (
                Self::InDoubt { in_this_run, age, is_keyed },
                Self::InDoubt { age: older, is_keyed: keyed, .. },
            ) => Self::InDoubt { in_this_run, age: age.max(older), is_keyed: is_keyed && keyed },
            (newer, _) => newer,
        }
    }
}

/// When a call in doubt may be sent again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Again {
    /// Always, since that is free or the user's choice.
    pub always: bool,
    /// While the vendor recognises the repetition: for this long after the first attempt, if all attempts had
    /// an idempotency key.
    pub keyed_for: Duration,
}

impl Again {
    /// Whether a call may be sent that has been in doubt for `age`.
    pub fn allows(self, age: Duration, is_keyed: bool) -> bool {
        self.always || self.recognises(age, is_keyed)
    }

    /// Whether the vendor recognises the repetition, and bills it no second time.
    pub fn recognises(self, age: Duration, is_keyed: bool) -> bool {
        is_keyed && age < self.keyed_for
    }
}

/// Which stored answers count for a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Whether answers from before this run do not count.
    pub refresh: bool,
    /// How old an answer may be; `None` for the age that the run was started with.
    pub max_age: Option<Duration>,
}

/// The right to send one attempt of a call, and the duty to report how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Intent(i64);

impl Intent {
    /// Creates the intent with this number; only ledgers call this.
    pub fn new(id: i64) -> Self {
        Self(id)
    }

    /// The number that the ledger gave to the intent.
    pub fn id(self) -> i64 {
        self.0
    }
}

/// A doubt that an attempt repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// How long ago the call was first sent.
    pub age: Duration,
    /// Whether every attempt in doubt had an idempotency key.
    pub is_keyed: bool,
}

/// The result of a claim.
#[derive(Debug)]
pub enum Claim {
    /// The intent is recorded: the call may be sent.
    Granted {
        /// The intent.
        intent: Intent,
        /// The number of the purchase; 0 without an idempotency key. An attempt that repeats a keyed call in
        /// doubt has the number of the attempt that it repeats.
        purchase: i64,
        /// The doubt that the attempt repeats, if there is one.
        doubt: Option<Doubt>,
    },
    /// Another process or task has settled the call meanwhile, or is about to.
    Known(Known),
}

/// A request to claim a call: what is to be sent, and under which terms.
#[derive(Debug)]
pub struct ClaimRequest<'a> {
    /// The call's key.
    pub key: Key,
    /// The call.
    pub call: &'a Call,
    /// The scope in which the call is bought.
    pub scope: &'a Scope,
    /// When a call in doubt may be sent again.
    pub again: Again,
    /// Whether the attempt has an idempotency key.
    pub is_keyed: bool,
    /// Which stored answers count.
    pub wanted: Wanted,
    /// The number of this attempt of the call in this run, from 1.
    pub attempt: u32,
    /// How long the attempt may take, including the grace period; after that, other processes see it as in
    /// doubt.
    pub time: Duration,
    /// What the call may cost.
    pub price: &'a CallPrice,
}

/// How an attempt ended, as far as the ledger is concerned.
#[derive(Debug, Clone)]
pub enum Settled {
    /// With a complete answer.
    Answered {
        /// The provider's own text.
        body: String,
        /// Whether the answer is that there is no data.
        no_data: bool,
        /// What it cost.
        cost: Cost,
    },
    /// With a complete answer that is unusable.
    Unusable {
        /// Why the answer is unusable.
        error: Error,
        /// The provider's own text, if all of it was read.
        body: Option<String>,
        /// What it cost.
        cost: Cost,
    },
    /// Without having been bought.
    Failed(Error),
    /// Without knowing whether it was bought.
    InDoubt,
    /// With the vendor's promise of an answer.
    Pending {
        /// What the provider needs to ask for the answer.
        handle: String,
    },
}

/// What every form of the ledger records of an end.
#[derive(Debug, Clone, Copy)]
pub struct EndRecord<'a> {
    /// The state of the call.
    pub state: CallState,
    /// The provider's own text.
    pub reply: Option<&'a String>,
    /// What the provider needs to ask for an answer that comes later.
    pub handle: Option<&'a str>,
    /// What went wrong.
    pub error: Option<&'a Error>,
    /// What the call cost. Unknown for a call in doubt or pending, which may cost its price.
    pub cost: Cost,
}

impl<'a> EndRecord<'a> {
    /// The record of this end.
    pub fn of(end: &'a Settled) -> Self {
        let of = |state| Self { state, reply: None, handle: None, error: None, cost: Cost::UNKNOWN };
        match end {
            Settled::Answered { body, no_data, cost } => {
                let state = if *no_data { CallState::NoData } else { CallState::Found };
                Self { reply: Some(body), cost: *cost, ..of(state) }
            }
            Settled::Unusable { error, body, cost } => {
                Self { reply: body.as_ref(), error: Some(error), cost: *cost, ..of(CallState::Unusable) }
            }
            Settled::Failed(error) => Self { error: Some(error), cost: Cost::FREE, ..of(CallState::Failed) },
            Settled::InDoubt => of(CallState::InDoubt),
            Settled::Pending { handle } => Self { handle: Some(handle), ..of(CallState::Pending) },
        }
    }
}

/// The end of an attempt, with everything about it that is recorded.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How it ended.
    pub end: Settled,
    /// How long it took.
    pub duration: Duration,
    /// The vendor's own id of the request.
    pub request_id: Option<String>,
    /// Whether this end is also that of earlier attempts of the same purchase that are in doubt: the vendor
    /// recognised the repetition. Their records are removed.
    pub ends_doubts: bool,
}

/// The calls of a ledger, from the view of one run. The gateway uses no other part of a ledger.
///
/// A run's process counts as alive until its last handle of this kind is dropped or the process ends,
/// however it ends.
#[async_trait]
pub trait Calls: Send + Sync {
    /// What is known about a call. What another process stored may become visible a few ms later.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn look_up(&self, key: &Key, wanted: Wanted) -> Result<Known, LedgerError>;

    /// The state of the newest record of a call, whatever its age: for reports, not for decisions. An intent
    /// that a dead process never sent is skipped.
    ///
    /// # Errors
    /// The ledger cannot be read.
    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError>;

    /// Records the intent to send, if nothing usable is known and no other process or task is making the
    /// call. This is atomic over all processes: of several concurrent claims of one call, one is granted.
    ///
    /// # Errors
    /// The intent is not recorded, or there is no room for an answer. Nothing may be sent.
    async fn claim(&self, request: &ClaimRequest<'_>) -> Result<Claim, LedgerError>;

    /// Whether the ledger can distinguish intents that were never sent from those that were, however this
    /// process ends. Only then does the gateway claim a call before it may be sent.
    fn tracks_sending(&self) -> bool;

    /// Marks an intent as sent, before the call is sent. With [`Self::tracks_sending`], an intent without the
    /// mark is void once its process is dead.
    ///
    /// # Errors
    /// The call must not be sent: the mark cannot be made, or other processes would take this process for
    /// dead.
    async fn sending(&self, intent: Intent) -> Result<(), LedgerError>;

    /// Takes back an intent whose attempt was not bought, as if the call had never been claimed.
    ///
    /// # Errors
    /// The ledger cannot be written.
    async fn take_back(&self, key: &Key, intent: Intent) -> Result<(), LedgerError>;

    /// Stores the end of an attempt; returns once it is durable. An answer that is stored already stays. If the attempt was in doubt or pending by
    /// then, also since an earlier run, its end settles that.
    ///
    /// # Errors
    /// The end may not have been stored. A form does not try again by itself: the gateway does, with the same
    /// intent and the same end.
    async fn settle(&self, key: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError>;
}
