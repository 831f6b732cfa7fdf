//! The scan: reads the whole file once, so that marl reports every problem before it buys anything. It keeps
//! a few samples, never the rows. The format of the file does the reading.

use std::path::Path;

use super::find::input_metadata;
use crate::{
    format,
    interface::{Format, options::ReadOptions, scan::Input, summary::TableSummary, watched::FileStamp},
    problem::{error::TableError, fault::ScanFault, file::FileProblem},
};

/// Reads the whole file at `path` and returns what it holds.
///
/// # Errors
/// The file cannot be read, nobody wants the scan any more, or the file is not a sound table that this crate's [`Reader`] would
/// read back cell by cell; the error says where.
///
/// [`Reader`]: crate::Reader
pub fn scan(path: &Path, options: &ReadOptions) -> Result<TableSummary, TableError> {
    // A missing file is reported as missing, whatever its extension is.
    let metadata = input_metadata(path)?;
    let format = format::for_input(path, options).map_err(|problem| TableError::new(path, problem))?;
    summarize(path, options, format, FileStamp::of(&metadata))
}

/// Scans a file of a known format. `stamp` must be taken before the first byte is read.
pub(crate) fn summarize(
    path: &Path,
    options: &ReadOptions,
    format: &'static dyn Format,
    stamp: FileStamp,
) -> Result<TableSummary, TableError> {
    let scanned = format.scan(&Input::new(path, options)).map_err(|fault| match fault {
        ScanFault::Table(location, problem) => TableError::at(path, location, problem),
        ScanFault::Io(source) => TableError::caused(path, FileProblem::Read, source),
    })?;
    Ok(TableSummary {
        path: path.to_path_buf(),
        columns: scanned.columns,
        rows: scanned.rows,
        samples: scanned.samples.into_cells(),
        notes: scanned.notes,
        format,
        layout: scanned.layout,
        stamp,
        cancellation: options.cancellation.clone(),
    })
}
