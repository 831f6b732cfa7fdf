//! Explains a cell by reading the stored answers again. This module sends nothing.

mod comparison;

use std::path::PathBuf;

use engine::{
    StepEnd,
    ledger::{CallRecord, CallState, Ledger},
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
        explained::{Explained, ExplainedCall, InputCell, Origin},
        gap,
        past::Past,
        why::comparison::Comparison,
    },
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    project::{outputs, paths, workspace::Workspace},
    spec::LedgerChoice,
    time::{date, span},
};

/// A question about one cell.
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
    /// The run; by default the last run that wrote the table.
    pub run: Option<i64>,
    /// The ledger that has the answers.
    pub ledger: LedgerChoice,
}

/// A cell and its origin, back to the table's own columns.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "why")]
pub struct WhyDocument {
    schema_version: Version<2>,
    table: String,
    row: u64,
    run: i64,
    /// Whether the answers are samples from the sandbox, which are never real.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub samples: bool,
    /// The column, then the columns that it came from.
    pub chain: Vec<Explained>,
}

/// Explains a cell.
///
/// # Errors
/// The table, the ledger, the row or the column does not exist, or no run wrote the table.
pub async fn explain(question: &CellQuestion) -> Result<WhyDocument, Failure> {
    let workspace = Workspace::find()?;
    let store = workspace.existing_ledger(&question.ledger).await?;
    let summary = outputs::check_table(&question.table, question.reading.clone())?;
    let row = find_row(&summary, question.row)?;
    known_column(&summary, &question.column, &question.reading)?;
    let past = Past::of(&workspace.registry, &*store, &summary, question.run).await?;
    let explainer = CellExplainer { store: &*store, summary: &summary, row: &row, past: &past };
    let chain = explainer.chain(&question.column).await?;
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

/// Explains the cells of one row.
struct CellExplainer<'a> {
    store: &'a dyn Ledger,
    summary: &'a TableSummary,
    row: &'a InputRow,
    past: &'a Past,
}

impl CellExplainer<'_> {
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
        if !(self.past.steps.was_picked())(self.row.number()) {
            return Ok(self.not_picked(column, value));
        }
        let cells = self.past.plan.reads().iter().map(|at| self.row.cell(*at)).collect();
        let end = self.past.engine.step(index, cells).await;
        let output = step.outputs.iter().find(|output| output.name == column);
        let mut calls = self.calls(&end).await?;
        if matches!(end.outcome, Outcome::NoData) {
            calls.iter_mut().for_each(ExplainedCall::without_data);
        }
        let integration =
            end.by.clone().or_else(|| step.contracts().next().map(|first| first.name.to_string()));
        let recorded = self.past.steps.named(&step.name);
        let then = integration.as_deref().zip(recorded).and_then(|(name, step)| step.version_of(name));
        let comparison = Comparison {
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
        let (from, source, note) = comparison.explain();
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
        let beside = if value.is_some() { "; the cell is as in the input, or was edited since" } else { "" };
        Explained {
            column: column.to_owned(),
            value,
            from: Origin::Skipped,
            note: Some(format!("{why}{beside}")),
            ..Explained::default()
        }
    }

    /// The cells that the step read: the inputs of the integration that answered, and the columns of its
    /// expressions.
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

    async fn calls(&self, end: &StepEnd) -> Result<Vec<ExplainedCall>, Failure> {
        let mut calls = Vec::new();
        for projected in &end.projected.calls {
            let record = self.store.record(&projected.key).await?;
            calls.push(ExplainedCall::of(&projected.call, record.as_ref()));
        }
        Ok(calls)
    }

    fn cell(&self, column: &str) -> Option<Value> {
        self.row.cell(self.summary.columns.iter().position(|known| known == column)?)
    }
}

impl ExplainedCall {
    /// Marks the call as one without data: the provider found something, but nothing that the integration
    /// could use.
    fn without_data(&mut self) {
        if self.state == Some(CallState::Found) {
            self.state = Some(CallState::NoData);
        }
    }

    /// The error of the call, if it failed.
    pub(super) fn failure(&self) -> Option<Error> {
        (self.state == Some(CallState::Failed))
            .then(|| gap::call_error(self.error_kind.as_deref(), self.error.as_deref()))
    }

    /// The provider of the call, if it answers later.
    pub(super) fn pending(&self) -> Option<&str> {
        (self.state == Some(CallState::Pending)).then_some(self.provider.as_str())
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
