//! `marl why`: explains a cell by reading the stored answers again. Sends nothing.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use engine::{
    explain,
    ledger::{CallRecord, CallState, Key, RunRecord, Store},
    plan,
};
use marl_core::{
    Call, CallEnd, Caller, Connection, ErrorKind, Integration, Outcome, Provider, Registry, Reply, Row,
    SkipReason,
};
use serde::Serialize;

use super::block_on;
use crate::{
    args::WhyArgs,
    exit,
    failure::Failure,
    place::Place,
    printer::Printer,
    project,
    run_record::{Step, Steps},
    table::{self, InputRow, ReadOptions, Reader, Sketch},
    time::{date, span},
};

/// A column's story; the columns it came from follow.
#[derive(Debug, Serialize)]
struct Explained {
    column: String,
    value: Option<String>,
    /// `value`, `no_data`, `failed`, `skipped`, or `own` for the table's own column.
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    inputs: Vec<InputCell>,
    calls: Vec<CallStory>,
    /// Why it is empty, or why it is not what the answer gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct InputCell {
    input: String,
    column: String,
    value: Option<String>,
}

/// A call with what the ledger holds of it.
#[derive(Debug, Clone, Serialize)]
struct CallStory {
    provider: String,
    operation: String,
    parameters: serde_json::Value,
    state: Option<CallState>,
    sent: Option<String>,
    age: Option<String>,
    duration_ms: Option<i64>,
    attempts: Option<u32>,
    price: Option<f64>,
    request_id: Option<String>,
    error: Option<String>,
    run: Option<i64>,
}

#[derive(Serialize)]
struct Document {
    schema_version: u32,
    table: String,
    row: u64,
    run: i64,
    chain: Vec<Explained>,
}

pub(crate) fn run(args: &WhyArgs, printer: &Printer) -> Result<u8, Failure> {
    let registry = Registry::gather()?;
    let place = Place::find(&registry)?;
    let store = place.existing_ledger(&args.ledger)?;
    let sketch = table::check(&args.table, &ReadOptions { delimiter: args.delimiter })?;
    let row = find_row(&sketch, args.row)?;
    let run = find_run(&store, args)?;
    let steps: Steps = serde_json::from_value(run.steps.clone()).unwrap_or_default();
    let story = Story { registry: &registry, store: &store, sketch: &sketch, row: &row, steps: &steps };
    let chain = block_on(story.chain(&args.column))?;
    if printer.is_json() {
        let table = project::shown(&args.table);
        printer.document(&Document { schema_version: 1, table, row: args.row, run: run.id, chain });
        return Ok(exit::DONE);
    }
    for (at, explained) in chain.iter().enumerate() {
        if at > 0 {
            printer.data("which came from");
        }
        lines(explained).iter().for_each(|line| printer.data(line));
    }
    Ok(exit::DONE)
}

fn find_row(sketch: &Sketch, number: u64) -> Result<InputRow, Failure> {
    let none = || {
        let message = format!("{} has no row {number}: it has {}", sketch.path.display(), sketch.rows);
        Failure::new(exit::NOT_FOUND, "not_found", message)
            .hint("rows are counted from 1, the header not counted")
    };
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)).ok_or_else(none)?;
    Reader::open(sketch)?.nth(at).ok_or_else(none)?.map_err(Failure::from)
}

