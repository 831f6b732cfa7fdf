//! Reads flags such as `"linkedin_found": false`: which fields of an object they deny. This module must not
//! read roles, dates or remarks.

use std::cell::LazyCell;

use serde_json::Value as Json;

use super::super::{Object, same_letters};
use crate::Column;

/// Words of flags that state whether there is a value. The other words of the key name the value.
const FLAGS: [&str; 16] = [
    "found",
    "match",
    "matches",
    "matched",
    "exists",
    "available",
    "known",
    "current",
    "present",
    "valid",
    "correct",
    "is",
    "was",
    "has",
    "still",
    "currently",
];

/// Words in a flag's key that refer to the whole answer.
const ALL: [&str; 14] = [
    "company",
    "domain",
    "entity",
    "organization",
    "organisation",
    "firm",
    "data",
    "information",
    "info",
    "result",
    "results",
    "answer",
    "any",
    "anything",
];

/// The fields that a false flag denies.
pub(super) enum Flag {
    /// Every field.
    All,
    /// The fields whose names contain all these words.
    Fields(Vec<String>),
}

/// The fields that a member denies, when it is a false flag. `found` and `company_found` deny every field,
/// `linkedin_found` those with that name. `exact_match` and `verified` grade an answer and deny nothing.
pub(super) fn flag(key: &str, value: &Json) -> Option<Flag> {
    let is_false = match value {
        Json::Bool(value) => !value,
        Json::String(text) => ["false", "no", "none", "not found"].contains(&&*text.trim().to_lowercase()),
        _ => false,
    };
    if !is_false {
        return None;
    }
    let words = words_of(key);
    let (flags, mut of): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| FLAGS.contains(&&**word));
    flags.iter().any(|flag| FLAGS[..11].contains(&&**flag)).then(|| {
        of.retain(|word| !ALL.contains(&&**word));
        if of.is_empty() { Flag::All } else { Flag::Fields(of) }
    })
}

/// The words of a key such as `isFound`, `employee_count_found` or `LinkedIn found`.
fn words_of(key: &str) -> Vec<String> {
    let (mut words, mut before) = (Vec::<String>::new(), ' ');
    for character in key.chars() {
        let is_new = !before.is_alphanumeric() || before.is_lowercase() && character.is_uppercase();
        match words.last_mut().filter(|_| !is_new) {
            Some(word) if character.is_alphanumeric() => word.extend(character.to_lowercase()),
            None if character.is_alphanumeric() => words.push(character.to_lowercase().collect()),
            _ => {}
        }
        before = character;
    }
    // "LinkedIn" counts as one word.
    match words.windows(2).position(|pair| pair == ["linked", "in"]) {
        Some(at) => {
            words.splice(at..at + 2, ["linkedin".to_owned()]);
            words
        }
        None => words,
    }
}

/// Whether a flag denies this field: `"linkedin_found": false`.
pub(in super::super) fn denies_field(object: &Object, column: &Column) -> bool {
    let of_column = LazyCell::new(|| words_of(&column.name));
    object.iter().filter(|(key, _)| !same_letters(key, &column.name)).any(|(key, value)| {
        match flag(key, value) {
            Some(Flag::Fields(words)) => words.iter().all(|word| of_column.contains(word)),
            _ => false,
        }
    })
}
