//! One bounded HTTP attempt, the same for every provider.
//!
//! This crate knows what is dangerous about HTTP where every request may be billed: which failures
//! leave a doubt, when a kept connection must not be reused, how large an answer may grow, and that
//! a server may echo the key. It sends one attempt and never a second one. What an answer means,
//! and what to do after a failure, is for the provider and the gateway to say.

mod advice;
mod body;
mod client;
mod request;
pub mod testing;
#[cfg(test)]
mod tests;
mod transport;

pub use client::Client;
pub use request::Request;
