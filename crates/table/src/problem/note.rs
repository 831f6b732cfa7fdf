//! Notes for the user on how marl read a table: lines that it left out, characters that it took as
//! delimiters, names that it gave.

use std::fmt;

use marl_core::words::{counted, either};

use super::{
    shell,
    words::{byte_name, delimiter_argument, grouped, printable},
};

/// A way in which marl did not read the file literally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The file is not UTF-8.
    Encoding {
        /// The encoding's name.
        name: &'static str,
        /// Whether the user named it.
        is_given: bool,
    },
    /// A `sep=` line says the delimiter.
    Separator(u8),
    /// The delimiter is not the usual one for the extension.
    Delimiter {
        /// The delimiter in the file.
        found: u8,
        /// The usual delimiter for the extension.
        used: u8,
    },
    /// Lines before the header are left out.
    Before {
        /// The first of the lines.
        first: u64,
        /// The last of the lines.
        last: u64,
        /// The text of the first line.
        text: String,
    },
    /// Lines after the rows are left out.
    After {
        /// The first of the lines.
        first: u64,
        /// The text of that line.
        text: String,
        /// The number of lines, not counting blank lines.
        count: u64,
    },
    /// A TSV whose names are in quotes is read with quotes.
    QuotedTabs,
    /// A TSV whose quoted cells hold line breaks is read with quotes.
    QuotedBreaks {
        /// The line of the first such cell.
        line: u64,
    },
    /// Rows that repeat the header, as in concatenated files.
    RepeatedHeader {
        /// The lines of the first of them.
        lines: Vec<u64>,
        /// The number of these rows.
        count: u64,
        /// The name of the first column.
        name: String,
    },
    /// The first row looks like data.
    FirstRowLooksLikeData {
        /// Its line.
        line: u64,
        /// The cell that looks like data.
        cell: String,
    },
    /// The last rows look like totals or notes, and are read as rows.
    LastRowsLookLikeNotes {
        /// The line of the first of them.
        line: u64,
        /// Its first cell.
        cell: String,
        /// The number of these rows.
        count: u64,
    },
    /// This number of rows got empty cells at their end.
    Padded(u64),
    /// Columns got these names.
    Named(Vec<String>),
    /// The table holds answers from the sandbox.
    Samples,
}

impl Note {
    /// Whether the note is a warning, which the user should check.
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::FirstRowLooksLikeData { .. }
                | Self::LastRowsLookLikeNotes { .. }
                | Self::RepeatedHeader { .. }
        )
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Samples => f.write_str("its answers are samples from the sandbox, not real data"),
            Self::Encoding { name, is_given: true } => write!(f, "read as {name}"),
            Self::Encoding { name, is_given: false } => {
                write!(f, "read as {name} (`--encoding NAME` overrides it)")
            }
            Self::Separator(byte) => {
                write!(f, "line 1 (`sep=`) names {} as the delimiter", byte_name(*byte))
            }
            Self::Delimiter { found, used } => {
                write!(f, "read with {} between cells ", byte_name(*found))?;
                write!(f, "(`--delimiter {}` overrides it)", delimiter_argument(*used))
            }
            Self::Before { first, last, text } => {
                write!(f, "the header is in line {}; ", grouped(last + 1))?;
                lines(f, *first, *last)?;
                write!(f, " left out: \"{}\" (`--header-line {first}` reads from there)", short(text))
            }
            Self::After { first, text, count } => {
                let (lines, are) = if *count == 1 { ("line", "is") } else { ("lines", "are") };
                write!(
                    f,
                    "{} {lines} after the rows, from line {} on, {are} ",
                    grouped(*count),
                    grouped(*first)
                )?;
                write!(f, "left out: \"{}\" (`--skip-footer 0` reads all lines as rows)", short(text))
            }
            Self::QuotedTabs => f.write_str("the header's names are in quotes, so quotes are read as in CSV"),
            Self::FirstRowLooksLikeData { line, cell } => write!(
                f,
                "the header in line {} looks like a row (`{}`); `--no-header` reads it as one",
                grouped(*line),
                short(cell)
            ),
            Self::LastRowsLookLikeNotes { line, cell, count: 1 } => write!(
                f,
                "the row in line {} (`{}`) looks like a total or a note; `--skip-footer 1` leaves it out",
                grouped(*line),
                short(cell)
            ),
            Self::LastRowsLookLikeNotes { line, cell, count } => write!(
                f,
                "the last {} from line {} on (`{}`) look like totals or notes; `--skip-footer {count}` leaves \
                 them out",
                counted(*count, "row"),
                grouped(*line),
                short(cell)
            ),
            Self::QuotedBreaks { line } => write!(
                f,
                "a cell in line {} continues over several lines in quotes, so quotes are read as in CSV",
                grouped(*line)
            ),
            Self::RepeatedHeader { lines, count, name } => {
                let first: Vec<String> = lines.iter().map(|line| grouped(*line)).collect();
                let others = if (lines.len() as u64) < *count { " and others" } else { "" };
                let column = name.replace('\\', "\\\\").replace('"', "\\\"");
                let condition = format!("!(row[\"{column}\"] == \"{column}\")");
                write!(
                    f,
                    "{} {} the header ({} {}{others}); `--filter {}` leaves {} out",
                    counted(*count, "row"),
                    either(*count, "repeats", "repeat"),
                    either(*count, "line", "lines"),
                    first.join(", "),
                    shell::word(&condition),
                    either(*count, "it", "them")
                )
            }
            Self::Padded(rows) => write!(
                f,
                "{} fewer cells than the header; the missing ones are read as empty",
                format_args!("{} {}", counted(*rows, "row"), either(*rows, "has", "have"))
            ),
            Self::Named(names) => {
                const MOST: usize = 8;
                let shown: Vec<String> =
                    names.iter().take(MOST).map(|name| format!("`{}`", short(name))).collect();
                let others = if names.len() > MOST { " and others" } else { "" };
                write!(f, "columns without a name of their own are called {}{others}", shown.join(", "))
            }
        }
    }
}

fn lines(f: &mut fmt::Formatter<'_>, first: u64, last: u64) -> fmt::Result {
    match last - first {
        0 => write!(f, "line {first} is"),
        1 => write!(f, "lines {} and {} are", grouped(first), grouped(last)),
        _ => write!(f, "lines {} to {} are", grouped(first), grouped(last)),
    }
}

/// Enough of a text to recognise it.
fn short(text: &str) -> String {
    let line: String = text.chars().take(60).collect();
    let cut = if text.chars().nth(60).is_some() { "…" } else { "" };
    format!("{}{cut}", printable(line.trim()))
}
