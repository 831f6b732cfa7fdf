//! Writes the enriched table: the rows of the input in their order, first its own columns and then the outputs.
//! The format turns rows into bytes; this module brings the bytes to their file.

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
    /// `--raw-cells`: values that a spreadsheet would run get no apostrophe.
    pub raw_cells: bool,
    /// What a link at the output's name means.
    pub links: Links,
    /// `--output-encoding`.
    pub encoding: OutputEncoding,
}

/// Writes the output, which replaces an older one when it is finished. Dropped before
/// that, it leaves an older output as it was.
pub struct Writer {
    partial: PartialFile,
    sink: Box<dyn RowSink>,
    delimiter: Option<u8>,
    /// The bytes of the row at hand; one buffer for all of them.
    bytes: Vec<u8>,
    has_rows: bool,
}

/// Checks whether a table can be written to `path`, without making a file.
///
/// # Errors
/// As [`Writer::create`]'s, as far as they show without writing.
pub fn check_output(path: &Path, table: &TableSummary, links: Links) -> Result<(), TableError> {
    format::of_output(path, table).map_err(|problem| TableError::new(path, problem))?;
    check_place(path, &table.path, links)
}

impl Writer {
    /// Creates and locks the temporary file beside `path`, and writes the header. An output
    /// whose name is a column of the table replaces that column's cells; the others become
    /// new columns after the table's, in this order. Names must be different.
    ///
    /// # Errors
    /// Nothing can be written at `path`, it is the input, another run is writing it, or its
    /// extension stands for another format than the input has.
    pub fn create(
        path: &Path,
        table: &TableSummary,
        outputs: &[OutputColumn],
        options: WriteOptions,
    ) -> Result<Self, TableError> {
        Self::carrying(path, table, outputs, &[], options)
    }

    /// The same with columns of an older output, none of which is in `outputs`. Those that the table has
    /// stay where they are; the others come last.
    ///
    /// # Errors
    /// As [`Writer::create`]'s.
    pub fn carrying(
        path: &Path,
        table: &TableSummary,
        outputs: &[OutputColumn],
        carried: &[String],
        options: WriteOptions,
    ) -> Result<Self, TableError> {
        let format = format::of_output(path, table).map_err(|problem| TableError::new(path, problem))?;
        let WriteOptions { raw_cells, encoding, links } = options;
        let table = NewTable { format: format.info(), input: table, outputs, carried, raw_cells, encoding };
        Self::of_format(path, format, &table, links)
    }

    /// Creates a file of the format, whatever the format of the input is.
    pub(crate) fn of_format(
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
    /// The disk does not take the row. [`Writer::keep`] keeps what the disk took before.
    pub fn write(&mut self, row: &InputRow, written: &[Option<Value>]) -> Result<(), TableError> {
        self.write_with(row, written, &[])
    }

    /// The same with the cells of the carried columns, as [`InputRow::text`] of the older output gives them.
    ///
    /// # Errors
    /// As [`Writer::write`]'s.
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

    /// The delimiter, if it is not the one that the output's extension stands for.
    pub fn unusual_delimiter(&self) -> Option<u8> {
        let usual = format::of_path(self.partial.target()).and_then(|format| format.info().delimiter);
        self.delimiter.filter(|delimiter| usual != Some(*delimiter))
    }

    /// Where the output will be, links followed.
    pub fn target(&self) -> &Path {
        self.partial.target()
    }

    /// Whether another file is at the output's place than when the writer was made, or another
    /// content.
    pub fn is_overtaken(&self) -> bool {
        self.partial.is_overtaken()
    }

    /// How many cells got an apostrophe because a spreadsheet would have run them.
    pub fn guarded_cells(&self) -> u64 {
        self.sink.guarded_cells()
    }

    /// Brings the output to the disk and puts it in its place.
    ///
    /// # Errors
    /// The disk does not take the output; an older output then is as it was. The rows are kept as by
    /// [`Writer::keep`], and a hint of the error names the file.
    pub fn finish(self) -> Result<(), TableError> {
        self.finish_noting(|_| ())
    }

    /// The same; calls `note` with the digest of the output before the output gets its place, so that a run
    /// that is killed in between does not leave an output that is not recorded.
    ///
    /// # Errors
    /// As [`Writer::finish`]'s.
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
    /// been paid for: as many whole records as the disk took, whatever failed before. The output, and a file
    /// that was kept earlier, stay as they are.
    ///
    /// Returns the file's path; `None` if no row was written or nothing can be kept.
    pub fn keep(mut self) -> Option<PathBuf> {
        if self.has_rows {
            // If this fails the disk is full, and `keep` cuts back to the last whole record.
            let _ = self.end();
        }
        self.partial.keep()
    }

    /// Writes what the format puts behind the rows.
    fn end(&mut self) -> io::Result<()> {
        self.sink.end(&mut self.partial.writer())
    }
}
