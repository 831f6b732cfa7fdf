//! The list of errors beside the output: one CSV line for each row and integration that failed.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use marl_core::value::Value;

use super::{
    names::unfinished_path,
    partial::{Links, PartialFile},
};
use crate::{
    format::{csv::row_text::push_cells, safety::csv_cell},
    interface::summary::TableSummary,
    problem::{error::TableError, output::OutputProblem},
};

const HEADER: &str = "row,integration,kind,message\n";

/// Writes the errors of a run. The file appears only if there are any.
pub struct ErrorsFile {
    partial: PartialFile,
    rows: u64,
    /// Whether any file at its path may be replaced.
    overwrites: bool,
}

impl ErrorsFile {
    /// Creates and locks the temporary file beside `path`.
    ///
    /// # Errors
    /// Nothing can be written at `path`, `path` is the input, or another run is writing it.
    pub fn create(path: &Path, table: &TableSummary, overwrites: bool) -> Result<Self, TableError> {
        let partial = PartialFile::create(path, &table.path, HEADER.as_bytes(), Links::Refuse)?;
        Ok(Self { partial, rows: 0, overwrites })
    }

    /// Adds an error of `row` (from 1). The message may quote text from outside, and is made safe like a
    /// cell.
    ///
    /// # Errors
    /// The disk does not accept it.
    pub fn write(
        &mut self,
        row: u64,
        integration: &str,
        kind: &str,
        message: &str,
    ) -> Result<(), TableError> {
        let message = Value::text(message);
        let (message, _) = csv_cell(&message, false);
        let mut text = Vec::new();
        push_cells(&mut text, b',', &[&row.to_string(), integration, kind, &message]);
        text.push(b'\n');
        self.rows += 1;
        self.partial.write(&text)
    }

    /// The number of errors added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Puts the file in place and returns its path. `is_own` says whether a file is an older list of the same
    /// output, unchanged since marl wrote it. Any other file stays, including a list to which the user added
    /// notes; the new list is then written beside it, replacing an older one there. `note` receives the
    /// digest of a list that is put in place.
    ///
    /// # Errors
    /// The disk does not accept it.
    pub fn finish(
        self,
        is_own: impl Fn(&Path) -> bool,
        note: impl FnOnce(&str),
    ) -> Result<PathBuf, TableError> {
        let there = self.partial.target().to_path_buf();
        // The file may have been created or edited since the last run.
        if there.exists() && !self.overwrites && !is_own(&there) {
            let beside = unfinished_path(&there, 1);
            if is_own(&beside) {
                fs::remove_file(&beside)
                    .map_err(|source| TableError::caused(&beside, OutputProblem::Replace, source))?;
            }
            return self.partial.keep().ok_or_else(|| TableError::new(&there, OutputProblem::NoErrorsList));
        }
        self.partial.finish(note).map(|()| there)
    }

    /// Removes the list of an earlier run, because this run had no errors. Any other file stays.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn remove_older(self, is_own: impl FnOnce(&Path) -> bool) -> Result<(), TableError> {
        let old = self.partial.target();
        if is_errors_file(old) && is_own(old) {
            fs::remove_file(old).map_err(|source| TableError::caused(old, OutputProblem::Replace, source))?;
        }
        Ok(())
    }
}

fn is_errors_file(path: &Path) -> bool {
    let mut head = String::new();
    let most = HEADER.len() as u64;
    File::open(path).and_then(|file| file.take(most).read_to_string(&mut head)).is_ok() && head == HEADER
}
