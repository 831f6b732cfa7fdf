//! `marl enrich`: runs integrations over a table and writes the enriched table.

use std::sync::Arc;

use runner::{
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    job::{Job, connections::Connections, header, observer::Observer},
    project::{ledger, paths},
    run::{Ready, Run, RunOutcome},
};

use super::{block_on, detach};
use crate::{
    args::EnrichArgs,
    handover::Handover,
    human::{Bar, EventPrinter, Preview, binding, summary},
    printer::Printer,
    run_log, signals,
};

pub(crate) fn run(args: &EnrichArgs, printer: &Arc<Printer>) -> Result<Exit, Failure> {
    if args.detach && !args.detached {
        return detach::run(args, printer);
    }
    let handover = args.detached.then(Handover::listen);
    let job = Job::prepare(args.spec(printer.invocation()))?;
    let caps = job.caps()?;
    block_on(printer, async {
        let mut connections = Connections::of(&job, caps).await?;
        connections.settings.once = job.spec.plan.is_some();
        let done = enrich(args, &job, &connections, handover.as_ref(), printer).await;
        connections.close().await;
        done
    })
}

async fn enrich(
    args: &EnrichArgs,
    job: &Job,
    connections: &Connections,
    handover: Option<&Handover>,
    printer: &Arc<Printer>,
) -> Result<Exit, Failure> {
    let observer: Arc<dyn Observer> = Arc::new(EventPrinter::new(Arc::clone(printer)));
    let ready = Ready::check(job, connections, &*observer).await?;
    // From here on files are created.
    handover.iter().for_each(|handover| handover.checked());
    let run = ready.begin(observer).await?;
    if let Some(handover) = handover
        && !detach_from_parent(&run, handover, printer)?
    {
        printer.warn(
            "the process that started this run ended before it could report the run's number; nothing was sent",
        );
        return print_outcome(run.abandon().await?, job, printer);
    }
    print_start(&run, printer);
    watch_signals(&run, args.detached, printer)?;
    let bar = Bar::start(args.progress, run.tally(), printer);
    let outcome = run.go().await;
    drop(bar);
    print_outcome(outcome?, job, printer)
}

/// Reports that the run is recorded, and writes to its log from then on. Returns `false` if the parent could
/// not report the number: nobody could stop the run, so it must not begin.
fn detach_from_parent(run: &Run<'_>, handover: &Handover, printer: &Printer) -> Result<bool, Failure> {
    let (id, store) = (run.id(), &**run.store());
    let (log, path) = run_log::create(store, id)?;
    let started = detach::DetachedRun {
        run: id,
        pid: std::process::id(),
        log: paths::shown(&path),
        ledger: ledger::shown(store),
    };
    let is_written = printer.json_line(&serde_json::to_string(&started).expect("it has text keys"));
    printer.divert(log);
    Ok(is_written && handover.is_confirmed())
}

fn print_start(run: &Run<'_>, printer: &Printer) {
    let job = run.job();
    run.warning_of_resends().iter().for_each(|warning| printer.warn(warning));
    run.spending_notes().iter().for_each(|line| printer.note("settings", line));
    run.consent().iter().for_each(|consent| printer.note("consent", &consent.describe()));
    printer.table_notes(&job.table);
    header::near_columns(&job.plan, &job.table.columns).iter().for_each(|note| printer.warn(note));
    if run.is_sandbox() {
        printer.note("sandbox", "answers are samples: listed companies of 2015 to 2025, profiles invented");
    }
    let new = if run.store().is_new() { " (new)" } else { "" };
    printer.note("ledger", &format!("{}{new}", ledger::shown(&**run.store())));
    let output = job.output();
    if run.target() != output {
        let (output, target) = (paths::shown(&output), paths::shown(run.target()));
        printer.note("output", &format!("{output} leads to {target}"));
    }
    for (at, step) in job.plan.steps.iter().enumerate() {
        let word = if at == 0 { "steps" } else { "" };
        printer.note(word, &binding(step));
    }
}

fn watch_signals(run: &Run<'_>, in_background: bool, printer: &Arc<Printer>) -> Result<(), Failure> {
    let (printer, stopper) = (Arc::clone(printer), run.stopper());
    let stop = move || {
        stopper.stop();
        printer.warn("interrupted: waiting for the calls in flight, which may have been paid for; interrupt again to end at once");
    };
    signals::watch(in_background, stop).map_err(|error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "signals cannot be watched").caused_by(&error)
    })
}

/// Prints the outcome of a run.
fn print_outcome(outcome: RunOutcome, job: &Job, printer: &Printer) -> Result<Exit, Failure> {
    let report = &outcome.report;
    if printer.is_json() {
        printer.document(&outcome.document);
    } else if !outcome.is_only_the_key {
        summary(report, &job.plan).iter().for_each(|line| printer.message(line));
        if report.written().is_some() {
            printer.message("");
            let preview = Preview::of(&outcome.first_rows);
            preview.lines(printer.width()).iter().for_each(|line| printer.message(line));
        }
    }
    outcome.failure.map_or(Ok(report.exit), Err)
}
