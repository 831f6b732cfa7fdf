//! Lists every empty output cell of a table with its reason, one page at a time. This module reads stored
//! answers again and sends nothing.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use engine::{
    RowEnd,
    gateway::CallStatus,
    ledger::{CallRecord, Key, Ledger, LedgerError},
};
use marl_core::{Outcome, SemanticType, SmolStr, excerpt};
use schemars::JsonSchema;
use serde::Serialize;
use table::{InputRow, ReadOptions, TableSummary};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    columns::known_column,
    document::{
        Version,
        listing::{self, MOST_CHARACTERS},
    },
    explain::{
        gap::{self, Ended, Gap, Reason},
        past::Past,
    },
    failure::{
        Failure, advice,
        error_code::ErrorCode,
        exit::Exit,
        invocation::{command_over, flag},
    },
    job::{ledger_flags, pipeline},
    project::{outputs, paths, workspace::Workspace},
    spec::{LedgerChoice, ranges::Ranges},
};

/// The characters of the document besides its lists and the command for the next rows.
const FRAME: usize = 700;

/// The most characters of a reason.
const WHY: usize = 300;

/// The most characters of a row's label.
pub const LABEL: usize = 60;

/// Which empty cells the user asks about.
#[derive(Debug, Clone)]
pub struct GapsSpec {
    /// The enriched table.
    pub table: PathBuf,
    /// How the table is read.
    pub reading: ReadOptions,
    /// Only these output columns; all columns if the list is empty.
    pub columns: Vec<String>,
    /// Only cells that are empty for one of these reasons; any reason if the list is empty.
    pub reason: Vec<Reason>,
    /// Only these rows.
    pub rows: Option<Ranges>,
    /// The most cells to list.
    pub limit: usize,
    /// The run; by default the last run that wrote the table.
    pub run: Option<i64>,
    /// The ledger that has the answers.
    pub ledger: LedgerChoice,
    /// Whether the answer is for a program.
    pub is_for_program: bool,
}

impl GapsSpec {
    /// The default for the number of listed cells.
    pub const LIMIT: usize = 50;
}

/// The empty cells of a table.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "gaps")]
pub struct GapsDocument {
    schema_version: Version<1>,
    /// The table's path, relative to the working folder if the table lies below it.
    pub table: String,
    /// The run that wrote the table.
    pub run: i64,
    /// How many rows the table has.
    pub rows_total: u64,
    /// How many rows have a matching empty cell.
    pub rows_with_gaps: u64,
    /// How many matching empty cells there are.
    pub gaps_total: u64,
    /// The counts by column and reason, over the whole table.
    pub counts: Vec<GapCount>,
    /// How many of the cells this document lists.
    pub shown: usize,
    /// The command for the next rows, if there are any.
    pub more: Option<String>,
    /// The cells, in the table's order.
    pub gaps: Vec<EmptyCell>,
}

/// How many cells of a column are empty for one reason.
#[derive(JsonSchema, Serialize)]
pub struct GapCount {
    /// The column's name.
    pub column: String,
    /// The reason.
    pub reason: Reason,
    /// How many cells are empty for it.
    pub cells: u64,
}

/// An empty cell.
#[derive(JsonSchema, Serialize)]
pub struct EmptyCell {
    /// The row's number, from 1.
    pub row: u64,
    /// The row's first filled cell, which helps a reader to recognise the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The column's name.
    pub column: String,
    /// Why the cell is empty, as a word.
    pub reason: Reason,
    /// Why the cell is empty, as a sentence.
    pub why: String,
}

/// Finds the empty cells.
///
/// # Errors
/// The table, the ledger, a row or a column does not exist, or no run wrote the table.
pub async fn find(spec: &GapsSpec) -> Result<GapsDocument, Failure> {
    let workspace = Workspace::find()?;
    let store = workspace.existing_ledger(&spec.ledger).await?;
    let summary = outputs::check_table(&spec.table, spec.reading.clone())?;
    spec.columns.iter().try_for_each(|column| known_column(&summary, column, &spec.reading).map(drop))?;
    spec.rows.as_ref().map_or(Ok(()), |ranges| ranges.check(summary.rows))?;
    let past = Past::of(&workspace.registry, &*store, &summary, spec.run).await?;
    spec.columns.iter().try_for_each(|column| known_output(&past, spec, column))?;
    let room = MOST_CHARACTERS - FRAME - listing::size(&more(spec, u64::MAX));
    let mut found = GapSearch::new(spec, &past, &*store, &summary, room);
    search(&mut found).await?;
    Ok(found.document())
}

