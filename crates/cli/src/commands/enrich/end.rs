//! The end of a run: its files get their places, and what it came to is recorded and told. Nothing is
//! sent from here on.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use engine::ledger::{Ledger, RunEnd};
use marl_core::ErrorKind;
use marl_core::words::thousands;
use table::{Note, TableError};

use super::Run;
use crate::{
    error_code::ErrorCode,
    exit,
    failure::Failure,
    files::{Noted, Output},
    job, ledger,
    report::{self, Counts, Preview, Report, Status},
    watch::Seen,
};

impl Run<'_> {
    /// Ends a run; `broken` is what ended the table or the output early.
    pub(super) async fn finish(
        self,
        broken: Option<TableError>,
        elapsed: Duration,
        seen: &Seen,
        preview: &Preview,
    ) -> Result<u8, Failure> {
        let interrupted = seen.interrupted.load(Ordering::SeqCst);
        let store = Arc::clone(&self.store);
        let run = self.begun.run;
        // The ledger is watched while the run goes on, and may have gone since the last look.
        let is_gone = seen.ledger_lost.load(Ordering::SeqCst) || !store.is_in_place().await;
        let is_lost = is_gone || self.tally.counts().ledger_error.is_some();
        let mut report = self.report(elapsed, interrupted, is_lost).await?;
        let noted = Noted {
            run,
            // A sample stays one in what is made of it.
            sandbox: self.is_sandbox || self.sketch.notes.contains(&Note::Samples),
            plan: &self.plan,
            columns: &self.sketch.columns,
            is_partial: report.status != Status::Finished || report.rows_selected < report.rows,
        };
        let finished = self.files.finish(broken, &report.counts, interrupted, &noted, self.printer);
        (report.output, report.errors_file) = (finished.output, finished.errors_file);
        (report.gone, report.removed) = (finished.gone, finished.removed);
        if matches!(report.output, Output::Beside { .. }) {
            report.hint.get_or_insert_with(|| {
                "go on from the older one with `--input`, name the integrations of the columns that it would lose as well, or replace it by the same command with `--overwrite`".to_owned()
            });
        }
        report.next_command = report::next_command(&report, interrupted);
        let trouble = finished.failure;
        if trouble.is_some() || (is_lost && !interrupted) {
            report.status = Status::Stopped;
        }
        let key_trouble = report::key_trouble(&report.counts);
        let only_the_key = key_trouble.filter(|_| report.written().is_none() && trouble.is_none());
        let is_only_the_key = only_the_key.is_some();
        let trouble = trouble.or(is_lost.then(|| ledger_lost(&report.counts, &*store)));
        let has_doubts = is_lost && report.counts.in_doubt() > 0;
        let exits = |failure: Failure| if has_doubts { failure.exiting(exit::IN_DOUBT) } else { failure };
        let failure = trouble.map(exits).or(only_the_key);
        report.exit_code = failure.as_ref().map_or_else(|| exit_code(&report), |failure| failure.exit);
        let document = report::document(&report, &self.plan);
        if !is_gone {
            let summary = serde_json::to_string(&document).expect("our documents have text keys");
            let ended = store.end_run(run, &RunEnd { state: report.status.into(), summary }).await;
            // What failed in a ledger that cannot be written is told already.
            if !is_lost {
                ended?;
            }
        }
        if self.printer.is_json() {
            self.printer.document(&document);
        } else if !is_only_the_key {
            report::summary(&report, &self.plan).iter().for_each(|line| self.printer.talk(line));
            if report.written().is_some() {
                self.printer.talk("");
                preview.lines(self.printer.width()).iter().for_each(|line| self.printer.talk(line));
            }
        }
        failure.map_or(Ok(report.exit_code), Err)
    }

    /// What is known before the files have their places.
    async fn report(&self, elapsed: Duration, interrupted: bool, is_lost: bool) -> Result<Report, Failure> {
        let counts = self.tally.counts();
        Ok(Report {
            sandbox: self.args.ledger.sandbox,
            exit_code: exit::DONE,
            status: status(&counts, interrupted),
            run: self.begun.run,
            rows: self.sketch.rows,
            rows_selected: counts.rows,
            table_notes: job::table_notes(self.sketch),
            output: Output::None,
            output_path: self.output.clone(),
            carried: self.files.carried_told(),
            gone: 0,
            removed: 0,
            errors_file: None,
            elapsed,
            guarded_cells: self.files.guarded_cells(),
            hint: report::hint(&counts, interrupted, self.asks_anew(), self.args.plan.is_some())
                .filter(|_| !is_lost),
            next_command: None,
            settings: self.settings_told.clone(),
            consent: if is_lost { None } else { self.left_at_the_end().await? },
            max_age: self.args.max_age,
            asks_anew: self.asks_anew(),
            resends_doubts: self.resends_doubts,
            currency: self.currency.clone(),
            counts,
        })
    }
}

/// The ledger failed or went away in the middle of a run.
fn ledger_lost(counts: &Counts, store: &dyn Ledger) -> Failure {
    let path = ledger::shown(store);
    let why = match &counts.ledger_error {
        Some(_) if store.is_full() => "the disk is full",
        Some(error) => error,
        None => "it was deleted or replaced",
    };
    let message = format!("the ledger {path} cannot be used: {why}");
    let failure = Failure::new(exit::INTERNAL, ErrorCode::Ledger, message).billed();
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

/// The first that applies, as the design orders them.
fn exit_code(report: &Report) -> u8 {
    let counts = &report.counts;
    let stopped_for =
        |auth: bool| counts.stops.iter().any(|stop| (stop.error.kind() == ErrorKind::Auth) == auth);
    match () {
        () if report.status == Status::Interrupted => exit::INTERRUPTED,
        () if counts.in_doubt() > 0 => exit::IN_DOUBT,
        () if stopped_for(true) => exit::KEY,
        () if counts.cap_reached => exit::CAP,
        () if stopped_for(false) => exit::PROVIDER_STOPPED,
        () if matches!(report.output, Output::Beside { .. }) => exit::OLDER_STAYS,
        () if counts.failed() > 0 => exit::ROWS_FAILED,
        () => exit::DONE,
    }
}
