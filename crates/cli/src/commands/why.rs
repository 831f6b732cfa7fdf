//! `marl why`: explains a cell by reading the stored answers again. Sends nothing.

use std::{path::Path, sync::Arc};

use engine::{
    Engine, Silent, StepEnd, Way,
    gateway::Gateway,
    ledger::{CallRecord, CallState, RunLedger, RunRecord, RunState, Store},
    plan::{self, Plan, Task},
};
use marl_core::{Call, Connection, Error, ErrorKind, Outcome, READING, Registry, SkipReason};
use schemars::JsonSchema;
use serde::Serialize;

use super::{block_on, known_column};
use crate::{
    args::WhyArgs,
    document::Version,
    error_code::ErrorCode,
    exit,
    failure::Failure,
    job::{header, table_name},
    place::Place,
    printer::Printer,
    project,
    report::{CallStory, Explained, InputCell, Origin, why_lines},
    run_record::{Step, Steps},
    table::{self, InputRow, Reader, Sketch},
    time::{date, span},
    typed,
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "why")]
pub(super) struct Document {
    schema_version: Version<1>,
    table: String,
    row: u64,
    run: i64,
    chain: Vec<Explained>,
}

pub(crate) fn run(args: &WhyArgs, printer: &Printer) -> Result<u8, Failure> {
    let registry = Registry::gather()?;
    let place = Place::find(&registry)?;
    let store = place.existing_ledger(&args.ledger)?;
    let sketch = table::check(&args.table, &args.reading.options())?;
    let row = find_row(&sketch, args.row)?;
    let run = find_run(&store, args)?;
    let steps: Steps = serde_json::from_value(run.steps.clone()).unwrap_or_default();
    known_column(&sketch, &args.column)?;
    let story = Story::new(&registry, &store, &sketch, &row, &steps, &run)?;
    let chain = block_on(story.chain(&args.column))?;
    if printer.is_json() {
        let table = project::shown(&args.table);
        printer.document(&Document { schema_version: Version, table, row: args.row, run: run.id, chain });
        return Ok(exit::DONE);
    }
    for (at, explained) in chain.iter().enumerate() {
        if at > 0 {
            printer.data("which came from");
        }
        why_lines(explained).iter().for_each(|line| printer.data(line));
    }
    Ok(exit::DONE)
}

fn find_row(sketch: &Sketch, number: u64) -> Result<InputRow, Failure> {
    let none = || {
        let message = format!("{} has no row {number}: it has {}", sketch.path.display(), sketch.rows);
        Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, message)
            .hint("rows are counted from 1, the header not counted")
    };
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)).ok_or_else(none)?;
    Reader::open(sketch)?.nth(at).ok_or_else(none)?.map_err(Failure::from)
}

fn find_run(store: &Store, args: &WhyArgs) -> Result<RunRecord, Failure> {
    if let Some(id) = args.run {
        return store.run(id)?.ok_or_else(|| {
            Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, format!("there is no run {id}"))
                .hint("`marl runs` lists them")
                .next(format!("marl runs --json --ledger {}", typed::word(&store.path().to_string_lossy())))
        });
    }
    store.run_of_output(&project::absolute(&args.table))?.ok_or_else(|| {
        let message = format!("no run in {} wrote {}", project::shown(store.path()), shown(&args.table));
        Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, message)
            .hint("name the run with `--run ID` if the table was moved (`marl runs` lists them), or the ledger with `--ledger PATH` or `--sandbox`")
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What is needed to explain the cells of one row.
struct Story<'a> {
    store: &'a Store,
    sketch: &'a Sketch,
    row: &'a InputRow,
    steps: &'a Steps,
    run: &'a RunRecord,
    plan: Arc<Plan>,
    engine: Engine,
}

impl<'a> Story<'a> {
    /// Plans the run's steps over the table that it wrote, with stored answers of any age alone.
    fn new(
        registry: &Registry,
        store: &'a Arc<Store>,
        sketch: &'a Sketch,
        row: &'a InputRow,
        steps: &'a Steps,
        run: &'a RunRecord,
    ) -> Result<Self, Failure> {
        let name = table_name(sketch);
        let plan = Plan::new(&steps.request(), &header(sketch, &name), registry)?;
        let plan = Arc::new(plan);
        let ledger = Arc::new(RunLedger::ageless(Arc::clone(store)));
        // A provider that only reads needs no address and no key.
        let nowhere = || Connection { base_url: String::new(), key: None };
        let providers = registry.providers().map(|entry| entry.connect(nowhere()));
        let gateway = Gateway::new(providers, ledger, steps.settings(), Arc::new(Silent));
        let engine = Engine::new(Arc::clone(&plan), Way::Closed(gateway));
        Ok(Self { store, sketch, row, steps, run, plan, engine })
    }

    /// The column, then the columns that it came from, back to the table's own.
    async fn chain(&self, column: &str) -> Result<Vec<Explained>, Failure> {
        let mut chain: Vec<Explained> = Vec::new();
        let mut open = vec![column.to_owned()];
        while let Some(column) = open.pop() {
            if chain.iter().any(|known| known.column == column) {
                continue;
            }
            let explained = self.explain(&column).await?;
            open.extend(explained.inputs.iter().rev().map(|input| input.column.clone()));
            chain.push(explained);
        }
        Ok(chain)
    }

