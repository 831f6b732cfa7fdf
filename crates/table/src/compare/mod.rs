//! Comparing the table with an older output: which of its rows is which, and what it answered.

mod matching;
pub(crate) mod older;
mod same_row;
