//! A run, from the checks before it begins to its outcome. This module prints nothing: an [`Observer`]
//! receives events while the run goes on, and the outcome is data.

pub(crate) mod after_run;
mod end;
pub mod files;
pub(crate) mod permission;
pub mod progress;
pub mod report;
pub mod tally;
pub(crate) mod watch;

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use engine::{
    CallMode, Engine, Event, Listener, RowEnd,
    gateway::{Caps, Gateway},
    ledger::{Ledger, MaxAge, RunRecord, RunStart, RunState, StartedRun},
    plan::Refresh,
};
use marl_core::SkipReason;
use table::{InputRow, Reader};

pub use end::RunOutcome;

use self::{files::Files, tally::Tally, watch::EndSignals};
use crate::{
    failure::Failure,
    job::{
        Job,
        connections::Connections,
        ledger_flags,
        observer::Observer,
        overwrite_guard::OverwriteGuard,
        pipeline,
        plan_hash::check_plan,
        run_record::RecordedSteps,
        select::{Selected, select},
    },
    project::{outputs, paths},
    spec::consent::{self, Consent},
};

/// How many of the newest runs are searched for the run that writes an output.
const MOST_LIVE: u32 = 200;

/// How many of the output's first rows are kept for a preview.
const FIRST_ROWS: usize = 5;

/// The failure to create the output; if another run is writing it, with the number of that run.
async fn naming_writer(job: &Job, output: &Path, failure: Failure) -> Failure {
    if !failure.is_retryable() {
        return failure;
    }
    let place = outputs::place(output);
    let writes =
        |run: &RunRecord| run.state == RunState::Running && outputs::place(Path::new(&run.output)) == place;
    let Ok(Some(store)) = job.existing_ledger().await else { return failure };
    let runs = store.runs(MOST_LIVE).await.map_or_else(|_| Vec::new(), |(runs, _)| runs);
    let Some(run) = runs.into_iter().find(writes) else { return failure };
    let (id, ledger) = (run.id, ledger_flags(&job.spec.ledger));
    failure
        .hint(format!(
            "it is run {id}: `marl runs show {id}{ledger}` shows its progress, `marl runs stop {id}{ledger}` ends it"
        ))
        .next(format!("marl runs wait {id} --timeout 100s{ledger}"))
}

/// A run that may begin: everything that can be checked beforehand was checked, and no file was created.
pub struct Ready<'a> {
    job: &'a Job,
    connections: &'a Connections,
    selected: Selected,
    older: OverwriteGuard,
    caps: Caps,
}

impl<'a> Ready<'a> {
    /// Checks the plan's hash, the rows, the older output and the consent.
    ///
    /// # Errors
    /// The message says what keeps the run from beginning; nothing was sent and no file was created.
    pub async fn check(
        job: &'a Job,
        connections: &'a Connections,
        observer: &dyn Observer,
    ) -> Result<Self, Failure> {
        if let Some(then) = &job.spec.plan {
            check_plan(then, job, connections).await?;
        }
        let selected = select(&job.spec.selection, job, connections, observer).await?;
        let older = OverwriteGuard::inspect(job)?;
        older.check_selected(job, &selected)?;
        let agreed = permission::check(job, connections, &selected).await?;
        let caps = consent::tighter(connections.settings.caps, agreed);
        Ok(Self { job, connections, selected, older, caps })
    }

