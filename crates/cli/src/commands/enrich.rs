//! `marl enrich`: a table goes in, the enriched table comes out.

mod end;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use engine::{
    Engine, RowEnd, Way as Outside,
    gateway::{Caps, Gateway},
    ledger::{Begun, Ledger, MaxAge, RunRecord, RunStart, RunState},
    plan::Plan,
};
use marl_core::SkipReason;
use table::{InputRow, Reader, Sketch};

use super::{block_on, detach, of_ledger};
use crate::{
    args::EnrichArgs,
    consent::{self, Consent},
    error_code::ErrorCode,
    exit,
    failure::Failure,
    files::{self, Files},
    handover::Handover,
    job::{self, Job, Way},
    ledger,
    older::Older,
    outputs,
    pick::{Picked, pick},
    pipeline,
    plan_hash::{Broken, Hash},
    printer::Printer,
    project,
    report::{self, Bar, Preview, Talker, Tally},
    run_log,
    run_record::Steps,
    signals, typed,
    watch::{self, Seen},
};

/// Among how many of the newest runs the one is looked for that writes an output.
const MOST_LIVE: u32 = 200;

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
        check_plan(then, job, way).await?;
    }
    let picked = pick(&job.args.pick, job, way, printer).await?;
    let older = Older::look(job)?;
    older.check_picked(job, &picked)?;
    let caps = consent::tighter(way.settings.caps, consent::check(job, way, &picked).await?);
    // From here on files are made.
    handover.iter().for_each(|handover| handover.checked());
    let run = Run::new(job, way, picked, older, caps, printer).await?;
    match handover {
        Some(handover) if !go_on_alone(&*run.store, run.begun.run, handover, printer)? => {
            run.end_unbegun().await
        }
        _ => run.go().await,
    }
}

/// Says that the run is recorded, and talks to its log from here on. `false` when the parent could
/// not tell the number: nobody could stop the run, so that it must not begin.
fn go_on_alone(
    store: &dyn Ledger,
    run: i64,
    handover: &Handover,
    printer: &Printer,
) -> Result<bool, Failure> {
    let (log, path) = run_log::create(store, run)?;
    let ledger = ledger::shown(store);
    let started = detach::Started { run, pid: std::process::id(), log: project::shown(&path), ledger };
    let is_heard = printer.json_line(&serde_json::to_string(&started).expect("it has text keys"));
    printer.divert(log);
    Ok(is_heard && handover.is_told())
}

