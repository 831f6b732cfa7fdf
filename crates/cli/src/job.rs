//! What `enrich` and `plan` have in common: the table, the steps, the settings, the way to
//! providers. Everything that can be wrong beforehand is looked at here; nothing is sent.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use engine::{
    Silent,
    gateway::{Caps, Gateway, InDoubt, Settings as GatewaySettings},
    ledger::{Ledger, Memory},
    plan::{self, Advice, Header, Plan, PlanError, Refresh, Request},
};
use ledger_sqlite::{MaxAge, Problem, RunLedger, Store};
use marl_core::SemanticType;
use sandbox::{Options, Sandbox};
use table::{Links, Sketch};

use crate::{
    args::{self, EnrichArgs, LedgerChoice, StepArgs, TableArgs},
    connect::{self, Connected},
    error_code::ErrorCode,
    exit,
    failure::Failure,
    filter::Filter,
    outputs,
    place::Place,
    printer::Printer,
    project,
    recipe::Recipe,
    settings::Settings,
    typed,
};

/// How long a call takes in the built-in sandbox, so that a sample run looks like a real one.
const SANDBOX_LATENCY: Duration = Duration::from_millis(100);

/// The steps that are asked for, by flags or by a recipe.
pub(crate) struct Steps {
    /// As given.
    pub(crate) request: Request,
    recipe: Option<Recipe>,
}

impl Steps {
    pub(crate) fn of(args: &StepArgs, refresh: Refresh) -> Result<Self, Failure> {
        let mut recipe = args.recipe.as_deref().map(Recipe::read).transpose()?;
        let mut request = match &mut recipe {
            Some(recipe) => recipe.request.clone(),
            None => from_flags(args)?,
        };
        request.refresh = refresh;
        if let Some(existing) = args.existing {
            // A flag outranks the recipe, also where a step says something of its own.
            request.existing = existing.into();
            request.refresh_keeps = request.existing == plan::Existing::Keep;
            request.steps.iter_mut().for_each(|step| step.existing = None);
        }
        Ok(Self { request, recipe })
    }

    /// A plan's problem: with the recipe's line if there is one, else with the command that would
    /// have been right, if that is known.
    pub(crate) fn failure(&self, error: PlanError, table: &Path, reading: &TableArgs) -> Failure {
        if let Some(recipe) = &self.recipe {
            return recipe.locate(&error);
        }
        let next = error.advice.as_deref().and_then(|advice| corrected(advice, table, reading));
        let failure = Failure::from(error);
        match next {
            Some(next) => failure.next(next),
            None => failure,
        }
    }
}

/// The command that was typed as a plan's error says it should have been.
fn corrected(advice: &Advice, table: &Path, reading: &TableArgs) -> Option<String> {
    let look = || format!("{} --json", typed::command_over("columns", table, reading).join(" "));
    Some(match advice {
        Advice::Bind { step, input, columns } => match columns.as_slice() {
            [only] => typed::with_flag("--map", &format!("{step}.{input}={only}")),
            // Which of them is meant, nobody here can tell.
            _ => look(),
        },
        Advice::Integrations(list) => typed::with_value("--integrations", list),
        Advice::Prefix { step, prefix } => typed::with_flag("--prefix", &format!("{step}={prefix}")),
        Advice::Into { output, column } => typed::with_flag("--into", &format!("{output}={column}")),
        Advice::Look => look(),
        // Said wherever such an error becomes a failure.
        Advice::Word { .. } | Advice::Type { .. } => return None,
    })
}

fn from_flags(args: &StepArgs) -> Result<Request, Failure> {
    let steps = args.integrations.iter().map(|word| plan::StepRequest::parse(word.trim()));
    let names = args.map.iter().chain(&args.into).chain(&args.prefix);
    let tweaks = names.chain(&args.condition).chain(&args.provider_column);
    Ok(Request {
        steps: steps.chain(args.formula.iter().cloned()).collect(),
        want: args.want.iter().map(|column| column.trim().to_owned()).collect(),
        tweaks: tweaks.cloned().collect(),
        types: column_types(&args.column_type)?,
        ..Request::default()
    })
}

