//! One row's way through the plan: cells in, outcomes out.
//!
//! Independent steps of a row run concurrently. A failure, or a panic, stays in its step. A dry run takes the
//! same path with stored answers only, and records the calls that the steps would make.

mod cell;
mod dry_run;
mod state;
mod step;

use std::{panic::AssertUnwindSafe, sync::Arc, task::Poll};

use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use marl_core::{Caller, Error, Outcome, Value};

use crate::{gateway::Gateway, plan::Plan};
use state::{Readiness, RowState};

pub use dry_run::{PossibleCalls, ProjectedCall, ProjectedStep};
pub use step::{Remark, StepEnd};

/// A plan and the target of its calls; runs rows through the plan.
pub struct Engine {
    plan: Arc<Plan>,
    mode: CallMode,
}

/// Where the calls of steps go.
pub enum CallMode {
    /// To a gateway that sends.
    Live {
        /// Takes the calls of most steps.
        caller: Arc<dyn Caller>,
        /// Takes the calls of steps that refresh.
        refreshing: Arc<dyn Caller>,
    },
    /// To stored answers only: a dry run, which records what would be sent.
    Stored(Gateway),
}

/// The result of one row.
#[derive(Debug)]
pub struct RowEnd {
    /// The outcome of each step, in plan order.
    pub outcomes: Vec<Outcome>,
    /// For each output column, in plan order, the value to write; `None` leaves the cell as it is.
    pub written: Vec<Option<Value>>,
    /// How many filled cells were kept although a step has a value for them.
    pub kept: u64,
    /// The outputs, by their index in the plan, whose filled cell was kept and differs from an answer that
    /// filled other cells: the row may mix two companies or two persons.
    pub mixed: Vec<usize>,
    /// How many output cells with a placeholder such as `N/A` were filled.
    pub placeholders_filled: u64,
    /// How many more of these cells may be filled by answers that are not stored yet.
    pub may_fill_placeholders: u64,
    /// The outputs, by their index in the plan, whose filled cell was replaced by another value.
    pub replaced: Vec<usize>,
    /// Further outputs whose filled cell may be replaced by an answer that is not stored yet.
    pub may_replace: Vec<usize>,
    /// By step, what the outcome alone does not explain.
    pub remarks: Vec<(usize, Remark)>,
    /// The calls that each step would make; empty unless this is a dry run.
    pub projected: Vec<ProjectedStep>,
    /// Whether an output cell stays empty, as far as can be known.
    pub leaves_empty: bool,
}

impl Engine {
    /// Creates an engine for `plan`.
    pub fn new(plan: Arc<Plan>, mode: CallMode) -> Self {
        Self { plan, mode }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Runs one row through all steps. `cells` holds the columns of [`Plan::reads`]. A panic of the engine
    /// itself stays in its row, too.
    pub async fn row(&self, cells: Vec<Option<Value>>) -> RowEnd {
        let through = AssertUnwindSafe(self.through(cells)).catch_unwind().await;
        through.unwrap_or_else(|panic| self.lost(&step::panic_message(&*panic)))
    }

    async fn through(&self, cells: Vec<Option<Value>>) -> RowEnd {
        let mut state = RowState::new(&self.plan, cells, self.is_dry_run());
        let mut running = FuturesUnordered::new();
        loop {
            while let Some(index) = state.next_ready() {
                let step = &self.plan.steps[index];
                match state.begin(index) {
                    Readiness::Ask(inputs) => {
                        let mut ask = Box::pin(step::ask(step, inputs, &self.mode));
                        // A step whose answers are stored ends at the first poll.
                        match futures::poll!(&mut ask) {
                            Poll::Ready(end) => state.finish(index, end),
                            Poll::Pending => running.push(async move { (index, ask.await) }),
                        }
                    }
                    Readiness::Ended(end) => state.finish(index, end),
                }
            }
            match running.next().await {
                Some((index, end)) => state.finish(index, end),
                None => return state.end(),
            }
        }
    }

    fn is_dry_run(&self) -> bool {
        matches!(self.mode, CallMode::Stored(_))
    }

    /// Runs one step alone, on a row whose cells the step has already filled, as if it had not. This explains
    /// a cell.
    pub async fn step(&self, index: usize, cells: Vec<Option<Value>>) -> StepEnd {
        let mut state = RowState::new(&self.plan, cells, self.is_dry_run());
        state.forget(index);
        match state.begin(index) {
            Readiness::Ask(inputs) => step::ask(&self.plan.steps[index], inputs, &self.mode).await,
            Readiness::Ended(end) => end,
        }
    }

    fn lost(&self, why: &str) -> RowEnd {
        let failed = || Outcome::Failed(Error::internal("the row was lost").with_detail(why));
        RowEnd {
            outcomes: self.plan.steps.iter().map(|_| failed()).collect(),
            written: vec![None; self.plan.outputs().count()],
            kept: 0,
            mixed: Vec::new(),
            placeholders_filled: 0,
            may_fill_placeholders: 0,
            replaced: Vec::new(),
            may_replace: Vec::new(),
            remarks: Vec::new(),
            projected: Vec::new(),
            leaves_empty: true,
        }
    }
}

#[cfg(test)]
mod tests;
