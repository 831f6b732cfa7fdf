//! The first pass: reads the whole file once, so that whatever is wrong with it is said
//! before anything is bought. Keeps a few samples, never the rows.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use encoding_rs::{Encoding, UTF_8};

use super::{
    roots,
    shape::{Format, Layout, ReadOptions, Shape, TableSummary, input_format},
};
use crate::{
    format::{
        csv::{
            head::{Head, as_wrong_delimiter, lay_out},
            problem::CsvProblem,
            rows::{self, PassEnd},
        },
        jsonl::scan,
    },
    paths::{FileStamp, input_metadata},
    problem::{
        TableProblem,
        error::{Location, TableError},
        file::FileProblem,
        note::Note,
    },
    text::{
        cut::{Dialect, Frame, RowCutter},
        decode::{TextFault, TextReader},
        encoding::{Detector, name_of, of_head},
        problem::TextProblem,
    },
};

/// How much of the text is looked at for where the table begins.
const HEAD: usize = 256 << 10;

/// Of each column this many cells are kept as samples, each cut to so many characters.
const SAMPLES: usize = 100;
const SAMPLE_CHARS: usize = 512;

/// Reads the whole file at `path` and answers what it holds.
///
/// # Errors
/// The file cannot be read, or is not a sound table that this crate's [`Reader`] would
/// read back cell by cell; the error says where.
///
/// [`Reader`]: super::Reader
pub fn scan(path: &Path, options: &ReadOptions) -> Result<TableSummary, TableError> {
    let metadata = input_metadata(path).map_err(|(problem, source)| match source {
        Some(source) => TableError::caused(path, problem, source),
        None => TableError::new(path, problem),
    })?;
    let format = input_format(path, options).map_err(|problem| TableError::new(path, problem))?;
    let failed = |fault| match fault {
        ScanFault::Table(location, problem) => TableError::at(path, location, problem),
        ScanFault::Io(source) => TableError::caused(path, FileProblem::Read, source),
    };
    let (layout, found) = Input { path, options, format }.read().map_err(failed)?;
    Ok(TableSummary {
        path: path.to_path_buf(),
        format: match format {
            Format::Csv { .. } => Format::Csv { delimiter: layout.delimiter },
            Format::Jsonl => Format::Jsonl,
        },
        columns: found.columns,
        rows: found.rows,
        samples: found.samples.cells,
        shape: found.shape,
        notes: found.notes,
        layout: Layout { header: found.header, ..layout },
        stamp: FileStamp::of(&metadata),
    })
}

/// A file, and what the user says of it.
struct Input<'a> {
    path: &'a Path,
    options: &'a ReadOptions,
    format: Format,
}

