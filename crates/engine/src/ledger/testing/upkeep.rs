//! Tests of a ledger's counts, records and export.

use std::time::Duration;

use futures::{StreamExt, future::join_all};
use marl_core::{Error, ErrorKind};

use super::{
    super::{CallState, Settled},
    Form, begin, buy, found, key, send, settle,
};

/// Counts by state, the record of one call, and how long calls take.
pub async fn calls_are_counted_and_read(form: &dyn Form) {
    let ledger = form.open().await;
    let stats = ledger.stats().await.expect("the ledger can be read");
    assert_eq!((stats.calls.len(), stats.runs, stats.oldest), (0, 0, None));
    assert_eq!(ledger.usual_duration("p", "o").await, Ok(None));
    let run = begin(&*ledger).await;
    let calls = &*run.calls;
    let failed = || Settled::Failed(Error::new(ErrorKind::Upstream, "500"));
    for (n, end) in [(1, found("yes")), (2, found("yes")), (3, failed()), (4, Settled::InDoubt)] {
        let intent = send(calls, n).await;
        settle(calls, n, intent, end).await;
    }
    let stats = ledger.stats().await.expect("the ledger can be read");
    let counts: Vec<(&str, u64)> =
        stats.calls.iter().map(|count| (count.state.as_str(), count.count)).collect();
    assert_eq!(counts, [("failed", 1), ("found", 2), ("in_doubt", 1)]);
    assert_eq!((stats.calls[0].provider.as_str(), stats.calls[0].operation.as_str()), ("p", "o"));
    assert!(stats.runs == 1 && stats.oldest.is_some() && stats.oldest <= stats.newest);
    assert_eq!(ledger.is_sound().await, Ok(true));
    assert_eq!(ledger.usual_duration("p", "o").await, Ok(Some(Duration::from_millis(5))));
    assert_eq!(ledger.usual_duration("p", "other").await, Ok(None));
    let record = ledger.record(&key(1)).await.expect("the ledger can be read").expect("it is stored");
    assert_eq!((record.state, record.reply.as_deref()), (CallState::Found, Some("yes")));
    assert_eq!((record.run, record.attempts, record.request_id.as_deref()), (run.run, 1, Some("r1")));
    assert_eq!((&record.parameters["who"], record.duration_ms), (&"jane".into(), Some(5)));
    let record = ledger.record(&key(3)).await.expect("the ledger can be read").expect("it is stored");
    assert_eq!((record.error_kind.as_deref(), record.error.as_deref()), (Some("upstream"), Some("500")));
    assert!(ledger.record(&key(9)).await.expect("the ledger can be read").is_none());
}

/// Every call is exported once, regardless of the pages.
pub async fn every_call_is_exported_in_order(form: &dyn Form) {
    let ledger = form.open().await;
    let run = begin(&*ledger).await;
    let body = "x".repeat(2_000);
    join_all((0..700).map(|n| buy(&*run.calls, n, &body))).await;
    let pages: Vec<_> = ledger.export().collect().await;
    let calls: Vec<_> = pages.into_iter().flat_map(|page| page.expect("the ledger can be read")).collect();
    assert_eq!(calls.len(), 700);
    assert!(calls.is_sorted_by(|one, other| one.id < other.id));
    assert!(calls.iter().all(|call| call.reply.as_deref() == Some(body.as_str())));
    // A reader may stop before the end.
    assert!(ledger.export().next().await.is_some());
    assert_eq!(ledger.stats().await.expect("the ledger can be read").calls[0].count, 700);
}
