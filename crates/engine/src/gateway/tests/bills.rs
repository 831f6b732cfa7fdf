//! Random runs beside a vendor that keeps a bill of its own: the ledger's total is the vendor's bill, no cap is
//! exceeded, and no call is billed twice.

mod vendor;

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;
use crate::ledger::{Memory, Upkeep, testing};
use vendor::{Bill, CREDIT, RandomCall, Vendor, calls};

fn caps() -> impl Strategy<Value = Caps> {
    let cost = prop::option::of((0..20_u8).prop_map(|quarters| f64::from(quarters) / 4.0));
    (prop::option::of(0..20_u64), cost).prop_map(|(calls, cost)| Caps { calls, cost })
}

/// What one run, or several at the same time, are asked to do.
#[derive(Debug, Clone)]
struct RandomRun {
    caps: Caps,
    patience: Duration,
    processes: usize,
}

fn runs() -> impl Strategy<Value = Vec<RandomRun>> {
    let run = (caps(), prop::sample::select(vec![0, 7, 60, 600]), 1..=2_usize);
    let run = run.prop_map(|(caps, patience, processes)| RandomRun {
        caps,
        patience: Duration::from_secs(patience),
        processes,
    });
    prop::collection::vec(run, 1..4)
}

/// What a run reports that it spent, and how many calls count towards its cap.
#[derive(Default)]
struct Report {
    spent: f64,
    collected: f64,
    counted: u64,
}

/// Makes the calls of a run over `memory`.
async fn run(memory: &Memory, vendor: &Arc<Vendor>, calls: &[RandomCall], run: &RandomRun) -> Report {
    let started = testing::begin(memory).await;
    let prices = BTreeMap::from([("credit".to_owned(), CREDIT)]);
    let lanes = BTreeMap::from([("p".to_owned(), LaneSettings { prices, ..LaneSettings::default() })]);
    let settings = Settings { caps: run.caps, patience: run.patience, lanes, ..Settings::default() };
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
    let money = |costs: &Mutex<Vec<Cost>>| costs.lock().unwrap().iter().filter_map(|cost| cost.money).sum();
    let ordered = events.words.lock().unwrap().iter().filter(|word| *word == "ordered").count();
    let counted = (events.costs.lock().unwrap().len() + ordered) as u64;
    Report { spent: money(&events.costs), collected: money(&events.collected), counted }
}

/// What the ledger says that was spent, in money, by state.
async fn recorded(memory: &Memory, is_state: fn(&str) -> bool) -> f64 {
    let stats = memory.stats().await.expect("the ledger can be read");
    let calls = stats.calls.iter().filter(|calls| is_state(&calls.state));
    calls.filter_map(|calls| calls.cost).sum()
}

fn runtime() -> tokio::runtime::Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_ledgers_total_is_the_vendors_bill(calls in calls(), runs in runs()) {
        let vendor = Arc::new(Vendor::of(&calls));
        let memory = Memory::new();
        runtime().block_on(async {
            let mut reported = 0.0;
            // The same command again and again, with caps of its own each time.
            for this in runs {
                vendor.next_run();
                let before = vendor.bill();
                let processes = (0..this.processes).map(|_| run(&memory, &vendor, &calls, &this));
                let reports = futures::future::join_all(processes).await;
                let bill = vendor.bill();
                let billed = (bill.of_own_orders() - before.of_own_orders()) * CREDIT;
                let most = this.caps.cost.map(|cap| cap * this.processes as f64);
                prop_assert!(most.is_none_or(|cap| billed <= cap), "{this:?} {bill:?}");
                for report in &reports {
                    prop_assert!(this.caps.cost.is_none_or(|cap| report.spent <= cap), "{this:?} {}", report.spent);
                    prop_assert!(this.caps.calls.is_none_or(|cap| report.counted <= cap), "{this:?}");
                    reported += report.spent + report.collected;
                }
                let answers = recorded(&memory, |state| !matches!(state, "in_doubt" | "pending")).await;
                let doubts = recorded(&memory, |state| state == "in_doubt").await;
                prop_assert_eq!(answers, bill.certain * CREDIT, "{:?}", bill);
                prop_assert!(bill.lost * CREDIT <= doubts, "{:?} {}", bill, doubts);
                // A doubt that the vendor recognised was reported as spent, and so was its answer.
                prop_assert!(answers + doubts <= reported, "{answers} {doubts} {reported}");
                let Bill { answered_twice, .. } = bill;
                prop_assert_eq!(answered_twice, 0);
            }
            Ok(())
        })?;
    }
}
