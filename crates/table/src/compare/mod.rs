//! Compares the table with an older output: finds the row of the older output for each row, and its answers.
//! This module does not decide which file stays.

mod matching;
pub(crate) mod older;
pub(crate) mod question;
mod same_row;
mod spool;
