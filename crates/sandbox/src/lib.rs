//! A local server that speaks the providers' wire formats over sample data.
//! It allows trying marl without a key, and testing marl's promises: it bills like a provider, counts what
//! it billed, and fails on purpose and repeatably. It listens on 127.0.0.1 only. The companies are real and
//! dated; the profiles of people are invented and say so. Special words in names and addresses, such as
//! `not-found`, force an end: see `subject.rs` and, for DataGen, `tools/profile`.
//!
//! This crate must not access the network beyond that, the environment or a file, and must not depend on
//! marl's other crates, because no test would show a mistake that both sides share.

mod call;
mod fault;
mod hash;
mod idempotency;
mod jobs;
mod limit;
mod options;
mod reply;
pub mod sample;
mod server;
mod slug;
mod stats;
mod subject;
mod tools;
mod vendor;
mod work;

pub use fault::{Fault, FaultError, FaultKind};
pub use limit::Limit;
pub use options::Options;
pub use server::Sandbox;
pub use stats::{Stats, VendorStats};
pub use vendor::{Example, Examples, examples, names};
