//! Finds the rows of an older output again, by what their answers were given for: the cells that each
//! question reads, in their normal form. The user may have added, removed, reordered or edited rows.
//!
//! As long as both tables are in step, the older one is read alongside. After the first difference all of its
//! answers go into a temporary file, and memory holds digests and positions of rows (see `matching`). This
//! module must not judge which answer is better.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

use super::{
    matching::{Matching, TableDigests, pair_whole},
    question::{KeyCell, Question, digest_of, key},
    same_row::{self, Tables},
    spool::Spool,
};
use crate::{
    format,
    input::{reader::Reader, scan::scan},
    interface::{options::ReadOptions, row::InputRow, summary::TableSummary},
    paths::folder_of,
    problem::{error::TableError, file::FileProblem},
};

/// The answers of a row, one entry for each column of [`OlderOutput::answers`]; `None` for an empty cell.
/// The texts are those of [`InputRow::text`].
pub type Answers = Vec<Option<String>>;

/// The answers of the older output for a row of the new table, one entry for each column of
/// [`OlderOutput::answers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OlderCells {
    /// The answers to what the row asks.
    pub answers: Answers,
    /// The answers that the row had, whatever it asks now.
    pub before: Answers,
}

/// An older output of marl, beside the table that a run reads now.
pub struct OlderOutput {
    path: PathBuf,
    summary: TableSummary,
    now: TableSummary,
    names: Vec<String>,
    /// The indices of the answers' columns in the older table.
    places: Vec<usize>,
    questions: Vec<Question>,
    /// The columns that both tables have, as indices in the older and in the new table.
    common: Vec<(usize, usize)>,
    rows: Rows,
    matched: u64,
}

enum Rows {
    InStep(Box<Reader>),
    Matched(Box<Matched>),
}

/// The matching of both tables, once they are out of step.
struct Matched {
    matching: Matching,
    spool: Spool,
    /// How many older rows with answers are not in the new table.
    removed: u64,
    has_answers: bool,
}

impl OlderOutput {
    /// Opens the older output at `path` to find the rows of `now` in it. `answers` names the columns that
    /// marl wrote. `questions` is called with the older output and those answer columns that it has, and
    /// returns what the answers were given for.
    ///
    /// # Errors
    /// The older output cannot be read as a table.
    pub fn open(
        path: &Path,
        now: &TableSummary,
        options: &ReadOptions,
        answers: &[String],
        questions: impl FnOnce(&TableSummary, &[String]) -> Vec<Question>,
    ) -> Result<Self, TableError> {
        let summary = scan_own_output(path, now, options)?;
        let (names, places): (Vec<String>, Vec<usize>) =
            answers.iter().filter_map(|name| Some((name.clone(), place(&summary.columns, name)?))).unzip();
        let own = summary.columns.iter().enumerate().filter(|(at, _)| !places.contains(at));
        let common = own.filter_map(|(at, name)| Some((at, place(&now.columns, name)?))).collect();
        Ok(Self {
            path: path.to_path_buf(),
            questions: questions(&summary, &names),
            names,
            places,
            common,
            rows: Rows::InStep(Box::new(Reader::open(&summary)?)),
            summary,
            now: now.clone(),
            matched: 0,
        })
    }

    /// The columns of the older output that marl wrote.
    pub fn answers(&self) -> &[String] {
        &self.names
    }

    /// The older output as a table.
    pub fn summary(&self) -> &TableSummary {
        &self.summary
    }

    /// Whether any row of the older output was found; also `true` if it holds no answers.
    ///
    /// # Errors
    /// The rest of the older output cannot be read.
    pub fn is_of_these_rows(&mut self) -> Result<bool, TableError> {
        if self.matched > 0 || self.summary.rows == 0 {
            return Ok(true);
        }
        self.removed()?;
        Ok(matches!(&self.rows, Rows::Matched(matched) if !matched.has_answers))
    }

