//! CSV and TSV: rows of cells with a delimiter between them, below a header.
//!
//! The two formats differ only in their usual delimiter. The scan finds the delimiter (`delimiter`), the
//! header (`head`, `frame`) and notes after the rows (`footer`); `cut` in the folder `text` cuts the rows.

pub(crate) mod delimiter;
mod footer;
mod frame;
mod head;
pub(crate) mod problem;
mod record;
mod row;
pub(crate) mod row_text;
mod rows;
mod scan;
mod sink;
mod words;

use encoding_rs::Encoding;
use row::CsvSource;
use sink::CsvSink;

use crate::{
    format::text_file::scan_text,
    interface::{
        Format, FormatInfo, Layout, RowSink, RowSource,
        new_table::NewTable,
        row::ReadFault,
        scan::{Input, Scanned},
        summary::TableSummary,
        watched::WatchedFile,
    },
    problem::fault::ScanFault,
    text::{
        cut::{Dialect, Frame},
        shape::TextShape,
    },
};

/// Cells with commas between them, or with the delimiter that the user or the file names.
pub(crate) static CSV: CsvFormat = CsvFormat(&FormatInfo {
    name: "CSV",
    extensions: &["csv"],
    delimiter: Some(b','),
    has_header: true,
    cells_are_json: false,
});

/// Cells with tabs between them.
pub(crate) static TSV: CsvFormat = CsvFormat(&FormatInfo {
    name: "TSV",
    extensions: &["tsv", "tab"],
    delimiter: Some(b'\t'),
    has_header: true,
    cells_are_json: false,
});

/// CSV with its usual delimiter.
#[derive(Debug)]
pub(crate) struct CsvFormat(&'static FormatInfo);

/// How a table is stored in its file.
#[derive(Debug)]
pub(crate) struct CsvLayout {
    encoding: &'static Encoding,
    pub(crate) shape: TextShape,
    delimiter: u8,
    dialect: Dialect,
    frame: Frame,
    /// The line that names the delimiter for Excel, with its line end.
    separator: Option<String>,
    /// Whether the first row is the header.
    has_header: bool,
    /// The header's text in the file, if the columns have its names.
    header: Option<String>,
    /// Whether rows may lack cells at their end.
    pads: bool,
}

impl Layout for CsvLayout {
    fn delimiter(&self) -> Option<u8> {
        Some(self.delimiter)
    }
}

impl Format for CsvFormat {
    fn info(&self) -> &'static FormatInfo {
        self.0
    }

    fn scan(&self, input: &Input<'_>) -> Result<Scanned, ScanFault> {
        let delimiter = input.options.delimiter.or(self.0.delimiter).unwrap_or(b',');
        scan_text(input, |encoding| scan::scan(input, encoding, delimiter))
    }

    fn open(&self, file: WatchedFile, table: &TableSummary) -> Result<Box<dyn RowSource>, ReadFault> {
        let layout = table.layout::<CsvLayout>().expect("this format scanned the table");
        Ok(Box::new(CsvSource::open(file, layout, table.columns.len())?))
    }

    fn create(&self, table: &NewTable<'_>) -> Box<dyn RowSink> {
        Box::new(CsvSink::new(table))
    }
}
