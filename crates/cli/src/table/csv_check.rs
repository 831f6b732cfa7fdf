//! The scanner of CSV and TSV: a state machine over bytes that finds what the `csv` crate
//! would read wrongly without a word.
//!
//! It accepts no file that the `csv` crate reads otherwise (a property test compares the
//! two); it is stricter in quotes. It must not read files: it is fed with sound UTF-8.

use std::collections::HashMap;

use super::check::{Found, Samples};
use super::error::Place;
use super::problem::Problem;
use super::shape::{LineEnding, Shape};

/// A name that is longer is rather the rest of a file behind an open quote.
const NAME_BYTES: usize = 64 << 10;

/// Between which characters of a row the scanner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In front of a row, or of a blank line, which is none.
    RowStart,
    /// In front of a cell's first byte.
    CellStart,
    /// In a cell without quotes around it; a quote is text here.
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: the cell's end, or the first of a doubled quote.
    AfterQuote,
}

/// Reads CSV byte by byte, keeps the header and samples.
pub(super) struct Scanner {
    delimiter: u8,
    /// Whether the user named the delimiter, and so knows what is in the header.
    is_certain: bool,
    /// For each byte whether it ends a plain cell.
    ends_plain: [bool; 256],
    state: State,
    /// The line of the next byte.
    line: u64,
    /// Whether the last byte was `\r`: a `\n` behind it belongs to the same line's end.
    after_cr: bool,
    /// Where the row at hand and the quoted cell at hand began.
    row_line: u64,
    quote_line: u64,
    /// The cell at hand, from 0.
    cell: usize,
    /// The text of the cell at hand as far as it is kept, and how much more of it is.
    text: Vec<u8>,
    room: usize,
    header: Option<Vec<String>>,
    names: Vec<String>,
    rows: u64,
    samples: Samples,
    line_ending: Option<LineEnding>,
}

type Scan<T = ()> = Result<T, (Place, Problem)>;

impl Scanner {
    pub(super) fn new(delimiter: u8, is_certain: bool) -> Self {
        let mut ends_plain = [false; 256];
        for byte in [delimiter, b'\r', b'\n'] {
            ends_plain[usize::from(byte)] = true;
        }
        Self {
            delimiter,
            is_certain,
            ends_plain,
            state: State::RowStart,
            line: 1,
            after_cr: false,
            row_line: 1,
            quote_line: 1,
            cell: 0,
            text: Vec::new(),
            room: 0,
            header: None,
            names: Vec::new(),
            rows: 0,
            samples: Samples::default(),
            line_ending: None,
        }
    }

