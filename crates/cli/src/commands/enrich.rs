//! `marl enrich`: a table goes in, the enriched table comes out.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use engine::{
    Engine, Listener, RowEnd, Way as Outside,
    gateway::{Caps, Gateway},
    ledger::{Ledger, MaxAge, RunLedger, RunRecordEnd, RunStart, Store},
    plan::Plan,
};
use marl_core::{ErrorKind, SkipReason};

use super::{block_on, detach};
use crate::{
    args::EnrichArgs,
    consent::{self, Consent},
    error_code::ErrorCode,
    exit,
    failure::Failure,
    files::{self, Files, Noted, Output},
    handover::Handover,
    job::{self, Job, Way},
    older::Older,
    pick::{Picked, pick},
    pipeline,
    plan_hash::{Broken, Hash},
    printer::Printer,
    project,
    report::{self, Bar, Counts, Preview, Report, Status, Talker, Tally},
    run_log,
    run_record::Steps,
    signals,
    table::{InputRow, Reader, Sketch, TableError},
    typed,
    watch::{self, Seen},
};

pub(crate) fn run(args: &EnrichArgs, printer: &Arc<Printer>) -> Result<u8, Failure> {
    if args.detach && !args.detached {
        return detach::run(args, printer);
    }
    let handover = args.detached.then(Handover::listen);
    let job = Job::prepare(args)?;
    let caps = job.caps()?;
    block_on(async {
        let mut way = job.connect(caps).await?;
        way.settings.once = args.plan.is_some();
        let done = enrich(&job, &way, handover.as_ref(), printer).await;
        way.close().await;
        done
    })
}

async fn enrich(
    job: &Job<'_>,
    way: &Way,
    handover: Option<&Handover>,
    printer: &Arc<Printer>,
) -> Result<u8, Failure> {
    if let Some(then) = &job.args.plan {
        check_plan(then, job, way)?;
    }
    let closed = || Ok(way.ageless(job.ledger_there_is()?));
    let picked = pick(&job.args.pick, job, closed, printer).await?;
    let older = Older::look(job)?;
    older.check_picked(job, &picked)?;
    let caps = consent::tighter(way.settings.caps, consent::check(job, way, &picked).await?);
    // From here on files are made.
    handover.iter().for_each(|handover| handover.checked());
    let run = Run::new(job, way, picked, older, caps, printer)?;
    match handover {
        Some(handover) if !go_on_alone(&run.ledger, handover, printer)? => run.end_unbegun(),
        _ => run.go().await,
    }
}

/// Says that the run is recorded, and talks to its log from here on. `false` when the parent could
/// not tell the number: nobody could stop the run, so that it must not begin.
fn go_on_alone(ledger: &RunLedger, handover: &Handover, printer: &Printer) -> Result<bool, Failure> {
    let run = ledger.run();
    let (log, path) = run_log::create(ledger.store().path(), run)?;
    let ledger = project::shown(ledger.store().path());
    let started = detach::Started { run, pid: std::process::id(), log: project::shown(&path), ledger };
    let is_heard = printer.json_line(&serde_json::to_string(&started).expect("it has text keys"));
    printer.divert(log);
    Ok(is_heard && handover.is_told())
}

/// Refuses when something moved since the plan was made.
pub(super) fn check_plan(then: &Hash, job: &Job<'_>, way: &Way) -> Result<(), Failure> {
    let message = match then.check(job, &way.settings)? {
        None => return Ok(()),
        Some(Broken::Moved(parts)) => {
            format!("the plan does not hold any more: since it was made, {} changed", parts.join(" and "))
        }
        Some(Broken::Edited) => {
            "the plan's hash is not as `marl plan` printed it: its maximum was edited, or what it \
                                 stands for was changed to look the same"
                .to_owned()
        }
    };
    Err(Failure::new(exit::PLAN_CHANGED, ErrorCode::PlanChanged, message)
        .hint("nothing was sent; `marl plan` with the same arguments says what a run would do now")
        .next(typed::as_command("plan", &["--plan"])))
}

