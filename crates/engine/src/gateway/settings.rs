//! The gateway's settings and their defaults. This module reads no file.

use std::{collections::BTreeMap, time::Duration};

use marl_core::provider::{Counted, Limits, Operation, RetryPolicy, Window};

use super::Caps;
use crate::ledger::Scope;

/// What to do with a call that may have been paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InDoubt {
    /// Leaves the call in doubt and its rows failed: nothing is bought twice.
    #[default]
    Keep,
    /// Sends the call again, and may pay twice.
    Retry,
}

/// How often and how soon an attempt is repeated.
#[derive(Debug, Clone)]
pub struct Retry {
    /// The total number of attempts, including the first.
    pub attempts: u32,
    /// The longest first wait; each further wait may be twice as long.
    pub base: Duration,
    /// The longest wait, unless the provider asks for a longer one.
    pub cap: Duration,
    /// How long after the first attempt another one may begin.
    pub total: Duration,
}

impl From<RetryPolicy> for Retry {
    fn from(policy: RetryPolicy) -> Self {
        let RetryPolicy { attempts, base, cap } = policy;
        Self { attempts, base, cap, ..Self::default() }
    }
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

/// When the calls of a failing provider wait.
#[derive(Debug, Clone)]
pub struct BreakerSettings {
    /// Calls in a row that used up their attempts before the provider's calls wait.
    pub after: u32,
    /// The first wait before one call is tried; each further wait is twice as long.
    pub first_wait: Duration,
    /// How long the provider may go without an answer before it is stopped for this run.
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
    /// The address and the account from which its calls are bought.
    pub scope: Scope,
    /// The most calls in flight, where that is not the number for all providers.
    pub parallel: Option<usize>,
    /// The limits on its requests; if there are any, those of the vendor on requests do not count.
    pub windows: Vec<Window>,
    /// The most calls in one request, where that is less than its operations allow.
    pub bulk: Option<usize>,
    /// What to do with its calls in doubt.
    pub in_doubt: InDoubt,
    /// Prices by operation, in the settings' unit; an operation without an entry has an unknown price.
    pub prices: BTreeMap<String, f64>,
}

impl LaneSettings {
    /// The limits of a provider for which the vendor names these ones.
    pub(super) fn windows<'a>(&'a self, vendors: &'a Limits) -> impl Iterator<Item = &'a Window> {
        let replaced = |window: &&Window| self.windows.is_empty() || window.counts != Counted::Requests;
        self.windows.iter().chain(vendors.windows.iter().filter(replaced))
    }
}

/// Settings of a gateway.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Calls in flight to each provider that has no number of its own.
    pub parallel: usize,
    /// How attempts are repeated; `None` leaves that to the operations.
    pub retry: Option<Retry>,
    /// Whether an operation's own freshness counts, since the user set none.
    pub own_freshness: bool,
    /// How long a call waits for an answer that its vendor gives later.
    pub patience: Duration,
    /// When the calls of a failing provider wait.
    pub breaker: BreakerSettings,
    /// How long an attempt may take; overrides the provider's own limit.
    pub timeout: Option<Duration>,
    /// How long the gateway waits after an attempt's time is up: a late reply settles the doubt.
    pub grace: Duration,
    /// The caps of the run.
    pub caps: Caps,
    /// Whether each call is sent at most once. A run that is bound to a plan does so: the plan counted each
    /// call once, and a repeated call would take the place of one that was certain.
    pub once: bool,
    /// Settings by provider; a provider without an entry has the defaults.
    pub lanes: BTreeMap<String, LaneSettings>,
}

impl Settings {
    /// How attempts of this operation are repeated.
    pub fn retry_of(&self, operation: &Operation) -> Retry {
        let own = || operation.retry.map(Retry::from).unwrap_or_default();
        self.retry.clone().unwrap_or_else(own)
    }

    /// How often a call is attempted at most, unless its operation says otherwise.
    pub fn most_attempts(&self) -> u32 {
        self.retry.clone().unwrap_or_default().attempts
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parallel: 5,
            retry: None,
            own_freshness: false,
            patience: Duration::from_secs(60),
            breaker: BreakerSettings::default(),
            timeout: None,
            grace: Duration::from_secs(60),
            caps: Caps::default(),
            once: false,
            lanes: BTreeMap::new(),
        }
    }
}
