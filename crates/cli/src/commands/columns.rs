//! `marl columns`: what a table's columns hold, and which integrations they allow. Sends nothing and
//! needs no key, settings or ledger.

mod runnable;

use marl_core::{SemanticType, Value};
use schemars::JsonSchema;
use serde::Serialize;

use self::runnable::{Runnable, Unbound, runnable};
use marl_core::words::{counted, either, thousands};
use table::{Reader, Sketch};

use super::command_over;
use crate::{
    args::ColumnsArgs,
    document::Version,
    exit,
    failure::Failure,
    job::{table_notes, tell_table_notes},
    outputs, place,
    printer::Printer,
    profile::{MOST_DISTINCT, Profile},
    project,
    report::{self, MOST_CHARACTERS, aligned},
};

/// How many columns are listed by default.
const LISTED: usize = 100;

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "columns")]
pub(super) struct Document<'a> {
    schema_version: Version<1>,
    table: String,
    rows: u64,
    /// How the table was read, where that is not as it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    table_notes: Vec<String>,
    columns_total: usize,
    shown: usize,
    /// The command that lists the rest, if there is a rest.
    more: Option<String>,
    columns: Vec<Described<'a>>,
    /// What runs on the table as it is.
    integrations: Vec<Runnable>,
    /// What runs once it is told which column is meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unbound: Vec<Unbound>,
}

#[derive(JsonSchema, Serialize)]
struct Described<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: SemanticType,
    filled: u64,
    filled_share: f64,
    /// How many of the filled cells say nothing, such as "N/A"; a run counts them as empty.
    said_nothing: u64,
    /// None for more than are counted.
    distinct: Option<usize>,
    examples: Vec<String>,
}

pub(crate) fn run(args: &ColumnsArgs, printer: &Printer) -> Result<u8, Failure> {
    let registry = place::registry_here()?;
    let sketch = outputs::check_table(&args.table, args.reading.options())?;
    tell_table_notes(&sketch, printer);
    let total = sketch.columns.len();
    let most = if args.all { total } else { total.min(LISTED) };
    let (integrations, unbound) = runnable(&sketch, &registry);
    let mut document = Document {
        schema_version: Version,
        table: project::shown(&args.table),
        rows: sketch.rows,
        table_notes: table_notes(&sketch),
        columns_total: total,
        shown: most,
        more: None,
        columns: Vec::new(),
        integrations,
        unbound,
    };
    let mut columns = describe(&sketch, most)?;
    if printer.is_json() && !args.all {
        columns.truncate(fitting(&document, &columns));
    }
    document.shown = columns.len();
    document.more = (columns.len() < total).then(|| more(args, printer.is_json()));
    document.columns = columns;
    if printer.is_json() {
        printer.data(&report::listing(&document));
    } else {
        tell(&document, printer);
    }
    Ok(exit::DONE)
}

/// Goes over the rows and describes the first `most` columns.
fn describe(sketch: &Sketch, most: usize) -> Result<Vec<Described<'_>>, Failure> {
    let mut profiles: Vec<Profile> = (0..most).map(|_| Profile::default()).collect();
    for row in Reader::open(sketch)? {
        let row = row?;
        for (at, profile) in profiles.iter_mut().enumerate() {
            match row.cell(at) {
                Some(Value::Text(cell)) => profile.add(&cell),
                Some(cell) => profile.add(&cell.to_string()),
                None => {}
            }
        }
    }
    let described = sketch.columns.iter().zip(profiles).map(|(name, profile)| Described {
        name,
        kind: profile.kind(),
        filled: profile.filled,
        filled_share: share(profile.filled, sketch.rows),
        said_nothing: profile.said_nothing(),
        distinct: profile.distinct(),
        examples: profile.examples,
    });
    Ok(described.collect())
}

/// The share to four places; 0 of no rows.
fn share(filled: u64, rows: u64) -> f64 {
    if rows == 0 { 0.0 } else { (filled as f64 / rows as f64 * 10_000.0).round() / 10_000.0 }
}

/// How many columns the document has room for; never none.
fn fitting(empty: &Document<'_>, columns: &[Described<'_>]) -> usize {
    // The command for the rest is still to come; it says the table again.
    let frame = report::listing(empty).chars().count() + 2 * report::size(&empty.table) + 100;
    let mut room = MOST_CHARACTERS.saturating_sub(frame);
    let fits = |column: &&Described<'_>| {
        let needs = report::item_size(column);
        let fits = needs <= room;
        room = room.saturating_sub(needs);
        fits
    };
    columns.iter().take_while(fits).count().max(1).min(columns.len())
}

fn more(args: &ColumnsArgs, json: bool) -> String {
    let mut words = command_over("columns", &args.table, &args.reading);
    words.push("--all".to_owned());
    words.extend(json.then(|| "--json".to_owned()));
    words.join(" ")
}

fn tell(document: &Document<'_>, printer: &Printer) {
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
            "no integration can run on this table as it is; `marl integrations` says what each needs",
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
        printer.data("integrations that run once you say which column is meant");
    }
    for one in &document.unbound {
        printer.data(&format!("  {}: {}", one.line(), one.flag));
    }
    if let Some(more) = &document.more {
        let shown = thousands(document.shown as u64);
        printer.note(
            "columns",
            &format!("the first {shown} of {}; all: {more}", thousands(document.columns_total as u64)),
        );
    }
}

fn cells(column: &Described<'_>, rows: u64) -> [String; 5] {
    let distinct = match column.distinct {
        Some(distinct) => thousands(distinct as u64),
        None => format!("more than {}", thousands(MOST_DISTINCT as u64)),
    };
    let nothing = match column.said_nothing {
        0 => String::new(),
        count => format!("; {} {} nothing", thousands(count), either(count, "says", "say")),
    };
    let filled = format!("{} ({}{nothing})", thousands(column.filled), percent(column.filled, rows));
    let name = column.name.to_owned();
    [name, column.kind.name().to_owned(), filled, distinct, column.examples.join(" | ")]
}

/// `100%` means all, and `0%` none.
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
