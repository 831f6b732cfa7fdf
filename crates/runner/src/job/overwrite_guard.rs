//! Decides whether a run may replace the older output. It may if marl wrote the older file, nobody edited the
//! file since, and the new output loses none of its answers. A run never replaces a file that it needs
//! itself.
//!
//! The guard compares the outputs row by row while the new one is written, over the rows that both have. If a
//! step asked again and found no data, the newer result counts, and nothing is lost. If a cell is empty
//! because its step did not run, failed or is not in the plan, its answer is lost. The new output takes over
//! columns that only the older output has, and cells that marl filled in the table's own columns. An answer
//! is also lost if its row no longer asks the same question.

mod judge;

use std::{
    fs,
    path::{Path, PathBuf},
};

use engine::RowEnd;

use judge::Judge;
use table::{InputRow, Links, Note, TableError};

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit, invocation::Change},
    job::{Job, select::Selected},
    project::{
        self, ledger,
        outputs::{self, FileKind, Outputs, Record, Standing},
        paths,
        provenance::Provenance,
    },
};

/// Protects the file that was at the output's path before a run.
pub(crate) struct OverwriteGuard {
    pub outputs: Outputs,
    judge: Option<Judge>,
    /// Why the older output could not be read any further.
    unreadable: Option<String>,
}

impl OverwriteGuard {
    /// Inspects the file at the output's path.
    ///
    /// # Errors
    /// The run must not replace the file.
    pub(crate) fn inspect(job: &Job) -> Result<Self, Failure> {
        let output = job.output();
        let target = match job.output_links() {
            Links::Follow => table::follow_links(&output).unwrap_or_else(|_| output.clone()),
            Links::Refuse => output.clone(),
        };
        table::check_output(&output, &job.table, job.output_links())?;
        let ledger = project::ledger(&job.spec.ledger, &job.workspace.project)?;
        protect(&target, &ledger, job)?;
        protect(&table::errors_path(&output), &ledger, job)?;
        let outputs = Outputs::read(&job.workspace.project, &ledger, &target);
        let standing = outputs.standing(&target, FileKind::Table).map_err(|error| {
            Failure::usage(format!("{} cannot be read", paths::shown(&output))).caused_by(&error)
        })?;
        let judge = match replaceable(standing, &output, job)? {
            Some(record) => {
                Some(Judge::new(&target, &record, job).map_err(|error| unreadable(error, &output))?)
            }
            None => None,
        };
        Ok(Self { outputs, judge, unreadable: None })
    }

    /// Refuses a selection that leaves out rows for which the older output holds answers.
    pub(crate) fn check_selected(&self, job: &Job, selected: &Selected) -> Result<(), Failure> {
        let Some(judge) = self.judge.as_ref().filter(|_| selected.count < job.table.rows) else {
            return Ok(());
        };
        match judge.first_unselected(job, selected) {
            None => Ok(()),
            Some(row) => {
                let output = paths::shown(&job.output());
                let message = format!(
                    "{output} holds answers for rows that are not picked, first row {row}, and would lose them"
                );
                Err(Failure::new(Exit::Usage, ErrorCode::OutputExists, message)
                    .hint(format!(
                        "continue from it with `--input {output}`, or name another file with `--output`"
                    ))
                    .hint("a run over all rows replaces it; every answer is in the ledger in any case")
                    .next(Change::value("--output", free_name(&job.output()).to_string_lossy())))
            }
        }
    }

    /// The columns of the older output that the new output takes over.
    pub(crate) fn carried(&self) -> Vec<String> {
        self.judge.as_ref().map(Judge::carried).unwrap_or_default()
    }

    /// The columns, besides the plan's, that tell the new output's rows apart later.
    pub(crate) fn reads(&self) -> &[String] {
        self.judge.as_ref().map_or(&[], Judge::reads)
    }

    /// What the carried answers were given for, in terms of the new output's columns.
    pub(crate) fn provenance(&self) -> Vec<Provenance> {
        self.judge.as_ref().map(Judge::carried_provenance).unwrap_or_default()
    }

    /// The carried columns to report to the user; of the table's own columns, only those that got a cell.
    pub(crate) fn carried_for_report(&self) -> Vec<String> {
        self.judge.as_ref().map(Judge::carried_for_report).unwrap_or_default()
    }

    /// How many rows of the older output hold answers and are no longer in the table. Call this after all
    /// rows were compared.
    pub(crate) fn removed(&mut self) -> u64 {
        self.judge.as_mut().and_then(|judge| judge.removed().ok()).unwrap_or_default()
    }

