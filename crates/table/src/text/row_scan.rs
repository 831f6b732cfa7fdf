//! Finds the cells in the bytes of one row. A scan continues when more bytes arrive. This module knows
//! neither files nor the rows before.

use memchr::memchr3;

use super::{
    cut::{MOST_CELL, MOST_ROW, line_end},
    shape::LineEnding,
};
use crate::problem::{error::Location, fault::ScanFault, text::TextProblem};

/// The position of a scan within a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanState {
    CellStart,
    /// In a cell without quotes around it; a quote is text here.
    Plain,
    Quoted,
    /// After a quote in a quoted cell: the quote ends the cell, or is the first half of a doubled quote.
    AfterQuote,
}

/// A scan of one row, which continues when more bytes arrive.
pub(crate) struct RowScan {
    state: ScanState,
    /// How many bytes of the row were read; after the scan, the length of the row.
    pub(crate) at: usize,
    pub(crate) cell_start: usize,
    /// The line of the row, and of the quote that is open.
    line: u64,
    quote_line: u64,
    pub(crate) more_lines: u64,
}

impl RowScan {
    pub(crate) fn new(line: u64) -> Self {
        Self { state: ScanState::CellStart, at: 0, cell_start: 0, line, quote_line: line, more_lines: 0 }
    }

    /// The length of a completely read row, in bytes, and how many more lines it takes.
    pub(crate) fn size(&self) -> (usize, u64) {
        (self.at, self.more_lines)
    }

    /// Continues in `row`; returns the end of the row, or `None` if the scan needs more bytes.
    pub(crate) fn go_on(
        &mut self,
        row: &[u8],
        delimiter: Option<u8>,
        quotes: bool,
        is_last: bool,
        ends: &mut Vec<usize>,
    ) -> Result<Option<(Option<LineEnding>, usize)>, ScanFault> {
        // A format without cells has only lines, which a line feed ends.
        let (end, carriage_return) = delimiter.map_or((b'\n', b'\n'), |delimiter| (delimiter, b'\r'));
        while let Some(&byte) = row.get(self.at) {
            match self.state {
                ScanState::CellStart if quotes && byte == b'"' => {
                    self.quote_line = self.line + self.more_lines;
                    self.state = ScanState::Quoted;
                    self.at += 1;
                }
                ScanState::CellStart => self.state = ScanState::Plain,
                ScanState::Plain | ScanState::AfterQuote => {
                    if self.state == ScanState::AfterQuote && byte == b'"' {
                        self.state = ScanState::Quoted;
                        self.at += 1;
                        continue;
                    }
                    if self.state == ScanState::Plain {
                        let rest = &row[self.at..];
                        self.at += memchr3(end, b'\n', carriage_return, rest).unwrap_or(rest.len());
                    }
                    match row.get(self.at) {
                        None => return Ok(None),
                        Some(byte) if Some(*byte) == delimiter => {
                            ends.push(self.at);
                            self.at += 1;
                            self.cell_start = self.at;
                            self.state = ScanState::CellStart;
                        }
                        // A line feed may follow.
                        Some(b'\r') if self.at + 1 == row.len() && !is_last => return Ok(None),
                        Some(b'\r' | b'\n') => {
                            ends.push(self.at);
                            let mut end = line_end(&row[self.at..]);
                            if delimiter.is_none() && self.at > 0 && row[self.at - 1] == b'\r' {
                                self.at -= 1;
                                end = (Some(LineEnding::CrLf), 2);
                            }
                            return Ok(Some(end));
                        }
                        Some(&byte) => return Err(self.text_after_quote(byte, ends.len())),
                    }
                }
                ScanState::Quoted => {
                    let rest = &row[self.at..];
                    let run = rest.iter().position(|byte| matches!(byte, b'"' | b'\r' | b'\n'));
                    self.at += run.unwrap_or(rest.len());
                    match row.get(self.at) {
                        None => return Ok(None),
                        Some(b'"') => self.state = ScanState::AfterQuote,
                        Some(b'\r') if self.at + 1 == row.len() && !is_last => return Ok(None),
                        Some(b'\r') => self.more_lines += u64::from(row.get(self.at + 1) != Some(&b'\n')),
                        Some(_) => self.more_lines += 1,
                    }
                    self.at += 1;
                }
            }
        }
        Ok(None)
    }

    /// Ends the row, because the text ends here.
    pub(crate) fn finish(&mut self, ends: &mut Vec<usize>) -> Result<(), ScanFault> {
        if self.state == ScanState::Quoted {
            let place = Location::Cell { line: self.quote_line, cell: ends.len() + 1 };
            return Err(ScanFault::at(place, TextProblem::UnclosedQuote));
        }
        ends.push(self.at);
        Ok(())
    }

    fn text_after_quote(&self, byte: u8, cell: usize) -> ScanFault {
        let line = self.line + self.more_lines;
        let opened = if self.quote_line == line { 0 } else { self.quote_line };
        let place = Location::Cell { line, cell: cell + 1 };
        ScanFault::at(place, TextProblem::TextAfterQuote { opened, byte })
    }

    /// The location of the next byte.
    pub(crate) fn place(&self, row: &[u8], has_cells: bool, cells: usize) -> Location {
        let line = self.line + self.more_lines;
        match has_cells {
            false => {
                let before = String::from_utf8_lossy(&row[..self.at.min(row.len())]);
                Location::Column { line, column: before.chars().count() + 1 }
            }
            true if self.at == 0 => Location::Line(line),
            true => Location::Cell { line, cell: cells + 1 },
        }
    }

    pub(crate) fn too_long(&self, row: &[u8], has_cells: bool, cells: usize) -> ScanFault {
        if !has_cells {
            let place = Location::Column { line: self.line, column: open_string(row) };
            return ScanFault::at(place, TextProblem::TooLong { what: "line", most: MOST_ROW, opened: 0 });
        }
        if self.at - self.cell_start <= MOST_CELL {
            let problem = TextProblem::TooLong { what: "row", most: MOST_ROW, opened: 0 };
            return ScanFault::at(Location::Line(self.line), problem);
        }
        let is_quoted = matches!(self.state, ScanState::Quoted | ScanState::AfterQuote);
        let line = if is_quoted { self.quote_line } else { self.line + self.more_lines };
        let opened = if is_quoted { line } else { 0 };
        let problem = TextProblem::TooLong { what: "cell", most: MOST_CELL, opened };
        ScanFault::at(Location::Cell { line, cell: cells + 1 }, problem)
    }
}

/// The column of the string that is not closed at the end of a partial JSON line.
fn open_string(line: &[u8]) -> usize {
    let (mut start, mut in_string, mut is_escaped) = (0, false, false);
    for (at, byte) in line.iter().enumerate() {
        if *byte == b'"' && !is_escaped {
            in_string = !in_string;
            start = at;
        }
        is_escaped = *byte == b'\\' && !is_escaped;
    }
    String::from_utf8_lossy(&line[..start]).chars().count() + 1
}
