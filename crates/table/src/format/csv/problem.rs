//! What can be wrong with the header, the delimiter and the rows of CSV and TSV.

use std::{fmt, io, path::Path};

use marl_core::words::{counted, either};

use super::delimiter::Doubt;
use crate::problem::{
    Problem, TableProblem,
    words::{byte_name, delimiter_argument, grouped, path_word, printable, repaired_path},
};

/// Why a file is not a sound CSV or TSV table. Lines, cells and columns are counted from 1.
#[derive(Debug)]
pub(crate) enum CsvProblem {
    WrongDelimiter {
        used: u8,
        found: u8,
    },
    /// Another delimiter makes a table as well.
    TwoDelimiters {
        used: u8,
        doubt: Doubt,
    },
    /// A later line may be the header.
    HeaderLater {
        line: u64,
        first: u64,
        /// Whether the lines before it have fewer cells than the table has columns.
        is_likely: bool,
        /// The delimiter, if it is not the expected one.
        delimiter: Option<u8>,
    },
    FirstRowIsData {
        cell: String,
        column: usize,
    },
    /// Every line is in one pair of quotes.
    QuotedRows {
        sign: char,
    },
    NoSuchLine {
        wanted: u64,
        lines: u64,
    },
    /// The file has fewer lines after the header than the user wants to leave out.
    NothingLeft {
        lines: u32,
        there: usize,
    },
    /// A row over several lines that does not have the header's number of cells.
    Ragged {
        found: usize,
        expected: usize,
        delimiter: u8,
        /// 0 for a row of one line.
        last_line: u64,
    },
    /// Rows that lack cells.
    ShortRows {
        rows: Misfits,
        expected: usize,
        delimiter: u8,
        /// The number of these rows, if they are the last lines of the file.
        footer: Option<u64>,
        /// Whether they follow a blank line and have one cell each.
        is_apart: bool,
    },
    /// A line of a TSV that belongs to a cell which a quote opened in an earlier line.
    OpenCell {
        opened: u64,
    },
    /// Rows with too many cells.
    LongRows {
        rows: Misfits,
        /// How many other rows lack cells.
        short: u64,
        expected: usize,
        delimiter: u8,
        other_header: Option<u64>,
    },
}

/// Rows that do not have the header's number of cells: their number, and the first of them.
#[derive(Debug, Default)]
pub(crate) struct Misfits {
    pub(super) count: u64,
    lines: Vec<u64>,
    /// The number of cells in the first of them.
    cells: usize,
    /// Whether all surplus cells are empty.
    are_empty: bool,
}

impl Misfits {
    /// The most lines that a message names.
    const NAMED: usize = 5;

    pub(super) fn add(&mut self, line: u64, cells: usize, is_empty: bool) {
        if self.count == 0 {
            (self.cells, self.are_empty) = (cells, true);
        }
        self.are_empty &= is_empty;
        self.count += 1;
        if self.lines.len() < Self::NAMED {
            self.lines.push(line);
        }
    }

    pub(super) fn first_line(&self) -> Option<u64> {
        self.lines.first().copied()
    }
}

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.lines.iter().map(|line| grouped(*line)).collect();
        let others = if self.count > self.lines.len() as u64 { " and others" } else { "" };
        write!(f, "lines {}{others}", lines.join(", "))
    }
}

impl From<CsvProblem> for TableProblem {
    fn from(problem: CsvProblem) -> Self {
        Self::from_format(problem)
    }
}

