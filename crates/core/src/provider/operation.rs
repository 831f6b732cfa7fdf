//! What a provider says about its operations: data that policies follow. This module decides nothing.

use std::{borrow::Cow, time::Duration};

use smol_str::SmolStr;

/// One operation of a provider: what it bills, how long it may take, and how its calls are sent.
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
    /// How many calls one request may carry; `None` if every call needs a request of its own.
    pub bulk: Option<Bulk>,
    /// How the vendor is asked for an answer that comes later; `None` if it answers at once.
    pub poll: Option<Poll>,
    /// How long the vendor recognises the idempotency key of a call and does not bill a repetition again;
    /// `None` unless the vendor documents it.
    pub idempotency: Option<Duration>,
    /// How long an answer counts as recent, unless the user says otherwise.
    pub max_age: Option<Duration>,
    /// How often and how soon an attempt is repeated, unless the user says otherwise.
    pub retry: Option<RetryPolicy>,
    /// The limits of this operation, besides those of the provider.
    pub limits: Limits,
}

/// Calls that one request carries together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bulk {
    /// The most calls in one request.
    pub most: usize,
    /// How long a call waits for others, if more are coming.
    pub wait: Duration,
}

/// How the vendor is asked for an answer that comes later. Such requests cost nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    /// The time between the first requests; it doubles from request to request.
    pub every: Duration,
    /// The longest time between two requests.
    pub at_most: Duration,
    /// How long one run goes on asking at most.
    pub give_up_after: Duration,
}

/// How often and how soon attempts at a call are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The total number of attempts, including the first.
    pub attempts: u32,
    /// The longest first wait; each further wait may be twice as long.
    pub base: Duration,
    /// The longest wait, unless the vendor asks for a longer one.
    pub cap: Duration,
}

/// What the vendor accepts at most.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// The limits within periods. All of them hold.
    pub windows: Cow<'static, [Window]>,
    /// The most requests in flight; the user's setting where that is lower.
    pub parallel: Option<usize>,
}

impl Limits {
    /// No limit that is known.
    pub const NONE: Self = Self { windows: Cow::Borrowed(&[]), parallel: None };
}

/// A limit on what the vendor accepts within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How much is accepted in each period.
    pub most: u32,
    /// The length of a period.
    pub per: Duration,
    /// What is counted.
    pub counts: Counted,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Requests, whatever they carry.
    Requests,
    /// The units of the price, such as tokens. A call counts with the most that it may use.
    Units,
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
    /// The unit, such as `credit`. The user's settings say what one unit costs in money.
    pub unit: SmolStr,
    /// The usual price.
    pub list: f64,
    /// The highest price that one call can come to; it is reserved before the call is sent.
    pub worst: f64,
}

impl Operation {
    /// An operation that bills every complete answer, at a price that is not published.
    pub const fn paid(timeout: Duration) -> Self {
        Self::new(Bills::Answered, None, timeout)
    }

    /// An operation that costs nothing and changes nothing.
    pub const fn free(timeout: Duration) -> Self {
        Self::new(Bills::Nothing, None, timeout)
    }

    /// An operation with these terms and no special features.
    pub const fn new(bills: Bills, price: Option<Price>, timeout: Duration) -> Self {
        Self {
            bills,
            price,
            timeout,
            has_effects: false,
            bulk: None,
            poll: None,
            idempotency: None,
            max_age: None,
            retry: None,
            limits: Limits::NONE,
        }
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
