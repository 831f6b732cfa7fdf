//! What a run would do and cost: the same run on stored answers alone. This module sends nothing and creates
//! no ledger.

mod cost;
mod document;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::{
    CallForecast, CallMode, Engine, Forecast, ProjectedStep, RowEnd, StepForecast,
    cost::CallPrice,
    gateway::{CallStatus, Gateway},
    ledger::Ledger,
};
use schemars::JsonSchema;
use serde::Serialize;

use marl_core::SmolStr;
use table::InputRow;

use crate::{
    failure::{Failure, advice},
    job::{
        Job,
        connections::Connections,
        header::table_notes,
        ledger_path,
        observer::Observer,
        overwrite_guard::OverwriteGuard,
        pipeline,
        plan_hash::{self, check_plan, newest_run},
        select::{Selected, select},
    },
    project::paths,
    spec::consent::{Consent, left_of},
};

pub use document::{PlanDocument, planned_document};

/// The most distinct remarks that are counted.
const MOST_REMARKS: usize = 50;

/// Everything that is known about a plan.
pub struct Planned {
    /// Whether the sandbox answers, so that the answers are samples.
    pub sandbox: bool,
    /// The table's path, relative to the working folder if the table lies below it.
    pub table: String,
    /// How many rows the table has.
    pub rows: u64,
    /// How many columns the table has.
    pub columns: usize,
    /// How many rows are selected.
    pub rows_picked: u64,
    /// Notes on how the table was read, one line each.
    pub table_notes: Vec<String>,
    /// The ledger's path.
    pub ledger: String,
    /// Whether the ledger exists already.
    pub ledger_exists: bool,
    /// Output cells with a placeholder that would be filled: for certain, and at most.
    pub placeholders: (u64, u64),
    /// By output, the filled cells that would be replaced: for certain, and at most.
    pub replaced: BTreeMap<usize, (u64, u64)>,
    /// What each step would do, in plan order.
    pub steps: Vec<StepForecast>,
    /// By step and remark, the number of rows that the remark is about.
    pub remarks: BTreeMap<(usize, String), u64>,
    /// The unit of all prices, if the settings name one.
    pub currency: Option<String>,
    /// By provider and operation, what a call may cost.
    pub prices: BTreeMap<(SmolStr, SmolStr), CallPrice>,
    /// By provider and operation, how many calls one request carries at most, where that is more than one.
    pub bulk: BTreeMap<(SmolStr, SmolStr), usize>,
    /// By provider and operation, how long a call usually takes, if it is known.
    durations: BTreeMap<(SmolStr, SmolStr), Option<Duration>>,
    /// How many calls are in flight to each provider that has no number of its own.
    pub parallel: usize,
    /// The providers with a number of their own.
    parallel_of: BTreeMap<String, usize>,
    /// How often a call in doubt may be sent, if calls in doubt are sent again.
    pub doubts_resent: Option<u32>,
    /// The cap on calls, if there is one.
    pub max_calls: Option<u64>,
    /// The cap on cost, in the settings' currency, if there is one.
    pub max_cost: Option<f64>,
    /// Settings that affect how much is spent and differ from the defaults.
    pub settings: Vec<String>,
    /// What is left of the plan's hash that the user named.
    pub consent: Option<Consent>,
    /// The example rows that the user asked for.
    pub sample: Vec<SampleRow>,
}

/// An example row with the calls it would make.
#[derive(JsonSchema, Serialize)]
pub struct SampleRow {
    /// The row's number, from 1.
    pub row: u64,
    /// The calls that the steps would make for the row.
    pub calls: Vec<SampleCall>,
}

/// A call of an example row.
#[derive(JsonSchema, Serialize)]
pub struct SampleCall {
    /// The step that makes the call.
    pub step: String,
    /// The provider.
    pub provider: String,
    /// The provider's operation.
    pub operation: String,
    /// Null if they depend on an answer that is not known yet.
    pub parameters: Option<serde_json::Value>,
    /// The state of the call in the ledger: `new`, `in_ledger`, `stale`; `possible` if the call depends on
    /// another answer.
    pub standing: &'static str,
    /// Whether the run is certain to make the call.
    pub certain: bool,
}

/// The consent that lets a run buy what was planned, and no more.
pub struct Approval {
    /// The plan's hash.
    pub hash: String,
    /// The command that runs the plan.
    pub command: String,
}

