//! Tables: CSV, TSV and JSONL, checked as a whole, then read and written as streams.
//!
//! [`check`] reads the whole file once and answers what it holds, so that a broken row
//! 90,000 is found before the first call is sent. [`Reader`] and [`Writer`] then move one
//! row at a time: memory never grows with the number of rows. The table's own cells are
//! written back as they were; values from outside are made safe for terminals and
//! spreadsheets. This module must not know integrations, plans or providers, and must not
//! print.

mod check;
mod claim;
mod csv_check;
mod cut;
mod delimiter;
mod encoding;
mod error;
mod errors_file;
mod head;
mod hint;
mod jsonl;
mod jsonl_check;
mod lines;
mod matching;
mod names;
mod note;
mod older;
mod partial;
mod paths;
mod problem;
mod reader;
mod record;
pub mod roots;
mod row_text;
mod safety;
mod same_row;
mod scan;
mod shape;
pub mod shell;
mod text;
mod words;
mod writer;

pub use check::check;
pub use encoding::parse_encoding;
pub use error::TableError;
pub use errors_file::ErrorsFile;
pub use older::{Answers, Found, KeyCell, Older, Question, normal};
pub use partial::{Links, hex, mode_like};
pub use paths::{follow_links, real_place, same_place};
pub use problem::shown;
pub use reader::{InputRow, Reader};
pub use shape::{
    Format, LineEnding, Note, ReadOptions, Shape, Sketch, enriched_path, errors_path, parse_delimiter,
};
pub use writer::{OutputEncoding, WriteOptions, Writer, check_output};

#[cfg(test)]
mod tests;
