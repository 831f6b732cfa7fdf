//! What columns can be called, and which names a table without usable ones gets. Pure: it reads no file.

use std::{
    collections::{HashMap, HashSet},
    fmt, io,
    path::Path,
};

use marl_core::words::thousands;

use crate::problem::{Problem, words::printable};

/// The most columns of a table, which is what a spreadsheet has: more come from values that stand
/// where names must, and would take all memory.
pub(crate) const MOST_COLUMNS: usize = 16_384;

/// A name that is longer is rather the rest of a file behind an open quote.
const NAME_BYTES: usize = 64 << 10;

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
                "say `--name-columns` to call them `column_N`, or give each column a name in the header"
            }
            Self::DuplicateName { .. } => {
                "say `--name-columns` to call the second `NAME_2`, or rename one of them in the header"
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

/// Why columns cannot be called so. With `gives_names`, missing and doubled names are replaced later.
pub(crate) fn wrong_name(names: &[String], gives_names: bool) -> Option<ColumnProblem> {
    if names.iter().any(|name| name.len() > NAME_BYTES) {
        return Some(ColumnProblem::LongName);
    }
    if gives_names {
        return None;
    }
    let blank = |(index, name): (usize, &String)| name.trim().is_empty().then_some(index + 1);
    let nameless: Vec<usize> = names.iter().enumerate().filter_map(blank).collect();
    if !nameless.is_empty() {
        return Some(ColumnProblem::EmptyNames(nameless));
    }
    let mut seen = HashMap::new();
    names.iter().enumerate().find_map(|(index, name)| {
        let first = seen.insert(name, index)?;
        Some(ColumnProblem::DuplicateName { name: name.clone(), first: first + 1, second: index + 1 })
    })
}

/// Names columns without a name `column_3` after their place, and second ones of a name
/// `name_2`; answers the names it gave.
pub(crate) fn give_names(names: &mut [String]) -> Vec<String> {
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    let mut seen = HashSet::new();
    let mut given = Vec::new();
    for (at, name) in names.iter_mut().enumerate() {
        let is_blank = name.trim().is_empty();
        if !is_blank && seen.insert(name.clone()) {
            continue;
        }
        let (stem, mut number) = if is_blank { ("column", at + 1) } else { (name.as_str(), 2) };
        let mut new = format!("{stem}_{number}");
        while taken.contains(&new) {
            number += 1;
            new = format!("{stem}_{number}");
        }
        taken.insert(new.clone());
        seen.insert(new.clone());
        given.push(new.clone());
        *name = new;
    }
    given
}