/// Refuses when something moved since the plan was made.
pub(super) async fn check_plan(then: &Hash, job: &Job<'_>, way: &Way) -> Result<(), Failure> {
    let message = match then.check(job, &way.settings).await? {
        None => return Ok(()),
        Some(Broken::Moved(parts)) => {
            format!("the plan is no longer valid: since it was made, {} changed", parts.join(" and "))
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

/// A failure to make the output; if another run is writing it, with that run's number.
async fn naming_writer(job: &Job<'_>, output: &Path, failure: Failure) -> Failure {
    if !failure.is_retryable() {
        return failure;
    }
    let place = outputs::place(output);
    let writes =
        |run: &RunRecord| run.state == RunState::Running && outputs::place(Path::new(&run.output)) == place;
    let Ok(Some(store)) = job.ledger_there_is().await else { return failure };
    let runs = store.runs(MOST_LIVE).await.map_or_else(|_| Vec::new(), |(runs, _)| runs);
    let Some(run) = runs.into_iter().find(writes) else { return failure };
    let (id, ledger) = (run.id, of_ledger(&job.args.ledger));
    failure
        .hint(format!(
            "it is run {id}: `marl runs show {id}{ledger}` says how far it is, `marl runs stop {id}{ledger}` ends it"
        ))
        .next(format!("marl runs wait {id} --timeout 100s{ledger}"))
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
    store: Arc<dyn Ledger>,
    begun: Begun,
    gateway: Gateway,
    consent: Option<Consent>,
    settings_told: Vec<String>,
    warning_of_resends: Option<String>,
    currency: Option<String>,
    output: PathBuf,
    files: Files,
}

impl<'a> Run<'a> {
    async fn new(
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
        let files = match Files::create(job, older) {
            Ok(files) => files,
            Err(failure) => return Err(naming_writer(job, &output, failure).await),
        };
        let store = place.open_ledger(&args.ledger).await?;
        files::keep_private(&*store, &args.input, printer);
        let steps = Steps::of(plan, &way.settings, &job.request.types, picked.told(sketch.rows));
        let start = RunStart {
            command: typed::command(),
            input: project::absolute(&args.input),
            output: project::absolute(&output),
            steps: serde_json::to_string(&steps).expect("steps have text keys"),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            consent: args.plan.as_ref().map(ToString::to_string),
        };
        let begun = store.begin(&start, MaxAge::new(args.max_age)).await?;
        let tally = Arc::new(Tally::default());
        let listener = Arc::new(Talker::new(Arc::clone(&tally), Arc::clone(printer)));
        let consent = args.plan.as_ref().map(|hash| Consent::new(hash, begun.used_before));
        // Counted again with the run's start: another run may have bought meanwhile.
        let caps = consent.iter().fold(caps, |caps, consent| consent::tighter(caps, consent.left()));
        let gateway = way.open(Arc::clone(&begun.calls), caps, listener);
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
            store,
            begun,
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
    async fn end_unbegun(self) -> Result<u8, Failure> {
        self.gateway.close(SkipReason::Interrupted);
        self.printer.warn(
            "the process that started this run ended before it could report the run's number; nothing was sent",
        );
        let seen = Seen::default();
        seen.interrupted.store(true, Ordering::SeqCst);
        let preview = Preview::new(self.columns());
        self.finish(None, Duration::ZERO, &seen, &preview).await
    }

    async fn go(mut self) -> Result<u8, Failure> {
        self.say_what_it_will_do();
        let started = Instant::now();
        let outside =
            Outside::Open { caller: Arc::new(self.gateway.clone()), refreshing: self.gateway.refreshing() };
        let engine = Arc::new(Engine::new(Arc::clone(&self.plan), outside));
        let reader = Reader::open(self.sketch)?;
        let seen = self.watch()?;
        let picked = self.picked.clone();
        let mut preview = Preview::new(self.columns());
        let bar = Bar::start(self.args.progress, picked.count, &self.tally, self.printer);
        let tally = Arc::clone(&self.tally);
        let window = pipeline::window(self.args.parallel);
        let gateway = self.gateway.clone();
        let stop = || gateway.close(SkipReason::Interrupted);
        let piped = pipeline::run(
            reader,
            engine,
            Arc::new(move |number, end| tally.row(number, end)),
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
        self.finish(piped.err(), started.elapsed(), &seen, &preview).await
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
        let new = if self.store.is_new() { " (new)" } else { "" };
        self.printer.note("ledger", &format!("{}{new}", ledger::shown(&*self.store)));
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
    async fn left_at_the_end(&self) -> Result<Option<Consent>, Failure> {
        match &self.args.plan {
            Some(hash) => Ok(Some(consent::left_of(hash, Some(&*self.store)).await?)),
            None => Ok(None),
        }
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
        watch::start(
            Arc::clone(&self.store),
            self.begun.run,
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
        let is_new = |column: &&String| !self.sketch.columns.contains(*column);
        let carried = self.files.carried().iter().filter(is_new).cloned();
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
        let of_older = |name: &str| {
            let at = self.files.carried().iter().position(|column| column == name)?;
            carried.get(at)?.clone()
        };
        let cell = |(at, name): (usize, String)| {
            if is_near_an_end(at) {
                written(&name).or_else(|| own(at)).or_else(|| of_older(&name)).unwrap_or_default()
            } else {
                String::new()
            }
        };
        columns.map(cell).collect()
    }
}
