//! The scan's pass over the rows of CSV and TSV: takes the names from the header, counts the rows that do not
//! have its number of cells, and keeps samples. It reads through the same [`RowCutter`] as the reader of
//! rows. This module must not read files by itself.

use std::io::Read;

use super::{
    delimiter::likely_delimiter,
    footer::{Misfit, Tail},
    head::Head,
    problem::{CsvProblem, Misfits},
};
use crate::{
    format::columns::{give_names, wrong_name},
    interface::{options::ReadOptions, scan::Samples},
    problem::{
        TableProblem,
        columns::{ColumnProblem, MOST_COLUMNS},
        error::Location,
        fault::ScanFault,
        file::FileProblem,
        note::Note,
    },
    text::{
        cut::{CutRow, MOST_CELL, RowCutter, raw_cells, unquoted},
        encoding::BOM,
        shape::{LineEnding, TextShape},
    },
};

/// How many lines of repeated headers are named.
const MOST_REPEATED: usize = 5;

/// How a pass ended.
pub(super) enum PassEnd {
    Sound(SoundRows),
    /// The rows end at this position, in bytes of the text, and the lines after them are left out.
    EndsAt(u64, Note),
}

/// What a pass over all rows finds.
pub(super) struct SoundRows {
    pub(super) columns: Vec<String>,
    /// The header's text in the file, if the columns have its names.
    pub(super) header: Option<String>,
    pub(super) rows: u64,
    pub(super) samples: Samples,
    /// Without the byte order mark, which decoding has removed.
    pub(super) shape: TextShape,
    /// Whether rows lack cells at their end.
    pub(super) pads: bool,
    pub(super) notes: Vec<Note>,
}

/// Reads the rows to the end of the text.
pub(super) fn run<R: Read>(
    cutter: RowCutter<R>,
    head: &Head,
    options: &ReadOptions,
) -> Result<PassEnd, ScanFault> {
    go_over(cutter, RowPass::new(head, options)).map(|(passed, _)| passed)
}

/// As `run`, for a TSV whose quoted cells may contain line breaks; also returns the line of the first such
/// cell. Fails if a line within a cell could be a row by itself, because the quote may be text.
pub(super) fn run_with_breaks<R: Read>(
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
    /// The header's text in the file, if its names are used unchanged.
    header: Option<String>,
    rows: u64,
    samples: Samples,
    ending: Option<LineEnding>,
    final_newline: bool,
    short: Misfits,
    long: Misfits,
    padded: u64,
    tail: Tail,
    /// The line of the last row, if it is a row of a TSV whose last cell opens with a quote.
    open_cell: Option<u64>,
    /// Whether the scan refuses a cell with line breaks whose lines could be rows.
    distrusts_breaks: bool,
    /// The line of the first row with line breaks in a cell.
    first_broken: Option<u64>,
    /// The lines of rows that repeat the header, and the number of such rows.
    repeated: (Vec<u64>, u64),
    notes: Vec<Note>,
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
            tail: Tail::default(),
            open_cell: None,
            distrusts_breaks: false,
            first_broken: None,
            repeated: (Vec::new(), 0),
            notes: Vec::new(),
        }
    }

    /// Takes the names from the first row; returns whether the first row is a row of the table itself.
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
            // The first line may have all cells; its last cell then continues in the next line.
            if cut.bytes.split(|byte| *byte == b'\n').skip(1).any(|line| tabs(line) + 1 >= width) {
                return Err(ScanFault::at(
                    Location::Line(cut.line),
                    CsvProblem::OpenCell { opened: cut.line },
                ));
            }
        }
        self.note_repeated(cut);
        self.tail.count(cut, ends);
        if ends.len() != width {
            return self.misfit(cut, ends, width);
        }
        self.tail.fitting(cut, ends);
        self.open_cell = opens_a_cell(cut, ends).then_some(cut.line);
        self.keep_samples(cut, ends);
        Ok(())
    }

    /// Counts a row that repeats the header, as in concatenated files.
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

    fn keep_samples(&mut self, cut: &CutRow<'_>, ends: &[usize]) {
        if !self.samples.wants_any() {
            return;
        }
        let mut start = 0;
        for (column, end) in ends.iter().enumerate() {
            if self.samples.wants(column) {
                // One byte more than a sample can have shows that the cell was cut.
                let raw = &cut.bytes[start..(*end).min(start + 2 * Samples::BYTES)];
                self.samples.add(column, &unquoted(&String::from_utf8_lossy(raw), cut.is_quoted));
            }
            start = end + 1;
        }
    }

    /// Adds a row that has more or fewer cells than the header.
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
                self.tail.keep_last(cut, ends);
                self.keep_samples(cut, ends);
            }
            (false, false) => self.short.add(cut.line, ends.len(), false),
        }
        self.tail.misfit(Misfit {
            line: cut.line,
            offset: cut.offset,
            after_blank: cut.after_blank,
            cells: filled,
            is_blank: text.trim().is_empty(),
            is_long,
        });
        Ok(())
    }

    fn finish(mut self) -> Result<PassEnd, ScanFault> {
        let columns = self.columns.take().ok_or(ScanFault::at(Location::File, FileProblem::Empty))?;
        if self.options.skip_footer.is_none()
            && self.head.frame.end.is_none()
            && let Some((at, note)) = self.tail.notes_behind(self.rows, columns.len())
        {
            return Ok(PassEnd::EndsAt(at, note));
        }
        self.refuse_misfits(columns.len())?;
        if self.padded > 0 {
            self.notes.push(Note::Padded(self.padded));
        }
        if self.options.skip_footer.is_none() {
            self.notes.extend(self.tail.looks_like_notes(self.rows));
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

    /// Fails if rows have more or fewer cells than the header.
    fn refuse_misfits(&mut self, width: usize) -> Result<(), ScanFault> {
        let (short, long) = (std::mem::take(&mut self.short), std::mem::take(&mut self.long));
        let Some(line) = short.first_line().into_iter().chain(long.first_line()).min() else { return Ok(()) };
        let delimiter = self.head.delimiter;
        if long.count == 0 {
            let (footer, is_apart) = self.tail.footer(self.rows, short.count);
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

/// Whether the last cell of a TSV's row begins with an unclosed quote. Excel writes a cell with line breaks
/// like that, and only the next line shows it.
fn opens_a_cell(cut: &CutRow<'_>, ends: &[usize]) -> bool {
    let start = ends.len().checked_sub(2).map_or(0, |before| ends[before] + 1);
    let cell = cut.bytes.get(start..).unwrap_or_default();
    let quotes = || cell.iter().filter(|byte| **byte == b'"').count();
    !cut.is_quoted && cell.first() == Some(&b'"') && quotes() % 2 == 1
}
