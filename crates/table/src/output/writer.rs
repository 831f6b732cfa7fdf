//! Writes the enriched table: the input's rows in their order, the columns that were
//! there first, then the outputs. The table's own cells keep their value; JSONL lines keep
//! their very text.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use marl_core::value::Value;

use super::{
    partial::{Links, PartialFile, check_place},
    row_text::{Member, Quoting, json, push_cell, push_header, push_object},
    safety::{csv_cell, json_value},
};
use crate::{
    input::{
        reader::{Content, InputRow},
        shape::{Format, Shape, TableSummary, check_output_format, format_of},
    },
    problem::error::TableError,
    text::encoding::BOM,
};

/// How cells are written.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions {
    /// `--raw-cells`: values that a spreadsheet would run get no apostrophe.
    pub raw_cells: bool,
    /// What a link at the output's name means.
    pub links: Links,
    /// `--output-encoding`.
    pub encoding: OutputEncoding,
}

/// How the output's text becomes bytes. Each can hold every character, so that no answer is lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutputEncoding {
    /// UTF-8, with a byte order mark where the input has that of UTF-8.
    #[default]
    Utf8,
    /// UTF-8 with a byte order mark, which Excel needs.
    Utf8Bom,
    /// UTF-16, little-endian, with a byte order mark: Excel's "Unicode Text".
    Utf16,
}

impl OutputEncoding {
    /// What the file begins with.
    fn mark(self, input_has_mark: bool) -> &'static [u8] {
        match self {
            Self::Utf16 => b"\xff\xfe",
            Self::Utf8 if !input_has_mark => b"",
            Self::Utf8 | Self::Utf8Bom => BOM,
        }
    }

    fn bytes(self, text: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 | Self::Utf8Bom => Cow::Borrowed(text),
            Self::Utf16 => {
                let text = String::from_utf8_lossy(text);
                Cow::Owned(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
            }
        }
    }
}

/// Writes the output, which replaces an older one when it is finished. Dropped before
/// that, it leaves an older output as it was.
pub struct Writer {
    partial: PartialFile,
    shape: Shape,
    layout: Layout,
    quoting: Quoting,
    raw_cells: bool,
    encoding: OutputEncoding,
    guarded_cells: u64,
    /// The row at hand; one buffer for all of them.
    text: Vec<u8>,
    has_lines: bool,
    has_rows: bool,
}

/// Where outputs go.
enum Layout {
    Csv { delimiter: u8, cells: Vec<Cell> },
    Jsonl { outputs: Vec<Member>, carried: Vec<Member> },
}

/// A cell of a row that is written: of the input, unless there is an output for it; or of an older
/// output.
#[derive(Default)]
struct Cell {
    input: Option<usize>,
    output: Option<usize>,
    carried: Option<usize>,
}

/// Checks whether a table can be written to `path`, without making a file.
///
/// # Errors
/// As [`Writer::create`]'s, as far as they show without writing.
pub fn check_output(path: &Path, summary: &TableSummary, links: Links) -> Result<(), TableError> {
    check_output_format(path, summary).map_err(|problem| TableError::new(path, problem))?;
    check_place(path, &summary.path, links)
}

impl Writer {
    /// Creates and locks the temporary file beside `path`, and writes the header. An output
    /// whose name is a column of the table replaces that column's cells; the others become
    /// new columns after the table's, in this order. Names must be different.
    ///
    /// # Errors
    /// Nothing can be written at `path`, it is the input, another run is writing it, or its
    /// extension stands for another format than the input has.
    pub fn create(
        path: &Path,
        summary: &TableSummary,
        outputs: &[String],
        options: WriteOptions,
    ) -> Result<Self, TableError> {
        Self::carrying(path, summary, outputs, &[], options)
    }