impl fmt::Display for CsvProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongDelimiter { used, found } => write!(
                f,
                "the header is a single column full of {}, where {} was expected",
                byte_name(*found),
                byte_name(*used)
            ),
            Self::TwoDelimiters { doubt: Doubt { header: Some(_), found, .. }, .. } => write!(
                f,
                "this line looks like the header of a table with {} between cells",
                byte_name(*found)
            ),
            Self::TwoDelimiters { used, doubt } => {
                let [own, other] = &doubt.columns;
                write!(f, "the delimiter is uncertain: ")?;
                write!(f, "{} gives the columns {}, ", byte_name(*used), first_names(own))?;
                write!(f, "and {} gives {}", byte_name(doubt.found), first_names(other))
            }
            Self::HeaderLater { line, first, delimiter, .. } => {
                write!(f, "the header is uncertain: line {} looks like one", grouped(*line))?;
                write!(f, ", and line {} may be one too", grouped(*first))?;
                match delimiter {
                    None => Ok(()),
                    Some(delimiter) => write!(f, " (with {} between cells)", byte_name(*delimiter)),
                }
            }
            Self::FirstRowIsData { cell, column } => write!(
                f,
                "this looks like a row, not like a header: column {column} would be called `{}`",
                printable(cell)
            ),
            Self::QuotedRows { sign } => write!(
                f,
                "every line is in a single pair of quotes, so the {} in them do not separate cells",
                match sign {
                    ',' => "commas",
                    ';' => "semicolons",
                    '\t' => "tabs",
                    _ => "bars",
                }
            ),
            Self::NoSuchLine { wanted, lines } => {
                write!(f, "there is no line {}: the file has {}", grouped(*wanted), counted(*lines, "line"))
            }
            Self::NothingLeft { lines, there } => {
                let there = *there as u64;
                let those = if *lines == 1 { "the last line" } else { "that many lines" };
                write!(f, "{those} cannot be left out: there {} ", either(there, "is", "are"))?;
                write!(f, "{} after the header", counted(there, "line"))
            }
            Self::OpenCell { opened } => write!(
                f,
                "this line seems to belong to the cell that a quote opens in line {}",
                grouped(*opened)
            ),
            Self::Ragged { .. } | Self::ShortRows { .. } | Self::LongRows { .. } => self.fmt_misfits(f),
        }
    }
}

impl CsvProblem {
    /// The message about rows with another number of cells than the header has.
    fn fmt_misfits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ragged { found, expected, delimiter, last_line: 0 } => {
                fmt_misfit(f, *found, *expected, *delimiter)
            }
            Self::Ragged { found, expected, last_line, .. } => write!(
                f,
                "{} where the header has {expected} (the row continues to line {}: is a quote not closed?)",
                counted(*found as u64, "cell"),
                grouped(*last_line)
            ),
            Self::ShortRows { rows, expected, delimiter, .. } if rows.count == 1 => {
                fmt_misfit(f, rows.cells, *expected, *delimiter)
            }
            Self::ShortRows { rows, expected, .. } => write!(
                f,
                "{} {} fewer cells than the header, which has {expected}: {rows}",
                counted(rows.count, "row"),
                either(rows.count, "has", "have")
            ),
            Self::LongRows { rows, short: 0, expected, delimiter, .. } if rows.count == 1 => {
                fmt_misfit(f, rows.cells, *expected, *delimiter)
            }
            Self::LongRows { rows, short, expected, .. } => {
                let have = either(rows.count, "has", "have");
                write!(f, "{} {have} more cells than the header", counted(rows.count, "row"))?;
                write!(f, ", which has {expected}: {rows}")?;
                match short {
                    0 => Ok(()),
                    1 => f.write_str("; 1 has fewer"),
                    short => write!(f, "; {} have fewer", grouped(*short)),
                }
            }
            _ => Ok(()),
        }
    }
}

fn fmt_misfit(f: &mut fmt::Formatter<'_>, found: usize, expected: usize, delimiter: u8) -> fmt::Result {
    let name = match delimiter {
        b',' => "comma",
        b';' => "semicolon",
        b'\t' => "tab",
        _ => "delimiter",
    };
    write!(f, "{} where the header has {expected}", counted(found as u64, "cell"))?;
    write!(f, " (a stray {name} or a quote that is not closed?)")
}

