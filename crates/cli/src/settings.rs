//! `marl.toml`: the project's settings. A mistake in it is an error with its line.

use std::{collections::BTreeMap, path::Path, time::Duration};

use engine::{
    gateway::{BreakerSettings, Caps, InDoubt, LaneSettings, Retry, Settings as GatewaySettings},
    ledger::Scope,
    nearest,
};
use serde::Deserialize;

use crate::{connect, failure::Failure, text_file, toml_error, user_settings::ConsentTable};

/// The file's name in the project folder.
pub(crate) const FILE: &str = "marl.toml";

/// Whose answers they are where the file names nobody.
const DEFAULT_ACCOUNT: &str = "default";

/// The most that `--parallel` may be without `limits.max_parallel`.
const MAX_PARALLEL: usize = 16;

/// The most attempts at one call: each may be paid for where its answer is lost.
const MOST_ATTEMPTS: u32 = 10;

/// The longest contact, in characters.
const LONGEST_CONTACT: usize = 200;

/// The shortest time for a call to a provider: a call that is given up sooner is most likely paid
/// for, and leaves a doubt.
const LEAST_CALL: f64 = 5.0;

/// What `marl.toml` says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    contact: Option<String>,
    currency: Option<String>,
    price: BTreeMap<String, BTreeMap<String, f64>>,
    limits: Limits,
    limit: BTreeMap<String, Limit>,
    provider: BTreeMap<String, Provider>,
    retry: RetryTable,
    breaker: BreakerTable,
    timeout: Timeout,
    consent: ConsentTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Limits {
    max_parallel: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Limit {
    per_minute: Option<u32>,
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
    /// Reads the settings of a project folder; a folder without the file has the defaults.
    pub(crate) fn read(folder: &Path, providers: &[&str]) -> Result<Self, Failure> {
        match text_file::read(&folder.join(FILE))? {
            Some(text) => Self::parse(&text, providers),
            None => Ok(Self::default()),
        }
    }

    pub(crate) fn parse(text: &str, providers: &[&str]) -> Result<Self, Failure> {
        let settings: Self = toml::from_str(text).map_err(|error| toml_error::failure(FILE, text, &error))?;
        for (table, name) in settings.provider_names() {
            if !providers.contains(&name) {
                let line = text.lines().position(|line| line.trim().starts_with(&format!("[{table}.{name}")));
                let at = line.map(|line| format!(", line {}", line + 1)).unwrap_or_default();
                let failure = Failure::usage(format!("{FILE}{at}: no provider is called `{name}`"));
                let near =
                    nearest(name, providers.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                return Err(
                    failure.hint(near.unwrap_or_else(|| format!("there are: {}", providers.join(", "))))
                );
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

    fn check_times(&self) -> Result<(), Failure> {
        let times = [
            ("retry.base_seconds", self.retry.base_seconds),
            ("retry.cap_seconds", self.retry.cap_seconds),
            ("retry.total_seconds", self.retry.total_seconds),
            ("breaker.first_wait_seconds", self.breaker.first_wait_seconds),
            ("breaker.total_seconds", self.breaker.total_seconds),
            ("timeout.call_seconds", self.timeout.call_seconds),
            ("timeout.grace_seconds", self.timeout.grace_seconds),
        ];
        for (name, seconds) in times {
            if seconds.is_some_and(|seconds| !(0.0..=86_400.0).contains(&seconds)) {
                return Err(Failure::usage(format!("{FILE}: `{name}` must be between 0 and 86400 seconds"))
                    .hint("a number of seconds, such as `60` or `0.5`"));
            }
        }
        let prices =
            self.price.iter().flat_map(|(provider, prices)| prices.iter().map(move |one| (provider, one)));
        for (provider, (operation, price)) in prices {
            if !(0.0..=1e6).contains(price) {
                let name = format!("price.{provider}.{operation}");
                return Err(Failure::usage(format!("{FILE}: `{name}` must be between 0 and 1000000"))
                    .hint("a price is for one call, such as `0.02`"));
            }
        }
        let least_one = [
            ("retry.attempts", self.retry.attempts),
            ("breaker.after", self.breaker.after),
            (
                "limits.max_parallel",
                self.limits.max_parallel.map(|most| u32::try_from(most).unwrap_or(u32::MAX)),
            ),
        ];
        if self.retry.attempts.is_some_and(|attempts| attempts > MOST_ATTEMPTS) {
            return Err(Failure::usage(format!("{FILE}: `retry.attempts` must be at most {MOST_ATTEMPTS}"))
                .hint("each attempt may be paid for where its answer is lost; the default is 4"));
        }
        if self.limits.max_parallel.is_some_and(|most| most > 10_000) {
            return Err(Failure::usage(format!("{FILE}: `limits.max_parallel` must be at most 10000"))
                .hint("the bound of `--parallel`, such as `32`"));
        }
        let per_minute = self.limit.values().filter_map(|limit| limit.per_minute);
        let zero = least_one.into_iter().chain(per_minute.map(|rate| ("per_minute", Some(rate))));
        for (name, number) in zero {
            if number == Some(0) {
                return Err(Failure::usage(format!("{FILE}: `{name}` must be at least 1"))
                    .hint("write a whole number from 1, or leave the line out"));
            }
        }
        Ok(())
    }

    /// A contact becomes a part of a header.
    fn check_contact(&self) -> Result<(), Failure> {
        let fits = |contact: &String| {
            !contact.trim().is_empty()
                && contact.len() <= LONGEST_CONTACT
                && contact.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"()\\".contains(&byte))
        };
        match self.contact.as_ref().is_none_or(fits) {
            true => Ok(()),
            false => Err(Failure::usage(format!(
                "{FILE}: `contact` must have 1 to {LONGEST_CONTACT} plain characters, and no parentheses"
            ))
            .hint("an e-mail address or a web page, such as `ops@acme.com`")),
        }
    }

    /// Whom a vendor can write to about this project's requests.
    pub(crate) fn contact(&self) -> Option<&str> {
        self.contact.as_deref().map(str::trim)
    }

    /// Whether the project asks for consent before anything is bought. That it does not, says
    /// nothing: the user may ask for it.
    pub(crate) fn requires_consent(&self) -> bool {
        self.consent.is_required()
    }

    /// A server on this machine answers at once and bills nobody; a provider needs its time.
    fn check_call_time(&self, bases: &BTreeMap<&'static str, Option<String>>) -> Result<(), Failure> {
        let is_too_short = self.timeout.call_seconds.is_some_and(|seconds| seconds < LEAST_CALL);
        let is_local = |base: &Option<String>| base.as_deref().is_some_and(connect::is_on_this_machine);
        if is_too_short && !bases.values().all(is_local) {
            return Err(Failure::usage(format!(
                "{FILE}: `timeout.call_seconds` must be at least {LEAST_CALL}"
            ))
            .hint("a call that is given up sooner is most likely paid for, and its answer is lost"));
        }
        Ok(())
    }

    /// What the file says that decides how much is spent, one line each. `operations` are those that
    /// the run may send.
    pub(crate) fn told(&self, operations: &[(&str, &str)]) -> Vec<String> {
        let mut lines = Vec::new();
        let unit = self.currency.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
        for (provider, operation) in operations {
            if let Some(price) = self.price(provider, operation) {
                lines.push(format!("{provider} {operation} costs {price}{unit}, by {FILE}"));
            }
        }
        for (name, provider) in &self.provider {
            if let Some(account) = provider.account.as_ref().filter(|account| *account != DEFAULT_ACCOUNT) {
                lines.push(format!("answers of {name} are those of the account `{account}`, by {FILE}; what other accounts bought does not count"));
            }
        }
        let default = Retry::default().attempts;
        if let Some(attempts) = self.retry.attempts.filter(|attempts| *attempts > default) {
            lines.push(format!(
                "a call that fails is tried {attempts} times in all, by {FILE} (default {default})"
            ));
        }
        if let Some(seconds) = self.timeout.call_seconds {
            lines.push(format!("a call is given up after {seconds} s, by {FILE}; it may have been paid for"));
        }
        let default = GatewaySettings::default().grace.as_secs_f64();
        if let Some(seconds) = self.timeout.grace_seconds.filter(|seconds| *seconds < default) {
            lines.push(format!("a late answer is taken for {seconds} s, by {FILE} (default {default})"));
        }
        lines
    }

    /// The providers whose calls in doubt the file has sent again.
    pub(crate) fn resent(&self) -> impl Iterator<Item = &str> {
        let retried = |provider: &Provider| matches!(provider.in_doubt, Some(InDoubtWord::Retry));
        self.provider.iter().filter(move |(_, provider)| retried(provider)).map(|(name, _)| name.as_str())
    }

    /// The unit of all prices, as the file names it.
    pub(crate) fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// What a call costs, if the file says so.
    pub(crate) fn price(&self, provider: &str, operation: &str) -> Option<f64> {
        self.price.get(provider)?.get(operation).copied()
    }

    /// The gateway's settings: the file's, under those of the command line. `bases` holds the
    /// base address of each provider that has not the default one.
    pub(crate) fn gateway(
        &self,
        parallel: usize,
        in_doubt: Option<InDoubt>,
        caps: Caps,
        bases: &BTreeMap<&'static str, Option<String>>,
    ) -> Result<GatewaySettings, Failure> {
        let most = self.limits.max_parallel.unwrap_or(MAX_PARALLEL);
        if !(1..=most).contains(&parallel) {
            return Err(Failure::usage(format!("`--parallel {parallel}` is not between 1 and {most}"))
                .hint(format!("`max_parallel = N` under `[limits]` in {FILE} raises the bound")));
        }
        self.check_call_time(bases)?;
        let lane = |(name, base): (&&'static str, &Option<String>)| {
            let provider = self.provider.get(*name);
            let account = provider.and_then(|provider| provider.account.clone());
            let of_file = provider.and_then(|provider| provider.in_doubt).map(InDoubt::from);
            let lane = LaneSettings {
                scope: Scope {
                    base: base.clone(),
                    account: account.unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
                },
                per_minute: self.limit.get(*name).and_then(|limit| limit.per_minute),
                in_doubt: in_doubt.or(of_file).unwrap_or_default(),
                prices: self.price.get(*name).cloned().unwrap_or_default(),
            };
            ((*name).to_owned(), lane)
        };
        let defaults = GatewaySettings::default();
        Ok(GatewaySettings {
            parallel,
            retry: self.retry.over(defaults.retry),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let failure = Settings::parse(text, &["datagen"]).unwrap_err();
        failure.lines().iter().map(|(word, line)| format!("{word}: {line}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_contact_fits_into_a_header() {
        let settings = Settings::parse("contact = \" ops@acme.com \"\n", &[]).unwrap();
        assert_eq!(settings.contact(), Some("ops@acme.com"));
        let long = "x".repeat(201);
        for contact in ["", "  ", "a\\nb", "münchen", "a (b)", &long] {
            assert!(refused(&format!("contact = \"{contact}\"\n")).contains("`contact` must"), "{contact}");
        }
    }

    #[test]
    fn everything_can_be_set() {
        let text = "[limits]\nmax_parallel = 40\n[limit.datagen]\nper_minute = 50\n[provider.datagen]\naccount = \"team\"\nin_doubt = \"retry\"\n[retry]\nattempts = 2\nbase_seconds = 0\n[breaker]\nafter = 1\n[timeout]\ncall_seconds = 0.5\n";
        let settings = Settings::parse(text, &["datagen"]).unwrap();
        let bases = BTreeMap::from([("datagen", Some("sandbox".to_owned()))]);
        let gateway = settings.gateway(40, None, Caps::default(), &bases).unwrap();
        let lane = &gateway.lanes["datagen"];
        assert_eq!((lane.per_minute, lane.in_doubt), (Some(50), InDoubt::Retry));
        assert_eq!(lane.scope, Scope { base: Some("sandbox".to_owned()), account: "team".to_owned() });
        assert_eq!((gateway.retry.attempts, gateway.retry.base), (2, Duration::ZERO));
        assert_eq!(gateway.timeout, Some(Duration::from_millis(500)));
        let keep = settings.gateway(1, Some(InDoubt::Keep), Caps::default(), &bases).unwrap();
        assert_eq!(keep.lanes["datagen"].in_doubt, InDoubt::Keep);
    }

    #[test]
    fn mistakes_are_named_with_their_line_and_the_nearest_word() {
        insta::assert_snapshot!(
            [
                "[limits]\nmax_paralel = 3\n",
                "[limits]\nmax_parallel = \"3\"\n",
                "[limt.datagen]\nper_minute = 3\n",
                "\n[limit.datagn]\nper_minute = 3\n",
                "[provider.datagen]\nin_doubt = \"retri\"\n",
                "[limits\n",
                "[limit.datagen]\nper_minute = 0\n",
                "[retry]\nbase_seconds = -1\n",
            ]
            .map(refused)
            .join("\n\n")
        );
    }

    #[test]
    fn what_multiplies_payments_is_bounded() {
        assert!(Settings::parse("[retry]\nattempts = 10\n", &[]).is_ok());
        for attempts in ["11", "60", "4294967295"] {
            assert!(
                refused(&format!("[retry]\nattempts = {attempts}\n")).contains("at most 10"),
                "{attempts}"
            );
        }
        let check = |seconds: &str, base: Option<&str>| {
            let text = format!("[timeout]\ncall_seconds = {seconds}\n");
            let settings = Settings::parse(&text, &["datagen"]).unwrap();
            let bases = BTreeMap::from([("datagen", base.map(str::to_owned))]);
            settings.gateway(1, None, Caps::default(), &bases).is_ok()
        };
        for base in [None, Some("https://api.example"), Some("https://127.0.0.1.example")] {
            assert!(check("5", base) && !check("4.9", base) && !check("0.02", base), "{base:?}");
        }
        for local in ["sandbox", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost:1/x"] {
            assert!(check("0.02", Some(local)), "{local}");
        }
    }

    #[test]
    fn settings_that_spend_are_told_and_others_are_not() {
        let told = |text: &str| {
            let settings = Settings::parse(text, &["datagen"]).unwrap();
            (settings.told(&[("datagen", "a")]).join("\n"), settings.resent().count())
        };
        for quiet in [
            "",
            "[retry]\nattempts = 2\nbase_seconds = 0\n[breaker]\nafter = 9\n",
            "[limits]\nmax_parallel = 40\n[price.datagen]\nb = 2\n",
            "[provider.datagen]\nin_doubt = \"keep\"\naccount = \"default\"\n",
            "[timeout]\ngrace_seconds = 90\n",
        ] {
            assert_eq!(told(quiet), (String::new(), 0), "{quiet}");
        }
        for (text, word) in [
            ("currency = \"EUR\"\n[price.datagen]\na = 0.5\n", "datagen a costs 0.5 EUR, by marl.toml"),
            ("[provider.datagen]\naccount = \"x\"\n", "the account `x`"),
            ("[retry]\nattempts = 9\n", "9 times in all"),
            ("[timeout]\ncall_seconds = 7\n", "given up after 7 s"),
            ("[timeout]\ngrace_seconds = 0\n", "taken for 0 s"),
        ] {
            let (lines, resent) = told(text);
            assert!(lines.contains(word) && lines.lines().count() == 1 && resent == 0, "{text}: {lines}");
        }
        assert_eq!(told("[provider.datagen]\nin_doubt = \"retry\"\n").1, 1);
    }

    #[test]
    fn parallel_is_bounded() {
        let settings = Settings::default();
        assert!(settings.gateway(0, None, Caps::default(), &BTreeMap::new()).is_err());
        assert!(settings.gateway(16, None, Caps::default(), &BTreeMap::new()).is_ok());
        assert!(settings.gateway(17, None, Caps::default(), &BTreeMap::new()).is_err());
    }
}