/// Refuses a column that no step of the run writes: marl cannot explain its gaps.
fn known_output(past: &Past, spec: &GapsSpec, column: &str) -> Result<(), Failure> {
    let outputs: Vec<&str> = past
        .plan
        .steps
        .iter()
        .flat_map(|step| step.outputs.iter().map(|output| output.name.as_str()))
        .collect();
    if outputs.contains(&column) {
        return Ok(());
    }
    let message = format!("`{}` is not an output of run {}", table::shown(column), past.run.id);
    let all: Vec<String> = outputs.iter().map(|name| format!("`{}`", table::shown(name))).collect();
    let (is, outputs_are) = if all.len() == 1 { ("is", "output") } else { ("are", "outputs") };
    let words = command_over("gaps", &spec.table, &spec.reading);
    Err(Failure::new(Exit::NotFound, ErrorCode::NotFound, message)
        .hint(format!("its {outputs_are} {is} {}", all.join(", ")))
        .next(format!("{} --json{}", words.join(" "), ledger_flags(&spec.ledger))))
}

/// Runs the recorded steps on every row that the user asks about.
async fn search(found: &mut GapSearch<'_>) -> Result<(), Failure> {
    let (summary, engine) = (found.summary, Arc::clone(&found.past.engine));
    let is_picked = found.past.steps.was_picked();
    let rows = found.spec.rows.clone();
    let is_asked = move |row: u64| rows.as_ref().is_none_or(|ranges| ranges.contains(row));
    let takes = |row: u64| is_asked(row) && is_picked(row);
    let mut problem = None;
    let take = |row: &InputRow, end: Option<&RowEnd>| {
        if is_asked(row.number())
            && problem.is_none()
            && let Err(failure) = found.row(row, end)
        {
            problem = Some(failure);
        }
        Ok(())
    };
    pipeline::dry_run(summary, engine, takes, 1, take).await?;
    problem.map_or(Ok(()), Err)
}

/// An output whose cells are searched.
struct SearchedOutput {
    /// The output's name in the contract.
    of: SmolStr,
    kind: SemanticType,
    /// The index of its column in the table.
    place: usize,
}

impl SearchedOutput {
    /// Whether the cell has no value; the inner option is the placeholder that it holds (`N/A`), if any.
    fn gap(&self, row: &InputRow) -> Option<Option<String>> {
        match row.cell(self.place) {
            None => Some(None),
            Some(cell) => {
                let text = cell.to_string();
                self.kind.says_nothing(&text).then(|| Some(excerpt(&text, LABEL)))
            }
        }
    }
}

/// The gaps found so far. Its memory is bounded for a table of any length.
struct GapSearch<'a> {
    spec: &'a GapsSpec,
    past: &'a Past,
    store: &'a dyn Ledger,
    summary: &'a TableSummary,
    /// By step, the outputs that are searched.
    outputs: Vec<Vec<SearchedOutput>>,
    rows_with_gaps: u64,
    counts: BTreeMap<(usize, Reason), u64>,
    room: usize,
    lines: Vec<EmptyCell>,
    next: Option<u64>,
}

impl<'a> GapSearch<'a> {
    fn new(
        spec: &'a GapsSpec,
        past: &'a Past,
        store: &'a dyn Ledger,
        summary: &'a TableSummary,
        room: usize,
    ) -> Self {
        let is_wanted =
            |name: &str| spec.columns.is_empty() || spec.columns.iter().any(|known| known == name);
        let place = |name: &str| summary.columns.iter().position(|known| known == name);
        let outputs = past.plan.steps.iter().map(|step| {
            let wanted = step.outputs.iter().filter(|output| is_wanted(&output.name));
            let searched = wanted.filter_map(|output| {
                Some(SearchedOutput { of: output.of.clone(), kind: output.kind, place: place(&output.name)? })
            });
            searched.collect()
        });
        Self {
            spec,
            past,
            store,
            summary,
            outputs: outputs.collect(),
            rows_with_gaps: 0,
            counts: BTreeMap::new(),
            room,
            lines: Vec::new(),
            next: None,
        }
    }

    /// Adds a row; `end` is `None` if the run did not pick the row.
    fn row(&mut self, row: &InputRow, end: Option<&RowEnd>) -> Result<(), Failure> {
        let mut gaps = Vec::new();
        for (step, outputs) in self.outputs.iter().enumerate() {
            for output in outputs {
                let Some(placeholder) = output.gap(row) else { continue };
                let mut gap = match end {
                    None => gap::not_picked(row.number(), &self.past.run),
                    Some(end) => self.gap(row, end, step, &output.of)?,
                };
                if let Some(placeholder) = placeholder {
                    gap.why = format!("the cell holds `{placeholder}`, which counts as empty; {}", gap.why);
                }
                if self.spec.reason.is_empty() || self.spec.reason.contains(&gap.reason) {
                    gaps.push((output.place, gap));
                }
            }
        }
        self.rows_with_gaps += u64::from(!gaps.is_empty());
        for (place, gap) in &gaps {
            *self.counts.entry((*place, gap.reason)).or_default() += 1;
        }
        self.list(row, gaps);
        Ok(())
    }

