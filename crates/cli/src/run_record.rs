//! What the ledger records of a run's plan: enough to explain its cells later.

use std::collections::BTreeMap;

use engine::{
    gateway::Settings,
    ledger::Scope,
    plan::{Existing, Plan},
};
use serde::{Deserialize, Serialize};

/// The steps of a run, and whom their calls were bought from and for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Steps {
    /// In plan order.
    pub(crate) steps: Vec<Step>,
    /// By provider.
    pub(crate) scopes: BTreeMap<String, ScopeRecord>,
}

/// One step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) integration: String,
    pub(crate) version: u32,
    /// Input and the column that fed it.
    pub(crate) inputs: BTreeMap<String, String>,
    /// Output and the column that it was written to.
    pub(crate) outputs: BTreeMap<String, String>,
    /// The outputs whose columns the table had.
    pub(crate) existing_columns: Vec<String>,
    pub(crate) existing: Existing,
}

/// A scope as it is recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ScopeRecord {
    base: Option<String>,
    account: String,
}

impl Steps {
    pub(crate) fn of(plan: &Plan, settings: &Settings) -> Self {
        let steps = plan.steps.iter().map(|step| Step {
            integration: step.name.clone(),
            version: step.integration.contract().version,
            inputs: step
                .inputs
                .iter()
                .map(|input| (input.column.name.to_owned(), input.from.clone()))
                .collect(),
            outputs: step
                .outputs
                .iter()
                .map(|output| (output.column.name.to_owned(), output.name.clone()))
                .collect(),
            existing_columns: step
                .outputs
                .iter()
                .filter(|out| out.existing)
                .map(|out| out.name.clone())
                .collect(),
            existing: step.existing,
        });
        let scopes = settings.lanes.iter().map(|(provider, lane)| {
            let Scope { base, account } = lane.scope.clone();
            (provider.clone(), ScopeRecord { base, account })
        });
        Self { steps: steps.collect(), scopes: scopes.collect() }
    }

    /// Whom a provider's calls were bought from and for.
    pub(crate) fn scope(&self, provider: &str) -> Scope {
        let record = self.scopes.get(provider).cloned().unwrap_or_default();
        Scope { base: record.base, account: record.account }
    }

    /// The last step that wrote a column, with the output's name.
    pub(crate) fn writer(&self, column: &str) -> Option<(&Step, &str)> {
        self.steps.iter().rev().find_map(|step| {
            let output = step.outputs.iter().find(|(_, written)| *written == column)?;
            Some((step, output.0.as_str()))
        })
    }
}
