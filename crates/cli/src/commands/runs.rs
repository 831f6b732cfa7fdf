//! `marl runs`: what was run, how it went, waiting for a run and asking it to stop.

use runner::{
    document::listing,
    failure::{Failure, exit::Exit},
    project::workspace::Workspace,
    runs::{self, RecordedRunDocument, RunList, RunsSpec, StopDocument},
    time::{date, span},
};

use super::block_on;
use crate::{
    args::{RunsArgs, RunsCommand},
    human::{run_lines, spent},
    printer::Printer,
};

pub(crate) fn run(args: &RunsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let workspace = Workspace::find()?;
    block_on(printer, async {
        match &args.command {
            None => {
                let spec = RunsSpec { limit: args.limit, ledger: args.ledger.choice() };
                let store = workspace.existing_ledger(&spec.ledger).await?;
                list(&RunList::read(&*store, spec).await?, printer);
            }
            Some(RunsCommand::Show { id, ledger }) => {
                let store = workspace.existing_ledger(&ledger.after(&args.ledger).choice()).await?;
                show(&runs::show(&*store, *id).await?, printer);
            }
            Some(RunsCommand::Wait { id, timeout, ledger }) => {
                let store = workspace.existing_ledger(&ledger.after(&args.ledger).choice()).await?;
                let document = runs::wait(&*store, *id, *timeout).await?;
                show(&document, printer);
                return Ok(document.run.exit());
            }
            Some(RunsCommand::Stop { id, ledger }) => {
                let store = workspace.changing_ledger(&ledger.after(&args.ledger).choice()).await?;
                stop(&runs::stop(&*store, *id).await?, printer);
            }
        }
        Ok(Exit::Done)
    })
}

fn list(list: &RunList, printer: &Printer) {
    if printer.is_json() {
        return printer.data(&listing::listing(&list.document()));
    }
    for run in &list.records {
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
    let (shown, total) = (list.records.len(), list.total);
    if total > shown as u64 {
        printer.message(&format!("{shown} of {total} runs; `--limit N` lists more"));
    }
}

fn show(document: &RecordedRunDocument, printer: &Printer) {
    if printer.is_json() {
        return printer.document(document);
    }
    run_lines(document).iter().for_each(|line| printer.data(line));
}

fn stop(document: &StopDocument, printer: &Printer) {
    let run = document.run;
    if printer.is_json() {
        printer.document(document);
    } else if document.asked {
        printer
            .data(&format!("run {run} was asked to stop; `marl runs show {run}` shows whether it has ended"));
    } else {
        printer.data(&format!("run {run} is not running: it {}", document.state.name()));
    }
}
