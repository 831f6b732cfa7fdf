//! An older output is not replaced by one that says less: rows that are not picked pass through
//! without the answers that it holds for them, and samples are no answers.

use std::path::Path;

use engine::ledger::{RunRecord, Store};

use crate::{
    args::LedgerChoice,
    failure::Failure,
    job::Job,
    pick::Picked,
    project,
    table::{self, InputRow, ReadOptions, Reader},
};

/// Refuses when the older output holds answers that the new one would not.
pub(crate) fn check(output: &Path, job: &Job<'_>, picked: &Picked) -> Result<(), Failure> {
    if job.args.ledger.sandbox && output.is_file() {
        samples_for_answers(output, job)?;
    }
    if picked.count >= job.sketch.rows || !output.is_file() {
        return Ok(());
    }
    match first_loss(output, job, picked) {
        None => Ok(()),
        Some(row) => {
            let output = project::shown(output);
            let message = format!(
                "{output} holds answers for rows that are not picked, row {row} the first, and would lose them"
            );
            Err(Failure::usage(message)
                .hint(format!("go on from it with `--input {output}`, or name another file with `--output`"))
                .hint("a run over all rows replaces it; every answer is in the ledger in any case"))
        }
    }
}

/// Refuses samples where a run that asked the providers themselves wrote last.
fn samples_for_answers(output: &Path, job: &Job<'_>) -> Result<(), Failure> {
    let path = project::absolute(output);
    let last = |sandbox| -> Option<RunRecord> {
        let ledger = project::ledger(&LedgerChoice { ledger: None, sandbox }, &job.place.project).ok()?;
        let store = ledger.exists().then(|| Store::open(&ledger).ok()).flatten()?;
        let run = store.run_of_output(&path).ok()??;
        run.summary.as_ref().is_some_and(|summary| summary["output"].is_string()).then_some(run)
    };
    let Some(real) = last(false) else { return Ok(()) };
    if last(true).is_some_and(|samples| samples.started_at > real.started_at) {
        return Ok(());
    }
    let output = project::shown(output);
    let message = format!("{output} holds answers that run {} got, and samples would replace them", real.id);
    Err(Failure::usage(message).hint("name another file with `--output`, or leave `--sandbox` out"))
}

/// The first row that would lose a cell. Another table than this one's output has none.
fn first_loss(output: &Path, job: &Job<'_>, picked: &Picked) -> Option<u64> {
    // The output begins at its header, whatever the input does.
    let written = ReadOptions { delimiter: job.args.table.delimiter, ..ReadOptions::default() };
    let older = table::check(output, &written).ok()?;
    if older.rows != job.sketch.rows {
        return None;
    }
    let at = |columns: &[String], name: &str| columns.iter().position(|column| column == name);
    let columns: Vec<(usize, Option<usize>)> = job
        .plan
        .outputs()
        .filter_map(|known| Some((at(&older.columns, &known.name)?, at(&job.sketch.columns, &known.name))))
        .collect();
    let loses = |before: &InputRow, now: &InputRow| {
        columns
            .iter()
            .any(|(old, new)| before.cell(*old).is_some() && new.and_then(|new| now.cell(new)).is_none())
    };
    let rows = Reader::open(&older).ok()?.zip(Reader::open(&job.sketch).ok()?);
    for (before, now) in rows {
        let (before, now) = (before.ok()?, now.ok()?);
        if !picked.contains(now.number()) && loses(&before, &now) {
            return Some(now.number());
        }
    }
    None
}
