//! The formats of tables, each in a folder of its own.

pub(crate) mod csv;
pub(crate) mod jsonl;
