//! Tests of the durable form: states, freshness, owners, and files that cannot be used.

mod consent;
mod file;
mod killed;
mod reading;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use marl_core::Call;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use engine::{
    cost::Cost,
    ledger::{
        Again, BeginError, Calls, Claim, ClaimRequest, Ended, Freshness, Intent, Key, Ledger, MaxAge, Prune,
        Removed, RunEnd, RunStart, RunState, Scope, Settled, Used, Wanted,
        testing::{Form, price, word},
    },
};

use super::*;
use crate::{
    file::LedgerFile,
    run_calls::{ReaderCalls, RunCalls},
};

struct World {
    folder: TempDir,
    scope: Scope,
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), scope: Scope::default() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(".marl/ledger.db")
    }

    fn store(&self) -> Arc<LedgerFile> {
        Arc::new(LedgerFile::open(&self.path()).unwrap())
    }

    fn run(&self) -> RunCalls {
        self.run_with(MaxAge::default())
    }

    fn run_with(&self, max_age: MaxAge) -> RunCalls {
        RunCalls::begin(self.store(), &start(), max_age).unwrap()
    }

    fn key(&self, n: u64) -> Key {
        Key::of(&call(n), &self.scope)
    }

    async fn claim(&self, ledger: &RunCalls, n: u64, again: bool) -> Option<Intent> {
        self.claim_for(ledger, n, again, Duration::from_secs(240)).await
    }

    async fn claim_for(&self, ledger: &RunCalls, n: u64, again: bool, time: Duration) -> Option<Intent> {
        let (key, call) = (self.key(n), call(n));
        let scope = &self.scope;
        let price = &price(None);
        let again = Again { always: again, keyed_for: Duration::ZERO };
        let request = ClaimRequest {
            key,
            call: &call,
            scope,
            again,
            is_keyed: false,
            wanted: Wanted::default(),
            attempt: 1,
            time,
            price,
        };
        match ledger.claim(&request).await.unwrap() {
            Claim::Granted { intent, .. } => Some(intent),
            Claim::Known(_) => None,
        }
    }

    /// Claims and sends a call, as most tests do.
    async fn send(&self, ledger: &RunCalls, n: u64) -> Intent {
        let intent = self.claim(ledger, n, false).await.unwrap();
        ledger.sending(intent).await.unwrap();
        intent
    }

    async fn settle(&self, ledger: &RunCalls, n: u64, intent: Intent, end: Settled) {
        let ended = Ended {
            end,
            duration: Duration::from_millis(5),
            request_id: Some("r1".to_owned()),
            ends_doubts: false,
        };
        ledger.settle(&self.key(n), intent, Arc::new(ended)).await.unwrap();
    }

    async fn word(&self, ledger: &dyn Calls, n: u64) -> String {
        word(ledger.look_up(&self.key(n), Wanted::default()).await.unwrap())
    }
}

#[async_trait]
impl Form for World {
    async fn open(&self) -> Arc<dyn Ledger> {
        Arc::new(Store::open(&self.path()).await.unwrap())
    }
}

engine::ledger_suite!(World::new());

impl Drop for World {
    fn drop(&mut self) {
        // Ledgers with open claims left their marks in memory.
        lock::clean_up(&self.path(), |_| true);
    }
}

fn start() -> RunStart {
    let text = || "x".to_owned();
    RunStart {
        command: text(),
        input: text(),
        output: text(),
        steps: "[]".to_owned(),
        version: text(),
        consent: None,
    }
}

fn planned(file: &Arc<LedgerFile>) -> ReaderCalls {
    ReaderCalls::new(Arc::clone(file), Freshness::Now(MaxAge::default()))
}

fn call(n: u64) -> Call {
    Call { provider: "p".into(), operation: "o".into(), parameters: json!({ "n": n, "who": "jane" }) }
}

