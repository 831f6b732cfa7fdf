//! Explains a cell by reading the stored answers again. Sends nothing.

use std::path::PathBuf;

use engine::{
    StepEnd,
    ledger::{CallRecord, CallState, Ledger, RunRecord},
    plan::{self, Task},
};
use marl_core::{Call, Error, Outcome, READING, Value};
use schemars::JsonSchema;
use serde::Serialize;
use table::{InputRow, Note, ReadOptions, Reader, TableSummary};

use crate::{
    columns::known_column,
    document::Version,
    explain::{
        explained::{CallStory, Explained, InputCell, Origin},
        gap::{self, Ended, Gap, Reason},
        past::Past,
    },
    failure::{Failure, advice, error_code::ErrorCode, exit::Exit},
    job::run_record::RecordedStep,
    project::{outputs, paths, workspace::Workspace},
    spec::LedgerChoice,
    time::{date, span},
};

/// A cell that is to be explained.
#[derive(Debug, Clone)]
pub struct CellQuestion {
    /// The enriched table.
    pub table: PathBuf,
    /// How the table is read.
    pub reading: ReadOptions,
    /// The row, from 1, the header not counted.
    pub row: u64,
    /// The column.
    pub column: String,
    /// The run, if not the last that wrote the table.
    pub run: Option<i64>,
    /// The ledger that has the answers.
    pub ledger: LedgerChoice,
}

/// A cell and where it came from, back to the table's own columns.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "why")]
pub struct WhyDocument {
    schema_version: Version<2>,
    table: String,
    row: u64,
    run: i64,
    /// Whether the answers are the sandbox's: samples, never real.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub samples: bool,
    /// The column, then the columns that it came from.
    pub chain: Vec<Explained>,
}

/// Explains a cell.
///
/// # Errors
/// The table, the ledger, the row or the column is not there, or no run wrote the table.
pub async fn explain(question: &CellQuestion) -> Result<WhyDocument, Failure> {
    let workspace = Workspace::find()?;
    let store = workspace.existing_ledger(&question.ledger).await?;
    let summary = outputs::check_table(&question.table, question.reading.clone())?;
    let row = find_row(&summary, question.row)?;
    known_column(&summary, &question.column, &question.reading)?;
    let past = Past::of(&workspace.registry, &*store, &summary, question.run).await?;
    let story = Story { store: &*store, summary: &summary, row: &row, past: &past };
    let chain = story.chain(&question.column).await?;
    Ok(WhyDocument {
        schema_version: Version,
        table: paths::shown(&question.table),
        row: question.row,
        run: past.run.id,
        samples: question.ledger.sandbox || summary.notes.contains(&Note::Samples),
        chain,
    })
}

fn find_row(summary: &TableSummary, number: u64) -> Result<InputRow, Failure> {
    let none = || {
        let message = format!("{} has no row {number}: it has {}", summary.path.display(), summary.rows);
        Failure::new(Exit::NotFound, ErrorCode::NotFound, message)
            .hint("rows are counted from 1, the header not counted")
    };
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)).ok_or_else(none)?;
    Reader::open(summary)?.nth(at).ok_or_else(none)?.map_err(Failure::from)
}

/// What is needed to explain the cells of one row.
struct Story<'a> {
    store: &'a dyn Ledger,
    summary: &'a TableSummary,
    row: &'a InputRow,
    past: &'a Past,
}

