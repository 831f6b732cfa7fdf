//! What the answers of a row were given for: the cells that a question reads, in their normal form. Pure.

use std::hash::{DefaultHasher, Hash, Hasher};

use marl_core::{SemanticType, value::Value};

use crate::interface::row::InputRow;

/// What some answers were given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Their places among [`OlderOutput::answers`](crate::OlderOutput::answers).
    pub answers: Vec<usize>,
    /// The columns that were read. Without any, a row is known by the columns that both tables have.
    pub key: Vec<KeyCell>,
}

/// A column that a question reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCell {
    /// Its place in the older output.
    pub older: usize,
    /// Its place in the table that is read now.
    pub now: usize,
    /// By which rules cells are the same; without them, the texts must be.
    pub kind: Option<SemanticType>,
}

/// A digest of what a question reads; 0 where all of it is empty.
pub(super) fn key(cells: &[KeyCell], row: &InputRow, is_older: bool) -> u64 {
    let place = |cell: &KeyCell| if is_older { cell.older } else { cell.now };
    let mut hash = DefaultHasher::new();
    let mut is_empty = true;
    for (number, cell) in cells.iter().enumerate() {
        if let Some(text) = row.cell(place(cell)).and_then(|value| normal(&value, cell.kind)) {
            (number, text).hash(&mut hash);
            is_empty = false;
        }
    }
    if is_empty { 0 } else { hash.finish().max(1) }
}

/// A cell as a question reads it; `None` where it says nothing.
pub fn normal(cell: &Value, kind: Option<SemanticType>) -> Option<String> {
    let plain = || Some(cell.to_string().trim().to_owned());
    let Some(kind) = kind else { return plain() };
    match cell {
        Value::Text(text) if kind.says_nothing(text) => None,
        Value::Text(text) => kind.read(text).ok().map_or_else(plain, |value| Some(value.to_string())),
        other => kind.check(other.clone()).map_or_else(plain, |value| Some(value.to_string())),
    }
}

/// A digest of answers; 0 where there are none.
pub(super) fn digest_of<'a>(answers: impl Iterator<Item = Option<&'a str>>) -> u32 {
    let mut hash = DefaultHasher::new();
    let mut is_empty = true;
    for (number, answer) in answers.enumerate() {
        if let Some(answer) = answer {
            (number, answer).hash(&mut hash);
            is_empty = false;
        }
    }
    // Half of it is enough to tell a few answers to one question apart.
    if is_empty { 0 } else { ((hash.finish() >> 32) as u32).max(1) }
}
