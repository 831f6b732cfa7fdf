//! What `call` and the vendors hand to each other: a request, the work that it asks for, and the answer with
//! its bill. This module must not bill, count or wait.

use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::FaultKind;
use crate::hash::{Dice, Fnv};
use crate::reply::{self, Payload};

/// A request that a route of a vendor fits.
pub(crate) struct Request<'a> {
    /// The path of the route, with `{id}` in the place of the identifier.
    pub(crate) route: &'static str,
    /// The identifier in the path. Only a request that looks at a job has one.
    pub(crate) id: Option<&'a str>,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Request<'_> {
    /// The value of a header without blanks around it; empty without the header.
    pub(crate) fn header(&self, name: &str) -> &[u8] {
        self.headers.get(name).map(|value| value.as_bytes().trim_ascii()).unwrap_or_default()
    }

    /// The key after `Bearer` in the `Authorization` header; empty without one.
    pub(crate) fn bearer(&self) -> &[u8] {
        self.header("authorization").strip_prefix(b"Bearer ").unwrap_or_default().trim_ascii()
    }
}

/// The work that a valid request asks for: one call, or the many calls of a bulk request.
pub(crate) struct Work {
    /// The identity of each call: equal calls have equal hashes.
    pub(crate) items: Vec<u64>,
    pub(crate) job: Box<dyn Job>,
    /// The hash of the client's idempotency key, if the vendor honours such keys and the client sent one.
    pub(crate) idempotency: Option<u64>,
}

impl Work {
    /// The work for a request that is one call.
    pub(crate) fn one(call: u64, job: impl Job + 'static) -> Self {
        Self { items: vec![call], job: Box::new(job), idempotency: None }
    }

    /// The identity of the request, in whatever order its items are. A request for one call is that call.
    pub(crate) fn hash(&self) -> u64 {
        if let [only] = self.items[..] {
            return only;
        }
        let mut sorted = self.items.clone();
        sorted.sort_unstable();
        let mut hash = Fnv::new();
        sorted.iter().for_each(|item| hash.write(&item.to_le_bytes()));
        hash.finish()
    }
}

/// The execution of the work.
pub(crate) trait Job: Send + Sync {
    /// The fault that the parameters stand for.
    fn special_fault(&self, attempt: u64) -> Option<FaultKind>;

    /// Does the work. The same ticket always gives the same answer.
    fn run(&self, ticket: Ticket) -> Answered;
}

/// Everything that an answer may depend on besides the parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) seed: u64,
    /// The identity of the request.
    pub(crate) request: u64,
    /// How many equal requests arrived earlier.
    pub(crate) arrival: u64,
}

impl Ticket {
    /// Dice for what is the same at every arrival of the request.
    pub(crate) fn dice(self) -> Dice {
        Dice::of_arrival(self.seed, self.request, 0)
    }

    /// Dice for what differs between equal requests.
    pub(crate) fn dice_of_arrival(self) -> Dice {
        Dice::of_arrival(self.seed, self.request, self.arrival)
    }

    /// An identifier that only this arrival of the request has, in the form of a UUID.
    pub(crate) fn id(self) -> String {
        let dice = self.dice_of_arrival();
        let (high, low) = (dice.roll("high half", u64::MAX), dice.roll("low half", u64::MAX));
        let digits = format!("{high:016x}{low:016x}");
        format!(
            "{}-{}-{}-{}-{}",
            &digits[..8],
            &digits[8..12],
            &digits[12..16],
            &digits[16..20],
            &digits[20..]
        )
    }
}

impl Ticket {
    /// Whether [`Ticket::id`] makes identifiers of this form.
    pub(crate) fn could_have_made(id: &str) -> bool {
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    }
}

/// A vendor's complete answer, and what the vendor bills for it.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Value,
    /// The calls that cost something. The others are free.
    pub(crate) bill: Vec<Charge>,
}

/// What one call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The identity of the call.
    pub(crate) call: u64,
    /// The price in thousandths of the vendor's credit.
    pub(crate) thousandths: u64,
}

impl Charge {
    /// The charge of one credit.
    pub(crate) fn credit(call: u64) -> Self {
        Self { call, thousandths: 1_000 }
    }
}

impl Answered {
    /// A free 200.
    pub(crate) fn ok(body: Value) -> Self {
        Self::free(StatusCode::OK, body)
    }

    /// A free answer.
    pub(crate) fn free(status: StatusCode, body: Value) -> Self {
        Self { status, headers: Vec::new(), body, bill: Vec::new() }
    }

    /// The response on the wire.
    pub(crate) fn response(&self) -> Response<Payload> {
        let mut response = reply::json(self.status, &self.body);
        response.headers_mut().extend(self.headers.iter().cloned());
        response
    }
}

/// Work for tests of other modules.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    struct Nothing;

    impl Job for Nothing {
        fn special_fault(&self, _attempt: u64) -> Option<FaultKind> {
            None
        }

        fn run(&self, _ticket: Ticket) -> Answered {
            Answered::ok(Value::Null)
        }
    }

    /// A request for these calls.
    pub(crate) fn asking_for(calls: &[u64]) -> Work {
        Work { items: calls.to_vec(), job: Box::new(Nothing), idempotency: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_set_of_its_calls() {
        let hash = |calls: &[u64]| testing::asking_for(calls).hash();
        assert_eq!(hash(&[7]), 7);
        assert_eq!(hash(&[1, 2, 3]), hash(&[3, 1, 2]));
        assert_ne!(hash(&[1, 2]), hash(&[1, 3]));
        assert_ne!(hash(&[1, 1]), hash(&[1]));
    }

    #[test]
    fn every_arrival_has_its_own_identifier() {
        let ticket = Ticket { seed: 1, request: 2, arrival: 0 };
        assert_eq!(ticket.id(), ticket.id());
        assert_eq!(ticket.id().split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        for other in [Ticket { arrival: 1, ..ticket }, Ticket { request: 3, ..ticket }] {
            assert_ne!(ticket.id(), other.id());
        }
    }
}
