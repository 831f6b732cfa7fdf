//! What calls cost, and what they may cost. Pure.
//!
//! A vendor has prices in a unit of its own, such as credits. The user's settings say what a unit costs in
//! money, or what a call of one operation costs whatever the vendor's price is.

use std::collections::BTreeMap;

use marl_core::{
    SmolStr,
    provider::{Bills, Operation, Price},
};

/// What one operation, or one of the vendor's units, costs in money.
pub type Prices = BTreeMap<String, f64>;

/// What calls cost. A part that is `None` is unknown, which is never free.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// In the settings' currency.
    pub money: Option<f64>,
    /// In the vendor's unit.
    pub units: Option<f64>,
}

impl Cost {
    /// Nothing at all.
    pub const FREE: Self = Self { money: Some(0.0), units: Some(0.0) };

    /// A cost of which nothing is known.
    pub const UNKNOWN: Self = Self { money: None, units: None };

    /// What a call of the operation `name` costs if it uses `units`.
    pub fn of(name: &str, operation: &Operation, units: Option<f64>, prices: &Prices) -> Self {
        if operation.is_free() {
            return Self::FREE;
        }
        let of_unit = |price: &Price| prices.get(price.unit.as_str()).copied();
        let by_unit = || Some(operation.price.as_ref().and_then(of_unit)? * units?);
        Self { money: prices.get(name).copied().or_else(by_unit), units }
    }
}

/// The bounds of what one call of an operation costs.
#[derive(Debug, Clone, PartialEq)]
pub struct CallPrice {
    /// What a complete answer costs at least.
    pub least: Cost,
    /// What the call costs at most.
    pub most: Cost,
    /// The vendor's unit, if the vendor publishes a price.
    pub unit: Option<SmolStr>,
    /// Whether calls of the operation are free, and so count towards no cap.
    pub is_free: bool,
}

impl CallPrice {
    /// What one call of the operation `name` may cost.
    pub fn of(name: &str, operation: &Operation, prices: &Prices) -> Self {
        let price = operation.price.as_ref();
        let most = Cost::of(name, operation, price.map(|price| price.worst), prices);
        let is_fixed = price.is_none_or(|price| price.list == price.worst);
        let least = match operation.bills {
            Bills::Answered | Bills::Sent if is_fixed => most,
            _ => Cost::FREE,
        };
        Self { least, most, unit: price.map(|price| price.unit.clone()), is_free: operation.is_free() }
    }
}