fn found(body: &str) -> Settled {
    Settled::Answered { body: body.to_owned(), no_data: false, cost: Cost::UNKNOWN }
}

#[tokio::test]
async fn no_other_process_takes_the_intent_of_a_living_process_at_any_time() {
    let world = World::new();
    let first = world.run();
    let intent = world.claim_for(&first, 1, false, Duration::ZERO).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let second = world.run();
    for days in [-400, 0, 400] {
        set_times(&world, days);
        assert_eq!(world.word(&second, 1).await, "busy", "{days} days");
        assert_eq!(world.claim(&second, 1, true).await, None, "{days} days");
    }
    world.settle(&first, 1, intent, found("late")).await;
    assert_eq!(world.word(&second, 1).await, "answered late");
}

/// Moves the times of all calls by this number of days: the clock is wrong, or time has passed.
fn set_times(world: &World, days: i64) {
    let db = Connection::open(world.path()).unwrap();
    let sql = "UPDATE call SET sent_at = ?1, deadline = ?1 + 5, settled_at = iif(settled_at, ?1, NULL)";
    db.execute(sql, [now_ms() + days * 86_400_000]).unwrap();
    // Look-ups share a transaction for a few milliseconds.
    std::thread::sleep(Duration::from_millis(15));
}

#[tokio::test]
async fn a_doubt_stays_a_doubt_at_any_time_and_for_every_look_up() {
    let world = World::new();
    let first = world.run();
    let lost = world.send(&first, 1).await;
    world.settle(&first, 1, lost, Settled::InDoubt).await;
    world.send(&first, 2).await;
    drop(first);
    for days in [-4_000, -31, 0, 2, 4_000] {
        set_times(&world, days);
        let run = world.run_with(MaxAge::new(Duration::ZERO));
        for n in [1, 2] {
            for refresh in [false, true] {
                let known =
                    word(run.look_up(&world.key(n), Wanted { refresh, max_age: None }).await.unwrap());
                assert_eq!(known, "in doubt false", "{n} after {days} days, refresh {refresh}");
            }
            assert_eq!(world.claim(&run, n, false).await, None, "{n} after {days} days");
        }
        assert_eq!(run.file.doubts(), Ok(2), "{days} days");
    }
    let retrying = world.run();
    assert!(world.claim(&retrying, 1, true).await.is_some(), "it is sent again by choice alone");
}

#[tokio::test]
async fn answers_from_the_future_are_as_old_as_the_clock_was_wrong() {
    let world = World::new();
    let first = world.run();
    let intent = world.send(&first, 1).await;
    world.settle(&first, 1, intent, found("yes")).await;
    drop(first);
    let known = async |days, max_age, refresh| {
        set_times(&world, days);
        let run = world.run_with(MaxAge::new(max_age));
        word(run.look_up(&world.key(1), Wanted { refresh, max_age: None }).await.unwrap())
    };
    let month = Duration::from_secs(30 * 86_400);
    assert_eq!(known(2, month, false).await, "answered yes", "it was paid for");
    assert_eq!(known(2, month, true).await, "nothing", "--refresh");
    assert_eq!(known(2, Duration::ZERO, false).await, "nothing", "--max-age 0s");
    assert_eq!(known(31, month, false).await, "nothing");
    assert_eq!(known(100_000_000, month, false).await, "nothing");
}

/// The lock of a run was removed, so nobody can tell whether its process is alive.
#[tokio::test]
async fn without_its_lock_a_call_keeps_its_time_limit_and_nothing_more_is_sent() {
    let world = World::new();
    let first = world.run();
    let intent = world.send(&first, 1).await;
    let waiting = world.claim(&first, 2, false).await.unwrap();
    fs::remove_file(lock::path(&world.path(), first.run())).unwrap();
    let second = world.run();
    assert_eq!(world.word(&second, 1).await, "busy");
    assert_eq!(world.claim(&second, 1, true).await, None);
    let refused = first.sending(waiting).await.unwrap_err();
    assert!(refused.0.contains("lock"), "{refused}");
    world.settle(&first, 1, intent, found("late")).await;
    assert_eq!(world.word(&second, 1).await, "answered late");
    set_times(&world, -1);
    assert_eq!(world.word(&second, 2).await, "in doubt false", "its time is up");
}

