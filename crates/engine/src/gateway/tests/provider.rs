//! A provider that acts by a script.

use marl_core::provider::{Operation, Poll};

use super::*;

const TIMEOUT: Duration = Duration::from_secs(180);

const OPERATIONS: &[(SmolStr, Operation)] = &[
    (SmolStr::new_static("free"), Operation::free(TIMEOUT)),
    (SmolStr::new_static("per_hit"), priced(Bills::Found, 3.0)),
    (SmolStr::new_static("per_answer"), priced(Bills::Answered, 1.0)),
    (SmolStr::new_static("per_request"), priced(Bills::Sent, 1.0)),
    (SmolStr::new_static("later"), later(priced(Bills::Found, 3.0))),
    (SmolStr::new_static("bulk"), bulk(priced(Bills::Found, 3.0))),
    (SmolStr::new_static("bulk_later"), later(bulk(priced(Bills::Found, 3.0)))),
    (SmolStr::new_static("recognised"), recognised(priced(Bills::Answered, 1.0))),
];

/// How many calls a bulk request carries at most.
pub(super) const MOST: usize = 10;

/// An operation whose answers come later.
const fn later(mut operation: Operation) -> Operation {
    operation.poll = Some(Poll {
        every: Duration::from_secs(5),
        at_most: Duration::from_secs(20),
        give_up_after: Duration::from_secs(600),
    });
    operation
}

/// An operation of which one request carries several calls.
const fn bulk(mut operation: Operation) -> Operation {
    operation.bulk = Some(Bulk { most: MOST, wait: Duration::from_millis(300) });
    operation
}

/// An operation whose vendor recognises a repeated call for a day.
const fn recognised(mut operation: Operation) -> Operation {
    operation.idempotency = Some(Duration::from_secs(24 * 60 * 60));
    operation
}

/// An operation that lists 1 credit.
const fn priced(bills: Bills, worst: f64) -> Operation {
    let price = Price { unit: SmolStr::new_static("credit"), list: 1.0, worst };
    Operation::new(bills, Some(price), TIMEOUT)
}

pub(super) static INFO: ProviderInfo = ProviderInfo {
    name: SmolStr::new_static("p"),
    description: SmolStr::new_static(""),
    key_variable: Some(SmolStr::new_static("P_KEY")),
    base_variable: SmolStr::new_static("P_BASE"),
    default_base: SmolStr::new_static("https://p.example"),
    operations: Operations::constant(OPERATIONS, Operation::paid(TIMEOUT)),
    limits: Limits::NONE,
    check: None,
};

/// What the provider does with an attempt.
#[derive(Clone, Copy)]
pub(super) enum Act {
    Answer,
    AnswerAfter(Duration),
    Fail(fn() -> Failure),
    FailAfter(Duration, fn() -> Failure),
    Hang,
    Panic,
    /// The vendor promises an answer.
    Order,
}

/// Acts by a script for each call's parameter `n`, then answers.
#[derive(Default)]
pub(super) struct Scripted {
    pub(super) acts: Mutex<HashMap<u64, VecDeque<Act>>>,
    pub(super) always: Option<Act>,
    pub(super) sends: AtomicUsize,
    pub(super) in_flight: AtomicUsize,
    pub(super) most_in_flight: AtomicUsize,
    pub(super) without_key: bool,
    /// What the provider says that an answer cost.
    pub(super) cost: Option<f64>,
    /// What a later version of the provider reads out of an answer.
    pub(super) repaired: bool,
    /// What the next requests for pending answers meet, for each call's `n`; then the answer.
    pub(super) polls: Mutex<HashMap<u64, VecDeque<Act>>>,
    /// How many requests asked for pending answers.
    pub(super) polled: AtomicUsize,
    /// The calls of each request that carried several.
    pub(super) requests: Mutex<Vec<Vec<u64>>>,
    /// The idempotency keys in the order of the attempts.
    pub(super) idempotency_keys: Mutex<Vec<Option<String>>>,
}

#[async_trait]
impl Provider for Scripted {
    fn info(&self) -> &ProviderInfo {
        &INFO
    }

    fn ready(&self) -> Result<(), Error> {
        if self.without_key { Err(Error::new(ErrorKind::Auth, "P_KEY is not set")) } else { Ok(()) }
    }

    async fn send(&self, Outgoing { call, idempotency_key, .. }: &Outgoing<'_>) -> Attempt {
        self.sends.fetch_add(1, Ordering::SeqCst);
        self.idempotency_keys.lock().unwrap().push(idempotency_key.map(str::to_owned));
        let flying = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(flying, Ordering::SeqCst);
        let n = call.parameters["n"].as_u64().unwrap_or_default();
        let scripted = self.acts.lock().unwrap().get_mut(&n).and_then(VecDeque::pop_front);
        let act = scripted.or(self.always).unwrap_or(Act::Answer);
        let answered = || Attempt { cost: self.cost, ..Attempt::answered(n.to_string()) };
        let attempt = match act {
            Act::Answer => answered(),
            Act::AnswerAfter(time) => {
                sleep(time).await;
                answered()
            }
            Act::Fail(failure) => failure().into(),
            Act::FailAfter(time, failure) => {
                sleep(time).await;
                failure().into()
            }
            Act::Hang => pending().await,
            Act::Order => AttemptEnd::Pending { handle: "job".to_owned() }.into(),
            Act::Panic => {
                sleep(Duration::from_millis(1)).await;
                panic!("the provider's defect")
            }
        };
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        attempt
    }

    async fn send_many(&self, outgoing: &[Outgoing<'_>]) -> Vec<Attempt> {
        let n = |outgoing: &Outgoing<'_>| outgoing.call.parameters["n"].as_u64().unwrap_or_default();
        self.requests.lock().unwrap().push(outgoing.iter().map(n).collect());
        futures::future::join_all(outgoing.iter().map(|outgoing| self.send(outgoing))).await
    }

    async fn poll(&self, outgoing: &[Outgoing<'_>], handle: &str) -> Vec<Attempt> {
        assert_eq!(handle, "job");
        self.polled.fetch_add(1, Ordering::SeqCst);
        let mut polls = self.polls.lock().unwrap();
        let answer = |outgoing: &Outgoing<'_>| {
            let n = outgoing.call.parameters["n"].as_u64().unwrap_or_default();
            match polls.get_mut(&n).and_then(VecDeque::pop_front) {
                Some(Act::Order) => AttemptEnd::Pending { handle: handle.to_owned() }.into(),
                Some(Act::Fail(failure)) => failure().into(),
                _ => Attempt { cost: self.cost, ..Attempt::answered(n.to_string()) },
            }
        };
        outgoing.iter().map(answer).collect()
    }

    fn read_unusable(&self, call: &Call, body: &str) -> Result<Reply, Error> {
        if self.repaired { self.read(call, body) } else { Err(Error::bad_reply(body)) }
    }

    fn read(&self, _: &Call, body: &str) -> Result<Reply, Error> {
        if body == "404" {
            return Ok(Reply::NoData);
        }
        let read = if self.repaired { format!("{body}, repaired") } else { body.to_owned() };
        Ok(Reply::found(json!(read)))
    }
}
