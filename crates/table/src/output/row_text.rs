//! The text of what is written: a header, a cell, a JSON object. Knows no files.

use crate::{
    input::{reader::Line, shape::TableSummary},
    text::cut::Dialect,
};

/// A member that an output is written to.
pub(crate) struct Member {
    /// The key as JSON.
    pub(crate) key: String,
    /// The column, if the table has one of this name.
    pub(crate) column: Option<usize>,
}

/// The header as it stands, and the new names behind it.
pub(crate) fn push_header(
    text: &mut Vec<u8>,
    delimiter: u8,
    summary: &TableSummary,
    outputs: &[String],
    carried: &[String],
) {
    let quoting = Quoting::of(summary);
    let is_only = summary.columns.len() == 1;
    match &summary.layout.header {
        Some(header) => text.extend_from_slice(header.as_bytes()),
        None => {
            for (at, name) in summary.columns.iter().enumerate() {
                if at > 0 {
                    text.push(delimiter);
                }
                push_cell(text, quoting, name, is_only);
            }
        }
    }
    let all = outputs.iter().chain(carried);
    for output in all.filter(|output| !summary.columns.contains(output)) {
        text.push(delimiter);
        push_cell(text, quoting, output, false);
    }
}

/// When a cell that is written gets quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Quoting {
    /// Where it holds this delimiter, a quote or a line break.
    Needed(u8),
    /// Never, since quotes are text in TSV: tabs and line breaks become spaces.
    Never,
}

impl Quoting {
    pub(crate) fn of(summary: &TableSummary) -> Self {
        match summary.layout.dialect {
            Dialect::Quoted(delimiter) => Self::Needed(delimiter),
            Dialect::Tabs | Dialect::Lines => Self::Never,
        }
    }
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

pub(crate) fn push_cell(text: &mut Vec<u8>, quoting: Quoting, cell: &str, is_only: bool) {
    let Quoting::Needed(delimiter) = quoting else {
        let plain = cell.replace("\r\n", " ").replace(['\t', '\r', '\n'], " ");
        text.extend_from_slice(plain.as_bytes());
        return;
    };
    // Alone on its line, an empty cell would be a blank line, which is no row. A mark
    // at the start of a file would be taken for the byte order mark.
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

/// Writes the line's text as it is, but for the values that change: new members come
/// before the closing brace, in the line's own style.
pub(crate) fn push_object<'a>(
    text: &mut Vec<u8>,
    line: &Line,
    members: impl Iterator<Item = (&'a Member, Option<String>)>,
) {
    let mut changes = Vec::new();
    let mut added = String::new();
    let is_spaced = line.values.first().is_none_or(|(_, value)| line.text[..value.start].ends_with(' '));
    let (comma, colon) = if is_spaced { (", ", ": ") } else { (",", ":") };
    for (member, value) in members {
        let there = member.column.and_then(|column| line.values.iter().find(|(other, _)| *other == column));
        let value = match (value, member.column) {
            (Some(value), _) => value,
            (None, Some(_)) => continue,
            (None, None) => "null".to_owned(),
        };
        match there {
            Some((_, place)) => changes.push((place.clone(), value)),
            None => {
                if !(line.values.is_empty() && added.is_empty()) {
                    added.push_str(comma);
                }
                added.extend([member.key.as_str(), colon, &value]);
            }
        }
    }
    if !added.is_empty() {
        // Behind the last value; an empty object has none, and its brace is the last one.
        let end = line.values.iter().map(|(_, value)| value.end).max();
        let end = end.or_else(|| line.text.rfind('}')).unwrap_or(line.text.len());
        changes.push((end..end, added));
    }
    changes.sort_by_key(|(place, _)| (place.start, place.end));
    let mut copied = 0;
    for (place, new) in changes {
        text.extend_from_slice(&line.text.as_bytes()[copied..place.start]);
        text.extend_from_slice(new.as_bytes());
        copied = place.end;
    }
    text.extend_from_slice(&line.text.as_bytes()[copied..]);
}

pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists of texts always are JSON")
}