    async fn explain(&self, column: &str) -> Result<Explained, Failure> {
        let value = self.cell(column).map(|value| value.to_string());
        let writes = |step: &plan::Step| step.columns().any(|output| output.name == column);
        let Some(index) = self.plan.steps.iter().position(writes) else {
            let note = Some("your column".to_owned());
            return Ok(Explained {
                column: column.to_owned(),
                value,
                from: Origin::Own,
                note,
                ..Explained::default()
            });
        };
        let step = &self.plan.steps[index];
        if !self.steps.has_picked(self.row.number()) {
            return Ok(self.not_picked(column, value));
        }
        let cells = self.plan.reads().iter().map(|at| self.row.cell(*at)).collect();
        let end = self.engine.step(index, cells).await;
        let output = step.outputs.iter().find(|output| output.name == column);
        let calls = self.calls(&end)?;
        let integration =
            end.by.clone().or_else(|| step.contracts().next().map(|first| first.name.to_owned()));
        let recorded = self.steps.named(&step.name);
        let then = integration.as_deref().zip(recorded).and_then(|(name, step)| step.version_of(name));
        let judged = Judged {
            end: &end,
            calls: &calls,
            output: output.map(|output| output.of),
            value: value.as_deref(),
            step,
            recorded,
            column,
            integration: integration.as_deref(),
            then,
            is_read_anew: self.steps.reading != READING,
            run: self.run,
        };
        let (from, source, note) = judged.judge();
        Ok(Explained {
            column: column.to_owned(),
            value,
            from,
            version: then,
            step: (integration.as_deref() != Some(step.name.as_str())).then(|| step.name.clone()),
            integration,
            formula: match &step.task {
                Task::Compute(formula) => Some(formula.expression.text().to_owned()),
                Task::Ask(_) => None,
            },
            output: output.map(|output| output.of.to_owned()),
            source,
            inputs: self.inputs(step, end.by.as_deref()),
            calls,
            note,
        })
    }

    fn not_picked(&self, column: &str, value: Option<String>) -> Explained {
        let row = self.row.number();
        let beside =
            if value.is_some() { "; the cell stands as the input had it, or was edited since" } else { "" };
        Explained {
            column: column.to_owned(),
            value,
            from: Origin::Skipped,
            note: Some(format!("row {row} was not picked in run {}{beside}", self.run.id)),
            ..Explained::default()
        }
    }

    /// What the step read: the inputs of the integration that answered, and its expressions'.
    fn inputs(&self, step: &plan::Step, by: Option<&str>) -> Vec<InputCell> {
        let answered = step
            .alternatives()
            .iter()
            .find(|one| by.is_some_and(|by| by.split(", ").any(|by| by == one.integration.contract().name)));
        let bound = answered.or(step.alternatives().first()).into_iter().flat_map(|one| &one.inputs);
        let bound = bound.map(|input| (input.column.name, input.from.as_str()));
        let formula = match &step.task {
            Task::Compute(formula) => Some(formula),
            Task::Ask(_) => None,
        };
        let computed = formula.map(|known| ("formula", known)).into_iter();
        let computed = computed.chain(step.condition.as_ref().map(|known| ("where", known)));
        let computed = computed.flat_map(|(word, known)| {
            known.expression.columns().iter().map(move |name| (word, name.as_str()))
        });
        let mut inputs: Vec<InputCell> = Vec::new();
        for (input, column) in bound.chain(computed) {
            let is_own = step.columns().any(|output| output.name == column);
            if is_own || inputs.iter().any(|known| known.input == input && known.column == column) {
                continue;
            }
            let value = self.cell(column).map(|value| value.to_string());
            inputs.push(InputCell { input: input.to_owned(), column: column.to_owned(), value });
        }
        inputs
    }

    fn calls(&self, end: &StepEnd) -> Result<Vec<CallStory>, Failure> {
        let notes = end.foreseen.notes.iter();
        notes.map(|note| Ok(CallStory::of(&note.call, self.store.record(&note.key)?.as_ref()))).collect()
    }

    fn cell(&self, column: &str) -> Option<marl_core::Value> {
        self.row.cell(self.sketch.columns.iter().position(|known| known == column)?)
    }
}

/// A step's end on a row, beside what stands in the cell.
struct Judged<'a> {
    end: &'a StepEnd,
    calls: &'a [CallStory],
    /// `None` for the column that names the integration.
    output: Option<&'static str>,
    value: Option<&'a str>,
    step: &'a plan::Step,
    recorded: Option<&'a Step>,
    column: &'a str,
    integration: Option<&'a str>,
    /// The integration's version at the time of the run.
    then: Option<u32>,
    /// Whether the run read answers and cells by other rules.
    is_read_anew: bool,
    run: &'a RunRecord,
}

