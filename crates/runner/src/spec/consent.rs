//! What the user agreed to, and how much of it is left.
//!
//! A plan's hash is consent to one purchase: marl counts what every run that names the hash has bought,
//! whether the run was resumed or repeated. If consent is required, a run that would buy must name a hash or
//! have a cap. This module decides before any file is created; the ledger counts, and the gateway's caps bind
//! the run to what is left.

use engine::{
    gateway::Caps,
    ledger::{Ledger, Used},
};
use marl_core::words::thousands;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    failure::{Failure, invocation::Invocation},
    spec::hash::Hash,
};

/// Flags that bound a run, and that a new plan leaves out.
pub(crate) const BOUNDS: [&str; 3] = ["--plan", "--max-calls", "--max-cost"];

/// A plan's hash with what was bought under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    agreed: Caps,
    used: Used,
}

/// How much is left of the plan's hash that the run is bound to.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Left {
    calls_agreed: u64,
    calls_left: u64,
    cost_agreed: Option<f64>,
    cost_left: Option<f64>,
}

impl Consent {
    /// The consent that `hash` stands for, of which `used` was already bought.
    pub(crate) fn new(hash: &Hash, used: Used) -> Self {
        Self { agreed: Caps { calls: Some(hash.calls), cost: hash.cost }, used }
    }

    /// What may still be bought.
    pub fn left(&self) -> Caps {
        Caps {
            calls: self.agreed.calls.map(|calls| calls.saturating_sub(self.used.calls)),
            // A sum of prices such as 0.1 would show floating-point errors.
            cost: self.agreed.cost.map(|cost| ((cost - self.used.cost).max(0.0) * 1e9).round() / 1e9),
        }
    }

    pub(crate) fn is_used_up(&self) -> bool {
        let left = self.left();
        let has_spent_all = self.agreed.cost.is_some_and(|cost| cost > 0.0) && left.cost == Some(0.0);
        left.calls == Some(0) || has_spent_all
    }

    /// As text: `3 of 5 calls are left`.
    pub fn describe(&self) -> String {
        let number = |caps: Caps| thousands(caps.calls.unwrap_or_default());
        let left = self.left();
        let cost = match (left.cost, self.agreed.cost) {
            (Some(left), Some(agreed)) if agreed > 0.0 => format!(", {left} of {agreed} to spend"),
            _ => String::new(),
        };
        format!("{} of {} calls that the plan allows are left{cost}", number(left), number(self.agreed))
    }

    /// The document for programs.
    pub fn document(&self) -> Left {
        let left = self.left();
        Left {
            calls_agreed: self.agreed.calls.unwrap_or_default(),
            calls_left: left.calls.unwrap_or_default(),
            cost_agreed: self.agreed.cost,
            cost_left: left.cost,
        }
    }
}

/// The tighter of two bounds.
pub(crate) fn tighter(one: Caps, other: Caps) -> Caps {
    fn least<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other < one { other } else { one }),
            (one, other) => one.or(other),
        }
    }
    Caps { calls: least(one.calls, other.calls), cost: least(one.cost, other.cost) }
}

/// What is left of a plan's hash; the ledger may not exist yet.
pub(crate) async fn left_of(hash: &Hash, store: Option<&dyn Ledger>) -> Result<Consent, Failure> {
    let used = match store {
        Some(store) => store.used(&hash.to_string()).await?,
        None => Used::default(),
    };
    Ok(Consent::new(hash, used))
}

/// The command that plans what is left to buy, without the bounds of this one.
pub(crate) fn plan_anew(invocation: &Invocation) -> String {
    invocation.as_subcommand("plan", &BOUNDS)
}

/// The command that continues after this one.
pub(crate) fn going_on_from_here(invocation: &Invocation) -> String {
    going_on(invocation).unwrap_or_else(|| plan_anew(invocation))
}

/// The command that continues after a run with this recorded command, quoted for a shell.
pub(crate) fn going_on_from(command: &str) -> Option<String> {
    going_on(&Invocation::new(shlex::split(command)?.into_iter().skip(1)))
}

/// The command that continues after a run: the same command, unless it had a cap, which allowed that run
/// alone to buy. A plan's hash may be named again, because the ledger counts what was bought under it.
fn going_on(invocation: &Invocation) -> Option<String> {
    // A single call cannot be continued.
    let subcommand = invocation.words().iter().find(|word| !word.starts_with('-'));
    subcommand.filter(|word| *word == "enrich")?;
    if invocation.has("--plan") || !BOUNDS.iter().any(|bound| invocation.has(bound)) {
        return Some(invocation.command());
    }
    Some(plan_anew(invocation))
}

/// The command that plans to resend calls that may have been paid for.
pub(crate) fn plan_of_doubts(invocation: &Invocation) -> String {
    let mut without = BOUNDS.to_vec();
    without.push("--in-doubt");
    format!("{} --in-doubt retry", invocation.as_subcommand("plan", &without))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent(agreed: (u64, Option<f64>), used: (u64, f64)) -> Consent {
        let agreed = Caps { calls: Some(agreed.0), cost: agreed.1 };
        Consent { agreed, used: Used { calls: used.0, cost: used.1 } }
    }

    #[test]
    fn what_is_left_is_the_consent_minus_the_purchases() {
        for (agreed, used, left, is_used_up) in [
            ((5, None), (0, 0.0), (5, None), false),
            ((5, None), (4, 9.0), (1, None), false),
            ((5, None), (5, 0.0), (0, None), true),
            ((5, None), (7, 0.0), (0, None), true),
            ((3, Some(0.3)), (1, 0.1), (2, Some(0.2)), false),
            ((3, Some(0.3)), (2, 0.1 + 0.2), (1, Some(0.0)), true),
            ((3, Some(0.0)), (1, 0.0), (2, Some(0.0)), false),
            ((0, Some(0.0)), (0, 0.0), (0, Some(0.0)), true),
        ] {
            let consent = consent(agreed, used);
            let caps = Caps { calls: Some(left.0), cost: left.1 };
            assert_eq!((consent.left(), consent.is_used_up()), (caps, is_used_up), "{agreed:?} {used:?}");
        }
    }

    #[test]
    fn a_cap_is_not_repeated_and_a_hash_is() {
        for (command, expect) in [
            ("marl enrich --input 'my t.csv' --json", Some("marl enrich --input 'my t.csv' --json")),
            ("marl --json enrich -i t.csv --max-calls=3", Some("marl plan --json -i t.csv")),
            ("marl enrich -i t.csv --max-cost 3 --limit 2", Some("marl plan -i t.csv --limit 2")),
            (
                "marl enrich -i t.csv --plan a-b --max-calls 3",
                Some("marl enrich -i t.csv --plan a-b --max-calls 3"),
            ),
            ("marl tools call x", None),
            ("marl enrich -i 'open", None),
        ] {
            assert_eq!(going_on_from(command).as_deref(), expect, "{command}");
        }
    }

    #[test]
    fn the_tighter_bound_holds() {
        let caps = |calls, cost| Caps { calls, cost };
        let of = |one, other| tighter(one, other);
        assert_eq!(of(caps(Some(3), None), caps(Some(2), Some(1.0))), caps(Some(2), Some(1.0)));
        assert_eq!(of(caps(None, Some(0.5)), caps(Some(2), Some(1.0))), caps(Some(2), Some(0.5)));
        assert_eq!(of(Caps::default(), Caps::default()), Caps::default());
    }
}
