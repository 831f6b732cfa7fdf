//! CSV and TSV: rows of cells with a delimiter between them, below a header.

pub(crate) mod delimiter;
pub(crate) mod head;
pub(crate) mod problem;
mod record;
pub(crate) mod rows;
mod words;
