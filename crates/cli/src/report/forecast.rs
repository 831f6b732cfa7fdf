//! A plan, told: what a run would do and cost.

mod document;
mod human;

use std::{collections::BTreeMap, time::Duration};

use engine::{CallForecast, StepForecast, gateway::Standing};
use marl_core::SmolStr;
use schemars::JsonSchema;
use serde::Serialize;

use super::json::rounded;
use crate::consent::Consent;

pub(crate) use document::{Document, planned_document};
pub(crate) use human::planned_lines;

/// Everything that is known of a plan.
pub(crate) struct Planned {
    pub(crate) sandbox: bool,
    pub(crate) table: String,
    pub(crate) rows: u64,
    pub(crate) columns: usize,
    pub(crate) rows_picked: u64,
    pub(crate) table_notes: Vec<String>,
    pub(crate) ledger: String,
    pub(crate) ledger_exists: bool,
    /// Output cells that say nothing and would be filled: for certain, and at most.
    pub(crate) said_nothing: (u64, u64),
    /// By output: filled cells that would be replaced, for certain and at most.
    pub(crate) replaced: BTreeMap<usize, (u64, u64)>,
    pub(crate) steps: Vec<StepForecast>,
    pub(crate) remarks: BTreeMap<(usize, String), u64>,
    pub(crate) currency: Option<String>,
    /// By provider and operation, the price if known.
    pub(crate) prices: BTreeMap<(SmolStr, SmolStr), Option<f64>>,
    /// By provider and operation, how long a call usually takes, if known.
    pub(crate) durations: BTreeMap<(SmolStr, SmolStr), Option<Duration>>,
    pub(crate) parallel: usize,
    /// How often a call in doubt may be sent, where it is sent again at all.
    pub(crate) doubts_resent: Option<u32>,
    pub(crate) max_calls: Option<u64>,
    pub(crate) max_cost: Option<f64>,
    /// Settings that decide how much is spent, where they are not the defaults.
    pub(crate) settings: Vec<String>,
    /// What is left of the hash of an earlier plan that was named.
    pub(crate) consent: Option<Consent>,
    pub(crate) sample: Vec<SampleRow>,
}

/// An example row with the calls it would make.
#[derive(JsonSchema, Serialize)]
pub(crate) struct SampleRow {
    pub(crate) row: u64,
    pub(crate) calls: Vec<SampleCall>,
}

/// A call of an example row.
#[derive(JsonSchema, Serialize)]
pub(crate) struct SampleCall {
    pub(crate) step: String,
    pub(crate) provider: String,
    pub(crate) operation: String,
    /// `null` where they depend on an answer that is not there.
    pub(crate) parameters: Option<serde_json::Value>,
    pub(crate) standing: &'static str,
    pub(crate) certain: bool,
}

/// The word for how a call stands.
pub(crate) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Reused => "in_ledger",
        Standing::InDoubt => "in_doubt",
        Standing::Broken => "broken",
        Standing::New => "new",
        Standing::Stale => "stale",
        Standing::Failed => "failed_before",
        Standing::SentAgain => "sent_again",
        Standing::Busy => "busy",
    }
}

impl Planned {
    fn calls(&self) -> impl Iterator<Item = &CallForecast> {
        self.steps.iter().flat_map(|step| &step.calls)
    }

    /// Filled cells that would be replaced: for certain, and at most.
    fn cells_replaced(&self) -> (u64, u64) {
        self.replaced.values().fold((0, 0), |sum, cells| (sum.0 + cells.0, sum.1 + cells.1))
    }

    /// Calls that are sent for certain, and the most, within the caps.
    pub(crate) fn send(&self) -> (u64, u64) {
        let exactly: u64 = self.calls().map(|call| call.send).sum();
        let possible: u64 = self.calls().map(|call| call.possible).sum();
        let most = self.max_calls.unwrap_or(u64::MAX);
        let (dear, cheap) = self.affordable();
        (exactly.min(most).min(dear), (exactly + possible).min(most).min(cheap))
    }

    /// The operations of which calls are sent, or may be.
    pub(crate) fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        let sent = self.calls().filter(|call| call.send + call.possible > 0);
        sent.map(|call| (call.provider.as_str(), call.operation.as_str()))
    }

    /// How many calls the cap on cost allows: of the dearest alone, and of the cheapest.
    fn affordable(&self) -> (u64, u64) {
        let sent = self.calls().filter(|call| call.send + call.possible > 0);
        let prices: Vec<f64> = sent.filter_map(|call| self.price(call)).collect();
        let of = |price: f64| match self.max_cost {
            Some(most) if price > 0.0 => (most / price + 1e-9).floor() as u64,
            _ => u64::MAX,
        };
        let dearest = prices.iter().copied().fold(0.0, f64::max);
        let cheapest = prices.iter().copied().fold(f64::INFINITY, f64::min);
        (of(dearest), of(cheapest))
    }

    /// What that costs; `None` where a price is unknown, which is never free.
    pub(crate) fn cost(&self) -> Option<(f64, f64)> {
        let mut cost = (0.0, 0.0);
        for call in self.calls().filter(|call| call.send + call.possible > 0) {
            let price = self.price(call)?;
            cost.0 += price * call.send as f64;
            cost.1 += price * (call.send + call.possible) as f64;
        }
        let within = |cost: f64| match self.max_cost {
            Some(most) if cost > most => self.whole_calls(most),
            _ => cost,
        };
        Some((rounded(within(cost.0)), rounded(within(cost.1))))
    }

    /// What a cap on cost allows to spend: no part of a call is bought. Where calls have several prices,
    /// the cap itself is the bound.
    fn whole_calls(&self, most: f64) -> f64 {
        let mut prices =
            self.calls().filter(|call| call.send + call.possible > 0).filter_map(|call| self.price(call));
        match prices.next() {
            Some(price) if price > 0.0 && prices.all(|other| other == price) => {
                (self.affordable().1 as f64 * price).min(most)
            }
            _ => most,
        }
    }

    fn price(&self, call: &CallForecast) -> Option<f64> {
        self.prices.get(&(call.provider.clone(), call.operation.clone())).copied().flatten()
    }

    /// Operations that would be sent and have no price.
    fn unpriced(&self) -> Vec<String> {
        let unpriced =
            self.calls().filter(|call| call.send + call.possible > 0 && self.price(call).is_none());
        let mut names: Vec<String> =
            unpriced.map(|call| format!("{} {}", call.provider, call.operation)).collect();
        names.sort();
        names.dedup();
        names
    }

    /// How long that takes, if past calls tell. Providers are asked side by side.
    fn time(&self) -> Option<(Duration, Duration)> {
        let mut by_provider: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for call in self.calls().filter(|call| call.send + call.possible > 0) {
            let usual =
                self.durations.get(&(call.provider.clone(), call.operation.clone())).copied().flatten()?;
            let seconds = usual.as_secs_f64() / self.parallel as f64;
            let time = by_provider.entry(call.provider.as_str()).or_default();
            time.0 += seconds * call.send as f64;
            time.1 += seconds * (call.send + call.possible) as f64;
        }
        let longest = |part: fn(&(f64, f64)) -> f64| by_provider.values().map(part).fold(0.0, f64::max);
        let (least, most) = (longest(|time| time.0), longest(|time| time.1));
        Some((Duration::from_secs_f64(least), Duration::from_secs_f64(most)))
    }
}
