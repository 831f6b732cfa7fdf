//! `marl rows`: rows of a table, a page at a time. Sends nothing and needs no key, settings or
//! ledger.

use engine::plan::Request;
use marl_core::words::thousands;
use schemars::JsonSchema;
use serde::Serialize;
use table::{Reader, TableSummary, shown};

use super::{command_over, flag, known_column};
use crate::{
    args::{RowsArgs, TableArgs},
    document::Version,
    exit,
    failure::Failure,
    filter::{Filter, Untold},
    job::{column_types, table_notes, tell_table_notes},
    outputs,
    page::{Form, Page, PageRow},
    pick::Ranges,
    printer::Printer,
    project,
    report::{self, MOST_CHARACTERS, aligned},
};

/// What the document takes besides its rows, the table and the command for the next.
const FRAME: usize = 500;

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "rows")]
pub(super) struct Document<'a> {
    schema_version: Version<1>,
    table: String,
    /// How the table was read, where that is not as it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    table_notes: Vec<String>,
    rows_total: u64,
    rows_matching: u64,
    /// The rows for which the condition cannot be told; they do not match.
    untold: u64,
    shown: usize,
    /// Whether a cell is not shown as it is.
    truncated: bool,
    /// How many columns there was no room for.
    #[serde(skip_serializing_if = "is_zero")]
    columns_left_out: usize,
    /// The command for the next rows, if there are any.
    more: Option<String>,
    rows: Vec<PageRow<'a>>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

pub(crate) fn run(args: &RowsArgs, printer: &Printer) -> Result<u8, Failure> {
    let sketch = outputs::check_table(&args.table, args.reading.options())?;
    tell_table_notes(&sketch, printer);
    let columns = columns(&args.columns, &sketch, &args.reading)?;
    let filter = filter(args, &sketch)?;
    args.rows.as_ref().map_or(Ok(()), |ranges| ranges.check(sketch.rows))?;
    let form = match (printer.is_json(), args.full) {
        (true, full) => Form::Json { full },
        (false, true) => Form::Records,
        (false, false) => Form::Lines { width: printer.width() },
    };
    // The command for the next rows may be long, since it says the condition.
    let frame = report::size(&more(args, u64::MAX, printer.is_json()))
        + report::size(&args.table.to_string_lossy())
        + table_notes(&sketch).iter().map(|note| report::size(note) + 4).sum::<usize>()
        + FRAME;
    let room = MOST_CHARACTERS.saturating_sub(frame);
    let mut page = Page::new(&sketch.columns, columns, form, args.limit, room);
    let mut untold = Untold::default();
    let matching = fill(&mut page, args, &sketch, filter.as_ref(), &mut untold)?;
    untold.warning().iter().for_each(|warning| printer.warn(warning));
    let document = Document {
        schema_version: Version,
        table: project::shown(&args.table),
        table_notes: table_notes(&sketch),
        rows_total: sketch.rows,
        rows_matching: matching,
        untold: untold.count,
        shown: page.rows.len(),
        truncated: page.truncated,
        columns_left_out: page.left_out(),
        more: page.next.map(|row| more(args, row, printer.is_json())),
        rows: page.rows(),
    };
    match form {
        Form::Json { .. } => printer.data(&report::listing(&document)),
        Form::Records => records(&document, printer),
        Form::Lines { width } => lines(&document, &page, width, printer),
    }
    if !printer.is_json() {
        tell(args, &document, printer);
    }
    Ok(exit::DONE)
}

fn filter(args: &RowsArgs, sketch: &TableSummary) -> Result<Option<Filter>, Failure> {
    let types = column_types(&args.column_type)?;
    types.keys().try_for_each(|column| known_column(sketch, column, &args.reading).map(drop))?;
    let request = Request { types, ..Request::default() };
    args.filter.as_deref().map(|text| Filter::new(text, &request, sketch)).transpose()
}

