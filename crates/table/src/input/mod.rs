//! Reading a table, whatever its format is: the scan of the whole file, and then one row at a time.

pub(crate) mod columns;
pub(crate) mod find;
pub(crate) mod options;
pub(crate) mod reader;
pub mod roots;
pub(crate) mod scan;
pub(crate) mod summary;
pub(crate) mod watched;
