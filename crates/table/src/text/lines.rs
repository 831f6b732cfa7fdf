//! The lines of a text, with their numbers and positions. This module must not know what they contain.

use std::io::Read;

use super::decode::{TextFault, TextReader};
use crate::problem::{error::Location, fault::ScanFault};

/// A line of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextLine {
    /// The line's number, from 1.
    pub(crate) number: u64,
    /// The position where the line begins, in bytes of the text.
    pub(crate) start: u64,
    /// Whether the line contains only white space.
    pub(crate) is_blank: bool,
}

/// Calls `each` with every line, until `each` returns `false`.
pub(crate) fn each_line<R: Read>(
    mut text: TextReader<R>,
    mut each: impl FnMut(TextLine) -> bool,
) -> Result<(), ScanFault> {
    let mut piece = Vec::new();
    let mut line = TextLine { number: 1, start: 0, is_blank: true };
    let (mut at, mut after_cr) = (0, false);
    let next = |line: TextLine, start| TextLine { number: line.number + 1, start, is_blank: true };
    loop {
        piece.clear();
        match text.read(&mut piece) {
            Ok(true) => {}
            Ok(false) => break,
            Err(TextFault::Io(error)) => return Err(ScanFault::Io(error)),
            // Unread lines must not be taken for the end of the text.
            Err(TextFault::Encoding(problem)) => {
                return Err(ScanFault::at(Location::Line(line.number), problem));
            }
        }
        for byte in &piece {
            // `\r\n` is one line end: the line feed belongs to the line that has just ended.
            if after_cr && *byte != b'\n' {
                if !each(line) {
                    return Ok(());
                }
                line = next(line, at);
            }
            after_cr = *byte == b'\r';
            at += 1;
            if *byte == b'\n' {
                if !each(line) {
                    return Ok(());
                }
                line = next(line, at);
            } else {
                line.is_blank &= byte.is_ascii_whitespace();
            }
        }
    }
    if at > line.start {
        each(line);
    }
    Ok(())
}
