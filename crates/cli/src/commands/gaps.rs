//! `marl gaps`: every empty output cell of a table with its reason, a page at a time. Reads the
//! stored answers again; sends nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{RowEnd, gateway::Standing};
use ledger_sqlite::Store;
use marl_core::words::{counted, thousands};
use marl_core::{Outcome, SemanticType, SmolStr, excerpt, terminal};
use schemars::JsonSchema;
use serde::Serialize;
use table::{InputRow, Sketch};

use super::{block_on, command_over, flag, known_column, of_ledger};
use crate::{
    args::GapsArgs,
    document::Version,
    error_code::ErrorCode,
    exit,
    failure::Failure,
    gap::{self, Ended, Gap, Reason},
    outputs,
    past::Past,
    pick::Ranges,
    pipeline,
    place::Place,
    printer::Printer,
    project,
    report::{self, MOST_CHARACTERS, aligned},
};

/// What the document takes besides its lists and the command for the next rows.
const FRAME: usize = 700;

/// The most characters of a reason.
const WHY: usize = 300;

/// The most characters of a row's label.
const LABEL: usize = 60;

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "gaps")]
pub(super) struct Document {
    schema_version: Version<1>,
    table: String,
    run: i64,
    rows_total: u64,
    rows_with_gaps: u64,
    gaps_total: u64,
    /// By column and reason, over the whole table.
    counts: Vec<Count>,
    shown: usize,
    /// The command for the next rows, if there are any.
    more: Option<String>,
    gaps: Vec<Line>,
}

#[derive(JsonSchema, Serialize)]
struct Count {
    column: String,
    reason: Reason,
    cells: u64,
}

/// An empty cell.
#[derive(JsonSchema, Serialize)]
struct Line {
    row: u64,
    /// The row's first filled cell, by which a reader knows the row again.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    column: String,
    reason: Reason,
    why: String,
}

pub(crate) fn run(args: &GapsArgs, printer: &Printer) -> Result<u8, Failure> {
    let place = Place::find()?;
    let store = place.existing_ledger(&args.ledger)?;
    let sketch = outputs::check_table(&args.table, args.reading.options())?;
    args.columns.iter().try_for_each(|column| known_column(&sketch, column, &args.reading).map(drop))?;
    args.rows.as_ref().map_or(Ok(()), |ranges| ranges.check(sketch.rows))?;
    let past = Past::of(&place.registry, &store, &sketch, args.run)?;
    args.columns.iter().try_for_each(|column| known_output(&past, args, column))?;
    let more = more(args, u64::MAX, printer.is_json());
    let mut found = Found::new(args, &past, &store, &sketch, MOST_CHARACTERS - FRAME - report::size(&more));
    block_on(find(&mut found))?;
    let document = found.document();
    if printer.is_json() {
        printer.data(&report::listing(&document));
        return Ok(exit::DONE);
    }
    print(&document, printer);
    Ok(exit::DONE)
}

/// A column that no step of the run writes has no gaps that could be explained.
fn known_output(past: &Past, args: &GapsArgs, column: &str) -> Result<(), Failure> {
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
    let words = command_over("gaps", &args.table, &args.reading);
    Err(Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, message)
        .hint(format!("its {outputs_are} {is} {}", all.join(", ")))
        .next(format!("{} --json{}", words.join(" "), of_ledger(&args.ledger))))
}

/// Takes every row that is asked about through the run's steps.
async fn find(found: &mut Found<'_>) -> Result<(), Failure> {
    let (sketch, engine) = (found.sketch, Arc::clone(&found.past.engine));
    let is_picked = found.past.steps.picks();
    let rows = found.args.rows.clone();
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
    pipeline::foresee(sketch, engine, takes, 1, take).await?;
    problem.map_or(Ok(()), Err)
}

/// An output that is looked at.
struct LookedAt {
    /// Its name in the contract.
    of: SmolStr,
    kind: SemanticType,
    /// Its column's place in the table.
    place: usize,
}

