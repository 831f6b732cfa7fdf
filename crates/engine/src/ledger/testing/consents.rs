//! Tests of what was bought under a consent, and which run may use it.

use std::time::Duration;

use futures::future::join_all;
use marl_core::{Error, ErrorKind};

use super::{
    super::{BeginError, Claim, Ledger, MaxAge, Prune, Settled, StartedRun, Used},
    Form, begin, claim, claim_of, end, found, key, moment, price, send, send_for, settle, start,
};
use crate::cost::{CallPrice, Cost};

async fn under(ledger: &dyn Ledger, consent: &str) -> Result<StartedRun, BeginError> {
    ledger.begin(&start(Some(consent)), MaxAge::default()).await
}

/// Doubts and unusable answers count; calls that were not bought, and calls of other consents, do not.
pub async fn only_calls_that_may_have_been_paid_for_count(form: &dyn Form) {
    let ledger = form.open().await;
    let first = under(&*ledger, "a").await.expect("nobody holds it");
    assert_eq!(first.used_before, Used::default());
    let error = || Error::new(ErrorKind::BadReply, "no use");
    for (n, end) in [
        (1, found("yes")),
        (2, Settled::Answered { body: "{}".to_owned(), no_data: true, cost: Cost::UNKNOWN }),
        (3, Settled::Unusable { error: error(), body: None, cost: Cost::UNKNOWN }),
        (4, Settled::InDoubt),
        (5, Settled::Failed(error())),
    ] {
        let intent = send_for(&*first.calls, n, Some(0.5)).await;
        settle(&*first.calls, n, intent, end).await;
    }
    let unpriced = send_for(&*first.calls, 6, None).await;
    settle(&*first.calls, 6, unpriced, found("yes")).await;
    let taken_back = send_for(&*first.calls, 7, Some(0.5)).await;
    first.calls.take_back(&key(7), taken_back).await.expect("it is taken back");
    let expect = Used { calls: 5, cost: 2.0 };
    assert_eq!(ledger.used("a").await, Ok(expect));
    drop(first);
    let others = [under(&*ledger, "b").await.expect("nobody holds it"), begin(&*ledger).await];
    for (n, other) in (10..).zip(others) {
        let intent = send_for(&*other.calls, n, Some(0.5)).await;
        settle(&*other.calls, n, intent, found("yes")).await;
    }
    let second = under(&*ledger, "a").await.expect("the first is gone");
    assert_eq!(second.used_before, expect);
    let intent = send_for(&*second.calls, 20, Some(0.25)).await;
    settle(&*second.calls, 20, intent, found("yes")).await;
    assert_eq!(ledger.used("a").await, Ok(Used { calls: 6, cost: 2.25 }));
    assert_eq!(ledger.used("never").await, Ok(Used::default()));
}

/// A call counts with what it cost, and one of a free operation not at all.
pub async fn a_call_counts_with_its_real_cost(form: &dyn Form) {
    let ledger = form.open().await;
    let run = under(&*ledger, "a").await.expect("nobody holds it");
    let cost = |money, units| Cost { money: Some(money), units: Some(units) };
    let answered = |no_data, cost| Settled::Answered { body: "{}".to_owned(), no_data, cost };
    for (n, end) in [
        (1, answered(false, cost(0.25, 2.0))),
        (2, answered(true, Cost::FREE)),
        (3, Settled::Unusable { error: Error::bad_reply("no use"), body: None, cost: cost(0.125, 1.0) }),
    ] {
        let intent = send_for(&*run.calls, n, Some(0.5)).await;
        settle(&*run.calls, n, intent, end).await;
    }
    let free = CallPrice { is_free: true, ..price(Some(0.0)) };
    let Claim::Granted { intent, .. } = claim_of(&*run.calls, 4, false, free).await else {
        panic!("it is new")
    };
    run.calls.sending(intent).await.expect("it can be marked as sent");
    assert_eq!(ledger.used("a").await, Ok(Used { calls: 3, cost: 0.375 }), "a free call is under way");
    settle(&*run.calls, 4, intent, answered(false, Cost::FREE)).await;
    assert_eq!(ledger.used("a").await, Ok(Used { calls: 3, cost: 0.375 }));
    let record = ledger.record(&key(1)).await.expect("the ledger can be read").expect("it is stored");
    assert_eq!((record.price, record.cost, record.units), (Some(0.5), Some(0.25), Some(2.0)));
    assert_eq!((record.unit.as_deref(), record.spent()), (Some("credit"), Some(0.25)));
    let stats = ledger.stats().await.expect("the ledger can be read");
    let costs: Vec<_> =
        stats.calls.iter().map(|calls| (calls.state.as_str(), calls.cost, calls.units)).collect();
    let expect = [
        ("found", Some(0.25), Some(2.0)),
        ("no_data", Some(0.0), Some(0.0)),
        ("unusable", Some(0.125), Some(1.0)),
    ];
    assert_eq!(costs, expect);
}

