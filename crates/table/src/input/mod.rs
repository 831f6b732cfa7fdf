//! Reads a table of any format: scans the whole file, and then reads one row at a time.

pub(crate) mod find;
pub(crate) mod reader;
pub(crate) mod scan;
