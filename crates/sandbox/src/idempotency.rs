//! The idempotency keys that a vendor has seen, so that it does the work for a key once.
//!
//! Keys are kept until the sandbox stops; a real vendor forgets them after a while. This module must not
//! decide which vendors honour keys, and must not bill.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::work::Ticket;

/// The tickets of the work that was done under each key.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<u64, Ticket>>);

/// What a key says about a request.
#[derive(PartialEq, Eq)]
pub(crate) enum Claim {
    /// The work was not done before.
    New,
    /// The work was done under this ticket, which gives the same answer again.
    Done(Ticket),
    /// The key belongs to another request.
    Taken,
}

impl Keys {
    /// Claims a key for the work with this ticket.
    pub(crate) fn claim(&self, key: u64, ticket: Ticket) -> Claim {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match tickets.get(&key) {
            Some(done) if done.request == ticket.request => Claim::Done(*done),
            Some(_) => Claim::Taken,
            None => {
                tickets.insert(key, ticket);
                Claim::New
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_belongs_to_its_first_request() {
        let keys = Keys::default();
        let ticket = Ticket { seed: 0, request: 7, arrival: 0 };
        assert!(keys.claim(1, ticket) == Claim::New);
        assert!(keys.claim(1, Ticket { arrival: 1, ..ticket }) == Claim::Done(ticket));
        assert!(keys.claim(1, Ticket { request: 8, ..ticket }) == Claim::Taken);
        assert!(keys.claim(2, Ticket { arrival: 1, ..ticket }) == Claim::New);
    }
}