    /// Reads on. `bytes` may end anywhere.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Scan {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            let read = match self.state {
                State::RowStart => self.row_start(byte),
                State::CellStart => self.cell_start(byte),
                State::Plain => {
                    let run = rest.iter().position(|byte| self.ends_plain[usize::from(*byte)]);
                    let run = run.unwrap_or(rest.len());
                    self.keep(&rest[..run]);
                    if let Some(&byte) = rest.get(run) {
                        self.end_cell(byte)?;
                    }
                    (run + 1).min(rest.len())
                }
                State::Quoted => self.quoted(rest),
                State::AfterQuote => self.after_quote(byte)?,
            };
            rest = &rest[read..];
        }
        Ok(())
    }

    /// Where the next byte would be.
    pub(super) fn place(&self) -> Place {
        match self.state {
            State::RowStart => Place::Line(self.line),
            _ => Place::Cell { line: self.line, cell: self.cell + 1 },
        }
    }

    /// The file ends here.
    pub(super) fn finish(mut self) -> Scan<Found> {
        let final_newline = self.state == State::RowStart;
        match self.state {
            State::RowStart => {}
            State::Quoted => {
                let place = Place::Cell { line: self.quote_line, cell: self.cell + 1 };
                return Err((place, Problem::UnclosedQuote));
            }
            State::CellStart | State::Plain | State::AfterQuote => {
                self.keep_cell();
                self.end_row()?;
            }
        }
        let columns = self.header.ok_or((Place::File, Problem::Empty))?;
        let line_ending = self.line_ending.unwrap_or_default();
        let shape = Shape { bom: false, line_ending, final_newline };
        Ok(Found { columns, rows: self.rows, samples: self.samples, shape })
    }

    /// Each state's function answers how many bytes it has read.
    fn row_start(&mut self, byte: u8) -> usize {
        if matches!(byte, b'\r' | b'\n') {
            if byte == b'\n' && self.after_cr && self.line_ending == Some(LineEnding::Cr) && self.rows == 0 {
                self.line_ending = Some(LineEnding::CrLf);
            }
            self.end_line(byte);
            return 1;
        }
        self.row_line = self.line;
        self.cell = 0;
        self.state = State::CellStart;
        0
    }

    fn cell_start(&mut self, byte: u8) -> usize {
        self.after_cr = false;
        self.text.clear();
        self.room = match self.header {
            None => NAME_BYTES + 1,
            Some(_) if self.samples.wants(self.cell) => Samples::BYTES,
            Some(_) => 0,
        };
        if byte == b'"' {
            self.quote_line = self.line;
            self.state = State::Quoted;
            return 1;
        }
        self.state = State::Plain;
        0
    }

    fn quoted(&mut self, rest: &[u8]) -> usize {
        let run = rest.iter().position(|byte| matches!(byte, b'"' | b'\r' | b'\n')).unwrap_or(rest.len());
        self.keep(&rest[..run]);
        self.after_cr &= run == 0;
        match rest.get(run) {
            None => return run,
            Some(b'"') => {
                self.after_cr = false;
                self.state = State::AfterQuote;
            }
            Some(&newline) => {
                self.keep(&[newline]);
                self.end_line(newline);
            }
        }
        run + 1
    }

    fn after_quote(&mut self, byte: u8) -> Scan<usize> {
        if byte == b'"' {
            self.keep(b"\"");
            self.state = State::Quoted;
            return Ok(1);
        }
        if self.ends_plain[usize::from(byte)] {
            self.end_cell(byte)?;
            return Ok(1);
        }
        if self.header.is_none() && self.cell == 0 && !self.is_certain && is_likely_delimiter(byte) {
            let problem = Problem::WrongDelimiter { used: self.delimiter, found: byte };
            return Err((Place::Line(self.row_line), problem));
        }
        let opened = if self.quote_line == self.line { 0 } else { self.quote_line };
        Err((self.place(), Problem::TextAfterQuote { opened }))
    }

    /// `end` is what ends the cell: a delimiter or a line's end.
    fn end_cell(&mut self, end: u8) -> Scan {
        self.keep_cell();
        if end == self.delimiter {
            self.cell += 1;
            self.state = State::CellStart;
            return Ok(());
        }
        self.end_row()?;
        self.end_line(end);
        Ok(())
    }

    fn end_row(&mut self) -> Scan {
        self.state = State::RowStart;
        match &self.header {
            None => self.end_header(),
            Some(header) if header.len() == self.cell + 1 => {
                self.rows += 1;
                Ok(())
            }
            Some(header) => {
                let last_line = if self.line == self.row_line { 0 } else { self.line };
                let (found, expected) = (self.cell + 1, header.len());
                let problem = Problem::Ragged { found, expected, delimiter: self.delimiter, last_line };
                Err((Place::Line(self.row_line), problem))
            }
        }
    }

    fn end_header(&mut self) -> Scan {
        let names = std::mem::take(&mut self.names);
        let found = match names.as_slice() {
            [only] if !self.is_certain => likely_delimiter(only, self.delimiter),
            _ => None,
        };
        let problem = match found {
            Some(found) => Some(Problem::WrongDelimiter { used: self.delimiter, found }),
            None => wrong_name(&names),
        };
        if let Some(problem) = problem {
            return Err((Place::Line(self.row_line), problem));
        }
        self.samples.grow(names.len());
        self.header = Some(names);
        Ok(())
    }

    fn end_line(&mut self, byte: u8) {
        // The header's line end is what the whole output gets; `row_start` makes `\r\n` of
        // a `\r` whose `\n` is still to come.
        if self.header.is_some() && self.line_ending.is_none() {
            self.line_ending = Some(if byte == b'\r' { LineEnding::Cr } else { LineEnding::Lf });
        }
        self.line += u64::from(byte == b'\r' || !self.after_cr);
        self.after_cr = byte == b'\r';
    }

    fn keep(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(self.room);
        self.text.extend_from_slice(&bytes[..kept]);
        self.room -= kept;
    }

    /// Makes a name or a sample of the cell at hand.
    fn keep_cell(&mut self) {
        if self.state == State::CellStart {
            self.text.clear();
        }
        if self.header.is_none() {
            self.names.push(String::from_utf8_lossy(&self.text).into_owned());
        } else if self.samples.wants(self.cell) {
            self.samples.add(self.cell, &String::from_utf8_lossy(&self.text));
        }
    }
}

fn wrong_name(names: &[String]) -> Option<Problem> {
    if names.len() <= 2 && is_separator_note(&names[0]) {
        return Some(Problem::SeparatorLine);
    }
    if names.iter().any(|name| name.len() > NAME_BYTES) {
        return Some(Problem::LongName);
    }
    let blank = |(index, name): (usize, &String)| name.trim().is_empty().then_some(index + 1);
    let nameless: Vec<usize> = names.iter().enumerate().filter_map(blank).collect();
    if !nameless.is_empty() {
        return Some(Problem::EmptyNames(nameless));
    }
    let mut seen = HashMap::new();
    names.iter().enumerate().find_map(|(index, name)| {
        let first = seen.insert(name, index)?;
        Some(Problem::DuplicateName { name: name.clone(), first: first + 1, second: index + 1 })
    })
}

/// The one that is there most often, apart from the one that was `used`.
fn likely_delimiter(name: &str, used: u8) -> Option<u8> {
    let count = |byte: u8| name.bytes().filter(|other| *other == byte).count();
    let is_candidate = |byte: &u8| is_likely_delimiter(*byte) && *byte != used;
    let found = name.bytes().filter(is_candidate).max_by_key(|byte| count(*byte));
    found.filter(|_| !is_separator_note(name))
}

fn is_likely_delimiter(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'\t' | b'|')
}

/// `sep=;` in a first line tells Excel the delimiter.
fn is_separator_note(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="))
}
