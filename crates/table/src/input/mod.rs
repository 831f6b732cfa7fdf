//! Reading a table: the scan of the whole file, and then its rows one at a time.

pub(crate) mod columns;
pub(crate) mod reader;
pub mod roots;
pub(crate) mod scan;
pub(crate) mod shape;
