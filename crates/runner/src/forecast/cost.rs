//! What the calls of a plan cost, within the caps: at least and at most. Sums alone; the prices come from
//! the gateway.

use std::collections::BTreeMap;

use engine::{CallForecast, cost::CallPrice};

use super::Planned;
use crate::document::rounded;

impl Planned {
    /// Calls that are sent for certain, and the most, within the caps.
    pub fn send(&self) -> (u64, u64) {
        let sum = |is_free: bool| {
            let counted = self.calls().filter(|call| self.is_free(call) == is_free);
            counted.fold((0, 0), |sum, call| (sum.0 + call.send, sum.1 + call.send + call.possible))
        };
        // No cap holds free calls back.
        let (free, paid) = (sum(true), sum(false));
        let most = self.max_calls.unwrap_or(u64::MAX);
        let (dear, cheap) = self.affordable();
        (free.0 + paid.0.min(most).min(dear), free.1 + paid.1.min(most).min(cheap))
    }

    /// How many calls the cap on cost allows: if each costs what the dearest may, and if each costs as
    /// little as the cheapest may.
    fn affordable(&self) -> (u64, u64) {
        let of = |price: f64| match self.max_cost {
            Some(most) if price > 0.0 => (most / price + 1e-9).floor() as u64,
            _ => u64::MAX,
        };
        let dearest = self.capped().filter_map(|price| price.most.money).fold(0.0, f64::max);
        let cheapest = self.capped().filter_map(|price| price.least.money).fold(f64::INFINITY, f64::min);
        (of(dearest), of(cheapest))
    }

    /// The prices of the calls that are sent, or may be, and count towards caps.
    fn capped(&self) -> impl Iterator<Item = &CallPrice> {
        let sent = self.calls().filter(|call| call.send + call.possible > 0);
        sent.filter_map(|call| self.call_price(call)).filter(|price| !price.is_free)
    }

    /// What that costs; `None` where a price is unknown, which is never free.
    pub fn cost(&self) -> Option<(f64, f64)> {
        let (mut least, mut most) = (Vec::new(), Vec::new());
        for call in self.calls().filter(|call| call.send + call.possible > 0) {
            let price = self.call_price(call)?;
            least.push((price.least.money?, call.send));
            most.push((price.most.money?, call.send + call.possible));
        }
        let cost = (self.cheapest(least), self.dearest(most));
        let within = |cost: f64| match self.max_cost {
            Some(most) if cost > most => self.whole_calls(most),
            _ => cost,
        };
        Some((rounded(within(cost.0)), rounded(within(cost.1))))
    }

    /// What the cheapest of these calls cost, as many as the cap on calls allows. Each entry is a price and a
    /// number of calls.
    fn cheapest(&self, mut calls: Vec<(f64, u64)>) -> f64 {
        calls.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.first(&calls)
    }

    /// What the dearest of these calls cost, as many as the cap on calls allows.
    fn dearest(&self, mut calls: Vec<(f64, u64)>) -> f64 {
        calls.sort_by(|one, other| other.0.total_cmp(&one.0));
        self.first(&calls)
    }

    fn first(&self, calls: &[(f64, u64)]) -> f64 {
        // A price of 0 is that of a free call, which no cap counts.
        let mut left = self.max_calls.unwrap_or(u64::MAX);
        let take = |(price, number): &(f64, u64)| {
            let taken = if *price > 0.0 { (*number).min(left) } else { *number };
            left -= if *price > 0.0 { taken } else { 0 };
            price * taken as f64
        };
        calls.iter().map(take).sum()
    }

    /// What a cap on cost allows to spend: no part of a call is bought. Unless all calls have one fixed
    /// price, the cap itself is the bound.
    fn whole_calls(&self, most: f64) -> f64 {
        let is_fixed = |price: &CallPrice| price.least.money == price.most.money;
        let mut prices = self.capped();
        match prices.next().filter(|price| is_fixed(price)).and_then(|price| price.most.money) {
            Some(price)
                if price > 0.0 && prices.all(|other| is_fixed(other) && other.most.money == Some(price)) =>
            {
                (self.affordable().1 as f64 * price).min(most)
            }
            _ => most,
        }
    }

    /// What that costs in the vendors' own units, for vendors that publish their prices: by provider and
    /// unit, at least and at most.
    pub fn units(&self) -> BTreeMap<(&str, &str), (f64, f64)> {
        let mut units: BTreeMap<_, (f64, f64)> = BTreeMap::new();
        for call in self.calls().filter(|call| call.send + call.possible > 0) {
            let Some(price) = self.call_price(call) else { continue };
            let (Some(unit), Some(least), Some(most)) = (&price.unit, price.least.units, price.most.units)
            else {
                continue;
            };
            let sum = units.entry((call.provider.as_str(), unit.as_str())).or_default();
            sum.0 += least * call.send as f64;
            sum.1 += most * (call.send + call.possible) as f64;
        }
        units
    }

    fn call_price(&self, call: &CallForecast) -> Option<&CallPrice> {
        self.prices.get(&(call.provider.clone(), call.operation.clone()))
    }

    fn is_free(&self, call: &CallForecast) -> bool {
        self.call_price(call).is_some_and(|price| price.is_free)
    }

    /// What a call costs at most, in money.
    pub(super) fn price(&self, call: &CallForecast) -> Option<f64> {
        self.call_price(call)?.most.money
    }

    /// Operations that would be sent and have no price.
    pub fn unpriced(&self) -> Vec<String> {
        let unpriced =
            self.calls().filter(|call| call.send + call.possible > 0 && self.price(call).is_none());
        let mut names: Vec<String> =
            unpriced.map(|call| format!("{} {}", call.provider, call.operation)).collect();
        names.sort();
        names.dedup();
        names
    }
}