impl LookedAt {
    /// Whether its cell holds no value; what the cell says instead (`N/A`), if anything.
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

/// What was found so far. What it keeps is bounded, however long the table is.
struct Found<'a> {
    args: &'a GapsArgs,
    past: &'a Past,
    store: &'a Store,
    sketch: &'a Sketch,
    /// By step: the outputs that are looked at.
    outputs: Vec<Vec<LookedAt>>,
    rows_with_gaps: u64,
    counts: BTreeMap<(usize, Reason), u64>,
    room: usize,
    lines: Vec<Line>,
    next: Option<u64>,
}

impl<'a> Found<'a> {
    fn new(args: &'a GapsArgs, past: &'a Past, store: &'a Store, sketch: &'a Sketch, room: usize) -> Self {
        let is_wanted =
            |name: &str| args.columns.is_empty() || args.columns.iter().any(|known| known == name);
        let place = |name: &str| sketch.columns.iter().position(|known| known == name);
        let outputs = past.plan.steps.iter().map(|step| {
            let wanted = step.outputs.iter().filter(|output| is_wanted(&output.name));
            let looked_at = wanted.filter_map(|output| {
                Some(LookedAt { of: output.of.clone(), kind: output.kind, place: place(&output.name)? })
            });
            looked_at.collect()
        });
        Self {
            args,
            past,
            store,
            sketch,
            outputs: outputs.collect(),
            rows_with_gaps: 0,
            counts: BTreeMap::new(),
            room,
            lines: Vec::new(),
            next: None,
        }
    }

