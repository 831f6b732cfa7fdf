//! The first pass over CSV and TSV: makes names of the header, counts the rows that do not
//! have its number of cells, keeps samples, and finds notes behind the rows. It reads through
//! the same [`RowCutter`] as the second pass. It must not read files by itself.

use std::io::Read;

use super::{
    delimiter::likely_delimiter,
    head::Head,
    problem::{CsvProblem, Misfits},
    words::{Look, TOTALS, begins_as_footer, is_certain_note, is_note_apart, look},
};
use crate::{
    input::{
        columns::{ColumnProblem, MOST_COLUMNS, give_names, wrong_name},
        options::ReadOptions,
        scan::{Samples, ScanFault},
    },
    problem::{TableProblem, error::Location, file::FileProblem, note::Note},
    text::{
        cut::{CutRow, MOST_CELL, RowCutter, raw_cells, unquoted},
        encoding::BOM,
        shape::{LineEnding, TextShape},
    },
};

/// The most lines behind the rows that are looked at as notes.
const MOST_BEHIND: usize = 20;

/// How many of the rows that repeat the header are told by their lines.
const MOST_REPEATED: usize = 5;

/// What a pass ended with.
pub(crate) enum PassEnd {
    Sound(SoundRows),
    /// The rows end here, in bytes of the text: what is behind them is left out.
    EndsAt(u64, Note),
}

/// What a pass over all rows finds.
pub(super) struct SoundRows {
    pub(super) columns: Vec<String>,
    /// The header as it stands in the file, if the columns have its names.
    pub(super) header: Option<String>,
    pub(super) rows: u64,
    pub(super) samples: Samples,
    /// Without the byte order mark, which the text does not have any more.
    pub(super) shape: TextShape,
    /// Whether rows lack cells at their end.
    pub(super) pads: bool,
    pub(super) notes: Vec<Note>,
}

/// Reads the rows to the end of the text.
pub(crate) fn run<R: Read>(
    cutter: RowCutter<R>,
    head: &Head,
    options: &ReadOptions,
) -> Result<PassEnd, ScanFault> {
    go_over(cutter, RowPass::new(head, options)).map(|(passed, _)| passed)
}

/// The same for a TSV whose cells may hold line breaks in quotes; answers the line of the first such
/// cell. A break within what would be a row by itself is a fault: a quote may be text.
pub(crate) fn run_with_breaks<R: Read>(
    cutter: RowCutter<R>,
    head: &Head,
    options: &ReadOptions,
) -> Result<(PassEnd, Option<u64>), ScanFault> {
    go_over(cutter, RowPass { distrusts_breaks: true, ..RowPass::new(head, options) })
}

fn go_over<R: Read>(
    mut cutter: RowCutter<R>,
    mut pass: RowPass<'_>,
) -> Result<(PassEnd, Option<u64>), ScanFault> {
    let mut ends = Vec::new();
    while let Some(cut) = cutter.next(&mut ends)? {
        if pass.ending.is_none() {
            pass.ending = cut.ending;
        }
        pass.final_newline = cut.ending.is_some();
        if pass.columns.is_none() {
            let is_row = pass.begin(&cut, &ends)?;
            if is_row {
                pass.row(&cut, &ends)?;
            }
            cutter.set_width(ends.len());
        } else {
            pass.row(&cut, &ends)?;
        }
    }
    let broken = pass.first_broken;
    pass.finish().map(|passed| (passed, broken))
}

struct RowPass<'a> {
    head: &'a Head,
    options: &'a ReadOptions,
    columns: Option<Vec<String>>,
    /// The header as it stands in the file, if its names are taken as they are.
    header: Option<String>,
    rows: u64,
    samples: Samples,
    ending: Option<LineEnding>,
    final_newline: bool,
    short: Misfits,
    long: Misfits,
    padded: u64,
    /// The rows since the last one that has the header's number of cells.
    behind: Vec<Behind>,
    /// Whether these are more than are kept.
    has_more_behind: bool,
    /// The first cell of the last whole row.
    last_row: Option<(u64, String, bool)>,
    /// The line of the last row if it is of a TSV and its last cell opens with a quote.
    open_cell: Option<u64>,
    /// Whether a cell with line breaks is refused that could be rows.
    distrusts_breaks: bool,
    /// The line of the first row with line breaks in a cell.
    first_broken: Option<u64>,
    /// The lines of rows that repeat the header, and how many there are.
    repeated: (Vec<u64>, u64),
    /// The rows since the last blank line: the first one's line and cell, and how many.
    apart: Option<(u64, String, u64)>,
    notes: Vec<Note>,
}

