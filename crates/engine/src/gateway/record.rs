//! Has the ledger store how an attempt ended. An answer may have been paid for, so the gateway keeps trying
//! while the ledger cannot store it: a disk may get room again, a server may come back. No slot is held
//! meanwhile.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{
    Shared,
    attempt::{Attempted, KeyedCall},
};
use crate::ledger::{LedgerError, Settled};

/// How many times storing is tried.
const TRIES: u32 = 20;

/// How long the gateway waits between two tries.
const PAUSE: Duration = Duration::from_millis(250);

impl Shared {
    /// Returns once the end of an attempt is stored.
    ///
    /// # Errors
    /// The ledger could not store it within the tries.
    pub(super) async fn settle(
        &self,
        keyed: KeyedCall<'_>,
        attempted: &Attempted,
        end: Settled,
    ) -> Result<(), LedgerError> {
        let ended = Arc::new(attempted.ended(end));
        let mut tries = 0;
        loop {
            match self.ledger.settle(&keyed.key, attempted.intent, Arc::clone(&ended)).await {
                Err(_) if tries < TRIES => tries += 1,
                done => return done,
            }
            sleep(PAUSE).await;
        }
    }
}
