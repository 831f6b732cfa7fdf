//! Turns the lines of an output into bytes: the encoding, the byte order mark and the line ends. This module
//! must not know what a line contains.

use super::{
    encoding::BOM,
    shape::{LineEnding, TextShape},
};

/// The encoding of the output's text. Each of these encodings can hold every character, so that no answer is
/// lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutputEncoding {
    /// UTF-8, with a byte order mark if the input is UTF-8 with one.
    #[default]
    Utf8,
    /// UTF-8 with a byte order mark, which Excel needs.
    Utf8Bom,
    /// UTF-16, little-endian, with a byte order mark: Excel's "Unicode Text".
    Utf16,
}

/// The lines of an output, before they are written.
pub(crate) struct TextSink {
    encoding: OutputEncoding,
    shape: TextShape,
    /// Whether a line was written whose line end is still missing: the last line may have none.
    is_open: bool,
    /// A line before it is encoded; one buffer for all lines.
    line: Vec<u8>,
}

impl TextSink {
    /// `shape` is that of the input, if it is text of the same format.
    pub(crate) fn new(encoding: OutputEncoding, shape: Option<TextShape>) -> Self {
        Self { encoding, shape: shape.unwrap_or_default(), is_open: false, line: Vec::new() }
    }

    /// Appends the beginning of the file.
    pub(crate) fn begin(&self, out: &mut Vec<u8>) {
        match self.encoding {
            OutputEncoding::Utf16 => out.extend_from_slice(b"\xff\xfe"),
            OutputEncoding::Utf8 if !self.shape.bom => {}
            OutputEncoding::Utf8 | OutputEncoding::Utf8Bom => out.extend_from_slice(BOM),
        }
    }

    /// Appends a line, which `write` puts into an empty or a growing buffer. Its line end is appended with
    /// the next line.
    pub(crate) fn line(&mut self, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        let ending = if self.is_open { self.ending().as_str() } else { "" };
        self.is_open = true;
        match self.encoding {
            OutputEncoding::Utf8 | OutputEncoding::Utf8Bom => {
                out.extend_from_slice(ending.as_bytes());
                write(out);
            }
            OutputEncoding::Utf16 => {
                self.line.clear();
                self.line.extend_from_slice(ending.as_bytes());
                write(&mut self.line);
                push_utf16(out, &self.line);
            }
        }
    }

    /// The line end of the last line.
    pub(crate) fn end(&self) -> Vec<u8> {
        let mut end = Vec::new();
        if self.is_open && self.shape.final_newline {
            let ending = self.ending().as_str().as_bytes();
            match self.encoding {
                OutputEncoding::Utf8 | OutputEncoding::Utf8Bom => end.extend_from_slice(ending),
                OutputEncoding::Utf16 => push_utf16(&mut end, ending),
            }
        }
        end
    }

    fn ending(&self) -> LineEnding {
        self.shape.line_ending
    }
}

fn push_utf16(out: &mut Vec<u8>, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
}
