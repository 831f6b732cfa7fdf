//! One row through the plan: cells in, outcomes out.
//!
//! Independent steps of a row run side by side. A failure, and a panic, stays in its step. A dry run
//! takes the same path with stored answers alone, and records what the steps would ask.

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

/// A plan and where its calls go: takes rows through the plan.
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
        /// Takes the calls of steps that ask anew.
        refreshing: Arc<dyn Caller>,
    },
    /// To stored answers alone: a dry run, which records what would be sent.
    Stored(Gateway),
}

/// What became of one row.
#[derive(Debug)]
pub struct RowEnd {
    /// The outcome of each step, in plan order.
    pub outcomes: Vec<Outcome>,
    /// For each output column, in plan order, the value to write; `None` leaves the cell as it is.
    pub written: Vec<Option<Value>>,
    /// How many filled cells were kept although a step has a value for them.
    pub kept: u64,
    /// The outputs, by their index in the plan, whose filled cell was kept and differs from an answer that
    /// filled other cells: the row may mix two companies or persons.
    pub mixed: Vec<usize>,
    /// How many output cells held a placeholder such as `N/A` and were filled.
    pub said_nothing: u64,
    /// How many more of these cells may be filled by answers that are not stored yet.
    pub may_say_nothing: u64,
    /// The outputs, by their index in the plan, whose filled cell was replaced by another value.
    pub replaced: Vec<usize>,
    /// Further outputs whose filled cell may be replaced by an answer that is not stored yet.
    pub may_replace: Vec<usize>,
    /// By step, what the outcome alone does not say.
    pub remarks: Vec<(usize, Remark)>,
    /// What each step would ask; empty unless this is a dry run.
    pub projected: Vec<ProjectedStep>,
    /// Whether an output cell stays empty, as far as can be known.
    pub leaves_empty: bool,
}

impl Engine {
    /// An engine for `plan`.
    pub fn new(plan: Arc<Plan>, mode: CallMode) -> Self {
        Self { plan, mode }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Takes one row through all steps. `cells` holds the columns of [`Plan::reads`]. A panic of
    /// the engine itself stays in its row, too.
    pub async fn row(&self, cells: Vec<Option<Value>>) -> RowEnd {
        let through = AssertUnwindSafe(self.through(cells)).catch_unwind().await;
        through.unwrap_or_else(|panic| self.lost(&step::said(&*panic)))
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

    /// Runs one step alone, on a row whose cells it has filled, as if it had not filled them. This explains
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
            said_nothing: 0,
            may_say_nothing: 0,
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
