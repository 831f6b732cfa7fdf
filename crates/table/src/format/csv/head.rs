//! Finds the header after notes, titles and `sep=;`. It decides only if nothing else fits; otherwise its
//! error asks for a flag. This module is pure: text in, verdict out.

use super::{
    delimiter::{Verdict, is_usual, judge},
    problem::CsvProblem,
    record::{Record, index_after, is_comment, is_header, is_note, records, usual_width},
    words::{Look, look},
};
use crate::{
    interface::options::{ReadOptions, can_delimit},
    problem::{TableProblem, error::Location, fault::ScanFault, note::Note, text::TextProblem},
    text::cut::{Dialect, Frame},
};

/// The most lines before the header.
const MOST_BEFORE: usize = 40;

/// Where the table begins and how it is read.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) delimiter: u8,
    pub(crate) dialect: Dialect,
    pub(crate) frame: Frame,
    /// The line that names the delimiter for Excel, with its line end.
    pub(crate) separator: Option<String>,
    pub(crate) notes: Vec<Note>,
    /// Another line that may be the header, if the first one does not fit the rows.
    pub(crate) other_header: Option<u64>,
}

/// Finds the header at the beginning of a file's text. `start` is the position of a header that the user
/// named; `is_whole` says whether the text is the whole file.
pub(super) fn find_head(
    text: &str,
    is_whole: bool,
    delimiter: u8,
    options: &ReadOptions,
    start: Option<Frame>,
) -> Result<Head, ScanFault> {
    let mut head = Head {
        delimiter,
        dialect: Dialect::Quoted(delimiter),
        frame: start.unwrap_or(Frame::ALL),
        separator: None,
        notes: Vec::new(),
        other_header: None,
    };
    if let Some((sign, length)) = separator_line(text) {
        head.delimiter = options.delimiter.unwrap_or(sign);
        head.separator = Some(text[..length].to_owned());
        head.notes.push(Note::Separator(head.delimiter));
        if start.is_none() {
            head.frame = Frame { start: length as u64, line: 2, end: None };
        }
    }
    let from = usize::try_from(head.frame.start).unwrap_or(usize::MAX).min(text.len());
    if options.delimiter.is_none() {
        find_delimiter(&text[from..], is_whole, start.is_some() || options.no_header, &mut head)?;
    }
    head.dialect = if head.delimiter == b'\t' { Dialect::Tabs } else { Dialect::Quoted(head.delimiter) };
    let records = records(&text[from..], is_whole, head.dialect, head.frame.line);
    if head.dialect == Dialect::Tabs
        && records.first().is_some_and(|first| is_all_quoted(first, &text[from..]))
    {
        head.dialect = Dialect::Quoted(b'\t');
        head.notes.push(Note::QuotedTabs);
        return Ok(head);
    }
    if start.is_none() && !options.no_header {
        choose(&records, from, options, &mut head)?;
    }
    Ok(head)
}

/// Chooses another delimiter than the expected one, if only that one makes a table of the first rows.
/// `begins` says whether the user named the first row.
fn find_delimiter(text: &str, is_whole: bool, begins: bool, head: &mut Head) -> Result<(), ScanFault> {
    let used = head.delimiter;
    let line = head.frame.line;
    match judge(text, is_whole, used, line) {
        Verdict::Take(found) if head.separator.is_some() => {
            Err(ScanFault::at(Location::Line(line), CsvProblem::WrongDelimiter { used, found }))
        }
        Verdict::Take(found) => {
            head.delimiter = found;
            head.notes.push(Note::Delimiter { found, used });
            Ok(())
        }
        Verdict::Ask(doubt) if !(begins && doubt.header.is_some()) && head.separator.is_none() => {
            let place = Location::Line(doubt.header.unwrap_or(line));
            Err(ScanFault::at(place, CsvProblem::TwoDelimiters { used, doubt }))
        }
        Verdict::Ask(_) | Verdict::Keep => Ok(()),
    }
}

/// The delimiter that a first line such as `sep=;` names for Excel, and the line's length in bytes.
fn separator_line(text: &str) -> Option<(u8, usize)> {
    let end = text.find(['\r', '\n'])?;
    let length = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
    let line = text[..end].trim_end_matches(' ');
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let sign =
        line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| line.get(4..))?;
    let byte = *sign.as_bytes().first()?;
    let is_one = can_delimit(byte) && sign.bytes().all(|other| other == byte);
    is_one.then_some((byte, length))
}

/// Whether every name in the header is in quotes, which means that the program that wrote the file quotes
/// every cell.
fn is_all_quoted(first: &Record, text: &str) -> bool {
    let line = text[first.offset..].lines().next().unwrap_or_default().trim_end_matches('\r');
    line.split('\t').all(|cell| {
        let inside = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        inside.is_some_and(|inside| !inside.replace("\"\"", "").contains('"'))
    })
}