    /// Creates the output's temporary files and records the run. Nothing is sent.
    ///
    /// # Errors
    /// The output or the ledger cannot be written, or another run holds the plan's hash.
    pub async fn begin(self, observer: Arc<dyn Observer>) -> Result<Run<'a>, Failure> {
        let Self { job, connections, selected, older, caps } = self;
        let spec = &job.spec;
        let output = job.output();
        // This happens before the first call, so that a path that cannot be written fails at once.
        let files = match Files::create(job, older) {
            Ok(files) => files,
            Err(failure) => return Err(naming_writer(job, &output, failure).await),
        };
        let store = job.workspace.open_ledger(&spec.ledger).await?;
        files::keep_private(&*store, &spec.input, &*observer);
        let recorded = selected.describe(job.table.rows);
        let steps = RecordedSteps::of(&job.plan, &connections.settings, &job.request.types, recorded);
        let start = RunStart {
            command: spec.invocation.command(),
            input: paths::absolute(&spec.input),
            output: paths::absolute(&output),
            steps: serde_json::to_string(&steps).expect("steps have text keys"),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            consent: spec.plan.as_ref().map(ToString::to_string),
        };
        let started = store.begin(&start, MaxAge::new(spec.max_age)).await?;
        let tally = Arc::new(Tally::start(selected.count));
        let listener = Arc::new(Counting { tally: Arc::clone(&tally), observer: Arc::clone(&observer) });
        let consent = spec.plan.as_ref().map(|hash| Consent::new(hash, started.used_before));
        // The consent is counted again together with the run's start: another run may have bought something
        // meanwhile.
        let caps = consent.iter().fold(caps, |caps, consent| consent::tighter(caps, consent.left()));
        let gateway = connections.open(Arc::clone(&started.calls), caps, listener);
        Ok(Run {
            job,
            selected,
            resends_doubts: connections.resends_doubts(),
            is_sandbox: connections.is_sandbox(),
            spending_notes: connections.spending_notes(job),
            warning_of_resends: connections.warning_of_resends(job),
            observer,
            tally,
            store,
            started,
            gateway,
            consent,
            files,
            end_signals: Arc::new(EndSignals::default()),
        })
    }
}

/// Counts the gateway's events, and passes them on.
struct Counting {
    tally: Arc<Tally>,
    observer: Arc<dyn Observer>,
}

impl Listener for Counting {
    fn on_event(&self, event: &Event<'_>) {
        self.tally.on_event(event);
        match event {
            // Every call that needs the ledger reports the same error.
            Event::LedgerFailed { error } if !self.tally.record_ledger_error(error) => {}
            event => self.observer.on_event(event),
        }
    }
}

/// A run that is recorded and has not ended.
pub struct Run<'a> {
    job: &'a Job,
    selected: Selected,
    is_sandbox: bool,
    resends_doubts: bool,
    observer: Arc<dyn Observer>,
    tally: Arc<Tally>,
    store: Arc<dyn Ledger>,
    started: StartedRun,
    gateway: Gateway,
    consent: Option<Consent>,
    spending_notes: Vec<String>,
    warning_of_resends: Option<String>,
    files: Files,
    end_signals: Arc<EndSignals>,
}

/// Ends a run early and in order: calls in flight are awaited, and stored answers still reach their rows.
#[derive(Clone)]
pub struct Stopper {
    gateway: Gateway,
    end_signals: Arc<EndSignals>,
}

impl Stopper {
    /// Closes the gateway: the run sends nothing from now on.
    pub fn stop(&self) {
        self.end_signals.interrupted.store(true, Ordering::SeqCst);
        self.gateway.close(SkipReason::Interrupted);
    }
}

impl<'a> Run<'a> {
    /// The run's number in the ledger.
    pub fn id(&self) -> i64 {
        self.started.run
    }

