//! Tests of when a call is claimed, marked as sent and taken back.

use super::*;
use crate::ledger::{CallState, Claim, ClaimRequest, Ended, Intent};

/// A ledger that records the requests to it.
#[derive(Default)]
struct RecordingLedger {
    memory: MemoryCalls,
    claims_in_slots: bool,
    notes: Mutex<Vec<String>>,
}

impl RecordingLedger {
    fn note(&self, word: &str, intent: i64) {
        self.notes.lock().unwrap().push(format!("{word} {intent}"));
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    fn at(&self, note: &str) -> usize {
        let at = self.notes().iter().position(|noted| noted == note);
        at.unwrap_or_else(|| panic!("no `{note}` in {:?}", self.notes()))
    }
}

#[async_trait]
impl Calls for RecordingLedger {
    async fn look_up(&self, key: &Key, wanted: Wanted) -> Result<Known, LedgerError> {
        self.memory.look_up(key, wanted).await
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.memory.newest(key).await
    }

    async fn claim(&self, request: &ClaimRequest<'_>) -> Result<Claim, LedgerError> {
        let claim = self.memory.claim(request).await?;
        if let Claim::Granted { intent, .. } = claim {
            self.note("claim", intent.id());
        }
        Ok(claim)
    }

    fn tracks_sending(&self) -> bool {
        !self.claims_in_slots
    }

    async fn sending(&self, intent: Intent) -> Result<(), LedgerError> {
        self.note("send", intent.id());
        Ok(())
    }

    async fn take_back(&self, key: &Key, intent: Intent) -> Result<(), LedgerError> {
        self.note("take back", intent.id());
        self.memory.take_back(key, intent).await
    }

    async fn settle(&self, key: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError> {
        self.note("settle", intent.id());
        self.memory.settle(key, intent, ended).await
    }
}

fn one_at_a_time() -> Settings {
    Settings { parallel: 1, ..Settings::default() }
}

fn slow() -> Scripted {
    always(Act::AnswerAfter(Duration::from_secs(1)))
}

#[tokio::test(start_paused = true)]
async fn the_next_call_is_claimed_while_it_waits_for_its_slot() {
    let ledger = Arc::new(RecordingLedger::default());
    let world = World::over(ledger.clone(), slow(), one_at_a_time());
    futures::future::join_all((1..=3).map(|n| world.ask(n))).await;
    assert!(ledger.at("claim 2") < ledger.at("settle 1"), "{:?}", ledger.notes());
    assert!(ledger.at("settle 1") < ledger.at("claim 3"), "two for one slot: {:?}", ledger.notes());
    assert!(ledger.at("claim 3") < ledger.at("settle 2"), "{:?}", ledger.notes());
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_does_not_track_sending_gets_its_claims_in_the_slot() {
    let ledger = Arc::new(RecordingLedger { claims_in_slots: true, ..RecordingLedger::default() });
    let world = World::over(ledger.clone(), slow(), one_at_a_time());
    futures::future::join_all((1..=2).map(|n| world.ask(n))).await;
    let order: Vec<String> = ledger.notes().into_iter().filter(|note| !note.starts_with("settle")).collect();
    assert_eq!(order, ["claim 1", "send 1", "claim 2", "send 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_is_not_sent_is_taken_back() {
    let ledger = Arc::new(RecordingLedger::default());
    let world = World::over(ledger.clone(), slow(), one_at_a_time());
    let closing = async {
        sleep(Duration::from_millis(100)).await;
        world.gateway.close(SkipReason::Interrupted);
    };
    let (sent, waiting, ()) = futures::join!(world.ask(1), world.ask(2), closing);
    assert_eq!((sent.as_str(), waiting.as_str()), ("found 1", "closed interrupted"));
    assert_eq!(ledger.notes(), ["claim 1", "send 1", "claim 2", "take back 2", "settle 1"]);

    let ledger = Arc::new(RecordingLedger::default());
    let refusing = always(Act::FailAfter(Duration::from_secs(1), key_refused));
    let world = World::over(ledger.clone(), refusing, one_at_a_time());
    let (sent, waiting) = futures::join!(world.ask(1), world.ask(2));
    assert_eq!((sent.as_str(), waiting.as_str()), ("auth", "closed provider_stopped"));
    assert!(ledger.at("claim 2") < ledger.at("take back 2"));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_expires_while_it_waits_is_renewed() {
    let ledger = Arc::new(RecordingLedger::default());
    let settings = Settings { timeout: Some(Duration::ZERO), grace: Duration::ZERO, ..one_at_a_time() };
    let world = World::over(ledger.clone(), Scripted::default(), settings);
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!(ledger.notes(), ["claim 1", "take back 1", "claim 2", "send 2", "settle 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_not_held_through_a_long_pause() {
    let ledger = Arc::new(RecordingLedger::default());
    let settings =
        Settings { timeout: Some(Duration::from_secs(2)), grace: Duration::ZERO, ..one_at_a_time() };
    let world = World::over(ledger.clone(), scripted(&[(1, &[Act::Fail(throttled)])]), settings);
    let (one, other) = futures::join!(world.ask(1), world.ask(2));
    assert_eq!((one.as_str(), other.as_str()), ("found 1", "found 2"));
    // The second call held a claim until the pause of 20 seconds was over.
    assert!(ledger.at("take back 2") < ledger.at("claim 3"), "{:?}", ledger.notes());
    assert_eq!(world.sends(), 3);
}
