//! Compares the table that a run writes with the older output, row by row: which cells are carried over, and
//! which answers the new output would lose. It does not decide which of the two files stays.

use std::{collections::BTreeSet, path::Path};

use engine::{RowEnd, plan::Plan};
use marl_core::{Outcome, SemanticType, value::Value};
use table::{InputRow, OlderCells, OlderOutput, ReadOptions, Reader, TableError, TableSummary};

use crate::{
    job::{Job, select::Selected},
    project::{
        outputs::Record,
        provenance::{self, Provenance},
    },
};

/// What happens to a column of the older output that holds answers.
enum Column {
    /// The new output takes it over.
    Carried,
    /// A step writes it; the table may have the column as well.
    Written { output: usize, step: usize, own: Option<usize> },
    /// The table has the column now, and its empty cells are filled from the older output. With `replaces`,
    /// so are the cells that an answer had replaced.
    Own { own: usize, replaces: bool },
}

/// A column that a question reads and that marl may have filled.
struct Through {
    /// Its index in the table.
    own: Option<usize>,
    /// Its index among the plan's outputs.
    output: Option<usize>,
    /// Its index among the older answers.
    answer: usize,
    kind: Option<SemanticType>,
}

/// Compares the new output with the older one.
pub(super) struct Judge {
    older: OlderOutput,
    /// What the older answers were given for.
    provenance: Vec<Provenance>,
    /// For each of them, by input, the column that provides the input now.
    found: Vec<Vec<Option<String>>>,
    /// By column of the older answers.
    columns: Vec<Column>,
    through: Vec<Vec<Through>>,
    reads: Vec<String>,
    /// Whether answers are JSON.
    is_json: bool,
    /// The number of cells that are empty now because their steps came to no answer.
    lost: u64,
    first: Option<(u64, String)>,
    /// The number of cells that are empty now because the newer answer has no value.
    gone: u64,
    /// The table's own columns that got cells from the older output.
    filled: BTreeSet<String>,
}

impl Judge {
    pub(super) fn new(target: &Path, record: &Record, job: &Job) -> Result<Self, TableError> {
        let options = ReadOptions { delimiter: job.spec.reading.delimiter, ..ReadOptions::default() };
        let provenance = record.provenance();
        let plan = provenance::of_plan(&job.plan);
        let questions = |older: &TableSummary, names: &[String]| {
            provenance::questions(&provenance, names, older, &job.table, &plan)
        };
        let older = OlderOutput::open(target, &job.table, &options, &record.answers, questions)?;
        let found =
            provenance.iter().map(|provenance| provenance.find(older.summary(), &job.table, &plan)).collect();
        let steps = steps_of_outputs(&job.plan);
        let own = |name: &String| job.table.columns.iter().position(|column| column == name);
        let column = |name: &String| match job.plan.outputs().position(|output| output.name == *name) {
            Some(output) => Column::Written { output, step: steps[output], own: own(name) },
            None => {
                let replaces = || {
                    provenance
                        .iter()
                        .any(|provenance| provenance.replaces && provenance.answers.contains(name))
                };
                own(name).map_or(Column::Carried, |own| Column::Own { own, replaces: replaces() })
            }
        };
        let through = |name: &String| {
            if job.plan.outputs().any(|output| output.name == *name) {
                return Vec::new();
            }
            let of = provenance
                .iter()
                .filter(|provenance| provenance.answers.contains(name))
                .flat_map(|provenance| &provenance.through);
            let place = |input: &provenance::Input| {
                let answer = older.answers().iter().position(|answer| *answer == input.column)?;
                let output = job.plan.outputs().position(|output| output.name == input.column);
                Some(Through { own: own(&input.column), output, answer, kind: input.kind() })
            };
            of.filter_map(place).collect()
        };
        Ok(Self {
            columns: older.answers().iter().map(column).collect(),
            through: older.answers().iter().map(through).collect(),
            older,
            found,
            provenance,
            reads: record.reads.clone(),
            is_json: job.table.format().cells_are_json,
            lost: 0,
            first: None,
            gone: 0,
            filled: BTreeSet::new(),
        })
    }

    /// The columns that are carried over: added columns first, then the table's own.
    pub(super) fn carried(&self) -> Vec<String> {
        let named = || self.columns.iter().zip(self.older.answers());
        let new = named().filter(|(column, _)| matches!(column, Column::Carried));
        let own = named().filter(|(column, _)| matches!(column, Column::Own { .. }));
        new.chain(own).map(|(_, name)| name.clone()).collect()
    }

