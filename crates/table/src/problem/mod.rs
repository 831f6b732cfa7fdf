//! What can be wrong with a table or its file, in words.
//!
//! Text that comes from a file or its name is escaped before it becomes part of a message:
//! a terminal obeys what it is sent.

pub(crate) mod error;
mod hint;
pub(crate) mod note;
pub mod shell;

use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
};

use marl_core::{
    terminal,
    words::{counted, either, thousands},
};

use crate::format::csv::delimiter::Doubt;

/// The most columns of a table, which is what a spreadsheet has: more come from values that stand
/// where names must, and would take all memory.
pub(crate) const MOST_COLUMNS: usize = 16_384;

/// What is wrong.
#[derive(Debug)]
pub(crate) enum TableProblem {
    // The input as a file.
    NotFound {
        similar: Option<PathBuf>,
        /// Tables in its folder; `None` if there is no such folder.
        tables: Option<Vec<PathBuf>>,
    },
    IsFolder,
    NotRegular,
    UnknownExtension(String),
    BadDelimiter(u8),
    FlagForJsonl(&'static str),
    Empty,
    Changed,
    Read,
    // Its encoding.
    Binary(&'static str),
    /// `likely` is what it may be instead of Windows-1252.
    UnknownEncoding {
        byte: u8,
        likely: Option<&'static str>,
    },
    /// The text is not what the encoding allows.
    Malformed(&'static str),
    MixedEncoding(u8),
    NotUtf8(u8),
    CutOff,
    ZeroByte,
    // CSV.
    WrongDelimiter {
        used: u8,
        found: u8,
    },
    /// Another delimiter makes a table too.
    TwoDelimiters {
        used: u8,
        doubt: Doubt,
    },
    /// Where the header may be.
    HeaderLater {
        line: u64,
        first: u64,
        /// Whether what stands before it has fewer cells than the table has columns.
        is_likely: bool,
        /// What stands between cells, if not the expected delimiter.
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
    NothingLeft {
        lines: u32,
        there: usize,
    },
    EmptyNames(Vec<usize>),
    DuplicateName {
        name: String,
        first: usize,
        second: usize,
    },
    LongName,
    /// `last_line` is 0 for a row of one line.
    Ragged {
        found: usize,
        expected: usize,
        delimiter: u8,
        last_line: u64,
    },
    /// Rows that lack cells; `footer` counts them if they are the last lines of the file.
    ShortRows {
        rows: Misfits,
        expected: usize,
        delimiter: u8,
        footer: Option<u64>,
        /// Whether they stand behind a blank line and have one cell each.
        is_apart: bool,
    },
    /// A line of a TSV that belongs to a cell which a quote opened in an earlier line.
    OpenCell {
        opened: u64,
    },
    /// Rows with cells too many, and how many lack cells.
    LongRows {
        rows: Misfits,
        short: u64,
        expected: usize,
        delimiter: u8,
        other_header: Option<u64>,
    },
    /// `opened` is 0 for a cell of one line; `byte` is what stands there.
    TextAfterQuote {
        opened: u64,
        byte: u8,
    },
    /// `opened` is the line of a quote that may not be closed, or 0.
    TooLong {
        what: &'static str,
        most: usize,
        opened: u64,
    },
    UnclosedQuote,
    TooManyColumns,
    // JSONL.
    NotObject(&'static str),
    BrokenJson(String),
    DuplicateKey(String),
    EmptyKey,
    // The output.
    OutputIsInput,
    OtherFormat {
        input: String,
        output: String,
    },
    NoFolder(PathBuf),
    InTheWay(PathBuf),
    IsLink,
    NoErrorsList,
    WriteProtected,
    Locked,
    Create,
    Write,
    Replace,
}

/// Rows that do not have the header's number of cells: how many, and the first of them.
#[derive(Debug, Default)]
pub(crate) struct Misfits {
    pub(crate) count: u64,
    lines: Vec<u64>,
    /// How many cells the first has.
    pub(crate) cells: usize,
    /// Whether all cells that are too many are empty.
    pub(crate) are_empty: bool,
}

impl Misfits {
    /// How many lines are named.
    const NAMED: usize = 5;

    pub(crate) fn add(&mut self, line: u64, cells: usize, is_empty: bool) {
        if self.count == 0 {
            (self.cells, self.are_empty) = (cells, true);
        }
        self.are_empty &= is_empty;
        self.count += 1;
        if self.lines.len() < Self::NAMED {
            self.lines.push(line);
        }
    }

    pub(crate) fn first_line(&self) -> Option<u64> {
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

impl TableProblem {
    /// Whether the system gave the reason.
    pub(crate) fn is_io(&self) -> bool {
        matches!(self, Self::Read | Self::Create | Self::Write | Self::Replace)
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { .. } => f.write_str("no such file"),
            Self::IsFolder => f.write_str("this is a folder, not a file"),
            Self::NotRegular => f.write_str("this is a pipe or a device, and marl reads a table twice"),
            Self::UnknownExtension(extension) if extension.is_empty() => {
                f.write_str("a file name without extension does not say its format")
            }
            Self::UnknownExtension(extension) => {
                write!(f, "`.{}` is not a known format", printable(extension))
            }
            Self::BadDelimiter(byte) => write!(f, "{} cannot be a delimiter", byte_name(*byte)),
            Self::FlagForJsonl("--delimiter") => f.write_str("JSONL has no delimiter"),
            Self::FlagForJsonl(flag) => write!(f, "`{flag}` says nothing of JSONL, which has no header"),
            Self::Empty => f.write_str("the file is empty"),
            Self::Changed => f.write_str("the file was changed after it was checked"),
            Self::Read => f.write_str("cannot read it"),
            Self::Binary(what) => write!(f, "this is {what}, not text"),
            Self::UnknownEncoding { byte, likely: None } => write!(
                f,
                "byte 0x{byte:02X} is not UTF-8, and the file may be Windows-1252, Mac Roman or another encoding"
            ),
            Self::UnknownEncoding { byte, likely: Some(name) } => {
                write!(f, "byte 0x{byte:02X} is not UTF-8; the file may be {name}, or another encoding")
            }
            Self::Malformed(name) => write!(f, "here the file is not {name}"),
            Self::MixedEncoding(byte) => {
                write!(f, "byte 0x{byte:02X} is not UTF-8, but text before it is: the file mixes encodings")
            }
            Self::NotUtf8(byte) => write!(f, "byte 0x{byte:02X} is not UTF-8"),
            Self::CutOff => f.write_str("the file ends in the middle of a character"),
            Self::ZeroByte => f.write_str("a zero byte, which no text has"),
            Self::Create => f.write_str("cannot create it"),
            Self::Write => f.write_str("cannot write it"),
            Self::Replace => f.write_str("cannot put the finished file in its place"),
            Self::Locked => f.write_str("another marl run is writing this file"),
            Self::WrongDelimiter { used, found } => write!(
                f,
                "the header is one column full of {}, where {} was expected",
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
                write!(f, "it is not certain what stands between cells: ")?;
                write!(f, "{} gives the columns {}, ", byte_name(*used), first_names(own))?;
                write!(f, "and {} gives {}", byte_name(doubt.found), first_names(other))
            }
            Self::HeaderLater { line, first, delimiter, .. } => {
                write!(f, "it is not certain where the header is: line {} looks like it", grouped(*line))?;
                write!(f, ", and so may line {}", grouped(*first))?;
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
                "every line is in one pair of quotes, so that the {} in them do not part cells",
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
                write!(f, "{} behind the header", counted(there, "line"))
            }
            Self::EmptyNames(columns) if columns.len() == 1 => write!(f, "column {} has no name", columns[0]),
            Self::EmptyNames(columns) => {
                let columns: Vec<_> = columns.iter().map(usize::to_string).collect();
                write!(f, "columns {} have no name", columns.join(", "))
            }
            Self::DuplicateName { name, first, second } => {
                write!(f, "columns {first} and {second} are both called `{}`", printable(name))
            }
            Self::LongName => f.write_str("the column's name has more than 64 KiB"),
            Self::Ragged { found, expected, delimiter, last_line } => match last_line {
                0 => misfit(f, *found, *expected, *delimiter),
                last => write!(
                    f,
                    "{} where the header has {expected} (the row goes on to line {}: a quote not closed?)",
                    counted(*found as u64, "cell"),
                    grouped(*last)
                ),
            },
            Self::ShortRows { rows, expected, delimiter, .. } if rows.count == 1 => {
                misfit(f, rows.cells, *expected, *delimiter)
            }
            Self::ShortRows { rows, expected, .. } => write!(
                f,
                "{} {} fewer cells than the header, which has {expected}: {rows}",
                counted(rows.count, "row"),
                either(rows.count, "has", "have")
            ),
            Self::OpenCell { opened } => write!(
                f,
                "this line seems to belong to the cell that a quote opens in line {}",
                grouped(*opened)
            ),
            Self::LongRows { rows, short: 0, expected, delimiter, .. } if rows.count == 1 => {
                misfit(f, rows.cells, *expected, *delimiter)
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
            Self::TooLong { what, most, opened } => {
                write!(f, "the {what} has more than {} MiB", most >> 20)?;
                if *opened == 0 { Ok(()) } else { f.write_str(" (a quote that is not closed?)") }
            }
            Self::TextAfterQuote { opened: 0, .. } => f.write_str("text after the closing quote"),
            Self::TextAfterQuote { opened, .. } => {
                write!(f, "text after the closing quote of a cell that opens in line {}", grouped(*opened))
            }
            Self::UnclosedQuote => f.write_str("the quote that opens this cell is never closed"),
            Self::TooManyColumns => {
                write!(f, "the table has more than {} columns", thousands(MOST_COLUMNS as u64))
            }
            Self::NotObject(what) => write!(f, "the line holds {what}, not a JSON object"),
            Self::BrokenJson(what) => write!(f, "broken JSON: {}", printable(what)),
            Self::DuplicateKey(key) => write!(f, "the key `{}` is there twice", printable(key)),
            Self::EmptyKey => f.write_str("a key without a name cannot be a column"),
            Self::OutputIsInput => f.write_str("the output would overwrite the input"),
            Self::OtherFormat { input, output } => write!(
                f,
                "the output's extension is {}, the input's {}, and marl does not convert",
                dotted(output),
                dotted(input)
            ),
            Self::NoFolder(folder) => write!(f, "there is no folder `{}`", escaped(folder)),
            Self::InTheWay(path) => write!(f, "`{}` is in the way and not a regular file", escaped(path)),
            Self::IsLink => {
                f.write_str("this is a link, and marl follows none at a name that it chose itself")
            }
            Self::NoErrorsList => f.write_str("this file is in the way, and is no list of errors by marl"),
            Self::WriteProtected => f.write_str("the file is write-protected"),
        }
    }
}

/// The first of a header's names.
fn first_names(names: &[String]) -> String {
    const MOST: usize = 4;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{}`", printable(name))).collect();
    let others = if names.len() > MOST { " and others" } else { "" };
    format!("{}{others}", shown.join(", "))
}

fn misfit(f: &mut fmt::Formatter<'_>, found: usize, expected: usize, delimiter: u8) -> fmt::Result {
    write!(f, "{} where the header has {expected}", counted(found as u64, "cell"))?;
    write!(f, " (a stray {} or a quote that is not closed?)", word(delimiter))
}

pub(crate) fn byte_name(byte: u8) -> Cow<'static, str> {
    match byte {
        b'\t' => "tabs".into(),
        0x20..0x7f => format!("`{}`", char::from(byte)).into(),
        byte => format!("byte 0x{byte:02X}").into(),
    }
}

/// A delimiter as it is typed behind `--delimiter`.
pub(crate) fn delimiter_argument(byte: u8) -> String {
    match byte {
        b'\t' => "'\\t'".into(),
        byte => format!("'{}'", char::from(byte).escape_default()),
    }
}

fn word(delimiter: u8) -> &'static str {
    match delimiter {
        b',' => "comma",
        b';' => "semicolon",
        b'\t' => "tab",
        _ => "delimiter",
    }
}

pub(crate) fn dotted(extension: &str) -> String {
    match extension {
        "" => "none".into(),
        extension => format!("`.{}`", printable(extension)),
    }
}

/// Text of a file, escaped and cut to what fits into a message.
pub(crate) fn printable(text: &str) -> String {
    const MOST: usize = 300;
    let cut = text.char_indices().nth(MOST).map(|(end, _)| &text[..end]);
    cut.map_or_else(|| shown(text), |cut| shown(cut) + "…")
}

/// A path as it can be shown, and never cut: it may be part of a command.
pub(crate) fn escaped(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

/// Text, such as the name of a column or a file, without anything that a terminal would
/// obey: that is escaped.
pub fn shown(text: &str) -> String {
    terminal::shown(text).into_owned()
}

/// `90211` as `90,211`.
pub(crate) fn grouped(number: u64) -> String {
    thousands(number)
}