    /// The same with columns of an older output. `outputs` has none of them; those that the table has
    /// stand where they are, the others behind all columns.
    ///
    /// # Errors
    /// As [`Writer::create`]'s.
    pub fn carrying(
        path: &Path,
        summary: &TableSummary,
        outputs: &[String],
        carried: &[String],
        options: WriteOptions,
    ) -> Result<Self, TableError> {
        check_output_format(path, summary).map_err(|problem| TableError::new(path, problem))?;
        let layout = Layout::new(summary, outputs, carried);
        let mut text = Vec::new();
        if let Layout::Csv { delimiter, .. } = layout {
            // Excel needs the line that says the delimiter, and so does the next run.
            text.extend_from_slice(summary.layout.separator.as_deref().unwrap_or_default().as_bytes());
            push_header(&mut text, delimiter, summary, outputs, carried);
        }
        let head = [options.encoding.mark(summary.shape.bom), &options.encoding.bytes(&text)].concat();
        Ok(Self {
            partial: PartialFile::create(path, &summary.path, &head, options.links)?,
            shape: summary.shape,
            has_lines: matches!(layout, Layout::Csv { .. }),
            quoting: Quoting::of(summary),
            layout,
            raw_cells: options.raw_cells,
            encoding: options.encoding,
            guarded_cells: 0,
            text: Vec::new(),
            has_rows: false,
        })
    }

    /// Writes a row of the input. `written` has one entry per output of `create`: a value
    /// becomes the cell, `None` leaves the cell as the input has it, and a new column empty.
    ///
    /// # Errors
    /// The disk does not take it. What it took before can be kept with [`Writer::keep`].
    pub fn write(&mut self, row: &InputRow, written: &[Option<Value>]) -> Result<(), TableError> {
        self.write_with(row, written, &[])
    }

    /// The same with the cells of the carried columns: text, in JSONL as JSON.
    ///
    /// # Errors
    /// As [`Writer::write`]'s.
    pub fn write_with(
        &mut self,
        row: &InputRow,
        written: &[Option<Value>],
        carried: &[Option<String>],
    ) -> Result<(), TableError> {
        // The line's end comes with the next line, since the last may have none.
        self.text.clear();
        if self.has_lines {
            self.text.extend_from_slice(self.shape.line_ending.as_str().as_bytes());
        }
        match (&self.layout, &row.content) {
            (Layout::Csv { delimiter, cells }, Content::Csv(record)) => {
                let mut safe = Vec::with_capacity(written.len());
                for value in written {
                    safe.push(value.as_ref().map(|value| {
                        let (cell, is_guarded) = csv_cell(value, self.raw_cells);
                        self.guarded_cells += u64::from(is_guarded);
                        cell
                    }));
                }
                let of_output = |cell: &Cell| safe.get(cell.output?)?.as_deref();
                let is_only = cells.len() == 1;
                for (at, cell) in cells.iter().enumerate() {
                    if at > 0 {
                        self.text.push(*delimiter);
                    }
                    let of_older = || carried.get(cell.carried?)?.as_deref();
                    let new = of_output(cell).or_else(of_older);
                    match (new, cell.input.and_then(|column| record.raw(column))) {
                        (Some(new), _) => push_cell(&mut self.text, self.quoting, new, is_only),
                        // The table's own cells stay as they stand, quotes and all.
                        (None, Some(own)) => self.text.extend_from_slice(own.as_bytes()),
                        (None, None) => {}
                    }
                }
            }
            (Layout::Jsonl { outputs, carried: members }, Content::Jsonl(line)) => {
                let values = (0..outputs.len()).map(|at| written.get(at).and_then(Option::as_ref));
                let values = values.map(|value| value.map(|value| json(&json_value(value))));
                let older = (0..members.len()).map(|at| carried.get(at).cloned().flatten());
                let all = outputs.iter().zip(values).chain(members.iter().zip(older));
                push_object(&mut self.text, line, all);
            }
            _ => unreachable!("a row is written to a table of the format it was read from"),
        }
        self.has_lines = true;
        self.has_rows = true;
        self.partial.write(&self.encoding.bytes(&self.text))
    }

