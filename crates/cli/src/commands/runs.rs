//! `marl runs`: what was run, how it went, waiting for a run and asking it to stop.

use std::{
    thread,
    time::{Duration, Instant},
};

use ledger_sqlite::{RunRecord, RunState, Store};
use schemars::JsonSchema;
use serde::Serialize;

use super::of_ledger;
use crate::{
    args::{RunsArgs, RunsCommand},
    document::Version,
    error_code::ErrorCode,
    exit,
    failure::Failure,
    place::Place,
    printer::Printer,
    report::{self, Line, Run, resumed, run_lines, spent},
    time::{date, span},
    typed,
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs")]
pub(super) struct Document {
    schema_version: Version<1>,
    ledger: String,
    /// How many the ledger holds.
    total: u64,
    /// The command that lists all of them, if these are not all.
    more: Option<String>,
    /// If the latest run died: the command that goes on from it, or plans what is left to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_command: Option<String>,
    runs: Vec<Line>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs show")]
pub(super) struct OneDocument<'a> {
    schema_version: Version<1>,
    ledger: String,
    #[serde(flatten)]
    run: Run<'a>,
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

pub(crate) fn run(args: &RunsArgs, printer: &Printer) -> Result<u8, Failure> {
    let place = Place::find()?;
    match &args.command {
        None => list(&*place.existing_ledger(&args.ledger)?, args, printer),
        Some(RunsCommand::Show { id, ledger }) => {
            show(&*place.existing_ledger(&ledger.after(&args.ledger))?, *id, printer)
        }
        Some(RunsCommand::Wait { id, timeout, ledger }) => {
            wait(&*place.existing_ledger(&ledger.after(&args.ledger))?, *id, *timeout, printer)
        }
        Some(RunsCommand::Stop { id, ledger }) => {
            stop(&*place.changing_ledger(&ledger.after(&args.ledger))?, *id, printer)
        }
    }
}

fn list(store: &Store, args: &RunsArgs, printer: &Printer) -> Result<u8, Failure> {
    let (runs, total) = store.runs(args.limit.unwrap_or(RunsArgs::LIMIT))?;
    if printer.is_json() {
        printer.data(&report::listing(&document(store, &runs, total, args)));
        return Ok(exit::DONE);
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
        printer.talk(&format!("{} of {total} runs; `--limit N` lists more", runs.len()));
    }
    Ok(exit::DONE)
}

/// The runs as they are listed; without a limit, as many as an agent is glad to read.
fn document(store: &Store, runs: &[RunRecord], total: u64, args: &RunsArgs) -> Document {
    const MOST: usize = 4_000;
    let mut document = Document {
        schema_version: Version,
        ledger: ledger(store),
        total,
        more: Some(format!("marl runs --limit {total}{} --json", of_ledger(&args.ledger))),
        next_command: runs.first().and_then(resumed),
        runs: Vec::new(),
    };
    let mut room = MOST.saturating_sub(report::listing(&document).len());
    for line in runs.iter().map(Line::from) {
        let needs = report::item_size(&line);
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

fn show(store: &Store, id: i64, printer: &Printer) -> Result<u8, Failure> {
    let run = find(store, id)?;
    if printer.is_json() {
        printer.document(&OneDocument {
            schema_version: Version,
            ledger: ledger(store),
            run: Run::from(&run),
        });
        return Ok(exit::DONE);
    }
    run_lines(&run, &ledger(store)).iter().for_each(|line| printer.data(line));
    Ok(exit::DONE)
}

/// Waits for the end of a run, and ends as it did; 11 while it goes on.
fn wait(store: &Store, id: i64, timeout: Duration, printer: &Printer) -> Result<u8, Failure> {
    const LOOK: Duration = Duration::from_millis(200);
    let begun = Instant::now();
    loop {
        let run = find(store, id)?;
        let left = timeout.saturating_sub(begun.elapsed());
        if run.state != RunState::Running || left.is_zero() {
            show(store, id, printer)?;
            return Ok(outcome(&run));
        }
        thread::sleep(LOOK.min(left));
    }
}

/// The exit code that a run ended with, as far as is known.
fn outcome(run: &RunRecord) -> u8 {
    let recorded = run.summary.as_ref().and_then(|summary| summary["exit_code"].as_u64());
    match (run.state, recorded.and_then(|code| u8::try_from(code).ok())) {
        (RunState::Running, _) => exit::STILL_RUNNING,
        (RunState::Died, _) => exit::INTERNAL,
        (_, Some(code)) => code,
        (RunState::Interrupted, None) => exit::INTERRUPTED,
        (_, None) => exit::DONE,
    }
}

fn stop(store: &Store, id: i64, printer: &Printer) -> Result<u8, Failure> {
    let run = find(store, id)?;
    let asked = store.is_alive(id) && store.ask_to_stop(id)?;
    if printer.is_json() {
        printer.document(&Stopping { schema_version: Version, run: id, asked, state: run.state });
    } else if asked {
        printer.data(&format!("run {id} is asked to stop; `marl runs show {id}` says when it has"));
    } else {
        printer.data(&format!("run {id} is not running: it {}", run.state.name()));
    }
    Ok(exit::DONE)
}

fn find(store: &Store, id: i64) -> Result<RunRecord, Failure> {
    store.run(id)?.ok_or_else(|| {
        Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, format!("{} has no run {id}", ledger(store)))
            .hint("`marl runs` lists them")
            .next(format!("marl runs --json --ledger {}", typed::word(&store.path().to_string_lossy())))
    })
}

fn ledger(store: &Store) -> String {
    crate::project::shown(store.path())
}
