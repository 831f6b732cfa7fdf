//! Writes a table of any format, to a hidden file that is put in place when it is complete.

mod claim;
pub(crate) mod errors_file;
pub(crate) mod names;
pub(crate) mod partial;
mod record_buffer;
pub(crate) mod writer;