/// A second run waits for the end of the first, however that ends.
pub async fn one_run_at_a_time_uses_a_consent(form: &dyn Form) {
    let (one, other) = (form.open().await, form.open().await);
    let first = under(&*one, "a").await.expect("nobody holds it");
    let held = Some(BeginError::ConsentHeld(first.run));
    assert_eq!(under(&*other, "a").await.err(), held);
    assert_eq!(other.runs(10).await.expect("the ledger can be read").1, 1, "what is refused is not recorded");
    drop(under(&*other, "b").await.expect("another consent"));
    send(&*first.calls, 1).await;
    claim(&*first.calls, 2, false).await.expect("nothing is known");
    let sent = if first.calls.tracks_sending() { 1 } else { 2 };
    // The run's process dies.
    drop(first);
    let second = under(&*other, "a").await.expect("the first is gone");
    assert_eq!(second.used_before.calls, sent);
    end(&*other, second.run, "{}").await;
    under(&*one, "a").await.expect("a run that has ended holds nothing");
}

/// The record and the consent are one atomic step.
pub async fn one_of_many_runs_that_begin_at_once_gets_the_consent(form: &dyn Form) {
    let mut ledgers = Vec::new();
    for _ in 0..6 {
        ledgers.push(form.open().await);
    }
    let started = join_all(ledgers.iter().map(|ledger| under(&**ledger, "a"))).await;
    assert_eq!(started.iter().filter(|started| started.is_ok()).count(), 1);
    let held = |started: &&Result<StartedRun, BeginError>| matches!(started, Err(BeginError::ConsentHeld(_)));
    assert_eq!(started.iter().filter(held).count(), 5);
}

/// A removal must not restore a consent, neither while its run goes on nor afterwards.
pub async fn removed_calls_stay_used(form: &dyn Form) {
    let ledger = form.open().await;
    let everything = [Prune::OlderThan(Duration::ZERO)];
    let run = under(&*ledger, "a").await.expect("nobody holds it");
    for removals in 1..3 {
        let intent = send_for(&*run.calls, removals, Some(0.5)).await;
        settle(&*run.calls, removals, intent, found("yes")).await;
        moment().await;
        assert_eq!(ledger.remove(&everything, false).await.expect("it is removed").calls, 1);
        let expect = Used { calls: removals, cost: 0.5 * removals as f64 };
        assert_eq!(ledger.used("a").await, Ok(expect));
    }
    let intent = send_for(&*run.calls, 9, Some(0.5)).await;
    settle(&*run.calls, 9, intent, found("yes")).await;
    end(&*ledger, run.run, r#"{"calls": {"bought": 3}, "cost": 1.5}"#).await;
    let expect = Used { calls: 3, cost: 1.5 };
    assert_eq!(ledger.used("a").await, Ok(expect), "nothing is counted twice");
    drop(run);
    moment().await;
    ledger.remove(&everything, true).await.expect("it is removed");
    assert_eq!(ledger.used("a").await, Ok(expect));
}
