//! Rows of a table, one page at a time. This module sends nothing, and it needs no key, settings or ledger.

use std::path::PathBuf;

use engine::plan::Request;
use marl_core::SemanticType;
use schemars::JsonSchema;
use serde::Serialize;
use table::{ReadOptions, Reader, TableSummary};

use crate::{
    columns::known_column,
    document::{
        Version,
        listing::{self, MOST_CHARACTERS},
        page::{Form, Page, PageRow},
    },
    failure::{
        Failure,
        advice::Voice,
        invocation::{command_over, flag},
    },
    job::{
        filter::{Filter, Undetermined},
        header::table_notes,
        steps::column_types,
    },
    project::paths,
    spec::ranges::Ranges,
};

/// The characters of the document besides its rows, the table's path and the command for the next rows.
const FRAME: usize = 500;

/// Which rows and columns of a table to display, and how.
#[derive(Debug, Clone)]
pub struct RowsSpec {
    /// The table.
    pub table: PathBuf,
    /// How the table is read.
    pub reading: ReadOptions,
    /// Only rows for which this condition holds.
    pub filter: Option<String>,
    /// The declared types of columns, for the condition.
    pub column_types: Vec<(String, SemanticType)>,
    /// Only these columns, in this order: comma-separated lists, as the user typed them.
    pub columns: Vec<String>,
    /// Only these rows.
    pub rows: Option<Ranges>,
    /// The most rows to display.
    pub limit: usize,
    /// How rows are displayed.
    pub form: Form,
}

impl RowsSpec {
    /// The default for the number of rows.
    pub const LIMIT: usize = 20;

    fn is_for_program(&self) -> bool {
        matches!(self.form, Form::Json { .. })
    }

    fn is_full(&self) -> bool {
        self.form.is_full()
    }
}

/// Rows of a table.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "rows")]
pub struct RowsDocument<'a> {
    schema_version: Version<1>,
    /// The table's path, relative to the working folder if the table lies below it.
    pub table: &'a str,
    /// Notes on how the table was read, if that is not obvious from the file.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub table_notes: &'a [String],
    /// How many rows the table has.
    pub rows_total: u64,
    /// How many rows match the condition and the ranges.
    pub rows_matching: u64,
    /// The number of rows for which the condition cannot be evaluated; these rows do not match.
    pub untold: u64,
    /// How many rows this document lists.
    pub shown: usize,
    /// Whether a cell was shortened.
    pub truncated: bool,
    /// How many columns do not fit.
    #[serde(skip_serializing_if = "is_zero")]
    pub columns_left_out: usize,
    /// The command for the next rows, if there are any.
    pub more: Option<&'a str>,
    /// The rows, in the table's order.
    pub rows: Vec<PageRow<'a>>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// One page of a table, and where in the table it is.
pub struct TablePage<'a> {
    page: Page<'a>,
    table: String,
    table_notes: Vec<String>,
    rows_total: u64,
    rows_matching: u64,
    undetermined: Undetermined,
    more: Option<String>,
}

impl<'a> TablePage<'a> {
    /// Reads a page; `summary` is the checked table.
    ///
    /// # Errors
    /// The table lacks a column or a row, a condition cannot be parsed, or the table can no longer be read.
    pub fn read(spec: &RowsSpec, summary: &'a TableSummary) -> Result<Self, Failure> {
        let columns = columns(&spec.columns, summary, &spec.reading)?;
        let filter = filter(spec, summary)?;
        spec.rows.as_ref().map_or(Ok(()), |ranges| ranges.check(summary.rows))?;
        let table_notes = table_notes(summary);
        // The command for the next rows repeats the condition, so it may be long.
        let frame = listing::size(&more(spec, u64::MAX))
            + listing::size(&spec.table.to_string_lossy())
            + table_notes.iter().map(|note| listing::size(note) + 4).sum::<usize>()
            + FRAME;
        let room = MOST_CHARACTERS.saturating_sub(frame);
        let mut page = Page::new(&summary.columns, columns, spec.form, spec.limit, room);
        let mut undetermined = Undetermined::default();
        let rows_matching = fill(&mut page, spec, summary, filter.as_ref(), &mut undetermined)?;
        let more = page.next.map(|row| more(spec, row));
        let table = paths::shown(&spec.table);
        Ok(Self { page, table, table_notes, rows_total: summary.rows, rows_matching, undetermined, more })
    }

