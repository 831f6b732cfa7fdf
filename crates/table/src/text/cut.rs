//! Cuts a table's text into rows and rows into cells, without changing a byte: cells that a run does not
//! change are written back as they were. The scan and the reader both use this module, so the reader accepts
//! everything that the scan accepted. This module must not judge rows.
//!
//! CSV is read strictly: a closing quote must be followed by a delimiter or the end of the line. In TSV a
//! quote is text and a row is a line. Quotes in TSV count as quotes only in a row whose line does not have
//! the header's number of cells, if reading quotes as Excel writes them gives exactly that number.

use std::{borrow::Cow, io::Read};

use super::{
    decode::{TextFault, TextReader},
    row_scan::RowScan,
    shape::LineEnding,
};
use crate::problem::{error::Location, fault::ScanFault};

/// The size limit of a cell and of a row, in bytes. Spreadsheets hold 32,767 characters in a cell.
pub(crate) const MOST_CELL: usize = 8 << 20;
pub(crate) const MOST_ROW: usize = 32 << 20;

/// The longest quoted cell of a TSV, in bytes: Excel does not write longer ones.
const MOST_TSV_CELL: usize = 128 << 10;

/// What separates rows and cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Cells, which may be in quotes, with this delimiter.
    Quoted(u8),
    /// Cells with tabs between them; a quote is text.
    Tabs,
    /// A row is a line; it has no cells.
    Lines,
}

/// A row as it is in the text.
pub(crate) struct CutRow<'a> {
    /// The row's bytes, without the line end.
    pub(crate) bytes: &'a [u8],
    /// Whether quotes around a cell are not part of it.
    pub(crate) is_quoted: bool,
    /// The line in which the row begins, and how many more lines it takes.
    pub(crate) line: u64,
    pub(crate) more_lines: u64,
    /// Whether a blank line precedes the row.
    pub(crate) after_blank: bool,
    /// The position where the row begins, in bytes of the text.
    pub(crate) offset: u64,
    /// The line end; `None` at the end of the text.
    pub(crate) ending: Option<LineEnding>,
}

/// The part of a file's text that is the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The position where the table begins, in bytes of the text, and its line.
    pub(crate) start: u64,
    pub(crate) line: u64,
    /// The position where the table ends, if it is not the end of the text.
    pub(crate) end: Option<u64>,
}

impl Frame {
    pub(crate) const ALL: Self = Self { start: 0, line: 1, end: None };
}

pub(crate) struct RowCutter<R> {
    text: TextReader<R>,
    dialect: Dialect,
    /// The number of cells in a row, once it is known.
    width: Option<usize>,
    frame: Frame,
    /// Text that was read; the rows before `start` have been returned.
    buffer: Vec<u8>,
    start: usize,
    /// The position in the text where the buffer begins.
    offset: u64,
    line: u64,
    is_last: bool,
}

impl<R: Read> RowCutter<R> {
    pub(crate) fn new(text: TextReader<R>, dialect: Dialect, frame: Frame) -> Self {
        Self {
            text,
            dialect,
            width: None,
            frame,
            buffer: Vec::new(),
            start: 0,
            offset: 0,
            line: frame.line,
            is_last: false,
        }
    }

    /// Sets the number of cells in the header.
    pub(crate) fn set_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    pub(crate) fn text(&self) -> &TextReader<R> {
        &self.text
    }

