//! The plan: steps in dependency order, bound to a table's columns. Pure.
//!
//! A plan is made from a table's header and a sample of its cells, and is checked whole before anything is
//! sent. Planning sends nothing and reads no file.

mod advice;
mod bind;
mod compute;
mod cycle;
mod error;
mod feed;
mod layout;
mod name;
mod order;
mod request;
mod tweak;
mod want;

use std::sync::Arc;

use marl_core::{Column, Contract, Integration, Registry, SemanticType, SmolStr};

use crate::expression::Expression;
use advice::did_you_mean;

pub use advice::{Advice, StepUse};
pub use bind::How;
pub use compute::filter;
pub use error::{About, Part, PlanError, Problem};
pub use feed::is_usual_name;
pub use name::integration;
pub use request::{Existing, Refresh, Request, StepRequest, Work};
pub use tweak::{Set, Tweak};

/// What planning needs to know about a table.
#[derive(Debug)]
pub struct Header<'a> {
    /// The table's name in messages.
    pub table: &'a str,
    /// The table's columns.
    pub columns: &'a [String],
    /// By column, the first filled cells.
    pub samples: &'a [Vec<String>],
}

/// Steps in the order in which they run, bound to columns.
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    reads: Vec<usize>,
    slots: usize,
}

/// An integration, or several of them, or a formula, bound to a table.
pub struct Step {
    /// The step's own name, otherwise the name of its first integration.
    pub name: String,
    /// What the step does.
    pub task: Task,
    /// The step's outputs.
    pub outputs: Vec<Output>,
    /// The column that names which alternative answered.
    pub provider_column: Option<Output>,
    /// The condition on a row for the step to run.
    pub condition: Option<BoundExpression>,
    /// The indices of the steps that must end first.
    pub after: Vec<usize>,
    /// What happens to output cells that are already filled.
    pub existing: Existing,
    /// Whether the step refreshes: it asks again although answers are stored.
    pub refresh: bool,
    /// The prefix of the step's output columns.
    pub prefix: String,
}

/// What a step does on a row.
pub enum Task {
    /// Asks the first of these, and each next one for what is still empty.
    Ask(Vec<Alternative>),
    /// Computes the step's one output.
    Compute(BoundExpression),
}

/// An integration with its inputs bound.
pub struct Alternative {
    /// The integration.
    pub integration: Arc<dyn Integration>,
    /// The integration's contract, shared by the rows.
    pub(crate) contract: Arc<Contract>,
    /// The bindings of its inputs; an optional input without a column has none.
    pub inputs: Vec<Binding>,
}

/// An expression and the slots of its columns.
#[derive(Clone)]
pub struct BoundExpression {
    /// The expression.
    pub expression: Arc<Expression>,
    pub(crate) slots: Vec<usize>,
}

/// An input and the column that feeds it.
#[derive(Debug)]
pub struct Binding {
    /// The input.
    pub column: Column,
    /// The name of the column that feeds it.
    pub from: String,
    /// The index of the step that writes this column; `None` for a column of the table.
    pub producer: Option<usize>,
    /// How the column was found.
    pub how: How,
    pub(crate) slot: usize,
}

/// An output and the column that it is written to.
#[derive(Debug)]
pub struct Output {
    /// The output's name in the contract; the output of a formula is named `value`.
    pub of: SmolStr,
    /// The output's type.
    pub kind: SemanticType,
    /// The name of the column that it is written to.
    pub name: String,
    /// Whether the table has this column.
    pub existing: bool,
    pub(crate) slot: usize,
    /// The output's index among the outputs of the plan.
    pub index: usize,
}

impl Task {
    /// Whether the task asks integrations, rather than computing a formula.
    pub fn asks_integrations(&self) -> bool {
        matches!(self, Self::Ask(_))
    }
}

impl Step {
    /// The step's integrations; none for a formula.
    pub fn alternatives(&self) -> &[Alternative] {
        match &self.task {
            Task::Ask(alternatives) => alternatives,
            Task::Compute(_) => &[],
        }
    }

    /// The contracts of the step's integrations.
    pub fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.alternatives().iter().map(|alternative| alternative.integration.contract())
    }

    /// All columns that the step writes.
    pub fn columns(&self) -> impl Iterator<Item = &Output> {
        self.outputs.iter().chain(&self.provider_column)
    }
}

impl Plan {
    /// Binds and orders the steps of `request`.
    ///
    /// # Errors
    /// An integration is unknown, a column is missing or has two writers, the steps form a cycle, or a
    /// condition or formula does not fit.
    pub fn new(request: &Request, header: &Header<'_>, registry: &Registry) -> Result<Self, PlanError> {
        let request = resolve(request, header, registry)?;
        let mut named = name::name(&request, header, registry)?;
        let bound = cycle::opened(bind::bind(&named, &request, header, registry)?, &named);
        let computed = compute::compute(&mut named, &request, header)?;
        let after: Vec<Vec<usize>> = (0..named.len())
            .map(|at| {
                let inputs = bound[at].iter().flatten().filter_map(|input| input.producer);
                let mut after: Vec<usize> = inputs.chain(computed[at].producers(&named, at)).collect();
                after.sort_unstable();
                after.dedup();
                after
            })
            .collect();
        let order = order::order(&named, &after)?;
        Ok(layout::layout(layout::Parts { request: &request, named, bound, computed, after, order }, header))
    }

    /// The indices of the table's columns that a row must provide, in the order that
    /// [`Engine::row`](crate::Engine::row) takes them.
    pub fn reads(&self) -> &[usize] {
        &self.reads
    }

    /// All columns that are written, in plan order.
    pub fn outputs(&self) -> impl Iterator<Item = &Output> {
        self.steps.iter().flat_map(Step::columns)
    }

    /// The contracts of all integrations, in plan order.
    pub fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.steps.iter().flat_map(Step::contracts)
    }

    /// The providers that the steps may call, each once, sorted.
    pub fn providers(&self) -> Vec<SmolStr> {
        let calls = self.contracts().flat_map(|contract| contract.calls.iter());
        let mut names: Vec<_> = calls.map(|call| call.provider.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots
    }
}

/// The request with every step that it needs, and with its tweaks applied.
///
/// # Errors
/// No integration produces a wanted column, or a tweak names a step that is not in the request.
pub fn resolve(request: &Request, header: &Header<'_>, registry: &Registry) -> Result<Request, PlanError> {
    let mut request = request.clone();
    want::add_wanted(&mut request, header, registry)?;
    request.apply_tweaks(header, registry)?;
    request.check()?;
    Ok(request)
}

#[cfg(test)]
mod tests;
