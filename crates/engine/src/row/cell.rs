//! A cell of a row: what is known about it, and how it compares with an answer.

use std::hash::{Hash, Hasher};

use marl_core::{SemanticType, Value};

/// A cell, as far as its value is known.
#[derive(Clone)]
pub(super) enum Cell {
    Known(Option<Value>),
    /// The value depends on answers that are not stored. The fingerprint is equal for rows whose values would
    /// be equal.
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
        matches!(self, Self::Known(Some(cell)) if !holds_placeholder(kind, cell))
    }

    /// Whether the cell already holds this value.
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
            // Counts, lists and the like about the same company differ between sources.
            SemanticType::Integer
            | SemanticType::Number
            | SemanticType::Boolean
            | SemanticType::Date
            | SemanticType::List
            | SemanticType::Json => true,
            // A number without the prefix of its country may be the same one.
            SemanticType::Phone => {
                let digits = |text: &str| text.trim_start_matches(['+', '0']).to_owned();
                let (cell, value) = (digits(&cell), digits(&value));
                cell.ends_with(&value) || value.ends_with(&cell)
            }
            SemanticType::Text => {
                let words =
                    |text| str::split(text, |c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
                cell == value || words(&cell).any(|word| words(&value).any(|other| other == word))
            }
            _ => cell == value,
        }
    }
}

/// Whether a cell holds a placeholder: "N/A" is one, and "unknown" is one if it cannot be a value. This one
/// rule applies to inputs and outputs. Answers follow a stricter rule (`is_placeholder`): in a table's own
/// column of texts `Unknown` may be a name, but in an answer `Unknown` means that nothing is known.
pub(super) fn holds_placeholder(kind: SemanticType, cell: &Value) -> bool {
    cell.as_text().is_some_and(|text| kind.says_nothing(text))
}

/// Reads a cell as a value of this type.
pub(super) fn read(kind: SemanticType, cell: &Value) -> Result<Value, marl_core::Invalid> {
    match cell {
        Value::Text(text) => kind.read(text),
        other => kind.check(other.clone()).ok_or(marl_core::Invalid("it is of another type")),
    }
}
