//! The engine: the plan, the gateway with its policies, the ledger, and a row's way from inputs to outcomes.
//!
//! The engine knows no plugin by name, no terminal and no command line: its advice is data
//! ([`plan::Advice`]).

pub mod cost;
mod event;
pub mod expression;
mod forecast;
pub mod gateway;
pub mod ledger;

mod nearest;
pub mod plan;
mod row;

pub use event::{Event, Listener, Silent};
pub use forecast::{CallForecast, Forecast, StepForecast};
pub use nearest::{is_slip, nearest};
pub use row::{CallMode, Engine, PossibleCalls, ProjectedCall, ProjectedStep, Remark, RowEnd, StepEnd};

#[cfg(test)]
mod tests;
