//! `marl ledger`: what it holds, and what is taken out of it.

use std::{fs, path::Path, sync::Arc};

use engine::ledger::{CallRecord, Ledger, Prune, Removed, Stats};
use futures::StreamExt;
use marl_core::SemanticType;
use marl_core::words::thousands;
use schemars::JsonSchema;
use serde::Serialize;

use super::block_on;
use crate::{
    args::{LedgerArgs, LedgerCommand},
    printer::Printer,
};
use runner::{
    document::Version,
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    project::{ledger, paths, workspace::Workspace},
    spec::LedgerChoice,
    time::date,
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger stats")]
pub(super) struct LedgerStatsDocument {
    schema_version: Version<1>,
    ledger: String,
    #[serde(flatten)]
    stats: Stats,
}

/// A call, on a line of its own.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger export")]
pub(super) struct Line<'a> {
    schema_version: Version<1>,
    #[serde(flatten)]
    call: &'a CallRecord,
}

/// What was taken out.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger prune")]
pub(super) struct Removal {
    schema_version: Version<1>,
    /// How many calls are meant, without those that are kept.
    calls: u64,
    /// Of these, the answers that would be bought again.
    payable_again: u64,
    /// Of these, the calls in doubt, which may be paid for twice when they are asked about again.
    doubts: u64,
    /// Calls in doubt that are meant and kept: `--doubts` takes them too.
    doubts_kept: u64,
    /// Runs whose command or results told of it.
    runs: u64,
    /// Logs of runs that told of it.
    logs: u64,
    /// Runs that go on and tell of it: they keep it.
    runs_kept: u64,
    /// The removed text is still in the ledger's file, since another process reads it. It says nothing
    /// of other files: see `not_reached`.
    remains_in_ledger: bool,
    removed: u64,
    dry_run: bool,
    /// Of a person: where their data may still be, which this command does not reach.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    not_reached: &'static [&'static str],
    /// Of a person: what keeps them from coming back.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

pub(crate) fn run(args: &LedgerArgs, printer: &Printer) -> Result<Exit, Failure> {
    let workspace = Workspace::find()?;
    block_on(printer, command(args, &workspace, printer))
}

async fn command(args: &LedgerArgs, workspace: &Workspace, printer: &Printer) -> Result<Exit, Failure> {
    match &args.command {
        LedgerCommand::Stats { ledger } => {
            stats(&*workspace.existing_ledger(&ledger.choice()).await?, printer).await
        }
        LedgerCommand::Export { ledger } => {
            export(&*workspace.existing_ledger(&ledger.choice()).await?, printer).await
        }
        LedgerCommand::Backup { file, ledger } => {
            back_up(&*workspace.existing_ledger(&ledger.choice()).await?, file, printer).await
        }
        LedgerCommand::Prune { older_than, doubts, dry_run, ledger } => {
            let what = [Prune::OlderThan(*older_than)];
            let how = How { doubts: *doubts, dry_run: *dry_run, is_person: false };
            remove(&*how.open(workspace, &ledger.choice()).await?, &what, how, printer).await
        }
        LedgerCommand::Forget { parameter, value, doubts, dry_run, ledger } => {
            let mut what: Vec<Prune> = parameter.iter().map(of_parameter).collect();
            if !value.is_empty() {
                what.push(Prune::Person {
                    values: value.iter().flat_map(|value| spellings("", value)).collect(),
                });
            }
            let how = How { doubts: *doubts, dry_run: *dry_run, is_person: true };
            remove(&*how.open(workspace, &ledger.choice()).await?, &what, how, printer).await
        }
    }
}

/// A copy that was made.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger backup")]
pub(super) struct Backup {
    schema_version: Version<1>,
    ledger: String,
    /// The copy.
    backup: String,
    bytes: u64,
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether `file` has a place where marl looks for the files of the ledger at `path`.
fn is_among_files_of(path: &Path, file: &Path) -> bool {
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_beside = table::same_place(parent(file), parent(path));
    is_beside && (name.starts_with(&*own) || parent(path).ends_with(".marl"))
}

async fn back_up(store: &dyn Ledger, file: &Path, printer: &Printer) -> Result<Exit, Failure> {
    let (ledger, backup) = (ledger::shown(store), paths::shown(file));
    if fs::symlink_metadata(file).is_ok() {
        return Err(Failure::usage(format!("{backup} is there already, and a backup replaces nothing"))
            .hint("name a file that is not there yet"));
    }
    if store.file().is_some_and(|path| is_among_files_of(path, file)) {
        return Err(Failure::usage(format!(
            "{backup} is among the ledger's own files, where marl looks for others"
        ))
        .hint("name a file in another folder"));
    }
    store.back_up(file).await?;
    let bytes = fs::metadata(file).map_or(0, |copy| copy.len());
    if printer.is_json() {
        printer.document(&Backup { schema_version: Version, ledger, backup, bytes });
    } else {
        printer
            .data(&format!("{backup} is a whole copy of {ledger}, {} KiB", thousands(bytes.div_ceil(1024))));
    }
    Ok(Exit::Done)
}

/// Where a person's data may be that is removed from the ledger.
const NOT_REACHED: [&str; 5] =
    ["input tables", "outputs", "errors files of outputs", "copies of the ledger", "what providers keep"];

const COMES_BACK: &str = "the next run over a table that has the person's row buys the answers again: take the row out of the table first";

/// How something is removed.
#[derive(Clone, Copy)]
struct How {
    doubts: bool,
    dry_run: bool,
    is_person: bool,
}

impl How {
    /// What would be removed is only read.
    async fn open(self, workspace: &Workspace, choice: &LedgerChoice) -> Result<Arc<dyn Ledger>, Failure> {
        if self.dry_run {
            workspace.existing_ledger(choice).await
        } else {
            workspace.changing_ledger(choice).await
        }
    }
}

async fn stats(store: &dyn Ledger, printer: &Printer) -> Result<Exit, Failure> {
    let stats = store.stats().await?;
    if printer.is_json() {
        let ledger = ledger::shown(store);
        printer.document(&LedgerStatsDocument { schema_version: Version, ledger, stats });
        return Ok(Exit::Done);
    }
    printer.data(&format!("{:<8} {}", "ledger", ledger::shown(store)));
    let size = stats.bytes.div_ceil(1024);
    printer.data(&format!("{:<8} {} KiB, {} runs", "size", thousands(size), thousands(stats.runs)));
    if let (Some(oldest), Some(newest)) = (stats.oldest, stats.newest) {
        printer.data(&format!("{:<8} {} to {}", "calls", date(oldest), date(newest)));
    }
    for count in &stats.calls {
        printer.data(&format!(
            "{:>9} {:<9} {} {}",
            thousands(count.count),
            count.state,
            count.provider,
            count.operation
        ));
    }
    Ok(Exit::Done)
}

async fn export(store: &dyn Ledger, printer: &Printer) -> Result<Exit, Failure> {
    let line = |call: &CallRecord| serde_json::to_string(&Line { schema_version: Version, call });
    let mut pages = store.export();
    while let Some(page) = pages.next().await {
        let mut lines = page?.into_iter().map(|call| line(&call).expect("our documents have text keys"));
        if !lines.all(|line| printer.json_line(&line)) {
            break;
        }
    }
    Ok(Exit::Done)
}

async fn remove(store: &dyn Ledger, what: &[Prune], how: How, printer: &Printer) -> Result<Exit, Failure> {
    let removed = if how.dry_run {
        store.would_remove(what, how.doubts).await?
    } else {
        store.remove(what, how.doubts).await?
    };
    if printer.is_json() {
        printer.document(&Removal {
            schema_version: Version,
            calls: removed.calls,
            payable_again: removed.answers,
            doubts: removed.doubts,
            doubts_kept: removed.doubts_kept,
            runs: removed.runs,
            logs: removed.logs,
            runs_kept: removed.runs_kept,
            remains_in_ledger: removed.remains,
            removed: if how.dry_run { 0 } else { removed.calls },
            dry_run: how.dry_run,
            not_reached: if how.is_person { &NOT_REACHED } else { &[] },
            hint: how.is_person.then_some(COMES_BACK),
        });
    } else {
        told(&removed, how).iter().for_each(|line| printer.data(line));
    }
    if how.is_person {
        not_gone(store, &removed, how)?;
    }
    Ok(if removed.doubts_kept > 0 && how.is_person { Exit::InDoubt } else { Exit::Done })
}

fn told(removed: &Removed, how: How) -> Vec<String> {
    let done = if how.dry_run { "would be removed" } else { "removed" };
    let one = |number: u64| number == 1;
    let mut lines = vec![format!("{} {done}", counted(removed.calls, "call"))];
    if removed.answers > 0 {
        lines.push(format!(
            "{} among them: asked about again, {} bought again",
            counted(removed.answers, "answer"),
            if one(removed.answers) { "it is" } else { "they are" }
        ));
    }
    if removed.doubts > 0 {
        lines.push(format!(
            "{} in doubt among them: asked about again, {} may be paid for twice",
            counted(removed.doubts, "call"),
            if one(removed.doubts) { "it" } else { "they" }
        ));
    }
    if removed.doubts_kept > 0 {
        let them = if one(removed.doubts_kept) { "it" } else { "them" };
        lines.push(format!(
            "{} in doubt kept, since {} may have been paid for: `--doubts` removes {them} too",
            counted(removed.doubts_kept, "call"),
            if one(removed.doubts_kept) { "it" } else { "they" }
        ));
    }
    if removed.runs > 0 || removed.logs > 0 {
        let (runs, logs) = (counted(removed.runs, "run"), counted(removed.logs, "log"));
        lines.push(format!("what {runs} and {logs} told of it {done}"));
    }
    if how.is_person {
        lines.push(format!("not reached: {}", NOT_REACHED.join(", ")));
        lines.push(format!("note: {COMES_BACK}"));
    }
    lines
}

fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(number))
}

