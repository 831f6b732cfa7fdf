//! Comparing the table with an older output: which of its rows is which, and what it answered.

mod matching;
pub(crate) mod older;
pub(crate) mod question;
mod same_row;
mod spool;
