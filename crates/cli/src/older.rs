//! An older output is replaced only if it is marl's own and as marl wrote it, and only by one that
//! says as much. Files that a run itself needs are never replaced.
//!
//! Whether the new output says less is judged while it is written, row by row, over the rows that
//! both have. An answer that was asked for in this run and is "no data" now is an answer; a cell
//! that is empty because its step was not run, failed or was not in the plan is a loss. Columns
//! that only the older output has are carried over, and so are cells that marl filled in the table's
//! own columns. An answer for a question that its row does not ask any more is a loss as well.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use engine::{RowEnd, plan::Plan};
use marl_core::{Outcome, SemanticType, value::Value};

use crate::{
    asked::{self, Asked},
    error_code::ErrorCode,
    exit,
    failure::Failure,
    job::Job,
    outputs::{self, Kind, Outputs, Record, Standing},
    pick::Picked,
    project,
    table::{
        self, Format, Found, InputRow, Links, Older as OlderTable, ReadOptions, Reader, Sketch, TableError,
    },
    typed,
};

/// What was at the output's place before a run.
pub(crate) struct Older {
    pub(crate) outputs: Outputs,
    judge: Option<Judge>,
    /// Why the older output cannot be read any more.
    unreadable: Option<String>,
}

impl Older {
    /// Looks at what is at the output's place, and refuses what the run must not replace.
    pub(crate) fn look(job: &Job<'_>) -> Result<Self, Failure> {
        let output = job.output();
        let target = match job.output_links() {
            Links::Follow => table::follow_links(&output).unwrap_or_else(|_| output.clone()),
            Links::Refuse => output.clone(),
        };
        table::check_output(&output, &job.sketch, job.output_links())?;
        let ledger = project::ledger(&job.args.ledger, &job.place.project)?;
        protect(&target, &ledger, job)?;
        protect(&table::errors_path(&output), &ledger, job)?;
        let outputs = Outputs::read(&job.place.project, &ledger, &target);
        let standing = outputs.standing(&target, Kind::Table).map_err(|error| {
            Failure::usage(format!("{} cannot be read", project::shown(&output))).caused_by(&error)
        })?;
        let judge = match replaceable(standing, &output, job)? {
            Some(record) => {
                Some(Judge::new(&target, &record, job).map_err(|error| unreadable(error, &output))?)
            }
            None => None,
        };
        Ok(Self { outputs, judge, unreadable: None })
    }

    /// Refuses rows to be picked where the older output holds answers for others.
    pub(crate) fn check_picked(&self, job: &Job<'_>, picked: &Picked) -> Result<(), Failure> {
        let Some(judge) = self.judge.as_ref().filter(|_| picked.count < job.sketch.rows) else {
            return Ok(());
        };
        match judge.first_unpicked(job, picked) {
            None => Ok(()),
            Some(row) => {
                let output = project::shown(&job.output());
                let message = format!(
                    "{output} holds answers for rows that are not picked, row {row} the first, and would lose them"
                );
                Err(Failure::new(exit::USAGE, ErrorCode::OutputExists, message)
                    .hint(format!(
                        "go on from it with `--input {output}`, or name another file with `--output`"
                    ))
                    .hint("a run over all rows replaces it; every answer is in the ledger in any case")
                    .next(typed::with_value("--output", &free_name(&job.output()).to_string_lossy())))
            }
        }
    }

    /// The columns of the older output that the new one carries over.
    pub(crate) fn carried(&self) -> Vec<String> {
        self.judge.as_ref().map(Judge::carried).unwrap_or_default()
    }

    /// The columns by which the new output's rows can be told apart later, besides the plan's.
    pub(crate) fn reads(&self) -> &[String] {
        self.judge.as_ref().map_or(&[], |judge| &judge.reads)
    }

    /// What the carried answers were given for, by the columns of the new output.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let Some(judge) = &self.judge else { return Vec::new() };
        let carried = judge.carried();
        let all = judge.asked.iter().zip(&judge.found);
        all.filter_map(|(asked, found)| asked.carried(&carried, found)).collect()
    }

    /// The carried columns as a user is told of them: of those that the table has itself, the ones that
    /// got a cell.
    pub(crate) fn carried_told(&self) -> Vec<String> {
        let Some(judge) = &self.judge else { return Vec::new() };
        let named = judge.columns.iter().zip(judge.older.answers());
        let told = named.filter(|(column, name)| match column {
            Column::Carried => true,
            Column::Own { .. } => judge.filled.contains(*name),
            Column::Written { .. } => false,
        });
        told.map(|(_, name)| name.clone()).collect()
    }

    /// How many rows of the older output hold answers and are not in the table any more. Asked once all
    /// rows were judged.
    pub(crate) fn removed(&mut self) -> u64 {
        self.judge.as_mut().and_then(|judge| judge.older.removed().ok()).unwrap_or_default()
    }

    /// Judges a row; answers its cells of the carried columns. An older output that cannot be read
    /// any more is no reason to end the run: it stays.
    pub(crate) fn row(&mut self, row: &InputRow, end: Option<&RowEnd>) -> Vec<Option<String>> {
        let Some(judge) = self.judge.as_mut().filter(|_| self.unreadable.is_none()) else {
            return Vec::new();
        };
        judge.row(row, end).unwrap_or_else(|error| {
            self.unreadable = Some(error.to_string());
            Vec::new()
        })
    }

    /// Why the older output must stay, after all rows were judged. That of other rows is replaced
    /// by a run that came to all of its own.
    pub(crate) fn loss(&mut self, is_partial: bool) -> Option<String> {
        let loss = match (self.unreadable.take(), self.judge.as_mut()) {
            (Some(error), _) => return Some(error),
            (None, judge) => judge.map_or(Ok(None), |judge| judge.loss(is_partial)),
        };
        loss.unwrap_or_else(|error| Some(error.to_string()))
    }

    /// How many answers of the older output are "no data" now.
    pub(crate) fn gone(&self) -> u64 {
        self.judge.as_ref().map_or(0, |judge| judge.gone)
    }
}

