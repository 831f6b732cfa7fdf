//! How the lines of an output become bytes: the encoding, the byte order mark and the ends of lines. Must
//! not know what a line holds.

use super::{
    encoding::BOM,
    shape::{LineEnding, TextShape},
};

/// How the output's text becomes bytes. Each encoding can hold every character, so that no answer is
/// lost.
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

/// Lines on their way to an output.
pub(crate) struct TextSink {
    encoding: OutputEncoding,
    shape: TextShape,
    /// Whether a line was written whose end is still missing: the last one may have none.
    is_open: bool,
    /// A line before it is encoded; one buffer for all of them.
    line: Vec<u8>,
}

impl TextSink {
    /// `shape` is that of the input, if it is text of the same format.
    pub(crate) fn new(encoding: OutputEncoding, shape: Option<TextShape>) -> Self {
        Self { encoding, shape: shape.unwrap_or_default(), is_open: false, line: Vec::new() }
    }

    /// Appends what the file begins with.
    pub(crate) fn begin(&self, out: &mut Vec<u8>) {
        match self.encoding {
            OutputEncoding::Utf16 => out.extend_from_slice(b"\xff\xfe"),
            OutputEncoding::Utf8 if !self.shape.bom => {}
            OutputEncoding::Utf8 | OutputEncoding::Utf8Bom => out.extend_from_slice(BOM),
        }
    }

    /// Appends a line, which `write` puts into an empty or a growing buffer. Its end comes with the line
    /// after it.
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

    /// What ends the last line.
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
