//! The record of what was bought: the intent before a call is sent, the reply after it arrived, and the
//! runs that asked. Traits, and the form in memory.
//!
//! Rows, steps and policies are not known here. [`Memory`] forgets when its process ends; durable forms
//! are crates of their own. A form may keep its records on another machine: its methods wait without
//! blocking a thread, it tells the time by its own clock, and only it reads an [`Intent`].

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

pub use calls::{Asking, Calls, Claim, EndRecord, Ended, Intent, Known, Settled};
pub use judge::{Facts, Freshness, Judge, MaxAge, Owner, Verdict};
pub use key::{Key, Scope, canonical};
pub use memory::{Memory, MemoryCalls};
pub use removal::{Prune, Removal, Removed, RunTexts};
pub use runs::{BeginError, Begun, RunEnd, RunRecord, RunStart, RunState, Runs, Used};
pub use state::CallState;
pub use traces::Traces;
pub use upkeep::{CallRecord, Pages, StateCount, Stats, Upkeep};

/// The ledger could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerError(pub String);

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for LedgerError {}

/// A whole ledger: its runs with their calls, and its upkeep.
#[async_trait]
pub trait Ledger: Runs + Upkeep {
    /// Where it is, as a user would name it: a path, or an address without its password.
    fn location(&self) -> String;

    /// Its file, where the ledger is a file of this machine.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Where the log of a run belongs that goes on in the background, where this form has a folder for
    /// it. A removal looks into these logs as well.
    fn log_of(&self, _run: i64) -> Option<PathBuf> {
        None
    }

    /// Whether opening it made it.
    fn is_new(&self) -> bool;

    /// Whether what is stored from now on can be found again: not where the ledger was deleted or
    /// replaced after it was opened.
    async fn is_in_place(&self) -> bool;

    /// Whether there was no room when something was to be stored. Then no more calls can be claimed.
    fn is_full(&self) -> bool;
}
