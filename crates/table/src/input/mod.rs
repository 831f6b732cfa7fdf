//! Reading a table, whatever its format is: the scan of the whole file, and then one row at a time.

pub(crate) mod find;
pub(crate) mod reader;
pub(crate) mod scan;
