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
    /// What was probably meant, as far as it is known. Boxed, since errors are returned everywhere.
    pub meant: Option<Box<Meant>>,
}

/// What was probably meant by a text that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A name that is no column's, and the column's that is nearest to it.
    Name(String, String),
    /// The whole text as it should be; it can be used.
    Text(String),
    /// This column would need this type.
    Type(String, SemanticType),
}

impl ExpressionError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), names_no_column: false, meant: None }
    }

    /// A column that does not exist.
    pub(super) fn no_column(message: impl Into<String>) -> Self {
        Self { names_no_column: true, ..Self::new(message) }
    }

    pub(super) fn meant(mut self, meant: Meant) -> Self {
        self.meant = Some(Box::new(meant));
        self
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
