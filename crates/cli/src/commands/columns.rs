//! `marl columns`: prints what a table's columns hold, and which integrations run on them.

use marl_core::words::{counted, thousands};
use runner::{
    columns::{self, ColumnDescription, ColumnsDocument, ColumnsSpec, MOST_DISTINCT, share},
    document::listing,
    failure::{Failure, exit::Exit},
    project::outputs,
};

use crate::{args::ColumnsArgs, human::aligned, printer::Printer};

pub(crate) fn run(args: &ColumnsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let spec = ColumnsSpec {
        table: args.table.clone(),
        reading: args.reading.options_until(printer.cancellation()),
        all: args.all,
        is_for_program: printer.is_json(),
    };
    let summary = outputs::check_table(&spec.table, spec.reading.clone())?;
    printer.table_notes(&summary);
    let document = columns::describe(&spec, &summary)?;
    if printer.is_json() {
        printer.data(&listing::listing(&document));
    } else {
        print(&document, printer);
    }
    Ok(Exit::Done)
}

fn print(document: &ColumnsDocument, printer: &Printer) {
    let rows = counted(document.rows, "row");
    let total = counted(document.columns_total as u64, "column");
    printer.note("table", &format!("{}: {rows}, {total}", document.table));
    let header = ["column", "type", "filled", "distinct", "examples"].map(str::to_owned);
    let lines: Vec<Vec<String>> =
        document.columns.iter().map(|column| cells(column, document.rows).to_vec()).collect();
    let laid = aligned(&header, &lines, printer.width());
    laid.lines.iter().for_each(|line| printer.data(line));
    if document.integrations.is_empty() && document.unbound.is_empty() {
        printer.note(
            "runs",
            "no integration can run on this table as it is; `marl integrations` lists what each needs",
        );
    }
    if !document.integrations.is_empty() {
        printer.data("");
        printer.data("integrations that run on it as it is");
    }
    for one in &document.integrations {
        printer.data(&format!("  {}", one.line));
        one.hints().for_each(|flag| printer.data(&format!("  {:<16}  or with {}", "", flag)));
    }
    if !document.unbound.is_empty() {
        printer.data("");
        printer.data("integrations that run once you choose a column");
    }
    for one in &document.unbound {
        printer.data(&format!("  {}: {}", one.line(), one.flag));
    }
    if let Some(more) = &document.more {
        let shown = thousands(document.shown as u64);
        printer.note(
            "columns",
            &format!("the first {shown} of {}; `{more}` lists all", thousands(document.columns_total as u64)),
        );
    }
}

fn cells(column: &ColumnDescription, rows: u64) -> [String; 5] {
    let distinct = match column.distinct {
        Some(distinct) => thousands(distinct as u64),
        None => format!("more than {}", thousands(MOST_DISTINCT as u64)),
    };
    let placeholders = match column.said_nothing {
        0 => String::new(),
        count => format!("; {}", counted(count, "placeholder")),
    };
    let filled = format!("{} ({}{placeholders})", thousands(column.filled), percent(column.filled, rows));
    let name = column.name.clone();
    [name, column.kind.name().to_owned(), filled, distinct, column.examples.join(" | ")]
}

/// `100%` is printed only for all cells, and `0%` only for none.
fn percent(filled: u64, rows: u64) -> String {
    match share(filled, rows) * 100.0 {
        _ if filled == 0 => "0%".to_owned(),
        _ if filled == rows => "100%".to_owned(),
        percent => format!("{:.0}%", percent.clamp(1.0, 99.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_and_none_are_exact() {
        for (filled, rows, expect) in [
            (0, 0, "0%"),
            (0, 9, "0%"),
            (9, 9, "100%"),
            (1, 99_999, "1%"),
            (99_998, 99_999, "99%"),
            (1, 3, "33%"),
        ] {
            assert_eq!(percent(filled, rows), expect, "{filled} of {rows}");
        }
    }
}
