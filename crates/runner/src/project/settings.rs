//! `marl.toml`: the project's settings. An error in the file names its line. This module opens no connection.

mod check;
#[cfg(test)]
mod tests;
pub(crate) mod user;

use std::{collections::BTreeMap, path::Path, time::Duration};

use engine::{
    cost::Prices,
    gateway::{BreakerSettings, Caps, InDoubt, LaneSettings, Retry, Settings as GatewaySettings},
    ledger::Scope,
    nearest,
};
use marl_core::provider::{Counted, Window};
use serde::Deserialize;

use crate::{
    failure::Failure,
    project::{text_file, toml_error},
};

/// The file's name in the project folder.
pub const FILE: &str = "marl.toml";

/// The account if the file names none.
const DEFAULT_ACCOUNT: &str = "default";

/// The greatest `--parallel` if `limits.max_parallel` is not set.
const MAX_PARALLEL: usize = 16;

/// The content of `marl.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    contact: Option<String>,
    currency: Option<String>,
    /// By provider: what one operation, or one of the vendor's units, costs.
    price: BTreeMap<String, Prices>,
    limits: Limits,
    limit: BTreeMap<String, Limit>,
    provider: BTreeMap<String, Provider>,
    retry: RetryTable,
    breaker: BreakerTable,
    timeout: Timeout,
    consent: user::ConsentTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Limits {
    max_parallel: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Limit {
    parallel: Option<usize>,
    bulk: Option<usize>,
    per_second: Option<u32>,
    per_minute: Option<u32>,
    per_hour: Option<u32>,
    per_day: Option<u32>,
}

impl Limit {
    /// The limits within periods, each with its name in the file.
    fn rates(&self) -> impl Iterator<Item = (&'static str, u32, Duration)> {
        [
            ("per_second", self.per_second, 1),
            ("per_minute", self.per_minute, 60),
            ("per_hour", self.per_hour, 60 * 60),
            ("per_day", self.per_day, 24 * 60 * 60),
        ]
        .into_iter()
        .filter_map(|(name, most, seconds)| Some((name, most?, Duration::from_secs(seconds))))
    }

    fn windows(&self) -> Vec<Window> {
        self.rates().map(|(_, most, per)| Window { most, per, counts: Counted::Requests }).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Provider {
    account: Option<String>,
    in_doubt: Option<InDoubtWord>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum InDoubtWord {
    Keep,
    Retry,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RetryTable {
    attempts: Option<u32>,
    base_seconds: Option<f64>,
    cap_seconds: Option<f64>,
    total_seconds: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BreakerTable {
    after: Option<u32>,
    first_wait_seconds: Option<f64>,
    total_seconds: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Timeout {
    call_seconds: Option<f64>,
    grace_seconds: Option<f64>,
}

impl Settings {
    /// Reads the settings of a project folder; without the file, all settings have their defaults.
    ///
    /// # Errors
    /// The file cannot be read, or it has an error.
    pub fn read(folder: &Path, providers: &[&str]) -> Result<Self, Failure> {
        match text_file::read(&folder.join(FILE))? {
            Some(text) => Self::parse(&text, providers),
            None => Ok(Self::default()),
        }
    }

    /// Parses the text of a `marl.toml`; `providers` are the names that its tables may refer to.
    ///
    /// # Errors
    /// The text is not TOML, names an unknown key or provider, or has a value out of bounds.
    pub fn parse(text: &str, providers: &[&str]) -> Result<Self, Failure> {
        let settings: Self = toml::from_str(text).map_err(|error| toml_error::failure(FILE, text, &error))?;
        for (table, name) in settings.provider_names() {
            if !providers.contains(&name) {
                let line = text.lines().position(|line| line.trim().starts_with(&format!("[{table}.{name}")));
                let at = line.map(|line| format!(", line {}", line + 1)).unwrap_or_default();
                let failure = Failure::usage(format!("{FILE}{at}: no provider is called `{name}`"));
                let near =
                    nearest(name, providers.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                return Err(failure
                    .hint(near.unwrap_or_else(|| format!("known providers are {}", providers.join(", ")))));
            }
        }
        settings.check_times()?;
        settings.check_contact()?;
        Ok(settings)
    }

    fn provider_names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let limits = self.limit.keys().map(|name| ("limit", name.as_str()));
        let prices = self.price.keys().map(|name| ("price", name.as_str()));
        limits.chain(prices).chain(self.provider.keys().map(|name| ("provider", name.as_str())))
    }

    /// The contact that a vendor can write to about this project's requests.
    pub fn contact(&self) -> Option<&str> {
        self.contact.as_deref().map(str::trim)
    }

    /// Whether the project requires consent before anything is bought. The user's own settings may require it
    /// as well.
    pub(crate) fn requires_consent(&self) -> bool {
        self.consent.is_required()
    }

    /// The settings of the file that affect how much is spent, one line each. `priced` are the operations that
    /// the run may send and the units of their prices, each with its provider.
    pub fn spending_notes(&self, priced: &[(&str, &str)]) -> Vec<String> {
        let mut lines = Vec::new();
        let unit = self.currency.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
        for (provider, name) in priced {
            if let Some(price) = self.prices(provider).get(*name) {
                lines.push(format!("{provider} {name} costs {price}{unit}, set in {FILE}"));
            }
        }
        for (name, provider) in &self.provider {
            if let Some(account) = provider.account.as_ref().filter(|account| *account != DEFAULT_ACCOUNT) {
                lines.push(format!("{name} uses the account `{account}`, set in {FILE}; answers that other accounts bought do not count"));
            }
        }
        let default = Retry::default().attempts;
        if let Some(attempts) = self.retry.attempts.filter(|attempts| *attempts > default) {
            lines.push(format!(
                "a failing call is tried up to {attempts} times in total, set in {FILE} (default {default})"
            ));
        }
        if let Some(seconds) = self.timeout.call_seconds {
            lines.push(format!(
                "a call is given up after {seconds} s, set in {FILE}; it may have been paid for"
            ));
        }
        let default = GatewaySettings::default().grace.as_secs_f64();
        if let Some(seconds) = self.timeout.grace_seconds.filter(|seconds| *seconds < default) {
            lines.push(format!(
                "a late answer is accepted for {seconds} s, set in {FILE} (default {default})"
            ));
        }
        lines
    }

    /// The providers whose calls in doubt are sent again according to the file.
    pub(crate) fn resent(&self) -> impl Iterator<Item = &str> {
        let retried = |provider: &Provider| matches!(provider.in_doubt, Some(InDoubtWord::Retry));
        self.provider.iter().filter(move |(_, provider)| retried(provider)).map(|(name, _)| name.as_str())
    }

    /// The unit of all prices, as set in the file.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// The prices of a provider's operations and units, as far as the file sets them.
    pub fn prices(&self, provider: &str) -> &Prices {
        static NONE: Prices = Prices::new();
        self.price.get(provider).unwrap_or(&NONE)
    }

    /// The gateway's settings: the file's, overridden by those of the command line. `bases` holds the base
    /// address of each provider that does not use the default.
    ///
    /// # Errors
    /// A value is out of bounds.
    pub fn gateway(
        &self,
        parallel: usize,
        in_doubt: Option<InDoubt>,
        caps: Caps,
        bases: &BTreeMap<String, Option<String>>,
    ) -> Result<GatewaySettings, Failure> {
        let most = self.limits.max_parallel.unwrap_or(MAX_PARALLEL);
        if !(1..=most).contains(&parallel) {
            return Err(Failure::usage(format!("`--parallel {parallel}` is not between 1 and {most}"))
                .hint(format!("`max_parallel = N` under `[limits]` in {FILE} raises the bound")));
        }
        self.check_call_time(bases)?;
        let lane = |(name, base): (&String, &Option<String>)| {
            let provider = self.provider.get(name);
            let account = provider.and_then(|provider| provider.account.clone());
            let of_file = provider.and_then(|provider| provider.in_doubt).map(InDoubt::from);
            let lane = LaneSettings {
                scope: Scope {
                    base: base.clone(),
                    account: account.unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
                },
                parallel: self.limit.get(name).and_then(|limit| limit.parallel),
                bulk: self.limit.get(name).and_then(|limit| limit.bulk),
                windows: self.limit.get(name).map(Limit::windows).unwrap_or_default(),
                in_doubt: in_doubt.or(of_file).unwrap_or_default(),
                prices: self.price.get(name).cloned().unwrap_or_default(),
            };
            (name.clone(), lane)
        };
        let defaults = GatewaySettings::default();
        Ok(GatewaySettings {
            parallel,
            retry: self.retry.is_set().then(|| self.retry.over(Retry::default())),
            own_freshness: false,
            patience: defaults.patience,
            breaker: self.breaker.over(defaults.breaker),
            timeout: self.timeout.call_seconds.map(Duration::from_secs_f64),
            grace: seconds(self.timeout.grace_seconds, defaults.grace),
            caps,
            once: false,
            lanes: bases.iter().map(lane).collect(),
        })
    }
}

impl RetryTable {
    /// Whether the file says anything about retries. Otherwise that is left to the operations.
    fn is_set(&self) -> bool {
        let Self { attempts, base_seconds, cap_seconds, total_seconds } = self;
        attempts.is_some() || [base_seconds, cap_seconds, total_seconds].iter().any(|given| given.is_some())
    }

    fn over(&self, defaults: Retry) -> Retry {
        Retry {
            attempts: self.attempts.unwrap_or(defaults.attempts),
            base: seconds(self.base_seconds, defaults.base),
            cap: seconds(self.cap_seconds, defaults.cap),
            total: seconds(self.total_seconds, defaults.total),
        }
    }
}

impl BreakerTable {
    fn over(&self, defaults: BreakerSettings) -> BreakerSettings {
        BreakerSettings {
            after: self.after.unwrap_or(defaults.after),
            first_wait: seconds(self.first_wait_seconds, defaults.first_wait),
            total: seconds(self.total_seconds, defaults.total),
        }
    }
}

impl From<InDoubtWord> for InDoubt {
    fn from(word: InDoubtWord) -> Self {
        match word {
            InDoubtWord::Keep => Self::Keep,
            InDoubtWord::Retry => Self::Retry,
        }
    }
}

fn seconds(given: Option<f64>, default: Duration) -> Duration {
    given.map_or(default, Duration::from_secs_f64)
}
