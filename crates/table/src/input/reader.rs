//! The second pass: one row at a time, of a file that [`scan`](super::scan) found sound.
//!
//! A file that changed in between, or changes while it is read, is noticed and is an error:
//! its rows would not be those that the plan was made for. No row of the new content is
//! ever answered.

use std::{
    borrow::Cow,
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use marl_core::value::Value;

use super::{
    roots,
    scan::ScanFault,
    shape::{Format, TableSummary},
};
use crate::{
    format::jsonl::object::{Columns, members, value_of},
    paths::{Changed, WatchedFile},
    problem::{error::TableError, file::FileProblem, note::Note},
    text::{
        cut::{RowCutter, raw_cell, unquoted},
        decode::TextReader,
    },
};

/// After how many rows is looked again whether the file changed: a row may cost something,
/// and thousands of them are in the buffer.
const LOOK_EVERY: u64 = 256;

/// One row of the input. It owns its text, so that rows can be worked on in parallel.
#[derive(Debug, Clone)]
pub struct InputRow {
    number: u64,
    pub(crate) content: Content,
}

impl InputRow {
    /// Which row this is, counted from 1, the header not counted.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// About how much memory the row takes.
    pub fn bytes(&self) -> usize {
        match &self.content {
            Content::Csv(cells) => cells.text.len() + size_of_val(&*cells.ends),
            Content::Jsonl(line) => line.text.len() + size_of_val(line.values.as_slice()),
        }
    }

    /// The cell in the column at this place of [`TableSummary::columns`]; `None` when it is
    /// empty, blank, null or absent.
    ///
    /// A CSV cell is text. A JSONL value is text too, numbers and objects as they are
    /// written, or a list when it is an array of scalars.
    pub fn cell(&self, column: usize) -> Option<Value> {
        match &self.content {
            Content::Csv(cells) => cells.cell(column),
            Content::Jsonl(line) => line.raw(column).and_then(value_of),
        }
    }

    /// The text of a cell of CSV or TSV without its quotes, blank or not; `None` in JSONL.
    pub(crate) fn unquoted(&self, column: usize) -> Option<Cow<'_, str>> {
        match &self.content {
            Content::Csv(cells) => cells.raw(column).map(|raw| unquoted(raw, cells.is_quoted)),
            Content::Jsonl(_) => None,
        }
    }

    /// The JSON of a value as it stands; `None` in CSV and TSV.
    pub(crate) fn raw_json(&self, column: usize) -> Option<&str> {
        match &self.content {
            Content::Csv(_) => None,
            Content::Jsonl(line) => line.raw(column),
        }
    }
}

/// What a row is made of, in its format.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Csv(Cells),
    Jsonl(Line),
}

/// A row of CSV or TSV, as it stands in the file, without its end.
#[derive(Debug, Clone)]
pub(crate) struct Cells {
    pub(crate) text: String,
    /// Where cells end; for a row that lacks cells there are fewer than columns.
    pub(crate) ends: Box<[usize]>,
    is_quoted: bool,
}

impl Cells {
    fn cell(&self, column: usize) -> Option<Value> {
        let cell = unquoted(self.raw(column)?, self.is_quoted);
        (!cell.trim().is_empty()).then(|| Value::text(cell))
    }

    /// A cell with its quotes.
    pub(crate) fn raw(&self, column: usize) -> Option<&str> {
        raw_cell(&self.text, &self.ends, column)
    }
}

/// A line of JSONL, without its end, and where the columns' values are in it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) values: Vec<(usize, Range<usize>)>,
}

impl Line {
    fn raw(&self, column: usize) -> Option<&str> {
        // Most lines have all columns in their order.
        let is_it = |value: &&(usize, Range<usize>)| value.0 == column;
        let value = self.values.get(column).filter(is_it).or_else(|| self.values.iter().find(is_it));
        value.map(|(_, place)| &self.text[place.clone()])
    }
}

/// Reads a table row by row. Blank lines are not rows (a CSV table of one column writes an
/// empty cell as `""`). An error is answered once and is the end.
pub struct Reader {
    path: PathBuf,
    source: Source,
    read: u64,
    expected: u64,
    /// How many cells a row has, and whether it may lack the last ones.
    width: usize,
    pads: bool,
    is_done: bool,
}

