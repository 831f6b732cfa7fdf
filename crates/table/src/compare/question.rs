//! What the answers of a row were given for: the cells that a question reads, in their normal form. This
//! module is pure.

use std::hash::{DefaultHasher, Hash, Hasher};

use marl_core::{SemanticType, value::Value};

use crate::interface::row::InputRow;

/// What some answers were given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The indices of the answers among [`OlderOutput::answers`](crate::OlderOutput::answers).
    pub answers: Vec<usize>,
    /// The columns that the question reads. If it reads none, the columns that both tables have identify a
    /// row.
    pub key: Vec<KeyCell>,
}

/// A column that a question reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCell {
    /// The column's index in the older output.
    pub older: usize,
    /// The column's index in the table that is read now.
    pub now: usize,
    /// The type whose rules decide whether two cells are equal; `None` compares their texts.
    pub kind: Option<SemanticType>,
}

/// A digest of the cells that a question reads; 0 if all of them are empty.
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

/// The normal form of a cell; `None` if the cell holds a placeholder such as `N/A`.
pub fn normal(cell: &Value, kind: Option<SemanticType>) -> Option<String> {
    let plain = || Some(cell.to_string().trim().to_owned());
    let Some(kind) = kind else { return plain() };
    match cell {
        Value::Text(text) if kind.says_nothing(text) => None,
        Value::Text(text) => kind.read(text).ok().map_or_else(plain, |value| Some(value.to_string())),
        other => kind.check(other.clone()).map_or_else(plain, |value| Some(value.to_string())),
    }
}

/// A digest of answers; 0 if there are none.
pub(super) fn digest_of<'a>(answers: impl Iterator<Item = Option<&'a str>>) -> u32 {
    let mut hash = DefaultHasher::new();
    let mut is_empty = true;
    for (number, answer) in answers.enumerate() {
        if let Some(answer) = answer {
            (number, answer).hash(&mut hash);
            is_empty = false;
        }
    }
    // Half of the digest distinguishes the few answers to one question.
    if is_empty { 0 } else { ((hash.finish() >> 32) as u32).max(1) }
}