    /// The job that the run does.
    pub fn job(&self) -> &'a Job {
        self.job
    }

    /// The ledger.
    pub fn store(&self) -> &Arc<dyn Ledger> {
        &self.store
    }

    /// How many rows the steps run on.
    pub fn rows_selected(&self) -> u64 {
        self.selected.count
    }

    /// The counts while the run goes on.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// Where the output will be, with links resolved.
    pub fn target(&self) -> &Path {
        self.files.target()
    }

    /// Whether the sandbox answers.
    pub fn is_sandbox(&self) -> bool {
        self.is_sandbox
    }

    /// What the plan's hash allows, and how much of it is left.
    pub fn consent(&self) -> Option<&Consent> {
        self.consent.as_ref()
    }

    /// Settings that affect how much is spent and differ from the defaults, one line each.
    pub fn spending_notes(&self) -> &[String] {
        &self.spending_notes
    }

    /// A warning if `marl.toml`, and no flag, makes marl resend calls that may have been paid for.
    pub fn warning_of_resends(&self) -> Option<&str> {
        self.warning_of_resends.as_deref()
    }

    /// The handle that ends this run early.
    pub fn stopper(&self) -> Stopper {
        Stopper { gateway: self.gateway.clone(), end_signals: Arc::clone(&self.end_signals) }
    }

    /// Ends a run that was never announced to its caller: nothing is sent, and no output is written.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn abandon(self) -> Result<RunOutcome, Failure> {
        self.stopper().stop();
        let rows = FirstRows::new(self.columns());
        self.finish(None, Duration::ZERO, rows).await
    }

    /// Runs every row through the steps and puts the files in place.
    ///
    /// # Errors
    /// The table could not be opened again, or the ledger could not be written at the end. Every other
    /// problem is in the outcome.
    pub async fn go(mut self) -> Result<RunOutcome, Failure> {
        let job = self.job;
        let started = Instant::now();
        let outside =
            CallMode::Live { caller: Arc::new(self.gateway.clone()), refreshing: self.gateway.refreshing() };
        let engine = Arc::new(Engine::new(Arc::clone(&job.plan), outside));
        let reader = Reader::open(&job.table)?;
        self.watch();
        let selected = self.selected.clone();
        let mut first = FirstRows::new(self.columns());
        let tally = Arc::clone(&self.tally);
        let gateway = self.gateway.clone();
        let piped = pipeline::run(
            reader,
            engine,
            Arc::new(move |number, end| tally.row(number, end)),
            |row| selected.contains(row),
            pipeline::window(job.spec.parallel),
            || gateway.close(SkipReason::Interrupted),
            |row, end| {
                let carried = self.files.write(&job.plan, row, end)?;
                if first.rows.len() < FIRST_ROWS {
                    first.rows.push(self.cells(row, end, &carried));
                }
                Ok(())
            },
        )
        .await;
        self.finish(piped.err(), started.elapsed(), first).await
    }

    /// What is left of the plan's hash at the end of the run.
    async fn left_at_the_end(&self) -> Result<Option<Consent>, Failure> {
        match &self.spec().plan {
            Some(hash) => Ok(Some(consent::left_of(hash, Some(&*self.store)).await?)),
            None => Ok(None),
        }
    }

    /// Whether the same command would ask again for what this run has just asked.
    fn asks_anew(&self) -> bool {
        const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
        self.spec().refresh != Refresh::None || self.spec().max_age < A_DAY
    }

    fn watch(&self) {
        watch::start(
            Arc::clone(&self.store),
            self.started.run,
            self.gateway.clone(),
            Arc::clone(&self.end_signals),
            Arc::clone(&self.observer),
            Arc::clone(&self.tally),
        );
    }

    fn spec(&self) -> &'a crate::spec::RunSpec {
        &self.job.spec
    }

    /// The output's columns: the table's, then the new ones, then those carried over from an older output.
    fn columns(&self) -> Vec<String> {
        let new = self.job.plan.outputs().filter(|output| !output.existing).map(|output| output.name.clone());
        let is_new = |column: &&String| !self.job.table.columns.contains(*column);
        let carried = self.files.carried().iter().filter(is_new).cloned();
        self.job.table.columns.iter().cloned().chain(new).chain(carried).collect()
    }

    /// A row of the output as text, for the preview.
    fn cells(&self, row: &InputRow, end: Option<&RowEnd>, carried: &[Option<String>]) -> Vec<String> {
        let written = |name: &str| {
            let at = self.job.plan.outputs().position(|output| output.name == name)?;
            end?.written[at].as_ref().map(ToString::to_string)
        };
        let table = self.job.table.columns.len();
        let columns = self.columns().into_iter().enumerate();
        let own = |at: usize| (at < table).then(|| row.cell(at)).flatten().map(|value| value.to_string());
        // A preview displays the first and the last columns, and converting a cell of a wide JSONL row is
        // slow.
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

/// The first rows of the output, as text.
pub struct FirstRows {
    /// The output's columns.
    pub columns: Vec<String>,
    /// A cell for each column; in a wide table, cells far from both ends are left empty.
    pub rows: Vec<Vec<String>>,
}

impl FirstRows {
    fn new(columns: Vec<String>) -> Self {
        Self { columns, rows: Vec::new() }
    }
}
