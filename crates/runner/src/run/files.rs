//! The files that a run leaves: the enriched table and the list of errors, each in place or, if an older file
//! must stay, beside it. The overwrite guard decides what may be replaced.

use std::path::{Path, PathBuf};

use engine::{
    RowEnd,
    ledger::Ledger,
    plan::{self, Plan},
};
use marl_core::Outcome;
use table::{ErrorsFile, InputRow, OutputColumn, TableError, WriteOptions, Writer};

use crate::{
    failure::{Failure, exit::Exit},
    job::{Job, observer::Observer, overwrite_guard::OverwriteGuard},
    project::{
        ledger,
        outputs::{self, FileKind, Record},
        paths, provenance,
    },
    run::tally::Counts,
};

/// The files while they are being written.
pub(crate) struct Files {
    older: OverwriteGuard,
    output: PathBuf,
    errors_path: PathBuf,
    carried: Vec<String>,
    writer: Writer,
    errors: ErrorsFile,
}

/// What happened to the output.
#[derive(Debug, Default)]
pub enum Output {
    /// It is in place.
    Written,
    /// There was nothing to write, or nothing that an older output lacks.
    #[default]
    None,
    /// The older output stays, and the new table lies beside it.
    Beside {
        /// What the new output would have lost.
        why: String,
        /// Where the new table is; a table without rows is not kept.
        at: Option<PathBuf>,
    },
    /// The output could not be put in place; the failure says where its rows are.
    Failed,
}

/// What happened to the files.
#[derive(Default)]
pub(crate) struct Finished {
    pub output: Output,
    pub errors_file: Option<PathBuf>,
    pub failure: Option<Failure>,
    /// The number of answers in the older output that are "no data" now.
    pub gone: u64,
    /// The number of rows in the older output that hold answers and are no longer in the table.
    pub removed: u64,
}

/// What is recorded about a run's files.
pub(crate) struct Noted<'a> {
    pub run: i64,
    pub sandbox: bool,
    pub plan: &'a Plan,
    /// The table's own columns.
    pub columns: &'a [String],
    /// Whether the run did not reach all rows of its table.
    pub(crate) is_partial: bool,
}

impl Files {
    /// Creates the temporary files; every problem with their paths shows here.
    pub(crate) fn create(job: &Job, older: OverwriteGuard) -> Result<Self, Failure> {
        let output = job.output();
        let column = |output: &plan::Output| OutputColumn { name: output.name.clone(), kind: output.kind };
        let columns: Vec<OutputColumn> = job.plan.outputs().map(column).collect();
        let options = WriteOptions {
            raw_cells: job.spec.raw_cells,
            links: job.output_links(),
            encoding: job.spec.output_encoding,
        };
        let carried = older.carried();
        let writer = Writer::carrying(&output, &job.table, &columns, &carried, options)?;
        let errors_path = table::errors_path(&output);
        let errors = ErrorsFile::create(&errors_path, &job.table, job.spec.overwrite)?;
        Ok(Self { older, output, errors_path, carried, writer, errors })
    }

    /// The columns of an older output that are carried over.
    pub(crate) fn carried(&self) -> &[String] {
        &self.carried
    }

    /// The carried columns to report to the user.
    pub(crate) fn carried_for_report(&self) -> Vec<String> {
        self.older.carried_for_report()
    }

    /// Where the output will be, with links resolved.
    pub(crate) fn target(&self) -> &Path {
        self.writer.target()
    }

    /// How many cells got an apostrophe because a spreadsheet would have evaluated them.
    pub(crate) fn guarded_cells(&self) -> u64 {
        self.writer.guarded_cells()
    }

    /// Writes a row and its errors; returns its cells of the carried columns.
    pub(crate) fn write(
        &mut self,
        plan: &Plan,
        row: &InputRow,
        end: Option<&RowEnd>,
    ) -> Result<Vec<Option<String>>, TableError> {
        let carried = self.older.row(row, end);
        let Some(end) = end else {
            self.writer.write_with(row, &vec![None; plan.outputs().count()], &carried)?;
            return Ok(carried);
        };
        self.writer.write_with(row, &end.written, &carried)?;
        for (step, outcome) in plan.steps.iter().zip(&end.outcomes) {
            if let Outcome::Failed(error) = outcome {
                self.errors.write(row.number(), &step.name, error.kind().name(), &error.full_message())?;
            }
        }
        Ok(carried)
    }