/// Refuses an output that a run would not be allowed to write.
///
/// # Errors
/// The output would replace a file that this run must not replace.
pub fn check_output(job: &Job) -> Result<(), Failure> {
    OverwriteGuard::inspect(job).map(drop)
}

/// Plans a job: what would be sent for the selected rows, and the hash that allows it.
///
/// # Errors
/// The table or the ledger cannot be read, or the named plan is no longer valid.
pub async fn plan(
    job: &Job,
    connections: &Connections,
    sample: usize,
    observer: &dyn Observer,
) -> Result<(Planned, Approval), Failure> {
    let selected = select(&job.spec.selection, job, connections, observer).await?;
    let planned = of(job, connections, &selected, sample).await?;
    if let Some(then) = &job.spec.plan {
        check_plan(then, job, connections).await?;
    }
    let most = planned.send().1;
    let cost = planned.cost().map(|(_, most)| most);
    let newest = match job.existing_ledger().await? {
        Some(store) => newest_run(&*store).await?,
        None => 0,
    };
    let hash = plan_hash::of(job, &connections.settings, newest, most, cost)?.to_string();
    let enrich = job.spec.invocation.as_subcommand("enrich", &["--sample", "--plan"]);
    let command = format!("{enrich} --plan {hash}");
    Ok((planned, Approval { hash, command }))
}

/// What a run over these rows would send, counted with the gateway closed.
///
/// # Errors
/// The table or the ledger cannot be read.
pub async fn of(
    job: &Job,
    connections: &Connections,
    selected: &Selected,
    sample: usize,
) -> Result<Planned, Failure> {
    let spec = &job.spec;
    let store = job.existing_ledger().await?;
    let closed = connections.closed(store.clone(), spec.max_age).await?;
    let engine = Arc::new(Engine::new(Arc::clone(&job.plan), CallMode::Stored(closed.clone())));
    let mut forecast = Forecast::new(job.plan.steps.len());
    let mut samples = Vec::new();
    let mut remarks: BTreeMap<(usize, String), u64> = BTreeMap::new();
    let take = |row: &InputRow, end: Option<&RowEnd>| {
        let Some(end) = end else { return Ok(()) };
        forecast.add(end);
        for (step, remark) in &end.remarks {
            let remark = (*step, advice::remark(remark));
            if remarks.len() < MOST_REMARKS || remarks.contains_key(&remark) {
                *remarks.entry(remark).or_default() += 1;
            }
        }
        if samples.len() < sample {
            samples.push(SampleRow { row: row.number(), calls: sample_calls(job, end) });
        }
        Ok(())
    };
    pipeline::dry_run(&job.table, engine, |row| selected.contains(row), spec.parallel, take).await?;
    let steps = forecast.steps();
    let operations: Vec<(SmolStr, SmolStr)> = steps
        .iter()
        .flat_map(|step| &step.calls)
        .map(|call| (call.provider.clone(), call.operation.clone()))
        .collect();
    let lanes = &connections.settings.lanes;
    Ok(Planned {
        sandbox: spec.ledger.sandbox,
        table: paths::shown(&job.table.path),
        rows: job.table.rows,
        columns: job.table.columns.len(),
        rows_picked: forecast.rows(),
        table_notes: table_notes(&job.table),
        ledger: ledger_path(&spec.ledger, &job.workspace)?,
        ledger_exists: store.is_some(),
        placeholders: forecast.placeholders(),
        replaced: forecast.replaced().clone(),
        steps,
        remarks,
        currency: job.workspace.settings.currency().map(str::to_owned),
        prices: prices(&operations, &closed),
        bulk: bulk(&operations, &closed),
        durations: durations(&operations, store.as_deref()).await?,
        parallel: spec.parallel,
        parallel_of: lanes.iter().filter_map(|(name, lane)| Some((name.clone(), lane.parallel?))).collect(),
        doubts_resent: connections.resends_doubts().then(|| connections.settings.most_attempts()),
        max_calls: spec.caps.calls,
        max_cost: spec.caps.cost,
        settings: connections.spending_notes(job),
        consent: match &spec.plan {
            Some(hash) => Some(left_of(hash, store.as_deref()).await?),
            None => None,
        },
        sample: samples,
    })
}

type Operations = [(SmolStr, SmolStr)];

fn prices(operations: &Operations, gateway: &Gateway) -> BTreeMap<(SmolStr, SmolStr), CallPrice> {
    let price = |(provider, operation): &(SmolStr, SmolStr)| gateway.price(provider, operation);
    operations.iter().filter_map(|known| Some((known.clone(), price(known)?))).collect()
}

