//! What can be wrong with a file as text: its encoding, and the quotes and lengths of its rows.

use std::{fmt, io, path::Path};

use super::{
    Problem,
    file::export_sheet,
    words::{grouped, path_word, repaired_path},
};

/// Why the text of a file cannot be read.
#[derive(Debug)]
pub(crate) enum TextProblem {
    /// The first bytes belong to another kind of file; contains its name.
    Binary(&'static str),
    UnknownEncoding {
        byte: u8,
        /// The encoding that it may be instead of Windows-1252.
        likely: Option<&'static str>,
    },
    /// The bytes are invalid in the named encoding.
    Malformed(&'static str),
    /// Text before this byte is UTF-8, and the byte is not.
    MixedEncoding(u8),
    NotUtf8(u8),
    /// The file ends within a character.
    CutOff,
    ZeroByte,
    TooLong {
        what: &'static str,
        /// The limit, in bytes.
        most: usize,
        /// The line of a quote that may not be closed, or 0.
        opened: u64,
    },
    TextAfterQuote {
        /// The line in which the cell begins, or 0 for a cell of one line.
        opened: u64,
        /// The byte after the quote.
        byte: u8,
    },
    UnclosedQuote,
}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary(what) => write!(f, "this is {what}, not text"),
            Self::UnknownEncoding { byte, likely: None } => write!(
                f,
                "byte 0x{byte:02X} is not UTF-8, and the file may be Windows-1252, Mac Roman or another encoding"
            ),
            Self::UnknownEncoding { byte, likely: Some(name) } => {
                write!(f, "byte 0x{byte:02X} is not UTF-8; the file may be {name}, or another encoding")
            }
            Self::Malformed(name) => write!(f, "the file is not {name} here"),
            Self::MixedEncoding(byte) => {
                write!(f, "byte 0x{byte:02X} is not UTF-8, but text before it is: the file mixes encodings")
            }
            Self::NotUtf8(byte) => write!(f, "byte 0x{byte:02X} is not UTF-8"),
            Self::CutOff => f.write_str("the file ends in the middle of a character"),
            Self::ZeroByte => f.write_str("a zero byte, which is not allowed in text"),
            Self::TooLong { what, most, opened } => {
                write!(f, "the {what} has more than {} MiB", most >> 20)?;
                if *opened == 0 { Ok(()) } else { f.write_str(" (a quote that is not closed?)") }
            }
            Self::TextAfterQuote { opened: 0, .. } => f.write_str("text after the closing quote"),
            Self::TextAfterQuote { opened, .. } => {
                write!(f, "text after the closing quote of a cell that opens in line {}", grouped(*opened))
            }
            Self::UnclosedQuote => f.write_str("the quote that opens this cell is never closed"),
        }
    }
}

impl Problem for TextProblem {
    fn hint(&self, path: &Path, _: Option<&io::Error>) -> Option<String> {
        let hint = match self {
            Self::Binary(what) if what.contains("Excel") => export_sheet(path),
            Self::Binary(what) if what.contains("gzip") => {
                "unpack it first: `gunzip -k` keeps the original".into()
            }
            Self::Binary(_) => "save or export the table as CSV in UTF-8".into(),
            Self::UnknownEncoding { likely: None, .. } => {
                "name the encoding: `--encoding windows-1252`, `--encoding macintosh` (older Macs) or another name"
                    .into()
            }
            Self::UnknownEncoding { likely: Some(name), .. } => format!(
                "name the encoding: `--encoding {}`, `--encoding macintosh` (older Macs), `--encoding \
                 windows-1252` or another name",
                name.to_lowercase()
            ),
            Self::Malformed(_) => "try another `--encoding`, or export the table again as UTF-8".into(),
            Self::MixedEncoding(_) => "correct this cell, or export the table again as UTF-8".into(),
            Self::NotUtf8(_) => "export the table again as UTF-8".into(),
            Self::CutOff => "was it copied or downloaded only in part?".into(),
            Self::ZeroByte => {
                let repaired = path_word(&repaired_path(path, "clean"));
                format!("remove it: `tr -d '\\000' < {} > {repaired}`", path_word(path))
            }
            Self::TooLong { opened: 0, .. } => "shorten it, or remove it from the table".into(),
            Self::TooLong { .. } => "close the quote, or shorten the cell".into(),
            Self::TextAfterQuote { .. } => {
                "double the quotes inside a quoted cell: \"the \"\"big\"\" one\"".into()
            }
            Self::UnclosedQuote => "close the quote, or double it if it is text".into(),
        };
        Some(hint)
    }
}
