//! `marl plan`: what a run would do and cost. The same run with stored answers alone; sends
//! nothing and makes no ledger.

use std::{collections::BTreeMap, sync::Arc};

use engine::{Engine, Forecast, Foreseen, RowEnd, Way as Outside, gateway::Gateway};
use ledger_sqlite::Store;
use marl_core::SmolStr;
use table::InputRow;

use super::{block_on, enrich};
use crate::{
    args::PlanArgs,
    consent::left_of,
    exit,
    failure::Failure,
    job::{self, Job, Way, ledger_path},
    older::Older,
    pick::{Picked, pick},
    pipeline,
    plan_hash::{Hash, newest_run},
    printer::Printer,
    project,
    report::{Planned, SampleCall, SampleRow, planned_document, planned_lines, standing_word},
    typed,
};

/// The most remarks that are counted apart.
const MOST_REMARKS: usize = 50;

pub(crate) fn run(args: &PlanArgs, printer: &Arc<Printer>) -> Result<u8, Failure> {
    let job = Job::prepare(&args.enrich)?;
    let caps = job.caps()?;
    Older::look(&job)?;
    job::tell_table_notes(&job.sketch, printer);
    job::tell_near_columns(&job.plan, &job.sketch, printer);
    block_on(async {
        let way = job.connect(caps).await?;
        let planned = plan(&job, &way, args.sample, printer).await;
        let told = planned.and_then(|planned| tell(&job, &way, &planned, printer));
        way.close().await;
        told
    })
}

async fn plan(job: &Job<'_>, way: &Way, sample: usize, printer: &Printer) -> Result<Planned, Failure> {
    let closed = || Ok(way.ageless(job.ledger_there_is()?));
    let picked = pick(&job.args.pick, job, closed, printer).await?;
    forecast(job, way, &picked, sample).await
}

/// What a run over these rows would send, counted with the gateway closed.
pub(crate) async fn forecast(
    job: &Job<'_>,
    way: &Way,
    picked: &Picked,
    sample: usize,
) -> Result<Planned, Failure> {
    let args = job.args;
    let store = job.ledger_there_is()?;
    let closed = way.closed(store.clone(), args.max_age);
    let engine = Arc::new(Engine::new(Arc::clone(&job.plan), Outside::Closed(closed.clone())));
    let mut forecast = Forecast::new(job.plan.steps.len());
    let mut samples = Vec::new();
    let mut remarks: BTreeMap<(usize, String), u64> = BTreeMap::new();
    let take = |row: &InputRow, end: Option<&RowEnd>| {
        let Some(end) = end else { return Ok(()) };
        forecast.add(end);
        for remark in &end.remarks {
            if remarks.len() < MOST_REMARKS || remarks.contains_key(remark) {
                *remarks.entry(remark.clone()).or_default() += 1;
            }
        }
        if samples.len() < sample {
            samples.push(SampleRow { row: row.number(), calls: sample_calls(job, end) });
        }
        Ok(())
    };
    pipeline::foresee(&job.sketch, engine, |row| picked.contains(row), args.parallel, take).await?;
    let steps = forecast.steps();
    let operations: Vec<(SmolStr, SmolStr)> = steps
        .iter()
        .flat_map(|step| &step.calls)
        .map(|call| (call.provider.clone(), call.operation.clone()))
        .collect();
    Ok(Planned {
        sandbox: args.ledger.sandbox,
        table: project::shown(&job.sketch.path),
        rows: job.sketch.rows,
        columns: job.sketch.columns.len(),
        rows_picked: forecast.rows(),
        table_notes: job::table_notes(&job.sketch),
        ledger: ledger_path(&args.ledger, &job.place)?,
        ledger_exists: store.is_some(),
        said_nothing: forecast.said_nothing(),
        replaced: forecast.replaced().clone(),
        steps,
        remarks,
        currency: job.place.settings.currency().map(str::to_owned),
        prices: prices(&operations, &closed),
        durations: durations(&operations, store.as_deref())?,
        parallel: args.parallel,
        doubts_resent: way.resends_doubts().then_some(way.settings.retry.attempts),
        max_calls: args.max_calls,
        max_cost: args.max_cost,
        settings: way.told(job),
        consent: args.plan.as_ref().map(|hash| left_of(hash, store.as_deref())).transpose()?,
        sample: samples,
    })
}

type Operations = [(SmolStr, SmolStr)];

fn prices(operations: &Operations, gateway: &Gateway) -> BTreeMap<(SmolStr, SmolStr), Option<f64>> {
    operations.iter().map(|known| (known.clone(), gateway.price(&known.0, &known.1))).collect()
}

fn durations(
    operations: &Operations,
    store: Option<&Store>,
) -> Result<BTreeMap<(SmolStr, SmolStr), Option<std::time::Duration>>, Failure> {
    let mut durations = BTreeMap::new();
    for (provider, operation) in operations {
        let usual = match store {
            Some(store) => store.usual_duration(provider, operation)?,
            None => None,
        };
        durations.insert((provider.clone(), operation.clone()), usual);
    }
    Ok(durations)
}

fn sample_calls(job: &Job<'_>, end: &RowEnd) -> Vec<SampleCall> {
    let steps = job.plan.steps.iter().zip(&end.foreseen);
    steps.flat_map(|(step, foreseen)| of_step(&step.name, foreseen)).collect()
}

fn of_step(step: &str, foreseen: &Foreseen) -> Vec<SampleCall> {
    let known = foreseen.notes.iter().map(|note| SampleCall {
        step: step.to_owned(),
        provider: note.call.provider.to_string(),
        operation: note.call.operation.to_string(),
        parameters: Some(note.call.parameters.clone()),
        standing: standing_word(note.standing),
        certain: note.certain,
    });
    let unknown = foreseen.possible.iter().map(|possible| SampleCall {
        step: step.to_owned(),
        provider: possible.provider.to_string(),
        operation: possible.operation.to_string(),
        parameters: None,
        standing: "possible",
        certain: false,
    });
    known.chain(unknown).collect()
}

fn tell(job: &Job<'_>, way: &Way, planned: &Planned, printer: &Printer) -> Result<u8, Failure> {
    way.warning_of_resends(job).iter().for_each(|warning| printer.warn(warning));
    let then = job.args.plan.as_ref();
    then.map_or(Ok(()), |then| enrich::check_plan(then, job, way))?;
    let most = planned.send().1;
    let cost = planned.cost().map(|(_, most)| most);
    let store = job.ledger_there_is()?;
    let newest = store.as_deref().map_or(Ok(0), newest_run)?;
    let hash = Hash::of(job, &way.settings, newest, most, cost)?.to_string();
    let command = format!("{} --plan {hash}", typed::as_command("enrich", &["--sample", "--plan"]));
    if printer.is_json() {
        printer.document(&planned_document(planned, &job.plan, &hash, &command));
    } else {
        let lines = planned_lines(planned, &job.plan, &hash, &command);
        lines.iter().for_each(|line| printer.data(line));
    }
    Ok(exit::DONE)
}
