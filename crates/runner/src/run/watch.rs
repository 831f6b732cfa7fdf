//! Watches for what can end a run from outside: `marl runs stop`, and a ledger that was deleted or
//! replaced. Records the run's progress in the ledger, for `marl runs show`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use engine::{gateway::Gateway, ledger::Ledger};
use marl_core::SkipReason;
use tokio::task::JoinHandle;

use crate::{
    job::observer::Observer,
    run::{progress::ProgressDocument, tally::Tally},
};

/// How often the run checks whether it was asked to stop; a call that is bought in between is not wanted.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// How many checks pass between two records of the progress, each written to the disk.
const CHECKS_PER_RECORD: u32 = 20;

/// What ended the run from outside.
#[derive(Debug, Default)]
pub(crate) struct EndSignals {
    /// A signal, or `marl runs stop`.
    pub interrupted: AtomicBool,
    /// The ledger is gone: what is bought from here on could not be found again.
    pub(crate) ledger_lost: AtomicBool,
}

/// Starts watching; ends with the handle's `abort` or the runtime.
pub(crate) fn start(
    store: Arc<dyn Ledger>,
    run: i64,
    gateway: Gateway,
    end_signals: Arc<EndSignals>,
    observer: Arc<dyn Observer>,
    tally: Arc<Tally>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            // A ledger that cannot be written is noticed by the calls.
            let so_far = serde_json::to_string(&ProgressDocument { progress: tally.progress() });
            let _ = store.note_progress(run, so_far.expect("our documents have text keys")).await;
            for _ in 0..CHECKS_PER_RECORD {
                tokio::time::sleep(CHECK_INTERVAL).await;
                if let Some(warning) = why_it_ends(&*store, run, &end_signals).await {
                    gateway.close(SkipReason::Interrupted);
                    return observer.warn(&warning);
                }
            }
        }
    })
}

/// Notes what ends the run from outside, and returns a warning; `None` while nothing does.
async fn why_it_ends(store: &dyn Ledger, run: i64, end_signals: &EndSignals) -> Option<String> {
    if !store.is_in_place().await {
        end_signals.ledger_lost.store(true, Ordering::SeqCst);
        let location = store.location();
        return Some(format!("the ledger {location} was deleted or replaced; nothing more is sent"));
    }
    if store.is_asked_to_stop(run).await.unwrap_or(false) {
        end_signals.interrupted.store(true, Ordering::SeqCst);
        let why = "asked to stop: waiting for the calls in flight, which may have been paid for";
        return Some(why.to_owned());
    }
    None
}
