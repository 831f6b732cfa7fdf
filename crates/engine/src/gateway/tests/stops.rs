//! Tests of providers that are paused for a while, or stopped for the rest of the run.

use super::*;

#[tokio::test(start_paused = true)]
async fn retry_after_holds_every_call_of_the_provider() {
    let world = World::script(&[(1, &[Act::Fail(throttled)])]);
    let started = Instant::now();
    let first = world.ask(1);
    let second = async {
        sleep(Duration::from_secs(1)).await;
        let end = world.ask(2).await;
        (end, started.elapsed())
    };
    let (first, (second, after)) = futures::join!(first, second);
    assert_eq!((first.as_str(), second.as_str()), ("found 1", "found 2"));
    assert!(after >= Duration::from_secs(20), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_longer_than_a_run_waits_stops_the_provider() {
    fn tomorrow() -> Failure {
        Failure { retry_after: Some(Duration::from_secs(86_400)), ..throttled() }
    }
    let world = World::script(&[(1, &[Act::Fail(tomorrow)])]);
    let started = Instant::now();
    assert_eq!(world.ask(1).await, "rate_limited");
    assert_eq!(world.ask(2).await, "closed provider_stopped");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_final_refusal_pauses_no_call() {
    fn refused_for_long() -> Failure {
        Failure { retry_after: Some(Duration::from_secs(250)), ..refused() }
    }
    let world = World::script(&[(1, &[Act::Fail(refused_for_long)])]);
    let started = Instant::now();
    assert_eq!(world.ask(1).await, "invalid_input");
    assert_eq!(world.ask(2).await, "found 2");
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_paused_call_ends_when_the_key_is_refused() {
    let late = Act::FailAfter(Duration::from_secs(1), key_refused);
    let world = World::script(&[(1, &[Act::Fail(throttled)]), (2, &[late])]);
    let started = Instant::now();
    let (two, one) = futures::join!(world.ask(2), world.ask(1));
    assert_eq!((one.as_str(), two.as_str()), ("closed provider_stopped", "auth"));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_stops_the_provider() {
    let world = World::script(&[(1, &[Act::Fail(key_refused)])]);
    assert_eq!(world.ask(1).await, "auth");
    assert_eq!(world.ask(2).await, "closed provider_stopped");
    assert_eq!((world.sends(), world.count("provider stopped")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_missing_key_sends_nothing() {
    let world = World::new(Scripted { without_key: true, ..Scripted::default() });
    assert_eq!(world.ask(1).await, "auth");
    assert_eq!(world.ask(2).await, "closed provider_stopped");
    assert_eq!((world.sends(), world.count("provider stopped")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refused_tool_stops_that_operation_alone() {
    let world = World::script(&[(1, &[Act::Fail(tool_refused)])]);
    assert_eq!(world.ask(1).await, "auth");
    assert_eq!(world.ask(2).await, "closed provider_stopped");
    assert_eq!(world.operation("other", 2).await, "found 2");
    assert_eq!(world.count("operation stopped"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_for_credit_stops_the_provider() {
    let world = World::script(&[(1, &[Act::Fail(no_credit)])]);
    assert_eq!(world.ask(1).await, "found 1");
    let world = World::new(always(Act::Fail(no_credit)));
    assert_eq!(world.ask(1).await, "quota_exhausted");
    assert_eq!(world.ask(2).await, "closed provider_stopped");
    assert_eq!(world.sends(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failing_provider_is_paused_and_stopped_after_five_minutes() {
    let settings = Settings { parallel: 1, ..Settings::default() };
    let world = World::with(always(Act::Fail(transient)), settings);
    let started = Instant::now();
    let ends = futures::future::join_all((0..50).map(|n| world.ask(n))).await;
    let failed = ends.iter().filter(|end| *end == "upstream").count();
    let stopped = ends.iter().filter(|end| *end == "closed provider_stopped").count();
    assert!((5..12).contains(&failed) && failed + stopped == 50, "{ends:?}");
    // Only a few calls begin at a time, so only a few attempts are made before the provider is known to be
    // down.
    assert!(world.sends() <= 40, "{}", world.sends());
    assert!(started.elapsed() < Duration::from_secs(400));
    assert_eq!(world.count("provider stopped"), 1);
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_nothing_is_lost() {
    let outage: Vec<Act> = (0..4).map(|_| Act::Fail(transient)).collect();
    let acts: Vec<(u64, &[Act])> = (0..5).map(|n| (n, outage.as_slice())).collect();
    let world = World::script(&acts);
    let ends = futures::future::join_all((0..50).map(|n| world.ask(n))).await;
    assert!(ends[..5].iter().all(|end| end == "upstream"), "{ends:?}");
    assert!(ends[5..].iter().all(|end| end.starts_with("found")), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn dead_targets_hold_nobody_else_back() {
    fn dead() -> Failure {
        Failure { retry_after: Some(Duration::from_secs(60)), ..not_sent() }.of_target()
    }
    let world = World::new(Scripted {
        acts: Mutex::new((0..20).map(|n| (n, vec![Act::Fail(dead); 4].into())).collect()),
        ..Scripted::default()
    });
    let dead = futures::future::join_all((0..20).map(|n| world.ask(n)));
    let healthy = async {
        sleep(Duration::from_secs(30)).await;
        let started = Instant::now();
        let end = world.ask(100).await;
        (end, started.elapsed())
    };
    let (dead, (end, waited)) = futures::join!(dead, healthy);
    assert!(dead.iter().all(|end| end == "network"), "{dead:?}");
    assert_eq!((end.as_str(), world.count("waits"), world.count("rests")), ("found 100", 0, 0));
    assert_eq!(waited, Duration::ZERO);
    assert_eq!(world.ask(101).await, "found 101");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_reported_after_its_last_attempt() {
    let world = World::script(&[(1, &[Act::Fail(transient)]), (2, &[Act::Fail(refused)])]);
    assert_eq!((world.ask(1).await, world.count("failed")), ("found 1".to_owned(), 0));
    for _ in 0..2 {
        assert_eq!((world.ask(2).await, world.count("failed")), ("invalid_input".to_owned(), 1));
    }
}

/// The vendor's healthy answer that it does not know a row is that row's end alone.
#[tokio::test(start_paused = true)]
async fn many_unknown_rows_are_no_outage() {
    let all: Vec<(u64, &[Act])> = (0..60).map(|n| (n, &[Act::Fail(refused)][..])).collect();
    let world = World::new(scripted(&all));
    for n in 0..60 {
        assert_eq!(world.ask(n).await, "invalid_input");
    }
    for n in 60..80 {
        assert_eq!(world.ask(n).await, format!("found {n}"));
    }
    assert_eq!((world.sends(), world.count("waits"), world.count("provider stopped")), (80, 0, 0));
}

/// A page of a proxy in place of one answer is repeated, and stops nobody.
#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_one_answer_stops_nobody() {
    let world = World::script(&[(1, &[Act::Fail(transient)])]);
    let ends = futures::future::join_all([1, 2, 3].map(|n| world.ask(n))).await;
    assert_eq!(ends, ["found 1", "found 2", "found 3"]);
    assert_eq!((world.sends(), world.count("waits")), (4, 0));
}
