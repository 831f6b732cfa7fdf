//! From inputs to a call's parameters, and from parameters to an HTTP request.
//!
//! The parameters are the request itself, as JSON and without secrets. They are the call's identity in the
//! ledger: another template asks another question. The parameters of a call that shares a request with others
//! are its item alone. This module sends nothing.

mod encode;
mod parts;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    parts::Parts,
    render::{bulk_body, item_with_id, parameters, poll_path},
};
