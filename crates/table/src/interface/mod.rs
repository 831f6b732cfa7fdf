//! What formats, readers and writers exchange: the traits of a format, and the types in their signatures.
//!
//! A format knows how a table is stored in a file. It must not open files by path, create or rename files, or
//! compare tables: the scan, the reader and the writer do that for every format.

pub(crate) mod cancellation;
pub(crate) mod new_table;
pub(crate) mod options;
pub(crate) mod row;
pub(crate) mod scan;
pub(crate) mod summary;
pub(crate) mod watched;

use std::{any::Any, borrow::Cow, fmt, io};

use marl_core::value::Value;

use new_table::{NewTable, OutputRow};
use row::ReadFault;
use scan::{Input, Scanned};
use summary::TableSummary;
use watched::WatchedFile;

use crate::problem::fault::ScanFault;

/// A format's description: its name, its files, and which flags apply to it.
#[derive(Debug, PartialEq, Eq)]
pub struct FormatInfo {
    /// The name for people, such as `CSV`, which is unique.
    pub name: &'static str,
    /// The extensions of its files, in lower case and without a dot; the usual one comes first.
    pub extensions: &'static [&'static str],
    /// The usual delimiter; `None` if no flag can change the delimiter.
    pub delimiter: Option<u8>,
    /// Whether a row of the file names the columns, so that flags can select that row.
    pub has_header: bool,
    /// Whether [`InputRow::text`](crate::InputRow::text) returns JSON rather than plain text.
    pub cells_are_json: bool,
}

/// A format of tables.
pub(crate) trait Format: fmt::Debug + Sync {
    /// The name, the files and the flags of the format.
    fn info(&self) -> &'static FormatInfo;

    /// Reads the whole file once. [`Format::open`] must be able to read every file that this accepts: no row
    /// may turn out to be broken after a call was paid for.
    fn scan(&self, input: &Input<'_>) -> Result<Scanned, ScanFault>;

    /// Opens a scanned file before its first row. The file can be read and sought; its reads fail once it is
    /// changed.
    fn open(&self, file: WatchedFile, table: &TableSummary) -> Result<Box<dyn RowSource>, ReadFault>;

    /// Creates the writer of a new table. The rows may come from a table of any format.
    fn create(&self, table: &NewTable<'_>) -> Box<dyn RowSink>;
}

/// How a table is stored in its file: what [`Format::scan`] found and [`Format::open`] needs.
pub(crate) trait Layout: Any + fmt::Debug + Send + Sync {
    /// The delimiter, if the format has one.
    fn delimiter(&self) -> Option<u8> {
        None
    }
}

/// The rows of an open file, in order.
pub(crate) trait RowSource: Send {
    /// The next row; `None` after the last one.
    fn next(&mut self) -> Result<Option<Box<dyn FormatRow>>, ReadFault>;
}

/// A row in the form of its format. It owns its cells. Columns are indices in [`TableSummary::columns`].
pub(crate) trait FormatRow: Any + fmt::Debug + Send + Sync {
    /// The value of a cell; `None` if the cell is empty, blank, null or absent.
    fn value(&self, column: usize) -> Option<Value>;

    /// The stored text of a cell, which may be blank: plain text, or JSON if [`FormatInfo::cells_are_json`]
    /// is true. `None` if the cell is null or absent.
    fn stored(&self, column: usize) -> Option<Cow<'_, str>>;

    /// The approximate memory of the row, in bytes.
    fn bytes(&self) -> usize;
}

/// Turns rows into the bytes of a new file. It only appends, and does no I/O of its own: the writer puts the
/// bytes on the disk, and keeps what was written if something fails.
pub(crate) trait RowSink: Send {
    /// Appends the bytes before the first row.
    fn begin(&mut self, out: &mut Vec<u8>);

    /// Appends a row. A format that writes rows in groups appends nothing until a group is full.
    ///
    /// # Errors
    /// The format cannot hold the row.
    fn row(&mut self, row: &OutputRow<'_>, out: &mut Vec<u8>) -> io::Result<()>;

    /// Writes the bytes after the last row. It is called once, even for a file that is kept unfinished.
    ///
    /// # Errors
    /// `out` fails.
    fn end(&mut self, out: &mut dyn io::Write) -> io::Result<()>;

    /// How many cells got an apostrophe because a spreadsheet would have evaluated them.
    fn guarded_cells(&self) -> u64 {
        0
    }
}
