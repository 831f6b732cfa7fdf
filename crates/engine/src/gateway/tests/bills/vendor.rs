//! A vendor that acts by a random script, and keeps its own bill.

use std::collections::HashSet;

use proptest::prelude::*;

use super::super::{provider::INFO, *};

/// A credit costs this much money. Sums of such prices are exact.
pub(super) const CREDIT: f64 = 0.5;

const OPERATIONS: [&str; 8] =
    ["free", "per_hit", "per_answer", "per_request", "later", "bulk", "bulk_later", "recognised"];

/// How an attempt fails.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fails {
    NotSent,
    Throttled,
    Transient,
    Refused,
    Unusable,
    /// The answer is lost, and the vendor bills the call all the same, or does not.
    Cut {
        is_billed: bool,
    },
}

/// A call with what its attempts meet before one is answered.
#[derive(Debug, Clone)]
pub(super) struct RandomCall {
    pub(super) operation: &'static str,
    pub(super) n: u64,
    fails: Vec<Fails>,
    /// What the answer of a `per_hit` call states as its cost.
    stated: Option<f64>,
    /// How many requests find a pending call still pending.
    polls: usize,
    /// Whether the vendor gives a pending call up the first time.
    gives_up: bool,
}

/// What the vendor billed, in credits.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Bill {
    /// For answers that arrived.
    pub(super) certain: f64,
    /// For answers that were lost.
    pub(super) lost: f64,
    /// The part of `certain` that an earlier run had ordered.
    earlier: f64,
    /// Answers to calls that were answered before.
    pub(super) answered_twice: u32,
}

impl Bill {
    /// What runs ordered and received themselves, or lost.
    pub(super) fn of_own_orders(self) -> f64 {
        self.certain + self.lost - self.earlier
    }
}

type Name = (String, u64);

/// A call that is answered later.
#[derive(Clone, Copy)]
struct Order {
    run: u32,
    polls: usize,
    gives_up: bool,
}

#[derive(Default)]
struct Books {
    bill: Bill,
    attempts: HashMap<Name, usize>,
    orders: HashMap<Name, Order>,
    given_up: HashSet<Name>,
    answered: HashSet<Name>,
    /// The idempotency keys that were billed, and whether the client knows.
    recognised: HashMap<String, bool>,
    run: u32,
    handles: u64,
}

pub(super) struct Vendor {
    calls: HashMap<Name, RandomCall>,
    books: Mutex<Books>,
}

impl Vendor {
    /// Of equal calls, the script of the first counts.
    pub(super) fn of(calls: &[RandomCall]) -> Self {
        let mut scripts = HashMap::new();
        for call in calls {
            scripts.entry((call.operation.to_owned(), call.n)).or_insert_with(|| call.clone());
        }
        Self { calls: scripts, books: Mutex::default() }
    }

    pub(super) fn bill(&self) -> Bill {
        self.books.lock().unwrap().bill
    }

    pub(super) fn next_run(&self) {
        self.books.lock().unwrap().run += 1;
    }

    fn act(&self, outgoing: &Outgoing<'_>) -> Attempt {
        let name = name(outgoing.call);
        let script = &self.calls[&name];
        let mut books = self.books.lock().unwrap();
        let attempts = books.attempts.entry(name.clone()).or_default();
        *attempts += 1;
        let fails = script.fails.get(*attempts - 1);
        if let Some(key) = outgoing.idempotency_key
            && let Some(is_known) = books.recognised.get(key).copied()
            && !matches!(fails, Some(Fails::Cut { .. }))
        {
            // The vendor repeats its answer, and bills nothing again.
            if !is_known {
                books.recognised.insert(key.to_owned(), true);
                books.bill.lost -= 1.0;
                books.bill.certain += 1.0;
            }
            return books.answer(script, &name, 0.0);
        }
        match fails {
            Some(fails) => books.fail(*fails, script, outgoing.idempotency_key),
            None if matches!(script.operation, "later" | "bulk_later") => {
                let gives_up = script.gives_up && books.given_up.insert(name.clone());
                let order = Order { run: books.run, polls: script.polls, gives_up };
                books.orders.insert(name, order);
                books.handles += 1;
                AttemptEnd::Pending { handle: books.handles.to_string() }.into()
            }
            None => {
                let price = script.price();
                if let Some(key) = outgoing.idempotency_key {
                    books.recognised.insert(key.to_owned(), true);
                }
                books.answer(script, &name, price)
            }
        }
    }
}

impl Books {
    fn answer(&mut self, script: &RandomCall, name: &Name, price: f64) -> Attempt {
        self.bill.certain += price;
        self.bill.answered_twice += u32::from(!self.answered.insert(name.clone()));
        let stated = script.stated.filter(|_| script.operation == "per_hit" && script.is_found());
        let body = if script.is_found() { "found" } else { "404" };
        Attempt { cost: stated, ..Attempt::answered(body.to_owned()) }
    }