    /// The delimiter, if it is not the one that the output's extension stands for.
    pub fn unusual_delimiter(&self) -> Option<u8> {
        match &self.layout {
            Layout::Csv { delimiter, .. } => {
                let usual = format_of(self.partial.target()) == Some(Format::Csv { delimiter: *delimiter });
                (!usual).then_some(*delimiter)
            }
            Layout::Jsonl { .. } => None,
        }
    }

    /// Where the output will be, links followed.
    pub fn target(&self) -> &Path {
        self.partial.target()
    }

    /// Whether another file is at the output's place than when the writer was made, or another
    /// content.
    pub fn is_overtaken(&self) -> bool {
        self.partial.is_overtaken()
    }

    /// How many cells got an apostrophe because a spreadsheet would have run them.
    pub fn guarded_cells(&self) -> u64 {
        self.guarded_cells
    }

    /// Brings the output to the disk and puts it in its place.
    ///
    /// # Errors
    /// The disk does not take it; an older output then is as it was. The rows are kept as
    /// by [`Writer::keep`], and a hint of the error names the file.
    pub fn finish(self) -> Result<(), TableError> {
        self.finish_noting(|_| ())
    }

    /// The same; `note` is told the digest of what is written before it gets its place, so that
    /// a run that is killed in between leaves no output that nobody knows.
    ///
    /// # Errors
    /// As [`Writer::finish`]'s.
    pub fn finish_noting(mut self, note: impl FnOnce(&str)) -> Result<(), TableError> {
        match self.end_last_line() {
            Ok(()) => self.partial.finish(note),
            Err(error) => Err(self.partial.fail(error)),
        }
    }

    /// Keeps the rows written so far beside the output, as `<stem>.unfinished.<ext>`, since
    /// they may have been paid for: as many whole lines as the disk took, whatever failed
    /// before. The output, and a file that was kept earlier, stay as they are.
    ///
    /// Answers the file's path; `None` when no row was written or nothing can be kept.
    pub fn keep(mut self) -> Option<PathBuf> {
        if self.has_rows {
            // If this fails the disk is full, and `keep` cuts back to the last whole line.
            let _ = self.end_last_line();
        }
        self.partial.keep()
    }

    fn end_last_line(&mut self) -> Result<(), TableError> {
        match self.has_lines && self.shape.final_newline {
            true => self.partial.write(&self.encoding.bytes(self.shape.line_ending.as_str().as_bytes())),
            false => Ok(()),
        }
    }
}

impl Layout {
    fn new(summary: &TableSummary, outputs: &[String], carried: &[String]) -> Self {
        let column_of = |output: &String| summary.columns.iter().position(|column| column == output);
        match summary.format {
            Format::Csv { delimiter } => {
                let output_of = |column: &String| outputs.iter().position(|output| output == column);
                let of_table = summary.columns.iter().enumerate();
                let carried_of = |column: &String| carried.iter().position(|carried| carried == column);
                let of_table = of_table.map(|(place, column)| Cell {
                    input: Some(place),
                    output: output_of(column),
                    carried: carried_of(column),
                });
                let added = outputs.iter().enumerate().filter(|(_, output)| column_of(output).is_none());
                let added = added.map(|(place, _)| Cell { output: Some(place), ..Cell::default() });
                let carried = carried.iter().enumerate().filter(|(_, carried)| column_of(carried).is_none());
                let carried = carried.map(|(place, _)| Cell { carried: Some(place), ..Cell::default() });
                Self::Csv { delimiter, cells: of_table.chain(added).chain(carried).collect() }
            }
            Format::Jsonl => {
                let member = |output: &String| Member { key: json(output), column: column_of(output) };
                let carried = carried.iter().map(member).collect();
                Self::Jsonl { outputs: outputs.iter().map(member).collect(), carried }
            }
        }
    }
}
