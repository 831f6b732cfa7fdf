//! What an answer means: rules, defaults, costs, and the parts of an answer to several calls.
//!
//! Everything here is pure. This module must not retry, wait or send.

mod cost;
mod document;
mod matching;
mod stored;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use self::{
    cost::{shared, stated},
    document::{Document, part},
    matching::matched,
    stored::{from_stored, to_stored},
    verdict::{Reader, Stage, Verdict},
};