/// One run, ready to go: everything that can be wrong beforehand has been looked at.
struct Run<'a> {
    args: &'a EnrichArgs,
    sketch: &'a Sketch,
    plan: Arc<Plan>,
    picked: Picked,
    is_sandbox: bool,
    resends_doubts: bool,
    printer: &'a Arc<Printer>,
    tally: Arc<Tally>,
    listener: Arc<Talker>,
    ledger: Arc<RunLedger>,
    gateway: Gateway,
    consent: Option<Consent>,
    settings_told: Vec<String>,
    warning_of_resends: Option<String>,
    currency: Option<String>,
    output: PathBuf,
    files: Files,
}

impl<'a> Run<'a> {
    fn new(
        job: &'a Job<'_>,
        way: &Way,
        picked: Picked,
        older: Older,
        caps: Caps,
        printer: &'a Arc<Printer>,
    ) -> Result<Self, Failure> {
        let Job { args, sketch, plan, place, .. } = job;
        let output = job.output();
        // Before the first call, so that a path that cannot be written fails at once.
        let files = Files::create(job, older)?;
        let store = Arc::new(place.open_ledger(&args.ledger)?);
        files::keep_private(store.path(), store.is_new(), &args.input, printer);
        let steps = Steps::of(plan, &way.settings, &job.request.types, picked.told(sketch.rows));
        let start = RunStart {
            command: typed::command(),
            input: project::absolute(&args.input),
            output: project::absolute(&output),
            steps: serde_json::to_string(&steps).expect("steps have text keys"),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            consent: args.plan.as_ref().map(ToString::to_string),
        };
        let ledger = Arc::new(RunLedger::begin(store, &start, MaxAge::new(args.max_age))?);
        let tally = Arc::new(Tally::default());
        let listener = Arc::new(Talker::new(Arc::clone(&tally), Arc::clone(printer)));
        let consent = args.plan.as_ref().map(|hash| Consent::new(hash, ledger.used_before()));
        // Counted again with the run's start: another run may have bought meanwhile.
        let caps = consent.iter().fold(caps, |caps, consent| consent::tighter(caps, consent.left()));
        let gateway = way.open(
            Arc::clone(&ledger) as Arc<dyn Ledger>,
            caps,
            Arc::clone(&listener) as Arc<dyn Listener>,
        );
        let currency = place.settings.currency().map(str::to_owned);
        Ok(Self {
            args,
            sketch,
            plan: Arc::clone(plan),
            picked,
            is_sandbox: way.is_sandbox(),
            resends_doubts: way.resends_doubts(),
            printer,
            tally,
            listener,
            ledger,
            gateway,
            consent,
            settings_told: way.told(job),
            warning_of_resends: way.warning_of_resends(job),
            currency,
            output,
            files,
        })
    }

    /// Ends a run in the background of which nobody was told: nothing is sent, and no output is
    /// written.
    fn end_unbegun(self) -> Result<u8, Failure> {
        self.gateway.close(SkipReason::Interrupted);
        self.printer.warn(
            "whoever started this run was ended before it could tell the run's number; nothing was sent",
        );
        let seen = Seen::default();
        seen.interrupted.store(true, Ordering::SeqCst);
        let preview = Preview::new(self.columns());
        self.finish(None, Duration::ZERO, &seen, &preview)
    }

    async fn go(mut self) -> Result<u8, Failure> {
        self.say_what_it_will_do();
        let begun = Instant::now();
        let outside =
            Outside::Open { caller: Arc::new(self.gateway.clone()), refreshing: self.gateway.refreshing() };
        let engine = Arc::new(Engine::new(Arc::clone(&self.plan), outside));
        let reader = Reader::open(self.sketch)?;
        let seen = self.watch()?;
        let picked = self.picked.clone();
        let mut preview = Preview::new(self.columns());
        let bar = Bar::start(self.args.progress, picked.count, &self.tally, self.printer);
        let listener = Arc::clone(&self.listener) as Arc<dyn Listener>;
        let window = pipeline::window(self.args.parallel);
        let gateway = self.gateway.clone();
        let stop = || gateway.close(SkipReason::Interrupted);
        let piped = pipeline::run(
            reader,
            engine,
            listener,
            |row| picked.contains(row),
            window,
            stop,
            |row, end| {
                let carried = self.files.write(&self.plan, row, end)?;
                if preview.wants_more() {
                    preview.add(self.cells(row, end, &carried));
                }
                Ok(())
            },
        )
        .await;
        drop(bar);
        self.finish(piped.err(), begun.elapsed(), &seen, &preview)
    }

