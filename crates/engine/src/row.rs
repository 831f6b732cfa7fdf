//! One row through the plan: steps in their order, outcomes out.
//!
//! Independent steps of a row run side by side. A failure, and a panic, stays in its step.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Arc,
    task::Poll,
};

use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use marl_core::{Caller, Context, Contract, Error, Fields, Integration, Outcome, Row, SkipReason, Value};

use crate::plan::{Existing, Plan, Step};

/// A plan with a way to the outside: takes rows through.
pub struct Engine {
    plan: Arc<Plan>,
    caller: Arc<dyn Caller>,
    refreshing: Arc<dyn Caller>,
}

/// What became of one row.
#[derive(Debug)]
pub struct RowEnd {
    /// One outcome a step, in plan order.
    pub outcomes: Vec<Outcome>,
    /// One entry an output column, in plan order: the value to write, or `None` to leave the
    /// column as it is.
    pub written: Vec<Option<Value>>,
    /// How many filled cells were kept although a step found a value for them.
    pub kept: u64,
}

impl Engine {
    /// An engine for `plan` whose calls go to `caller`, those of steps that ask anew to
    /// `refreshing`.
    pub fn new(plan: Arc<Plan>, caller: Arc<dyn Caller>, refreshing: Arc<dyn Caller>) -> Self {
        Self { plan, caller, refreshing }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Takes one row through all steps. `cells` holds the columns of [`Plan::reads`].
    pub async fn row(&self, cells: Vec<Option<Value>>) -> RowEnd {
        let mut state = State::new(&self.plan, cells);
        let mut running = FuturesUnordered::new();
        loop {
            while let Some(index) = state.next_ready() {
                let step = &self.plan.steps[index];
                match state.prepare(step) {
                    Ok(row) => {
                        let caller = Arc::clone(if step.refresh { &self.refreshing } else { &self.caller });
                        running.push(async move { (index, run(&*step.integration, row, caller).await) });
                    }
                    Err(outcome) => state.finish(index, outcome),
                }
            }
            match running.next().await {
                Some((index, outcome)) => state.finish(index, outcome),
                None => return state.end(),
            }
        }
    }

    /// The end of a row whose task was lost, by a defect of the engine itself.
    pub fn lost(&self, why: &str) -> RowEnd {
        let failed = || Outcome::Failed(Error::internal("the row was lost").with_detail(why));
        let outcomes = self.plan.steps.iter().map(|_| failed()).collect();
        RowEnd { outcomes, written: vec![None; self.plan.outputs().count()], kept: 0 }
    }
}

/// The cells of one row and how far its steps are.
struct State<'a> {
    plan: &'a Plan,
    cells: Vec<Option<Value>>,
    begun: Vec<bool>,
    outcomes: Vec<Option<Outcome>>,
    written: Vec<Option<Value>>,
    kept: u64,
}

impl<'a> State<'a> {
    fn new(plan: &'a Plan, mut cells: Vec<Option<Value>>) -> Self {
        cells.resize(plan.slots(), None);
        Self {
            plan,
            cells,
            begun: vec![false; plan.steps.len()],
            outcomes: vec![None; plan.steps.len()],
            written: vec![None; plan.outputs().count()],
            kept: 0,
        }
    }

    /// A step that has not begun and whose forerunners have ended.
    fn next_ready(&mut self) -> Option<usize> {
        let ready = |index: &usize| {
            let step = &self.plan.steps[*index];
            !self.begun[*index] && step.after.iter().all(|before| self.outcomes[*before].is_some())
        };
        let index = (0..self.plan.steps.len()).find(ready)?;
        self.begun[index] = true;
        Some(index)
    }

