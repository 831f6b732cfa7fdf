//! The user's options for reading an input, and what ends the reading. This module reads no file.

use encoding_rs::Encoding;

use super::{FormatInfo, cancellation::Cancellation};

/// How the user wants an input to be read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// `--delimiter C`: the delimiter; overrides the file's extension.
    pub delimiter: Option<u8>,
    /// `--encoding NAME`: the file's encoding; overrides what its bytes look like.
    pub encoding: Option<&'static Encoding>,
    /// `--header-line N`: the line of the header, from 1, whatever comes before it.
    pub header_line: Option<u64>,
    /// `--no-header`: the first line is a row, and columns are named `column_1` and so on.
    pub no_header: bool,
    /// `--skip-footer N`: how many lines after the rows are left out.
    pub skip_footer: Option<u32>,
    /// `--pad-rows`: cells that are missing at the end of a row are empty.
    pub pad_rows: bool,
    /// `--name-columns`: columns without a unique name get one.
    pub name_columns: bool,
    /// What ends the reading early, by default nothing.
    pub cancellation: Cancellation,
}

impl ReadOptions {
    /// A flag that was given and does not apply to the format.
    pub(crate) fn flag_for_other(&self, format: &FormatInfo) -> Option<&'static str> {
        let of_header = !format.has_header;
        let flags = [
            (format.delimiter.is_none() && self.delimiter.is_some(), "--delimiter"),
            (of_header && self.header_line.is_some(), "--header-line"),
            (of_header && self.no_header, "--no-header"),
            (of_header && self.skip_footer.is_some(), "--skip-footer"),
            (of_header && self.pad_rows, "--pad-rows"),
            (of_header && self.name_columns, "--name-columns"),
        ];
        flags.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, flag)| flag)
    }
}

/// Reads the argument of `--delimiter`: one character, or `\t` for a tab.
///
/// # Errors
/// The text is not one character that can separate cells; the message gives examples.
pub fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if can_delimit(*byte) => Ok(*byte),
        _ => Err("one plain character, such as ';' or '|', or '\\t' for a tab".into()),
    }
}

/// Whether a byte can stand between cells. Quotes and line ends have a meaning of their own, and a
/// byte above 127 is only a part of a character.
pub(crate) fn can_delimit(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, 0 | b'"' | b'\n' | b'\r')
}
