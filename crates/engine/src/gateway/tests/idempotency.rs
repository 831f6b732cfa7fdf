//! Calls that the vendor recognises when they are sent again: a doubt is repeated by itself, and billed once.

use super::*;
use crate::ledger::{Memory, Upkeep, testing};

fn keys(world: &World) -> Vec<String> {
    let keys = world.provider.idempotency_keys.lock().unwrap();
    keys.iter().map(|key| key.clone().expect("the operation has one")).collect()
}

async fn states(memory: &Memory) -> Vec<(String, u64)> {
    let stats = memory.stats().await.expect("the ledger can be read");
    stats.calls.into_iter().map(|calls| (calls.state, calls.count)).collect()
}

async fn run(memory: &Memory, provider: Scripted) -> World {
    World::over(testing::begin(memory).await.calls, provider, Settings::default())
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_sent_again_with_its_key_and_bought_once() {
    let memory = Memory::new();
    let world = run(&memory, scripted(&[(1, &[Act::Fail(cut), Act::Fail(cut)])])).await;
    assert_eq!(world.operation("recognised", 1).await, "found 1");
    let keys = keys(&world);
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(world.words(), ["sent", "sent again", "sent again", "spent"], "it is bought once");
    assert_eq!(states(&memory).await, [("found".to_owned(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_later_run_repeats_the_doubt_with_its_key() {
    let memory = Memory::new();
    let first = run(&memory, scripted(&[(1, &[Act::Fail(cut); 4])])).await;
    assert_eq!(first.operation("recognised", 1).await, "in_doubt");
    assert_eq!((first.count("spent"), first.count("in doubt")), (1, 1));
    assert_eq!(states(&memory).await, [("in_doubt".to_owned(), 1)], "one purchase is one doubt");
    let second = run(&memory, Scripted::default()).await;
    assert_eq!(second.operation("recognised", 1).await, "found 1");
    assert_eq!(keys(&second), keys(&first)[..1]);
    assert_eq!(second.count("doubt sent again"), 0, "it cannot be paid for twice");
    assert_eq!(states(&memory).await, [("found".to_owned(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_doubt_of_another_run_under_way_is_repeated_and_ended() {
    let memory = Memory::new();
    let first = run(&memory, scripted(&[(1, &[Act::Fail(cut)])])).await;
    let second = run(&memory, Scripted::default()).await;
    let ends = tokio::join!(first.operation("recognised", 1), second.operation("recognised", 1));
    assert_eq!(ends, ("found 1".to_owned(), "found 1".to_owned()));
    assert_eq!(states(&memory).await, [("found".to_owned(), 1)], "whichever of them sent it again");
}

#[tokio::test(start_paused = true)]
async fn a_refreshed_call_is_a_purchase_of_its_own() {
    let memory = Memory::new();
    let first = run(&memory, Scripted::default()).await;
    assert_eq!(first.operation("recognised", 1).await, "found 1");
    // The ledger's clock advances, which is not paused.
    std::thread::sleep(Duration::from_millis(5));
    let second = run(&memory, Scripted::default()).await;
    let call = Call { provider: "p".into(), operation: "recognised".into(), parameters: json!({ "n": 1 }) };
    second.gateway.refreshing().call(call).await;
    assert_eq!(second.sends(), 1);
    assert_ne!(keys(&second), keys(&first), "the vendor would repeat its old answer");
}

#[tokio::test(start_paused = true)]
async fn an_operation_without_a_hold_time_has_no_key() {
    let world = World::script(&[(1, &[Act::Fail(cut)])]);
    assert_eq!(world.ask(1).await, "in_doubt");
    assert_eq!(*world.provider.idempotency_keys.lock().unwrap(), [None]);
}
