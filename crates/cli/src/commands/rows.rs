//! `marl rows`: prints rows of a table, one page at a time.

use marl_core::words::thousands;
use runner::{
    document::{
        listing,
        page::{Form, Page},
    },
    failure::{Failure, exit::Exit},
    project::outputs,
    rows::{RowsDocument, RowsSpec, TablePage},
};
use table::shown;

use crate::{
    args::RowsArgs,
    human::{aligned, most_columns},
    printer::Printer,
};

pub(crate) fn run(args: &RowsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let form = match (printer.is_json(), args.full) {
        (true, full) => Form::Json { full },
        (false, true) => Form::Records,
        (false, false) => Form::Lines { width: printer.width(), columns: most_columns(printer.width()) },
    };
    let spec = RowsSpec {
        table: args.table.clone(),
        reading: args.reading.options_until(printer.cancellation()),
        filter: args.filter.clone(),
        column_types: args.column_type.clone(),
        columns: args.columns.clone(),
        rows: args.rows.clone(),
        limit: args.limit,
        form,
    };
    let summary = outputs::check_table(&spec.table, spec.reading.clone())?;
    printer.table_notes(&summary);
    let page = TablePage::read(&spec, &summary)?;
    page.warning().iter().for_each(|warning| printer.warn(warning));
    let document = page.document();
    match form {
        Form::Json { .. } => printer.data(&listing::listing(&document)),
        Form::Records => records(&document, printer),
        Form::Lines { width, .. } => lines(&document, page.page(), width, printer),
    }
    if !printer.is_json() {
        print_position(args, &document, printer);
    }
    Ok(Exit::Done)
}

/// Prints one line for each row.
fn lines(document: &RowsDocument<'_>, page: &Page<'_>, width: usize, printer: &Printer) {
    let names = page.names().map(str::to_owned);
    let header: Vec<String> = std::iter::once("row".to_owned()).chain(names).collect();
    let rows = document.rows.iter().map(|row| {
        let cells = row.cells.values().map(|cell| cell.unwrap_or_default().to_owned());
        std::iter::once(row.row.to_string()).chain(cells).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let laid = aligned(&header, &rows, width);
    laid.lines.iter().for_each(|line| printer.data(line));
    let total = page.columns_requested();
    if laid.columns < total + 1 {
        let columns = laid.columns - 1;
        printer.note(
            "columns",
            &format!("{columns} of {} fit; `--columns a,b` chooses", thousands(total as u64)),
        );
    }
    if laid.cut || document.truncated {
        printer.note("cells", "some cells are shortened; `--full` prints them whole");
    }
}

/// Prints one line for each cell; cells are whole.
fn records(document: &RowsDocument<'_>, printer: &Printer) {
    for row in &document.rows {
        printer.data(&format!("row {}", row.row));
        row.cells.lines().for_each(|line| printer.data(&line));
    }
}

fn print_position(args: &RowsArgs, document: &RowsDocument<'_>, printer: &Printer) {
    let (total, matching) = (thousands(document.rows_total), thousands(document.rows_matching));
    let shown_of = thousands(document.shown as u64);
    let table = shown(document.table);
    let is_picked = args.filter.is_some() || args.rows.is_some();
    printer.note(
        "rows",
        &match is_picked {
            true => format!("{matching} of {total} in {table} match, {shown_of} shown"),
            false => format!("{shown_of} of {total} in {table} shown"),
        },
    );
    if let Some(more) = document.more {
        printer.note("more", more);
    }
}
