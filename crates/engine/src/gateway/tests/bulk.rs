//! Requests that carry many calls: gathered, claimed one by one, billed one by one.

use super::{provider::MOST, *};
use crate::ledger::{Memory, testing};

fn settings(caps: Caps) -> Settings {
    let prices = BTreeMap::from([("credit".to_owned(), 0.5)]);
    let lane = LaneSettings { prices, ..LaneSettings::default() };
    Settings { caps, lanes: BTreeMap::from([("p".to_owned(), lane)]), ..Settings::default() }
}

async fn ask_all(world: &World, calls: impl IntoIterator<Item = u64>) -> Vec<String> {
    futures::future::join_all(calls.into_iter().map(|n| world.operation("bulk", n))).await
}

fn sizes(world: &World) -> Vec<usize> {
    world.provider.requests.lock().unwrap().iter().map(Vec::len).collect()
}

#[tokio::test(start_paused = true)]
async fn calls_gather_in_full_requests() {
    let world = World::with(Scripted::default(), settings(Caps::default()));
    let ends = ask_all(&world, 0..100).await;
    assert!((0..100).all(|n| ends[n] == format!("found {n}")), "{ends:?}");
    assert_eq!(sizes(&world), [MOST; 10]);
    assert_eq!((world.count("sent"), world.count("request of 10"), world.count("spent")), (100, 10, 100));
}

#[tokio::test(start_paused = true)]
async fn a_call_alone_hardly_waits() {
    let world = World::with(Scripted::default(), settings(Caps::default()));
    let began = Instant::now();
    assert_eq!(world.operation("bulk", 1).await, "found 1");
    assert!(began.elapsed() <= Duration::from_millis(25), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn duplicates_and_stored_answers_take_no_place() {
    let memory = Memory::new();
    let run = testing::begin(&memory).await;
    let first = World::over(run.calls, Scripted::default(), settings(Caps::default()));
    ask_all(&first, 0..5).await;
    let run = testing::begin(&memory).await;
    let second = World::over(run.calls, Scripted::default(), settings(Caps::default()));
    ask_all(&second, (0..25).chain(0..25)).await;
    assert_eq!(sizes(&second), [MOST, MOST]);
    assert_eq!((second.count("reused"), second.count("spent")), (10, 20));
}

#[tokio::test(start_paused = true)]
async fn requests_and_not_calls_take_slots() {
    let always = Some(Act::AnswerAfter(Duration::from_secs(1)));
    let provider = Scripted { always, ..Scripted::default() };
    let world = World::with(provider, Settings { parallel: 2, ..settings(Caps::default()) });
    let began = Instant::now();
    ask_all(&world, 0..60).await;
    assert_eq!((began.elapsed().as_secs(), sizes(&world).len()), (3, 6));
    assert_eq!(world.provider.most_in_flight.load(Ordering::SeqCst), 2 * MOST);
}

#[tokio::test(start_paused = true)]
async fn a_cap_in_the_middle_of_a_request_is_kept() {
    // The worst price is 1.5, and an answer costs 0.5.
    let world = World::with(Scripted::default(), settings(Caps { calls: Some(13), cost: Some(100.0) }));
    let ends = ask_all(&world, 0..40).await;
    assert_eq!(ends.iter().filter(|end| end.starts_with("found")).count(), 13, "{ends:?}");
    assert_eq!(ends.iter().filter(|end| *end == "closed budget").count(), 27);
    assert_eq!(sizes(&world), [10, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_cut_leaves_all_calls_of_the_request_in_doubt() {
    let all = (0..10).map(|n| (n, &[Act::Fail(cut)][..])).collect::<Vec<_>>();
    let world = World::with(scripted(&all), settings(Caps::default()));
    let ends = ask_all(&world, 0..10).await;
    assert_eq!(ends, vec!["in_doubt"; 10]);
    assert_eq!(sizes(&world), [10]);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_request_is_sent_again_as_one() {
    let all = (0..10).map(|n| (n, &[Act::Fail(throttled)][..])).collect::<Vec<_>>();
    let world = World::with(scripted(&all), settings(Caps::default()));
    let ends = ask_all(&world, 0..10).await;
    assert!(ends.iter().all(|end| end.starts_with("found")), "{ends:?}");
    assert_eq!(sizes(&world), [10, 10]);
    assert_eq!(world.count("waits"), 0, "one request that failed is one failure");
}

#[tokio::test(start_paused = true)]
async fn each_call_of_a_request_has_its_own_end() {
    let acts: &[(u64, &[Act])] = &[(1, &[Act::Fail(refused)]), (2, &[Act::Fail(unusable)])];
    let world = World::with(scripted(acts), settings(Caps::default()));
    let ends = ask_all(&world, [1, 2, 3, 404]).await;
    assert_eq!(ends, ["invalid_input", "bad_reply", "found 3", "no data"]);
    let costs: Vec<_> = world.events.costs.lock().unwrap().iter().map(|cost| cost.money).collect();
    assert_eq!(costs.iter().flatten().sum::<f64>(), 1.0, "{costs:?}");
}

#[tokio::test(start_paused = true)]
async fn a_closed_gateway_sends_no_batch() {
    let world = World::with(Scripted::default(), settings(Caps::default()));
    let (ends, ()) = tokio::join!(ask_all(&world, 0..3), async {
        sleep(Duration::from_millis(1)).await;
        world.gateway.close(SkipReason::Interrupted);
    });
    assert_eq!((ends, sizes(&world).len()), (vec!["closed interrupted".to_owned(); 3], 0));
}

#[tokio::test(start_paused = true)]
async fn a_panic_wakes_every_call_of_the_request() {
    let all = (0..4).map(|n| (n, &[Act::Panic][..])).collect::<Vec<_>>();
    let world = World::with(scripted(&all), settings(Caps::default()));
    assert_eq!(ask_all(&world, 0..4).await, vec!["in_doubt"; 4], "the request may have been sent");
}