    /// Puts the output and the list of errors in place. If an older output holds more, or the table or the
    /// disk failed midway, keeps what was written under another name.
    pub(crate) fn finish(
        mut self,
        trouble: Option<TableError>,
        counts: &Counts,
        interrupted: bool,
        noted: &Noted<'_>,
        observer: &dyn Observer,
    ) -> Finished {
        let mut finished = Finished::default();
        let has_failed = trouble.is_some();
        // Failures alone are no reason to replace an older output, which may hold answers.
        let gains = counts.has_answer() || counts.failed() == 0 || !self.output.exists();
        let writes = (counts.has_outcome() && gains) || (counts.rows == 0 && !interrupted);
        let why = if writes && !has_failed { self.why_older_stays(noted.is_partial) } else { None };
        // This must be counted while the older output is still in place.
        finished.removed = if writes && !has_failed && why.is_none() { self.older.removed() } else { 0 };
        let mut record = self.record(noted);
        match (trouble, why) {
            (Some(error), _) => {
                let failure = broken(error);
                let failure = match self.writer.keep() {
                    Some(kept) => failure.hint(format!("the rows so far are in {}", kept.display())),
                    None => failure,
                };
                let again = "the same command again buys nothing that was answered";
                finished.failure = Some(failure.hint(again));
                finished.output = Output::Failed;
            }
            (None, Some(why)) => {
                let at = self.writer.keep();
                if let Some(at) = &at
                    && let Ok(digest) = outputs::digest(at)
                {
                    record.path = outputs::place(at);
                    note(&self.older, &mut record, &digest, observer);
                }
                finished.output = Output::Beside { why, at };
            }
            (None, None) if writes => {
                let note = |digest: &str| note(&self.older, &mut record, digest, observer);
                match self.writer.finish_noting(note) {
                    Ok(()) => finished.output = Output::Written,
                    Err(error) => {
                        finished.failure = Some(broken(error));
                        finished.output = Output::Failed;
                    }
                }
            }
            (None, None) => {}
        }
        finished.gone = self.older.gone();
        let is_written = matches!(finished.output, Output::Written);
        // A run that found out nothing because a key is missing must not replace the list of an older run.
        let has_no_news =
            matches!(finished.output, Output::None) && !counts.has_outcome() && self.errors_path.exists();
        if has_no_news {
            return finished;
        }
        let record = Record { kind: FileKind::Errors, path: outputs::place(&self.errors_path), ..record };
        match list_errors(self.errors, &self.older, record, is_written, observer) {
            Ok(errors_file) => finished.errors_file = errors_file,
            // A full disk failed the output already.
            Err(error) => drop(finished.failure.get_or_insert(broken(error))),
        }
        finished
    }

    /// What the older output holds and the new one lacks.
    fn why_older_stays(&mut self, is_partial: bool) -> Option<String> {
        if self.writer.is_overtaken() {
            return Some("it was changed or made while the run went on".to_owned());
        }
        self.older.loss(is_partial)
    }

    fn record(&self, noted: &Noted<'_>) -> Record {
        let outputs = noted.plan.outputs().map(|output| output.name.clone());
        let answers: Vec<String> = outputs.chain(self.carried.iter().cloned()).collect();
        let read = noted.plan.reads().iter().map(|at| noted.columns[*at].clone());
        let mut reads: Vec<String> = read.filter(|column| !answers.contains(column)).collect();
        for column in self.older.reads() {
            if noted.columns.contains(column) && !answers.contains(column) && !reads.contains(column) {
                reads.push(column.clone());
            }
        }
        let mut provenance = provenance::of_plan(noted.plan);
        provenance.extend(self.older.provenance());
        Record {
            kind: FileKind::Table,
            digest: String::new(),
            path: outputs::place(self.writer.target()),
            sandbox: noted.sandbox,
            run: noted.run,
            answers,
            reads,
            delimiter: self.writer.unusual_delimiter(),
            provenance: provenance::bounded(provenance),
        }
    }
}

/// Puts the list of errors in place, even if the output is not. The list of an older run is removed once an
/// output without errors is in place.
fn list_errors(
    errors: ErrorsFile,
    older: &OverwriteGuard,
    mut record: Record,
    is_written: bool,
    observer: &dyn Observer,
) -> Result<Option<PathBuf>, TableError> {
    let is_own = |path: &Path| older.outputs.is_own_errors_file(path);
    if errors.rows() > 0 {
        let path = PathBuf::from(&record.path);
        let listed = errors.finish(is_own, |digest| note(older, &mut record, digest, observer))?;
        if listed.file_name() != path.file_name() {
            let stays = format!(
                "{} is not the list that marl wrote there, so it stays; this run's list is {}",
                paths::shown(&path),
                paths::shown(&listed)
            );
            observer.warn(&stays);
            if let Ok(digest) = outputs::digest(&listed) {
                record.path = outputs::place(&listed);
                note(older, &mut record, &digest, observer);
            }
        }
        return Ok(Some(listed));
    }
    if is_written {
        errors.remove_older(is_own)?;
    }
    Ok(None)
}

/// Records a file before it is put in place. Without the record the next run would not recognise it.
fn note(older: &OverwriteGuard, record: &mut Record, digest: &str, observer: &dyn Observer) {
    digest.clone_into(&mut record.digest);
    if let Err(error) = older.outputs.note(record) {
        let path = paths::shown(Path::new(&record.path));
        observer.warn(&format!(
            "{path} cannot be recorded as marl's own, so the next run will not replace it: {error}"
        ));
    }
}

/// The failure for a table or disk that failed after calls had been made.
fn broken(error: TableError) -> Failure {
    Failure::from(error).exiting(Exit::Internal).billed()
}

/// Gives a new ledger the permissions of the table whose answers it stores.
#[cfg(unix)]
pub(crate) fn keep_private(store: &dyn Ledger, input: &Path, observer: &dyn Observer) {
    use std::{fs, os::unix::fs::PermissionsExt};
    let wanted = table::mode_like(input) | 0o700;
    for path in store.file().into_iter().flat_map(ledger::files_of) {
        let Ok(file) = fs::symlink_metadata(&path) else { continue };
        let mode = file.permissions().mode();
        if !file.is_file() || mode & 0o777 & !wanted == 0 {
            continue;
        }
        let path = paths::shown(&path);
        if !store.is_new() {
            // The ledger may be shared on purpose.
            let hint = "`chmod` it, or name another with `--ledger`";
            return observer.warn(&format!("more people may read the ledger {path} than the table: {hint}"));
        }
        if let Err(error) = fs::set_permissions(&path, fs::Permissions::from_mode(mode & wanted)) {
            observer.warn(&format!("the ledger {path} cannot be made as private as the table: {error}"));
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn keep_private(_store: &dyn Ledger, _input: &Path, _observer: &dyn Observer) {}