/// The types that columns are given; each once.
pub(crate) fn column_types(
    given: &[(String, SemanticType)],
) -> Result<BTreeMap<String, SemanticType>, Failure> {
    let mut types = BTreeMap::new();
    for (column, kind) in given {
        if types.insert(column.clone(), *kind).is_some() {
            return Err(Failure::usage(format!("`--column-type {column}` is given twice"))
                .hint("a column has one type: leave one of the two out"));
        }
    }
    Ok(types)
}

/// A table with the steps for it.
pub(crate) struct Job<'a> {
    pub(crate) args: &'a EnrichArgs,
    pub(crate) place: Place,
    pub(crate) sketch: Sketch,
    /// With all steps that it takes.
    pub(crate) request: Request,
    pub(crate) plan: Arc<Plan>,
}

impl<'a> Job<'a> {
    /// Looks at the settings, the steps and the whole table.
    pub(crate) fn prepare(args: &'a EnrichArgs) -> Result<Self, Failure> {
        let place = Place::find()?;
        let refresh = match &args.refresh {
            None => Refresh::None,
            Some(names) if names.is_empty() => Refresh::All,
            Some(names) => Refresh::Names(names.clone()),
        };
        let steps = Steps::of(&args.steps, refresh)?;
        let sketch = outputs::check_table(&args.input, args.table.options())?;
        let (request, plan) = {
            let name = table_name(&sketch);
            let header = header(&sketch, &name);
            let request = plan::resolve(&steps.request, &header, &place.registry);
            let request = request.map_err(|error| steps.failure(error, &args.input, &args.table))?;
            let plan = Plan::new(&request, &header, &place.registry);
            let plan = plan.map_err(|error| steps.failure(error, &args.input, &args.table))?;
            (request, Arc::new(plan))
        };
        Ok(Self { args, place, sketch, request, plan })
    }

    /// The plan that reads what is stored, also where the run asks anew: which rows have failed or
    /// lack data is told by the answers that are there.
    pub(crate) fn stored_plan(&self) -> Result<Arc<Plan>, Failure> {
        if self.args.refresh.is_none() {
            return Ok(Arc::clone(&self.plan));
        }
        let name = table_name(&self.sketch);
        let request = Request { refresh: Refresh::None, ..self.request.clone() };
        Ok(Arc::new(Plan::new(&request, &header(&self.sketch, &name), &self.place.registry)?))
    }

    /// Where the enriched table goes.
    pub(crate) fn output(&self) -> PathBuf {
        self.args.output.clone().unwrap_or_else(|| table::enriched_path(&self.args.input))
    }

    /// Whether a link at the output's name is followed: only where the user typed the name.
    pub(crate) fn output_links(&self) -> Links {
        if self.args.output.is_some() { Links::Follow } else { Links::Refuse }
    }

    /// The caps of the command line; a cap on cost needs every price.
    pub(crate) fn caps(&self) -> Result<Caps, Failure> {
        let caps = Caps { calls: self.args.max_calls, cost: self.args.max_cost };
        if caps.cost.is_some() {
            self.every_price("--max-cost")?;
        }
        Ok(caps)
    }

    /// Whether an operation costs nothing.
    pub(crate) fn is_free(&self, provider: &str, operation: &str) -> bool {
        self.place
            .registry
            .provider(provider)
            .is_some_and(|entry| entry.info.free_operations.contains(operation))
    }

    fn every_price(&self, flag: &str) -> Result<(), Failure> {
        let calls = self.plan.contracts().flat_map(|contract| contract.calls.iter());
        let unpriced = calls
            .map(|call| (call.provider.as_str(), call.operation.as_str()))
            .filter(|(provider, operation)| !self.is_free(provider, operation))
            .find(|(provider, operation)| self.price(provider, operation).is_none_or(|price| price <= 0.0));
        match unpriced {
            None => Ok(()),
            Some((provider, operation)) => {
                Err(no_price(flag, provider, operation, self.price(provider, operation)))
            }
        }
    }

    fn price(&self, provider: &str, operation: &str) -> Option<f64> {
        let settings: &Settings = &self.place.settings;
        settings.price(provider, operation)
    }

