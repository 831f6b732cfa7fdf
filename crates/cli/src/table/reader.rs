//! The second pass: one row at a time, of a file that [`check`](super::check) found sound.
//!
//! A file that changed in between, or changes while it is read, is noticed and is an error:
//! its rows would not be those that the plan was made for. No row of the new content is
//! ever answered.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use marl_core::value::Value;

use super::check::BUFFER;
use super::encoding::BOM;
use super::error::TableError;
use super::jsonl::{Columns, members, value_of};
use super::jsonl_check::{read_line, without_end};
use super::paths::{Changed, Watched};
use super::problem::Problem;
use super::shape::{Format, Sketch};

/// After how many rows is looked again whether the file changed: a row may cost something,
/// and thousands of them are in the buffer.
const LOOK_EVERY: u64 = 256;

/// One row of the input. It owns its text, so that rows can be worked on in parallel.
#[derive(Debug, Clone)]
pub struct InputRow {
    number: u64,
    pub(super) content: Content,
}

impl InputRow {
    /// Which row this is, counted from 1, the header not counted.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The cell in the column at this place of [`Sketch::columns`]; `None` when it is
    /// empty, blank, null or absent.
    ///
    /// A CSV cell is text. A JSONL value is text too, numbers and objects as they are
    /// written, or a list when it is an array of scalars.
    pub fn cell(&self, column: usize) -> Option<Value> {
        match &self.content {
            Content::Csv(record) => {
                record.get(column).filter(|cell| !cell.trim().is_empty()).map(Value::text)
            }
            Content::Jsonl(line) => line.raw(column).and_then(value_of),
        }
    }
}

/// What a row is made of, in its format.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Csv(StringRecord),
    Jsonl(Line),
}

/// A line of JSONL, without its end, and where the columns' values are in it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) values: Vec<(usize, Range<usize>)>,
}

impl Line {
    fn raw(&self, column: usize) -> Option<&str> {
        let (_, place) = self.values.iter().find(|(other, _)| *other == column)?;
        Some(&self.text[place.clone()])
    }
}

/// Reads a table row by row. Blank lines are not rows (a CSV table of one column writes an
/// empty cell as `""`). An error is answered once and is the end.
pub struct Reader {
    path: PathBuf,
    source: Source,
    read: u64,
    expected: u64,
    is_done: bool,
}

impl Reader {
    /// Opens the file that was checked.
    ///
    /// # Errors
    /// The file is gone, cannot be read, or was changed since.
    pub fn open(sketch: &Sketch) -> Result<Self, TableError> {
        let read_error = |source| TableError::caused(&sketch.path, Problem::Read, source);
        let file = File::open(&sketch.path).map_err(read_error)?;
        let source = Watched::new(file, sketch.stamp.clone())
            .map_err(Fault::from)
            .and_then(|file| Source::open(file, sketch))
            .map_err(|fault| fault.at(&sketch.path))?;
        Ok(Self { path: sketch.path.clone(), source, read: 0, expected: sketch.rows, is_done: false })
    }
}

impl Reader {
    fn read(&mut self) -> Result<Option<InputRow>, Fault> {
        if self.read.is_multiple_of(LOOK_EVERY) {
            self.source.file().look()?;
        }
        let content = self.source.next()?;
        if content.is_some() != (self.read < self.expected) {
            return Err(Fault::Changed);
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

enum Source {
    Csv { reader: Box<csv::Reader<Watched>>, columns: usize, longest: usize },
    Jsonl { file: BufReader<Watched>, bytes: Vec<u8>, columns: Columns },
}

impl Source {
    fn open(file: Watched, sketch: &Sketch) -> Result<Self, Fault> {
        let Format::Csv { delimiter } = sketch.format else {
            let mut file = BufReader::with_capacity(BUFFER, file);
            let bom = file.fill_buf()?.starts_with(BOM);
            file.consume(if bom { BOM.len() } else { 0 });
            return Ok(Self::Jsonl { file, bytes: Vec::new(), columns: Columns::new(&sketch.columns) });
        };
        // The csv crate drops the byte order mark itself, and only the first one.
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).buffer_capacity(BUFFER).from_reader(file);
        if reader.headers()?.iter().ne(sketch.columns.iter().map(String::as_str)) {
            return Err(Fault::Changed);
        }
        Ok(Self::Csv { reader: Box::new(reader), columns: sketch.columns.len(), longest: 0 })
    }

    fn file(&self) -> &Watched {
        match self {
            Self::Csv { reader, .. } => reader.get_ref(),
            Self::Jsonl { file, .. } => file.get_ref(),
        }
    }

    fn next(&mut self) -> Result<Option<Content>, Fault> {
        match self {
            Self::Csv { reader, columns, longest } => {
                let mut record = StringRecord::with_capacity(*longest, *columns);
                if !reader.read_record(&mut record)? {
                    return Ok(None);
                }
                // Most rows are about as long as others; a huge one must not make all big.
                *longest = (*longest).max(record.as_slice().len()).min(4 << 10);
                Ok(Some(Content::Csv(record)))
            }
            Self::Jsonl { file, bytes, columns } => loop {
                if !read_line(file, bytes)? {
                    return Ok(None);
                }
                let text = std::str::from_utf8(bytes).map_err(|_| Fault::Changed)?;
                if !text.trim_ascii().is_empty() {
                    return read_object(without_end(text), columns).map(Some);
                }
            },
        }
    }
}

fn read_object(line: &str, columns: &Columns) -> Result<Content, Fault> {
    let mut values = Vec::with_capacity(columns.len());
    let read = members(line, |key, place| {
        let column = columns.place(key).ok_or(Problem::Changed)?;
        values.push((column, place));
        Ok(())
    });
    read.map_err(|_| Fault::Changed)?;
    Ok(Content::Jsonl(Line { text: line.to_owned(), values }))
}

/// The file was sound when it was checked: what is broken now was changed since.
enum Fault {
    Io(io::Error),
    Changed,
}

impl Fault {
    fn at(self, path: &Path) -> TableError {
        match self {
            Self::Io(source) => TableError::caused(path, Problem::Read, source),
            Self::Changed => TableError::new(path, Problem::Changed),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.get_ref().is_some_and(|error| error.is::<Changed>()) {
            true => Self::Changed,
            false => Self::Io(error),
        }
    }
}

impl From<csv::Error> for Fault {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            _ => Self::Changed,
        }
    }
}
