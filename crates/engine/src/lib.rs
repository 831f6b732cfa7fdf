//! From a plan to outcomes: the plan, the gateway with its policies, the ledger, one row.
//!
//! The engine knows no plugin by name, no terminal and no command line.

mod event;
pub mod gateway;
pub mod ledger;
mod nearest;
pub mod plan;
mod row;

pub use event::{Event, Listener, Silent};
pub use nearest::nearest;
pub use row::{Engine, RowEnd, explain};
