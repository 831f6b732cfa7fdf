//! Writes CSV and TSV. The table's own cells are copied unchanged if the input has the same layout; answers
//! are made safe for spreadsheets.

use std::{any::Any, io};

use super::{
    CsvLayout,
    row::CsvRow,
    row_text::{Quoting, push_cell},
};
use crate::{
    format::safety::csv_cell,
    interface::{
        FormatRow, RowSink,
        new_table::{NewColumn, NewTable, OutputRow},
        summary::TableSummary,
    },
    text::{cut::Dialect, sink::TextSink},
};

/// The writer of one table.
pub(super) struct CsvSink {
    text: TextSink,
    /// The bytes before the rows, without a byte order mark.
    head: Vec<u8>,
    delimiter: u8,
    quoting: Quoting,
    columns: Vec<NewColumn>,
    raw_cells: bool,
    guarded_cells: u64,
}

impl CsvSink {
    pub(super) fn new(table: &NewTable<'_>) -> Self {
        let like = table.input.layout::<CsvLayout>();
        let delimiter = table.delimiter().unwrap_or(b',');
        let quoting = match like.map(|like| like.dialect) {
            Some(Dialect::Quoted(_)) => Quoting::Needed(delimiter),
            None if delimiter != b'\t' => Quoting::Needed(delimiter),
            Some(Dialect::Tabs | Dialect::Lines) | None => Quoting::Never,
        };
        let columns: Vec<NewColumn> = table.columns().collect();
        Self {
            text: TextSink::new(table.encoding, like.map(|like| like.shape)),
            head: head(table.input, &columns, delimiter, quoting),
            delimiter,
            quoting,
            columns,
            raw_cells: table.raw_cells,
            guarded_cells: 0,
        }
    }
}

impl RowSink for CsvSink {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.text.begin(out);
        self.text.line(out, |line| line.extend_from_slice(&self.head));
    }

    fn row(&mut self, row: &OutputRow<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { text, delimiter, quoting, columns, raw_cells, guarded_cells, .. } = self;
        let cells = row.input.cells();
        let own_row = (cells as &dyn Any).downcast_ref::<CsvRow>();
        let is_only = columns.len() == 1;
        text.line(out, |line| {
            for (at, column) in columns.iter().enumerate() {
                if at > 0 {
                    line.push(*delimiter);
                }
                if let Some(value) = row.written(column) {
                    let (cell, is_guarded) = csv_cell(value, *raw_cells);
                    *guarded_cells += u64::from(is_guarded);
                    push_cell(line, *quoting, &cell, is_only);
                } else if let Some(older) = row.carried(column) {
                    push_cell(line, *quoting, older, is_only);
                } else if let Some(input) = column.input {
                    push_own(line, *quoting, cells, own_row, input, is_only);
                }
            }
        });
        Ok(())
    }

    fn end(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(&self.text.end())
    }

    fn guarded_cells(&self) -> u64 {
        self.guarded_cells
    }
}

/// Writes a cell of the table itself: unchanged, including its quotes, if it was read from CSV.
fn push_own(
    line: &mut Vec<u8>,
    quoting: Quoting,
    cells: &dyn FormatRow,
    own_row: Option<&CsvRow>,
    column: usize,
    is_only: bool,
) {
    match own_row {
        Some(own) => line.extend_from_slice(own.raw(column).unwrap_or_default().as_bytes()),
        None => {
            let text = cells.value(column).map(|value| value.to_string()).unwrap_or_default();
            push_cell(line, quoting, &text, is_only);
        }
    }
}

/// The bytes before the rows: the line that names the delimiter, which Excel and the next run need; the
/// header's text, and the new names after it.
fn head(input: &TableSummary, columns: &[NewColumn], delimiter: u8, quoting: Quoting) -> Vec<u8> {
    let like = input.layout::<CsvLayout>();
    let mut head = like.and_then(|like| like.separator.clone()).unwrap_or_default().into_bytes();
    let header = like.and_then(|like| like.header.as_deref());
    head.extend_from_slice(header.unwrap_or_default().as_bytes());
    let is_only = columns.len() == 1;
    let names = columns.iter().enumerate().filter(|(_, column)| header.is_none() || column.input.is_none());
    for (at, column) in names {
        if at > 0 {
            head.push(delimiter);
        }
        push_cell(&mut head, quoting, &column.name, is_only);
    }
    head
}
