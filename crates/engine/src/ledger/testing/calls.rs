//! Tests of what is known about calls, by which process, and for how long.

use std::time::Duration;

use futures::future::join_all;
use marl_core::{Error, ErrorKind};

use super::{
    super::{CallState, Freshness, MaxAge, Settled},
    Form, becomes, begin, begin_with, buy, claim, end, found, key, known, known_anew, moment, send, settle,
};
use crate::cost::Cost;

/// An intent becomes an answer, for its own run and for later ones.
pub async fn intents_become_answers_that_later_runs_use(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let calls = &*first.calls;
    assert_eq!(known(calls, 1).await, "nothing");
    let intent = claim(calls, 1, false).await.expect("nobody else is request");
    assert_eq!(claim(calls, 1, false).await, None, "nobody else may ask");
    assert_eq!(known(calls, 1).await, "busy");
    settle(calls, 1, intent, found("yes")).await;
    assert_eq!(known(calls, 1).await, "answered yes");
    drop(first);
    let second = begin(&*form.open().await).await;
    becomes(&*second.calls, 1, "answered yes").await;
    assert_eq!(claim(&*second.calls, 1, true).await, None, "it is answered");
    assert_eq!(known(&*second.calls, 2).await, "nothing", "another call is another one");
}

/// A call that was not bought may be sent again.
pub async fn an_unbought_call_is_taken_back_or_failed_only_for_its_run(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let calls = &*first.calls;
    let intent = claim(calls, 1, false).await.expect("nothing is known");
    calls.take_back(&key(1), intent).await.expect("it is taken back");
    assert_eq!(known(calls, 1).await, "nothing");
    assert_eq!(calls.newest(&key(1)).await, Ok(None));
    let intent = send(calls, 1).await;
    settle(calls, 1, intent, Settled::Failed(Error::new(ErrorKind::Upstream, "500"))).await;
    assert_eq!(known(calls, 1).await, "failed upstream");
    assert_eq!(calls.newest(&key(1)).await, Ok(Some(CallState::Failed)));
    let second = begin(&*ledger).await;
    assert_eq!(known(&*second.calls, 1).await, "nothing");
    buy(&*second.calls, 1, "yes").await;
}

/// An unusable answer is stored with its text, for a version that can read more.
pub async fn an_unusable_answer_was_bought_and_stays(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    let error = Error::bad_reply("no JSON").with_detail("<html>");
    let body = Some("<html> and all the rest".to_owned());
    settle(&*first.calls, 1, intent, Settled::Unusable { error, body, cost: Cost::UNKNOWN }).await;
    let second = begin(&*ledger).await;
    let expect = "unusable no JSON: \"<html>\" of <html> and all the rest";
    assert_eq!(known(&*second.calls, 1).await, expect);
    assert_eq!(claim(&*second.calls, 1, true).await, None, "it was paid for");
}

/// While a process is alive, no other may send what it claimed, not even by choice.
pub async fn a_living_process_keeps_others_out(form: &dyn Form) {
    let (one, other) = (form.open().await, form.open().await);
    let (first, second) = (begin(&*one).await, begin(&*other).await);
    let intent = send(&*first.calls, 1).await;
    becomes(&*second.calls, 1, "busy").await;
    assert_eq!(claim(&*second.calls, 1, true).await, None);
    assert_eq!(other.doubts().await, Ok(0), "it may still be answered");
    settle(&*first.calls, 1, intent, found("late")).await;
    becomes(&*second.calls, 1, "answered late").await;
}

/// A call that a dead process sent is in doubt; an intent that it never sent is void, if the ledger can
/// distinguish the two.
pub async fn a_dead_process_leaves_only_its_sent_calls_in_doubt(form: &dyn Form) {
    let (one, other) = (form.open().await, form.open().await);
    let first = begin(&*one).await;
    let second = begin(&*other).await;
    send(&*first.calls, 1).await;
    claim(&*first.calls, 2, false).await.expect("nothing is known");
    let unsent = if first.calls.tracks_sending() { "nothing" } else { "in doubt false" };
    drop(first);
    becomes(&*second.calls, 1, "in doubt false").await;
    becomes(&*second.calls, 2, unsent).await;
    let third = begin(&*other).await;
    assert_eq!(known(&*third.calls, 1).await, "in doubt false");
    assert_eq!(third.calls.newest(&key(1)).await, Ok(Some(CallState::InDoubt)), "the record says so too");
    assert_eq!(known(&*third.calls, 2).await, unsent);
}

