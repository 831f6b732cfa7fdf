//! What a header's names show: whether they can be columns, and another delimiter than the expected
//! one. Pure: it reads no file.

use std::collections::HashSet;

use super::{delimiter::is_usual, head::Head};
use crate::{
    input::{scan::ScanFault, shape::ReadOptions},
    problem::{TableProblem, error::Place},
    text::cut::Dialect,
};

/// A name that is longer is rather the rest of a file behind an open quote.
const NAME_BYTES: usize = 64 << 10;

pub(crate) fn wrong_name(names: &[String], gives_names: bool) -> Option<TableProblem> {
    if names.iter().any(|name| name.len() > NAME_BYTES) {
        return Some(TableProblem::LongName);
    }
    if gives_names {
        return None;
    }
    let blank = |(index, name): (usize, &String)| name.trim().is_empty().then_some(index + 1);
    let nameless: Vec<usize> = names.iter().enumerate().filter_map(blank).collect();
    if !nameless.is_empty() {
        return Some(TableProblem::EmptyNames(nameless));
    }
    let mut seen = std::collections::HashMap::new();
    names.iter().enumerate().find_map(|(index, name)| {
        let first = seen.insert(name, index)?;
        Some(TableProblem::DuplicateName { name: name.clone(), first: first + 1, second: index + 1 })
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

/// The one that is there most often, apart from the one that was `used`.
pub(crate) fn likely_delimiter(name: &str, used: u8) -> Option<u8> {
    let count = |byte: u8| name.bytes().filter(|other| *other == byte).count();
    let is_candidate = |byte: &u8| is_usual(*byte) && *byte != used;
    name.bytes().filter(is_candidate).max_by_key(|byte| count(*byte))
}

/// Another delimiter behind the closing quote of the first name: the text was cut wrongly.
pub(crate) fn as_wrong_delimiter(fault: ScanFault, head: &Head, options: &ReadOptions) -> ScanFault {
    let ScanFault::Table(Place::Cell { line, cell: 1 }, TableProblem::TextAfterQuote { opened: 0, byte }) =
        &fault
    else {
        return fault;
    };
    let is_header = *line == head.frame.line && options.delimiter.is_none() && head.separator.is_none();
    let Dialect::Quoted(used) = head.dialect else { return fault };
    match is_header && is_usual(*byte) && *byte != used {
        true => ScanFault::Table(Place::Line(*line), TableProblem::WrongDelimiter { used, found: *byte }),
        false => fault,
    }
}
