//! Calls whose answers come later, and attempts that the vendor bills together.

use std::time::Duration;

use marl_core::{Error, ErrorKind};

use super::{
    super::{
        Again, CallState, Claim, ClaimRequest, Freshness, Intent, Known, MaxAge, Prune, RunStart, Settled,
        Used, Wanted,
    },
    Calls, Form, begin, begin_with, claim, claim_of, found, key, known, known_anew, moment, price, send,
    send_for, settle, settle_as, start,
};

fn pending() -> Settled {
    Settled::Pending { handle: "job-1".to_owned() }
}

/// The intent under which the answer to call `n` is to be stored.
async fn order(calls: &dyn Calls, n: u64) -> Intent {
    match calls.look_up(&key(n), Wanted::default()).await {
        Ok(Known::Pending { intent, .. }) => intent,
        known => panic!("{n} is {known:?}"),
    }
}

/// An ordered answer is waited for, whatever its age and whatever a run refreshes, and nobody buys it again.
pub async fn an_ordered_answer_is_collected_by_any_later_run(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, intent, pending()).await;
    assert_eq!(known(&*first.calls, 1).await, "pending job-1");
    assert_eq!(claim(&*first.calls, 1, true).await, None, "it is not bought again");
    drop(first);
    moment().await;
    let second = begin_with(&*ledger, MaxAge::new(Duration::from_millis(1))).await;
    assert_eq!(known_anew(&*second.calls, 1, true).await, "pending job-1");
    assert_eq!(claim(&*second.calls, 1, true).await, None);
    assert_eq!(ledger.doubts().await, Ok(0), "an order is no doubt");
    let reader = ledger.reader(Freshness::Any).await.expect("the ledger can be read");
    assert_eq!(known(&*reader, 1).await, "pending job-1");
    let record = ledger.record(&key(1)).await.expect("the ledger can be read").expect("it is stored");
    assert_eq!((record.state, record.handle.as_deref()), (CallState::Pending, Some("job-1")));
    let order = order(&*second.calls, 1).await;
    settle(&*second.calls, 1, order, found("at last")).await;
    assert_eq!(known_anew(&*second.calls, 1, true).await, "answered at last", "it is new");
    drop(second);
    let third = begin(&*ledger).await;
    assert_eq!(known(&*third.calls, 1).await, "answered at last");
}

/// A vendor that gives a job up bills nothing, so that the next run may order it again.
pub async fn an_order_that_the_vendor_gives_up_can_be_made_again(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, intent, pending()).await;
    settle(&*first.calls, 1, intent, Settled::Failed(Error::new(ErrorKind::Upstream, "expired"))).await;
    assert_eq!(known(&*first.calls, 1).await, "failed upstream");
    drop(first);
    let second = begin(&*ledger).await;
    assert!(claim(&*second.calls, 1, false).await.is_some());
}

/// An order may still cost its price. A removal leaves it, unless the user says otherwise.
pub async fn an_order_counts_with_its_price_until_it_is_answered(form: &dyn Form) {
    let ledger = form.open().await;
    let consent = RunStart { ..start(Some("a")) };
    let first = ledger.begin(&consent, MaxAge::default()).await.expect("nobody holds it");
    let intent = send_for(&*first.calls, 1, Some(0.5)).await;
    settle(&*first.calls, 1, intent, pending()).await;
    assert_eq!(ledger.used("a").await, Ok(Used { calls: 1, cost: 0.5 }));
    drop(first);
    moment().await;
    let old = [Prune::OlderThan(Duration::from_millis(1))];
    let removed = ledger.would_remove(&old, false).await.expect("the ledger can be read");
    assert_eq!((removed.calls, removed.doubts_kept), (0, 1));
    let removed = ledger.would_remove(&old, true).await.expect("the ledger can be read");
    assert_eq!((removed.calls, removed.doubts), (1, 1));
    let second = begin(&*ledger).await;
    let order = order(&*second.calls, 1).await;
    let free = Settled::Answered { body: "none".to_owned(), no_data: true, cost: crate::cost::Cost::FREE };
    settle(&*second.calls, 1, order, free).await;
    assert_eq!(ledger.used("a").await, Ok(Used { calls: 1, cost: 0.0 }));
}

async fn purchase(calls: &dyn Calls, n: u64, again: bool) -> (Intent, i64) {
    match claim_of(calls, n, again, price(Some(0.5))).await {
        Claim::Granted { intent, purchase, .. } => {
            calls.sending(intent).await.expect("it can be marked as sent");
            (intent, purchase)
        }
        Claim::Known(known) => panic!("{n} is {known:?}"),
    }
}