impl Judged<'_> {
    /// Where the value came from, its source, and what there is to say about it.
    fn judge(&self) -> (Origin, Option<String>, Option<String>) {
        match &self.end.outcome {
            Outcome::Value(fields) => {
                let field = self.output.and_then(|output| fields.get(output));
                let source = field.and_then(|field| field.source.as_deref()).map(str::to_owned);
                let gives = match self.output {
                    Some(_) => field.map(|field| field.value.to_string()),
                    None => self.end.by.clone(),
                };
                (Origin::Value, source, self.beside(gives.as_deref()))
            }
            Outcome::NoData => (Origin::NoData, None, Some(self.with_value("there is no answer: no data"))),
            Outcome::Skipped(reason) => self.skipped(*reason),
            Outcome::Failed(error) if error.kind() == ErrorKind::InDoubt => {
                let why = "the call is in doubt: sent, maybe paid for, no answer known";
                (Origin::Failed, None, Some(self.with_value(why)))
            }
            Outcome::Failed(error) => (Origin::Failed, None, Some(self.with_value(&error.to_string()))),
        }
    }

    fn skipped(&self, reason: SkipReason) -> (Origin, Option<String>, Option<String>) {
        let failed = self.calls.iter().find(|call| call.state == Some(CallState::Failed));
        if let Some(call) = failed.filter(|_| reason == SkipReason::Unanswered) {
            let kind =
                call.error_kind.as_deref().and_then(ErrorKind::from_name).unwrap_or(ErrorKind::Upstream);
            let error = Error::new(kind, call.error.clone().unwrap_or_default());
            return (Origin::Failed, None, Some(self.with_value(&error.to_string())));
        }
        let condition = self.step.condition.as_ref().map(|known| known.expression.text()).unwrap_or_default();
        let why = match (reason, &self.end.remark) {
            (SkipReason::MissingInput, None) => "skipped: a required input is empty".to_owned(),
            (SkipReason::MissingInput, Some(remark)) => format!("skipped: {remark}"),
            (SkipReason::Condition, None) => format!("skipped: `{condition}` does not hold"),
            (SkipReason::Condition, Some(remark)) => {
                format!("skipped: `{condition}` cannot be told: {remark}")
            }
            _ => match self.run.state {
                RunState::Finished => "the call was never answered".to_owned(),
                state => format!("the call was never answered; run {} {}", self.run.id, ended(state)),
            },
        };
        (Origin::Skipped, None, Some(self.with_value(&why)))
    }

    /// What there is to say of a cell beside what the answer gives.
    fn beside(&self, gives: Option<&str>) -> Option<String> {
        match (gives, self.value) {
            (None, None) => Some("the answer says nothing of it".to_owned()),
            (Some(gives), Some(value)) if gives == value || value.strip_prefix('\'') == Some(gives) => None,
            (Some(gives), _) => Some(format!("{}; the answer gives \"{gives}\"", self.differs())),
            (None, Some(_)) => Some(format!("{}; the answer says nothing of it", self.differs())),
        }
    }

    fn with_value(&self, why: &str) -> String {
        if self.value.is_some() { format!("{}; {why}", self.differs()) } else { why.to_owned() }
    }

    /// Why a cell is not what the answer gives.
    fn differs(&self) -> String {
        let contract = self.step.contracts().find(|contract| Some(contract.name) == self.integration);
        if let (Some(contract), Some(then)) = (contract, self.then)
            && contract.version != then
        {
            return format!(
                "written by version {then} of {}; version {} reads the answer so",
                contract.name, contract.version
            );
        }
        let kept = self.recorded.is_some_and(|step| {
            step.existing == plan::Existing::Keep
                && step.existing_columns.iter().any(|known| known == self.column)
        });
        match (kept, self.is_read_anew) {
            (true, true) => "kept from the input table, or read differently by this newer marl".to_owned(),
            (false, true) => {
                "written by an older marl; this newer version reads the answer differently".to_owned()
            }
            (true, false) => "kept from the input table, or edited since".to_owned(),
            (false, false) => "edited since the run".to_owned(),
        }
    }
}

/// How a run that did not go over every row ended.
fn ended(state: RunState) -> &'static str {
    match state {
        RunState::Running => "is going on",
        RunState::Finished => "is finished",
        RunState::Interrupted => "was interrupted",
        RunState::Stopped => "was stopped by a cap or a provider",
        RunState::Died => "died",
    }
}

impl CallStory {
    fn of(call: &Call, record: Option<&CallRecord>) -> Self {
        Self {
            provider: call.provider.to_owned(),
            operation: call.operation.clone(),
            parameters: call.parameters.clone(),
            state: record.map(|record| record.state),
            sent: record.map(|record| date(record.sent_at)),
            age: record.map(|record| span(record.sent_at, None)),
            duration_ms: record.and_then(|record| record.duration_ms),
            attempts: record.map(|record| record.attempts),
            price: record.and_then(|record| record.price),
            request_id: record.and_then(|record| record.request_id.clone()),
            error_kind: record.and_then(|record| record.error_kind.clone()),
            error: record.and_then(|record| record.error.clone()),
            run: record.map(|record| record.run),
        }
    }
}