impl Input<'_> {
    fn read(&self) -> Result<(Layout, Scanned), ScanFault> {
        let mut start = vec![0; 512];
        let read = roots::open(self.path)?.read(&mut start)?;
        let of_head = of_head(&start[..read]).map_err(|problem| ScanFault::at(Location::File, problem))?;
        let encoding = self.options.encoding.unwrap_or(of_head);
        match self.read_as(encoding) {
            Err(ScanFault::Table(location, TableProblem::Text(TextProblem::NotUtf8(byte))))
                if self.options.encoding.is_none() =>
            {
                let found = self.detect(byte, location)?;
                self.read_as(found)
            }
            read => read,
        }
    }

    /// Goes over the bytes of a file that is not UTF-8; `byte` at `place` is the first sign of it.
    fn detect(&self, byte: u8, place: Location) -> Result<&'static Encoding, ScanFault> {
        let mut file = roots::open(self.path)?;
        let mut detector = Detector::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return detector.finish(byte).map_err(|problem| ScanFault::at(place, problem)),
                Ok(read) => detector.feed(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ScanFault::Io(error)),
            }
        }
    }

    fn text(&self, encoding: &'static Encoding) -> Result<TextReader<File>, ScanFault> {
        Ok(TextReader::new(roots::open(self.path)?, encoding))
    }

    fn read_as(&self, encoding: &'static Encoding) -> Result<(Layout, Scanned), ScanFault> {
        let (mut layout, mut found) = match self.format {
            Format::Csv { delimiter } => self.read_csv(encoding, delimiter)?,
            Format::Jsonl => {
                let mut cutter = RowCutter::new(self.text(encoding)?, Dialect::Lines, Frame::ALL);
                let mut found = scan::run(&mut cutter)?;
                found.shape.bom = cutter.text().has_bom();
                (Layout { encoding, ..Layout::default() }, found)
            }
        };
        layout.encoding = encoding;
        if encoding != UTF_8 {
            let is_given = self.options.encoding.is_some() || name_of(encoding).starts_with("UTF");
            found.notes.insert(0, Note::Encoding { name: name_of(encoding), is_given });
        }
        Ok((layout, found))
    }

    fn read_csv(&self, encoding: &'static Encoding, delimiter: u8) -> Result<(Layout, Scanned), ScanFault> {
        let mut head = self.lay_out(encoding, delimiter)?;
        loop {
            let cutter = RowCutter::new(self.text(encoding)?, head.dialect, head.frame);
            let passed = match rows::run(cutter, &head, self.options) {
                Ok(passed) => passed,
                Err(fault) if head.dialect == Dialect::Tabs => {
                    self.quoted_tabs(encoding, &mut head, fault)?
                }
                Err(fault) => return Err(as_wrong_delimiter(fault, &head, self.options)),
            };
            match passed {
                // Once the end is known, no other is looked for.
                PassEnd::EndsAt(end, note) => {
                    head.frame.end = Some(end);
                    head.notes.push(note);
                }
                PassEnd::Sound(mut found) => {
                    found.notes = head.notes.into_iter().chain(found.notes).collect();
                    found.shape.bom = self.has_bom(encoding)?;
                    let layout = Layout {
                        delimiter: head.delimiter,
                        dialect: head.dialect,
                        frame: head.frame,
                        separator: head.separator,
                        has_header: !self.options.no_header,
                        ..Layout::default()
                    };
                    return Ok((layout, found));
                }
            }
        }
    }

    /// Reads a TSV that has rows of other lengths than its header with quotes, as Excel writes cells
    /// with line breaks. Where that leaves anything in doubt, the fault stands.
    fn quoted_tabs(
        &self,
        encoding: &'static Encoding,
        head: &mut Head,
        fault: ScanFault,
    ) -> Result<PassEnd, ScanFault> {
        let mut quoted = Head { dialect: Dialect::Quoted(b'\t'), ..head.clone() };
        let cutter = RowCutter::new(self.text(encoding)?, quoted.dialect, quoted.frame);
        let Ok((passed, Some(line))) = rows::run_with_breaks(cutter, &quoted, self.options) else {
            return Err(fault);
        };
        quoted.notes.push(Note::QuotedBreaks { line });
        *head = quoted;
        Ok(passed)
    }

    fn has_bom(&self, encoding: &'static Encoding) -> Result<bool, ScanFault> {
        let mut text = self.text(encoding)?;
        // A fault in the first piece was found by the pass already.
        let _ = text.read(&mut Vec::new());
        Ok(text.has_bom())
    }

    /// Finds where the table begins, and where it ends if the user said so.
    fn lay_out(&self, encoding: &'static Encoding, delimiter: u8) -> Result<Head, ScanFault> {
        let mut text = self.text(encoding)?;
        let mut bytes = Vec::new();
        let mut is_whole = false;
        let mut broken = None;
        while bytes.len() < HEAD && !is_whole {
            match text.read(&mut bytes) {
                Ok(more) => is_whole = !more,
                Err(TextFault::Io(error)) => return Err(ScanFault::Io(error)),
                // The pass over the rows says more exactly where this is.
                Err(TextFault::Encoding(problem)) => {
                    broken = Some(problem);
                    break;
                }
            }
        }
        let start = match self.options.header_line {
            Some(line) if line > 1 => Some(self.line_start(encoding, line)?),
            Some(_) => Some(Frame::ALL),
            None => None,
        };
        let laid_out = lay_out(&String::from_utf8_lossy(&bytes), is_whole, delimiter, self.options, start);
        let mut head = match (laid_out, broken) {
            // A wrong encoding explains whatever else is wrong.
            (Err(_), Some(problem)) => {
                let line = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
                return Err(ScanFault::at(Location::Line(line), problem));
            }
            (laid_out, _) => laid_out?,
        };
        if head.separator.is_some() && head.frame == Frame::ALL {
            head.frame = Frame {
                start: head.separator.as_ref().map_or(0, |line| line.len() as u64),
                line: 2,
                end: None,
            };
        }
        if let Some(lines) = self.options.skip_footer.filter(|lines| *lines > 0) {
            self.leave_out(encoding, lines, &mut head)?;
        }
        Ok(head)
    }

    /// Where a line of the file begins.
    fn line_start(&self, encoding: &'static Encoding, wanted: u64) -> Result<Frame, ScanFault> {
        let (mut found, mut lines) = (None, 0);
        self.each_line(encoding, |line, offset, _| {
            lines = line;
            if line == wanted {
                found = Some(Frame { start: offset, line, end: None });
            }
            found.is_none()
        })?;
        found.ok_or(ScanFault::at(Location::File, CsvProblem::NoSuchLine { wanted, lines }))
    }

    /// Ends the table before its last `lines` lines, blank ones not counted.
    fn leave_out(&self, encoding: &'static Encoding, lines: u32, head: &mut Head) -> Result<(), ScanFault> {
        let mut last = std::collections::VecDeque::new();
        let most = usize::try_from(lines).unwrap_or(usize::MAX);
        let start = head.frame.start;
        self.each_line(encoding, |line, offset, is_blank| {
            if !is_blank && offset >= start {
                last.push_back((line, offset));
                // One more: the header itself cannot be left out.
                if last.len() > most.saturating_add(1) {
                    last.pop_front();
                }
            }
            true
        })?;
        if last.len() <= most {
            let problem = CsvProblem::NothingLeft { lines, there: last.len().saturating_sub(1) };
            return Err(ScanFault::at(Location::File, problem));
        }
        head.frame.end = last.get(1).map(|(_, offset)| *offset);
        Ok(())
    }

    /// Calls `each` with every line's number, where it begins and whether it is blank, until
    /// that says stop.
    fn each_line(
        &self,
        encoding: &'static Encoding,
        mut each: impl FnMut(u64, u64, bool) -> bool,
    ) -> Result<(), ScanFault> {
        let mut text = self.text(encoding)?;
        let mut piece = Vec::new();
        let (mut line, mut start, mut at, mut is_blank) = (1, 0, 0, true);
        let mut after_cr = false;
        loop {
            piece.clear();
            match text.read(&mut piece) {
                Ok(true) => {}
                Ok(false) => break,
                Err(TextFault::Io(error)) => return Err(ScanFault::Io(error)),
                // Lines that are not seen must not be taken for the end of the table.
                Err(TextFault::Encoding(problem)) => {
                    return Err(ScanFault::at(Location::Line(line), problem));
                }
            }
            for byte in &piece {
                // `\r\n` is one end: the line feed comes to the line that has just ended.
                if after_cr && *byte != b'\n' {
                    if !each(line, start, is_blank) {
                        return Ok(());
                    }
                    (line, start, is_blank) = (line + 1, at, true);
                }
                after_cr = *byte == b'\r';
                at += 1;
                if *byte == b'\n' {
                    if !each(line, start, is_blank) {
                        return Ok(());
                    }
                    (line, start, is_blank) = (line + 1, at, true);
                } else {
                    is_blank &= byte.is_ascii_whitespace();
                }
            }
        }
        if at > start {
            each(line, start, is_blank);
        }
        Ok(())
    }
}