    /// The rows, with the columns' names.
    pub fn page(&self) -> &Page<'a> {
        &self.page
    }

    /// A warning about rows for which the condition cannot be evaluated.
    pub fn warning(&self) -> Option<String> {
        self.undetermined.warning()
    }

    /// The page as a document.
    pub fn document(&self) -> RowsDocument<'_> {
        RowsDocument {
            schema_version: Version,
            table: &self.table,
            table_notes: &self.table_notes,
            rows_total: self.rows_total,
            rows_matching: self.rows_matching,
            untold: self.undetermined.count,
            shown: self.page.rows.len(),
            truncated: self.page.truncated,
            columns_left_out: self.page.left_out(),
            more: self.more.as_deref(),
            rows: self.page.rows(),
        }
    }
}

fn filter(spec: &RowsSpec, summary: &TableSummary) -> Result<Option<Filter>, Failure> {
    let types = column_types(&spec.column_types)?;
    types.keys().try_for_each(|column| known_column(summary, column, &spec.reading).map(drop))?;
    let request = Request { types, ..Request::default() };
    spec.filter.as_deref().map(|text| Filter::new(text, &request, summary, Voice::Flags)).transpose()
}

/// The indices of the columns that the user asked for, each once; all indices if the user named none.
fn columns(names: &[String], summary: &TableSummary, reading: &ReadOptions) -> Result<Vec<usize>, Failure> {
    if names.is_empty() {
        return Ok((0..summary.columns.len()).collect());
    }
    let mut places = Vec::new();
    for list in names {
        let words: Vec<&str> = list.split(',').collect();
        let mut at = 0;
        while at < words.len() {
            // A column's name may itself contain commas, so the longest match wins.
            let joined = (at + 1..=words.len()).rev().map(|end| (words[at..end].join(","), end));
            let known = |name: &str| summary.columns.iter().position(|known| known == name);
            let found = joined
                .filter_map(|(name, end)| {
                    known(&name).or_else(|| known(name.trim())).map(|place| (place, end))
                })
                .next();
            let (place, end) = match found {
                Some(found) => found,
                None => (known_column(summary, words[at].trim(), reading)?, at + 1),
            };
            if !places.contains(&place) {
                places.push(place);
            }
            at = end;
        }
    }
    Ok(places)
}

/// Reads the table into the page; returns how many rows match.
fn fill(
    page: &mut Page<'_>,
    spec: &RowsSpec,
    summary: &TableSummary,
    filter: Option<&Filter>,
    undetermined: &mut Undetermined,
) -> Result<u64, Failure> {
    let in_ranges = |row: &u64| spec.rows.as_ref().is_none_or(|ranges| ranges.contains(*row));
    let mut matching = 0;
    for row in Reader::open(summary)? {
        let row = row?;
        if in_ranges(&row.number()) && filter.is_none_or(|filter| filter.matches(&row, undetermined)) {
            matching += 1;
            page.add(&row);
        }
        // Without a condition, the number of the remaining rows is known without reading them.
        if filter.is_none() && page.next.is_some() {
            return Ok((1..=summary.rows).filter(in_ranges).count() as u64);
        }
    }
    Ok(matching)
}

/// This command, continued from `row`.
fn more(spec: &RowsSpec, row: u64) -> String {
    let mut words = command_over("rows", &spec.table, &spec.reading);
    words.extend(spec.filter.as_deref().map(|text| flag("--filter", text)));
    let types = spec.column_types.iter();
    words.extend(types.map(|(column, kind)| flag("--column-type", &format!("{column}={kind}"))));
    words.extend(spec.columns.iter().map(|list| flag("--columns", list)));
    let rows = spec.rows.as_ref().map_or_else(|| Ranges::from(row), |ranges| ranges.since(row));
    words.push(flag("--rows", &rows.to_string()));
    if spec.limit != RowsSpec::LIMIT {
        words.push(flag("--limit", &spec.limit.to_string()));
    }
    words.extend(spec.is_full().then(|| "--full".to_owned()));
    words.extend(spec.is_for_program().then(|| "--json".to_owned()));
    words.join(" ")
}
