//! What is bought under a consent is counted over all its runs, and one run at a time uses it.

use super::*;

fn under(consent: &str) -> RunStart {
    RunStart { consent: Some(consent.to_owned()), ..start() }
}

impl World {
    fn begin(&self, consent: &str) -> Result<RunLedger, BeginError> {
        RunLedger::begin(self.store(), &under(consent), MaxAge::default())
    }

    async fn priced(&self, ledger: &RunLedger, n: u64, price: Option<f64>) -> Intent {
        let (key, call, scope) = (self.key(n), call(n), &self.scope);
        let time = Duration::from_secs(240);
        let asking =
            Asking { key, call: &call, scope, again: false, refresh: false, attempt: 1, time, price };
        let Claim::Granted(intent) = ledger.claim(&asking).await.unwrap() else { panic!("it is known") };
        ledger.sending(intent).await.unwrap();
        intent
    }
}

#[tokio::test]
async fn what_may_have_been_paid_for_is_counted_and_nothing_else() {
    let world = World::new();
    let first = world.begin("a").unwrap();
    assert_eq!(first.used_before(), Used::default());
    let error = || Error::new(ErrorKind::BadReply, "no use");
    for (n, end) in [
        (1, found("yes")),
        (2, Settled::Answered { body: "{}".to_owned(), no_data: true }),
        (3, Settled::Unusable { error: error(), body: None }),
        (4, Settled::InDoubt),
        (5, Settled::Failed(error())),
    ] {
        let intent = world.priced(&first, n, Some(0.5)).await;
        world.settle(&first, n, intent, end).await;
    }
    let unpriced = world.priced(&first, 6, None).await;
    world.settle(&first, 6, unpriced, found("yes")).await;
    let taken_back = world.priced(&first, 7, Some(0.5)).await;
    first.take_back(&world.key(7), taken_back).await.unwrap();
    let expect = Used { calls: 5, cost: 2.0 };
    assert_eq!(first.store().used("a"), Ok(expect));
    drop(first);
    // Another consent, and none, are counted apart.
    for other in [world.begin("b").unwrap(), world.run()] {
        let n = 10 + u64::try_from(other.run()).unwrap();
        let intent = world.priced(&other, n, Some(0.5)).await;
        world.settle(&other, n, intent, found("yes")).await;
    }
    let second = world.begin("a").unwrap();
    assert_eq!(second.used_before(), expect);
    let intent = world.priced(&second, 20, Some(0.25)).await;
    world.settle(&second, 20, intent, found("yes")).await;
    let expect = Used { calls: 6, cost: 2.25 };
    drop(second);
    assert_eq!(world.begin("a").unwrap().used_before(), expect);
}

#[tokio::test]
async fn a_second_run_waits_for_the_end_of_the_first_however_it_ends() {
    let world = World::new();
    let first = world.begin("a").unwrap();
    let number = first.run();
    assert_eq!(world.begin("a").err(), Some(BeginError::ConsentHeld(number)));
    assert_eq!(world.store().runs(10).unwrap().1, 1, "what is refused is not recorded");
    world.begin("b").unwrap();
    world.send(&first, 1).await;
    world.claim(&first, 2, false).await.unwrap();
    // Without marks, nobody can tell that the second call was never sent.
    let sent = if first.tells_unsent() { 1 } else { 2 };
    // As a killed process leaves it.
    drop(first);
    let second = world.begin("a").unwrap();
    assert_eq!(second.used_before().calls, sent);
    let end = RunEnd { state: RunState::Finished, summary: "{}".to_owned() };
    second.store().end_run(second.run(), &end).unwrap();
    world.begin("a").expect("a run that has ended holds nothing");
}

#[tokio::test]
async fn what_is_removed_from_the_ledger_stays_used() {
    let world = World::new();
    let first = world.begin("a").unwrap();
    let intent = world.priced(&first, 1, Some(0.5)).await;
    world.settle(&first, 1, intent, found("yes")).await;
    let summary = r#"{"calls": {"bought": 1}, "cost": 0.5}"#.to_owned();
    first.store().end_run(first.run(), &RunEnd { state: RunState::Finished, summary }).unwrap();
    let store = Arc::clone(first.store());
    drop(first);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let removed = store.remove(&[Prune::OlderThan(Duration::ZERO)], false).unwrap();
    assert_eq!(removed.calls, 1);
    assert_eq!(store.used("a"), Ok(Used { calls: 1, cost: 0.5 }));
}

