//! The events that a run reports while it goes on, for progress bars, summaries and records.
//!
//! The engine emits events; a listener decides what to show. Events carry no parameters and no API keys.

use std::time::Duration;

use marl_core::{Error, ErrorKind};

use crate::{cost::Cost, ledger::LedgerError};

/// Something that happened in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// An attempt left this machine.
    Sent {
        /// The provider.
        provider: &'a str,
        /// Whether an earlier attempt of the same call was already sent.
        again: bool,
    },
    /// A call was answered from the ledger.
    Reused,
    /// A call shared the answer of an equal call of this run.
    Joined,
    /// A call was left in doubt: it may have been paid for.
    InDoubt {
        /// The provider.
        provider: &'a str,
    },
    /// A call in doubt was sent again, by the user's choice, and may be paid for twice.
    DoubtSentAgain {
        /// The provider.
        provider: &'a str,
    },
    /// A call has failed, after all attempts at it.
    CallFailed {
        /// The provider.
        provider: &'a str,
        /// What kind of failure the call met.
        kind: ErrorKind,
    },
    /// A provider fails or throttles; its calls wait until one of them is tried.
    ProviderWaits {
        /// The provider.
        provider: &'a str,
        /// How long until one call is tried.
        wait: Duration,
    },
    /// A provider asked marl to pause: its calls wait.
    ProviderRests {
        /// The provider.
        provider: &'a str,
        /// How long the calls wait.
        rest: Duration,
    },
    /// A provider, or one operation of it, was stopped for this run.
    ProviderStopped {
        /// The provider.
        provider: &'a str,
        /// The operation; `None` for all of them.
        operation: Option<&'a str>,
        /// The reason.
        error: &'a Error,
    },
    /// A call was executed, or may have been.
    Spent {
        /// The provider.
        provider: &'a str,
        /// What it cost.
        cost: Cost,
        /// The vendor's unit, where it publishes a price.
        unit: Option<&'a str>,
    },
    /// An answer has arrived that an earlier run ordered.
    Collected {
        /// The provider.
        provider: &'a str,
        /// What it cost.
        cost: Cost,
        /// The vendor's unit, where it publishes a price.
        unit: Option<&'a str>,
    },
    /// A call was left pending: its vendor answers later.
    Pending {
        /// The provider.
        provider: &'a str,
        /// What it costs at most, if this run ordered it.
        ordered: Option<Cost>,
    },
    /// A request with several calls left this machine.
    SentTogether {
        /// The provider.
        provider: &'a str,
        /// The number of calls in the request.
        calls: usize,
    },
    /// A call did not fit the run's caps and was not made.
    CapReached,
    /// The ledger cannot be used; nothing more is sent.
    LedgerFailed {
        /// The reason.
        error: &'a LedgerError,
    },
}

/// Receives the events of a run. Many tasks call it at once, so it must return quickly.
pub trait Listener: Send + Sync {
    /// Receives one event.
    fn on_event(&self, event: &Event<'_>);
}

/// A listener that ignores every event.
#[derive(Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn on_event(&self, _: &Event<'_>) {}
}
