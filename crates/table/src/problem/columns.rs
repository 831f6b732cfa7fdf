//! What can be wrong with the names and the number of columns.

use std::{fmt, io, path::Path};

use marl_core::words::thousands;

use super::{Problem, words::printable};

/// The most columns of a table, which is the limit of spreadsheets: more columns mean that values are in the
/// place of names, and would exhaust the memory.
pub(crate) const MOST_COLUMNS: usize = 16_384;

/// What is wrong with the names of columns; columns are counted from 1.
#[derive(Debug)]
pub(crate) enum ColumnProblem {
    EmptyNames(Vec<usize>),
    DuplicateName { name: String, first: usize, second: usize },
    LongName,
    TooManyColumns,
}

impl fmt::Display for ColumnProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyNames(columns) if columns.len() == 1 => write!(f, "column {} has no name", columns[0]),
            Self::EmptyNames(columns) => {
                let columns: Vec<_> = columns.iter().map(usize::to_string).collect();
                write!(f, "columns {} have no name", columns.join(", "))
            }
            Self::DuplicateName { name, first, second } => {
                write!(f, "columns {first} and {second} are both called `{}`", printable(name))
            }
            Self::LongName => f.write_str("the column's name has more than 64 KiB"),
            Self::TooManyColumns => {
                write!(f, "the table has more than {} columns", thousands(MOST_COLUMNS as u64))
            }
        }
    }
}

impl Problem for ColumnProblem {
    fn hint(&self, _: &Path, _: Option<&io::Error>) -> Option<String> {
        let hint = match self {
            Self::EmptyNames(_) => {
                "use `--name-columns` to name them `column_N`, or give each column a name in the header"
            }
            Self::DuplicateName { .. } => {
                "use `--name-columns` to name the second `NAME_2`, or rename one of them in the header"
            }
            Self::LongName => "close the quote, or double it if it is text",
            Self::TooManyColumns => "leave out columns that are not needed; are values taken for names?",
        };
        Some(hint.into())
    }

    fn flags(&self) -> Option<String> {
        let has_flag = matches!(self, Self::EmptyNames(_) | Self::DuplicateName { .. });
        has_flag.then(|| "--name-columns".into())
    }
}