fn find_run(store: &Store, args: &WhyArgs) -> Result<RunRecord, Failure> {
    if let Some(id) = args.run {
        return store.run(id)?.ok_or_else(|| {
            Failure::new(exit::NOT_FOUND, "not_found", format!("there is no run {id}"))
                .hint("`marl runs` lists them")
        });
    }
    let path = std::path::absolute(&args.table).unwrap_or_else(|_| args.table.clone());
    store.run_of_output(&path.display().to_string())?.ok_or_else(|| {
        let message = format!("no run in {} wrote {}", project::shown(store.path()), shown(&args.table));
        Failure::new(exit::NOT_FOUND, "not_found", message)
            .hint("name the run with `--run ID` if the table was moved (`marl runs` lists them), or the ledger with `--ledger PATH` or `--sandbox`")
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What is needed to explain the cells of one row.
struct Story<'a> {
    registry: &'a Registry,
    store: &'a Arc<Store>,
    sketch: &'a Sketch,
    row: &'a InputRow,
    steps: &'a Steps,
}

impl Story<'_> {
    /// The column, then the columns that it came from, back to the table's own.
    async fn chain(&self, column: &str) -> Result<Vec<Explained>, Failure> {
        self.known_column(column)?;
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

    fn known_column(&self, column: &str) -> Result<(), Failure> {
        if self.sketch.columns.iter().any(|known| known == column) {
            return Ok(());
        }
        let message = format!("{} has no column `{column}`", self.sketch.path.display());
        let failure = Failure::new(exit::NOT_FOUND, "not_found", message);
        let near = engine::nearest(column, self.sketch.columns.iter().map(String::as_str));
        Err(failure.hint(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its columns are {}", self.sketch.columns.join(", ")),
        }))
    }

    async fn explain(&self, column: &str) -> Result<Explained, Failure> {
        let value = self.cell(column).map(|value| value.to_string());
        let Some((step, output)) = self.steps.writer(column) else {
            return Ok(Explained {
                column: column.to_owned(),
                value,
                from: "own",
                integration: None,
                version: None,
                output: None,
                source: None,
                inputs: Vec::new(),
                calls: Vec::new(),
                note: Some("your column".to_owned()),
            });
        };
        let integration =
            Arc::clone(plan::integration(&step.integration, self.registry).as_ref().map_err(Clone::clone)?);
        let inputs = step.inputs.iter().map(|(input, column)| InputCell {
            input: input.clone(),
            column: column.clone(),
            value: self.cell(column).map(|value| value.to_string()),
        });
        let inputs = inputs.collect();
        let (outcome, calls) = self.again(step, &*integration).await;
        let now = integration.contract().version;
        let (from, source, note) = judge(&outcome, output, value.as_deref(), step, column, now);
        Ok(Explained {
            column: column.to_owned(),
            value,
            from,
            integration: Some(step.integration.clone()),
            version: Some(step.version),
            output: Some(output.to_owned()),
            source,
            inputs,
            calls,
            note,
        })
    }

    fn cell(&self, column: &str) -> Option<marl_core::Value> {
        self.row.cell(self.sketch.columns.iter().position(|known| known == column)?)
    }

    /// Runs the step on the row's own cells with the gateway closed.
    async fn again(&self, step: &Step, integration: &dyn Integration) -> (Outcome, Vec<CallStory>) {
        let mut inputs = Vec::new();
        for input in integration.contract().inputs {
            let cell = step.inputs.get(input.name).and_then(|column| self.cell(column));
            match cell.map(|cell| input.kind.read(&cell.to_string()).map_err(|why| (cell, why))) {
                Some(Ok(value)) => inputs.push((input.name, value)),
                Some(Err((cell, why))) => {
                    let message = format!("`{}` is not a {}: {why}", input.name, input.kind);
                    let error = marl_core::Error::invalid_input(message).with_detail(cell.to_string());
                    return (Outcome::Failed(error), Vec::new());
                }
                None if input.required => return (Outcome::Skipped(SkipReason::MissingInput), Vec::new()),
                None => {}
            }
        }
        let stored = Arc::new(Stored {
            store: Arc::clone(self.store),
            providers: self.registry.providers().map(|entry| entry.connect(nowhere())).collect(),
            steps: self.steps.clone(),
            calls: Mutex::default(),
        });
        let outcome = explain(integration, Row::new(inputs), Arc::clone(&stored) as Arc<dyn Caller>).await;
        let calls = std::mem::take(&mut *stored.calls.lock().unwrap_or_else(PoisonError::into_inner));
        (outcome, calls)
    }
}

/// A provider that only reads needs no address and no key.
fn nowhere() -> Connection {
    Connection { base_url: String::new(), key: None }
}

/// Where the value came from, its source, and what there is to say about it.
fn judge(
    outcome: &Outcome,
    output: &str,
    value: Option<&str>,
    step: &Step,
    column: &str,
    version_now: u32,
) -> (&'static str, Option<String>, Option<String>) {
    let differs = || {
        if step.version != version_now {
            return format!(
                "written by version {} of {}; version {version_now} reads the answer so",
                step.version, step.integration
            );
        }
        let kept = step.existing == plan::Existing::Keep
            && step.existing_columns.iter().any(|known| known == column);
        if kept {
            "kept from the input table, or edited since".to_owned()
        } else {
            "edited since the run".to_owned()
        }
    };
    match outcome {
        Outcome::Value(fields) => {
            let field = fields.get(output);
            let source = field.and_then(|field| field.source.clone());
            let gives = field.map(|field| field.value.to_string());
            let same = match (&gives, value) {
                (Some(gives), Some(value)) => gives == value || value.strip_prefix('\'') == Some(gives),
                (None, None) => true,
                _ => false,
            };
            let note = match (&gives, value) {
                (None, None) => Some("the answer says nothing of it".to_owned()),
                _ if same => None,
                (Some(gives), _) => Some(format!("{}; the answer gives \"{gives}\"", differs())),
                (None, Some(_)) => Some(format!("{}; the answer says nothing of it", differs())),
            };
            ("value", source, note)
        }
        Outcome::NoData => {
            ("no_data", None, Some(with_value("there is no answer: no data", value, &differs)))
        }
        Outcome::Skipped(SkipReason::MissingInput) => {
            ("skipped", None, Some(with_value("skipped: a required input is empty", value, &differs)))
        }
        Outcome::Skipped(_) => {
            ("skipped", None, Some(with_value("the call was never answered", value, &differs)))
        }
        Outcome::Failed(error) if error.kind() == ErrorKind::InDoubt => {
            let why = "the call is in doubt: sent, maybe paid for, no answer known";
            ("failed", None, Some(with_value(why, value, &differs)))
        }
        Outcome::Failed(error) => ("failed", None, Some(with_value(&error.to_string(), value, &differs))),
    }
}

fn with_value(why: &str, value: Option<&str>, differs: &dyn Fn() -> String) -> String {
    if value.is_some() { format!("{}; {why}", differs()) } else { why.to_owned() }
}

/// Answers calls from the ledger, whatever their age, and remembers what was asked.
struct Stored {
    store: Arc<Store>,
    providers: Vec<Arc<dyn Provider>>,
    steps: Steps,
    calls: Mutex<Vec<CallStory>>,
}

#[async_trait]
impl Caller for Stored {
    async fn call(&self, call: Call) -> CallEnd {
        let key = Key::of(&call, &self.steps.scope(call.provider));
        let record = self.store.record(&key).ok().flatten();
        let story = CallStory::of(&call, record.as_ref());
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(story);
        let provider = self.providers.iter().find(|provider| provider.card().name == call.provider);
        match (record, provider) {
            (Some(record), Some(provider)) => end(&call, &record, &**provider),
            _ => CallEnd::Closed(SkipReason::Interrupted),
        }
    }
}

fn end(call: &Call, record: &CallRecord, provider: &dyn Provider) -> CallEnd {
    let failed =
        |kind| CallEnd::Failed(marl_core::Error::new(kind, record.error.clone().unwrap_or_default()));
    match (record.state, &record.reply) {
        (CallState::Found, Some(reply)) => match provider.read(call, reply) {
            Ok(reply) => CallEnd::Reply(reply),
            Err(error) => CallEnd::Failed(error),
        },
        (CallState::NoData, _) => CallEnd::Reply(Reply::NoData),
        (CallState::Unusable, _) => failed(ErrorKind::BadReply),
        (CallState::Failed, _) => failed(ErrorKind::Upstream),
        (CallState::InDoubt | CallState::Intent, _) => failed(ErrorKind::InDoubt),
        (CallState::Found, None) => CallEnd::Closed(SkipReason::Interrupted),
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
            error: record.and_then(|record| record.error.clone()),
            run: record.map(|record| record.run),
        }
    }
}

