//! Tests of the gateway over a scripted provider, with the clock paused.

mod bills;
mod bulk;
mod claims;
mod costs;
mod doubts;
mod idempotency;
mod pending;
mod provider;
mod record;
mod stops;

use std::{
    collections::{HashMap, VecDeque},
    future::pending,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use marl_core::{
    CallEnd, ErrorKind, Reply, SmolStr,
    provider::{
        Attempt, AttemptEnd, Bills, Bulk, Counted, Failure, Limits, Operations, Outgoing, Price,
        ProviderInfo, Reach, Window,
    },
};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::*;
use crate::ledger::MemoryCalls;
use provider::{Act, Scripted};

/// Records the gateway's events.
#[derive(Default)]
struct EventLog {
    words: Mutex<Vec<String>>,
    costs: Mutex<Vec<Cost>>,
    collected: Mutex<Vec<Cost>>,
}

impl Listener for EventLog {
    fn on_event(&self, event: &Event<'_>) {
        let word = match event {
            Event::Sent { again: false, .. } => "sent",
            Event::Sent { again: true, .. } => "sent again",
            Event::Reused => "reused",
            Event::Joined => "joined",
            Event::InDoubt { .. } => "in doubt",
            Event::DoubtSentAgain { .. } => "doubt sent again",
            Event::CallFailed { .. } => "failed",
            Event::ProviderWaits { .. } => "waits",
            Event::ProviderRests { .. } => "rests",
            Event::ProviderStopped { operation: None, .. } => "provider stopped",
            Event::ProviderStopped { .. } => "operation stopped",
            Event::Spent { cost, .. } => {
                self.costs.lock().unwrap().push(*cost);
                "spent"
            }
            Event::CapReached => "cap reached",
            Event::Collected { cost, .. } => {
                self.collected.lock().unwrap().push(*cost);
                "collected"
            }
            Event::Pending { ordered: Some(_), .. } => "ordered",
            Event::Pending { ordered: None, .. } => "still pending",
            Event::SentTogether { calls, .. } => {
                return self.words.lock().unwrap().push(format!("request of {calls}"));
            }
            Event::LedgerFailed { .. } => "ledger failed",
        };
        self.words.lock().unwrap().push(word.to_owned());
    }
}

struct World {
    provider: Arc<Scripted>,
    events: Arc<EventLog>,
    gateway: Gateway,
}

impl World {
    fn new(provider: Scripted) -> Self {
        Self::with(provider, Settings::default())
    }

    fn with(provider: Scripted, settings: Settings) -> Self {
        Self::over(Arc::new(MemoryCalls::default()), provider, settings)
    }

    fn over(ledger: Arc<dyn Calls>, provider: Scripted, settings: Settings) -> Self {
        let provider = Arc::new(provider);
        let events = Arc::new(EventLog::default());
        let gateway = Gateway::new(
            [Arc::clone(&provider) as Arc<dyn Provider>],
            ledger,
            settings,
            Arc::clone(&events) as Arc<dyn Listener>,
        );
        Self { provider, events, gateway }
    }

    fn words(&self) -> Vec<String> {
        self.events.words.lock().unwrap().clone()
    }

    fn script(acts: &[(u64, &[Act])]) -> Self {
        Self::new(scripted(acts))
    }

    async fn ask(&self, n: u64) -> String {
        self.operation("paid", n).await
    }

    async fn operation(&self, operation: &str, n: u64) -> String {
        let call = Call { provider: "p".into(), operation: operation.into(), parameters: json!({ "n": n }) };
        match self.gateway.call(call).await {
            CallEnd::Reply(Reply::NoData) => "no data".to_owned(),
            CallEnd::Reply(reply) => format!("found {}", reply.data().unwrap().as_str().unwrap()),
            CallEnd::Failed(error) => error.kind().name().to_owned(),
            CallEnd::Closed(reason) => format!("closed {reason}"),
        }
    }

    fn sends(&self) -> usize {
        self.provider.sends.load(Ordering::SeqCst)
    }

    fn count(&self, word: &str) -> usize {
        self.events.words.lock().unwrap().iter().filter(|event| *event == word).count()
    }
}

fn scripted(acts: &[(u64, &[Act])]) -> Scripted {
    let acts = acts.iter().map(|(n, acts)| (*n, acts.iter().cloned().collect())).collect();
    Scripted { acts: Mutex::new(acts), ..Scripted::default() }
}

fn always(act: Act) -> Scripted {
    Scripted { always: Some(act), ..Scripted::default() }
}

fn retrying() -> Settings {
    let lane = LaneSettings { in_doubt: InDoubt::Retry, ..LaneSettings::default() };
    Settings { lanes: BTreeMap::from([("p".to_owned(), lane)]), ..Settings::default() }
}

fn not_sent() -> Failure {
    Failure::not_sent(Error::new(ErrorKind::Network, "refused"))
}
fn throttled() -> Failure {
    let failure = Failure::transient(Error::new(ErrorKind::RateLimited, "429"));
    Failure { retry_after: Some(Duration::from_secs(20)), ..failure }
}
fn transient() -> Failure {
    Failure::transient(Error::new(ErrorKind::Upstream, "500"))
}
fn refused() -> Failure {
    Failure::refused(Error::new(ErrorKind::InvalidInput, "422"))
}
fn cut() -> Failure {
    Failure::in_doubt(Error::new(ErrorKind::Network, "cut"))
}
fn unusable() -> Failure {
    Failure::unusable(Error::bad_reply("<html>")).with_body("<html>1</html>".to_owned())
}
fn key_refused() -> Failure {
    Failure::refused(Error::new(ErrorKind::Auth, "401")).reaching(Reach::Provider)
}
fn tool_refused() -> Failure {
    Failure::refused(Error::new(ErrorKind::Auth, "403")).reaching(Reach::Operation)
}
fn no_credit() -> Failure {
    Failure::transient(Error::new(ErrorKind::QuotaExhausted, "402")).reaching(Reach::ProviderIfRepeated)
}

#[tokio::test(start_paused = true)]
async fn equal_calls_are_sent_once_at_the_same_time_and_long_after() {
    let world = World::script(&[(1, &[Act::AnswerAfter(Duration::from_secs(9))])]);
    let all = futures::future::join_all((0..100).map(|_| world.ask(1))).await;
    assert!(all.iter().all(|end| end == "found 1"));
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!((world.sends(), world.count("joined"), world.count("reused")), (1, 99, 1));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_may_pass_is_tried_four_times_in_total() {
    let world = World::script(&[(1, &[Act::Fail(transient), Act::Fail(not_sent), Act::Fail(transient)])]);
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!((world.sends(), world.count("sent"), world.count("sent again")), (4, 1, 2));
    let world = World::new(always(Act::Fail(transient)));
    assert_eq!(world.ask(1).await, "upstream");
    assert_eq!(world.sends(), 4);
}

#[tokio::test(start_paused = true)]
async fn duplicates_share_a_failure() {
    let world = World::new(always(Act::Fail(transient)));
    assert_eq!(world.ask(1).await, "upstream");
    assert_eq!(world.ask(1).await, "upstream");
    assert_eq!((world.sends(), world.count("joined")), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final_and_affects_no_other_call() {
    let world = World::script(&[(1, &[Act::Fail(refused)])]);
    assert_eq!(world.ask(1).await, "invalid_input");
    assert_eq!(world.ask(2).await, "found 2");
    assert_eq!(world.sends(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_parallel_are_in_flight() {
    let settings = Settings { parallel: 3, ..Settings::default() };
    let world = World::with(always(Act::AnswerAfter(Duration::from_millis(50))), settings);
    futures::future::join_all((0..60).map(|n| world.ask(n))).await;
    assert_eq!(world.provider.most_in_flight.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_closed_gateway_answers_from_the_ledger_and_awaits_what_is_in_flight() {
    let world =
        World::script(&[(2, &[Act::AnswerAfter(Duration::from_secs(30))]), (3, &[Act::Fail(throttled)])]);
    assert_eq!(world.ask(1).await, "found 1");
    let closing = async {
        sleep(Duration::from_secs(1)).await;
        world.gateway.close(SkipReason::Interrupted);
    };
    let (flying, waiting, ()) = futures::join!(world.ask(2), world.ask(3), closing);
    assert_eq!((flying.as_str(), waiting.as_str()), ("found 2", "closed interrupted"));
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!(world.ask(4).await, "closed interrupted");
    assert_eq!(world.sends(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_leaders_panic_reaches_its_waiters_as_an_error() {
    let world = World::script(&[(1, &[Act::Panic])]);
    let (one, other) = futures::join!(world.ask(1), world.ask(1));
    assert_eq!((one.as_str(), other.as_str()), ("in_doubt", "in_doubt"));
    assert_eq!(world.ask(2).await, "found 2");
}

#[tokio::test(start_paused = true)]
async fn a_waiters_end_does_not_end_the_flight() {
    let world = World::script(&[(1, &[Act::AnswerAfter(Duration::from_secs(5))])]);
    assert!(tokio::time::timeout(Duration::from_secs(1), world.ask(1)).await.is_err());
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!(world.sends(), 1);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_evenly_spaced_by_the_rate() {
    // The rate limiter uses the real clock, so this takes about a fifth of a second.
    let lane = LaneSettings {
        windows: vec![Window { most: 1_200, per: Duration::from_secs(60), counts: Counted::Requests }],
        ..LaneSettings::default()
    };
    let settings = Settings { lanes: BTreeMap::from([("p".to_owned(), lane)]), ..Settings::default() };
    let world = World::with(Scripted::default(), settings);
    let started = std::time::Instant::now();
    tokio::time::resume();
    futures::future::join_all((0..5).map(|n| world.ask(n))).await;
    assert!(started.elapsed() >= Duration::from_millis(195), "{:?}", started.elapsed());
}

fn capped(calls: u64) -> Settings {
    Settings { caps: Caps { calls: Some(calls), cost: None }, parallel: 16, ..Settings::default() }
}

#[tokio::test(start_paused = true)]
async fn a_cap_is_never_exceeded_and_is_used_up() {
    let acts: Vec<(u64, Vec<Act>)> = (0..200)
        .map(|n| {
            let acts = match n % 4 {
                0 => vec![Act::Fail(transient), Act::Fail(throttled)],
                1 => vec![Act::Fail(cut)],
                2 => vec![Act::Fail(refused)],
                _ => vec![Act::AnswerAfter(Duration::from_millis(30))],
            };
            (n, acts)
        })
        .collect();
    let acts: Vec<(u64, &[Act])> = acts.iter().map(|(n, acts)| (*n, acts.as_slice())).collect();
    let by_cost = Caps { calls: None, cost: Some(4.0) };
    for (parallel, caps) in [1, 5, 16, 64].into_iter().flat_map(|n| [(n, capped(40).caps), (n, by_cost)]) {
        let price = BTreeMap::from([("paid".to_owned(), 0.1)]);
        let lane = LaneSettings { prices: price, ..LaneSettings::default() };
        let lanes = BTreeMap::from([("p".to_owned(), lane)]);
        let settings = Settings { parallel, caps, lanes, ..Settings::default() };
        let world = World::with(scripted(&acts), settings);
        let ends = futures::future::join_all((0..400).map(|n| world.ask(n % 200))).await;
        assert_eq!(world.count("spent"), 40, "{parallel} {caps:?}");
        let bought: std::collections::HashSet<u64> = ends
            .iter()
            .zip(0..)
            .filter(|(end, _)| end.starts_with("found") || *end == "in_doubt")
            .map(|(_, n)| n % 200)
            .collect();
        assert_eq!(bought.len(), 40, "{parallel} {caps:?}");
        assert!(ends.iter().any(|end| end == "closed budget"), "{parallel} {caps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_better_parser_reads_stored_answers_again_and_buys_nothing() {
    let ledger = Arc::new(MemoryCalls::default());
    let before = World::over(ledger.clone(), Scripted::default(), Settings::default());
    assert_eq!(before.ask(1).await, "found 1");
    let repaired = Scripted { repaired: true, without_key: true, ..Scripted::default() };
    let after = World::over(ledger, repaired, Settings::default());
    assert_eq!(after.ask(1).await, "found 1, repaired");
    assert_eq!((after.sends(), after.count("reused")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_billed_leaves_a_record_is_spent_and_is_not_bought_again() {
    let ledger = Arc::new(MemoryCalls::default());
    let world = World::over(ledger.clone(), always(Act::Fail(unusable)), capped(1));
    assert_eq!(world.ask(1).await, "bad_reply");
    assert_eq!((world.sends(), world.count("spent")), (1, 1));
    assert_eq!(world.ask(2).await, "closed budget");
    let later = World::over(ledger.clone(), Scripted::default(), Settings::default());
    assert_eq!(later.ask(1).await, "bad_reply");
    assert_eq!((later.sends(), later.count("reused")), (0, 1));
    // A version that can read the answer fills the row without a call.
    let repaired = Scripted { repaired: true, without_key: true, ..Scripted::default() };
    let repaired = World::over(ledger, repaired, Settings::default());
    assert_eq!(repaired.ask(1).await, "found <html>1</html>, repaired");
    assert_eq!((repaired.sends(), repaired.count("reused")), (0, 1));
}