fn bulk(operations: &Operations, gateway: &Gateway) -> BTreeMap<(SmolStr, SmolStr), usize> {
    let most = |(provider, operation): &(SmolStr, SmolStr)| gateway.bulk(provider, operation);
    operations.iter().filter_map(|known| Some((known.clone(), most(known)?))).collect()
}

async fn durations(
    operations: &Operations,
    store: Option<&dyn Ledger>,
) -> Result<BTreeMap<(SmolStr, SmolStr), Option<std::time::Duration>>, Failure> {
    let mut durations = BTreeMap::new();
    for (provider, operation) in operations {
        let usual = match store {
            Some(store) => store.usual_duration(provider, operation).await?,
            None => None,
        };
        durations.insert((provider.clone(), operation.clone()), usual);
    }
    Ok(durations)
}

fn sample_calls(job: &Job, end: &RowEnd) -> Vec<SampleCall> {
    let steps = job.plan.steps.iter().zip(&end.projected);
    steps.flat_map(|(step, projected)| step_sample_calls(&step.name, projected)).collect()
}

fn step_sample_calls(step: &str, projected: &ProjectedStep) -> Vec<SampleCall> {
    let known = projected.calls.iter().map(|note| SampleCall {
        step: step.to_owned(),
        provider: note.call.provider.to_string(),
        operation: note.call.operation.to_string(),
        parameters: Some(note.call.parameters.clone()),
        standing: word(note.status),
        certain: note.certain,
    });
    let unknown = projected.possible.iter().map(|possible| SampleCall {
        step: step.to_owned(),
        provider: possible.provider.to_string(),
        operation: possible.operation.to_string(),
        parameters: None,
        standing: "possible",
        certain: false,
    });
    known.chain(unknown).collect()
}

/// The word for the state of a call.
pub fn word(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Reused => "in_ledger",
        CallStatus::InDoubt => "in_doubt",
        CallStatus::Broken => "broken",
        CallStatus::New => "new",
        CallStatus::Stale => "stale",
        CallStatus::Failed => "failed_before",
        CallStatus::SentAgain => "sent_again",
        CallStatus::Busy => "busy",
        CallStatus::Pending => "pending",
    }
}

impl Planned {
    fn calls(&self) -> impl Iterator<Item = &CallForecast> {
        self.steps.iter().flat_map(|step| &step.calls)
    }

    /// Filled cells that would be replaced: for certain, and at most.
    pub fn cells_replaced(&self) -> (u64, u64) {
        self.replaced.values().fold((0, 0), |sum, cells| (sum.0 + cells.0, sum.1 + cells.1))
    }

    /// The fewest requests that carry this number of calls of an operation; `None` if each call has a request
    /// of its own.
    pub fn requests(&self, call: &CallForecast) -> Option<(u64, u64)> {
        let most = *self.bulk.get(&(call.provider.clone(), call.operation.clone()))? as u64;
        let within = |calls: u64| calls.min(self.max_calls.unwrap_or(u64::MAX)).div_ceil(most);
        Some((within(call.send), within(call.send + call.possible)))
    }

    /// The operations whose calls are sent, or may be sent.
    pub fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        let sent = self.calls().filter(|call| call.send + call.possible > 0);
        sent.map(|call| (call.provider.as_str(), call.operation.as_str()))
    }

    /// How long the run takes, estimated from past calls if there are any. Providers are asked in parallel.
    pub fn time(&self) -> Option<(Duration, Duration)> {
        let mut by_provider: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for call in self.calls().filter(|call| call.send + call.possible > 0) {
            let usual =
                self.durations.get(&(call.provider.clone(), call.operation.clone())).copied().flatten()?;
            let parallel = self.parallel_of.get(call.provider.as_str()).copied().unwrap_or(self.parallel);
            let seconds = usual.as_secs_f64() / parallel as f64;
            let time = by_provider.entry(call.provider.as_str()).or_default();
            let (least, most) = self.requests(call).unwrap_or((call.send, call.send + call.possible));
            time.0 += seconds * least as f64;
            time.1 += seconds * most as f64;
        }
        let longest = |part: fn(&(f64, f64)) -> f64| by_provider.values().map(part).fold(0.0, f64::max);
        let (least, most) = (longest(|time| time.0), longest(|time| time.1));
        Some((Duration::from_secs_f64(least), Duration::from_secs_f64(most)))
    }
}
