//! The scan: reads the whole file once, so that whatever is wrong with it is said before anything is
//! bought. It keeps a few samples, never the rows. How the file is read, its format knows.

use std::{fs::File, io, path::Path, sync::Arc};

use super::{find::input_metadata, options::ReadOptions, roots, summary::TableSummary, watched::FileStamp};
use crate::{
    format::{self, Format, Layout},
    problem::{
        TableProblem,
        error::{Location, TableError},
        file::FileProblem,
        note::Note,
    },
};

/// Of each column this many cells are kept as samples, each cut to so many characters.
const SAMPLES: usize = 100;
const SAMPLE_CHARS: usize = 512;

/// Reads the whole file at `path` and answers what it holds.
///
/// # Errors
/// The file cannot be read, or is not a sound table that this crate's [`Reader`] would
/// read back cell by cell; the error says where.
///
/// [`Reader`]: crate::Reader
pub fn scan(path: &Path, options: &ReadOptions) -> Result<TableSummary, TableError> {
    // A missing file is said to be missing, whatever its extension is.
    let metadata = input_metadata(path)?;
    let format = format::of_input(path, options).map_err(|problem| TableError::new(path, problem))?;
    summarize(path, options, format, FileStamp::of(&metadata))
}

/// Scans a file of a known format. `stamp` was taken before the first byte is read.
pub(crate) fn summarize(
    path: &Path,
    options: &ReadOptions,
    format: &'static dyn Format,
    stamp: FileStamp,
) -> Result<TableSummary, TableError> {
    let scanned = format.scan(&Input { path, options }).map_err(|fault| match fault {
        ScanFault::Table(location, problem) => TableError::at(path, location, problem),
        ScanFault::Io(source) => TableError::caused(path, FileProblem::Read, source),
    })?;
    Ok(TableSummary {
        path: path.to_path_buf(),
        columns: scanned.columns,
        rows: scanned.rows,
        samples: scanned.samples.cells,
        notes: scanned.notes,
        format,
        layout: scanned.layout,
        stamp,
    })
}

/// A file that is scanned, and what the command line says about it.
pub(crate) struct Input<'a> {
    path: &'a Path,
    pub(crate) options: &'a ReadOptions,
}

impl Input<'_> {
    /// Opens the file at its beginning, as often as the scan needs that.
    pub(crate) fn open(&self) -> io::Result<File> {
        roots::open(self.path)
    }
}

/// What the scan of a format finds.
pub(crate) struct Scanned {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: u64,
    pub(crate) samples: Samples,
    pub(crate) notes: Vec<Note>,
    pub(crate) layout: Arc<dyn Layout>,
}

/// What ends a scan early.
#[derive(Debug)]
pub(crate) enum ScanFault {
    Table(Location, TableProblem),
    Io(io::Error),
}

impl ScanFault {
    /// A problem of the table, and where it is.
    pub(crate) fn at(location: Location, problem: impl Into<TableProblem>) -> Self {
        Self::Table(location, problem.into())
    }
}

impl From<io::Error> for ScanFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The first filled cells of each column.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    cells: Vec<Vec<String>>,
    /// How many columns have as many samples as are kept.
    full: usize,
}

impl Samples {
    /// More bytes than a sample can have: what is beyond need not be kept.
    pub(crate) const BYTES: usize = SAMPLE_CHARS * 4;

    /// Whether cells of `column` are still wanted.
    pub(crate) fn wants(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|cells| cells.len() < SAMPLES)
    }

    /// Whether cells of any column are still wanted.
    pub(crate) fn wants_any(&self) -> bool {
        self.full < self.cells.len()
    }

    /// Keeps a cell, unless it is blank.
    pub(crate) fn add(&mut self, column: usize, cell: &str) {
        if !cell.trim().is_empty() {
            self.cells[column].push(cell.chars().take(SAMPLE_CHARS).collect());
            self.full += usize::from(self.cells[column].len() == SAMPLES);
        }
    }

    /// Makes room for columns up to `columns`.
    pub(crate) fn grow(&mut self, columns: usize) {
        self.cells.resize_with(columns, Vec::new);
    }
}