/// The first of a header's names.
fn first_names(names: &[String]) -> String {
    const MOST: usize = 4;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{}`", printable(name))).collect();
    let others = if names.len() > MOST { " and others" } else { "" };
    format!("{}{others}", shown.join(", "))
}

impl Problem for CsvProblem {
    fn hint(&self, path: &Path, _: Option<&io::Error>) -> Option<String> {
        let hint = match self {
            Self::WrongDelimiter { used, found } => format!(
                "use `--delimiter {}` (or `--delimiter {}` if it really is one column)",
                delimiter_argument(*found),
                delimiter_argument(*used)
            ),
            Self::TwoDelimiters { used, doubt } => format!(
                "use `{}`, or `--delimiter {}` if {}",
                header_flags(Some(doubt.found), doubt.header),
                delimiter_argument(*used),
                match doubt.header {
                    Some(_) => "the first line is the header",
                    None => "those are its columns",
                }
            ),
            Self::HeaderLater { line, first, delimiter, .. } => format!(
                "use `{}` to start there, or `--header-line {first}` if that is the header",
                header_flags(*delimiter, Some(*line))
            ),
            Self::FirstRowIsData { .. } => {
                "use `--no-header` to read it as a row, or `--header-line 1` if it is the header".into()
            }
            Self::QuotedRows { .. } => format!(
                "remove the outer quotes: `sed -e 's/^\"//' -e 's/\"\\r*$//' -e 's/\"\"/\"/g' {} > {}`; \
                 or use `--header-line 1` if it really is one column",
                path_word(path),
                path_word(&repaired_path(path, "unquoted"))
            ),
            Self::NoSuchLine { .. } => "lines are counted from 1, as editors count them".into(),
            Self::NothingLeft { .. } => "leave out fewer lines with `--skip-footer`".into(),
            Self::OpenCell { .. } => {
                "export the table as CSV, or remove the line breaks from its cells; in a tab-separated file \
                 nothing else shows where such a cell ends"
                    .into()
            }
            Self::Ragged { .. } | Self::ShortRows { .. } | Self::LongRows { .. } => self.misfit_hint(),
        };
        Some(hint)
    }

    fn flags(&self) -> Option<String> {
        match self {
            Self::WrongDelimiter { found, .. } => Some(format!("--delimiter {}", delimiter_argument(*found))),
            Self::TwoDelimiters { doubt, .. } if doubt.is_likely => {
                Some(header_flags(Some(doubt.found), doubt.header))
            }
            Self::HeaderLater { line, is_likely: true, delimiter, .. } => {
                Some(header_flags(*delimiter, Some(*line)))
            }
            Self::ShortRows { footer: Some(lines), is_apart: true, .. } => {
                Some(format!("--skip-footer {lines}"))
            }
            Self::ShortRows { .. } => Some("--pad-rows".into()),
            _ => None,
        }
    }
}

impl CsvProblem {
    /// The hint for rows that do not have the header's number of cells.
    fn misfit_hint(&self) -> String {
        match self {
            Self::ShortRows { footer: Some(lines), is_apart: true, .. } => {
                format!("use `--skip-footer {lines}` to leave them out, or `--pad-rows` to read them as rows")
            }
            Self::ShortRows { footer: Some(lines), rows, .. } => {
                let these = either(rows.count, "it is not a row", "they are not rows");
                format!(
                    "use `--pad-rows` to read missing cells as empty, or `--skip-footer {lines}` if {these}"
                )
            }
            Self::ShortRows { .. } => {
                "use `--pad-rows` to read missing cells as empty, or correct these rows".into()
            }
            Self::LongRows { other_header: Some(line), .. } => format!(
                "if line {line} is the header, use `--header-line {line}`; else correct the rows: a cell with a \
                 delimiter is written \"in quotes\""
            ),
            Self::LongRows { rows, .. } if rows.are_empty => {
                "the surplus cells are empty: remove the last delimiter of these rows, or add one to the \
                 header and use `--name-columns`"
                    .into()
            }
            _ => "correct this row; a cell with a delimiter, quote or line break is written \"in quotes\""
                .into(),
        }
    }
}

/// The flags for a delimiter and for the line of the header.
fn header_flags(delimiter: Option<u8>, line: Option<u64>) -> String {
    let delimiter = delimiter.map(|byte| format!("--delimiter {}", delimiter_argument(byte)));
    let line = line.map(|line| format!("--header-line {line}"));
    delimiter.into_iter().chain(line).collect::<Vec<_>>().join(" ")
}
