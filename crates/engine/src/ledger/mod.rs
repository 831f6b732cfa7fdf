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
mod traces;
mod upkeep;

use std::{error, fmt};

pub use calls::{Asking, Calls, Claim, Ended, Intent, Known, Settled};
pub use judge::{Facts, Freshness, Judge, MaxAge, Owner, Verdict};
pub use key::{Key, Scope, canonical};
pub use memory::Memory;
pub use removal::{Prune, Removal, Removed, RunTexts};
pub use runs::{BeginError, RunEnd, RunRecord, RunStart, RunState, Used};
pub use state::CallState;
pub use traces::Traces;
pub use upkeep::{CallRecord, StateCount, Stats};

/// The ledger could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerError(pub String);

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for LedgerError {}
