//! Tables: CSV, TSV and JSONL, scanned as a whole, then read and written as streams.
//!
//! [`scan`] reads the whole file once and returns a summary, so that a broken row 90,000 is found before the
//! first call is sent. [`Reader`] and [`Writer`] then handle one row at a time: memory never grows with the
//! number of rows. The table's own cells are written back unchanged; values from outside are made safe for
//! terminals and spreadsheets.
//!
//! To add a format, read `interface` and `format`. This crate must not know integrations, plans or providers,
//! and must not print.

mod compare;
mod format;
mod input;
mod interface;
mod output;
mod paths;
mod problem;
pub mod roots;
mod text;

pub use compare::{
    older::{Answers, OlderCells, OlderOutput},
    question::{KeyCell, Question, normal},
};
pub use format::formats;
pub use input::{reader::Reader, scan::scan};
pub use interface::{
    FormatInfo,
    cancellation::Cancellation,
    new_table::OutputColumn,
    options::{ReadOptions, parse_delimiter},
    row::InputRow,
    summary::TableSummary,
};
pub use output::{
    errors_file::ErrorsFile,
    names::{enriched_path, errors_path},
    partial::{Links, hex, mode_like},
    writer::{WriteOptions, Writer, check_output},
};
pub use paths::{follow_links, real_place, same_place};
pub use problem::{error::TableError, note::Note, shell, words::shown};
pub use text::{encoding::parse_encoding, sink::OutputEncoding};

#[cfg(test)]
mod tests;
