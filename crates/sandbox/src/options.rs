//! How a sandbox is set up. This module must not start anything.

use std::time::Duration;

use crate::Fault;

/// How a sandbox is set up. The default is quick, without faults, on any free port.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Decides the shapes of answers and who meets which fault.
    pub seed: u64,
    /// How long the work on a call takes.
    pub latency: Duration,
    /// How long a call takes that meets the fault `slow` or asks for the profile `slow`.
    pub slow_for: Duration,
    /// What a `429` tells the client to wait, in whole seconds.
    pub retry_after: Duration,
    /// What goes wrong, and how often. The rates may add up to 1 at most.
    pub faults: Vec<Fault>,
    /// The only `X-API-Key` that is let in; `None` lets in any that is not empty.
    pub key: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 0,
            latency: Duration::ZERO,
            slow_for: Duration::from_secs(40),
            retry_after: Duration::ZERO,
            faults: Vec::new(),
            key: None,
        }
    }
}
