//! An older output is not replaced by one that says less: rows that are not picked pass through
//! without the answers that it holds for them.

use std::path::Path;

use crate::{
    failure::Failure,
    job::Job,
    pick::Picked,
    project,
    table::{self, InputRow, ReadOptions, Reader},
};

/// Refuses when the older output holds answers for rows that are not picked.
pub(crate) fn check(output: &Path, job: &Job<'_>, picked: &Picked) -> Result<(), Failure> {
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

/// The first row that would lose a cell. Another table than this one's output has none.
fn first_loss(output: &Path, job: &Job<'_>, picked: &Picked) -> Option<u64> {
    let older = table::check(output, &ReadOptions { delimiter: job.args.delimiter }).ok()?;
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
