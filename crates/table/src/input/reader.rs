//! The second pass over a file that [`scan`](crate::scan) accepted: one row at a time.
//!
//! If the file is changed after the scan, even during reading, reading fails: the rows would not be those
//! that the plan was made for. The reader never returns a row of the new content.

use std::path::PathBuf;

use crate::{
    interface::{
        RowSource,
        row::{InputRow, ReadFault},
        summary::TableSummary,
        watched::WatchedFile,
    },
    problem::error::TableError,
    roots,
};

/// After this number of rows the reader checks again whether the file changed: each row may cost money, and
/// the buffer holds thousands of rows.
const ROWS_PER_LOOK: u64 = 256;

/// Reads a table row by row. Blank lines are not rows (a CSV table with one column writes an empty cell as
/// `""`). If reading fails, the error is the last item.
pub struct Reader {
    path: PathBuf,
    source: Box<dyn RowSource>,
    /// The same open file as in the source.
    file: WatchedFile,
    read: u64,
    expected: u64,
    is_done: bool,
}

impl Reader {
    /// Opens the scanned file.
    ///
    /// # Errors
    /// The file is gone, cannot be read, or was changed since the scan.
    pub fn open(table: &TableSummary) -> Result<Self, TableError> {
        let open = || {
            let file = roots::open(&table.path)?;
            let file = WatchedFile::new(file, table.stamp.clone(), table.cancellation.clone())?;
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
        Ok(cells.map(|cells| InputRow::new(self.read, cells)))
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