    fn say_what_it_will_do(&self) {
        self.warning_of_resends.iter().for_each(|warning| self.printer.warn(warning));
        self.settings_told.iter().for_each(|line| self.printer.note("settings", line));
        self.consent.iter().for_each(|consent| self.printer.note("consent", &consent.told()));
        job::tell_table_notes(self.sketch, self.printer);
        job::tell_near_columns(&self.plan, self.sketch, self.printer);
        if self.is_sandbox {
            self.printer
                .note("sandbox", "answers are samples: listed companies of 2015 to 2025, profiles invented");
        }
        let store = self.ledger.store();
        let new = if store.is_new() { " (new)" } else { "" };
        self.printer.note("ledger", &format!("{}{new}", project::shown(store.path())));
        if self.files.target() != self.output {
            let (output, target) = (project::shown(&self.output), project::shown(self.files.target()));
            self.printer.note("output", &format!("{output} leads to {target}"));
        }
        for (at, step) in self.plan.steps.iter().enumerate() {
            let word = if at == 0 { "steps" } else { "" };
            self.printer.note(word, &report::binding(step));
        }
    }

    /// What is left of the plan's hash at the run's end.
    fn left_at_the_end(&self) -> Result<Option<Consent>, Failure> {
        let hash = self.args.plan.as_ref();
        hash.map(|hash| consent::left_of(hash, Some(self.ledger.store()))).transpose()
    }

    /// Whether the same command would ask again what it has just asked.
    fn asks_anew(&self) -> bool {
        const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
        self.args.refresh.is_some() || self.args.max_age < A_DAY
    }

    fn watch(&self) -> Result<Arc<Seen>, Failure> {
        let seen = Arc::new(Seen::default());
        let (printer, noted) = (Arc::clone(self.printer), Arc::clone(&seen));
        let told = move || {
            noted.interrupted.store(true, Ordering::SeqCst);
            printer.warn("interrupted: waiting for the calls in flight, which may have been paid for; once more ends at once");
        };
        signals::watch(self.gateway.clone(), self.args.detached, Arc::new(told)).map_err(|error| {
            Failure::new(exit::INTERNAL, ErrorCode::Internal, "signals cannot be watched").caused_by(&error)
        })?;
        let store = Arc::clone(self.ledger.store());
        watch::start(
            store,
            self.ledger.run(),
            self.gateway.clone(),
            Arc::clone(&seen),
            Arc::clone(self.printer),
            (Arc::clone(&self.tally), self.picked.count),
        );
        Ok(seen)
    }

    /// The output's columns: the table's, then the new ones, then those of an older output.
    fn columns(&self) -> Vec<String> {
        let new = self.plan.outputs().filter(|output| !output.existing).map(|output| output.name.clone());
        let carried = self.files.carried().iter().cloned();
        self.sketch.columns.iter().cloned().chain(new).chain(carried).collect()
    }

    /// A row of the output as text, for the preview.
    fn cells(&self, row: &InputRow, end: Option<&RowEnd>, carried: &[Option<String>]) -> Vec<String> {
        let written = |name: &str| {
            let at = self.plan.outputs().position(|output| output.name == name)?;
            end?.written[at].as_ref().map(ToString::to_string)
        };
        let table = self.sketch.columns.len();
        let columns = self.columns().into_iter().enumerate();
        let own = |at: usize| (at < table).then(|| row.cell(at)).flatten().map(|value| value.to_string());
        // A preview shows the first and the last; a cell of a wide JSONL row takes its time.
        let all = self.columns().len();
        let is_near_an_end = |at: usize| at < 30 || at + 30 >= all;
        let first_carried = all - self.files.carried().len();
        let of_older = |at: usize| carried.get(at.checked_sub(first_carried)?)?.clone();
        let cell = |(at, name): (usize, String)| {
            if is_near_an_end(at) {
                written(&name).or_else(|| own(at)).or_else(|| of_older(at)).unwrap_or_default()
            } else {
                String::new()
            }
        };
        columns.map(cell).collect()
    }

