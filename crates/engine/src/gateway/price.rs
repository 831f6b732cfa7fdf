//! What a call cost once it is answered, and whether a failure was paid for. Pure.

use marl_core::{
    ErrorKind,
    provider::{Bills, Bought, Failure, Operation},
};

use super::{CallPrice, Cost, Lane};

impl Lane {
    /// What one call of an operation may cost.
    pub(super) fn price(&self, name: &str) -> CallPrice {
        CallPrice::of(name, self.operation(name), &self.settings.prices)
    }

    /// What an answered call cost. `stated` is the cost in the answer, in the vendor's unit.
    pub(super) fn cost_of_answer(&self, name: &str, stated: Option<f64>, no_data: bool) -> Cost {
        let operation = self.operation(name);
        let cost = |units| Cost::of(name, operation, units, &self.settings.prices);
        let stated = stated.filter(|units| units.is_finite() && *units >= 0.0);
        match stated {
            Some(0.0) => Cost::FREE,
            Some(units) => cost(Some(units)),
            None if no_data && operation.bills == Bills::Found => Cost::FREE,
            None => cost(operation.price.as_ref().map(|price| price.list)),
        }
    }
}

/// Whether a failed attempt was paid for, by what its operation bills. A vendor that bills every request
/// bills its errors too, but not requests that never reached it or that it rejected for their rate, key,
/// credit or name.
pub(super) fn bought(operation: &Operation, failure: &Failure) -> Bought {
    let is_rejected = matches!(
        failure.error.kind(),
        ErrorKind::Network
            | ErrorKind::RateLimited
            | ErrorKind::Auth
            | ErrorKind::QuotaExhausted
            | ErrorKind::ToolNotFound
    );
    match failure.bought {
        Bought::No if operation.bills == Bills::Sent && failure.sent && !is_rejected => Bought::Yes,
        bought => bought,
    }
}