/// Refuses an output at the place of a file that the run itself needs.
fn protect(target: &Path, ledger: &Path, job: &Job<'_>) -> Result<(), Failure> {
    let beside = |suffix: &str| {
        let mut name = ledger.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let of_ledger = ["", "-wal", "-shm", "-journal"].map(beside);
    let named = |name: &str| outputs::real(target).file_name().is_some_and(|own| own == name);
    let is = |other: &Path| table::same_place(target, other);
    let in_marl = || outputs::real(target).parent().is_some_and(|folder| folder.ends_with(".marl"));
    let settings = job.place.project.join("marl.toml");
    let dot_env = job.place.working.ancestors().map(|folder| folder.join(".env")).find(|path| path.is_file());
    let what = match () {
        () if of_ledger.iter().any(|path| is(path)) => "the ledger",
        () if named("marl.toml") || is(&settings) => "the settings",
        () if named(".env") || dot_env.is_some_and(|path| is(&path)) => "a file of keys",
        () if job.args.steps.recipe.as_deref().is_some_and(is) => "the recipe",
        () if is(&job.args.input) => "the input",
        () if in_marl() => "what marl keeps in `.marl`",
        () => return Ok(()),
    };
    let message = format!("{}: the output would overwrite {what}", project::shown(target));
    Err(Failure::new(exit::USAGE, ErrorCode::OutputExists, message).hint("choose another output path"))
}

/// The record of an older output that the new one is judged by; `None` where there is nothing to
/// lose.
fn replaceable(standing: Standing, output: &Path, job: &Job<'_>) -> Result<Option<Box<Record>>, Failure> {
    let (is_sandbox, overwrites) = (job.args.ledger.sandbox, job.args.overwrite);
    let shown = project::shown(output);
    if let Standing::Own(record) | Standing::Edited(record) = &standing
        && is_sandbox
        && !record.sandbox
    {
        let message =
            format!("{shown} holds answers that run {} got, and samples would replace them", record.run);
        return Err(
            refused(message, output).hint("name another file with `--output`, or leave `--sandbox` out")
        );
    }
    match standing {
        Standing::Free => Ok(None),
        _ if overwrites => Ok(None),
        Standing::Own(record) if record.sandbox && !is_sandbox => Ok(None),
        Standing::Own(record) => Ok(Some(record)),
        Standing::Edited(record) => {
            let message = format!("{shown} was changed since run {} wrote it", record.run);
            Err(refused(message, output).hint(
                "name another file with `--output`, or say `--overwrite` to replace it with its changes",
            ))
        }
        Standing::Foreign => {
            Err(refused(format!("{shown} exists, and marl does not know it as its own"), output)
                .hint("name another file with `--output`, or say `--overwrite` to replace it"))
        }
    }
}

/// The next command keeps the file: a program that follows by itself must not destroy it.
fn refused(message: String, output: &Path) -> Failure {
    Failure::new(exit::USAGE, ErrorCode::OutputExists, message)
        .next(typed::with_value("--output", &free_name(output).to_string_lossy()))
}

fn unreadable(error: TableError, output: &Path) -> Failure {
    Failure::from(error)
        .hint("it would be replaced, and marl looks first whether something would be lost")
        .hint("name another file with `--output`, or say `--overwrite` to replace it unread")
        .next(typed::with_value("--output", &free_name(output).to_string_lossy()))
}

/// `leads_enriched.csv` becomes `leads_enriched-2.csv`, or the next number that is free.
fn free_name(output: &Path) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = output.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    let extension = extension.unwrap_or_default();
    let names = (2..1000).map(|number| output.with_file_name(format!("{stem}-{number}{extension}")));
    names.into_iter().find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| output.to_owned())
}

/// What becomes of a column of the older output that holds answers.
enum Column {
    /// It is carried over.
    Carried,
    /// A step writes it; the table may have it as well.
    Written { output: usize, step: usize, own: Option<usize> },
    /// It is a column of the table now, whose empty cells are carried over; with `replaces`, also those
    /// that an answer replaced.
    Own { own: usize, replaces: bool },
}

