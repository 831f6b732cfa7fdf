//! Tests of the record of a run.

use super::{
    super::{RunEnd, RunState},
    Form, begin, end, start,
};
use crate::ledger::MaxAge;

/// What is recorded about a run while it goes on, and at its end.
pub async fn a_run_is_recorded_from_its_start_to_its_end(form: &dyn Form) {
    let (one, other) = (form.open().await, form.open().await);
    let started = begin(&*one).await;
    let recorded =
        async || other.run(started.run).await.expect("the ledger can be read").expect("it is recorded");
    let run = recorded().await;
    assert_eq!((run.id, run.state, run.ended_at), (started.run, RunState::Running, None));
    assert_eq!(
        (run.command.as_str(), run.input.as_str(), run.output.as_str()),
        ("marl enrich", "/in", "/out")
    );
    assert_eq!((&run.steps["steps"][0], run.version.as_str()), (&1.into(), "1.2.3"));
    assert_eq!((run.summary, run.consent, run.stop_asked), (None, None, false));
    assert_eq!(other.is_alive(started.run).await, Ok(true));
    one.note_progress(started.run, r#"{"done":7}"#.to_owned()).await.expect("the progress is stored");
    assert_eq!(recorded().await.summary.expect("how far it is")["done"], 7);
    let stopped = RunEnd { state: RunState::Stopped, summary: r#"{"done":9}"#.to_owned() };
    one.end_run(started.run, &stopped).await.expect("the end is stored");
    one.note_progress(started.run, r#"{"done":8}"#.to_owned()).await.expect("too late, and no error");
    let run = recorded().await;
    assert_eq!((run.state, run.summary.expect("its counts")["done"].clone()), (RunState::Stopped, 9.into()));
    assert!(run.ended_at.is_some_and(|ended_at| ended_at >= run.started_at));
    let id = started.run;
    drop(started);
    assert_eq!(other.is_alive(id).await, Ok(false));
    assert!(other.run(id + 1).await.expect("the ledger can be read").is_none());
}

/// The run's process ends without recording an end.
pub async fn a_run_without_an_end_has_died(form: &dyn Form) {
    let ledger = form.open().await;
    let started = begin(&*ledger).await;
    let id = started.run;
    drop(started);
    let run = ledger.run(id).await.expect("the ledger can be read").expect("it is recorded");
    assert_eq!(run.state, RunState::Died);
}

/// A list is bounded, and comes with the number of all runs.
pub async fn the_newest_runs_are_listed_first(form: &dyn Form) {
    let ledger = form.open().await;
    assert!(ledger.runs(10).await.expect("the ledger can be read").0.is_empty());
    let mut started = Vec::new();
    for _ in 0..3 {
        started.push(begin(&*ledger).await);
    }
    end(&*ledger, started[1].run, "{}").await;
    let (runs, total) = ledger.runs(2).await.expect("the ledger can be read");
    let listed: Vec<(i64, RunState)> = runs.iter().map(|run| (run.id, run.state)).collect();
    assert_eq!(listed, [(started[2].run, RunState::Running), (started[1].run, RunState::Finished)]);
    assert_eq!((total, runs[0].steps.is_null()), (3, true));
}

/// A run that had nothing to write did not write the output.
pub async fn the_run_that_wrote_an_output_is_found(form: &dyn Form) {
    let ledger = form.open().await;
    let (first, second) = (begin(&*ledger).await, begin(&*ledger).await);
    let of_output = async |output: &str| {
        let run = ledger.run_of_output(output).await.expect("the ledger can be read");
        run.map(|run| run.id)
    };
    assert_eq!(of_output("/out").await, Some(second.run), "none has written yet");
    end(&*ledger, first.run, r#"{"output":"out"}"#).await;
    end(&*ledger, second.run, r#"{"output":null}"#).await;
    assert_eq!(of_output("/out").await, Some(first.run));
    assert_eq!(of_output("/other").await, None);
}

/// Another process asks a run to stop.
pub async fn a_run_can_be_asked_to_stop(form: &dyn Form) {
    let (one, other) = (form.open().await, form.open().await);
    let started = one.begin(&start(None), MaxAge::default()).await.expect("a run begins");
    assert_eq!(one.is_asked_to_stop(started.run).await, Ok(false));
    assert_eq!(other.ask_to_stop(started.run).await, Ok(true));
    assert_eq!(one.is_asked_to_stop(started.run).await, Ok(true));
    let run = other.run(started.run).await.expect("the ledger can be read").expect("it is recorded");
    assert!(run.stop_asked);
    assert_eq!(other.ask_to_stop(started.run + 1).await, Ok(false), "there is none");
    assert_eq!(other.is_asked_to_stop(started.run + 1).await, Ok(false));
}
