//! Why a text is no expression over the columns at hand, and what to do about it.

use std::{error, fmt};

use marl_core::SemanticType;

/// An expression that cannot be used. It is refused before any row is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong, on one line.
    pub message: String,
    /// What to do next, each a sentence of its own.
    pub hints: Vec<String>,
    /// Whether a column is named that does not exist.
    pub names_no_column: bool,
    /// A name that is no column's, and the column's that is nearest to it.
    pub(super) unknown: Option<(String, String)>,
    /// The whole text as it was probably meant; it can be used.
    pub instead: Option<String>,
    /// A column that would need this type.
    pub of_type: Option<(String, SemanticType)>,
}

impl ExpressionError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hints: Vec::new(),
            names_no_column: false,
            unknown: None,
            instead: None,
            of_type: None,
        }
    }

    /// A column that does not exist.
    pub(super) fn no_column(message: impl Into<String>) -> Self {
        Self { names_no_column: true, ..Self::new(message) }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for ExpressionError {}
