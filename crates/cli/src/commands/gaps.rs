//! `marl gaps`: prints every empty output cell of a table with its reason, one page at a time.

use marl_core::{
    terminal,
    words::{counted, thousands},
};
use runner::{
    document::listing,
    explain::gaps::{self, EmptyCell, GapsDocument, GapsSpec, LABEL},
    failure::{Failure, exit::Exit},
};

use super::block_on;
use crate::{args::GapsArgs, human::aligned, printer::Printer};

pub(crate) fn run(args: &GapsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let spec = GapsSpec {
        table: args.table.clone(),
        reading: args.reading.options_until(printer.cancellation()),
        columns: args.columns.clone(),
        reason: args.reason.clone(),
        rows: args.rows.clone(),
        limit: args.limit,
        run: args.run,
        ledger: args.ledger.choice(),
        is_for_program: printer.is_json(),
    };
    let document = block_on(printer, gaps::find(&spec))?;
    if printer.is_json() {
        printer.data(&listing::listing(&document));
    } else {
        print(&document, printer);
    }
    Ok(Exit::Done)
}

fn print(document: &GapsDocument, printer: &Printer) {
    let header = ["row", "", "column", "reason", "why"].map(str::to_owned);
    let rows: Vec<Vec<String>> = document.gaps.iter().map(cells).collect();
    if !rows.is_empty() {
        aligned(&header, &rows, printer.width()).lines.iter().for_each(|line| printer.data(line));
    }
    let by_reason: Vec<String> = document
        .counts
        .iter()
        .map(|count| {
            format!(
                "{} {} {}",
                terminal::line(&count.column, LABEL),
                thousands(count.cells),
                count.reason.name()
            )
        })
        .collect();
    let total = format!(
        "{} in {} of {}",
        counted(document.gaps_total, "empty cell"),
        thousands(document.rows_with_gaps),
        counted(document.rows_total, "row")
    );
    printer.note("gaps", &total);
    by_reason.iter().for_each(|line| printer.note("", line));
    if let Some(more) = &document.more {
        printer.note("more", &more.replace(" --json", ""));
    }
}

fn cells(line: &EmptyCell) -> Vec<String> {
    let label = line.label.clone().unwrap_or_default();
    vec![line.row.to_string(), label, line.column.clone(), line.reason.name().to_owned(), line.why.clone()]
}