    fn finish(
        self,
        broken: Option<TableError>,
        elapsed: Duration,
        seen: &Seen,
        preview: &Preview,
    ) -> Result<u8, Failure> {
        let counts = self.tally.counts();
        let interrupted = seen.interrupted.load(Ordering::SeqCst);
        let store = Arc::clone(self.ledger.store());
        // Whatever was seen while it went on: it may have gone in the last moment.
        let is_gone = seen.ledger_lost.load(Ordering::SeqCst) || !store.is_in_place();
        let lost = is_gone || counts.ledger_error.is_some();
        let mut report = Report {
            sandbox: self.args.ledger.sandbox,
            exit_code: exit::DONE,
            status: status(&counts, interrupted),
            run: self.ledger.run(),
            rows: self.sketch.rows,
            rows_selected: counts.rows,
            table_notes: job::table_notes(self.sketch),
            output: Output::None,
            output_path: self.output.clone(),
            carried: self.files.carried().to_vec(),
            gone: 0,
            errors_file: None,
            elapsed,
            guarded_cells: self.files.guarded_cells(),
            hint: if lost { None } else { report::hint(&counts, interrupted, self.asks_anew()) },
            next_command: counts.cap_reached.then(consent::plan_anew),
            settings: self.settings_told.clone(),
            consent: if lost { None } else { self.left_at_the_end()? },
            max_age: self.args.max_age,
            asks_anew: self.asks_anew(),
            resends_doubts: self.resends_doubts,
            currency: self.currency,
            counts,
        };
        let key_trouble = report::key_trouble(&report.counts);
        let noted = Noted {
            run: self.ledger.run(),
            sandbox: self.is_sandbox,
            plan: &self.plan,
            columns: &self.sketch.columns,
            is_partial: report.status != Status::Finished || report.rows_selected < report.rows,
        };
        let finished = self.files.finish(broken, &report.counts, interrupted, &noted, self.printer);
        (report.output, report.errors_file) = (finished.output, finished.errors_file);
        report.gone = finished.gone;
        if matches!(report.output, Output::Beside { .. }) {
            report.hint.get_or_insert_with(|| {
                "go on from the older one with `--input`, or replace it by the same command with `--overwrite`".to_owned()
            });
        }
        let trouble = finished.failure;
        if trouble.is_some() || (lost && !interrupted) {
            report.status = Status::Stopped;
        }
        let only_the_key = key_trouble.filter(|_| report.written().is_none() && trouble.is_none());
        let is_only_the_key = only_the_key.is_some();
        let ledger_trouble = lost.then(|| ledger_lost(&report.counts, &store));
        let failure = trouble.or(ledger_trouble);
        let has_doubts = lost && report.counts.in_doubt() > 0;
        let failure =
            if has_doubts { failure.map(|failure| failure.exiting(exit::IN_DOUBT)) } else { failure };
        let failure = failure.or(only_the_key);
        report.exit_code = failure.as_ref().map_or_else(|| exit_code(&report), |failure| failure.exit);
        let document = report::document(&report, &self.plan);
        if !is_gone {
            let summary = serde_json::to_string(&document).expect("our documents have text keys");
            let end = RunRecordEnd { state: report.status.into(), summary };
            let ended = store.end_run(self.ledger.run(), &end);
            // What failed in a ledger that cannot be written is told already.
            if !lost {
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
}

/// The ledger failed or went away in the middle of a run.
fn ledger_lost(counts: &Counts, store: &Store) -> Failure {
    let path = project::shown(store.path());
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
            report::thousands(doubts)
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