    /// Takes a row; `None` is the end of one that the run did not pick.
    fn row(&mut self, row: &InputRow, end: Option<&RowEnd>) -> Result<(), Failure> {
        let mut gaps = Vec::new();
        for (step, outputs) in self.outputs.iter().enumerate() {
            for output in outputs {
                let Some(says) = output.gap(row) else { continue };
                let mut gap = match end {
                    None => gap::not_picked(row.number(), &self.past.run),
                    Some(end) => self.gap(row, end, step, &output.of)?,
                };
                if let Some(says) = says {
                    gap.why = format!("the cell says `{says}`, which counts as empty; {}", gap.why);
                }
                if self.args.reason.is_empty() || self.args.reason.contains(&gap.reason) {
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

    /// Why a step gave nothing for an output.
    fn gap(&self, row: &InputRow, end: &RowEnd, at: usize, output: &str) -> Result<Gap, Failure> {
        if let Outcome::Value(fields) = &end.outcomes[at] {
            return Ok(match fields.get(output) {
                None => Gap { reason: Reason::NotInAnswer, why: gap::NOT_IN_ANSWER.to_owned() },
                Some(field) => {
                    let gives = excerpt(&field.value.to_string(), LABEL);
                    let notes = end.foreseen.get(at).into_iter().flat_map(|foreseen| &foreseen.notes);
                    let mut newest = None;
                    for note in notes {
                        newest = newest.max(self.store.record(&note.key)?.map(|record| record.run));
                    }
                    gap::without_value(&gives, &self.past.run, newest)
                }
            });
        }
        let mut failed = None;
        for note in end.foreseen.get(at).into_iter().flat_map(|foreseen| &foreseen.notes) {
            if note.standing == Standing::Failed
                && let Some(record) = self.store.record(&note.key)?
            {
                failed = Some(gap::call_error(record.error_kind.as_deref(), record.error.as_deref()));
                break;
            }
        }
        let remark = end.remarks.iter().find(|(step, _)| *step == at).map(|(_, remark)| remark.as_str());
        let (step, outcome) = (&self.past.plan.steps[at], &end.outcomes[at]);
        let place = |column: &str| self.sketch.columns.iter().position(|known| known == column);
        let cell = |column: &str| row.cell(place(column)?);
        let changed = self.past.steps.changed(step);
        let ended = Ended { step, outcome, remark, cell: &cell, failed, run: &self.past.run, changed };
        Ok(ended.gap().unwrap_or(Gap { reason: Reason::NoData, why: String::new() }))
    }

    /// Lists the row's gaps, all or none of them.
    fn list(&mut self, row: &InputRow, gaps: Vec<(usize, Gap)>) {
        if gaps.is_empty() || self.next.is_some() {
            return;
        }
        let label = (0..self.sketch.columns.len()).find_map(|place| row.cell(place));
        let label = label.map(|cell| excerpt(&cell.to_string(), LABEL));
        let lines: Vec<Line> = gaps
            .into_iter()
            .map(|(place, gap)| Line {
                row: row.number(),
                label: label.clone(),
                column: self.sketch.columns[place].clone(),
                reason: gap.reason,
                why: excerpt(&gap.why, WHY),
            })
            .collect();
        let needs: usize = lines.iter().map(report::item_size).sum();
        let is_full = needs > self.room || self.lines.len() + lines.len() > self.args.limit;
        if is_full && !self.lines.is_empty() {
            self.next = Some(row.number());
            return;
        }
        self.room = self.room.saturating_sub(needs);
        self.lines.extend(lines);
    }

    fn document(self) -> Document {
        let column = |place: usize| self.sketch.columns[place].clone();
        let counts = self.counts.iter();
        Document {
            schema_version: Version,
            table: project::shown(&self.args.table),
            run: self.past.run.id,
            rows_total: self.sketch.rows,
            rows_with_gaps: self.rows_with_gaps,
            gaps_total: self.counts.values().sum(),
            counts: counts
                .map(|((place, reason), cells)| Count {
                    column: column(*place),
                    reason: *reason,
                    cells: *cells,
                })
                .collect(),
            shown: self.lines.len(),
            more: self.next.map(|row| more(self.args, row, true)),
            gaps: self.lines,
        }
    }
}

/// This command from `row` on.
fn more(args: &GapsArgs, row: u64, json: bool) -> String {
    let mut words = command_over("gaps", &args.table, &args.reading);
    words.extend(args.columns.iter().map(|column| flag("--column", column)));
    words.extend(args.reason.iter().map(|reason| flag("--reason", &reason.name())));
    let rows = args.rows.as_ref().map_or_else(|| Ranges::from(row), |ranges| ranges.since(row));
    words.push(flag("--rows", &rows.to_string()));
    if args.limit != GapsArgs::LIMIT {
        words.push(flag("--limit", &args.limit.to_string()));
    }
    words.extend(args.run.map(|run| flag("--run", &run.to_string())));
    words.extend(json.then(|| "--json".to_owned()));
    words.join(" ") + &of_ledger(&args.ledger)
}

fn print(document: &Document, printer: &Printer) {
    let header = ["row", "", "column", "reason", "why"].map(str::to_owned);
    let rows: Vec<Vec<String>> = document.gaps.iter().map(cells).collect();
    if !rows.is_empty() {
        aligned(&header, &rows, printer.width()).lines.iter().for_each(|line| printer.data(line));
    }
    let by_reason: Vec<String> = document
        .counts
        .iter()
        .map(|count| {
            format!(
                "{} {} {}",
                terminal::line(&count.column, LABEL),
                thousands(count.cells),
                count.reason.name()
            )
        })
        .collect();
    let total = format!(
        "{} in {} of {}",
        counted(document.gaps_total, "empty cell"),
        thousands(document.rows_with_gaps),
        counted(document.rows_total, "row")
    );
    printer.note("gaps", &total);
    by_reason.iter().for_each(|line| printer.note("", line));
    if let Some(more) = &document.more {
        printer.note("more", &more.replace(" --json", ""));
    }
}

fn cells(line: &Line) -> Vec<String> {
    let label = line.label.clone().unwrap_or_default();
    vec![line.row.to_string(), label, line.column.clone(), line.reason.name(), line.why.clone()]
}
