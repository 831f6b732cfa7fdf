//! The gateway's settings, with the defaults of the design.

use std::{collections::BTreeMap, time::Duration};

use super::Caps;
use crate::ledger::Scope;

/// What to do with a call that may have been paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InDoubt {
    /// Leave its rows failed: nothing is bought twice.
    #[default]
    Keep,
    /// Send it again, and perhaps pay twice.
    Retry,
}

/// How often and how soon an attempt is made again.
#[derive(Debug, Clone)]
pub struct Retry {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// The first wait is up to this long, each next up to twice as long.
    pub base: Duration,
    /// No wait is longer, unless the provider asks for it.
    pub cap: Duration,
    /// No attempt begins later than this after the first.
    pub total: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            total: Duration::from_secs(300),
        }
    }
}

/// When a failing provider is left alone.
#[derive(Debug, Clone)]
pub struct BreakerSettings {
    /// Calls in a row that used up their attempts before the provider's calls wait.
    pub after: u32,
    /// The first wait before one call is tried; each next is twice as long.
    pub first_wait: Duration,
    /// After so long without an answer the provider is stopped for this run.
    pub total: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { after: 5, first_wait: Duration::from_secs(5), total: Duration::from_secs(300) }
    }
}

/// Settings of one provider.
#[derive(Debug, Clone, Default)]
pub struct LaneSettings {
    /// Whom its calls are bought from and for.
    pub scope: Scope,
    /// Attempts a minute; unset by default.
    pub per_minute: Option<u32>,
    /// What to do with its calls in doubt.
    pub in_doubt: InDoubt,
    /// Prices by operation, in the settings' unit; others are unknown.
    pub prices: BTreeMap<String, f64>,
}

/// Settings of a gateway.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Calls in flight to each provider.
    pub parallel: usize,
    /// How attempts are made again.
    pub retry: Retry,
    /// When a provider is left alone.
    pub breaker: BreakerSettings,
    /// How long an attempt may take, in place of the provider's own time.
    pub timeout: Option<Duration>,
    /// How long a request is read on after its time is up: a late reply settles the doubt.
    pub grace: Duration,
    /// What the run may buy at the most.
    pub caps: Caps,
    /// The run is held to a plan, which counted each call once: what loses its answer is left in
    /// doubt, and takes no call's place that was certain to be sent.
    pub once: bool,
    /// By provider; the default where there is no entry.
    pub lanes: BTreeMap<String, LaneSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parallel: 5,
            retry: Retry::default(),
            breaker: BreakerSettings::default(),
            timeout: None,
            grace: Duration::from_secs(60),
            caps: Caps::default(),
            once: false,
            lanes: BTreeMap::new(),
        }
    }
}