    /// The way to providers: a sandbox of its own, or the vendors.
    pub(crate) async fn connect(&self, caps: Caps) -> Result<Way, Failure> {
        let sandbox = if self.args.ledger.sandbox { Some(start_sandbox().await?) } else { None };
        let connected = match &sandbox {
            Some(sandbox) => connect::sandbox(&self.plan.providers(), &self.place.registry, &sandbox.url())?,
            None => connect::live(
                &self.plan.providers(),
                &self.place.registry,
                &self.place.working,
                self.place.settings.contact(),
            )?,
        };
        let in_doubt = self.args.in_doubt.map(InDoubt::from);
        let settings = self.place.settings.gateway(self.args.parallel, in_doubt, caps, &connected.bases)?;
        Ok(Way { sandbox, connected, settings })
    }

    /// The ledger's file, if there is one.
    pub(crate) fn ledger_there_is(&self) -> Result<Option<Arc<Store>>, Failure> {
        let path = project::ledger(&self.args.ledger, &self.place.project)?;
        // An empty file is a ledger that nobody has begun.
        let is_there = fs::metadata(&path).is_ok_and(|file| file.len() > 0);
        if !is_there {
            return Ok(None);
        }
        match Store::read(&path) {
            // The first run of this ledger is making it.
            Err(error) if error.problem == Problem::NotYetMade => Ok(None),
            read => Ok(Some(Arc::new(read?))),
        }
    }

    /// A condition over the table's own columns.
    pub(crate) fn filter(&self, text: &str) -> Result<Filter, Failure> {
        Filter::new(text, &self.request, &self.sketch)
    }
}

/// What is needed to reach providers.
pub(crate) struct Way {
    sandbox: Option<Sandbox>,
    connected: Connected,
    pub(crate) settings: GatewaySettings,
}

impl Way {
    /// A gateway that answers what `store` holds as of now, and sends nothing.
    pub(crate) fn closed(&self, store: Option<Arc<Store>>, max_age: Duration) -> Gateway {
        let ledger: Arc<dyn Ledger> = match store {
            Some(store) => Arc::new(RunLedger::planned(store, MaxAge::new(max_age))),
            None => Arc::new(Memory::new()),
        };
        let providers = self.connected.providers.iter().map(Arc::clone);
        Gateway::new(providers, ledger, self.settings.clone(), Arc::new(Silent))
    }

    /// A gateway that answers what `store` holds, however old, and sends nothing: for picking rows
    /// by what became of them.
    pub(crate) fn ageless(&self, store: Option<Arc<Store>>) -> Gateway {
        let ledger: Arc<dyn Ledger> = match store {
            Some(store) => Arc::new(RunLedger::ageless(store)),
            None => Arc::new(Memory::new()),
        };
        let providers = self.connected.providers.iter().map(Arc::clone);
        Gateway::new(providers, ledger, self.settings.clone(), Arc::new(Silent))
    }

    /// A gateway that sends, up to these caps.
    pub(crate) fn open(
        &self,
        ledger: Arc<dyn Ledger>,
        caps: Caps,
        listener: Arc<dyn engine::Listener>,
    ) -> Gateway {
        let providers = self.connected.providers.iter().map(Arc::clone);
        Gateway::new(providers, ledger, GatewaySettings { caps, ..self.settings.clone() }, listener)
    }

    /// What decides how much is spent and is not the default, one line each: the settings' part,
    /// for operations that the job may send, and addresses.
    pub(crate) fn told(&self, job: &Job<'_>) -> Vec<String> {
        let calls = job.plan.contracts().flat_map(|contract| contract.calls.iter());
        let mut operations: Vec<(&str, &str)> =
            calls.map(|call| (call.provider.as_str(), call.operation.as_str())).collect();
        operations.sort_unstable();
        operations.dedup();
        let mut lines = self.connected.told.clone();
        lines.extend(job.place.settings.told(&operations));
        lines
    }

