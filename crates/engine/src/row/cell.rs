//! A cell of a row: what is known of it, and how it compares with an answer.

use std::hash::{Hash, Hasher};

use marl_core::{SemanticType, Value};

/// A cell, as far as its value is known.
#[derive(Clone)]
pub(super) enum Cell {
    Known(Option<Value>),
    /// The value depends on answers that are not stored. The fingerprint is equal for rows whose values
    /// would be equal.
    Unknown(u64),
}

impl Hash for Cell {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Known(value) => (0_u8, value.as_ref().map(ToString::to_string)).hash(state),
            Self::Unknown(fingerprint) => (1_u8, fingerprint).hash(state),
        }
    }
}

impl Cell {
    /// Whether the cell holds a value. A placeholder such as "N/A" is not one.
    pub(super) fn is_filled(&self, kind: SemanticType) -> bool {
        matches!(self, Self::Known(Some(cell)) if !says_nothing(kind, cell))
    }

    /// Whether the cell holds this value already.
    pub(super) fn is_same(&self, value: &Value) -> bool {
        matches!(self, Self::Known(Some(cell)) if cell.to_string() == value.to_string())
    }

    /// Whether the cell and an answer may describe the same company or person.
    pub(super) fn is_alike(&self, kind: SemanticType, value: &Value) -> bool {
        let Self::Known(Some(cell)) = self else { return true };
        // A table writes addresses in its own spelling.
        let cell = read(kind, cell).unwrap_or_else(|_| cell.clone());
        let (cell, value) = (cell.to_string().to_lowercase(), value.to_string().to_lowercase());
        match kind {
            // The same company's counts and lists differ from source to source.
            SemanticType::Integer | SemanticType::List => true,
            SemanticType::Text => {
                let words =
                    |text| str::split(text, |c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
                cell == value || words(&cell).any(|word| words(&value).any(|other| other == word))
            }
            _ => cell == value,
        }
    }
}

/// Whether a cell says nothing: "N/A" does, and "unknown" does where it cannot be a value. This one rule
/// judges inputs and outputs. Answers are judged by a stricter one (`is_placeholder`): in a table's own
/// column of texts `Unknown` may be a name, but an answer that says `Unknown` knows nothing.
pub(super) fn says_nothing(kind: SemanticType, cell: &Value) -> bool {
    cell.as_text().is_some_and(|text| kind.says_nothing(text))
}

/// Reads a cell as a value of this type.
pub(super) fn read(kind: SemanticType, cell: &Value) -> Result<Value, marl_core::Invalid> {
    match cell {
        Value::Text(text) => kind.read(text),
        other => kind.check(other.clone()).ok_or(marl_core::Invalid("it is of another type")),
    }
}
