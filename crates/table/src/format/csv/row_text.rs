//! The text of CSV cells and lines. This module knows no files.

/// When a written cell gets quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Quoting {
    /// If the cell contains this delimiter, a quote or a line break.
    Needed(u8),
    /// Never, since quotes are text in TSV; tabs and line breaks become spaces.
    Never,
}

/// Writes a CSV line without its end.
pub(crate) fn push_cells(text: &mut Vec<u8>, delimiter: u8, cells: &[&str]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(delimiter);
        }
        push_cell(text, Quoting::Needed(delimiter), cell, cells.len() == 1);
    }
}

/// Writes a cell; `is_only` says that it is the only cell of its line.
pub(crate) fn push_cell(text: &mut Vec<u8>, quoting: Quoting, cell: &str, is_only: bool) {
    let Quoting::Needed(delimiter) = quoting else {
        return push_plain(text, cell);
    };
    // On a line of its own, an empty cell would be a blank line, which is not a row. A reader would take a
    // byte order mark at the start of a file for the file's own.
    let is_quoted = cell.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'))
        || (is_only && cell.is_empty())
        || cell.starts_with('\u{feff}');
    if is_quoted {
        text.push(b'"');
        text.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
        text.push(b'"');
    } else {
        text.extend_from_slice(cell.as_bytes());
    }
}

fn push_plain(text: &mut Vec<u8>, cell: &str) {
    if !cell.contains(['\t', '\r', '\n']) {
        return text.extend_from_slice(cell.as_bytes());
    }
    let plain = cell.replace("\r\n", " ").replace(['\t', '\r', '\n'], " ");
    text.extend_from_slice(plain.as_bytes());
}
