//! The first rows of a table's text, and what they look like: a header, a note or a row. This module is pure,
//! and it does not decide what a row is.

use std::collections::HashSet;

use super::words::{Look, is_note_before, look, names_a_column};
use crate::text::{
    cut::{Dialect, raw_cells, unquoted},
    row_scan::RowScan,
};

/// How many rows are considered.
const MOST_RECORDS: usize = 100;

/// One of the first rows.
pub(crate) struct Record {
    pub(crate) line: u64,
    pub(crate) offset: usize,
    pub(crate) cells: Vec<String>,
    /// Whether its first cell is in quotes.
    pub(crate) in_quotes: bool,
    /// Whether its quotes are invalid, so that it was cut without them.
    pub(crate) is_broken: bool,
    pub(crate) after_blank: bool,
}

impl Record {
    pub(crate) fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.trim().is_empty()).count()
    }

    /// Whether every cell could be a name, and all names differ.
    pub(crate) fn has_names(&self) -> bool {
        let mut seen = HashSet::new();
        self.cells.iter().all(|cell| !cell.trim().is_empty() && cell.len() <= 200 && seen.insert(cell))
    }

    /// Whether it has as many filled cells as the table has columns: then the cells are names, even if they
    /// are long or repeated, rather than a note.
    pub(crate) fn is_full(&self, width: usize) -> bool {
        width > 1 && self.cells.len() == width && self.filled() == width
    }

    pub(crate) fn known_names(&self) -> usize {
        self.cells.iter().filter(|cell| names_a_column(cell)).count()
    }
}

/// Cuts the beginning of the text into rows; a line that is not valid CSV counts as plain text.
pub(crate) fn records(text: &str, is_whole: bool, dialect: Dialect, line: u64) -> Vec<Record> {
    let (delimiter, quotes) = match dialect {
        Dialect::Quoted(delimiter) => (delimiter, true),
        _ => (b'\t', false),
    };
    let (mut at, mut line, mut after_blank) = (0, line, false);
    let mut found = Vec::new();
    while at < text.len() && found.len() < MOST_RECORDS {
        let rest = &text[at..];
        let mut ends = Vec::new();
        let mut scan = RowScan::new(line);
        let read = match scan.go_on(rest.as_bytes(), Some(delimiter), quotes, true, &mut ends) {
            Ok(None) if is_whole => scan.finish(&mut ends).map(|()| Some(0)),
            Ok(None) if found.is_empty() => Ok(None),
            Ok(None) => break,
            Ok(Some((_, bytes))) => Ok(Some(bytes)),
            Err(fault) => Err(fault),
        };
        let mut is_quoted = quotes;
        let bytes = match read {
            Ok(Some(bytes)) => bytes,
            _ => {
                is_quoted = false;
                scan = RowScan::new(line);
                ends.clear();
                match scan.go_on(rest.as_bytes(), Some(delimiter), false, true, &mut ends) {
                    Ok(Some((_, bytes))) => bytes,
                    _ => {
                        let _ = scan.finish(&mut ends);
                        0
                    }
                }
            }
        };
        let (length, more_lines) = scan.size();
        if length > 0 {
            let row = &rest[..length];
            found.push(Record {
                line,
                offset: at,
                cells: raw_cells(row, &ends).map(|raw| unquoted(raw, is_quoted).into_owned()).collect(),
                is_broken: quotes && !is_quoted,
                in_quotes: is_quoted && row.starts_with('"'),
                after_blank: std::mem::take(&mut after_blank),
            });
        } else {
            after_blank = true;
        }
        line += more_lines + 1;
        at += length + bytes;
        if bytes == 0 {
            break;
        }
    }
    found
}

pub(crate) fn index_after(records: &[Record], record: &Record) -> usize {
    records.iter().position(|other| other.line == record.line).map_or(records.len(), |at| at + 1)
}

/// The number of cells that most rows have; of two equally frequent numbers the greater one.
pub(crate) fn usual_width(records: &[Record]) -> usize {
    let widths = records.iter().map(|record| record.cells.len());
    let count = |width: usize| records.iter().filter(|record| record.cells.len() == width).count();
    // There may be more lines of notes than rows of the table after them.
    let is_table = |width: &usize| {
        let start = records.iter().position(|record| record.cells.len() == *width).unwrap_or_default();
        *width > 1 && count(*width) >= 2 && count(*width) * 2 >= records.len() - start
    };
    let most = widths.clone().filter(is_table).max_by_key(|width| (count(*width), *width));
    most.or_else(|| widths.max_by_key(|width| (count(*width), *width))).unwrap_or(1)
}

/// Whether the row is recognisable as the header of `rows`: its cells are names, and they are either usual
/// names or unlike the cells below.
pub(crate) fn is_header(record: &Record, rows: &[Record]) -> bool {
    if !record.has_names() || record.cells.iter().any(|cell| look(cell) != Look::Text) {
        return false;
    }
    let fitting: Vec<&Record> = rows.iter().filter(|row| row.cells.len() == record.cells.len()).collect();
    let is_typed = |column: usize| {
        let mut looks =
            fitting.iter().map(|row| look(&row.cells[column])).filter(|look| *look != Look::Empty);
        let first = looks.next();
        first.is_some_and(|first| first != Look::Text && looks.all(|look| look == first))
    };
    let usual = record.known_names();
    // A single usual name among many cells may be chance.
    let named = usual >= 2 || (usual == 1 && record.cells.len() <= 3);
    named || (0..record.cells.len()).any(is_typed)
}

/// Whether a row before a header of `width` cells is a note and cannot be a header or a row.
pub(crate) fn is_note(record: &Record, width: usize, header_stands_apart: bool) -> bool {
    let first = record.cells.first().map(String::as_str).unwrap_or_default();
    if is_comment(record) {
        return true;
    }
    let mut filled = record.cells.iter().filter(|cell| !cell.trim().is_empty());
    if record.known_names() > 0 && !(record.cells.len() == 1 && first.split_whitespace().count() > 4) {
        return false;
    }
    let text = filled.next().map(String::as_str).unwrap_or_default();
    if look(text) == Look::Address {
        return false;
    }
    match record.filled() {
        0 => true,
        1 => header_stands_apart || is_note_before(text) || record.cells.len().min(width) >= 3,
        // `Report:,Leads` and similar lines, narrower than the table.
        filled => filled < width && record.cells.len() <= width && first.trim_end().ends_with(':'),
    }
}

/// `# made by a script`; a lone `#` may be the name of a column.
pub(crate) fn is_comment(record: &Record) -> bool {
    let text = record.cells.first().map(|cell| cell.trim()).unwrap_or_default();
    (text.starts_with('#') && text.len() > 1) || text.starts_with("//")
}
