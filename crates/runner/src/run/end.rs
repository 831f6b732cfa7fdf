//! The end of a run: its files are put in place, and its outcome is recorded. Nothing is sent from here on.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use engine::ledger::{Ledger, RunEnd};
use marl_core::ErrorKind;
use marl_core::words::thousands;
use table::{Note, TableError};

use super::{FirstRows, Run};
use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    job::header,
    project::ledger,
    run::{
        after_run,
        files::{Noted, Output},
        report::{Report, RunDocument, Status, document},
        tally::Counts,
    },
};

/// The outcome of a run.
pub struct RunOutcome {
    /// The report on the run, for texts for people.
    pub report: Report,
    /// The summary for programs; the ledger holds it as well.
    pub document: RunDocument,
    /// The first rows of the output.
    pub first_rows: FirstRows,
    /// What went wrong with the run as a whole.
    pub failure: Option<Failure>,
    /// Whether a missing or refused key is the only problem.
    pub is_only_the_key: bool,
}

impl Run<'_> {
    /// Ends a run; `broken` is the error that ended the table or the output early.
    pub(super) async fn finish(
        self,
        broken: Option<TableError>,
        elapsed: Duration,
        first_rows: FirstRows,
    ) -> Result<RunOutcome, Failure> {
        let end_signals = Arc::clone(&self.end_signals);
        let interrupted = end_signals.interrupted.load(Ordering::SeqCst);
        let store = Arc::clone(&self.store);
        let run = self.started.run;
        // The ledger is watched while the run goes on, but it may have disappeared since the last check.
        let is_gone = end_signals.ledger_lost.load(Ordering::SeqCst) || !store.is_in_place().await;
        let is_lost = is_gone || self.tally.counts().ledger_error.is_some();
        let mut report = self.report(elapsed, interrupted, is_lost).await?;
        let noted = Noted {
            run,
            // A table that is made from samples holds samples.
            sandbox: self.is_sandbox || self.job.table.notes.contains(&Note::Samples),
            plan: &self.job.plan,
            columns: &self.job.table.columns,
            is_partial: report.status != Status::Finished || report.rows_selected < report.rows,
        };
        let finished = self.files.finish(broken, &report.counts, interrupted, &noted, &*self.observer);
        (report.output, report.errors_file) = (finished.output, finished.errors_file);
        (report.gone, report.removed) = (finished.gone, finished.removed);
        if matches!(report.output, Output::Beside { .. }) {
            report.hint.get_or_insert_with(|| {
                "continue from the older one with `--input`, also name the integrations of the columns that it would lose, or replace it by repeating the command with `--overwrite`".to_owned()
            });
        }
        report.next_command = after_run::next_command(&report, interrupted, &self.job.spec.invocation);
        let trouble = finished.failure;
        if trouble.is_some() || (is_lost && !interrupted) {
            report.status = Status::Stopped;
        }
        let key_trouble = after_run::key_trouble(&report.counts, &self.job.workspace.registry);
        let only_the_key = key_trouble.filter(|_| report.written().is_none() && trouble.is_none());
        let is_only_the_key = only_the_key.is_some();
        let trouble = trouble.or(is_lost.then(|| ledger_lost(&report.counts, &*store)));
        let has_doubts = is_lost && report.counts.in_doubt() > 0;
        let exits = |failure: Failure| if has_doubts { failure.exiting(Exit::InDoubt) } else { failure };
        let failure = trouble.map(exits).or(only_the_key);
        report.exit = failure.as_ref().map_or_else(|| exit(&report), |failure| failure.exit);
        let document = document(&report, &self.job.plan);
        if !is_gone {
            let summary = serde_json::to_string(&document).expect("our documents have text keys");
            let ended = store.end_run(run, &RunEnd { state: report.status.into(), summary }).await;
            // A ledger that cannot be written has already been reported.
            if !is_lost {
                ended?;
            }
        }
        Ok(RunOutcome { report, document, first_rows, failure, is_only_the_key })
    }

    /// What is known before the files are in place.
    async fn report(&self, elapsed: Duration, interrupted: bool, is_lost: bool) -> Result<Report, Failure> {
        let counts = self.tally.counts();
        Ok(Report {
            sandbox: self.spec().ledger.sandbox,
            exit: Exit::Done,
            status: status(&counts, interrupted),
            run: self.started.run,
            rows: self.job.table.rows,
            rows_selected: counts.rows,
            table_notes: header::table_notes(&self.job.table),
            output: Output::None,
            output_path: self.job.output(),
            carried: self.files.carried_for_report(),
            gone: 0,
            removed: 0,
            errors_file: None,
            elapsed,
            guarded_cells: self.files.guarded_cells(),
            hint: after_run::hint(
                &counts,
                &self.job.workspace.registry,
                interrupted,
                self.asks_anew(),
                self.spec().plan.is_some(),
            )
            .filter(|_| !is_lost),
            next_command: None,
            settings: self.spending_notes.clone(),
            consent: if is_lost { None } else { self.left_at_the_end().await? },
            max_age: self.spec().max_age,
            asks_anew: self.asks_anew(),
            resends_doubts: self.resends_doubts,
            currency: self.job.workspace.settings.currency().map(str::to_owned),
            counts,
        })
    }
}

/// The failure for a ledger that failed or disappeared during a run.
fn ledger_lost(counts: &Counts, store: &dyn Ledger) -> Failure {
    let path = ledger::shown(store);
    let why = match &counts.ledger_error {
        Some(_) if store.is_full() => "the disk is full",
        Some(error) => error,
        None => "it was deleted or replaced",
    };
    let message = format!("the ledger {path} cannot be used: {why}");
    let failure = Failure::new(Exit::Internal, ErrorCode::Ledger, message).billed();
    let failure = match &counts.ledger_error {
        Some(_) if store.is_full() => failure.hint(
            "nothing more was sent; make room on the disk and run the same command again: what is stored is not bought again",
        ),
        Some(_) => failure.hint("nothing more was sent; what is stored is not bought again"),
        None => failure.hint(
            "keep the output: what it holds is in no ledger any more, and a run that asks the same buys it again",
        ),
    };
    match counts.in_doubt() {
        0 => failure,
        1 => failure.hint("1 call may have been paid for, and its answer is not stored: `--in-doubt retry` sends it again"),
        doubts => failure.hint(format!(
            "{} calls may have been paid for, and their answers are not stored: `--in-doubt retry` sends them again",
            thousands(doubts)
        )),
    }
}

fn status(counts: &Counts, interrupted: bool) -> Status {
    match (interrupted, counts.stops.is_empty() && !counts.cap_reached) {
        (true, _) => Status::Interrupted,
        (false, true) => Status::Finished,
        (false, false) => Status::Stopped,
    }
}

/// The first exit that applies, by precedence.
fn exit(report: &Report) -> Exit {
    let counts = &report.counts;
    let stopped_for =
        |auth: bool| counts.stops.iter().any(|stop| (stop.error.kind() == ErrorKind::Auth) == auth);
    match () {
        () if report.status == Status::Interrupted => Exit::Interrupted,
        () if counts.in_doubt() > 0 => Exit::InDoubt,
        () if stopped_for(true) => Exit::Key,
        () if counts.cap_reached => Exit::Cap,
        () if stopped_for(false) => Exit::ProviderStopped,
        () if counts.pending() > 0 => Exit::NotYet,
        () if matches!(report.output, Output::Beside { .. }) => Exit::OlderStays,
        () if counts.failed() > 0 => Exit::RowsFailed,
        () => Exit::Done,
    }
}