    pub(super) fn row(
        &mut self,
        row: &InputRow,
        end: Option<&RowEnd>,
    ) -> Result<Vec<Option<String>>, TableError> {
        let found = self.older.find(row)?;
        let (mut carried, mut of_own) = (Vec::new(), Vec::new());
        for at in 0..self.columns.len() {
            let answer = found.answers[at].as_ref().filter(|_| !self.is_changed(at, row, end, &found));
            let is_own_filled = |own: usize| row.cell(own).is_some();
            let is_lost = match &self.columns[at] {
                Column::Carried => {
                    carried.push(answer.cloned());
                    answer.is_none()
                }
                Column::Own { own, replaces } => {
                    let is_open = !is_own_filled(*own);
                    let is_other = |answer: &&String| row.text(*own).as_ref() != Some(*answer);
                    let cell = answer.filter(|answer| is_open || (*replaces && is_other(answer))).cloned();
                    if cell.is_some() {
                        self.filled.insert(self.older.answers()[at].clone());
                    }
                    of_own.push(cell);
                    is_open && answer.is_none()
                }
                Column::Written { output, step, own } => {
                    let is_written = end.is_some_and(|end| end.written[*output].is_some());
                    let is_empty = !is_written && !own.is_some_and(is_own_filled);
                    let is_answered = end.is_some_and(|end| {
                        matches!(end.outcomes[*step], Outcome::Value(_) | Outcome::NoData)
                    });
                    self.gone += u64::from(is_empty && is_answered && found.before[at].is_some());
                    is_empty && !is_answered
                }
            };
            if is_lost && found.before[at].is_some() {
                self.lost += 1;
                let name = &self.older.answers()[at];
                self.first.get_or_insert_with(|| (row.number(), name.clone()));
            }
        }
        carried.append(&mut of_own);
        Ok(carried)
    }

    /// What the carried answers were given for, in terms of the new output's columns.
    pub(super) fn carried_provenance(&self) -> Vec<Provenance> {
        let carried = self.carried();
        let all = self.provenance.iter().zip(&self.found);
        all.filter_map(|(provenance, found)| provenance.carried(&carried, found)).collect()
    }

    /// The carried columns to report to the user; of the table's own columns, only those that got a cell.
    pub(super) fn carried_for_report(&self) -> Vec<String> {
        let named = self.columns.iter().zip(self.older.answers());
        let reported = named.filter(|(column, name)| match column {
            Column::Carried => true,
            Column::Own { .. } => self.filled.contains(*name),
            Column::Written { .. } => false,
        });
        reported.map(|(_, name)| name.clone()).collect()
    }

    /// How many answers of the older output are "no data" in the new output.
    pub(super) fn gone(&self) -> u64 {
        self.gone
    }

    /// The columns that tell rows apart, for older records that do not list what each step reads.
    pub(super) fn reads(&self) -> &[String] {
        &self.reads
    }

    /// How many rows of the older output hold answers and are no longer in the table.
    pub(super) fn removed(&mut self) -> Result<u64, TableError> {
        self.older.removed()
    }

    /// Whether a cell that an answer depends on has changed since the answer was given: the user or this run
    /// filled it.
    fn is_changed(&self, at: usize, row: &InputRow, end: Option<&RowEnd>, found: &OlderCells) -> bool {
        self.through[at].iter().any(|through| {
            let is_replaced = matches!(self.columns[through.answer], Column::Own { replaces: true, .. });
            let own = || row.cell(through.own.filter(|_| !is_replaced)?);
            let written = through.output.and_then(|output| end?.written[output].clone());
            let now = written.or_else(own).and_then(|cell| table::normal(&cell, through.kind));
            let before = found.before[through.answer].as_deref().map(|text| self.value(text));
            let before = before.and_then(|cell| table::normal(&cell, through.kind));
            now.is_some() && now != before
        })
    }

    /// An older answer as a value.
    fn value(&self, text: &str) -> Value {
        let json = || serde_json::from_str::<String>(text).ok();
        Value::Text(self.is_json.then(json).flatten().unwrap_or_else(|| text.to_owned()))
    }

    pub(super) fn loss(&mut self, is_partial: bool) -> Result<Option<String>, TableError> {
        if let Some((row, column)) = &self.first {
            let (lost, column) = (self.lost, table::shown(column));
            let answers = if lost == 1 { "an answer".to_owned() } else { format!("{lost} answers") };
            return Ok(Some(format!(
                "the older one has {answers} that this run does not have, first `{column}` of row {row}"
            )));
        }
        let is_other = is_partial && !self.older.is_of_these_rows()?;
        Ok(is_other.then(|| "the older one holds answers for none of these rows".to_owned()))
    }

    /// The first unselected row that would lose a cell. If the tables differ in length, rows are compared
    /// while they are written instead.
    pub(super) fn first_unselected(&self, job: &Job, selected: &Selected) -> Option<u64> {
        let older = self.older.summary();
        if older.rows != job.table.rows {
            return None;
        }
        let at = |columns: &[String], name: &str| columns.iter().position(|column| column == name);
        let columns: Vec<(usize, Option<usize>)> = job
            .plan
            .outputs()
            .filter_map(|known| Some((at(&older.columns, &known.name)?, at(&job.table.columns, &known.name))))
            .collect();
        let loses = |before: &InputRow, now: &InputRow| {
            let mut columns = columns.iter();
            columns
                .any(|(old, new)| before.cell(*old).is_some() && new.and_then(|new| now.cell(new)).is_none())
        };
        for (before, now) in Reader::open(older).ok()?.zip(Reader::open(&job.table).ok()?) {
            let (before, now) = (before.ok()?, now.ok()?);
            if !selected.contains(now.number()) && loses(&before, &now) {
                return Some(now.number());
            }
        }
        None
    }
}

/// The step that writes each of the plan's outputs.
fn steps_of_outputs(plan: &Plan) -> Vec<usize> {
    let steps = plan.steps.iter().enumerate();
    steps.flat_map(|(at, step)| step.columns().map(move |_| at)).collect()
}
