//! Random runs beside a vendor that keeps a bill of its own: the ledger's total is the vendor's bill, and no
//! cap is exceeded.

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::{provider::INFO, *};
use crate::ledger::{Memory, Upkeep, testing};

/// A credit costs this much money. Sums of such prices are exact.
const CREDIT: f64 = 0.5;

const OPERATIONS: [&str; 4] = ["free", "per_hit", "per_answer", "per_request"];

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
struct RandomCall {
    operation: &'static str,
    n: u64,
    fails: Vec<Fails>,
    /// What the answer of a `per_hit` call states as its cost.
    stated: Option<f64>,
}

/// What the vendor billed, in credits: for certain, and for answers that were lost.
#[derive(Debug, Default, Clone, Copy)]
struct Bill {
    certain: f64,
    lost: f64,
}

#[derive(Default)]
struct Vendor {
    calls: HashMap<(String, u64), RandomCall>,
    attempts: Mutex<HashMap<(String, u64), usize>>,
    bill: Mutex<Bill>,
}

#[async_trait]
impl Provider for Vendor {
    fn info(&self) -> &ProviderInfo {
        &INFO
    }

    fn ready(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn send(&self, Outgoing { call, .. }: &Outgoing<'_>) -> Attempt {
        let n = call.parameters["n"].as_u64().unwrap_or_default();
        let key = (call.operation.to_string(), n);
        let script = &self.calls[&key];
        let attempt = {
            let mut attempts = self.attempts.lock().unwrap();
            let attempt = attempts.entry(key).or_default();
            *attempt += 1;
            *attempt - 1
        };
        sleep(Duration::from_millis(n % 7)).await;
        let is_paid = call.operation != "free";
        let mut bill = self.bill.lock().unwrap();
        let Some(fails) = script.fails.get(attempt) else {
            let found = !n.is_multiple_of(3);
            let stated = script.stated.filter(|_| call.operation == "per_hit" && found);
            let is_billed = match call.operation.as_str() {
                "free" => false,
                "per_hit" => found,
                _ => true,
            };
            bill.certain += if is_billed { stated.unwrap_or(1.0) } else { 0.0 };
            let body = if found { "found" } else { "404" };
            return Attempt { cost: stated, ..Attempt::answered(body.to_owned()) };
        };
        let bills_errors = call.operation == "per_request";
        match fails {
            Fails::NotSent => not_sent(),
            Fails::Throttled => Failure::transient(Error::new(ErrorKind::RateLimited, "429")),
            Fails::Transient | Fails::Refused => {
                bill.certain += if bills_errors { 1.0 } else { 0.0 };
                if *fails == Fails::Refused { refused() } else { transient() }
            }
            Fails::Unusable => {
                bill.certain += if is_paid { 1.0 } else { 0.0 };
                unusable()
            }
            Fails::Cut { is_billed } => {
                bill.lost += if is_paid && *is_billed { 1.0 } else { 0.0 };
                cut()
            }
        }
        .into()
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

fn calls() -> impl Strategy<Value = Vec<RandomCall>> {
    let stated = prop::option::of((0..=12_u8).prop_map(|quarters| f64::from(quarters) / 4.0));
    let fails = prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(fails(), 1..4)];
    let call = (prop::sample::select(&OPERATIONS[..]), 0..12_u64, fails, stated);
    let call = call.prop_map(|(operation, n, fails, stated)| RandomCall { operation, n, fails, stated });
    prop::collection::vec(call, 1..40)
}

fn caps() -> impl Strategy<Value = Caps> {
    let cost = prop::option::of((0..20_u8).prop_map(|quarters| f64::from(quarters) / 4.0));
    (prop::option::of(0..20_u64), cost).prop_map(|(calls, cost)| Caps { calls, cost })
}

/// Makes the calls of a run over `memory`.
async fn run(memory: &Memory, vendor: &Arc<Vendor>, calls: &[RandomCall], caps: Caps) -> Vec<Cost> {
    let started = testing::begin(memory).await;
    let prices = BTreeMap::from([("credit".to_owned(), CREDIT)]);
    let lanes = BTreeMap::from([("p".to_owned(), LaneSettings { prices, ..LaneSettings::default() })]);
    let settings = Settings { caps, lanes, ..Settings::default() };
    let events = Arc::new(EventLog::default());
    let provider = Arc::clone(vendor) as Arc<dyn Provider>;
    let listener = Arc::clone(&events) as Arc<dyn Listener>;
    let gateway = Gateway::new([provider], started.calls, settings, listener);
    let ask = |call: &RandomCall| {
        gateway.call(Call {
            provider: "p".into(),
            operation: call.operation.into(),
            parameters: json!({ "n": call.n }),
        })
    };
    futures::future::join_all(calls.iter().map(ask)).await;
    events.costs.lock().unwrap().clone()
}

/// What the ledger says that was spent, in money: on answers, and on calls that are in doubt.
async fn recorded(memory: &Memory) -> (f64, f64) {
    let stats = memory.stats().await.expect("the ledger can be read");
    let of = |in_doubt: bool| {
        let calls = stats.calls.iter().filter(|calls| (calls.state == "in_doubt") == in_doubt);
        calls.filter_map(|calls| calls.cost).sum()
    };
    (of(false), of(true))
}

fn runtime() -> tokio::runtime::Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_ledgers_total_is_the_vendors_bill(calls in calls(), caps in prop::collection::vec(caps(), 1..4)) {
        // Of equal calls, the script of the first counts.
        let mut scripts = HashMap::new();
        for call in &calls {
            scripts.entry((call.operation.to_owned(), call.n)).or_insert_with(|| call.clone());
        }
        let vendor = Arc::new(Vendor { calls: scripts, ..Vendor::default() });
        let memory = Memory::new();
        runtime().block_on(async {
            let mut spent_so_far = 0.0;
            // The same command again and again, with caps of its own each time.
            for caps in caps {
                let bill_before = *vendor.bill.lock().unwrap();
                let costs = run(&memory, &vendor, &calls, caps).await;
                let bill = *vendor.bill.lock().unwrap();
                let spent: f64 = costs.iter().filter_map(|cost| cost.money).sum();
                let billed = bill.certain + bill.lost - bill_before.certain - bill_before.lost;
                prop_assert!(caps.cost.is_none_or(|cap| billed * CREDIT <= cap), "{caps:?} {bill:?}");
                prop_assert!(caps.cost.is_none_or(|cap| spent <= cap), "{caps:?} {spent}");
                prop_assert!(caps.calls.is_none_or(|cap| costs.len() as u64 <= cap), "{caps:?} {costs:?}");
                let (answers, doubts) = recorded(&memory).await;
                prop_assert_eq!(answers, bill.certain * CREDIT);
                prop_assert!(bill.lost * CREDIT <= doubts, "{:?} {}", bill, doubts);
                spent_so_far += spent;
                prop_assert_eq!(answers + doubts, spent_so_far);
            }
            Ok(())
        })?;
    }
}