#[tokio::test]
async fn what_a_run_without_an_end_bought_stays_used_when_it_is_removed() {
    let world = World::new();
    let first = world.begin("a").unwrap();
    for n in 1..4 {
        let intent = world.priced(&first, n, Some(0.5)).await;
        world.settle(&first, n, intent, found("yes")).await;
    }
    let store = Arc::clone(first.store());
    // It came to no end: its process was killed.
    drop(first);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let removed = store.remove(&[Prune::OlderThan(Duration::ZERO)], true).unwrap();
    assert_eq!(removed.calls, 3);
    assert_eq!(store.used("a"), Ok(Used { calls: 3, cost: 1.5 }));
}

#[tokio::test]
async fn what_is_removed_while_a_run_goes_on_stays_used_each_time() {
    let world = World::new();
    let run = world.begin("a").unwrap();
    for removals in 1..4 {
        let intent = world.priced(&run, removals, Some(0.5)).await;
        world.settle(&run, removals, intent, found("yes")).await;
        run.store().note_progress(run.run(), "{}".to_owned()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let removed = run.store().remove(&[Prune::OlderThan(Duration::ZERO)], false).unwrap();
        assert_eq!(removed.calls, 1);
        let expect = Used { calls: removals, cost: 0.5 * removals as f64 };
        assert_eq!(run.store().used("a"), Ok(expect));
    }
    let intent = world.priced(&run, 9, Some(0.5)).await;
    world.settle(&run, 9, intent, found("yes")).await;
    let summary = r#"{"calls": {"bought": 4}, "cost": 2.0}"#.to_owned();
    run.store().end_run(run.run(), &RunEnd { state: RunState::Finished, summary }).unwrap();
    assert_eq!(run.store().used("a"), Ok(Used { calls: 4, cost: 2.0 }), "nothing is counted twice");
}

#[test]
fn of_many_that_begin_at_once_one_gets_the_consent() {
    let world = World::new();
    drop(world.store());
    let begun: Vec<_> = std::thread::scope(|threads| {
        let all: Vec<_> = (0..8).map(|_| threads.spawn(|| world.begin("a"))).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let held = |begun: &&Result<RunLedger, BeginError>| matches!(begun, Err(BeginError::ConsentHeld(_)));
    assert_eq!(
        begun.iter().filter(held).count(),
        7,
        "{:?}",
        begun.iter().map(Result::is_ok).collect::<Vec<_>>()
    );
    assert!(begun.iter().any(Result::is_ok));
}

#[tokio::test]
async fn a_ledger_from_before_consents_is_brought_forward_whole() {
    let world = World::new();
    fs::create_dir_all(world.path().parent().unwrap()).unwrap();
    let old = Connection::open(world.path()).unwrap();
    old.execute_batch(open::MIGRATIONS[0]).unwrap();
    old.pragma_update(None, "application_id", 0x6d61_726c).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch(
        "INSERT INTO run (state, command, input, output, steps, version, started_at, ended_at, summary)
         VALUES ('finished', 'marl enrich', 'in', 'out', '{}', '0.1.0', 1, 2, '{\"calls\": {\"bought\": 1}}')",
    )
    .unwrap();
    let key = world.key(1);
    old.execute(
        "INSERT INTO call (key_short, key, state, run, provider, account, operation, parameters, attempt, sent_at,
             deadline, settled_at, reply) VALUES (?1, ?2, 1, 1, 'p', 'default', 'o', '{}', 1, ?3, ?3, ?3, 'yes')",
        rusqlite::params![key.short(), key.bytes().as_slice(), now_ms()],
    )
    .unwrap();
    drop(old);
    let store = world.store();
    let old_run = store.run(1).unwrap().unwrap();
    assert_eq!((old_run.command.as_str(), old_run.consent), ("marl enrich", None));
    let ledger = world.begin("a").unwrap();
    assert_eq!((ledger.run(), ledger.used_before()), (2, Used::default()));
    assert_eq!(world.word(&ledger, 1).await, "answered yes");
    assert_eq!(store.run(2).unwrap().unwrap().consent.as_deref(), Some("a"));
}
