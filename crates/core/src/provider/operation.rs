//! What a provider says of its operations: data that policies go by. This module decides nothing.

use std::{borrow::Cow, time::Duration};

use smol_str::SmolStr;

/// One operation of a provider: what it bills, and how long it may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What the vendor bills.
    pub bills: Bills,
    /// The price of a call, where the vendor publishes one.
    pub price: Option<Price>,
    /// How long to wait for an answer. Giving up leaves a call in doubt, so be generous.
    pub timeout: Duration,
    /// Whether a call changes something at the vendor. Such a call is never sent again by itself, even if
    /// it costs nothing.
    pub has_effects: bool,
}

/// What a vendor bills an operation for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bills {
    /// Nothing: its calls are free.
    Nothing,
    /// An answer that found something. An answer without data costs nothing.
    Found,
    /// Every complete answer, whether it found something or not.
    Answered,
    /// Every request that reached the vendor, also those that it answered with an error of its own.
    Sent,
}

/// The price of one call, in the vendor's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// The unit, such as `credit`. The user's settings say what one costs in money.
    pub unit: SmolStr,
    /// The usual price.
    pub list: f64,
    /// The highest price that one call can come to; it is reserved before the call is sent.
    pub worst: f64,
}

impl Operation {
    /// An operation of which every complete answer is billed, at a price that is not published.
    pub const fn paid(timeout: Duration) -> Self {
        Self { bills: Bills::Answered, price: None, timeout, has_effects: false }
    }

    /// An operation that costs nothing and changes nothing.
    pub const fn free(timeout: Duration) -> Self {
        Self { bills: Bills::Nothing, price: None, timeout, has_effects: false }
    }

    /// Whether its calls cost nothing, whatever they answer.
    pub fn is_free(&self) -> bool {
        self.bills == Bills::Nothing
    }

    /// Whether a call may be sent any number of times: it costs nothing and changes nothing.
    pub fn is_repeatable(&self) -> bool {
        self.is_free() && !self.has_effects
    }
}

/// The operations of a provider, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Operations {
    listed: Cow<'static, [(SmolStr, Operation)]>,
    others: Operation,
}

impl Operations {
    /// The operations that `listed` names; every other name means an operation like `others`.
    pub const fn constant(listed: &'static [(SmolStr, Operation)], others: Operation) -> Self {
        Self { listed: Cow::Borrowed(listed), others }
    }

    /// As [`Operations::constant`], for a provider that is made at run time.
    pub fn new(listed: impl IntoIterator<Item = (SmolStr, Operation)>, others: Operation) -> Self {
        Self { listed: listed.into_iter().collect(), others }
    }

    /// The operation of this name.
    pub fn get(&self, name: &str) -> &Operation {
        let listed = self.listed.iter().find(|(known, _)| known == name);
        listed.map_or(&self.others, |(_, operation)| operation)
    }

    /// The operations that are listed, each with its name.
    pub fn listed(&self) -> impl Iterator<Item = (&str, &Operation)> {
        self.listed.iter().map(|(name, operation)| (name.as_str(), operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_listed_means_the_others() {
        let short = Duration::from_secs(5);
        let operations = Operations::new(
            [("list".into(), Operation::free(short))],
            Operation::paid(Duration::from_secs(60)),
        );
        assert!(operations.get("list").is_repeatable());
        assert_eq!(operations.get("list").timeout, short);
        assert_eq!(operations.get("find").bills, Bills::Answered);
        let with_effects = Operation { has_effects: true, ..Operation::free(short) };
        assert!(with_effects.is_free() && !with_effects.is_repeatable());
    }
}
