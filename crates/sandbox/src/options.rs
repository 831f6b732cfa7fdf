//! The options of a sandbox. This module must not start anything.

use std::time::Duration;

use crate::{Fault, Limit};

/// The options of a sandbox. The default has no latency, faults and limits, and listens on any free
/// port.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on 127.0.0.1. 0 means any free port.
    pub port: u16,
    /// The seed of the pseudo-random shapes of answers and occurrences of faults.
    pub seed: u64,
    /// How long the work on a call takes.
    pub latency: Duration,
    /// How long a job takes at a vendor that answers later.
    pub pending_for: Duration,
    /// How much longer a call or a job takes that meets the fault `slow` or has the special word `slow`.
    pub slow_for: Duration,
    /// The `Retry-After` of a `429`, in whole seconds.
    pub retry_after: Duration,
    /// The faults and their rates. The rates may add up to 1 at most.
    pub faults: Vec<Fault>,
    /// The vendors' limits of requests. A vendor without one accepts any number.
    pub limits: Vec<Limit>,
    /// The only accepted key. `None` accepts any non-empty key.
    pub key: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 0,
            latency: Duration::ZERO,
            pending_for: Duration::from_millis(300),
            slow_for: Duration::from_secs(40),
            retry_after: Duration::ZERO,
            faults: Vec::new(),
            limits: Vec::new(),
            key: None,
        }
    }
}
