//! Which names columns can have, and which names marl gives to columns without usable ones. This module is
//! pure: it reads no file.

use std::collections::{HashMap, HashSet};

use crate::problem::columns::ColumnProblem;

/// A longer name is more likely the rest of a file after an open quote.
const NAME_BYTES: usize = 64 << 10;

/// Why these names cannot be used. With `gives_names`, missing and duplicate names are replaced later.
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

/// Names columns without a name after their position (`column_3`), and repeated names by number (`name_2`).
/// Returns the names it gave.
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