    /// How many rows of the older output hold answers and are not in the new table. Call it after the last
    /// [`OlderOutput::find`].
    ///
    /// # Errors
    /// The rest of the older output cannot be read.
    pub fn removed(&mut self) -> Result<u64, TableError> {
        if self.summary.rows == self.matched && matches!(self.rows, Rows::InStep(_)) {
            return Ok(0);
        }
        self.matched_rows().map(|matched| matched.removed)
    }

    /// Returns what the older output has for a row of the new table. Call it for the rows in the new table's
    /// order.
    ///
    /// # Errors
    /// The older output cannot be read, or it was changed meanwhile.
    pub fn find(&mut self, row: &InputRow) -> Result<OlderCells, TableError> {
        let whole = self.whole(row, false);
        if let Rows::InStep(reader) = &mut self.rows {
            let older = reader.next().transpose()?;
            if let Some(older) = older.filter(|older| whole != 0 && self.whole(older, true) == whole) {
                self.matched += 1;
                let answers = self.answers_of(&older);
                return Ok(OlderCells { before: answers.clone(), answers });
            }
        }
        let place = usize::try_from(row.number() - 1).unwrap_or(usize::MAX);
        self.matched_rows()?;
        let Rows::Matched(matched) = &mut self.rows else { unreachable!("they were matched") };
        let nothing = || vec![None; self.names.len()];
        let mut found = OlderCells { answers: nothing(), before: nothing() };
        let mut read: Option<(u32, Answers)> = None;
        let mut is_known = false;
        for (question, pairs) in self.questions.iter().zip(&matched.matching.pairs) {
            let Some(pair) = pairs.get(place) else { continue };
            for (row, into) in [(pair.answer, &mut found.answers), (pair.before, &mut found.before)] {
                let Some(row) = row.checked_sub(1) else { continue };
                is_known = true;
                if read.as_ref().is_none_or(|(at_hand, _)| *at_hand != row) {
                    let answers = matched.spool.read(row);
                    read = Some((row, answers.map_err(|error| failed(&self.path, error))?));
                }
                let texts = read.as_ref().map(|(_, answers)| answers.as_slice()).unwrap_or_default();
                for at in &question.answers {
                    into[*at] = texts.get(*at).cloned().flatten();
                }
            }
        }
        self.matched += u64::from(is_known);
        Ok(found)
    }

    fn answers_of(&self, row: &InputRow) -> Answers {
        self.places.iter().map(|place| row.text(*place)).collect()
    }

    /// Compares both tables as a whole, no matter how much of them was read.
    fn matched_rows(&mut self) -> Result<&mut Matched, TableError> {
        if let Rows::InStep(_) = &self.rows {
            let matched = self.match_rows()?;
            self.rows = Rows::Matched(Box::new(matched));
        }
        match &mut self.rows {
            Rows::Matched(matched) => Ok(matched),
            Rows::InStep(_) => unreachable!("they were matched above"),
        }
    }

    fn match_rows(&self) -> Result<Matched, TableError> {
        let failed = |error| failed(&self.path, error);
        if self.summary.rows.max(self.now.rows) >= u64::from(u32::MAX) {
            return Err(failed(io::Error::other("it has too many rows to compare")));
        }
        let rows = usize::try_from(self.summary.rows).unwrap_or_default();
        let mut spool = Spool::new(folder_of(&self.path), rows).map_err(failed)?;
        let mut answers: Vec<Vec<u32>> = self.questions.iter().map(|_| Vec::with_capacity(rows)).collect();
        let mut has_answers = false;
        let older = self.side(&self.summary, true, |row| {
            let texts = self.answers_of(row);
            has_answers |= texts.iter().any(Option::is_some);
            for (question, answers) in self.questions.iter().zip(&mut answers) {
                answers.push(digest_of(question.answers.iter().map(|at| texts[*at].as_deref())));
            }
            spool.add(&texts).map_err(failed)
        })?;
        spool.finish().map_err(failed)?;
        let now = self.side(&self.now, false, |_| Ok(()))?;
        let has_answer: Vec<bool> =
            (0..older.whole.len()).map(|row| answers.iter().any(|answers| answers[row] != 0)).collect();
        let asked: Vec<usize> =
            self.questions.iter().flat_map(|question| &question.key).map(|cell| cell.older).collect();
        let tables = Tables { older: &self.summary, now: &self.now, common: &self.common, asked: &asked };
        let mut now_of = pair_whole(&older, &now);
        same_row::pair_edited(&mut now_of, &has_answer, [&older, &now], &tables)?;
        let mut matching = Matching::new(&older, &answers, &now, now_of);
        drop((older, now, answers));
        same_row::pair_neighbours(&mut matching, &has_answer, &tables)?;
        let rows = matching.now_of.iter().zip(&has_answer);
        let removed = rows.filter(|(now, has_answer)| **now == 0 && **has_answer).count() as u64;
        Ok(Matched { matching, spool, removed, has_answers })
    }