fn lines(explained: &Explained) -> Vec<String> {
    let shown = |value: &Option<String>| match value {
        Some(value) => format!("\"{}\"", marl_core::excerpt(value, 200)),
        None => "(empty)".to_owned(),
    };
    let mut lines = vec![format!("{:<14} {}", explained.column, shown(&explained.value))];
    let mut say = |word: &str, text: String| lines.push(format!("{word:<14} {text}"));
    if let (Some(name), Some(version), Some(output)) =
        (&explained.integration, explained.version, &explained.output)
    {
        say("from", format!("{name} {version}, output {output}"));
    }
    for input in &explained.inputs {
        say("read", format!("{} = {} ({})", input.input, shown(&input.value), input.column));
    }
    for call in &explained.calls {
        say("call", told(call));
        say("", marl_core::excerpt(&call.parameters.to_string(), 400));
    }
    if let Some(source) = &explained.source {
        say("source", source.clone());
    }
    if let Some(note) = &explained.note {
        say("note", note.clone());
    }
    lines
}

fn told(call: &CallStory) -> String {
    let mut text = format!("{} {}", call.provider, call.operation);
    match (&call.sent, &call.age) {
        (Some(sent), Some(age)) => text.push_str(&format!(", sent {sent}, {age} ago")),
        _ => text.push_str(", not in the ledger"),
    }
    if let Some(took) = call.duration_ms {
        text.push_str(&format!(", in {:.1} s", took as f64 / 1000.0));
    }
    if let Some(attempts) = call.attempts {
        let word = if attempts == 1 { "attempt" } else { "attempts" };
        text.push_str(&format!(", {attempts} {word}"));
    }
    match call.price {
        Some(price) => text.push_str(&format!(", cost {price}")),
        None => text.push_str(", cost unknown"),
    }
    text
}
