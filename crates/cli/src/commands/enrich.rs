//! `marl enrich`: a table goes in, the enriched table comes out.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use engine::{
    Engine, Event, Listener, RowEnd,
    gateway::{Gateway, InDoubt},
    ledger::Memory,
    plan::{Header, Plan, Request},
};
use marl_core::{ErrorKind, Outcome, Registry};
use sandbox::{Options, Sandbox};

use super::block_on;
use crate::{
    args::{self, EnrichArgs},
    connect::{self, Connected},
    exit,
    failure::Failure,
    pipeline,
    printer::Printer,
    project,
    report::{self, Bar, Counts, Preview, Report, Status, Tally},
    settings::Settings,
    signals,
    table::{self, ErrorsFile, InputRow, ReadOptions, Reader, Sketch, TableError, WriteOptions, Writer},
};

/// How long a call takes in the built-in sandbox, so that a sample run looks like a real one.
const SANDBOX_LATENCY: Duration = Duration::from_millis(100);

pub(crate) fn run(args: &EnrichArgs, printer: &Arc<Printer>) -> Result<u8, Failure> {
    let registry = Registry::gather()?;
    let folder = std::env::current_dir().map_err(|error| {
        Failure::new(exit::INTERNAL, "internal", "the working folder cannot be read").caused_by(&error)
    })?;
    let providers: Vec<&str> = registry.providers().map(|provider| provider.card.name).collect();
    let settings = Settings::read(&project::folder(&folder), &providers)?;
    let sketch = table::check(&args.input, &ReadOptions { delimiter: args.delimiter })?;
    let plan = Arc::new(plan(args, &sketch, &registry)?);
    block_on(async {
        let sandbox = if args.sandbox { Some(start_sandbox().await?) } else { None };
        let connected = match &sandbox {
            Some(sandbox) => connect::sandbox(&plan, &registry, &sandbox.url())?,
            None => connect::live(&plan, &registry, &folder)?,
        };
        let run = Run::new(args, &settings, &sketch, plan, connected, printer)?;
        let done = run.go().await;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        done
    })
}

fn plan(args: &EnrichArgs, sketch: &Sketch, registry: &Registry) -> Result<Plan, Failure> {
    let request = Request {
        integrations: args.integrations.clone(),
        maps: args.map.clone(),
        existing: args.existing.into(),
    };
    let table = sketch.path.file_name().unwrap_or(sketch.path.as_os_str()).to_string_lossy();
    let header = Header { table: &table, columns: &sketch.columns, samples: &sketch.samples };
    Ok(Plan::new(&request, &header, registry)?)
}

async fn start_sandbox() -> Result<Sandbox, Failure> {
    let options = Options { latency: SANDBOX_LATENCY, ..Options::default() };
    Sandbox::start(options).await.map_err(|error| {
        Failure::new(exit::INTERNAL, "internal", "the sandbox cannot listen on 127.0.0.1").caused_by(&error)
    })
}

/// One run, ready to go: everything that can be wrong beforehand has been looked at.
struct Run<'a> {
    args: &'a EnrichArgs,
    sketch: &'a Sketch,
    plan: Arc<Plan>,
    printer: &'a Arc<Printer>,
    tally: Arc<Tally>,
    listener: Arc<Talker>,
    gateway: Gateway,
    output: PathBuf,
    writer: Writer,
    errors: ErrorsFile,
}