/// A row that may be a note behind the table.
struct Behind {
    line: u64,
    offset: u64,
    after_blank: bool,
    /// The cells that are filled.
    cells: Vec<String>,
    is_blank: bool,
    is_long: bool,
}

impl<'a> RowPass<'a> {
    fn new(head: &'a Head, options: &'a ReadOptions) -> Self {
        Self {
            head,
            options,
            columns: None,
            header: None,
            rows: 0,
            samples: Samples::default(),
            ending: None,
            final_newline: false,
            short: Misfits::default(),
            long: Misfits::default(),
            padded: 0,
            behind: Vec::new(),
            has_more_behind: false,
            last_row: None,
            open_cell: None,
            distrusts_breaks: false,
            first_broken: None,
            repeated: (Vec::new(), 0),
            apart: None,
            notes: Vec::new(),
        }
    }

    /// Takes the header from the first row, and answers whether that is a row itself.
    fn begin(&mut self, cut: &CutRow<'_>, ends: &[usize]) -> Result<bool, ScanFault> {
        if ends.len() > MOST_COLUMNS {
            return Err(ScanFault::at(Location::Line(cut.line), ColumnProblem::TooManyColumns));
        }
        let text = String::from_utf8_lossy(cut.bytes);
        if self.options.no_header {
            let names: Vec<String> = (1..=ends.len()).map(|at| format!("column_{at}")).collect();
            self.notes.push(Note::Named(names.clone()));
            self.samples.grow(names.len());
            self.columns = Some(names);
            return Ok(true);
        }
        let mut names: Vec<String> =
            raw_cells(&text, ends).map(|raw| unquoted(raw, cut.is_quoted).into_owned()).collect();
        let problem = match names.as_slice() {
            [only] if self.options.delimiter.is_none() && self.head.separator.is_none() => {
                likely_delimiter(only, self.head.delimiter)
                    .map(|found| CsvProblem::WrongDelimiter { used: self.head.delimiter, found })
            }
            _ => None,
        };
        let problem = problem
            .map(TableProblem::from)
            .or_else(|| wrong_name(&names, self.options.name_columns).map(TableProblem::from));
        if let Some(problem) = problem {
            return Err(ScanFault::at(Location::Line(cut.line), problem));
        }
        let given = if self.options.name_columns { give_names(&mut names) } else { Vec::new() };
        match given.is_empty() {
            true => self.header = Some(text.into_owned()),
            false => self.notes.push(Note::Named(given)),
        }
        self.samples.grow(names.len());
        self.columns = Some(names);
        Ok(false)
    }

    fn row(&mut self, cut: &CutRow<'_>, ends: &[usize]) -> Result<(), ScanFault> {
        let width = self.columns.as_ref().map_or(0, Vec::len);
        self.rows += 1;
        if cut.more_lines > 0 && self.distrusts_breaks {
            self.first_broken.get_or_insert(cut.line);
            let tabs = |line: &[u8]| line.iter().filter(|byte| **byte == b'\t').count();
            // The first line may be whole: its last cell is the one that goes on.
            if cut.bytes.split(|byte| *byte == b'\n').skip(1).any(|line| tabs(line) + 1 >= width) {
                return Err(ScanFault::at(
                    Location::Line(cut.line),
                    CsvProblem::OpenCell { opened: cut.line },
                ));
            }
        }
        self.note_repeated(cut);
        self.note_apart(cut, ends);
        if ends.len() != width {
            return self.misfit(cut, ends, width);
        }
        self.behind.clear();
        self.has_more_behind = false;
        self.open_cell = opens_a_cell(cut, ends).then_some(cut.line);
        self.keep_samples(cut, ends);
        Ok(())
    }

    /// Remembers a row that is the header again, as files put one behind another have it.
    fn note_repeated(&mut self, cut: &CutRow<'_>) {
        let Some(header) = &self.header else { return };
        let row = cut.bytes.strip_prefix(BOM).unwrap_or(cut.bytes);
        if row == header.as_bytes() {
            self.repeated.1 += 1;
            if self.repeated.0.len() < MOST_REPEATED {
                self.repeated.0.push(cut.line);
            }
        }
    }

    /// Counts the rows since the last blank line.
    fn note_apart(&mut self, cut: &CutRow<'_>, ends: &[usize]) {
        if cut.after_blank {
            let end = ends.first().map_or(0, |end| (*end).min(64));
            self.apart = Some((cut.line, String::from_utf8_lossy(&cut.bytes[..end]).into_owned(), 1));
        } else if let Some((_, _, count)) = &mut self.apart {
            *count += 1;
        }
    }

