//! The run that wrote a table, with its steps ready to run again on stored answers alone. This module sends
//! nothing and writes nothing.

use std::sync::Arc;

use engine::{
    CallMode, Engine, Silent,
    gateway::Gateway,
    ledger::{Freshness, Ledger, RunRecord},
    plan::Plan,
};
use marl_core::{Connection, Registry};
use table::{TableSummary, shell::word};

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    job::{
        header::{header, table_name},
        run_record::RecordedSteps,
    },
    project::{ledger, paths},
};

/// A recorded run whose steps can run again on stored answers.
pub(crate) struct Past {
    pub run: RunRecord,
    pub steps: RecordedSteps,
    /// The steps, over the table that the run wrote.
    pub plan: Arc<Plan>,
    /// Reads answers from the ledger, however old they are.
    pub engine: Arc<Engine>,
}

impl Past {
    /// Finds the last run that wrote the table, or the run with this number.
    ///
    /// # Errors
    /// There is no such run, or its steps do not fit the table any more.
    pub(crate) async fn of(
        registry: &Registry,
        store: &dyn Ledger,
        summary: &TableSummary,
        run: Option<i64>,
    ) -> Result<Self, Failure> {
        let run = find_run(store, summary, run).await?;
        let steps: RecordedSteps = serde_json::from_value(run.steps.clone()).unwrap_or_default();
        let name = table_name(summary);
        let plan = Arc::new(Plan::new(&steps.request(), &header(summary, &name), registry)?);
        let calls = store.reader(Freshness::Any).await?;
        // A provider that only reads stored answers needs no address and no key.
        let nowhere = || Connection { base_url: String::new(), key: None, contact: None };
        let providers = registry.providers().map(|entry| entry.connect(nowhere()));
        let gateway = Gateway::new(providers, calls, steps.settings(), Arc::new(Silent));
        let engine = Arc::new(Engine::new(Arc::clone(&plan), CallMode::Stored(gateway)));
        Ok(Self { run, steps, plan, engine })
    }
}

async fn find_run(store: &dyn Ledger, summary: &TableSummary, id: Option<i64>) -> Result<RunRecord, Failure> {
    if let Some(id) = id {
        return store.run(id).await?.ok_or_else(|| {
            Failure::new(Exit::NotFound, ErrorCode::NotFound, format!("there is no run {id}"))
                .hint("`marl runs` lists them")
                .next(format!("marl runs --json --ledger {}", word(&store.location())))
        });
    }
    store.run_of_output(&paths::absolute(&summary.path)).await?.ok_or_else(|| {
        let message =
            format!("no run in {} wrote {}", ledger::shown(store), summary.path.display());
        Failure::new(Exit::NotFound, ErrorCode::NotFound, message)
            .hint("name the run with `--run ID` if the table was moved (`marl runs` lists them), or the ledger with `--ledger PATH` or `--sandbox`")
    })
}
