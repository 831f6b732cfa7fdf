//! The record of what was bought: the intent before a call is sent, the reply after it arrived, and the runs
//! that asked. This module holds the traits, and the form in memory.
//!
//! The ledger does not know rows, steps or policies. [`Memory`] is lost when its process ends; durable forms
//! have crates of their own. A form may keep its records on another machine: its methods wait without
//! blocking a thread, it uses its own clock, and only the form itself interprets an [`Intent`].

mod calls;
mod judge;
mod key;
mod memory;
mod removal;
mod runs;
mod state;
pub mod testing;
mod traces;
mod upkeep;

use std::{
    error, fmt,
    path::{Path, PathBuf},
};

use async_trait::async_trait;

pub use calls::{Again, Calls, Claim, ClaimRequest, Doubt, EndRecord, Ended, Intent, Known, Settled, Wanted};
pub use judge::{Facts, Freshness, Judge, MaxAge, Owner, Verdict};
pub use key::{Key, Scope, canonical};
pub use memory::{Memory, MemoryCalls};
pub use removal::{Prune, Removal, Removed, RunTexts};
pub use runs::{BeginError, RunEnd, RunRecord, RunStart, RunState, Runs, StartedRun, Used};
pub use state::CallState;
pub use traces::Traces;
pub use upkeep::{CallRecord, Pages, StateCount, Stats, Upkeep};

/// The ledger cannot be read or written; holds the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerError(pub String);

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for LedgerError {}

/// A complete ledger: its runs with their calls, and its upkeep.
#[async_trait]
pub trait Ledger: Runs + Upkeep {
    /// The ledger's location for users: a path, or an address without its password.
    fn location(&self) -> String;

    /// The ledger's file, if the ledger is a file on this machine.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// The path for the log of a background run, if this form has a folder for logs. A removal searches these
    /// logs as well.
    fn log_of(&self, _run: i64) -> Option<PathBuf> {
        None
    }

    /// Whether opening the ledger created it.
    fn is_new(&self) -> bool;

    /// Whether what is stored from now on can be found again. False if the ledger was deleted or replaced
    /// after it was opened.
    async fn is_in_place(&self) -> bool;

    /// Whether there was no room to store something. From then on no calls can be claimed.
    fn is_full(&self) -> bool;
}
