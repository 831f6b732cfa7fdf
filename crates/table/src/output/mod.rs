//! Writing a table, whatever its format is: to a hidden file that takes its place when it is whole.

mod claim;
pub(crate) mod errors_file;
pub(crate) mod names;
pub(crate) mod partial;
mod record_buffer;
pub(crate) mod writer;