    /// Why a step produced nothing for an output.
    fn gap(&self, row: &InputRow, end: &RowEnd, at: usize, output: &str) -> Result<Gap, Failure> {
        if let Outcome::Value(fields) = &end.outcomes[at] {
            return Ok(match fields.get(output) {
                None => Gap { reason: Reason::NotInAnswer, why: gap::NOT_IN_ANSWER.to_owned() },
                Some(field) => {
                    let gives = excerpt(&field.value.to_string(), LABEL);
                    let notes = end.projected.get(at).into_iter().flat_map(|step| &step.calls);
                    let mut newest = None;
                    for note in notes {
                        newest = newest.max(self.record(&note.key)?.map(|record| record.run));
                    }
                    gap::without_value(&gives, &self.past.run, newest)
                }
            });
        }
        let mut failed = None;
        for note in end.projected.get(at).into_iter().flat_map(|step| &step.calls) {
            if note.status == CallStatus::Failed
                && let Some(record) = self.record(&note.key)?
            {
                failed = Some(gap::call_error(record.error_kind.as_deref(), record.error.as_deref()));
                break;
            }
        }
        let mut calls = end.projected.get(at).into_iter().flat_map(|step| &step.calls);
        let pending = calls.find(|note| note.status == CallStatus::Pending);
        let pending = pending.map(|note| note.call.provider.as_str());
        let remark =
            end.remarks.iter().find(|(step, _)| *step == at).map(|(_, remark)| advice::remark(remark));
        let (step, outcome) = (&self.past.plan.steps[at], &end.outcomes[at]);
        let place = |column: &str| self.summary.columns.iter().position(|known| known == column);
        let cell = |column: &str| row.cell(place(column)?);
        let changed = self.past.steps.changed(step);
        let ended = Ended {
            step,
            outcome,
            remark: remark.as_deref(),
            cell: &cell,
            failed,
            pending,
            run: &self.past.run,
            changed,
        };
        Ok(ended.gap().unwrap_or(Gap { reason: Reason::NoData, why: String::new() }))
    }

    /// What the ledger records about a call. The pipeline passes rows to a function that cannot await, so its
    /// thread blocks here.
    fn record(&self, key: &Key) -> Result<Option<CallRecord>, LedgerError> {
        block_in_place(|| Handle::current().block_on(self.store.record(key)))
    }

    /// Lists all of the row's gaps, or none of them.
    fn list(&mut self, row: &InputRow, gaps: Vec<(usize, Gap)>) {
        if gaps.is_empty() || self.next.is_some() {
            return;
        }
        let label = (0..self.summary.columns.len()).find_map(|place| row.cell(place));
        let label = label.map(|cell| excerpt(&cell.to_string(), LABEL));
        let lines: Vec<EmptyCell> = gaps
            .into_iter()
            .map(|(place, gap)| EmptyCell {
                row: row.number(),
                label: label.clone(),
                column: self.summary.columns[place].clone(),
                reason: gap.reason,
                why: excerpt(&gap.why, WHY),
            })
            .collect();
        let needs: usize = lines.iter().map(listing::item_size).sum();
        let is_full = needs > self.room || self.lines.len() + lines.len() > self.spec.limit;
        if is_full && !self.lines.is_empty() {
            self.next = Some(row.number());
            return;
        }
        self.room = self.room.saturating_sub(needs);
        self.lines.extend(lines);
    }

    fn document(self) -> GapsDocument {
        let column = |place: usize| self.summary.columns[place].clone();
        let counts = self.counts.iter();
        GapsDocument {
            schema_version: Version,
            table: paths::shown(&self.spec.table),
            run: self.past.run.id,
            rows_total: self.summary.rows,
            rows_with_gaps: self.rows_with_gaps,
            gaps_total: self.counts.values().sum(),
            counts: counts
                .map(|((place, reason), cells)| GapCount {
                    column: column(*place),
                    reason: *reason,
                    cells: *cells,
                })
                .collect(),
            shown: self.lines.len(),
            more: self.next.map(|row| more(self.spec, row)),
            gaps: self.lines,
        }
    }
}

/// This command, continued from `row`.
fn more(spec: &GapsSpec, row: u64) -> String {
    let mut words = command_over("gaps", &spec.table, &spec.reading);
    words.extend(spec.columns.iter().map(|column| flag("--column", column)));
    words.extend(spec.reason.iter().map(|reason| flag("--reason", reason.name())));
    let rows = spec.rows.as_ref().map_or_else(|| Ranges::from(row), |ranges| ranges.since(row));
    words.push(flag("--rows", &rows.to_string()));
    if spec.limit != GapsSpec::LIMIT {
        words.push(flag("--limit", &spec.limit.to_string()));
    }
    words.extend(spec.run.map(|run| flag("--run", &run.to_string())));
    words.extend(spec.is_for_program.then(|| "--json".to_owned()));
    words.join(" ") + &ledger_flags(&spec.ledger)
}
