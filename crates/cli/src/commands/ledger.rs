//! `marl ledger`: what it holds, and what is taken out of it.

use engine::ledger::StateCount;
use futures::{StreamExt, pin_mut};
use marl_core::words::{counted, either, thousands};
use runner::{
    failure::{Failure, exit::Exit},
    project::workspace::Workspace,
    time::date,
    upkeep::{
        self, BackupDocument, ExportedCall, LedgerStatsDocument, RemovalDocument, RemovalSpec, RemovalTarget,
    },
};

use super::block_on;
use crate::{
    args::{LedgerArgs, LedgerChoice, LedgerCommand},
    human::{amount, units},
    printer::Printer,
};

pub(crate) fn run(args: &LedgerArgs, printer: &Printer) -> Result<Exit, Failure> {
    let workspace = Workspace::find()?;
    block_on(printer, command(args, &workspace, printer))
}

async fn command(args: &LedgerArgs, workspace: &Workspace, printer: &Printer) -> Result<Exit, Failure> {
    match &args.command {
        LedgerCommand::Stats { ledger } => {
            let store = workspace.existing_ledger(&ledger.choice()).await?;
            stats(&upkeep::stats(&*store).await?, printer);
        }
        LedgerCommand::Export { ledger } => export(workspace, ledger, printer).await?,
        LedgerCommand::Backup { file, ledger } => {
            let store = workspace.existing_ledger(&ledger.choice()).await?;
            backup(&upkeep::back_up(&*store, file).await?, printer);
        }
        LedgerCommand::Prune { older_than, doubts, dry_run, ledger } => {
            let target = RemovalTarget::OlderThan(*older_than);
            let spec = RemovalSpec { target, doubts: *doubts, dry_run: *dry_run };
            return remove(&spec, workspace, ledger, printer).await;
        }
        LedgerCommand::Forget { parameter, value, doubts, dry_run, ledger } => {
            let target = RemovalTarget::Person { parameter: parameter.clone(), values: value.clone() };
            let spec = RemovalSpec { target, doubts: *doubts, dry_run: *dry_run };
            return remove(&spec, workspace, ledger, printer).await;
        }
    }
    Ok(Exit::Done)
}

fn stats(document: &LedgerStatsDocument, printer: &Printer) {
    if printer.is_json() {
        return printer.document(document);
    }
    let LedgerStatsDocument { ledger, stats, .. } = document;
    printer.data(&format!("{:<8} {ledger}", "ledger"));
    let size = stats.bytes.div_ceil(1024);
    printer.data(&format!("{:<8} {} KiB, {}", "size", thousands(size), counted(stats.runs, "run")));
    if let (Some(oldest), Some(newest)) = (stats.oldest, stats.newest) {
        printer.data(&format!("{:<8} {} to {}", "calls", date(oldest), date(newest)));
    }
    for count in &stats.calls {
        let calls = thousands(count.count);
        let spent = spent(count).map(|spent| format!(", {spent}")).unwrap_or_default();
        printer.data(&format!("{calls:>9} {:<9} {} {}{spent}", count.state, count.provider, count.operation));
    }
}

/// What calls cost, where something was spent.
fn spent(calls: &StateCount) -> Option<String> {
    let is_open = matches!(calls.state.as_str(), "pending" | "in_doubt");
    let up_to = if is_open { "up to " } else { "" };
    let money = calls.cost.filter(|cost| *cost > 0.0).map(|cost| format!("cost {up_to}{}", amount(cost)));
    let known = calls.units.zip(calls.unit.as_deref()).filter(|(number, _)| *number > 0.0);
    let units = known.map(|(number, unit)| units(&calls.provider, unit, number));
    let parts: Vec<String> = money.into_iter().chain(units).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

async fn export(workspace: &Workspace, ledger: &LedgerChoice, printer: &Printer) -> Result<(), Failure> {
    let store = workspace.existing_ledger(&ledger.choice()).await?;
    let line = |call: &ExportedCall| serde_json::to_string(call).expect("our documents have text keys");
    let pages = upkeep::export(&*store);
    pin_mut!(pages);
    while let Some(page) = pages.next().await {
        if !page?.iter().all(|call| printer.json_line(&line(call))) {
            break;
        }
    }
    Ok(())
}

fn backup(document: &BackupDocument, printer: &Printer) {
    if printer.is_json() {
        return printer.document(document);
    }
    let BackupDocument { ledger, backup, bytes, .. } = document;
    printer
        .data(&format!("{backup} is a complete copy of {ledger}, {} KiB", thousands(bytes.div_ceil(1024))));
}

async fn remove(
    spec: &RemovalSpec,
    workspace: &Workspace,
    ledger: &LedgerChoice,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let store = spec.open(workspace, &ledger.choice()).await?;
    let outcome = upkeep::remove(&*store, spec).await?;
    if printer.is_json() {
        printer.document(&outcome.document);
    } else {
        removal_lines(&outcome.document).iter().for_each(|line| printer.data(line));
    }
    outcome.failure.map_or(Ok(outcome.exit), Err)
}

fn removal_lines(removal: &RemovalDocument) -> Vec<String> {
    let done = if removal.dry_run { "would be removed" } else { "removed" };
    let mut lines = vec![format!("{} {done}", counted(removal.calls, "call"))];
    if removal.payable_again > 0 {
        lines.push(format!(
            "{} among them: if requested again, {} bought again",
            counted(removal.payable_again, "answer"),
            either(removal.payable_again, "it is", "they are")
        ));
    }
    if removal.doubts > 0 {
        lines.push(format!(
            "{} in doubt among them: if sent again, {} may be paid for twice",
            counted(removal.doubts, "call"),
            either(removal.doubts, "it", "they")
        ));
    }
    if removal.doubts_kept > 0 {
        lines.push(format!(
            "{} in doubt kept, since {} may have been paid for: `--doubts` removes {} too",
            counted(removal.doubts_kept, "call"),
            either(removal.doubts_kept, "it", "they"),
            either(removal.doubts_kept, "it", "them")
        ));
    }
    if removal.runs > 0 || removal.logs > 0 {
        let (runs, logs) = (counted(removal.runs, "run"), counted(removal.logs, "log"));
        lines.push(format!("mentions in {runs} and {logs} {done}"));
    }
    if !removal.not_reached.is_empty() {
        lines.push(format!("not reached: {}", removal.not_reached.join(", ")));
    }
    lines.extend(removal.hint.map(|hint| format!("note: {hint}")));
    lines
}