    fn keep_samples(&mut self, cut: &CutRow<'_>, ends: &[usize]) {
        let first = &cut.bytes[..ends[0].min(64)];
        // Only the last row matters, so this must cost nothing for the others.
        match &mut self.last_row {
            Some((line, cell, after_blank)) => {
                *line = cut.line;
                *after_blank = cut.after_blank;
                cell.clear();
                cell.push_str(&String::from_utf8_lossy(first));
            }
            None => {
                let cell = String::from_utf8_lossy(first).into_owned();
                self.last_row = Some((cut.line, cell, cut.after_blank));
            }
        }
        if !self.samples.wants_any() {
            return;
        }
        let mut start = 0;
        for (column, end) in ends.iter().enumerate() {
            if self.samples.wants(column) {
                // One byte more than a sample can have shows that it was cut.
                let raw = &cut.bytes[start..(*end).min(start + 2 * Samples::BYTES)];
                self.samples.add(column, &unquoted(&String::from_utf8_lossy(raw), cut.is_quoted));
            }
            start = end + 1;
        }
    }

    /// A row that has more or fewer cells than the header.
    fn misfit(&mut self, cut: &CutRow<'_>, ends: &[usize], width: usize) -> Result<(), ScanFault> {
        let is_long = ends.len() > width;
        if let Some(opened) = self.open_cell.take().filter(|_| cut.bytes.contains(&b'"')) {
            return Err(ScanFault::at(Location::Line(cut.line), CsvProblem::OpenCell { opened }));
        }
        let pads = self.options.pad_rows && !is_long;
        if cut.more_lines > 0 && !pads {
            let problem = CsvProblem::Ragged {
                found: ends.len(),
                expected: width,
                delimiter: self.head.delimiter,
                last_line: cut.line + cut.more_lines,
            };
            return Err(ScanFault::at(Location::Line(cut.line), problem));
        }
        let text = String::from_utf8_lossy(&cut.bytes[..cut.bytes.len().min(MOST_CELL)]);
        let cells = raw_cells(&text, ends).map(|raw| unquoted(raw, cut.is_quoted));
        let filled: Vec<String> = cells
            .filter(|cell| !cell.trim().is_empty())
            .take(4)
            .map(|cell| cell.chars().take(300).collect())
            .collect();
        match (is_long, pads) {
            (true, _) => {
                let surplus = raw_cells(&text, ends).skip(width);
                let is_empty =
                    surplus.map(|raw| unquoted(raw, cut.is_quoted)).all(|cell| cell.trim().is_empty());
                self.long.add(cut.line, ends.len(), is_empty);
            }
            (false, true) => {
                self.padded += 1;
                self.keep_samples(cut, ends);
            }
            (false, false) => self.short.add(cut.line, ends.len(), false),
        }
        if self.behind.len() == MOST_BEHIND {
            self.has_more_behind = true;
        } else {
            let after_blank = cut.after_blank;
            self.behind.push(Behind {
                line: cut.line,
                offset: cut.offset,
                after_blank,
                cells: filled,
                is_blank: text.trim().is_empty(),
                is_long,
            });
        }
        Ok(())
    }

    fn finish(mut self) -> Result<PassEnd, ScanFault> {
        let columns = self.columns.take().ok_or(ScanFault::at(Location::File, FileProblem::Empty))?;
        if self.options.skip_footer.is_none()
            && self.head.frame.end.is_none()
            && let Some((at, note)) = self.notes_behind(columns.len())
        {
            return Ok(PassEnd::EndsAt(at, note));
        }
        self.refuse_misfits(columns.len())?;
        if self.padded > 0 {
            self.notes.push(Note::Padded(self.padded));
        }
        if self.options.skip_footer.is_none() {
            self.notes.extend(self.looks_like_notes());
        }
        if let (lines, count @ 1..) = std::mem::take(&mut self.repeated) {
            let name = columns.iter().find(|name| !name.trim().is_empty()).cloned().unwrap_or_default();
            self.notes.push(Note::RepeatedHeader { lines, count, name });
        }
        let line_ending = self.ending.unwrap_or_default();
        let shape = TextShape { bom: false, line_ending, final_newline: self.final_newline };
        let pads = self.padded > 0;
        let Self { header, rows, samples, notes, .. } = self;
        Ok(PassEnd::Sound(SoundRows { columns, header, rows, samples, shape, pads, notes }))
    }