/// A repeated doubt has the number of the attempt that it repeats, and whatever follows an answer a new one.
pub async fn attempts_of_one_purchase_have_one_number(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let (intent, number) = purchase(&*first.calls, 1, false).await;
    settle(&*first.calls, 1, intent, Settled::InDoubt).await;
    let (_, repeated) = purchase(&*first.calls, 1, true).await;
    assert_eq!(repeated, number);
    drop(first);
    // The process died with the repetition under way.
    let second = begin(&*ledger).await;
    let (intent, repeated) = purchase(&*second.calls, 1, true).await;
    assert_eq!(repeated, number);
    settle(&*second.calls, 1, intent, found("yes")).await;
    drop(second);
    moment().await;
    let third = begin_with(&*ledger, MaxAge::new(Duration::from_millis(1))).await;
    let (_, later) = purchase(&*third.calls, 1, false).await;
    assert_ne!(later, number);
}

/// The answer to a repetition that the vendor recognised is that of all attempts: they were billed once.
pub async fn a_recognised_repetition_ends_its_doubts(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let (intent, _) = purchase(&*first.calls, 1, false).await;
    settle(&*first.calls, 1, intent, Settled::InDoubt).await;
    drop(first);
    let second = begin(&*ledger).await;
    let (intent, _) = purchase(&*second.calls, 1, true).await;
    settle_as(&*second.calls, 1, intent, found("yes"), true).await;
    let stats = ledger.stats().await.expect("the ledger can be read");
    let states: Vec<_> = stats.calls.iter().map(|calls| (calls.state.as_str(), calls.count)).collect();
    assert_eq!(states, [("found", 1)]);
}

/// The vendor cannot recognise an attempt that had no idempotency key.
pub async fn a_doubt_without_a_key_is_never_recognised(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let (call, key, scope, price) = (super::call(1), key(1), Default::default(), price(Some(0.5)));
    let claim = async |run: &dyn Calls, is_keyed, always| {
        let again = Again { always, keyed_for: Duration::MAX };
        let (wanted, time) = (Wanted::default(), Duration::from_secs(60));
        let price = &price;
        let request = ClaimRequest {
            key,
            call: &call,
            scope: &scope,
            again,
            is_keyed,
            wanted,
            attempt: 1,
            time,
            price,
        };
        run.claim(&request).await.expect("the ledger can be written")
    };
    let Claim::Granted { intent, purchase, .. } = claim(&*first.calls, false, false).await else {
        panic!("it is new")
    };
    assert_eq!(purchase, 0);
    first.calls.sending(intent).await.expect("it can be marked as sent");
    settle(&*first.calls, 1, intent, Settled::InDoubt).await;
    drop(first);
    let second = begin(&*ledger).await;
    assert!(matches!(
        claim(&*second.calls, true, false).await,
        Claim::Known(Known::InDoubt { is_keyed: false, .. })
    ));
    let Claim::Granted { purchase, doubt, .. } = claim(&*second.calls, true, true).await else {
        panic!("the user chose so")
    };
    assert!(purchase > 0, "it is a purchase of its own");
    assert!(doubt.is_some_and(|doubt| !doubt.is_keyed));
}

/// Two processes may ask for one answer, and the vendor may forget it in between.
pub async fn a_stored_answer_stays(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, intent, pending()).await;
    settle(&*first.calls, 1, intent, found("yes")).await;
    settle(&*first.calls, 1, intent, Settled::Failed(Error::new(ErrorKind::Upstream, "gone"))).await;
    assert_eq!(known(&*first.calls, 1).await, "answered yes");
}

/// What was ordered anew replaces the answer from before.
pub async fn an_order_is_newer_than_an_older_answer(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, intent, found("old")).await;
    drop(first);
    moment().await;
    let second = begin_with(&*ledger, MaxAge::new(Duration::from_millis(1))).await;
    let intent = send(&*second.calls, 1).await;
    settle(&*second.calls, 1, intent, pending()).await;
    drop(second);
    let third = begin(&*ledger).await;
    assert_eq!(known(&*third.calls, 1).await, "pending job-1");
    let order = order(&*third.calls, 1).await;
    settle(&*third.calls, 1, order, found("new")).await;
    assert_eq!(known(&*third.calls, 1).await, "answered new");
}

/// A call may have a freshness of its own, instead of that of the run.
pub async fn an_operation_may_have_a_freshness_of_its_own(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, intent, found("yes")).await;
    drop(first);
    moment().await;
    let second = begin_with(&*ledger, MaxAge::new(Duration::from_millis(1))).await;
    for (own, expect) in [(None, "nothing"), (Some(Duration::from_secs(60)), "answered yes")] {
        let wanted = Wanted { refresh: false, max_age: own };
        let known = second.calls.look_up(&key(1), wanted).await.expect("the ledger can be read");
        assert_eq!(super::word(known), expect, "{own:?}");
    }
}