/// What a pass over either format finds.
pub(crate) struct Scanned {
    pub(crate) columns: Vec<String>,
    /// The header as it stands in the file, if the columns have its names.
    pub(crate) header: Option<String>,
    pub(crate) rows: u64,
    pub(crate) samples: Samples,
    /// Without the byte order mark, which is no matter of the format.
    pub(crate) shape: Shape,
    pub(crate) notes: Vec<Note>,
}

/// What ends a pass early.
#[derive(Debug)]
pub(crate) enum ScanFault {
    Table(Location, TableProblem),
    Io(io::Error),
}

impl ScanFault {
    /// A problem of the table, and where it is.
    pub(crate) fn at(location: Location, problem: impl Into<TableProblem>) -> Self {
        Self::Table(location, problem.into())
    }
}

impl From<io::Error> for ScanFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The first filled cells of each column.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    cells: Vec<Vec<String>>,
    /// How many columns have as many samples as are kept.
    full: usize,
}

impl Samples {
    /// More bytes than a sample can have: what is beyond need not be kept.
    pub(crate) const BYTES: usize = SAMPLE_CHARS * 4;

    /// Whether cells of `column` are still wanted.
    pub(crate) fn wants(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|cells| cells.len() < SAMPLES)
    }

    /// Whether cells of any column are still wanted.
    pub(crate) fn wants_any(&self) -> bool {
        self.full < self.cells.len()
    }

    pub(crate) fn add(&mut self, column: usize, cell: &str) {
        if !cell.trim().is_empty() {
            self.cells[column].push(cell.chars().take(SAMPLE_CHARS).collect());
            self.full += usize::from(self.cells[column].len() == SAMPLES);
        }
    }

    /// Makes room for columns up to `columns`.
    pub(crate) fn grow(&mut self, columns: usize) {
        self.cells.resize_with(columns, Vec::new);
    }
}
