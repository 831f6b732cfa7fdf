//! Finds the part of a file that is the table: from the header, whose line the user names or `head` finds, to
//! the lines that the user leaves out.

use std::collections::VecDeque;

use encoding_rs::Encoding;

use super::{
    head::{Head, find_head},
    problem::CsvProblem,
};
use crate::{
    format::text_file::open_text,
    interface::scan::Input,
    problem::{error::Location, fault::ScanFault, text::TextProblem},
    text::{cut::Frame, decode::TextFault, lines::each_line},
};

/// How many bytes of the text are searched for the beginning of the table.
const HEAD: usize = 256 << 10;

/// Finds where the table begins, and where it ends if the user left out lines.
pub(super) fn find_table(
    input: &Input<'_>,
    encoding: &'static Encoding,
    delimiter: u8,
) -> Result<Head, ScanFault> {
    let beginning = Beginning::read(input, encoding)?;
    let start = match input.options.header_line {
        Some(line) if line > 1 => Some(line_start(input, encoding, line)?),
        Some(_) => Some(Frame::ALL),
        None => None,
    };
    let text = String::from_utf8_lossy(&beginning.bytes);
    let found = find_head(&text, beginning.is_whole, delimiter, input.options, start);
    let mut head = match (found, beginning.broken) {
        // A wrong encoding explains everything else that is wrong.
        (Err(_), Some(problem)) => {
            let line = beginning.bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            return Err(ScanFault::at(Location::Line(line), problem));
        }
        (found, _) => found?,
    };
    if head.separator.is_some() && head.frame == Frame::ALL {
        let length = head.separator.as_ref().map_or(0, |line| line.len() as u64);
        head.frame = Frame { start: length, line: 2, end: None };
    }
    if let Some(lines) = input.options.skip_footer.filter(|lines| *lines > 0) {
        leave_out(input, encoding, lines, &mut head)?;
    }
    Ok(head)
}

/// The beginning of the text.
struct Beginning {
    bytes: Vec<u8>,
    /// Whether this is the whole text.
    is_whole: bool,
    /// What is wrong with the text after it.
    broken: Option<TextProblem>,
}

impl Beginning {
    fn read(input: &Input<'_>, encoding: &'static Encoding) -> Result<Self, ScanFault> {
        let mut text = open_text(input, encoding)?;
        let mut beginning = Self { bytes: Vec::new(), is_whole: false, broken: None };
        while beginning.bytes.len() < HEAD && !beginning.is_whole {
            match text.read(&mut beginning.bytes) {
                Ok(more) => beginning.is_whole = !more,
                Err(TextFault::Io(error)) => return Err(ScanFault::Io(error)),
                // The pass over the rows finds the exact position.
                Err(TextFault::Encoding(problem)) => {
                    beginning.broken = Some(problem);
                    break;
                }
            }
        }
        Ok(beginning)
    }
}

/// The position where a line of the file begins.
fn line_start(input: &Input<'_>, encoding: &'static Encoding, wanted: u64) -> Result<Frame, ScanFault> {
    let (mut found, mut lines) = (None, 0);
    each_line(open_text(input, encoding)?, |line| {
        lines = line.number;
        if line.number == wanted {
            found = Some(Frame { start: line.start, line: line.number, end: None });
        }
        found.is_none()
    })?;
    found.ok_or_else(|| ScanFault::at(Location::File, CsvProblem::NoSuchLine { wanted, lines }))
}

/// Ends the table before its last `lines` lines, not counting blank lines.
fn leave_out(
    input: &Input<'_>,
    encoding: &'static Encoding,
    lines: u32,
    head: &mut Head,
) -> Result<(), ScanFault> {
    let mut last = VecDeque::new();
    let most = usize::try_from(lines).unwrap_or(usize::MAX);
    let start = head.frame.start;
    each_line(open_text(input, encoding)?, |line| {
        if !line.is_blank && line.start >= start {
            last.push_back(line.start);
            // One more line is kept: the header itself cannot be left out.
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
    head.frame.end = last.get(1).copied();
    Ok(())
}