impl Reader {
    /// Opens the file that was checked.
    ///
    /// # Errors
    /// The file is gone, cannot be read, or was changed since.
    pub fn open(summary: &TableSummary) -> Result<Self, TableError> {
        let read_error = |source| TableError::caused(&summary.path, FileProblem::Read, source);
        let file = roots::open(&summary.path).map_err(read_error)?;
        let source = WatchedFile::new(file, summary.stamp.clone())
            .map_err(ReadFault::from)
            .and_then(|file| Source::open(file, summary))
            .map_err(|fault| fault.at(&summary.path))?;
        Ok(Self {
            path: summary.path.clone(),
            source,
            read: 0,
            expected: summary.rows,
            width: summary.columns.len(),
            pads: summary.notes.iter().any(|note| matches!(note, Note::Padded(_))),
            is_done: false,
        })
    }
}

impl Reader {
    fn read(&mut self) -> Result<Option<InputRow>, ReadFault> {
        if self.read.is_multiple_of(LOOK_EVERY) {
            self.source.file().look()?;
        }
        let content = self.source.next(self.width, self.pads)?;
        if content.is_some() != (self.read < self.expected) {
            return Err(ReadFault::Changed);
        }
        self.read += u64::from(content.is_some());
        Ok(content.map(|content| InputRow { number: self.read, content }))
    }
}

impl Iterator for Reader {
    type Item = Result<InputRow, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let row = self.read().map_err(|fault| fault.at(&self.path)).transpose();
        self.is_done = !matches!(row, Some(Ok(_)));
        row
    }
}

struct Source {
    cutter: RowCutter<WatchedFile>,
    /// Where a row's cells end; one buffer for all of them.
    ends: Vec<usize>,
    /// The columns of JSONL.
    columns: Option<Columns>,
}

impl Source {
    fn open(file: WatchedFile, summary: &TableSummary) -> Result<Self, ReadFault> {
        let layout = &summary.layout;
        let mut cutter = RowCutter::new(TextReader::new(file, layout.encoding), layout.dialect, layout.frame);
        let mut ends = Vec::new();
        let columns = match summary.format {
            Format::Jsonl => Some(Columns::new(&summary.columns)),
            Format::Csv { .. } => None,
        };
        if columns.is_none() && layout.has_header {
            let is_same = match cutter.next(&mut ends)? {
                None => false,
                Some(cut) => match &layout.header {
                    Some(header) => cut.bytes == header.as_bytes(),
                    None => ends.len() == summary.columns.len(),
                },
            };
            if !is_same {
                return Err(ReadFault::Changed);
            }
        }
        cutter.set_width(summary.columns.len());
        Ok(Self { cutter, ends, columns })
    }

    fn file(&self) -> &WatchedFile {
        self.cutter.text().file()
    }

    fn next(&mut self, width: usize, pads: bool) -> Result<Option<Content>, ReadFault> {
        let Some(cut) = self.cutter.next(&mut self.ends)? else { return Ok(None) };
        let text = String::from_utf8(cut.bytes.to_vec()).map_err(|_| ReadFault::Changed)?;
        if let Some(columns) = &self.columns {
            return read_object(text, columns).map(Some);
        }
        let cells = self.ends.len();
        if cells != width && !(pads && cells < width) {
            return Err(ReadFault::Changed);
        }
        let is_quoted = cut.is_quoted;
        Ok(Some(Content::Csv(Cells { text, ends: self.ends.as_slice().into(), is_quoted })))
    }
}

fn read_object(line: String, columns: &Columns) -> Result<Content, ReadFault> {
    // A line may have few of the columns that the file has.
    let mut values = Vec::new();
    let read = members(&line, |key, place| {
        let column = columns.place(key).ok_or(FileProblem::Changed)?;
        values.push((column, place));
        Ok(())
    });
    read.map_err(|_| ReadFault::Changed)?;
    values.shrink_to_fit();
    Ok(Content::Jsonl(Line { text: line, values }))
}

/// The file was sound when it was checked: what is broken now was changed since.
enum ReadFault {
    Io(io::Error),
    Changed,
}

impl ReadFault {
    fn at(self, path: &Path) -> TableError {
        match self {
            Self::Io(source) => TableError::caused(path, FileProblem::Read, source),
            Self::Changed => TableError::new(path, FileProblem::Changed),
        }
    }
}

impl From<io::Error> for ReadFault {
    fn from(error: io::Error) -> Self {
        match error.get_ref().is_some_and(|error| error.is::<Changed>()) {
            true => Self::Changed,
            false => Self::Io(error),
        }
    }
}

impl From<ScanFault> for ReadFault {
    fn from(fault: ScanFault) -> Self {
        match fault {
            ScanFault::Io(error) => error.into(),
            ScanFault::Table(..) => Self::Changed,
        }
    }
}
