//! Answers that come later: ordered once, asked for while the user is patient, and collected by any run.

use super::*;
use crate::ledger::{Memory, testing};

const ORDER: &[Act] = &[Act::Order];

/// A provider that answers call 1 after `polls` requests.
fn ordering(polls: &[Act]) -> Scripted {
    let polls = HashMap::from([(1, polls.iter().cloned().collect())]);
    Scripted { polls: Mutex::new(polls), ..scripted(&[(1, ORDER), (2, ORDER), (3, ORDER)]) }
}

fn settings(caps: Caps, patience: u64) -> Settings {
    let prices = BTreeMap::from([("credit".to_owned(), 0.5)]);
    let lane = LaneSettings { prices, ..LaneSettings::default() };
    let lanes = BTreeMap::from([("p".to_owned(), lane)]);
    Settings { caps, lanes, patience: Duration::from_secs(patience), ..Settings::default() }
}

/// A run over `memory`.
async fn run(memory: &Memory, provider: Scripted, settings: Settings) -> World {
    World::over(testing::begin(memory).await.calls, provider, settings)
}

fn polled(world: &World) -> usize {
    world.provider.polled.load(Ordering::SeqCst)
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_later_is_waited_for() {
    let world = World::with(ordering(&[Act::Order, Act::Fail(throttled)]), settings(Caps::default(), 60));
    let began = Instant::now();
    assert_eq!(world.operation("later", 1).await, "found 1");
    // After 5 and 10 seconds, and after the rest of 20 seconds for which the vendor asked then.
    assert_eq!((began.elapsed().as_secs(), polled(&world)), (30, 3));
    assert_eq!((world.sends(), world.count("spent")), (1, 1));
    assert_eq!(world.operation("later", 1).await, "found 1");
    assert_eq!((world.sends(), world.count("reused")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_still_pending_is_collected_by_a_later_run_and_never_bought_again() {
    let memory = Memory::new();
    let first =
        run(&memory, ordering(&[Act::Order, Act::Order, Act::Order]), settings(Caps::default(), 12)).await;
    let began = Instant::now();
    assert_eq!(first.operation("later", 1).await, "closed pending");
    assert_eq!((began.elapsed().as_secs(), polled(&first)), (12, 3), "the last request is at the very end");
    assert_eq!(first.words(), ["sent", "ordered"]);
    drop(first);
    let second = run(&memory, ordering(&[]), settings(Caps { calls: Some(0), cost: Some(0.0) }, 0)).await;
    assert_eq!(second.operation("later", 1).await, "found 1", "even with no patience it asks once");
    assert_eq!((second.sends(), second.words()), (0, vec!["collected".to_owned()]));
    assert_eq!(second.events.collected.lock().unwrap()[0].money, Some(0.5));
    let third = run(&memory, ordering(&[]), settings(Caps::default(), 0)).await;
    assert_eq!(third.operation("later", 1).await, "found 1");
    assert_eq!((polled(&third), third.words()), (0, vec!["reused".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn without_patience_nothing_is_asked_about_a_new_order() {
    let world = World::with(ordering(&[]), settings(Caps::default(), 0));
    assert_eq!(world.operation("later", 1).await, "closed pending");
    assert_eq!((world.sends(), polled(&world)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_the_vendor_gives_up_is_free_and_can_be_bought_again() {
    let memory = Memory::new();
    let first = run(&memory, ordering(&[Act::Order, Act::GiveUp]), settings(Caps::default(), 60)).await;
    assert_eq!(first.operation("later", 1).await, "upstream");
    assert_eq!(first.operation("later", 1).await, "upstream", "this run does not order it again");
    assert_eq!((first.count("spent"), first.sends()), (0, 1));
    let second = run(&memory, ordering(&[]), settings(Caps::default(), 60)).await;
    assert_eq!(second.operation("later", 1).await, "found 1");
    assert_eq!(second.sends(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_refused_says_nothing_about_the_call() {
    let memory = Memory::new();
    let polls = [Act::Fail(refused), Act::Fail(transient), Act::Fail(cut), Act::Fail(refused)];
    let first = run(&memory, ordering(&polls), settings(Caps::default(), 20)).await;
    assert_eq!(first.operation("later", 1).await, "closed pending");
    assert_eq!(polled(&first), 3);
    let second = run(&memory, ordering(&[]), settings(Caps::default(), 20)).await;
    assert_eq!(second.operation("later", 1).await, "found 1");
    assert_eq!(second.sends(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_reported_pending_once() {
    let world = World::with(ordering(&[Act::Order, Act::Order, Act::Order]), settings(Caps::default(), 7));
    for _ in 0..3 {
        assert_eq!(world.operation("later", 1).await, "closed pending");
    }
    assert_eq!(world.words(), ["sent", "ordered", "joined", "joined"]);
    assert_eq!(polled(&world), 2, "later rows do not wait again");
}

/// A step that refreshes and one that does not may wait for the same order.
#[tokio::test(start_paused = true)]
async fn an_order_that_two_flights_wait_for_is_spent_once() {
    let world = World::with(ordering(&[]), settings(Caps::default(), 60));
    let call = Call { provider: "p".into(), operation: "later".into(), parameters: json!({ "n": 1 }) };
    let refreshing = world.gateway.refreshing();
    let (end, refreshed) = tokio::join!(world.operation("later", 1), refreshing.call(call));
    assert_eq!(end, "found 1");
    assert!(matches!(refreshed, CallEnd::Reply(_)), "{refreshed:?}");
    assert_eq!((world.sends(), world.count("spent"), world.count("collected")), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_rest_for_hours_holds_nobody_else() {
    let hours = || Failure { retry_after: Some(Duration::from_secs(7_200)), ..throttled() };
    let world = World::with(ordering(&[Act::Fail(hours)]), settings(Caps::default(), 60));
    let began = Instant::now();
    let (late, _) = tokio::join!(world.operation("later", 1), async {
        sleep(Duration::from_secs(8)).await;
        assert_eq!(world.ask(7).await, "found 7");
        assert!(began.elapsed() < Duration::from_secs(9));
    });
    assert_eq!(late, "found 1", "the last request is made when patience ends");
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn without_a_key_an_order_stays_pending_and_the_provider_is_stopped() {
    let memory = Memory::new();
    let first = run(&memory, ordering(&[]), settings(Caps::default(), 0)).await;
    assert_eq!(first.operation("later", 1).await, "closed pending");
    let keyless = Scripted { without_key: true, ..ordering(&[]) };
    let second = run(&memory, keyless, settings(Caps::default(), 60)).await;
    assert_eq!(second.operation("later", 1).await, "closed pending");
    assert_eq!((polled(&second), second.count("provider stopped")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_leaves_the_order_pending() {
    let memory = Memory::new();
    let auth = || Failure::refused(Error::new(ErrorKind::Auth, "no")).reaching(Reach::Provider);
    let first = run(&memory, ordering(&[Act::Fail(auth)]), settings(Caps::default(), 60)).await;
    assert_eq!(first.operation("later", 1).await, "closed pending");
    assert_eq!(first.count("provider stopped"), 1);
    let second = run(&memory, ordering(&[]), settings(Caps::default(), 60)).await;
    assert_eq!(second.operation("later", 1).await, "found 1");
    assert_eq!(second.sends(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_order_counts_towards_the_caps_with_its_whole_price() {
    // The worst price of a call is 1.5; two orders fill the cap, although found answers cost 0.5.
    let caps = Caps { calls: None, cost: Some(3.0) };
    let world = World::with(ordering(&[Act::Order]), settings(caps, 0));
    let ends = futures::future::join_all([1, 2, 3].map(|n| world.operation("later", n))).await;
    assert_eq!(ends, ["closed pending", "closed pending", "closed budget"]);
}

#[tokio::test(start_paused = true)]
async fn an_order_holds_no_slot_while_it_waits() {
    let settings = Settings { parallel: 1, ..settings(Caps::default(), 600) };
    let world = World::with(ordering(&[Act::Order, Act::Order, Act::Order, Act::Order]), settings);
    let began = Instant::now();
    let (slow, quick) = tokio::join!(world.operation("later", 1), async {
        sleep(Duration::from_secs(1)).await;
        (world.ask(7).await, began.elapsed())
    });
    assert_eq!((slow.as_str(), quick.0.as_str()), ("found 1", "found 7"));
    assert!(quick.1 < Duration::from_secs(2), "{:?}", quick.1);
}

#[tokio::test(start_paused = true)]
async fn one_request_asks_for_all_calls_of_a_job() {
    let script: Vec<(u64, &[Act])> = (0..7).map(|n| (n, ORDER)).collect();
    let world = World::with(scripted(&script), settings(Caps::default(), 60));
    let ends = futures::future::join_all((0..7).map(|n| world.operation("bulk_later", n))).await;
    assert!(ends.iter().all(|end| end.starts_with("found")), "{ends:?}");
    assert_eq!((polled(&world), world.count("request of 7")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_closed_gateway_leaves_the_order_pending() {
    let world = World::with(ordering(&[Act::Order, Act::Order]), settings(Caps::default(), 600));
    let (end, ()) = tokio::join!(world.operation("later", 1), async {
        sleep(Duration::from_secs(7)).await;
        world.gateway.close(SkipReason::Interrupted);
    });
    assert_eq!((end.as_str(), polled(&world)), ("closed pending", 1));
}
