//! One bounded HTTP attempt, in the same way for every provider.
//!
//! This crate handles the dangers of HTTP where every request may be billed: which failures leave a call in
//! doubt, when a kept connection must not be reused, how large an answer may grow, and that a server may echo
//! the key. It sends one attempt and never a second one. The meaning of an answer is for the provider to
//! decide, and the reaction to a failure for the gateway.

mod advice;
mod answer;
mod body;
mod client;
mod key;
mod request;
pub mod testing;
#[cfg(test)]
mod tests;
mod transport;

pub use answer::Answer;
pub use client::Client;
pub use key::KeyPlace;
pub use request::Request;
pub use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