/// Chooses the header among the first rows.
fn choose(records: &[Record], from: usize, options: &ReadOptions, head: &mut Head) -> Result<(), ScanFault> {
    let Some(first) = records.first() else { return Ok(()) };
    if let Some(problem) = quoted_rows(records) {
        return Err(ScanFault::at(Location::Line(first.line), problem));
    }
    let width = usual_width(records);
    let found = records.iter().take(MOST_BEFORE + 1).position(|record| {
        record.cells.len() == width && is_header(record, &records[index_after(records, record)..])
    });
    // A comment may contain more delimiters than the table has columns.
    let is_wide_enough = first.cells.len() == width || (first.cells.len() > width && !is_comment(first));
    let fits = is_wide_enough && (first.has_names() || first.is_full(width) || options.name_columns);
    head.other_header = match found {
        Some(at) if at > 0 => Some(records[at].line),
        _ => records.iter().find(|one| one.cells.len() == width && one.has_names()).map(|one| one.line),
    };
    head.other_header =
        head.other_header.filter(|line| *line != first.line && first.cells.len() < width.max(2));
    let Some(at) = found.filter(|at| *at > 0) else {
        return if fits || found.is_none() { first_as_header(records, head) } else { Ok(()) };
    };
    let (header, before) = (&records[at], &records[..at]);
    if fits && first.known_names() == 0 && is_second_table(records, at) {
        let problem = later(head, header, first, false);
        return Err(ScanFault::at(Location::Line(first.line), problem));
    }
    if fits {
        return first_as_header(records, head);
    }
    // Usual names are certain evidence; a line that merely differs from the rows below may be a row itself. A
    // single usual name may be a cell if the lines before are as wide as the table.
    let is_narrow = before.iter().all(|record| record.cells.len() < width);
    let is_sure = header.known_names() > usize::from(!is_narrow && !header.after_blank)
        || (header.after_blank && records.len() - at > 3);
    if width >= 2 && is_sure && before.iter().all(|record| is_note(record, width, header.after_blank)) {
        let offset = from + header.offset;
        head.frame = Frame { start: offset as u64, line: header.line, end: None };
        head.other_header = None;
        let text = before.iter().flat_map(|record| &record.cells).find(|cell| !cell.trim().is_empty());
        head.notes.push(Note::Before {
            first: first.line,
            last: header.line - 1,
            text: text.cloned().unwrap_or_default(),
        });
        return Ok(());
    }
    let problem = later(head, header, first, is_narrow);
    Err(ScanFault::at(Location::Line(first.line), problem))
}

fn later(head: &Head, header: &Record, first: &Record, is_likely: bool) -> CsvProblem {
    let delimiter = head.notes.iter().find_map(|note| match note {
        Note::Delimiter { found, .. } => Some(*found),
        _ => None,
    });
    CsvProblem::HeaderLater { line: header.line, first: first.line, is_likely, delimiter }
}

/// Whether a row of usual names after a blank line begins another table than the first row.
fn is_second_table(records: &[Record], at: usize) -> bool {
    let header = &records[at];
    let names = header.known_names();
    header.after_blank && names >= 2 && names * 2 >= header.cells.len() && header.cells != records[0].cells
}

/// Accepts the first row as the header, unless it looks like data.
fn first_as_header(records: &[Record], head: &mut Head) -> Result<(), ScanFault> {
    let Some((first, rows)) = records.split_first() else { return Ok(()) };
    if first.known_names() > 0 {
        return Ok(());
    }
    for (column, cell) in first.cells.iter().enumerate() {
        let below = rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| look(cell));
        let below: Vec<Look> = below.filter(|look| *look != Look::Empty).collect();
        let alike = |look: Look| below.iter().filter(|other| **other == look).count() * 2 >= below.len();
        match look(cell) {
            // Without rows below, only an address that cannot be a name counts: `node.js` is a name.
            Look::Address if alike(Look::Address) && (!below.is_empty() || cell.contains(['@', '/'])) => {
                let problem = CsvProblem::FirstRowIsData { cell: cell.trim().to_owned(), column: column + 1 };
                return Err(ScanFault::at(Location::Line(first.line), problem));
            }
            kind @ (Look::Number | Look::Date) if !below.is_empty() && alike(kind) && !is_year(cell) => {
                let note = Note::FirstRowLooksLikeData { line: first.line, cell: cell.trim().to_owned() };
                if !head.notes.contains(&note) {
                    head.notes.push(note);
                }
                return Ok(());
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_year(cell: &str) -> bool {
    cell.trim().parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
}

/// The problem of a file whose every line is in one pair of quotes: every reader sees a single column.
fn quoted_rows(records: &[Record]) -> Option<CsvProblem> {
    let is_whole = |record: &Record| record.in_quotes && record.cells.len() == 1;
    if records.len() < 2 || !records.iter().all(is_whole) {
        return None;
    }
    let count = |record: &Record, sign: char| {
        let mut in_quotes = false;
        record.cells[0]
            .chars()
            .filter(|c| {
                in_quotes ^= *c == '"';
                *c == sign && !in_quotes
            })
            .count()
    };
    let is_between = |sign: &char| {
        let cells = count(&records[0], *sign);
        cells > 0 && records.iter().all(|record| count(record, *sign) == cells)
    };
    [',', ';', '\t', '|'].into_iter().find(is_between).map(|sign| CsvProblem::QuotedRows { sign })
}

/// Turns another delimiter after the closing quote of the first name into the problem of a wrong delimiter.
pub(crate) fn as_wrong_delimiter(fault: ScanFault, head: &Head, options: &ReadOptions) -> ScanFault {
    let ScanFault::Table(
        Location::Cell { line, cell: 1 },
        TableProblem::Text(TextProblem::TextAfterQuote { opened: 0, byte }),
    ) = &fault
    else {
        return fault;
    };
    let is_header = *line == head.frame.line && options.delimiter.is_none() && head.separator.is_none();
    let Dialect::Quoted(used) = head.dialect else { return fault };
    match is_header && is_usual(*byte) && *byte != used {
        true => ScanFault::at(Location::Line(*line), CsvProblem::WrongDelimiter { used, found: *byte }),
        false => fault,
    }
}