impl<'a> Run<'a> {
    fn new(
        args: &'a EnrichArgs,
        settings: &Settings,
        sketch: &'a Sketch,
        plan: Arc<Plan>,
        connected: Connected,
        printer: &'a Arc<Printer>,
    ) -> Result<Self, Failure> {
        let settings = settings.gateway(args.parallel, args.in_doubt.map(InDoubt::from), &connected.bases)?;
        let output = args.output.clone().unwrap_or_else(|| table::enriched_path(&args.input));
        // Before the first call, so that a path that cannot be written fails at once.
        let names: Vec<String> = plan.outputs().map(|output| output.name.clone()).collect();
        let writer = Writer::create(&output, sketch, &names, WriteOptions { raw_cells: args.raw_cells })?;
        let errors = ErrorsFile::create(&table::errors_path(&output), sketch)?;
        let tally = Arc::new(Tally::default());
        let listener = Arc::new(Talker { tally: Arc::clone(&tally), printer: Arc::clone(printer) });
        let ledger = Arc::new(Memory::new());
        let gateway =
            Gateway::new(connected.providers, ledger, settings, Arc::clone(&listener) as Arc<dyn Listener>);
        Ok(Self { args, sketch, plan, printer, tally, listener, gateway, output, writer, errors })
    }

    async fn go(mut self) -> Result<u8, Failure> {
        self.say_what_it_will_do();
        let begun = Instant::now();
        let engine = Arc::new(Engine::new(Arc::clone(&self.plan), Arc::new(self.gateway.clone())));
        let reader = Reader::open(self.sketch)?;
        let interrupted = self.watch_signals()?;
        let limit = self.args.limit.unwrap_or(u64::MAX);
        let mut preview = Preview::new(self.columns());
        let bar = Bar::start(self.args.progress, self.sketch.rows.min(limit), &self.tally, self.printer);
        let listener = Arc::clone(&self.listener) as Arc<dyn Listener>;
        let window = pipeline::window(self.args.parallel);
        let piped = pipeline::run(reader, engine, listener, limit, window, |row, end| {
            if preview.wants_more() {
                preview.add(self.cells(row, end));
            }
            write(&mut self.writer, &mut self.errors, &self.plan, row, end)
        })
        .await;
        drop(bar);
        piped.map_err(broken)?;
        let interrupted = interrupted.load(Ordering::SeqCst);
        self.finish(begun.elapsed(), interrupted, &preview)
    }

    fn say_what_it_will_do(&self) {
        if self.args.sandbox {
            self.printer
                .note("sandbox", "answers are samples: listed companies of 2015 to 2025, profiles invented");
        }
        self.printer.note("ledger", "in memory: equal calls of this run are made once");
        for (at, step) in self.plan.steps.iter().enumerate() {
            let word = if at == 0 { "steps" } else { "" };
            self.printer.note(word, &binding(step));
        }
    }

    fn watch_signals(&self) -> Result<Arc<AtomicBool>, Failure> {
        let interrupted = Arc::new(AtomicBool::new(false));
        let (printer, seen) = (Arc::clone(self.printer), Arc::clone(&interrupted));
        let told = move || {
            seen.store(true, Ordering::SeqCst);
            printer.warn("interrupted: waiting for the calls in flight, which may have been paid for; once more ends at once");
        };
        signals::watch(self.gateway.clone(), Arc::new(told)).map_err(|error| {
            Failure::new(exit::INTERNAL, "internal", "signals cannot be watched").caused_by(&error)
        })?;
        Ok(interrupted)
    }

    /// The output's columns: the table's, then the new ones.
    fn columns(&self) -> Vec<String> {
        let new = self.plan.outputs().filter(|output| !output.existing).map(|output| output.name.clone());
        self.sketch.columns.iter().cloned().chain(new).collect()
    }

    /// A row of the output as text, for the preview.
    fn cells(&self, row: &InputRow, end: Option<&RowEnd>) -> Vec<String> {
        let written = |name: &str| {
            let at = self.plan.outputs().position(|output| output.name == name)?;
            end?.written[at].as_ref().map(ToString::to_string)
        };
        let table = self.sketch.columns.len();
        let columns = self.columns().into_iter().enumerate();
        let own = |at: usize| (at < table).then(|| row.cell(at)).flatten().map(|value| value.to_string());
        columns.map(|(at, name)| written(&name).or_else(|| own(at)).unwrap_or_default()).collect()
    }