/// The places of the columns that are asked for, each once; of all, if none is.
fn columns(asked: &[String], sketch: &TableSummary, reading: &TableArgs) -> Result<Vec<usize>, Failure> {
    if asked.is_empty() {
        return Ok((0..sketch.columns.len()).collect());
    }
    let mut places = Vec::new();
    for list in asked {
        let words: Vec<&str> = list.split(',').collect();
        let mut at = 0;
        while at < words.len() {
            // A column's name may hold commas itself: the longest name that is one is meant.
            let joined = (at + 1..=words.len()).rev().map(|end| (words[at..end].join(","), end));
            let known = |name: &str| sketch.columns.iter().position(|known| known == name);
            let found = joined
                .filter_map(|(name, end)| {
                    known(&name).or_else(|| known(name.trim())).map(|place| (place, end))
                })
                .next();
            let (place, end) = match found {
                Some(found) => found,
                None => (known_column(sketch, words[at].trim(), reading)?, at + 1),
            };
            if !places.contains(&place) {
                places.push(place);
            }
            at = end;
        }
    }
    Ok(places)
}

/// Goes over the table, and says how many rows match.
fn fill(
    page: &mut Page<'_>,
    args: &RowsArgs,
    sketch: &TableSummary,
    filter: Option<&Filter>,
    untold: &mut Untold,
) -> Result<u64, Failure> {
    let in_ranges = |row: &u64| args.rows.as_ref().is_none_or(|ranges| ranges.contains(*row));
    let mut matching = 0;
    for row in Reader::open(sketch)? {
        let row = row?;
        if in_ranges(&row.number()) && filter.is_none_or(|filter| filter.picks(&row, untold)) {
            matching += 1;
            page.add(&row);
        }
        // Without a condition numbers say the rest.
        if filter.is_none() && page.next.is_some() {
            return Ok((1..=sketch.rows).filter(in_ranges).count() as u64);
        }
    }
    Ok(matching)
}

/// This command from `row` on.
fn more(args: &RowsArgs, row: u64, json: bool) -> String {
    let mut words = command_over("rows", &args.table, &args.reading);
    words.extend(args.filter.as_deref().map(|text| flag("--filter", text)));
    let types = args.column_type.iter();
    words.extend(types.map(|(column, kind)| flag("--column-type", &format!("{column}={kind}"))));
    words.extend(args.columns.iter().map(|list| flag("--columns", list)));
    let rows = args.rows.as_ref().map_or_else(|| Ranges::from(row), |ranges| ranges.since(row));
    words.push(flag("--rows", &rows.to_string()));
    if args.limit != RowsArgs::LIMIT {
        words.push(flag("--limit", &args.limit.to_string()));
    }
    words.extend(args.full.then(|| "--full".to_owned()));
    words.extend(json.then(|| "--json".to_owned()));
    words.join(" ")
}

/// One line a row.
fn lines(document: &Document<'_>, page: &Page<'_>, width: usize, printer: &Printer) {
    let names = page.names().map(str::to_owned);
    let header: Vec<String> = std::iter::once("row".to_owned()).chain(names).collect();
    let rows = document.rows.iter().map(|row| {
        let cells = row.cells.values().map(|cell| cell.unwrap_or_default().to_owned());
        std::iter::once(row.row.to_string()).chain(cells).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let laid = aligned(&header, &rows, width);
    laid.lines.iter().for_each(|line| printer.data(line));
    let total = page.columns_asked();
    if laid.columns < total + 1 {
        let columns = laid.columns - 1;
        printer.note(
            "columns",
            &format!("{columns} of {} fit; `--columns a,b` chooses", thousands(total as u64)),
        );
    }
    if laid.cut || document.truncated {
        printer.note("cells", "some are not shown as they are; `--full` shows them whole");
    }
}

/// One line a cell, each whole.
fn records(document: &Document<'_>, printer: &Printer) {
    for row in &document.rows {
        printer.data(&format!("row {}", row.row));
        row.cells.lines().for_each(|line| printer.data(&line));
    }
}

fn tell(args: &RowsArgs, document: &Document<'_>, printer: &Printer) {
    let (total, matching) = (thousands(document.rows_total), thousands(document.rows_matching));
    let shown_of = thousands(document.shown as u64);
    let table = shown(&document.table);
    let is_picked = args.filter.is_some() || args.rows.is_some();
    printer.note(
        "rows",
        &match is_picked {
            true => format!("{matching} of {total} in {table} match, {shown_of} shown"),
            false => format!("{shown_of} of {total} in {table} shown"),
        },
    );
    if let Some(more) = &document.more {
        printer.note("more", more);
    }
}
