//! Tests of calls that were sent and not answered, or got an unusable answer.

use super::*;
use crate::ledger::{CallState, Claim, ClaimRequest, Ended, Intent};

#[tokio::test(start_paused = true)]
async fn an_incomplete_answer_leaves_a_doubt_that_is_not_sent_again() {
    let world = World::script(&[(1, &[Act::Fail(cut)])]);
    assert_eq!(world.ask(1).await, "in_doubt");
    assert_eq!(world.ask(1).await, "in_doubt");
    assert_eq!((world.sends(), world.count("in doubt")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_sent_again_by_choice() {
    let world = World::with(scripted(&[(1, &[Act::Fail(cut), Act::Fail(cut)])]), retrying());
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!((world.sends(), world.count("doubt sent again")), (3, 2));
    let world = World::with(always(Act::Fail(cut)), retrying());
    assert_eq!(world.ask(1).await, "in_doubt");
    assert_eq!(world.ask(1).await, "in_doubt");
    assert_eq!(world.sends(), 4, "its duplicates share the doubt");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_doubt_does_not_undo_it() {
    let world = World::with(scripted(&[(1, &[Act::Fail(cut), Act::Fail(refused)])]), retrying());
    assert_eq!(world.ask(1).await, "in_doubt");
    let acts: &[Act] = &[Act::Fail(cut), Act::Fail(transient), Act::Fail(transient), Act::Fail(transient)];
    let world = World::with(scripted(&[(1, acts)]), retrying());
    assert_eq!(world.ask(1).await, "in_doubt");
}

#[tokio::test(start_paused = true)]
async fn a_free_operation_has_no_doubts() {
    let world = World::script(&[(1, &[Act::Fail(cut), Act::Hang])]);
    assert_eq!(world.operation("free", 1).await, "found 1");
    assert_eq!((world.sends(), world.count("in doubt")), (3, 0));
    let world = World::new(always(Act::Fail(cut)));
    assert_eq!(world.operation("free", 1).await, "network");
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_settles_the_doubt() {
    let world = World::script(&[(1, &[Act::AnswerAfter(Duration::from_secs(220))])]);
    assert_eq!(world.ask(1).await, "found 1");
    let world = World::script(&[(1, &[Act::Hang])]);
    let started = Instant::now();
    assert_eq!(world.ask(1).await, "in_doubt");
    assert_eq!(started.elapsed(), Duration::from_secs(240));
}

#[tokio::test(start_paused = true)]
async fn a_bought_unusable_answer_is_not_asked_for_again() {
    let world = World::script(&[(1, &[Act::Fail(unusable)])]);
    assert_eq!(world.ask(1).await, "bad_reply");
    assert_eq!(world.ask(1).await, "bad_reply");
    assert_eq!((world.sends(), world.count("reused")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_doubt_stays_a_doubt_if_the_gateway_closes_before_the_next_attempt() {
    fn cut_and_slow() -> Failure {
        Failure { retry_after: Some(Duration::from_secs(60)), ..cut() }
    }
    let world = World::with(scripted(&[(1, &[Act::Fail(cut_and_slow)])]), retrying());
    let closing = async {
        sleep(Duration::from_secs(1)).await;
        world.gateway.close(SkipReason::Interrupted);
    };
    let (end, ()) = futures::join!(world.ask(1), closing);
    assert_eq!(end, "in_doubt");
}

#[tokio::test(start_paused = true)]
async fn a_doubt_that_is_sent_again_counts_twice() {
    let lane = LaneSettings { in_doubt: InDoubt::Retry, ..LaneSettings::default() };
    let settings = Settings { lanes: BTreeMap::from([("p".to_owned(), lane)]), ..capped(2) };
    let world = World::with(scripted(&[(1, &[Act::Fail(cut)])]), settings);
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!(world.ask(2).await, "closed budget");
}

/// A ledger in which another process, which is alive, has claimed the call and does not answer.
struct Held(MemoryCalls);

#[async_trait]
impl Calls for Held {
    async fn look_up(&self, _: &Key, _: Wanted) -> Result<Known, LedgerError> {
        Ok(Known::Busy { at_most: Duration::from_secs(100) })
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.0.newest(key).await
    }

    async fn claim(&self, request: &ClaimRequest<'_>) -> Result<Claim, LedgerError> {
        self.0.claim(request).await
    }

    fn tracks_sending(&self) -> bool {
        true
    }

    async fn sending(&self, intent: Intent) -> Result<(), LedgerError> {
        self.0.sending(intent).await
    }

    async fn take_back(&self, key: &Key, intent: Intent) -> Result<(), LedgerError> {
        self.0.take_back(key, intent).await
    }

    async fn settle(&self, key: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError> {
        self.0.settle(key, intent, ended).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_living_process_is_awaited_and_never_sent_even_by_choice() {
    let world = World::over(Arc::new(Held(MemoryCalls::default())), Scripted::default(), retrying());
    let started = Instant::now();
    assert_eq!(world.ask(1).await, "in_doubt");
    assert!((100..102).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    assert_eq!((world.sends(), world.count("in doubt")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn under_a_plan_every_certain_call_is_sent_before_any_is_resent() {
    let lane = LaneSettings { in_doubt: InDoubt::Retry, ..LaneSettings::default() };
    let lanes = BTreeMap::from([("p".to_owned(), lane)]);
    let settings = Settings { lanes, once: true, parallel: 2, ..capped(10) };
    let acts: Vec<(u64, &[Act])> = (0..5).map(|n| (n, &[Act::Fail(cut)] as &[Act])).collect();
    let ledger = Arc::new(MemoryCalls::default());
    let world = World::over(ledger.clone(), scripted(&acts), settings.clone());
    let ends = futures::future::join_all((0..10).map(|n| world.ask(n))).await;
    assert!(ends[..5].iter().all(|end| end == "in_doubt"), "{ends:?}");
    assert!(ends[5..].iter().all(|end| end.starts_with("found")), "{ends:?}");
    assert_eq!(world.sends(), 10);
}
