//! Detects the delimiter if the user did not name it: the first rows are cut with each usual delimiter, and
//! the delimiter that makes a table of them wins. If two could be right, marl asks the user. This module is
//! pure: text in, verdict out.

use super::record::{Record, index_after, is_header, is_note, records, usual_width};
use crate::text::cut::Dialect;

/// The usual delimiters.
const USUAL: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Whether the byte is a usual delimiter.
pub(crate) fn is_usual(byte: u8) -> bool {
    USUAL.contains(&byte)
}

/// The usual delimiter that occurs most often in a name, other than `used`.
pub(crate) fn likely_delimiter(name: &str, used: u8) -> Option<u8> {
    let count = |byte: u8| name.bytes().filter(|other| *other == byte).count();
    let is_candidate = |byte: &u8| is_usual(*byte) && *byte != used;
    name.bytes().filter(is_candidate).max_by_key(|byte| count(*byte))
}

/// What the first rows show about the delimiter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing speaks against the expected delimiter.
    Keep,
    /// This delimiter makes a table of the rows, and the expected one does not.
    Take(u8),
    /// This delimiter could be right, and so could the expected one.
    Ask(Doubt),
}

/// Two delimiters that could be right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) found: u8,
    /// The line of the header for the delimiter `found`, if it is not the first line.
    pub(crate) header: Option<u64>,
    /// Whether `found` is the likelier delimiter.
    pub(crate) is_likely: bool,
    /// The columns with the expected delimiter, and the columns with `found`.
    pub(crate) columns: [Vec<String>; 2],
}

/// Judges the first rows of a text, which begins in `line` of its file. `used` is the expected delimiter;
/// `is_whole` says whether the text is the whole file.
pub(crate) fn judge(text: &str, is_whole: bool, used: u8, line: u64) -> Verdict {
    let cut = |delimiter| Trial::new(text, is_whole, delimiter, line);
    let own = cut(used);
    let others = USUAL.into_iter().filter(|byte| *byte != used && text.as_bytes().contains(byte));
    let sound = others.map(cut).filter(Trial::is_table);
    let Some(other) = sound.max_by_key(|cut| (cut.known_names(), cut.width)) else {
        return ragged(text, is_whole, &own, line);
    };
    let is_certain = match (own.is_table(), other.at) {
        (false, 0) if own.first_names() > other.known_names() && own.first_cells() > other.width => None,
        (false, 0) => Some(true),
        (false, _) => other.titled(&own),
        // Prose does not contain tabs in every row.
        (true, _) if used == b'\t' && own.at <= other.at => None,
        (true, 0) if own.at == 0 => both_from_the_start(&own, &other),
        (true, _) if other.at <= own.at => {
            (!(own.has_header() && own.known_names() > other.known_names())).then_some(true)
        }
        (true, _) => {
            let is_better = other.known_names() >= 2 && other.known_names() > own.known_names();
            let is_prose = other.sees_prose(used) && own.known_names() <= other.known_names();
            if is_better || is_prose { other.titled(&own) } else { None }
        }
    };
    match is_certain {
        None if !own.is_table() => ragged(text, is_whole, &own, line),
        None => Verdict::Keep,
        Some(true) => Verdict::Take(other.delimiter),
        Some(false) => Verdict::Ask(Doubt {
            found: other.delimiter,
            header: (other.at > 0).then(|| other.header().line),
            is_likely: other.at > 0 || other.is_likelier_than(&own),
            columns: [own.names(), other.names()],
        }),
    }
}

/// The verdict if no delimiter makes a table of the rows: a line of usual names below a title, followed by
/// rows of different lengths, is not a table with one column.
fn ragged(text: &str, is_whole: bool, own: &Trial, line: u64) -> Verdict {
    let cuts = USUAL.into_iter().filter(|byte| *byte != own.delimiter);
    let headed = cuts.filter_map(|delimiter| {
        let mut cut = Trial::new(text, is_whole, delimiter, line);
        cut.at = cut.records.iter().position(|record| record.known_names() > 1)?;
        let rows = &cut.records[cut.at..];
        let parted = rows.iter().filter(|row| row.cells.len() > 1).count();
        (cut.at > 0 && parted * 2 > rows.len()).then_some(cut)
    });
    match headed.max_by_key(Trial::known_names) {
        Some(cut) if own.records[0].cells.len() == 1 || !own.is_table() => Verdict::Ask(Doubt {
            found: cut.delimiter,
            header: Some(cut.header().line),
            is_likely: true,
            columns: [own.names(), cut.header().cells.clone()],
        }),
        _ => Verdict::Keep,
    }
}