#[tokio::test]
async fn one_persons_data_is_removed() {
    let world = World::new();
    let ledger = world.run();
    for n in 1..=3 {
        let intent = world.claim(&ledger, n, false).await.unwrap();
        world.settle(&ledger, n, intent, found("a secret about jane")).await;
    }
    let store = &ledger.file;
    let who = |value: &str| [Prune::Parameter { name: "who".to_owned(), values: vec![value.to_owned()] }];
    assert_eq!(store.would_remove(&who("joe"), true).unwrap(), Removed::default());
    let all = Removed { calls: 3, answers: 3, ..Removed::default() };
    assert_eq!(store.would_remove(&who("jane"), false).unwrap(), all);
    assert_eq!(store.remove(&who("jane"), false).unwrap(), all);
    for file in [world.path(), world.path().with_extension("db-wal")] {
        let bytes = fs::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("a secret about jane"), "the text is still in the file");
    }
    let old = [Prune::OlderThan(Duration::ZERO)];
    assert_eq!(store.would_remove(&old, true).unwrap(), Removed::default());
}

#[tokio::test]
async fn a_removal_takes_doubts_only_by_choice_and_counts_them() {
    let world = World::new();
    let first = world.run();
    for (n, end) in [(1, found("yes")), (2, Settled::InDoubt)] {
        let intent = world.send(&first, n).await;
        world.settle(&first, n, intent, end).await;
    }
    // Killed while the call was in flight.
    world.send(&first, 3).await;
    // In doubt, and answered since.
    let lost = world.send(&first, 4).await;
    world.settle(&first, 4, lost, Settled::InDoubt).await;
    let again = world.claim(&first, 4, true).await.unwrap();
    world.settle(&first, 4, again, found("at last")).await;
    drop(first);
    let store = world.store();
    for days in [-100, 0, 100] {
        set_times(&world, days);
        let everything = [Prune::OlderThan(Duration::ZERO)];
        let jane = [Prune::Parameter { name: "who".to_owned(), values: vec!["jane".to_owned()] }];
        for what in [&everything, &jane] {
            std::thread::sleep(Duration::from_millis(2));
            let would = store.would_remove(what, false).unwrap();
            assert_eq!((would.calls, would.answers, would.doubts), (3, 2, 0), "{days} {what:?}");
            let would = store.would_remove(what, true).unwrap();
            assert_eq!((would.answers, would.doubts_kept), (2, 0), "{days} {what:?}");
        }
    }
    let everything = [Prune::OlderThan(Duration::ZERO)];
    let removed = store.remove(&everything, false).unwrap();
    assert_eq!((removed.calls, removed.answers, removed.doubts_kept), (3, 2, 2));
    let later = world.run();
    for (n, expect) in [(1, "nothing"), (2, "in doubt false"), (3, "in doubt false"), (4, "nothing")] {
        assert_eq!(world.word(&later, n).await, expect, "{n}");
    }
    let removed = store.remove(&everything, true).unwrap();
    assert_eq!((removed.calls, removed.doubts, removed.doubts_kept), (2, 2, 0));
    assert_eq!(store.doubts(), Ok(0));
}

