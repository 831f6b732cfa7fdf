//! JSONL: one JSON object per line.

pub(crate) mod object;
pub(crate) mod problem;
pub(crate) mod scan;
