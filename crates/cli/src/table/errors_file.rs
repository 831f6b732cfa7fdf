//! The list of what failed, beside the output: one CSV line per row and integration.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use marl_core::value::Value;

use super::error::TableError;
use super::partial::{Links, Partial};
use super::problem::Problem;
use super::safety::csv_cell;
use super::shape::Sketch;
use super::writer::push_cells;

const HEADER: &str = "row,integration,kind,message\n";

/// Writes the errors of a run. It appears only when there are any; a run without errors
/// removes the list of an earlier one.
pub struct ErrorsFile {
    partial: Partial,
    rows: u64,
}

impl ErrorsFile {
    /// Creates and locks the temporary file beside `path`.
    ///
    /// # Errors
    /// Nothing can be written at `path`, it is the input, another run is writing it, or
    /// there is a file that is no list of errors.
    pub fn create(path: &Path, sketch: &Sketch) -> Result<Self, TableError> {
        let partial = Partial::create(path, &sketch.path, HEADER.as_bytes(), Links::Refuse)?;
        match is_foreign(partial.target()) {
            true => Err(TableError::new(path, Problem::NoErrorsList)),
            false => Ok(Self { partial, rows: 0 }),
        }
    }

    /// Adds what failed in `row` (from 1). The message may quote what came from outside
    /// and is made safe like a cell.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn write(
        &mut self,
        row: u64,
        integration: &str,
        kind: &str,
        message: &str,
    ) -> Result<(), TableError> {
        let (message, _) = csv_cell(&Value::text(message), false);
        let mut text = Vec::new();
        push_cells(&mut text, b',', &[&row.to_string(), integration, kind, &message]);
        text.push(b'\n');
        self.rows += 1;
        self.partial.write(&text)
    }

    /// How many errors were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Puts the file in its place, or removes an older one when there are no errors.
    /// Answers whether there is a file.
    ///
    /// # Errors
    /// The disk does not take it, or the older file cannot be removed or is not ours.
    pub fn finish(self) -> Result<bool, TableError> {
        let old = self.partial.target();
        if self.rows > 0 {
            // It may have come while the run went on.
            if is_foreign(old) {
                let error = TableError::new(old, Problem::NoErrorsList);
                return Err(self.partial.fail(error));
            }
            return self.partial.finish().map(|()| true);
        }
        if is_errors_file(old) {
            fs::remove_file(old).map_err(|source| TableError::caused(old, Problem::Replace, source))?;
        }
        Ok(false)
    }
}

/// A file of another header is the user's own: not ours to remove or replace.
fn is_foreign(path: &Path) -> bool {
    path.is_file() && !is_errors_file(path)
}

fn is_errors_file(path: &Path) -> bool {
    let mut head = String::new();
    let most = HEADER.len() as u64;
    File::open(path).and_then(|file| file.take(most).read_to_string(&mut head)).is_ok() && head == HEADER
}