    /// The step's inputs, or the outcome of a step that need not run.
    fn prepare(&self, step: &Step) -> Result<Row, Outcome> {
        let filled = step.outputs.iter().all(|output| self.cells[output.slot].is_some());
        if step.existing == Existing::Keep && filled && !step.outputs.is_empty() {
            return Err(Outcome::Skipped(SkipReason::Existing));
        }
        let mut inputs = Vec::with_capacity(step.inputs.len());
        for binding in &step.inputs {
            let column = binding.column;
            match &self.cells[binding.slot] {
                Some(cell) if !says_nothing(column.kind, cell) => {
                    let value = read(column.kind, cell).map_err(|why| {
                        let message = format!("`{}` is not a {}: {why}", column.name, column.kind);
                        Outcome::Failed(Error::invalid_input(message).with_detail(cell.to_string()))
                    })?;
                    inputs.push((column.name, value));
                }
                _ if column.required => return Err(Outcome::Skipped(SkipReason::MissingInput)),
                _ => {}
            }
        }
        Ok(Row::new(inputs))
    }

    fn finish(&mut self, index: usize, outcome: Outcome) {
        if let Outcome::Value(fields) = &outcome {
            let step = &self.plan.steps[index];
            for output in &step.outputs {
                let Some(field) = fields.get(output.column.name) else { continue };
                if step.existing == Existing::Keep && self.cells[output.slot].is_some() {
                    self.kept += 1;
                    continue;
                }
                self.cells[output.slot] = Some(field.value.clone());
                self.written[output.index] = Some(field.value.clone());
            }
        }
        self.outcomes[index] = Some(outcome);
    }

    fn end(self) -> RowEnd {
        let lost = || Outcome::Failed(Error::internal("the step never became ready"));
        let outcomes = self.outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect();
        RowEnd { outcomes, written: self.written, kept: self.kept }
    }
}

/// "N/A" in a column of domains is an empty cell; in a column of texts it may be a name.
fn says_nothing(kind: marl_core::SemanticType, cell: &Value) -> bool {
    kind != marl_core::SemanticType::Text && cell.as_text().is_some_and(marl_core::is_placeholder)
}

fn read(kind: marl_core::SemanticType, cell: &Value) -> Result<Value, marl_core::Invalid> {
    match cell {
        Value::Text(text) => kind.read(text),
        other => kind.check(other).ok_or(marl_core::Invalid("it is of another type")),
    }
}

/// What an integration comes to on a row whose calls `caller` answers: for explaining.
pub async fn explain(integration: &dyn Integration, row: Row, caller: Arc<dyn Caller>) -> Outcome {
    run(integration, row, caller).await
}

/// Runs one step; its panic becomes its error.
async fn run(integration: &dyn Integration, row: Row, caller: Arc<dyn Caller>) -> Outcome {
    let contract = integration.contract();
    let cx = Context::new(caller, contract);
    let enriched = AssertUnwindSafe(unless_stuck(integration.enrich(&row, &cx), &cx)).catch_unwind().await;
    match enriched {
        Err(panic) => Outcome::Failed(
            Error::internal(format!("`{}` panicked", contract.name)).with_detail(said(&*panic)),
        ),
        Ok(Err(reason)) => Outcome::Skipped(reason),
        Ok(Ok(Err(error))) => Outcome::Failed(error),
        Ok(Ok(Ok(fields))) => outcome(fields, contract),
    }
}

/// Drives `enrich` until it returns, or until it waits only for calls that are not asked.
async fn unless_stuck<T>(enrich: impl Future<Output = T>, cx: &Context) -> Result<T, SkipReason> {
    let mut enrich = pin!(enrich);
    poll_fn(|task| match enrich.as_mut().poll(task) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => cx.stuck().map_or(Poll::Pending, |reason| Poll::Ready(Err(reason))),
    })
    .await
}

fn outcome(fields: Fields, contract: &Contract) -> Outcome {
    let fields = match fields.checked(contract) {
        Ok(fields) => fields,
        Err(name) => {
            let message = format!("`{}` returned `{name}`, which it does not declare", contract.name);
            return Outcome::Failed(Error::internal(message));
        }
    };
    if fields.is_empty() {
        return Outcome::NoData;
    }
    match contract.outputs.iter().find(|column| column.required && fields.get(column.name).is_none()) {
        Some(lacking) => Outcome::Failed(Error::bad_reply(format!("the answer lacks `{}`", lacking.name))),
        None => Outcome::Value(fields),
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
