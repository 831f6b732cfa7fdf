//! What the cells of an enriched table hold, and why: `why` explains one cell, `gaps` counts the empty cells.
//! Both run the steps again on stored answers. This module sends nothing and writes nothing.

pub mod explained;
pub mod gap;
pub mod gaps;
pub(crate) mod past;
pub mod why;