    /// Compares a row with the older output; returns the row's cells of the carried columns. If the older
    /// output can no longer be read, the run goes on, and the older output stays.
    pub(crate) fn row(&mut self, row: &InputRow, end: Option<&RowEnd>) -> Vec<Option<String>> {
        let Some(judge) = self.judge.as_mut().filter(|_| self.unreadable.is_none()) else {
            return Vec::new();
        };
        judge.row(row, end).unwrap_or_else(|error| {
            self.unreadable = Some(error.to_string());
            Vec::new()
        })
    }

    /// Why the older output must stay; called after all rows were compared. An older output with entirely
    /// different rows is replaced only if the run reached all of its own rows.
    pub(crate) fn loss(&mut self, is_partial: bool) -> Option<String> {
        let loss = match (self.unreadable.take(), self.judge.as_mut()) {
            (Some(error), _) => return Some(error),
            (None, judge) => judge.map_or(Ok(None), |judge| judge.loss(is_partial)),
        };
        loss.unwrap_or_else(|error| Some(error.to_string()))
    }

    /// How many answers of the older output are "no data" in the new output.
    pub(crate) fn gone(&self) -> u64 {
        self.judge.as_ref().map_or(0, Judge::gone)
    }
}

/// Refuses an output path at which the run would overwrite a file that it needs.
fn protect(target: &Path, ledger: &Path, job: &Job) -> Result<(), Failure> {
    let of_ledger = ledger::files_of(ledger);
    let named = |name: &str| outputs::real(target).file_name().is_some_and(|own| own == name);
    let is = |other: &Path| table::same_place(target, other);
    let in_marl = || outputs::real(target).parent().is_some_and(|folder| folder.ends_with(".marl"));
    let settings = job.workspace.project.join("marl.toml");
    let dot_env =
        job.workspace.working.ancestors().map(|folder| folder.join(".env")).find(|path| path.is_file());
    let what = match () {
        () if of_ledger.iter().any(|path| is(path)) => "the ledger",
        () if named("marl.toml") || is(&settings) => "the settings",
        () if named(".env") || dot_env.is_some_and(|path| is(&path)) => "a file of keys",
        () if job.spec.steps.recipe.as_deref().is_some_and(is) => "the recipe",
        () if is(&job.spec.input) => "the input",
        () if in_marl() => "what marl keeps in `.marl`",
        () => return Ok(()),
    };
    let message = format!("{}: the output would overwrite {what}", paths::shown(target));
    Err(Failure::new(Exit::Usage, ErrorCode::OutputExists, message).hint("choose another output path"))
}

/// The record of the older output to compare with; `None` if there is nothing to lose.
fn replaceable(standing: Standing, output: &Path, job: &Job) -> Result<Option<Box<Record>>, Failure> {
    let (is_sandbox, overwrites) = (job.spec.ledger.sandbox, job.spec.overwrite);
    // A table of samples passes its samples on.
    let brings_samples = is_sandbox || job.table.notes.contains(&Note::Samples);
    let shown = paths::shown(output);
    if let Standing::Own(record) | Standing::Edited(record) = &standing
        && brings_samples
        && !record.sandbox
    {
        let message =
            format!("{shown} holds answers that run {} got, and samples would replace them", record.run);
        let other = if is_sandbox { "leave `--sandbox` out" } else { "start from a table without samples" };
        return Err(refused(message, output).hint(format!("name another file with `--output`, or {other}")));
    }
    match standing {
        Standing::Free => Ok(None),
        _ if overwrites => Ok(None),
        Standing::Own(record) if record.sandbox && !brings_samples => Ok(None),
        Standing::Own(record) => Ok(Some(record)),
        Standing::Edited(record) => {
            let message = format!("{shown} was changed since run {} wrote it", record.run);
            Err(refused(message, output).hint(
                "name another file with `--output`, or use `--overwrite` to replace it despite its changes",
            ))
        }
        Standing::Foreign => {
            Err(refused(format!("{shown} exists, and marl has no record of writing it"), output)
                .hint("name another file with `--output`, or use `--overwrite` to replace it"))
        }
    }
}

/// The next command keeps the file: a program that follows it must not destroy the file.
fn refused(message: String, output: &Path) -> Failure {
    Failure::new(Exit::Usage, ErrorCode::OutputExists, message)
        .next(Change::value("--output", free_name(output).to_string_lossy()))
}

fn unreadable(error: TableError, output: &Path) -> Failure {
    Failure::from(error)
        .hint("marl checks whether anything would be lost before it replaces the file")
        .hint("name another file with `--output`, or use `--overwrite` to replace it unread")
        .next(Change::value("--output", free_name(output).to_string_lossy()))
}

/// `leads_enriched.csv` becomes `leads_enriched-2.csv`, or the next number that is free.
fn free_name(output: &Path) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = output.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    let extension = extension.unwrap_or_default();
    let names = (2..1000).map(|number| output.with_file_name(format!("{stem}-{number}{extension}")));
    names.into_iter().find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| output.to_owned())
}
