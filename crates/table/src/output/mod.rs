//! Writing a table: to a hidden file that takes its place when it is whole.

mod claim;
pub(crate) mod errors_file;
pub(crate) mod partial;
mod record_buffer;
pub(crate) mod row_text;
pub(crate) mod safety;
pub(crate) mod writer;
