//! What `enrich` and `plan` share: the table, the steps, the settings. Everything that can be checked before
//! a run is checked here. This module sends nothing.

pub mod connections;
pub(crate) mod filter;
pub mod header;
pub mod observer;
pub(crate) mod overwrite_guard;
pub(crate) mod pipeline;
pub(crate) mod plan_form;
pub mod plan_hash;
pub(crate) mod run_record;
pub(crate) mod select;
pub(crate) mod steps;

use std::{path::PathBuf, sync::Arc};

use engine::{
    cost::CallPrice,
    gateway::Caps,
    ledger::Ledger,
    plan::{self, Plan, Refresh, Request},
};
use marl_core::provider::Operation;
use table::{Links, TableSummary, shell::word};

use self::{
    filter::Filter,
    header::{header, table_name},
    steps::RequestedSteps,
};
use crate::{
    failure::{Failure, advice::Voice},
    project::{self, ledger, outputs, paths, workspace::Workspace},
    spec::{LedgerChoice, RunSpec},
};

/// A table with the steps for it.
pub struct Job {
    /// What the user asked for.
    pub spec: RunSpec,
    /// The project that the job belongs to.
    pub workspace: Workspace,
    /// The scanned table.
    pub table: TableSummary,
    /// The request, with all steps that the plan needs.
    pub request: Request,
    /// The steps, bound to the table's columns.
    pub plan: Arc<Plan>,
}

impl Job {
    /// Checks the settings, the steps and the whole table.
    ///
    /// # Errors
    /// The settings, the steps or the table are wrong.
    pub fn prepare(spec: RunSpec) -> Result<Self, Failure> {
        let workspace = Workspace::find()?;
        let registry = &workspace.registry;
        let steps = RequestedSteps::of(&spec.steps, spec.refresh.clone())?;
        let summary = outputs::check_table(&spec.input, spec.reading.clone())?;
        let (request, plan) = {
            let name = table_name(&summary);
            let header = header(&summary, &name);
            let request = plan::resolve(&steps.request, &header, registry);
            let request = request.map_err(|error| steps.failure(error, &spec.input, &spec.reading))?;
            let plan = Plan::new(&request, &header, registry);
            let plan = plan.map_err(|error| steps.failure(error, &spec.input, &spec.reading))?;
            (request, Arc::new(plan))
        };
        Ok(Self { spec, workspace, table: summary, request, plan })
    }

    /// The plan that uses stored answers even if the run asks again: the stored answers show which rows
    /// failed or have no data.
    pub(crate) fn stored_plan(&self) -> Result<Arc<Plan>, Failure> {
        if self.spec.refresh == Refresh::None {
            return Ok(Arc::clone(&self.plan));
        }
        let name = table_name(&self.table);
        let request = Request { refresh: Refresh::None, ..self.request.clone() };
        Ok(Arc::new(Plan::new(&request, &header(&self.table, &name), &self.workspace.registry)?))
    }

    /// The path of the enriched table.
    pub fn output(&self) -> PathBuf {
        self.spec.output.clone().unwrap_or_else(|| table::enriched_path(&self.spec.input))
    }

    /// Whether marl follows a link at the output's path: only if the user typed the path.
    pub(crate) fn output_links(&self) -> Links {
        if self.spec.output.is_some() { Links::Follow } else { Links::Refuse }
    }

    /// The caps of the command line. A cap on cost needs every price.
    ///
    /// # Errors
    /// There is a cap on cost, and an operation of the plan has no price.
    pub fn caps(&self) -> Result<Caps, Failure> {
        let caps = self.spec.caps;
        if caps.cost.is_some() {
            self.every_price("--max-cost")?;
        }
        Ok(caps)
    }

    /// What a provider says of an operation.
    pub(crate) fn operation(&self, provider: &str, name: &str) -> Option<&Operation> {
        Some(self.workspace.registry.provider(provider)?.info.operations.get(name))
    }

    /// Whether an operation costs nothing.
    pub fn is_free(&self, provider: &str, operation: &str) -> bool {
        self.operation(provider, operation).is_some_and(Operation::is_free)
    }

    fn every_price(&self, flag: &str) -> Result<(), Failure> {
        let calls = self.plan.contracts().flat_map(|contract| contract.calls.iter());
        let unpriced = calls
            .map(|call| (call.provider.as_str(), call.operation.as_str()))
            .filter(|(provider, operation)| !self.is_free(provider, operation))
            .find(|(provider, operation)| self.price(provider, operation).is_none_or(|price| price <= 0.0));
        match unpriced {
            None => Ok(()),
            Some((provider, operation)) => {
                let published = self.operation(provider, operation).and_then(|known| known.price.as_ref());
                let unit = published.map(|price| price.unit.as_str());
                Err(no_price(flag, provider, operation, unit, self.price(provider, operation)))
            }
        }
    }

    fn price(&self, provider: &str, operation: &str) -> Option<f64> {
        let known = self.operation(provider, operation)?;
        CallPrice::of(operation, known, self.workspace.settings.prices(provider)).most.money
    }

    /// The ledger, if it exists.
    pub(crate) async fn existing_ledger(&self) -> Result<Option<Arc<dyn Ledger>>, Failure> {
        ledger::read_if_there(&project::ledger(&self.spec.ledger, &self.workspace.project)?).await
    }

    /// A condition over the table's own columns.
    pub(crate) fn filter(&self, text: &str) -> Result<Filter, Failure> {
        let voice = if self.spec.steps.recipe.is_some() { Voice::Recipe } else { Voice::Flags };
        Filter::new(text, &self.request, &self.table, voice)
    }
}

/// The failure of a cap on cost without a price: the cap cannot be enforced.
///
/// `unit` is the unit in which the vendor publishes a price.
fn no_price(flag: &str, provider: &str, operation: &str, unit: Option<&str>, price: Option<f64>) -> Failure {
    // With a price of 0 the cap would never be reached.
    let what = if price.is_some() { "marl.toml sets it to 0" } else { "there is none" };
    Failure::usage(format!("`{flag}` needs a price for {provider} {operation}, and {what}"))
        .hint(format!(
            "set `{} = 0.02`, say, under `[price.{provider}]` in marl.toml, and `currency = \"USD\"` at its top",
            unit.unwrap_or(operation)
        ))
        .hint("`--max-calls N` caps the number of calls and needs no price")
}

/// The path of a ledger, for display.
pub(crate) fn ledger_path(choice: &LedgerChoice, workspace: &Workspace) -> Result<String, Failure> {
    Ok(paths::shown(&project::ledger(choice, &workspace.project)?))
}

/// The flags that select the same ledger.
pub fn ledger_flags(choice: &LedgerChoice) -> String {
    let path = choice.ledger.as_ref().map(|path| format!(" --ledger {}", word(&path.to_string_lossy())));
    let sandbox = if choice.sandbox { " --sandbox" } else { "" };
    format!("{}{sandbox}", path.unwrap_or_default())
}