impl Story<'_> {
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
        let Some(index) = self.past.plan.steps.iter().position(writes) else {
            let note = Some("your column".to_owned());
            return Ok(Explained {
                column: column.to_owned(),
                value,
                from: Origin::Own,
                note,
                ..Explained::default()
            });
        };
        let step = &self.past.plan.steps[index];
        if !(self.past.steps.picks())(self.row.number()) {
            return Ok(self.not_picked(column, value));
        }
        let cells = self.past.plan.reads().iter().map(|at| self.row.cell(*at)).collect();
        let end = self.past.engine.step(index, cells).await;
        let output = step.outputs.iter().find(|output| output.name == column);
        let mut calls = self.calls(&end).await?;
        if matches!(end.outcome, Outcome::NoData) {
            calls.iter_mut().for_each(CallStory::without_data);
        }
        let integration =
            end.by.clone().or_else(|| step.contracts().next().map(|first| first.name.to_string()));
        let recorded = self.past.steps.named(&step.name);
        let then = integration.as_deref().zip(recorded).and_then(|(name, step)| step.version_of(name));
        let judged = Judged {
            end: &end,
            calls: &calls,
            output: output.map(|output| output.of.as_str()),
            cell: &|column| self.cell(column),
            value: value.as_deref(),
            step,
            recorded,
            column,
            integration: integration.as_deref(),
            then,
            is_read_anew: self.past.steps.reading != READING,
            run: &self.past.run,
            changed: self.past.steps.changed(step),
        };
        let (from, source, note) = judged.judge();
        Ok(Explained {
            column: column.to_owned(),
            value,
            from,
            version: then.map(str::to_owned),
            step: (integration.as_deref() != Some(step.name.as_str())).then(|| step.name.clone()),
            integration,
            formula: match &step.task {
                Task::Compute(formula) => Some(formula.expression.text().to_owned()),
                Task::Ask(_) => None,
            },
            output: output.map(|output| output.of.to_string()),
            source,
            inputs: self.inputs(step, end.by.as_deref()),
            calls,
            note,
        })
    }

    fn not_picked(&self, column: &str, value: Option<String>) -> Explained {
        let why = gap::not_picked(self.row.number(), &self.past.run).why;
        let beside =
            if value.is_some() { "; the cell stands as the input had it, or was edited since" } else { "" };
        Explained {
            column: column.to_owned(),
            value,
            from: Origin::Skipped,
            note: Some(format!("{why}{beside}")),
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
        let bound = bound.map(|input| (input.column.name.as_str(), input.from.as_str()));
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

    async fn calls(&self, end: &StepEnd) -> Result<Vec<CallStory>, Failure> {
        let mut calls = Vec::new();
        for projected in &end.projected.calls {
            let record = self.store.record(&projected.key).await?;
            calls.push(CallStory::of(&projected.call, record.as_ref()));
        }
        Ok(calls)
    }

    fn cell(&self, column: &str) -> Option<Value> {
        self.row.cell(self.summary.columns.iter().position(|known| known == column)?)
    }
}

/// A step's end on a row, beside what stands in the cell.
struct Judged<'a> {
    end: &'a StepEnd,
    calls: &'a [CallStory],
    /// `None` for the column that names the integration.
    output: Option<&'a str>,
    cell: &'a dyn Fn(&str) -> Option<Value>,
    value: Option<&'a str>,
    step: &'a plan::Step,
    recorded: Option<&'a RecordedStep>,
    column: &'a str,
    integration: Option<&'a str>,
    /// The integration's version at the time of the run.
    then: Option<&'a str>,
    /// The integration whose contract has changed since the run.
    changed: Option<&'a str>,
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
                let is_same = gives_this(field.map(|field| field.value.to_string()).as_deref(), self.value);
                if self.output.is_some() && self.value.is_some() && !is_same && self.is_own() {
                    let gives = field.map(|field| field.value.to_string());
                    return (Origin::Kept, None, self.beside(gives.as_deref()));
                }
                let gives = match self.output {
                    Some(_) => field.map(|field| field.value.to_string()),
                    None => self.end.by.clone(),
                };
                (Origin::Value, source, self.beside(gives.as_deref()))
            }
            outcome => {
                let remark = self.end.remark.as_ref().map(advice::remark);
                let gap = Ended {
                    step: self.step,
                    outcome,
                    remark: remark.as_deref(),
                    cell: self.cell,
                    failed: self.calls.iter().find_map(CallStory::failure),
                    run: self.run,
                    changed: self.changed,
                }
                .gap();
                let from = match &gap {
                    _ if self.value.is_some() && self.is_own() => Origin::Kept,
                    Some(gap) if self.value.is_none() || gap.reason != Reason::NotAnswered => {
                        Origin::of(gap.reason)
                    }
                    _ => Origin::Value,
                };
                (from, None, gap.map(|gap| self.with_value(&gap)))
            }
        }
    }

    /// What there is to say of a cell beside what the answer gives.
    fn beside(&self, gives: Option<&str>) -> Option<String> {
        match (gives, self.value) {
            (None, None) => Some(gap::NOT_IN_ANSWER.to_owned()),
            (gives, value) if gives_this(gives, value) => None,
            (Some(gives), None) => {
                let newest = self.calls.iter().filter_map(|call| call.run).max();
                Some(gap::without_value(gives, self.run, newest).why)
            }
            (Some(gives), _) => Some(format!("{}; the answer gives \"{gives}\"", self.differs())),
            (None, Some(_)) => Some(format!("{}; {}", self.differs(), gap::NOT_IN_ANSWER)),
        }
    }

    /// Why there is no answer, beside a cell that may have a value.
    fn with_value(&self, gap: &Gap) -> String {
        match self.value {
            None => gap.why.clone(),
            // Whether the cell is the answer's cannot be known without it.
            Some(_) if gap.reason == Reason::NotAnswered && self.is_own() => {
                format!("kept from the input table, or filled by an answer; {}", gap.why)
            }
            Some(_) if gap.reason == Reason::NotAnswered => gap.why.clone(),
            Some(_) => format!("{}; {}", self.differs(), gap.why),
        }
    }

    /// Whether the run kept a filled cell of this column as the input had it.
    fn is_own(&self) -> bool {
        self.recorded.is_some_and(|step| {
            step.existing == plan::Existing::Keep
                && step.existing_columns.iter().any(|known| known == self.column)
        })
    }

    /// Why a cell is not what the answer gives.
    fn differs(&self) -> String {
        let now = self.step.contracts().find(|contract| Some(contract.name.as_str()) == self.integration);
        if let Some((contract, then)) = now.zip(self.then).filter(|(now, then)| now.version != *then) {
            return format!(
                "written by version {then} of {}; version {} reads the answer so",
                contract.name, contract.version
            );
        }
        if let Some(name) = self.changed {
            let kept = if self.is_own() { "kept from the input table, " } else { "" };
            let edited = "edited since the run, or read differently";
            return format!("{kept}{edited} by {name}, whose contract has changed");
        }
        match (self.is_own(), self.is_read_anew) {
            (true, true) => "kept from the input table, or read differently by this newer marl".to_owned(),
            (false, true) => {
                "written by an older marl; this newer version reads the answer differently".to_owned()
            }
            (true, false) => "kept from the input table, or edited since".to_owned(),
            (false, false) => "edited since the run".to_owned(),
        }
    }
}

