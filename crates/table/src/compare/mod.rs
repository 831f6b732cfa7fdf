//! Compares the table with an older output: finds the row of the older output for each row, and its answers.

mod matching;
pub(crate) mod older;
pub(crate) mod question;
mod same_row;
mod spool;
