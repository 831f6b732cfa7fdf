//! `marl runs`: what was run, how it went, waiting for a run and asking it to stop.

use std::time::{Duration, Instant};

use engine::ledger::{Ledger, RunRecord, RunState};
use schemars::JsonSchema;
use serde::Serialize;

use super::block_on;
use crate::{
    args::{RunsArgs, RunsCommand},
    human::{run_lines, spent},
    printer::Printer,
};
use runner::{
    document::{Version, listing},
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    job::ledger_flags,
    project::{ledger, workspace::Workspace},
    run::recorded::{RecordedRun, RunLine, resumed},
    time::{date, span},
};
use table::shell::word;

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs")]
pub(super) struct RunsDocument {
    schema_version: Version<1>,
    ledger: String,
    /// How many the ledger holds.
    total: u64,
    /// The command that lists all of them, if these are not all.
    more: Option<String>,
    /// If the latest run died: the command that goes on from it, or plans what is left to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_command: Option<String>,
    runs: Vec<RunLine>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs show")]
pub(super) struct OneDocument<'a> {
    schema_version: Version<1>,
    ledger: String,
    #[serde(flatten)]
    run: RecordedRun<'a>,
}

/// Whether a run was asked to end, and how far it was.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs stop")]
pub(super) struct Stopping {
    schema_version: Version<1>,
    run: i64,
    /// False when it was not running.
    asked: bool,
    state: RunState,
}

pub(crate) fn run(args: &RunsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let workspace = Workspace::find()?;
    block_on(printer, async {
        match &args.command {
            None => list(&*workspace.existing_ledger(&args.ledger.choice()).await?, args, printer).await,
            Some(RunsCommand::Show { id, ledger }) => {
                show(&*workspace.existing_ledger(&ledger.after(&args.ledger).choice()).await?, *id, printer)
                    .await
            }
            Some(RunsCommand::Wait { id, timeout, ledger }) => {
                wait(
                    &*workspace.existing_ledger(&ledger.after(&args.ledger).choice()).await?,
                    *id,
                    *timeout,
                    printer,
                )
                .await
            }
            Some(RunsCommand::Stop { id, ledger }) => {
                stop(&*workspace.changing_ledger(&ledger.after(&args.ledger).choice()).await?, *id, printer)
                    .await
            }
        }
    })
}

async fn list(store: &dyn Ledger, args: &RunsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let (runs, total) = store.runs(args.limit.unwrap_or(RunsArgs::LIMIT)).await?;
    if printer.is_json() {
        printer.data(&listing::listing(&document(store, &runs, total, args)));
        return Ok(Exit::Done);
    }
    let is_all = total <= runs.len() as u64;
    for run in &runs {
        printer.data(&format!(
            "{:>5}  {:<11}  {}  {:>10}  {:>14}  {}",
            run.id,
            run.state.name(),
            date(run.started_at),
            span(run.started_at, run.ended_at),
            spent(run),
            run.output
        ));
    }
    if !is_all {
        printer.message(&format!("{} of {total} runs; `--limit N` lists more", runs.len()));
    }
    Ok(Exit::Done)
}

/// The runs as they are listed; without a limit, as many as an agent is glad to read.
fn document(store: &dyn Ledger, runs: &[RunRecord], total: u64, args: &RunsArgs) -> RunsDocument {
    const MOST: usize = 4_000;
    let mut document = RunsDocument {
        schema_version: Version,
        ledger: ledger::shown(store),
        total,
        more: Some(format!("marl runs --limit {total}{} --json", ledger_flags(&args.ledger.choice()))),
        next_command: runs.first().and_then(resumed),
        runs: Vec::new(),
    };
    let mut room = MOST.saturating_sub(listing::listing(&document).len());
    for line in runs.iter().map(RunLine::from) {
        let needs = listing::item_size(&line);
        if needs > room && args.limit.is_none() && !document.runs.is_empty() {
            break;
        }
        room = room.saturating_sub(needs);
        document.runs.push(line);
    }
    if total <= document.runs.len() as u64 {
        document.more = None;
    }
    document
}

async fn show(store: &dyn Ledger, id: i64, printer: &Printer) -> Result<Exit, Failure> {
    let run = find(store, id).await?;
    if printer.is_json() {
        printer.document(&OneDocument {
            schema_version: Version,
            ledger: ledger::shown(store),
            run: RecordedRun::from(&run),
        });
        return Ok(Exit::Done);
    }
    run_lines(&run, &ledger::shown(store)).iter().for_each(|line| printer.data(line));
    Ok(Exit::Done)
}

/// Waits for the end of a run, and ends as it did; 11 while it goes on.
async fn wait(store: &dyn Ledger, id: i64, timeout: Duration, printer: &Printer) -> Result<Exit, Failure> {
    const LOOK: Duration = Duration::from_millis(200);
    let begun = Instant::now();
    loop {
        let run = find(store, id).await?;
        let left = timeout.saturating_sub(begun.elapsed());
        if run.state != RunState::Running || left.is_zero() {
            show(store, id, printer).await?;
            return Ok(outcome(&run));
        }
        tokio::time::sleep(LOOK.min(left)).await;
    }
}

/// The exit code that a run ended with, as far as is known.
fn outcome(run: &RunRecord) -> Exit {
    let recorded = run.summary.as_ref().and_then(|summary| summary["exit_code"].as_u64());
    match (run.state, recorded.and_then(Exit::from_code)) {
        (RunState::Running, _) => Exit::StillRunning,
        (RunState::Died, _) => Exit::Internal,
        (_, Some(code)) => code,
        (RunState::Interrupted, None) => Exit::Interrupted,
        (_, None) => Exit::Done,
    }
}

async fn stop(store: &dyn Ledger, id: i64, printer: &Printer) -> Result<Exit, Failure> {
    let run = find(store, id).await?;
    let asked = store.is_alive(id).await? && store.ask_to_stop(id).await?;
    if printer.is_json() {
        printer.document(&Stopping { schema_version: Version, run: id, asked, state: run.state });
    } else if asked {
        printer.data(&format!("run {id} is asked to stop; `marl runs show {id}` says when it has"));
    } else {
        printer.data(&format!("run {id} is not running: it {}", run.state.name()));
    }
    Ok(Exit::Done)
}

async fn find(store: &dyn Ledger, id: i64) -> Result<RunRecord, Failure> {
    store.run(id).await?.ok_or_else(|| {
        Failure::new(Exit::NotFound, ErrorCode::NotFound, format!("{} has no run {id}", ledger::shown(store)))
            .hint("`marl runs` lists them")
            .next(format!("marl runs --json --ledger {}", word(&store.location())))
    })
}