/// Whether a cell holds what an answer gives; the apostrophe keeps a spreadsheet from running it.
fn gives_this(gives: Option<&str>, value: Option<&str>) -> bool {
    match (gives, value) {
        (Some(gives), Some(value)) => gives == value || value.strip_prefix('\'') == Some(gives),
        _ => false,
    }
}

impl Origin {
    fn of(reason: Reason) -> Self {
        match reason {
            Reason::NoData => Self::NoData,
            Reason::Failed | Reason::InDoubt => Self::Failed,
            Reason::NotInAnswer | Reason::NotWritten | Reason::Emptied => Self::Value,
            Reason::MissingInput
            | Reason::Condition
            | Reason::ConditionUnknown
            | Reason::NotAnswered
            | Reason::NotPicked => Self::Skipped,
        }
    }
}

impl CallStory {
    /// The provider found something, and the integration found nothing in that.
    fn without_data(&mut self) {
        if self.state == Some(CallState::Found) {
            self.state = Some(CallState::NoData);
        }
    }

    /// Why the call failed, if it did.
    fn failure(&self) -> Option<Error> {
        (self.state == Some(CallState::Failed))
            .then(|| gap::call_error(self.error_kind.as_deref(), self.error.as_deref()))
    }

    fn of(call: &Call, record: Option<&CallRecord>) -> Self {
        Self {
            provider: call.provider.to_string(),
            operation: call.operation.to_string(),
            parameters: call.parameters.clone(),
            state: record.map(|record| record.state),
            sent: record.map(|record| date(record.sent_at)),
            age: record.map(|record| span(record.sent_at, None)),
            duration_ms: record.and_then(|record| record.duration_ms),
            attempts: record.map(|record| record.attempts),
            price: record.and_then(CallRecord::spent),
            units: record.and_then(|record| record.units),
            unit: record.and_then(|record| record.unit.clone()),
            request_id: record.and_then(|record| record.request_id.clone()),
            error_kind: record.and_then(|record| record.error_kind.clone()),
            error: record.and_then(|record| record.error.clone()),
            run: record.map(|record| record.run),
        }
    }
}
