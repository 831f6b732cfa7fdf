//! Decides whether the last rows of a file are rows, or notes and totals after the table. This module must
//! not read text by itself.

use super::words::{Look, TOTALS, begins_as_footer, is_certain_note, is_note_apart, look};
use crate::{problem::note::Note, text::cut::CutRow};

/// The most lines after the rows that are considered as notes.
const MOST_BEHIND: usize = 20;

/// How many bytes of a row's first cell are kept.
const FIRST_CELL: usize = 64;

/// What is known about the last rows while the rows are scanned.
#[derive(Default)]
pub(super) struct Tail {
    /// The rows since the last one that has the header's number of cells.
    behind: Vec<Misfit>,
    /// Whether there are more of these rows than are kept.
    has_more_behind: bool,
    last: Option<TailRow>,
    /// The first row since the last blank line, and the number of rows since then.
    apart: Option<(TailRow, u64)>,
}

/// A row by its line and the beginning of its first cell.
struct TailRow {
    line: u64,
    cell: String,
}

/// A row with another number of cells than the header, which may be a note after the table.
pub(super) struct Misfit {
    pub(super) line: u64,
    /// The position where it begins, in bytes of the text.
    pub(super) offset: u64,
    pub(super) after_blank: bool,
    /// The first cells that are filled.
    pub(super) cells: Vec<String>,
    pub(super) is_blank: bool,
    /// Whether it has more cells than the header.
    pub(super) is_long: bool,
}

impl Tail {
    /// Counts the rows since the last blank line.
    pub(super) fn count(&mut self, cut: &CutRow<'_>, ends: &[usize]) {
        if cut.after_blank {
            let cell = String::from_utf8_lossy(first_cell(cut, ends)).into_owned();
            self.apart = Some((TailRow { line: cut.line, cell }, 1));
        } else if let Some((_, count)) = &mut self.apart {
            *count += 1;
        }
    }

    /// Adds a row that has the header's number of cells.
    pub(super) fn fitting(&mut self, cut: &CutRow<'_>, ends: &[usize]) {
        self.behind.clear();
        self.has_more_behind = false;
        self.keep_last(cut, ends);
    }

    /// Remembers a row of the table as the last one.
    pub(super) fn keep_last(&mut self, cut: &CutRow<'_>, ends: &[usize]) {
        let first = first_cell(cut, ends);
        // Only the last row matters, so this must be cheap for all others.
        match &mut self.last {
            Some(TailRow { line, cell }) => {
                *line = cut.line;
                cell.clear();
                cell.push_str(&String::from_utf8_lossy(first));
            }
            None => {
                let cell = String::from_utf8_lossy(first).into_owned();
                self.last = Some(TailRow { line: cut.line, cell });
            }
        }
    }

    /// Adds a row that does not have the header's number of cells.
    pub(super) fn misfit(&mut self, row: Misfit) {
        match self.behind.len() == MOST_BEHIND {
            true => self.has_more_behind = true,
            false => self.behind.push(row),
        }
    }

    /// The position where the notes after the rows begin, in bytes of the text, if the lines there cannot be
    /// rows. `rows` counts all rows, and `width` is the header's number of cells.
    pub(super) fn notes_behind(&self, rows: u64, width: usize) -> Option<(u64, Note)> {
        let first = self.behind.first()?;
        let has_rows = rows > self.behind.len() as u64;
        let is_note = |row: &Misfit| row.is_note(first.after_blank);
        let is_sure = width >= 2 && has_rows && !self.has_more_behind && self.behind.iter().all(is_note);
        // Blank lines alone are no evidence of notes.
        let text = self.behind.iter().find_map(|row| row.cells.first())?;
        is_sure.then(|| {
            let note = Note::After { first: first.line, text: text.clone(), count: self.behind.len() as u64 };
            (first.offset, note)
        })
    }

    /// The last rows, if they look like totals or notes and have as many cells as the other rows.
    pub(super) fn looks_like_notes(&self, rows: u64) -> Option<Note> {
        let last = self.last.as_ref()?;
        let apart = self.apart.as_ref().filter(|(_, count)| *count <= MOST_BEHIND as u64);
        let block = apart.filter(|(first, count)| {
            *count < rows && *count > 1 && (is_total(&first.cell) || is_total(&last.cell))
        });
        if let Some((first, count)) = block {
            let cell = without_quotes(&first.cell);
            return Some(Note::LastRowsLookLikeNotes { line: first.line, cell, count: *count });
        }
        (rows > 1 && is_total(&last.cell)).then(|| Note::LastRowsLookLikeNotes {
            line: last.line,
            cell: without_quotes(&last.cell),
            count: 1,
        })
    }

    /// How many lines `--skip-footer` would leave out, if all `short` rows with missing cells are the last
    /// ones; and whether they are more likely notes than rows.
    pub(super) fn footer(&self, rows: u64, short: u64) -> (Option<u64>, bool) {
        let are_last = self.behind.len() as u64 == short && !self.has_more_behind;
        // The flag counts no blank lines, and a line with empty quotes is not blank.
        let lines = self.behind.iter().filter(|row| !row.is_blank).count() as u64;
        let footer = (are_last && lines > 0 && rows > short).then_some(lines);
        // Short lines after a blank line are notes more often than rows, unless they hold an address: a
        // sentence may contain the delimiter.
        let follow_a_blank = self.behind.first().is_some_and(|row| row.after_blank)
            && !self.behind.iter().any(Misfit::has_address);
        let have_one_cell = self.behind.iter().all(|row| row.cells.len() <= 1);
        (footer, follow_a_blank || (have_one_cell && self.ends_a_report()))
    }

    /// Whether the lines after the rows end a report: one of them names its author or its reader.
    fn ends_a_report(&self) -> bool {
        self.behind.iter().filter_map(|row| row.cells.first()).any(|cell| begins_as_footer(cell))
    }
}

impl Misfit {
    /// Whether the row is a note; `is_apart` says that a blank line precedes the notes.
    fn is_note(&self, is_apart: bool) -> bool {
        let text = self.cells.first().map(String::as_str).unwrap_or_default();
        let is_note = match self.cells.len() {
            0 => true,
            1 if is_apart => is_note_apart(text),
            1 => is_certain_note(text),
            2 => {
                is_apart
                    && begins_as_footer(text)
                    && matches!(look(&self.cells[1]), Look::Number | Look::Date)
            }
            _ => false,
        };
        is_note && !self.is_long && !self.has_address()
    }

    fn has_address(&self) -> bool {
        self.cells.iter().any(|cell| look(cell) == Look::Address)
    }
}

fn first_cell<'a>(cut: &CutRow<'a>, ends: &[usize]) -> &'a [u8] {
    &cut.bytes[..ends.first().map_or(0, |end| (*end).min(FIRST_CELL))]
}

/// The beginning of a cell as a note shows it.
fn without_quotes(cell: &str) -> String {
    cell.trim().trim_matches('"').to_owned()
}

fn is_total(cell: &str) -> bool {
    let lower = cell.trim().trim_matches('"').trim_end_matches(':').to_lowercase();
    TOTALS.contains(&lower.as_str()) || (begins_as_footer(cell) && is_certain_note(cell))
}