    fn fail(&mut self, fails: Fails, script: &RandomCall, idempotency_key: Option<&str>) -> Attempt {
        let is_paid = script.operation != "free";
        match fails {
            Fails::NotSent => not_sent(),
            Fails::Throttled => Failure::transient(Error::new(ErrorKind::RateLimited, "429")),
            Fails::Transient | Fails::Refused => {
                self.bill.certain += if script.operation == "per_request" { 1.0 } else { 0.0 };
                if fails == Fails::Refused { refused() } else { transient() }
            }
            Fails::Unusable => {
                self.bill.certain += if is_paid { 1.0 } else { 0.0 };
                unusable()
            }
            Fails::Cut { is_billed } => {
                let is_new = idempotency_key
                    .is_none_or(|key| is_billed && self.recognised.insert(key.to_owned(), false).is_none());
                self.bill.lost += if is_paid && is_billed && is_new { 1.0 } else { 0.0 };
                cut()
            }
        }
        .into()
    }

    fn poll(&mut self, script: &RandomCall, name: &Name, handle: &str) -> Attempt {
        let Some(order) = self.orders.get_mut(name) else { return given_up() };
        if order.polls > 0 {
            order.polls -= 1;
            return AttemptEnd::Pending { handle: handle.to_owned() }.into();
        }
        let order = *order;
        if order.gives_up {
            self.orders.remove(name);
            return given_up();
        }
        // Whoever asks again gets the same answer, and pays nothing.
        if self.answered.contains(name) {
            let body = if script.is_found() { "found" } else { "404" };
            return Attempt::answered(body.to_owned());
        }
        self.bill.earlier += if order.run < self.run { script.price() } else { 0.0 };
        self.answer(script, name, script.price())
    }
}

impl RandomCall {
    fn is_found(&self) -> bool {
        !self.n.is_multiple_of(3)
    }

    /// What an answer costs.
    fn price(&self) -> f64 {
        let is_billed = match self.operation {
            "free" => false,
            "per_answer" | "per_request" | "recognised" => true,
            _ => self.is_found(),
        };
        let stated = self.stated.filter(|_| self.operation == "per_hit");
        if is_billed { stated.unwrap_or(1.0) } else { 0.0 }
    }
}

fn given_up() -> Attempt {
    AttemptEnd::GivenUp(Error::new(ErrorKind::Upstream, "gone")).into()
}

fn name(call: &Call) -> Name {
    (call.operation.to_string(), call.parameters["n"].as_u64().unwrap_or_default())
}

#[async_trait]
impl Provider for Vendor {
    fn info(&self) -> &ProviderInfo {
        &INFO
    }

    fn ready(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn send(&self, outgoing: &Outgoing<'_>) -> Attempt {
        sleep(Duration::from_millis(name(outgoing.call).1 % 7)).await;
        self.act(outgoing)
    }

    async fn send_many(&self, outgoing: &[Outgoing<'_>]) -> Vec<Attempt> {
        sleep(Duration::from_millis(5)).await;
        let mut attempts: Vec<_> = outgoing.iter().map(|outgoing| self.act(outgoing)).collect();
        // The vendor has one handle for the whole request.
        let handle = attempts.iter().find_map(|attempt| match &attempt.end {
            AttemptEnd::Pending { handle } => Some(handle.clone()),
            _ => None,
        });
        for attempt in &mut attempts {
            if let (AttemptEnd::Pending { handle: own }, Some(shared)) = (&mut attempt.end, &handle) {
                own.clone_from(shared);
            }
        }
        attempts
    }

    async fn poll(&self, outgoing: &[Outgoing<'_>], handle: &str) -> Vec<Attempt> {
        let mut books = self.books.lock().unwrap();
        let poll = |outgoing: &Outgoing<'_>| {
            let name = name(outgoing.call);
            books.poll(&self.calls[&name], &name, handle)
        };
        outgoing.iter().map(poll).collect()
    }

    fn read(&self, _: &Call, body: &str) -> Result<Reply, Error> {
        Ok(if body == "404" { Reply::NoData } else { Reply::found(json!(body)) })
    }
}

fn fails() -> impl Strategy<Value = Fails> {
    prop_oneof![
        Just(Fails::NotSent),
        Just(Fails::Throttled),
        Just(Fails::Transient),
        Just(Fails::Refused),
        Just(Fails::Unusable),
        any::<bool>().prop_map(|is_billed| Fails::Cut { is_billed }),
    ]
}

pub(super) fn calls() -> impl Strategy<Value = Vec<RandomCall>> {
    let stated = prop::option::of((0..=12_u8).prop_map(|quarters| f64::from(quarters) / 4.0));
    let fails = prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(fails(), 1..4)];
    let call = (prop::sample::select(&OPERATIONS[..]), 0..12_u64, fails, stated, 0..5_usize, any::<bool>());
    let call = call.prop_map(|(operation, n, fails, stated, polls, gives_up)| RandomCall {
        operation,
        n,
        fails,
        stated,
        polls,
        gives_up,
    });
    prop::collection::vec(call, 1..60)
}
