//! The formats of tables: one folder each, behind one trait and in one list.
//!
//! To add a format, write a folder with a type that is a [`Format`], and name the type in [`FORMATS`].
//! Nothing else chooses between formats: whoever needs one asks this module, by a path or by a table.
//!
//! A format knows how a table stands in a file. It must not open files by path, create or rename files,
//! or compare tables: [`Input`], [`WatchedFile`] and the writer do that for every format.

pub(crate) mod csv;
pub(crate) mod jsonl;

use std::{any::Any, borrow::Cow, fmt, io, path::Path};

use marl_core::value::Value;

use crate::{
    input::{
        options::{ReadOptions, can_delimit},
        reader::ReadFault,
        scan::{Input, ScanFault, Scanned},
        summary::TableSummary,
        watched::WatchedFile,
    },
    output::new_table::{NewTable, OutputRow},
    problem::{file::FileProblem, output::OutputProblem, words::listed},
};

/// Every format that marl reads and writes.
static FORMATS: &[&dyn Format] = &[&csv::CSV, &csv::TSV, &jsonl::JSONL];

/// What is said of a format: its name, its files, and which flags apply to it.
#[derive(Debug, PartialEq, Eq)]
pub struct FormatInfo {
    /// The name for people, such as `CSV`; no other format has it.
    pub name: &'static str,
    /// The extensions of its files, in lower case and without a dot; the usual one comes first.
    pub extensions: &'static [&'static str],
    /// The byte that usually stands between cells; `None` where no flag can change what does.
    pub delimiter: Option<u8>,
    /// Whether a row of the file names the columns, so that flags can say which row that is.
    pub has_header: bool,
    /// Whether [`InputRow::text`](crate::InputRow::text) answers JSON rather than plain text.
    pub cells_are_json: bool,
}

/// A format of tables.
pub(crate) trait Format: fmt::Debug + Sync {
    /// What is said of the format.
    fn info(&self) -> &'static FormatInfo;

    /// Reads the whole file once. What this accepts, [`Format::open`] must be able to read: no row may
    /// turn out to be broken after a call was paid for.
    fn scan(&self, input: &Input<'_>) -> Result<Scanned, ScanFault>;

    /// Opens a file that was scanned, before its first row. The file can be read and sought; its reads
    /// fail once somebody changes it.
    fn open(&self, file: WatchedFile, table: &TableSummary) -> Result<Box<dyn RowSource>, ReadFault>;

    /// Makes the writer of a new table. The rows may come from a table of any format.
    fn create(&self, table: &NewTable<'_>) -> Box<dyn RowSink>;
}

/// How a table stands in its file: what [`Format::scan`] found and [`Format::open`] needs.
pub(crate) trait Layout: Any + fmt::Debug + Send + Sync {
    /// The byte between cells, in a format that has one.
    fn delimiter(&self) -> Option<u8> {
        None
    }
}

/// The rows of an open file, in order.
pub(crate) trait RowSource: Send {
    /// The next row; `None` after the last one.
    fn next(&mut self) -> Result<Option<Box<dyn FormatRow>>, ReadFault>;
}

/// A row as its format holds it. It owns its cells. Columns are places in [`TableSummary::columns`].
pub(crate) trait FormatRow: Any + fmt::Debug + Send + Sync {
    /// The value of a cell; `None` when the cell is empty, blank, null or absent.
    fn value(&self, column: usize) -> Option<Value>;

    /// The text that stores a cell, which may be blank: plain text, or JSON where
    /// [`FormatInfo::cells_are_json`] says so. `None` when the cell is null or absent.
    fn stored(&self, column: usize) -> Option<Cow<'_, str>>;

    /// About how much memory the row takes, in bytes.
    fn bytes(&self) -> usize;
}

/// Turns rows into the bytes of a new file. It only appends, and does no I/O of its own: the writer
/// brings the bytes to the disk, and keeps what was written when something breaks.
pub(crate) trait RowSink: Send {
    /// Appends what stands before the first row.
    fn begin(&mut self, out: &mut Vec<u8>);

    /// Appends a row. A format that writes rows in groups appends nothing until a group is full.
    ///
    /// # Errors
    /// The format cannot hold the row.
    fn row(&mut self, row: &OutputRow<'_>, out: &mut Vec<u8>) -> io::Result<()>;

    /// Writes what stands behind the last row. It is called once, also for a file that is kept unfinished.
    ///
    /// # Errors
    /// `out` fails.
    fn end(&mut self, out: &mut dyn io::Write) -> io::Result<()>;

    /// How many cells got an apostrophe because a spreadsheet would have run them.
    fn guarded_cells(&self) -> u64 {
        0
    }
}

/// All formats.
pub fn formats() -> impl Iterator<Item = &'static FormatInfo> {
    FORMATS.iter().map(|format| format.info())
}

/// Every extension that marl knows, as a sentence lists them: `.csv, .tsv and .tab`.
pub(crate) fn all_extensions() -> String {
    listed(formats().flat_map(|format| format.extensions.iter().copied()))
}

/// The format that a path's extension stands for; `None` for an extension that marl does not know.
pub(crate) fn of_path(path: &Path) -> Option<&'static dyn Format> {
    let wanted = extension(path);
    FORMATS.iter().copied().find(|format| format.info().extensions.contains(&wanted.as_str()))
}

/// The format of an input, by its extension and the command line.
pub(crate) fn of_input(path: &Path, options: &ReadOptions) -> Result<&'static dyn Format, FileProblem> {
    if let Some(delimiter) = options.delimiter.filter(|delimiter| !can_delimit(*delimiter)) {
        return Err(FileProblem::BadDelimiter(delimiter));
    }
    let format = match of_path(path) {
        Some(format) => format,
        // Any file with a delimiter between cells can be read, whatever it is called.
        None if options.delimiter.is_some() => &csv::CSV,
        None => return Err(FileProblem::UnknownExtension(extension(path))),
    };
    match options.flag_for_other(format.info()) {
        Some(flag) => Err(FileProblem::FlagForOther { flag, format: format.info().name }),
        None => Ok(format),
    }
}

/// The format of an output at `path`, which a later run must read back as what is written there: the
/// input's own, or the one of the path's extension if it is the same.
pub(crate) fn of_output(path: &Path, input: &TableSummary) -> Result<&'static dyn Format, OutputProblem> {
    let own = extension(&input.path);
    match of_path(path) {
        Some(format) if is_same(format.info(), input) => Ok(format),
        _ if extension(path) == own => Ok(input.format),
        _ => Err(OutputProblem::OtherFormat { input: own, output: extension(path) }),
    }
}

/// Whether a file of this format, read without flags, holds the table as the input does.
fn is_same(format: &FormatInfo, input: &TableSummary) -> bool {
    match format.delimiter {
        Some(_) => format.delimiter == input.delimiter(),
        None => format == input.format(),
    }
}

/// A path's extension in lower case, without its dot.
pub(crate) fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