/// A doubt is kept until the user chooses to send the call again.
pub async fn a_doubt_is_resent_only_by_choice_and_ends_with_an_answer(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let lost = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, lost, Settled::InDoubt).await;
    assert_eq!(known(&*first.calls, 1).await, "in doubt true");
    drop(first);
    let second = begin(&*ledger).await;
    assert_eq!(ledger.doubts().await, Ok(1));
    assert_eq!(claim(&*second.calls, 1, false).await, None, "kept");
    let again = claim(&*second.calls, 1, true).await.expect("sent again by choice");
    settle(&*second.calls, 1, again, found("yes")).await;
    assert_eq!(known(&*second.calls, 1).await, "answered yes");
    assert_eq!(ledger.doubts().await, Ok(0), "the older doubt does not count any more");
    // An answer ends the doubts before it, even when it is too old itself.
    moment().await;
    let third = begin(&*ledger).await;
    assert_eq!(known_anew(&*third.calls, 1, true).await, "nothing");
}

/// A doubt that its own attempt settles later is an answer.
pub async fn a_late_answer_settles_its_doubt(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, intent, Settled::InDoubt).await;
    settle(&*first.calls, 1, intent, found("late")).await;
    assert_eq!(known(&*first.calls, 1).await, "answered late");
    assert_eq!(ledger.doubts().await, Ok(0));
}

/// The gateway reports an end again if it does not know whether the end was stored.
pub async fn an_end_that_is_reported_twice_is_stored_once(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let intent = send(&*first.calls, 1).await;
    settle(&*first.calls, 1, intent, found("yes")).await;
    settle(&*first.calls, 1, intent, found("yes")).await;
    let stats = ledger.stats().await.expect("the ledger can be read");
    assert_eq!(stats.calls.iter().map(|count| count.count).sum::<u64>(), 1);
    assert_eq!(known(&*first.calls, 1).await, "answered yes");
}

/// The run decides how old an answer may be; a doubt has no age.
pub async fn answers_age_and_doubts_do_not(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    let none = Settled::Answered { body: "none".to_owned(), no_data: true, cost: Cost::UNKNOWN };
    for (n, end) in [(1, found("yes")), (2, none), (3, Settled::InDoubt)] {
        let intent = send(&*first.calls, n).await;
        settle(&*first.calls, n, intent, end).await;
    }
    end(&*ledger, first.run, "{}").await;
    drop(first);
    moment().await;
    let (millisecond, minute) = (Duration::from_millis(1), Duration::from_secs(60));
    let short = MaxAge { found: minute, no_data: millisecond };
    for (max_age, expect) in [
        (MaxAge::new(millisecond), ["nothing", "nothing", "in doubt false"]),
        (short, ["answered yes", "nothing", "in doubt false"]),
        (MaxAge::default(), ["answered yes", "answered none", "in doubt false"]),
    ] {
        let run = begin_with(&*ledger, max_age).await;
        let reader = ledger.reader(Freshness::Now(max_age)).await.expect("the ledger can be read");
        for (n, expect) in (1..).zip(expect) {
            assert_eq!(known(&*run.calls, n).await, expect, "{n} with {max_age:?}");
            assert_eq!(known(&*reader, n).await, expect, "{n} with {max_age:?}");
        }
        assert_eq!(run.calls.newest(&key(1)).await, Ok(Some(CallState::Found)), "whatever it is worth");
    }
    let any = ledger.reader(Freshness::Any).await.expect("the ledger can be read");
    assert_eq!(known(&*any, 1).await, "answered yes");
    assert_eq!(known(&*any, 2).await, "answered none");
}

/// A step that refreshes uses what any run stored since its own run began.
pub async fn refreshing_ignores_answers_from_before_the_run(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    buy(&*first.calls, 1, "old").await;
    moment().await;
    let second = begin(&*ledger).await;
    assert_eq!(known_anew(&*second.calls, 1, true).await, "nothing");
    assert_eq!(known(&*second.calls, 1).await, "answered old");
    moment().await;
    buy(&*first.calls, 2, "new").await;
    assert_eq!(known_anew(&*second.calls, 2, true).await, "answered new");
}

/// A plan creates and changes nothing.
pub async fn a_reader_claims_nothing(form: &dyn Form) {
    let ledger = form.open().await;
    let reader = ledger.reader(Freshness::Now(MaxAge::default())).await.expect("the ledger can be read");
    assert_eq!(known(&*reader, 1).await, "nothing");
    assert_eq!(claim(&*reader, 1, true).await, None);
    let run = begin(&*ledger).await;
    buy(&*run.calls, 1, "yes").await;
    becomes(&*reader, 1, "answered yes").await;
}

/// Two processes with many tasks claim one call.
pub async fn one_of_many_concurrent_claims_is_granted(form: &dyn Form) {
    let (one, other) = (form.open().await, form.open().await);
    let (first, second) = (begin(&*one).await, begin(&*other).await);
    for n in 0..5 {
        let claims =
            (0..20).map(|at| claim(if at % 2 == 0 { &*first.calls } else { &*second.calls }, n, true));
        let granted = join_all(claims).await;
        assert_eq!(granted.iter().flatten().count(), 1, "call {n}");
    }
}