    /// Last rows that look like totals or notes, and have as many cells as the others.
    fn looks_like_notes(&self) -> Option<Note> {
        let (line, cell, _) = self.last_row.as_ref()?;
        let apart = self.apart.as_ref().filter(|(_, _, count)| *count <= MOST_BEHIND as u64);
        let block = apart.filter(|(_, first, count)| {
            *count < self.rows && *count > 1 && (is_total(first) || is_total(cell))
        });
        if let Some((line, cell, count)) = block {
            return Some(Note::LastRowsLookLikeNotes { line: *line, cell: plain(cell), count: *count });
        }
        (self.rows > 1 && is_total(cell)).then(|| Note::LastRowsLookLikeNotes {
            line: *line,
            cell: plain(cell),
            count: 1,
        })
    }

    /// Where the notes behind the rows begin, if what stands there cannot be rows.
    fn notes_behind(&self, width: usize) -> Option<(u64, Note)> {
        let first = self.behind.first()?;
        let apart = first.after_blank;
        let is_note = |row: &Behind| {
            let text = row.cells.first().map(String::as_str).unwrap_or_default();
            let has_address = row.cells.iter().any(|cell| look(cell) == Look::Address);
            !row.is_long
                && !has_address
                && match row.cells.len() {
                    0 => true,
                    1 if apart => is_note_apart(text),
                    1 => is_certain_note(text),
                    2 => {
                        apart
                            && begins_as_footer(text)
                            && matches!(look(&row.cells[1]), Look::Number | Look::Date)
                    }
                    _ => false,
                }
        };
        let has_rows = self.rows > self.behind.len() as u64;
        let is_sure = width >= 2 && has_rows && !self.has_more_behind && self.behind.iter().all(is_note);
        // A line of blanks alone says nothing of what it is.
        let text = self.behind.iter().find_map(|row| row.cells.first())?;
        is_sure.then(|| {
            let note = Note::After { first: first.line, text: text.clone(), count: self.behind.len() as u64 };
            (first.offset, note)
        })
    }

    /// Whether the lines behind the rows end a report: one of them says by whom or for whom it is.
    fn says_whose_report(&self) -> bool {
        self.behind.iter().filter_map(|row| row.cells.first()).any(|cell| begins_as_footer(cell))
    }

    fn refuse_misfits(&mut self, width: usize) -> Result<(), ScanFault> {
        let (short, long) = (std::mem::take(&mut self.short), std::mem::take(&mut self.long));
        let Some(line) = short.first_line().into_iter().chain(long.first_line()).min() else { return Ok(()) };
        let delimiter = self.head.delimiter;
        if long.count == 0 {
            let are_last = self.behind.len() as u64 == short.count && !self.has_more_behind;
            // The flag counts no blank lines, and a line of empty quotes is not blank.
            let lines = self.behind.iter().filter(|row| !row.is_blank).count() as u64;
            let footer = (are_last && lines > 0 && self.rows > short.count).then_some(lines);
            // Short lines behind a blank line are notes more often than rows, unless they hold an address:
            // a sentence may hold the delimiter.
            let follow_a_blank = self.behind.first().is_some_and(|row| row.after_blank)
                && !self.behind.iter().flat_map(|row| &row.cells).any(|cell| look(cell) == Look::Address);
            let have_one_cell = self.behind.iter().all(|row| row.cells.len() <= 1);
            let is_apart = follow_a_blank || (have_one_cell && self.says_whose_report());
            return Err(ScanFault::at(
                Location::Line(line),
                CsvProblem::ShortRows { rows: short, expected: width, delimiter, footer, is_apart },
            ));
        }
        let place = Location::Line(long.first_line().unwrap_or(line));
        let other_header = self.head.other_header;
        Err(ScanFault::at(
            place,
            CsvProblem::LongRows { rows: long, short: short.count, expected: width, delimiter, other_header },
        ))
    }
}

/// The beginning of a cell as it is told.
fn plain(cell: &str) -> String {
    cell.trim().trim_matches('"').to_owned()
}

/// Whether the last cell of a TSV's row begins with a quote that is not closed: Excel writes a cell
/// with line breaks so, and only the line behind it shows that.
fn opens_a_cell(cut: &CutRow<'_>, ends: &[usize]) -> bool {
    let start = ends.len().checked_sub(2).map_or(0, |before| ends[before] + 1);
    let cell = cut.bytes.get(start..).unwrap_or_default();
    let quotes = || cell.iter().filter(|byte| **byte == b'"').count();
    !cut.is_quoted && cell.first() == Some(&b'"') && quotes() % 2 == 1
}

fn is_total(cell: &str) -> bool {
    let lower = cell.trim().trim_matches('"').trim_end_matches(':').to_lowercase();
    TOTALS.contains(&lower.as_str()) || (begins_as_footer(cell) && is_certain_note(cell))
}
