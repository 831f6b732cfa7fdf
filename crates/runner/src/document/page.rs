//! One page of a table: the requested rows, as far as they fit.
//!
//! This module reads no file and prints nothing. Its memory is bounded for a table and cells of any length,
//! unless the caller asks for whole cells; then it keeps at least one row.

use std::collections::BTreeMap;

use marl_core::{Value, excerpt, terminal};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use table::{InputRow, shown};

use crate::document::listing;

/// The most characters of a shortened cell.
const CELL_CHARS: usize = 200;

/// The greatest width of the column of names.
const NAME_WIDTH: usize = 28;

/// How rows are displayed, which decides how much room they need.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// One item of a JSON document for each row.
    Json {
        /// Whether cells are whole, rather than shortened.
        full: bool,
    },
    /// One line for each row, with room for the first columns.
    Lines {
        /// The longest line, in columns of text.
        width: usize,
        /// How many columns fit.
        columns: usize,
    },
    /// One line for each cell, which is whole.
    Records,
}

impl Form {
    /// Whether cells are shown whole.
    pub(crate) fn is_full(self) -> bool {
        matches!(self, Self::Records | Self::Json { full: true })
    }
}

/// The rows of a page so far.
pub struct Page<'a> {
    names: &'a [String],
    /// The indices of the displayed columns.
    columns: Vec<usize>,
    requested: usize,
    form: Form,
    limit: usize,
    room: usize,
    /// The rows so far: each row's number, and its cells in the order of the displayed columns.
    pub rows: Vec<(u64, Vec<Option<String>>)>,
    /// The first row that does not fit.
    pub next: Option<u64>,
    /// Whether a cell was shortened.
    pub truncated: bool,
}

impl<'a> Page<'a> {
    /// Makes a page of at most `limit` rows in `room` characters, for a table with the column `names`.
    pub fn new(names: &'a [String], mut columns: Vec<usize>, form: Form, limit: usize, room: usize) -> Self {
        let requested = columns.len();
        if let Form::Lines { columns: most, .. } = form {
            columns.truncate(most);
        }
        Self { names, columns, requested, form, limit, room, rows: Vec::new(), next: None, truncated: false }
    }

    /// Adds a row if there is room for it. After a row that does not fit, no other row is added.
    pub fn add(&mut self, row: &InputRow) {
        if self.next.is_some() {
            return;
        }
        if self.rows.len() == self.limit {
            self.next = Some(row.number());
            return;
        }
        if self.rows.is_empty() && matches!(self.form, Form::Json { full: false }) {
            self.leave_out_columns(row);
        }
        let (cells, truncated) = self.read(row);
        let needs = self.size(row.number(), &cells);
        if needs > self.room && !self.rows.is_empty() {
            self.next = Some(row.number());
            return;
        }
        self.room = self.room.saturating_sub(needs);
        self.truncated |= truncated;
        self.rows.push((row.number(), cells));
    }

    /// Keeps the first columns that fit for the first row, and at least one.
    fn leave_out_columns(&mut self, row: &InputRow) {
        let mut room = self.room.saturating_sub(self.size(u64::MAX, &[]));
        let fits = |column: &&usize| {
            const COLON_AND_COMMA: usize = 2;
            let (cell, _) = cell(row, **column, self.form);
            let needs = listing::size(&self.names[**column]) + listing::size(&cell) + COLON_AND_COMMA;
            let fits = needs <= room;
            room = room.saturating_sub(needs);
            fits
        };
        let count = self.columns.iter().take_while(fits).count();
        self.columns.truncate(count.max(1));
    }

    fn read(&self, row: &InputRow) -> (Vec<Option<String>>, bool) {
        let mut truncated = false;
        let cells = self.columns.iter().map(|column| {
            let (cell, is_cut) = cell(row, *column, self.form);
            truncated |= is_cut;
            cell
        });
        (cells.collect(), truncated)
    }

    fn size(&self, row: u64, cells: &[Option<String>]) -> usize {
        let cells = Cells { names: self.names, columns: &self.columns, cells };
        match self.form {
            Form::Json { .. } => listing::item_size(&PageRow { row, cells }),
            Form::Lines { width, .. } => width + 1,
            Form::Records => 10 + cells.lines().map(|line| line.chars().count() + 1).sum::<usize>(),
        }
    }

    /// The rows, for display.
    pub fn rows(&self) -> Vec<PageRow<'_>> {
        let rows = self.rows.iter().map(|(row, cells)| PageRow {
            row: *row,
            cells: Cells { names: self.names, columns: &self.columns, cells },
        });
        rows.collect()
    }

    /// The names of the displayed columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| self.names[*column].as_str())
    }

    /// How many columns the caller requested.
    pub fn columns_requested(&self) -> usize {
        self.requested
    }

    /// How many of these columns do not fit.
    pub fn left_out(&self) -> usize {
        self.requested - self.columns.len()
    }
}

/// A cell for display, and whether it was shortened. Whole cells stay as they are; others are put on one
/// line. There, a person sees escapes for what a terminal would interpret or hide, and a program gets the
/// text without it.
fn cell(row: &InputRow, column: usize, form: Form) -> (Option<String>, bool) {
    let cell = match row.cell(column) {
        None => return (None, false),
        Some(Value::Text(text)) => text,
        Some(value) => value.to_string(),
    };
    let cut = match form {
        _ if form.is_full() => return (Some(cell), false),
        Form::Lines { .. } => terminal::line(&cell, CELL_CHARS),
        _ => excerpt(&cell, CELL_CHARS),
    };
    let is_cut = cut != cell;
    (Some(cut), is_cut)
}

/// One row, for display.
#[derive(JsonSchema, Serialize)]
pub struct PageRow<'a> {
    /// The row's number, from 1.
    pub row: u64,
    /// The cells by column, in the table's order; an empty cell is null.
    #[schemars(with = "BTreeMap<String, Option<String>>")]
    pub cells: Cells<'a>,
}

/// The cells of a row, by column, in the columns' order.
pub struct Cells<'a> {
    names: &'a [String],
    columns: &'a [usize],
    cells: &'a [Option<String>],
}

impl Cells<'_> {
    fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let names = self.columns.iter().map(|column| self.names[*column].as_str());
        names.zip(self.values())
    }

    /// The values of the cells, without names.
    pub fn values(&self) -> impl Iterator<Item = Option<&str>> {
        self.cells.iter().map(Option::as_deref)
    }

    /// One line for each cell, for a terminal; control characters are escaped.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let widest = self.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let width = widest.min(NAME_WIDTH);
        self.iter().map(move |(name, cell)| {
            let line = format!("  {:<width$}  {}", shown(name), shown(cell.unwrap_or_default()));
            line.trim_end().to_owned()
        })
    }
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