/// A column that a question reads and that marl may have filled.
struct Through {
    /// Its place in the table.
    own: Option<usize>,
    /// Its place among the plan's outputs.
    output: Option<usize>,
    /// Its place among the older answers.
    answer: usize,
    kind: Option<SemanticType>,
}

/// Compares the new output with the older one.
struct Judge {
    older: OlderTable,
    /// What the older answers were given for.
    asked: Vec<Asked>,
    /// By input of each, the column that gives it now.
    found: Vec<Vec<Option<String>>>,
    /// By column of the older answers.
    columns: Vec<Column>,
    through: Vec<Vec<Through>>,
    reads: Vec<String>,
    /// Whether answers are JSON.
    is_json: bool,
    /// Cells that are empty now, and whose steps came to no answer.
    lost: u64,
    first: Option<(u64, String)>,
    /// Cells that are empty now because the newer answer says nothing.
    gone: u64,
    /// The table's own columns of which cells were carried over.
    filled: BTreeSet<String>,
}

impl Judge {
    fn new(target: &Path, record: &Record, job: &Job<'_>) -> Result<Self, TableError> {
        let options = ReadOptions { delimiter: job.args.table.delimiter, ..ReadOptions::default() };
        let asked = asked::of_record(record);
        let plan = asked::of_plan(&job.plan);
        let questions =
            |older: &Sketch, names: &[String]| asked::questions(&asked, names, older, &job.sketch, &plan);
        let older = OlderTable::open(target, &job.sketch, &options, &record.answers, questions)?;
        let found = asked.iter().map(|asked| asked.find(older.sketch(), &job.sketch, &plan)).collect();
        let steps = steps_of_outputs(&job.plan);
        let own = |name: &String| job.sketch.columns.iter().position(|column| column == name);
        let column = |name: &String| match job.plan.outputs().position(|output| output.name == *name) {
            Some(output) => Column::Written { output, step: steps[output], own: own(name) },
            None => {
                let replaces = || asked.iter().any(|asked| asked.replaces && asked.answers.contains(name));
                own(name).map_or(Column::Carried, |own| Column::Own { own, replaces: replaces() })
            }
        };
        let through = |name: &String| {
            let of =
                asked.iter().filter(|asked| asked.answers.contains(name)).flat_map(|asked| &asked.through);
            let place = |input: &asked::Input| {
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
            asked,
            reads: record.reads.clone(),
            is_json: job.sketch.format == Format::Jsonl,
            lost: 0,
            first: None,
            gone: 0,
            filled: BTreeSet::new(),
        })
    }

    /// The columns that are carried over: new ones, then those of the table.
    fn carried(&self) -> Vec<String> {
        let named = || self.columns.iter().zip(self.older.answers());
        let new = named().filter(|(column, _)| matches!(column, Column::Carried));
        let own = named().filter(|(column, _)| matches!(column, Column::Own { .. }));
        new.chain(own).map(|(_, name)| name.clone()).collect()
    }

    fn row(&mut self, row: &InputRow, end: Option<&RowEnd>) -> Result<Vec<Option<String>>, TableError> {
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

    /// Whether a cell that an answer depends on holds something else than when it was given: the user
    /// filled it, or this run did.
    fn is_changed(&self, at: usize, row: &InputRow, end: Option<&RowEnd>, found: &Found) -> bool {
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

    fn loss(&mut self, is_partial: bool) -> Result<Option<String>, TableError> {
        if let Some((row, column)) = &self.first {
            let (lost, column) = (self.lost, table::shown(column));
            let answers = if lost == 1 { "an answer".to_owned() } else { format!("{lost} answers") };
            return Ok(Some(format!(
                "the older one has {answers} that this run does not have, `{column}` of row {row} the first"
            )));
        }
        let is_other = is_partial && !self.older.is_of_these_rows()?;
        Ok(is_other.then(|| "the older one holds answers for none of these rows".to_owned()))
    }

    /// The first row that is not picked and would lose a cell. In a table of another length the
    /// rows are compared as they are written.
    fn first_unpicked(&self, job: &Job<'_>, picked: &Picked) -> Option<u64> {
        let older = self.older.sketch();
        if older.rows != job.sketch.rows {
            return None;
        }
        let at = |columns: &[String], name: &str| columns.iter().position(|column| column == name);
        let columns: Vec<(usize, Option<usize>)> = job
            .plan
            .outputs()
            .filter_map(|known| {
                Some((at(&older.columns, &known.name)?, at(&job.sketch.columns, &known.name)))
            })
            .collect();
        let loses = |before: &InputRow, now: &InputRow| {
            let mut columns = columns.iter();
            columns
                .any(|(old, new)| before.cell(*old).is_some() && new.and_then(|new| now.cell(new)).is_none())
        };
        for (before, now) in Reader::open(older).ok()?.zip(Reader::open(&job.sketch).ok()?) {
            let (before, now) = (before.ok()?, now.ok()?);
            if !picked.contains(now.number()) && loses(&before, &now) {
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