    /// The digests of a table's rows.
    fn side(
        &self,
        summary: &TableSummary,
        is_older: bool,
        mut each: impl FnMut(&InputRow) -> Result<(), TableError>,
    ) -> Result<TableDigests, TableError> {
        let rows = usize::try_from(summary.rows).unwrap_or_default();
        let keys = self.questions.iter().map(|_| Vec::with_capacity(rows)).collect();
        let mut side = TableDigests { whole: Vec::with_capacity(rows), keys };
        for row in Reader::open(summary)? {
            let row = row?;
            let whole = self.whole(&row, is_older);
            side.whole.push(whole);
            for (question, keys) in self.questions.iter().zip(&mut side.keys) {
                // A question without columns asks about the whole row.
                keys.push(if question.key.is_empty() { whole } else { key(&question.key, &row, is_older) });
            }
            each(&row)?;
        }
        Ok(side)
    }

    /// A digest of the columns that both tables have, and of the cells that questions read from renamed
    /// columns; 0 if nothing distinguishes rows.
    fn whole(&self, row: &InputRow, is_older: bool) -> u64 {
        let mut hash = DefaultHasher::new();
        for (number, (older, now)) in self.common.iter().enumerate() {
            let text = row.stored(if is_older { *older } else { *now });
            // An absent cell counts as an empty one.
            if let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
                (number, text).hash(&mut hash);
            }
        }
        let is_renamed = |cell: &KeyCell| !self.common.contains(&(cell.older, cell.now));
        let renamed = self.questions.iter().filter(|question| question.key.iter().any(is_renamed));
        let mut is_distinguished = !self.common.is_empty();
        for question in renamed {
            is_distinguished = true;
            key(&question.key, row, is_older).hash(&mut hash);
        }
        if is_distinguished { hash.finish().max(1) } else { 0 }
    }
}

fn failed(path: &Path, source: io::Error) -> TableError {
    TableError::caused(path, FileProblem::Read, source)
}

fn place(columns: &[String], name: &String) -> Option<usize> {
    columns.iter().position(|column| column == name)
}

/// Scans a table that marl wrote: its first row is always the header, and no line after the rows is left out.
/// `now` is the table that a run reads.
fn scan_own_output(
    path: &Path,
    now: &TableSummary,
    options: &ReadOptions,
) -> Result<TableSummary, TableError> {
    let plain = ReadOptions { delimiter: options.delimiter, ..ReadOptions::default() };
    let format = format::for_path(path).map_or(now.format(), |format| format.info());
    if !format.has_header {
        return scan(path, &plain);
    }
    let first = ReadOptions { header_line: Some(1), skip_footer: Some(0), ..plain.clone() };
    let found = scan(path, &first).or_else(|_| scan(path, &plain));
    match now.delimiter() {
        // The input was read with this delimiter, so marl probably wrote the output with it.
        Some(delimiter) if options.delimiter.is_none() => {
            found.or_else(|_| scan(path, &ReadOptions { delimiter: Some(delimiter), ..first }))
        }
        _ => found,
    }
}
