//! Writes the enriched table: the rows of the input in their order, first its own columns and then the
//! outputs. The format turns rows into bytes; this module writes the bytes to their file.

use std::{
    io,
    path::{Path, PathBuf},
};

use marl_core::value::Value;

use super::partial::{Links, PartialFile, check_place};
use crate::{
    format,
    interface::{
        Format, RowSink,
        new_table::{NewTable, OutputColumn, OutputRow},
        row::InputRow,
        summary::TableSummary,
    },
    problem::error::TableError,
    text::sink::OutputEncoding,
};

/// How cells are written.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions {
    /// `--raw-cells`: values that a spreadsheet would evaluate get no apostrophe.
    pub raw_cells: bool,
    /// How a link at the output's path is treated.
    pub links: Links,
    /// `--output-encoding`.
    pub encoding: OutputEncoding,
}

/// Writes the output, which replaces an older one when it is finished. If it is dropped before that, an older
/// output stays as it was.
pub struct Writer {
    partial: PartialFile,
    sink: Box<dyn RowSink>,
    delimiter: Option<u8>,
    /// The bytes of the current row; one buffer for all rows.
    bytes: Vec<u8>,
    has_rows: bool,
}

/// Checks whether a table can be written to `path`, without creating a file.
///
/// # Errors
/// Those of [`Writer::create`] that show without writing.
pub fn check_output(path: &Path, table: &TableSummary, links: Links) -> Result<(), TableError> {
    format::for_output(path, table).map_err(|problem| TableError::new(path, problem))?;
    check_place(path, &table.path, links)
}

impl Writer {
    /// Creates and locks the temporary file beside `path`, and writes the header. An output
    /// whose name is a column of the table replaces that column's cells; the others become
    /// new columns after the table's, in this order. Names must be different.
    ///
    /// # Errors
    /// Nothing can be written at `path`, `path` is the input, another run is writing it, or its extension
    /// means another format than the input has.
    pub fn create(
        path: &Path,
        table: &TableSummary,
        outputs: &[OutputColumn],
        options: WriteOptions,
    ) -> Result<Self, TableError> {
        Self::carrying(path, table, outputs, &[], options)
    }

    /// As [`Writer::create`], with columns of an older output, none of which is in `outputs`. Columns that
    /// the table has stay where they are; the others come last.
    ///
    /// # Errors
    /// Those of [`Writer::create`].
    pub fn carrying(
        path: &Path,
        table: &TableSummary,
        outputs: &[OutputColumn],
        carried: &[String],
        options: WriteOptions,
    ) -> Result<Self, TableError> {
        let format = format::for_output(path, table).map_err(|problem| TableError::new(path, problem))?;
        let WriteOptions { raw_cells, encoding, links } = options;
        let table = NewTable { format: format.info(), input: table, outputs, carried, raw_cells, encoding };
        Self::with_format(path, format, &table, links)
    }

    /// Creates a file of the given format, whatever the format of the input is.
    pub(crate) fn with_format(
        path: &Path,
        format: &dyn Format,
        table: &NewTable<'_>,
        links: Links,
    ) -> Result<Self, TableError> {
        let mut sink = format.create(table);
        let mut head = Vec::new();
        sink.begin(&mut head);
        let partial = PartialFile::create(path, &table.input.path, &head, links)?;
        Ok(Self { partial, sink, delimiter: table.delimiter(), bytes: Vec::new(), has_rows: false })
    }

    /// Writes a row of the input. `written` has one entry per output of `create`: a value
    /// becomes the cell, `None` leaves the cell as the input has it, and a new column empty.
    ///
    /// # Errors
    /// The disk does not accept the row. [`Writer::keep`] keeps what the disk accepted before.
    pub fn write(&mut self, row: &InputRow, written: &[Option<Value>]) -> Result<(), TableError> {
        self.write_with(row, written, &[])
    }

    /// As [`Writer::write`], with the cells of the carried columns as the older output's [`InputRow::text`]
    /// returns them.
    ///
    /// # Errors
    /// Those of [`Writer::write`].
    pub fn write_with(
        &mut self,
        row: &InputRow,
        written: &[Option<Value>],
        carried: &[Option<String>],
    ) -> Result<(), TableError> {
        self.bytes.clear();
        let row = OutputRow { input: row, written, carried };
        self.sink.row(&row, &mut self.bytes).map_err(|source| self.partial.write_error(source))?;
        self.has_rows = true;
        match self.bytes.is_empty() {
            true => Ok(()),
            false => self.partial.write(&self.bytes),
        }
    }

    /// The delimiter, if it is not the usual one for the output's extension.
    pub fn unusual_delimiter(&self) -> Option<u8> {
        let usual = format::for_path(self.partial.target()).and_then(|format| format.info().delimiter);
        self.delimiter.filter(|delimiter| usual != Some(*delimiter))
    }

    /// The path of the output, with links resolved.
    pub fn target(&self) -> &Path {
        self.partial.target()
    }

    /// Whether the file at the output's path was replaced or changed since the writer was created.
    pub fn is_overtaken(&self) -> bool {
        self.partial.is_overtaken()
    }

    /// How many cells got an apostrophe because a spreadsheet would have evaluated them.
    pub fn guarded_cells(&self) -> u64 {
        self.sink.guarded_cells()
    }

    /// Syncs the output to the disk and puts it in place.
    ///
    /// # Errors
    /// The disk does not accept the output; an older output then stays as it was. The rows are kept as by
    /// [`Writer::keep`], and a hint of the error names the file.
    pub fn finish(self) -> Result<(), TableError> {
        self.finish_noting(|_| ())
    }

    /// As [`Writer::finish`]; calls `note` with the digest of the output before the output is put in place,
    /// so that a run that is killed in between leaves no unrecorded output.
    ///
    /// # Errors
    /// Those of [`Writer::finish`].
    pub fn finish_noting(mut self, note: impl FnOnce(&str)) -> Result<(), TableError> {
        match self.end() {
            Ok(()) => self.partial.finish(note),
            Err(source) => {
                let error = self.partial.write_error(source);
                Err(self.partial.fail(error))
            }
        }
    }

    /// Keeps the rows written so far beside the output, as `<stem>.unfinished.<ext>`, because they may have
    /// been paid for: as many complete records as the disk accepted. The output, and a file that was kept
    /// earlier, stay as they are.
    ///
    /// Returns the file's path; `None` if no row was written or nothing can be kept.
    pub fn keep(mut self) -> Option<PathBuf> {
        if self.has_rows {
            // If this fails the disk is full, and `keep` cuts back to the last whole record.
            let _ = self.end();
        }
        self.partial.keep()
    }

    /// Writes the bytes that the format puts after the rows.
    fn end(&mut self) -> io::Result<()> {
        self.sink.end(&mut self.partial.writer())
    }
}
