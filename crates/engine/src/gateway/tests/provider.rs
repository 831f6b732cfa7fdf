//! A provider that acts by a script.

use super::*;

const TIMEOUT: Duration = Duration::from_secs(180);

const OPERATIONS: &[(SmolStr, Operation)] = &[
    (SmolStr::new_static("free"), Operation::free(TIMEOUT)),
    (SmolStr::new_static("per_hit"), priced(Bills::Found, 3.0)),
    (SmolStr::new_static("per_answer"), priced(Bills::Answered, 1.0)),
    (SmolStr::new_static("per_request"), priced(Bills::Sent, 1.0)),
];

/// An operation that lists 1 credit.
const fn priced(bills: Bills, worst: f64) -> Operation {
    let price = Price { unit: SmolStr::new_static("credit"), list: 1.0, worst };
    Operation { bills, price: Some(price), timeout: TIMEOUT, has_effects: false }
}

pub(super) static INFO: ProviderInfo = ProviderInfo {
    name: SmolStr::new_static("p"),
    description: SmolStr::new_static(""),
    key_variable: Some(SmolStr::new_static("P_KEY")),
    base_variable: SmolStr::new_static("P_BASE"),
    default_base: SmolStr::new_static("https://p.example"),
    operations: Operations::constant(OPERATIONS, Operation::paid(TIMEOUT)),
    check: None,
};

/// What the provider does with an attempt.
#[derive(Clone)]
pub(super) enum Act {
    Answer,
    AnswerAfter(Duration),
    Fail(fn() -> Failure),
    FailAfter(Duration, fn() -> Failure),
    Hang,
    Panic,
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
}

#[async_trait]
impl Provider for Scripted {
    fn info(&self) -> &ProviderInfo {
        &INFO
    }

    fn ready(&self) -> Result<(), Error> {
        if self.without_key { Err(Error::new(ErrorKind::Auth, "P_KEY is not set")) } else { Ok(()) }
    }

    async fn send(&self, call: &Call) -> Attempt {
        self.sends.fetch_add(1, Ordering::SeqCst);
        let flying = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(flying, Ordering::SeqCst);
        let n = call.parameters["n"].as_u64().unwrap_or_default();
        let scripted = self.acts.lock().unwrap().get_mut(&n).and_then(VecDeque::pop_front);
        let act = scripted.or_else(|| self.always.clone()).unwrap_or(Act::Answer);
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
            Act::Panic => {
                sleep(Duration::from_millis(1)).await;
                panic!("the provider's defect")
            }
        };
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        attempt
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
