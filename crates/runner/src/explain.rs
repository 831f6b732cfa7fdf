//! What is in the cells of an enriched table, and why: `why` tells one cell's story, `gaps` counts the
//! empty ones. Both run the steps again on stored answers; nothing is sent and nothing is written.

pub mod explained;
pub mod gap;
pub mod gaps;
pub(crate) mod past;
pub mod why;
