//! A local server that speaks the providers' wire formats over sample data.
//!
//! It lets marl be tried without a key and its promises be tested: it bills like a provider,
//! counts what it billed, and breaks on purpose, repeatably. It listens on 127.0.0.1 only.
//! Companies are real and dated, people's profiles are invented and say so. It must not read
//! the outside world, the environment or a file, and must not depend on marl's other crates:
//! a mistake that both sides share would show in no test.

mod call;
mod fault;
mod hash;
mod options;
mod reply;
pub mod sample;
mod server;
mod stats;
mod tools;
mod vendor;

pub use fault::{Fault, FaultError, FaultKind};
pub use options::Options;
pub use server::Sandbox;
pub use stats::Stats;
pub use vendor::{Example, Examples, examples};
