//! Tests of what a removal takes out of a ledger.

use std::time::Duration;

use super::{
    super::{Prune, Removed, Settled},
    Form, begin, buy, claim, end, found, key, known, moment, send, settle, start,
};
use crate::ledger::{MaxAge, RunStart};

const EVERYTHING: [Prune; 1] = [Prune::OlderThan(Duration::ZERO)];

/// A doubt is kept unless the user says otherwise; a doubt that an answer ended is removed with the answer.
pub async fn a_removal_takes_doubts_only_by_choice(form: &dyn Form) {
    let ledger = form.open().await;
    let first = begin(&*ledger).await;
    for (n, end) in [(1, found("yes")), (2, Settled::InDoubt), (4, Settled::InDoubt)] {
        let intent = send(&*first.calls, n).await;
        settle(&*first.calls, n, intent, end).await;
    }
    // Its process dies while this call is in flight.
    send(&*first.calls, 3).await;
    let again = claim(&*first.calls, 4, true).await.expect("sent again by choice");
    settle(&*first.calls, 4, again, found("at last")).await;
    drop(first);
    moment().await;
    let would = ledger.would_remove(&EVERYTHING, false).await.expect("the ledger can be read");
    assert_eq!((would.calls, would.answers, would.doubts), (3, 2, 0));
    let removed = ledger.remove(&EVERYTHING, false).await.expect("it is removed");
    assert_eq!((removed.calls, removed.answers, removed.doubts_kept), (3, 2, 2));
    let later = begin(&*ledger).await;
    for (n, expect) in [(1, "nothing"), (2, "in doubt false"), (3, "in doubt false"), (4, "nothing")] {
        assert_eq!(known(&*later.calls, n).await, expect, "{n}");
    }
    moment().await;
    let removed = ledger.remove(&EVERYTHING, true).await.expect("it is removed");
    assert_eq!((removed.calls, removed.doubts, removed.doubts_kept), (2, 2, 0));
    assert_eq!(ledger.doubts().await, Ok(0));
}

/// Age is measured by the ledger's clock, and an open intent is never taken: its process waits for the answer.
pub async fn a_removal_by_age_leaves_younger_calls(form: &dyn Form) {
    let ledger = form.open().await;
    let run = begin(&*ledger).await;
    buy(&*run.calls, 1, "yes").await;
    let open = send(&*run.calls, 2).await;
    moment().await;
    let old = [Prune::OlderThan(Duration::from_secs(3_600))];
    assert_eq!(ledger.remove(&old, true).await, Ok(Removed::default()));
    let removed = ledger.remove(&EVERYTHING, true).await.expect("it is removed");
    assert_eq!((removed.calls, removed.answers), (1, 1));
    settle(&*run.calls, 2, open, found("yes")).await;
    assert_eq!(known(&*run.calls, 2).await, "answered yes");
    assert_eq!(known(&*run.calls, 1).await, "nothing");
}

/// Removes calls that were sent with a value.
pub async fn calls_with_a_parameter_are_removed(form: &dyn Form) {
    let ledger = form.open().await;
    let run = begin(&*ledger).await;
    for n in 1..=3 {
        buy(&*run.calls, n, "a secret").await;
    }
    let who = |value: &str| [Prune::Parameter { name: "who".to_owned(), values: vec![value.to_owned()] }];
    assert_eq!(ledger.would_remove(&who("joe"), true).await, Ok(Removed::default()));
    let all = Removed { calls: 3, answers: 3, ..Removed::default() };
    assert_eq!(ledger.would_remove(&who("jane"), false).await, Ok(all));
    assert_eq!(known(&*run.calls, 1).await, "answered a secret", "nothing was taken yet");
    assert_eq!(ledger.remove(&who("jane"), false).await, Ok(all));
    assert_eq!(known(&*run.calls, 1).await, "nothing");
    assert!(ledger.record(&key(1)).await.expect("the ledger can be read").is_none());
}

/// Removes one person's data in every spelling, and no other person's.
pub async fn a_person_is_removed_from_answers_and_runs(form: &dyn Form) {
    let ledger = form.open().await;
    let command = "marl enrich --want linkedin.com/in/jane-doe-1".to_owned();
    let first = RunStart { command, ..start(None) };
    let first = ledger.begin(&first, MaxAge::default()).await.expect("a run begins");
    let jane = r#"{"ceo":{"url":"https:\/\/www.linkedin.com\/in\/jane-doe-1"}}"#;
    for (n, body) in [(1, jane), (2, "https://linkedin.com/in/jane-doe-12"), (3, "nobody")] {
        buy(&*first.calls, n, body).await;
    }
    end(&*ledger, first.run, &format!("{{\"reply\":{jane}}}")).await;
    let what = [Prune::Person { values: vec!["LinkedIn.com/in/Jane-Doe-1".to_owned()] }];
    let expect = Removed { calls: 1, answers: 1, runs: 1, ..Removed::default() };
    assert_eq!(ledger.would_remove(&what, false).await, Ok(expect));
    assert_eq!(ledger.remove(&what, false).await, Ok(expect));
    let run = ledger.run(first.run).await.expect("the ledger can be read").expect("it is recorded");
    assert_eq!((run.command.as_str(), run.summary), ("[forgotten]", None));
    assert_eq!(known(&*first.calls, 1).await, "nothing");
    assert_eq!(known(&*first.calls, 2).await, "answered https://linkedin.com/in/jane-doe-12");
    let second = begin(&*ledger).await;
    ledger.note_progress(second.run, format!("{{\"reply\":{jane}}}")).await.expect("the progress is stored");
    let removed = ledger.remove(&what, false).await.expect("it is removed");
    assert_eq!((removed.runs, removed.runs_kept), (0, 1), "it goes on");
}
