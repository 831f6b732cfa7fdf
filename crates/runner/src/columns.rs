//! A table's columns: what they hold, and which integrations run on them. This module sends nothing, and it
//! needs no key, settings or ledger.

mod profile;
mod runnable;

use std::path::PathBuf;

use marl_core::{SemanticType, Value};
use schemars::JsonSchema;
use serde::Serialize;
use table::{ReadOptions, Reader, TableSummary, shown};

use crate::{
    document::{
        Version,
        listing::{self, MOST_CHARACTERS},
    },
    failure::{
        Failure,
        error_code::ErrorCode,
        exit::Exit,
        invocation::{Change, NextCommand, command_over},
    },
    job::header::table_notes,
    project::{paths, workspace},
};

pub use profile::MOST_DISTINCT;
pub use runnable::{Fillable, Runnable, Unbound};

use profile::Profile;
use runnable::runnable;

/// How many columns are listed by default.
const LISTED: usize = 100;

/// A question about a table's columns.
#[derive(Debug, Clone)]
pub struct ColumnsSpec {
    /// The table.
    pub table: PathBuf,
    /// How the table is read.
    pub reading: ReadOptions,
    /// Whether all columns are described, rather than the first ones.
    pub all: bool,
    /// Whether the answer is for a program; its length is then bounded.
    pub is_for_program: bool,
}

/// The columns of a table, and the integrations that run on them.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "columns")]
pub struct ColumnsDocument {
    schema_version: Version<1>,
    /// The table's path, relative to the working folder if the table lies below it.
    pub table: String,
    /// How many rows the table has.
    pub rows: u64,
    /// Notes on how the table was read, if that is not obvious from the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub table_notes: Vec<String>,
    /// How many columns the table has.
    pub columns_total: usize,
    /// How many columns this document describes.
    pub shown: usize,
    /// The command that lists the remaining columns, if there are any.
    pub more: Option<String>,
    /// The columns, in the table's order.
    pub columns: Vec<ColumnDescription>,
    /// The integrations that run on the table as it is.
    pub integrations: Vec<Runnable>,
    /// The integrations that run once the user names the column for an input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unbound: Vec<Unbound>,
}

/// One column: its type and what its cells hold.
#[derive(JsonSchema, Serialize)]
pub struct ColumnDescription {
    /// The column's name.
    pub name: String,
    /// The type of most of its cells.
    #[serde(rename = "type")]
    pub kind: SemanticType,
    /// How many cells are not empty.
    pub filled: u64,
    filled_share: f64,
    /// How many of the filled cells hold a placeholder such as "N/A", which a run counts as empty.
    pub said_nothing: u64,
    /// How many distinct values there are; null if there are more than marl counts.
    pub distinct: Option<usize>,
    /// The first distinct values, shortened.
    pub examples: Vec<String>,
}

/// Describes a table's columns; `summary` is the checked table.
///
/// # Errors
/// The table cannot be read any more, or the program has no integrations.
pub fn describe(spec: &ColumnsSpec, summary: &TableSummary) -> Result<ColumnsDocument, Failure> {
    let registry = workspace::registry_here()?;
    let total = summary.columns.len();
    let most = if spec.all { total } else { total.min(LISTED) };
    let (integrations, unbound) = runnable(summary, &registry);
    let mut document = ColumnsDocument {
        schema_version: Version,
        table: paths::shown(&spec.table),
        rows: summary.rows,
        table_notes: table_notes(summary),
        columns_total: total,
        shown: most,
        more: None,
        columns: Vec::new(),
        integrations,
        unbound,
    };
    let mut columns = descriptions(summary, most)?;
    if spec.is_for_program && !spec.all {
        columns.truncate(fitting(&document, &columns));
    }
    document.shown = columns.len();
    document.more = (columns.len() < total).then(|| more(spec));
    document.columns = columns;
    Ok(document)
}

/// Returns the index of a table's column.
///
/// # Errors
/// The table has no such column; the hint gives the nearest name, or the first names.
pub(crate) fn known_column(
    summary: &TableSummary,
    column: &str,
    reading: &ReadOptions,
) -> Result<usize, Failure> {
    const LISTED: usize = 12;
    if let Some(at) = summary.columns.iter().position(|known| known == column) {
        return Ok(at);
    }
    let message = format!("{} has no column `{}`", summary.path.display(), shown(column));
    let columns = command_over("columns", &summary.path, reading);
    let failure = Failure::new(Exit::NotFound, ErrorCode::NotFound, message);
    let near = engine::nearest(column, summary.columns.iter().map(String::as_str));
    let nearest_command = near.map(|near| {
        let flags = ["--columns", "--column", "--column-type"].map(str::to_owned).to_vec();
        Change::WordIn { flags, wrong: column.to_owned(), right: near.to_owned() }.into()
    });
    let list: NextCommand = format!("{} --json", columns.join(" ")).into();
    let failure = failure.next(NextCommand::FirstOf(nearest_command.into_iter().chain([list]).collect()));
    Err(failure.hint(match near {
        Some(near) => format!("did you mean `{}`?", shown(near)),
        None => {
            let first: Vec<String> =
                summary.columns.iter().take(LISTED).map(|name| format!("`{}`", shown(name))).collect();
            let others = if summary.columns.len() > LISTED { " and others" } else { "" };
            format!("its columns are {}{others}", first.join(", "))
        }
    }))
}

/// Reads all rows, and describes the first `most` columns.
fn descriptions(summary: &TableSummary, most: usize) -> Result<Vec<ColumnDescription>, Failure> {
    let mut profiles: Vec<Profile> = (0..most).map(|_| Profile::default()).collect();
    for row in Reader::open(summary)? {
        let row = row?;
        for (at, profile) in profiles.iter_mut().enumerate() {
            match row.cell(at) {
                Some(Value::Text(cell)) => profile.add(&cell),
                Some(cell) => profile.add(&cell.to_string()),
                None => {}
            }
        }
    }
    let described = summary.columns.iter().zip(profiles).map(|(name, profile)| ColumnDescription {
        name: name.clone(),
        kind: profile.kind(),
        filled: profile.filled,
        filled_share: share(profile.filled, summary.rows),
        said_nothing: profile.placeholders(),
        distinct: profile.distinct(),
        examples: profile.examples,
    });
    Ok(described.collect())
}

/// The share of filled cells, rounded to four decimal places; 0 for a table without rows.
pub fn share(filled: u64, rows: u64) -> f64 {
    if rows == 0 { 0.0 } else { (filled as f64 / rows as f64 * 10_000.0).round() / 10_000.0 }
}

/// How many columns fit into the document; at least one.
fn fitting(empty: &ColumnsDocument, columns: &[ColumnDescription]) -> usize {
    // The command for the remaining columns is not known yet; it repeats the table's path.
    let frame = listing::listing(empty).chars().count() + 2 * listing::size(&empty.table) + 100;
    let mut room = MOST_CHARACTERS.saturating_sub(frame);
    let fits = |column: &&ColumnDescription| {
        let needs = listing::item_size(column);
        let fits = needs <= room;
        room = room.saturating_sub(needs);
        fits
    };
    columns.iter().take_while(fits).count().max(1).min(columns.len())
}

fn more(spec: &ColumnsSpec) -> String {
    let mut words = command_over("columns", &spec.table, &spec.reading);
    words.push("--all".to_owned());
    words.extend(spec.is_for_program.then(|| "--json".to_owned()));
    words.join(" ")
}