    fn finish(self, elapsed: Duration, interrupted: bool, preview: &Preview) -> Result<u8, Failure> {
        let counts = self.tally.counts();
        let writes = counts.has_outcome() || (counts.rows == 0 && !interrupted);
        let guarded_cells = self.writer.guarded_cells();
        let mut report = Report {
            status: status(&counts, interrupted),
            rows: self.sketch.rows,
            rows_selected: counts.rows,
            output: None,
            errors_file: None,
            elapsed,
            guarded_cells,
            hint: report::hint(&counts, interrupted, &self.output),
            counts,
        };
        if writes {
            self.writer.finish().map_err(broken)?;
            report.output = Some(self.output.clone());
            report.errors_file =
                self.errors.finish().map_err(broken)?.then(|| table::errors_path(&self.output));
        }
        let key_trouble = report::key_trouble(&report.counts).filter(|_| !writes);
        if self.printer.is_json() {
            self.printer.document(&report::document(&report, &self.plan));
        } else if key_trouble.is_none() {
            report::summary(&report, &self.plan).iter().for_each(|line| self.printer.talk(line));
            let lines = if writes { preview.lines(self.printer.width()) } else { Vec::new() };
            if !lines.is_empty() {
                self.printer.talk("");
                lines.iter().for_each(|line| self.printer.talk(line));
            }
        }
        match key_trouble {
            Some(failure) => Err(failure),
            None => Ok(exit_code(&report)),
        }
    }
}

/// The table or the disk failed when calls had been made already.
fn broken(error: TableError) -> Failure {
    Failure::from(error).exiting(exit::INTERNAL)
}

/// Counts events, and says at once what cannot wait for the summary.
struct Talker {
    tally: Arc<Tally>,
    printer: Arc<Printer>,
}

impl Listener for Talker {
    fn hear(&self, event: &Event<'_>) {
        self.tally.hear(event);
        match event {
            Event::ProviderWaits { provider, wait } => {
                self.printer.warn(&format!(
                    "{provider} fails; one call is tried in {} s",
                    wait.as_secs_f64().round()
                ));
            }
            Event::ProviderStopped { provider, operation, error } if error.kind() != ErrorKind::Auth => {
                let what =
                    operation.map_or((*provider).to_owned(), |operation| format!("{provider} {operation}"));
                self.printer.warn(&format!("{what} is stopped for this run: {}", error.full_message()));
            }
            _ => {}
        }
    }
}

impl From<args::InDoubt> for InDoubt {
    fn from(word: args::InDoubt) -> Self {
        match word {
            args::InDoubt::Keep => Self::Keep,
            args::InDoubt::Retry => Self::Retry,
        }
    }
}

fn write(
    writer: &mut Writer,
    errors: &mut ErrorsFile,
    plan: &Plan,
    row: &InputRow,
    end: Option<&RowEnd>,
) -> Result<(), TableError> {
    let Some(end) = end else { return writer.write(row, &vec![None; plan.outputs().count()]) };
    writer.write(row, &end.written)?;
    for (step, outcome) in plan.steps.iter().zip(&end.outcomes) {
        if let Outcome::Failed(error) = outcome {
            errors.write(row.number(), &step.name, error.kind().name(), &error.full_message())?;
        }
    }
    Ok(())
}

/// `find_ceo  company_domain <- domain -> ceo_name, ceo_linkedin_url`
fn binding(step: &engine::plan::Step) -> String {
    let inputs = step.inputs.iter().map(|input| {
        if input.from == input.column.name {
            input.from.clone()
        } else {
            format!("{} <- {}", input.column.name, input.from)
        }
    });
    let outputs = step.outputs.iter().map(|output| output.name.as_str());
    let inputs = inputs.collect::<Vec<_>>().join(", ");
    format!("{:<16}  {inputs} -> {}", step.name, outputs.collect::<Vec<_>>().join(", "))
}

fn status(counts: &Counts, interrupted: bool) -> Status {
    match (interrupted, counts.stops.is_empty()) {
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
        () if stopped_for(false) => exit::PROVIDER_STOPPED,
        () if counts.failed() > 0 => exit::ROWS_FAILED,
        () => exit::DONE,
    }
}