    /// The next row that is not blank. `ends` receives the positions where its cells end.
    pub(crate) fn next(&mut self, ends: &mut Vec<usize>) -> Result<Option<CutRow<'_>>, ScanFault> {
        let mut after_blank = false;
        loop {
            self.go_to_start()?;
            let mut scan = RowScan::new(self.line);
            let mut is_quoted = matches!(self.dialect, Dialect::Quoted(_));
            let mut length = self.scan_row(&mut scan, ends)?;
            let Some(ending) = length.take() else { return Ok(None) };
            if self.dialect == Dialect::Tabs && self.width.is_some_and(|width| width != ends.len()) {
                is_quoted = self.scan_quoted(&mut scan, ends)?;
            }
            let (start, line) = (self.start, self.line);
            let end = start + scan.at;
            let (ending, bytes) = if is_quoted && self.dialect == Dialect::Tabs {
                line_end(&self.buffer[end..])
            } else {
                ending
            };
            self.start = end + bytes;
            self.line += scan.more_lines + u64::from(ending.is_some());
            let is_blank = match self.dialect {
                Dialect::Lines => self.buffer[start..end].trim_ascii().is_empty(),
                _ => start == end,
            };
            if is_blank {
                after_blank = true;
                continue;
            }
            return Ok(Some(CutRow {
                bytes: &self.buffer[start..end],
                is_quoted,
                line,
                more_lines: scan.more_lines,
                after_blank,
                offset: self.offset + start as u64,
                ending,
            }));
        }
    }

    /// Skips the text before the table.
    fn go_to_start(&mut self) -> Result<(), ScanFault> {
        while self.offset + (self.start as u64) < self.frame.start {
            let missing = self.frame.start - self.offset - self.start as u64;
            let there = self.buffer.len() - self.start;
            match usize::try_from(missing) {
                Ok(missing) if missing <= there => self.start += missing,
                _ => {
                    self.start = self.buffer.len();
                    // The last piece may contain the beginning of the table.
                    if !self.more(Location::Line(self.line))? && self.buffer.is_empty() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Scans to the end of the row and returns its line end; `None` after the last row.
    fn scan_row(
        &mut self,
        scan: &mut RowScan,
        ends: &mut Vec<usize>,
    ) -> Result<Option<(Option<LineEnding>, usize)>, ScanFault> {
        ends.clear();
        let delimiter = match self.dialect {
            Dialect::Quoted(delimiter) => Some(delimiter),
            Dialect::Tabs => Some(b'\t'),
            Dialect::Lines => None,
        };
        let quotes = matches!(self.dialect, Dialect::Quoted(_));
        loop {
            let bytes = &self.buffer[self.start..];
            if let Some(end) = scan.go_on(bytes, delimiter, quotes, self.is_last, ends)? {
                return Ok(Some(end));
            }
            let is_long =
                scan.at > MOST_ROW || (delimiter.is_some() && scan.at - scan.cell_start > MOST_CELL);
            if is_long {
                return Err(scan.too_long(bytes, delimiter.is_some(), ends.len()));
            }
            if self.is_last {
                return match bytes.is_empty() {
                    true => Ok(None),
                    false => scan.finish(ends).map(|()| Some((None, 0))),
                };
            }
            let place = scan.place(bytes, delimiter.is_some(), ends.len());
            self.more(place)?;
        }
    }

    /// Scans the row again with quotes, and accepts the result if it has as many cells as the header.
    fn scan_quoted(&mut self, scan: &mut RowScan, ends: &mut Vec<usize>) -> Result<bool, ScanFault> {
        let row = &self.buffer[self.start..self.start + scan.at];
        if !row.split(|byte| *byte == b'\t').any(|cell| cell.first() == Some(&b'"')) {
            return Ok(false);
        }
        let mut quoted = RowScan::new(self.line);
        let mut cells = Vec::new();
        loop {
            let bytes = &self.buffer[self.start..];
            let read = quoted.go_on(bytes, Some(b'\t'), true, self.is_last, &mut cells);
            let ended = match read {
                Err(_) => return Ok(false),
                Ok(Some(_)) => true,
                Ok(None) if self.is_last => match quoted.finish(&mut cells) {
                    Ok(()) => true,
                    Err(_) => return Ok(false),
                },
                Ok(None) => false,
            };
            if ended {
                if Some(cells.len()) != self.width {
                    return Ok(false);
                }
                *scan = quoted;
                *ends = cells;
                return Ok(true);
            }
            if quoted.at - quoted.cell_start > MOST_TSV_CELL {
                return Ok(false);
            }
            let place = quoted.place(bytes, true, cells.len());
            self.more(place)?;
        }
    }

    /// Reads more text; returns `false` at the end of the text.
    fn more(&mut self, place: Location) -> Result<bool, ScanFault> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.offset += self.start as u64;
            self.start = 0;
        }
        let read = self.text.read(&mut self.buffer).map_err(|fault| match fault {
            TextFault::Io(error) => ScanFault::Io(error),
            TextFault::Encoding(problem) => ScanFault::at(place, problem),
        })?;
        self.is_last |= !read;
        if let Some(end) = self.frame.end
            && self.offset + self.buffer.len() as u64 >= end
        {
            let kept = usize::try_from(end.saturating_sub(self.offset)).unwrap_or(self.buffer.len());
            self.buffer.truncate(kept);
            self.is_last = true;
        }
        Ok(!self.is_last)
    }
}

pub(crate) fn line_end(bytes: &[u8]) -> (Option<LineEnding>, usize) {
    match bytes {
        [b'\r', b'\n', ..] => (Some(LineEnding::CrLf), 2),
        [b'\r', ..] => (Some(LineEnding::Cr), 1),
        [b'\n', ..] => (Some(LineEnding::Lf), 1),
        _ => (None, 0),
    }
}

/// The cells of a row, raw.
pub(crate) fn raw_cells<'a>(row: &'a str, ends: &'a [usize]) -> impl Iterator<Item = &'a str> {
    (0..ends.len()).map(|at| raw_cell(row, ends, at).unwrap_or_default())
}

/// One cell of a row, raw; `None` for a cell that the row lacks.
pub(crate) fn raw_cell<'a>(row: &'a str, ends: &[usize], at: usize) -> Option<&'a str> {
    let start = match at {
        0 => 0,
        at => ends.get(at - 1)? + 1,
    };
    row.get(start..*ends.get(at)?)
}

/// The text of a raw cell.
pub(crate) fn unquoted(raw: &str, is_quoted: bool) -> Cow<'_, str> {
    let inside = raw.strip_prefix('"').filter(|_| is_quoted);
    match inside.map(|inside| inside.strip_suffix('"').unwrap_or(inside)) {
        None => raw.into(),
        Some(inside) if inside.contains('"') => inside.replace("\"\"", "\"").into(),
        Some(inside) => inside.into(),
    }
}