/// Whether `other` is certain, if both delimiters make a table of all rows; `None` if `own` is certain.
fn both_from_the_start(own: &Trial, other: &Trial) -> Option<bool> {
    let (names, own_names) = (other.known_names(), own.known_names());
    match (other.sees_prose(own.delimiter), own.sees_prose(other.delimiter)) {
        (true, false) => Some(true),
        (false, true) => None,
        _ if names > own_names && other.width >= own.width => Some(true),
        _ if own_names > names && own.width >= other.width => None,
        _ => Some(false),
    }
}

/// The first rows, cut by one delimiter.
struct Trial {
    delimiter: u8,
    records: Vec<Record>,
    /// The number of cells that most rows have, and the first row with that number.
    width: usize,
    at: usize,
}

impl Trial {
    fn new(text: &str, is_whole: bool, delimiter: u8, line: u64) -> Self {
        let dialect = if delimiter == b'\t' { Dialect::Tabs } else { Dialect::Quoted(delimiter) };
        let records = records(text, is_whole, dialect, line);
        let width = usual_width(&records);
        // In a table with several columns, a title is one cell followed by delimiters.
        let is_row = |record: &Record| record.cells.len() == width && (width < 2 || record.filled() > 1);
        let at = records.iter().position(is_row).unwrap_or_default();
        Self { delimiter, records, width, at }
    }

    /// Whether the rows are a table: most of them have the same number of cells.
    fn is_table(&self) -> bool {
        let rows = &self.records[self.at..];
        let fitting = rows.iter().filter(|row| row.cells.len() == self.width && !row.is_broken).count();
        self.width > 1 && fitting * 2 > rows.len() && !self.header().is_broken && self.header().filled() > 1
    }

    fn header(&self) -> &Record {
        &self.records[self.at]
    }

    fn has_header(&self) -> bool {
        is_header(self.header(), &self.records[index_after(&self.records, self.header())..])
    }

    fn known_names(&self) -> usize {
        self.header().known_names()
    }

    fn first_names(&self) -> usize {
        self.records.first().map_or(0, Record::known_names)
    }

    fn first_cells(&self) -> usize {
        self.records.first().map_or(0, |first| first.cells.len())
    }

    /// The columns as a reader would see them.
    fn names(&self) -> Vec<String> {
        let header = self.records.get(if self.is_table() { self.at } else { 0 });
        header.map(|header| header.cells.clone()).unwrap_or_default()
    }

    /// Whether the lines before the header are certainly a title or notes; `None` if the rows are more likely
    /// a table with one column, whose cells hold lists or sentences.
    fn titled(&self, own: &Self) -> Option<bool> {
        let header = self.header();
        let before = &self.records[..self.at];
        let are_notes = before.iter().all(|record| is_note(record, self.width, header.after_blank));
        let is_list = own.width == 1 && own.sees_prose(self.delimiter);
        let rows = self.records.len() - self.at;
        match self.has_header() {
            true => Some(are_notes && self.known_names() > 0),
            false if is_list || rows < 2 => None,
            false => Some(false),
        }
    }

    /// Whether `byte` occurs in these cells only as in prose and numbers: before a blank, or between digits.
    fn sees_prose(&self, byte: u8) -> bool {
        let is_prose = |cell: &String| {
            let bytes = cell.as_bytes();
            let places = bytes.iter().enumerate().filter(|(_, other)| **other == byte);
            places.into_iter().all(|(at, _)| {
                let is_digit = |place: Option<&u8>| place.is_some_and(u8::is_ascii_digit);
                let before = at.checked_sub(1).and_then(|place| bytes.get(place));
                let after = bytes.get(at + 1);
                let is_decimal =
                    byte == b',' && is_digit(before) && (is_digit(after) || after == Some(&b'-'));
                after.is_none_or(|after| after.is_ascii_whitespace()) || is_decimal
            })
        };
        self.records.iter().flat_map(|record| &record.cells).all(is_prose)
    }

    fn is_likelier_than(&self, own: &Self) -> bool {
        (self.known_names(), self.width) > (own.known_names(), own.width)
    }
}