/// A person's data that is there still is a failure, though all that could be removed is.
fn not_gone(store: &dyn Ledger, removed: &Removed, how: How) -> Result<(), Failure> {
    let ledger = ledger::shown(store);
    if how.dry_run {
        return Ok(());
    }
    if removed.runs_kept > 0 {
        let message =
            format!("{} in {ledger} still running and telling of it", counted(removed.runs_kept, "run"));
        return Err(Failure::new(Exit::StillRunning, ErrorCode::Ledger, message)
            .hint("run the same command again when `marl runs` says that they have ended")
            .retryable());
    }
    if removed.remains {
        let message =
            format!("the removed text may still be in {ledger} and its log: another process reads them");
        return Err(Failure::new(Exit::StillRunning, ErrorCode::Ledger, message)
            .hint(
                "run the same command again when nothing else reads the ledger; it then overwrites the text",
            )
            .retryable());
    }
    Ok(())
}

fn of_parameter((name, value): &(String, String)) -> Prune {
    Prune::Parameter { name: name.clone(), values: spellings(name, value) }
}

/// The value as given, and in the forms in which it may have been sent: that of the parameter's
/// type, or of any type where there is no parameter.
fn spellings(parameter: &str, value: &str) -> Vec<String> {
    let sent = SemanticType::ALL
        .into_iter()
        .filter(|kind| kind.is_recognisable() && (parameter.is_empty() || parameter.ends_with(kind.name())))
        .filter_map(|kind| kind.read(value).ok())
        .map(|value| value.to_string());
    let mut values = vec![value.to_owned()];
    values.extend(sent);
    values.dedup();
    values
}
