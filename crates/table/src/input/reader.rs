//! The second pass: one row at a time, of a file that [`scan`](crate::scan) found sound.
//!
//! A file that somebody changed in between, or changes while it is read, is noticed and is an error:
//! its rows would not be those that the plan was made for. No row of the new content is ever answered.

use std::{
    borrow::Cow,
    io,
    path::{Path, PathBuf},
};

use marl_core::value::Value;

use super::{
    roots,
    scan::ScanFault,
    summary::TableSummary,
    watched::{FileChanged, WatchedFile},
};
use crate::{
    format::{FormatRow, RowSource},
    problem::{error::TableError, file::FileProblem},
};

/// After how many rows the reader looks again whether the file changed: a row may cost something, and
/// thousands of them are in the buffer.
const ROWS_PER_LOOK: u64 = 256;

/// One row of the input. It owns its text, so that rows can be worked on in parallel.
#[derive(Debug)]
pub struct InputRow {
    number: u64,
    cells: Box<dyn FormatRow>,
}

impl InputRow {
    /// Which row this is, counted from 1, the header not counted.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// About how much memory the row takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.cells.bytes()
    }

    /// The cell in the column at this place of [`TableSummary::columns`]; `None` when it is
    /// empty, blank, null or absent.
    ///
    /// A CSV cell is text. A JSONL value is text too, numbers and objects as they are
    /// written, or a list when it is an array of scalars.
    pub fn cell(&self, column: usize) -> Option<Value> {
        self.cells.value(column)
    }

    /// The text that stores a cell, JSON where [`FormatInfo::cells_are_json`] says so; `None` where
    /// [`InputRow::cell`] has none.
    ///
    /// [`FormatInfo::cells_are_json`]: crate::FormatInfo::cells_are_json
    pub fn text(&self, column: usize) -> Option<String> {
        self.cells.value(column)?;
        self.cells.stored(column).map(Cow::into_owned)
    }

    /// The same for a cell that may be blank, without a copy.
    pub(crate) fn stored(&self, column: usize) -> Option<Cow<'_, str>> {
        self.cells.stored(column)
    }

    /// The row as its format holds it.
    pub(crate) fn cells(&self) -> &dyn FormatRow {
        &*self.cells
    }
}

/// Reads a table row by row. Blank lines are not rows (a CSV table of one column writes an
/// empty cell as `""`). An error is answered once and is the end.
pub struct Reader {
    path: PathBuf,
    source: Box<dyn RowSource>,
    /// The same open file as the source's.
    file: WatchedFile,
    read: u64,
    expected: u64,
    is_done: bool,
}

impl Reader {
    /// Opens the file that was scanned.
    ///
    /// # Errors
    /// The file is gone, cannot be read, or was changed since.
    pub fn open(table: &TableSummary) -> Result<Self, TableError> {
        let open = || {
            let file = WatchedFile::new(roots::open(&table.path)?, table.stamp.clone())?;
            let second = file.try_clone()?;
            Ok((table.format.open(file, table)?, second))
        };
        let (source, file) = open().map_err(|fault: ReadFault| fault.at(&table.path))?;
        Ok(Self { path: table.path.clone(), source, file, read: 0, expected: table.rows, is_done: false })
    }

    fn read(&mut self) -> Result<Option<InputRow>, ReadFault> {
        if self.read.is_multiple_of(ROWS_PER_LOOK) {
            self.file.check_unchanged()?;
        }
        let cells = self.source.next()?;
        if cells.is_some() != (self.read < self.expected) {
            return Err(ReadFault::Changed);
        }
        self.read += u64::from(cells.is_some());
        Ok(cells.map(|cells| InputRow { number: self.read, cells }))
    }
}

impl Iterator for Reader {
    type Item = Result<InputRow, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let row = self.read().map_err(|fault| fault.at(&self.path)).transpose();
        self.is_done = !matches!(row, Some(Ok(_)));
        row
    }
}

/// What ends reading early. The file was sound when it was scanned: what is broken now was changed since.
#[derive(Debug)]
pub(crate) enum ReadFault {
    Io(io::Error),
    Changed,
}

impl ReadFault {
    fn at(self, path: &Path) -> TableError {
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
