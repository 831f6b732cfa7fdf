//! Tests of replies that the ledger cannot store at once.

use super::*;
use crate::ledger::{CallState, Claim, ClaimRequest, Ended, Intent};

/// A ledger that cannot store an end for a while.
#[derive(Default)]
struct Full {
    memory: MemoryCalls,
    /// How many ends it cannot store.
    fails: AtomicUsize,
    tries: AtomicUsize,
}

#[async_trait]
impl Calls for Full {
    async fn look_up(&self, key: &Key, wanted: Wanted) -> Result<Known, LedgerError> {
        self.memory.look_up(key, wanted).await
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        self.memory.newest(key).await
    }

    async fn claim(&self, request: &ClaimRequest<'_>) -> Result<Claim, LedgerError> {
        self.memory.claim(request).await
    }

    fn tracks_sending(&self) -> bool {
        true
    }

    async fn sending(&self, intent: Intent) -> Result<(), LedgerError> {
        self.memory.sending(intent).await
    }

    async fn take_back(&self, key: &Key, intent: Intent) -> Result<(), LedgerError> {
        self.memory.take_back(key, intent).await
    }

    async fn settle(&self, key: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        let failed =
            self.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |fails| fails.checked_sub(1));
        match failed {
            Ok(_) => Err(LedgerError("the disk is full".to_owned())),
            Err(_) => self.memory.settle(key, intent, ended).await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_cannot_be_stored_is_retried() {
    let ledger = Arc::new(Full { fails: 20.into(), ..Full::default() });
    let world = World::over(ledger.clone(), Scripted::default(), Settings::default());
    let started = Instant::now();
    assert_eq!(world.ask(1).await, "found 1");
    assert_eq!((world.sends(), ledger.tries.load(Ordering::SeqCst)), (1, 21));
    assert!((5..7).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    assert_eq!(world.count("ledger failed"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_can_never_be_stored_leaves_a_doubt_and_nothing_more_is_sent() {
    let ledger = Arc::new(Full { fails: usize::MAX.into(), ..Full::default() });
    let world = World::over(ledger, Scripted::default(), Settings::default());
    assert_eq!(world.ask(1).await, "in_doubt");
    assert_eq!((world.count("ledger failed"), world.count("in doubt")), (1, 1));
    assert_eq!(world.ask(2).await, "closed interrupted");
    assert_eq!(world.sends(), 1);
}
