//! `marl ledger`: what it holds, and what is taken out of it.

use engine::ledger::{CallRecord, Prune, Stats, Store};
use marl_core::{Registry, SemanticType};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    args::{LedgerArgs, LedgerCommand},
    document::Version,
    exit,
    failure::Failure,
    place::Place,
    printer::Printer,
    project,
    report::thousands,
    time::date,
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger stats")]
pub(super) struct Document {
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
    /// How many calls are meant.
    calls: u64,
    /// Of these, the answers that would be bought again.
    payable_again: u64,
    removed: u64,
    dry_run: bool,
}

pub(crate) fn run(args: &LedgerArgs, printer: &Printer) -> Result<u8, Failure> {
    let place = Place::find(&Registry::gather()?)?;
    match &args.command {
        LedgerCommand::Stats { ledger } => stats(&*place.existing_ledger(ledger)?, printer),
        LedgerCommand::Export { ledger } => export(&*place.existing_ledger(ledger)?, printer),
        LedgerCommand::Prune { older_than, dry_run, ledger } => {
            remove(&*place.existing_ledger(ledger)?, &[Prune::OlderThan(*older_than)], *dry_run, printer)
        }
        LedgerCommand::Forget { parameter, dry_run, ledger } => {
            remove(&*place.existing_ledger(ledger)?, &spellings(parameter), *dry_run, printer)
        }
    }
}

fn stats(store: &Store, printer: &Printer) -> Result<u8, Failure> {
    let stats = store.stats()?;
    if printer.is_json() {
        let ledger = project::shown(store.path());
        printer.document(&Document { schema_version: Version, ledger, stats });
        return Ok(exit::DONE);
    }
    printer.data(&format!("{:<8} {}", "ledger", project::shown(store.path())));
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
    Ok(exit::DONE)
}

fn export(store: &Store, printer: &Printer) -> Result<u8, Failure> {
    let line = |call: &CallRecord| serde_json::to_string(&Line { schema_version: Version, call });
    store.export(|call| printer.json_line(&line(call).expect("our documents have text keys")))?;
    Ok(exit::DONE)
}

fn remove(store: &Store, what: &[Prune], dry_run: bool, printer: &Printer) -> Result<u8, Failure> {
    let (mut all, mut usable) = (0, 0);
    for what in what {
        let (more, more_usable) = store.would_remove(what)?;
        (all, usable) = (all + more, usable + more_usable);
        if !dry_run {
            store.remove(what)?;
        }
    }
    if printer.is_json() {
        let removed = if dry_run { 0 } else { all };
        printer.document(&Removal {
            schema_version: Version,
            calls: all,
            payable_again: usable,
            removed,
            dry_run,
        });
        return Ok(exit::DONE);
    }
    let done = if dry_run { "would be removed" } else { "removed" };
    printer.data(&format!("{} calls {done}", thousands(all)));
    printer
        .data(&format!("{} answers among them: asked about again, they are bought again", thousands(usable)));
    Ok(exit::DONE)
}

/// The value as given, and in the form in which it was sent.
fn spellings((name, value): &(String, String)) -> Vec<Prune> {
    let sent = SemanticType::ALL
        .into_iter()
        .filter(|kind| kind.is_recognisable() && name.ends_with(kind.name()))
        .find_map(|kind| kind.read(value).ok())
        .map(|value| value.to_string());
    let mut values = vec![value.clone()];
    values.extend(sent.filter(|sent| sent != value));
    values.into_iter().map(|value| Prune::Parameter { name: name.clone(), value }).collect()
}
