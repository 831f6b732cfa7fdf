//! A row of a table of any format, and the faults that can end the reading of rows.

use std::{borrow::Cow, io, path::Path};

use marl_core::value::Value;

use super::{FormatRow, watched::FileChanged};
use crate::problem::{error::TableError, fault::ScanFault, file::FileProblem};

/// One row of the input. It owns its text, so that rows can be worked on in parallel.
#[derive(Debug)]
pub struct InputRow {
    number: u64,
    cells: Box<dyn FormatRow>,
}

impl InputRow {
    pub(crate) fn new(number: u64, cells: Box<dyn FormatRow>) -> Self {
        Self { number, cells }
    }

    /// The row's number, from 1; the header is not counted.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The approximate memory of the row, in bytes.
    pub fn bytes(&self) -> usize {
        self.cells.bytes()
    }

    /// The cell in the column with this index in [`TableSummary::columns`](crate::TableSummary::columns);
    /// `None` if it is empty, blank, null or absent.
    ///
    /// A CSV cell is text. A JSONL value is a list if it is an array of scalars, and otherwise text: numbers
    /// and objects as they are written.
    pub fn cell(&self, column: usize) -> Option<Value> {
        self.cells.value(column)
    }

    /// The stored text of a cell, which is JSON if [`FormatInfo::cells_are_json`] is true; `None` if
    /// [`InputRow::cell`] returns none.
    ///
    /// [`FormatInfo::cells_are_json`]: crate::FormatInfo::cells_are_json
    pub fn text(&self, column: usize) -> Option<String> {
        self.cells.value(column)?;
        self.cells.stored(column).map(Cow::into_owned)
    }

    /// The stored text without a copy; it may be blank.
    pub(crate) fn stored(&self, column: usize) -> Option<Cow<'_, str>> {
        self.cells.stored(column)
    }

    /// The row in the form of its format.
    pub(crate) fn cells(&self) -> &dyn FormatRow {
        &*self.cells
    }
}

/// What ends reading early. The scan accepted the file, so a row that is broken now was changed since.
#[derive(Debug)]
pub(crate) enum ReadFault {
    Io(io::Error),
    Changed,
}

impl ReadFault {
    /// The error for the file at `path`.
    pub(crate) fn at(self, path: &Path) -> TableError {
        match self {
            Self::Io(source) => TableError::caused(path, FileProblem::Read, source),
            Self::Changed => TableError::new(path, FileProblem::Changed),
        }
    }
}

impl From<io::Error> for ReadFault {
    fn from(error: io::Error) -> Self {
        match error.get_ref().is_some_and(|error| error.is::<FileChanged>()) {
            true => Self::Changed,
            false => Self::Io(error),
        }
    }
}

impl From<ScanFault> for ReadFault {
    fn from(fault: ScanFault) -> Self {
        match fault {
            ScanFault::Io(error) => error.into(),
            ScanFault::Table(..) => Self::Changed,
        }
    }
}