    /// A warning where a file, and no flag, has calls sent again that may have been paid for.
    pub(crate) fn warning_of_resends(&self, job: &Job<'_>) -> Option<String> {
        if job.args.in_doubt.is_some() || !self.resends_doubts() {
            return None;
        }
        let providers: Vec<&str> = job.place.settings.resent().collect();
        let attempts = self.settings.retry.attempts;
        Some(format!(
            "marl.toml has calls of {} that are in doubt sent again, up to {attempts} times in all, and perhaps paid for \
             each time; `--in-doubt keep` does not",
            providers.join(", ")
        ))
    }

    /// Whether calls that may have been paid for are sent again.
    pub(crate) fn resends_doubts(&self) -> bool {
        self.settings.lanes.values().any(|lane| lane.in_doubt == InDoubt::Retry)
    }

    /// Whether it leads to sample data.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// Ends the sandbox.
    pub(crate) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// Starts the built-in sandbox.
pub(crate) async fn start_sandbox() -> Result<Sandbox, Failure> {
    let options = Options { latency: SANDBOX_LATENCY, ..Options::default() };
    Sandbox::start(options).await.map_err(|error| {
        Failure::new(exit::INTERNAL, ErrorCode::Internal, "the sandbox cannot listen on 127.0.0.1")
            .caused_by(&error)
    })
}

pub(crate) fn header<'a>(sketch: &'a Sketch, name: &'a str) -> Header<'a> {
    Header { table: name, columns: &sketch.columns, samples: &sketch.samples }
}

/// How the table was read, where that is not as it stands.
pub(crate) fn table_notes(sketch: &Sketch) -> Vec<String> {
    sketch.notes.iter().map(ToString::to_string).collect()
}

/// Tells it to people; a document has it in a field of its own.
pub(crate) fn tell_table_notes(sketch: &Sketch, printer: &Printer) {
    for note in &sketch.notes {
        match note.is_warning() {
            true => printer.warn(&note.to_string()),
            false => printer.note("table", &note.to_string()),
        }
    }
}

/// Tells of outputs that go into a new column though one of nearly that name is there.
pub(crate) fn tell_near_columns(plan: &Plan, sketch: &Sketch, printer: &Printer) {
    near_columns(plan, &sketch.columns).iter().for_each(|note| printer.warn(note));
}

fn near_columns(plan: &Plan, columns: &[String]) -> Vec<String> {
    let steps = plan.steps.iter().flat_map(|step| step.outputs.iter().map(move |output| (step, output)));
    // A column that the user did not name is none that could be mistyped.
    let named = steps.filter(|(step, output)| {
        !output.existing && step.task.is_asked() && output.name != format!("{}{}", step.prefix, output.of)
    });
    let note = |(step, output): (&plan::Step, &plan::Output)| {
        let near = columns.iter().find(|column| engine::is_slip(&output.name, column))?;
        Some(format!(
            "`--into {}.{}={}` makes a new column; did you mean `{}`?",
            step.name,
            output.of,
            table::shown(&output.name),
            table::shown(near)
        ))
    };
    named.filter_map(note).collect()
}

/// The table's name in messages.
pub(crate) fn table_name(sketch: &Sketch) -> String {
    let path: &Path = &sketch.path;
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A cap on cost is none while a price is unknown.
fn no_price(flag: &str, provider: &str, operation: &str, price: Option<f64>) -> Failure {
    // A price of 0 lets any number of calls through.
    let what = if price.is_some() { "marl.toml says 0" } else { "there is none" };
    Failure::usage(format!("`{flag}` needs a price for {provider} {operation}, and {what}"))
        .hint(format!(
            "set `{operation} = 0.02`, say, under `[price.{provider}]` in marl.toml, and `currency = \"USD\"` at its top"
        ))
        .hint("`--max-calls N` caps the number of calls and needs no price")
}

impl From<args::InDoubt> for InDoubt {
    fn from(word: args::InDoubt) -> Self {
        match word {
            args::InDoubt::Keep => Self::Keep,
            args::InDoubt::Retry => Self::Retry,
        }
    }
}

/// Where a ledger is, as it is told.
pub(crate) fn ledger_path(choice: &LedgerChoice, place: &Place) -> Result<String, Failure> {
    Ok(project::shown(&project::ledger(choice, &place.project)?))
}
