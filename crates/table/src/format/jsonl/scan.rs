//! The scan of JSONL: every line must be an object, and no key may occur twice in it. The scan finds the
//! columns in order of first appearance.

use std::sync::Arc;

use encoding_rs::Encoding;

use super::{
    JsonlLayout,
    object::{Columns, members, value_of},
    problem::JsonlProblem,
};
use crate::{
    format::text_file::open_text,
    interface::scan::{Input, Samples, Scanned},
    problem::{
        TableProblem,
        columns::{ColumnProblem, MOST_COLUMNS},
        error::Location,
        fault::ScanFault,
        file::FileProblem,
        text::TextProblem,
    },
    text::{
        cut::{Dialect, Frame, MOST_CELL, RowCutter},
        shape::TextShape,
    },
};

/// Scans a file in a known encoding.
pub(super) fn scan(input: &Input<'_>, encoding: &'static Encoding) -> Result<Scanned, ScanFault> {
    let mut cutter = RowCutter::new(open_text(input, encoding)?, Dialect::Lines, Frame::ALL);
    let mut pass = LinePass::default();
    let mut line_ending = None;
    let mut final_newline = true;
    let mut ends = Vec::new();
    while let Some(cut) = cutter.next(&mut ends)? {
        final_newline = cut.ending.is_some();
        line_ending = line_ending.or(cut.ending);
        pass.rows += 1;
        let text = String::from_utf8_lossy(cut.bytes);
        let line = cut.line;
        pass.read_object(&text)
            .map_err(|(column, problem)| ScanFault::at(Location::Column { line, column }, problem))?;
    }
    if pass.rows == 0 {
        return Err(ScanFault::at(Location::File, FileProblem::Empty));
    }
    let bom = cutter.text().has_bom();
    let shape = TextShape { bom, line_ending: line_ending.unwrap_or_default(), final_newline };
    Ok(Scanned {
        columns: pass.columns.into_names(),
        rows: pass.rows,
        samples: pass.samples,
        notes: Vec::new(),
        layout: Arc::new(JsonlLayout { encoding, shape }),
    })
}

#[derive(Default)]
struct LinePass {
    rows: u64,
    columns: Columns,
    samples: Samples,
    /// By column, the row in which it was last seen, which reveals a repeated key.
    last_row: Vec<u64>,
}

impl LinePass {
    fn read_object(&mut self, text: &str) -> Result<(), (usize, TableProblem)> {
        let Self { rows, columns, samples, last_row, .. } = self;
        members(text, |key, value| {
            if key.trim().is_empty() {
                return Err(JsonlProblem::EmptyKey.into());
            }
            let column = columns.place_or_add(key);
            if column == MOST_COLUMNS {
                return Err(ColumnProblem::TooManyColumns.into());
            }
            if column == last_row.len() {
                last_row.push(0);
                samples.grow(columns.len());
            }
            if std::mem::replace(&mut last_row[column], *rows) == *rows {
                return Err(JsonlProblem::DuplicateKey(key.to_owned()).into());
            }
            if value.len() > MOST_CELL {
                return Err(TextProblem::TooLong { what: "value", most: MOST_CELL, opened: 0 }.into());
            }
            if samples.wants(column)
                && let Some(value) = value_of(&text[value])
            {
                samples.add(column, &value.to_string());
            }
            Ok(())
        })
    }
}
