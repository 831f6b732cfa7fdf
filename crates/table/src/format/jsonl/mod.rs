//! JSONL: one JSON object per line. The columns are the keys of all objects, in order of first appearance.

mod object;
pub(crate) mod problem;
mod row;
mod scan;
mod sink;

use encoding_rs::Encoding;
use row::JsonlSource;
use sink::JsonlSink;

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
    text::shape::TextShape,
};

/// One JSON object per line.
pub(crate) static JSONL: JsonlFormat = JsonlFormat;

/// The format itself; its only value is [`JSONL`].
#[derive(Debug)]
pub(crate) struct JsonlFormat;

/// How a table is stored in its file.
#[derive(Debug)]
pub(crate) struct JsonlLayout {
    encoding: &'static Encoding,
    pub(crate) shape: TextShape,
}

impl Layout for JsonlLayout {}

impl Format for JsonlFormat {
    fn info(&self) -> &'static FormatInfo {
        &FormatInfo {
            name: "JSONL",
            extensions: &["jsonl", "ndjson"],
            delimiter: None,
            has_header: false,
            cells_are_json: true,
        }
    }

    fn scan(&self, input: &Input<'_>) -> Result<Scanned, ScanFault> {
        scan_text(input, |encoding| scan::scan(input, encoding))
    }

    fn open(&self, file: WatchedFile, table: &TableSummary) -> Result<Box<dyn RowSource>, ReadFault> {
        let layout = table.layout::<JsonlLayout>().expect("this format scanned the table");
        Ok(Box::new(JsonlSource::open(file, layout, &table.columns)))
    }

    fn create(&self, table: &NewTable<'_>) -> Box<dyn RowSink> {
        Box::new(JsonlSink::new(table))
    }
}