#[tokio::test]
async fn only_the_named_person_is_found_in_answers_runs_and_logs() {
    let world = World::new();
    let ledger = world.run();
    let jane = r#"{"ceo":{"url":"https:\/\/www.linkedin.com\/in\/jane-doe-1"}}"#;
    for (n, body) in [(1, jane), (2, "https://linkedin.com/in/jane-doe-12"), (3, "nobody")] {
        let intent = world.send(&ledger, n).await;
        world.settle(&ledger, n, intent, found(body)).await;
    }
    let store = Arc::clone(&ledger.file);
    let end = |summary: &str| RunEnd { state: RunState::Finished, summary: summary.to_owned() };
    store.end_run(ledger.run(), &end(&format!("{{\"reply\":{jane}}}"))).await.unwrap();
    let log = lock::run_file(&world.path(), ledger.run(), "log");
    fs::write(&log, "row 1: linkedin.com/in/jane-doe-1\n").unwrap();
    drop(ledger);
    let going_on = world.run();
    let other_log = lock::run_file(&world.path(), going_on.run(), "log");
    fs::write(&other_log, "row 1: linkedin.com/in/jane-doe-12\n").unwrap();
    let what = [Prune::Person { values: vec!["LinkedIn.com/in/Jane-Doe-1".to_owned()] }];
    let expect = Removed { calls: 1, answers: 1, runs: 1, logs: 1, ..Removed::default() };
    assert_eq!(store.would_remove(&what, false).unwrap(), expect);
    assert!(log.exists());
    assert_eq!(store.remove(&what, false).unwrap(), expect);
    assert!(!log.exists() && other_log.exists());
    let run = store.run(1).unwrap().unwrap();
    assert_eq!((run.command.as_str(), run.summary), ("x", None));
    for file in ["ledger.db", "ledger.db-wal"] {
        let bytes = fs::read(world.path().with_file_name(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).replace('\\', "");
        assert!(!text.contains("in/jane-doe-1\""), "{file}");
    }
    fs::write(&other_log, "row 2: linkedin.com/in/jane-doe-1\n").unwrap();
    assert_eq!(store.remove(&what, false).unwrap().runs_kept, 1, "it goes on");
}

/// A reader sees the file as it was when its transaction began.
#[tokio::test]
async fn removed_text_that_another_process_reads_is_reported() {
    let world = World::new();
    let ledger = world.run();
    let intent = world.send(&ledger, 1).await;
    world.settle(&ledger, 1, intent, found("a secret")).await;
    let reader = Connection::open(world.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM call;").unwrap();
    let what = [Prune::Person { values: vec!["a secret".to_owned()] }];
    assert!(ledger.file.remove(&what, false).unwrap().remains);
    reader.execute_batch("COMMIT").unwrap();
    let again = ledger.file.remove(&what, false).unwrap();
    assert_eq!((again.calls, again.remains), (0, false));
}

#[tokio::test]
async fn many_writers_at_once_share_commits() {
    let world = World::new();
    let ledger = world.run();
    let all = (0..500).map(|n| {
        let (world, ledger) = (&world, &ledger);
        async move {
            let intent = world.claim(ledger, n, false).await.unwrap();
            world.settle(ledger, n, intent, found("x")).await;
        }
    });
    futures::future::join_all(all).await;
    assert_eq!(ledger.file.stats().unwrap().calls[0].count, 500);
}

#[tokio::test]
async fn the_log_stays_short_under_many_look_ups() {
    let world = World::new();
    let ledger = world.run();
    let log = world.path().with_extension("db-wal");
    let body = "x".repeat(100_000);
    let mut longest = 0;
    for n in 0..1_000 {
        let intent = world.claim(&ledger, n, false).await.unwrap();
        // There is always a reader.
        let reading = ledger.file.readers.shared(|_| Ok(())).map(|()| world.key(n));
        assert!(ledger.look_up(&reading.unwrap(), Wanted::default()).await.is_ok());
        world.settle(&ledger, n, intent, found(&body)).await;
        longest = longest.max(fs::metadata(&log).map_or(0, |log| log.len()));
    }
    assert!((4_000_000..32_000_000).contains(&longest), "{longest} bytes");
    assert!(world.word(&ledger, 1).await.starts_with("answered x"));
}
