//! Why a text is not an expression over the columns at hand, and what to do about it.

use std::{error, fmt};

use marl_core::{SemanticType, excerpt};

/// An expression that cannot be used. It is refused before any row is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong, on one line.
    pub message: String,
    /// What to do about it, in the order in which a user should try it.
    pub hints: Vec<ExpressionHint>,
    /// Whether the expression names a column that does not exist.
    pub names_no_column: bool,
    /// The probable correction, if there is one. Boxed to keep results small.
    pub correction: Option<Box<Correction>>,
}

/// A probable correction of a text that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    /// A name that no column has, and the column with the nearest name.
    Name(String, String),
    /// The corrected text as a whole, which is a valid expression.
    Text(String),
}

/// What to do about an expression that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionHint {
    /// Text about the language of expressions and the columns at hand, which every caller can print
    /// unchanged.
    Language(String),
    /// Give a column of the table this type.
    ColumnType {
        /// The column.
        column: String,
        /// The type.
        kind: SemanticType,
    },
}

/// Why an expression has no result for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationError {
    /// The reason, on one line.
    pub reason: String,
    /// A column whose cell could be read, and the type that the column would need.
    pub readable: Option<(String, SemanticType)>,
}

impl ExpressionError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), names_no_column: false, correction: None }
    }

    /// An error for a column that does not exist.
    pub(super) fn no_column(message: impl Into<String>) -> Self {
        Self { names_no_column: true, ..Self::new(message) }
    }

    pub(super) fn correction(mut self, correction: Correction) -> Self {
        self.correction = Some(Box::new(correction));
        self
    }

    /// Adds a hint about the language.
    pub(super) fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(ExpressionHint::Language(text.into()));
        self
    }

    /// Adds a hint that a column needs a type.
    pub(super) fn needs_type(mut self, column: String, kind: SemanticType) -> Self {
        self.hints.push(ExpressionHint::ColumnType { column, kind });
        self
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for ExpressionError {}

impl EvaluationError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), readable: None }
    }
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.readable {
            None => f.write_str(&self.reason),
            Some((column, kind)) => {
                let column = excerpt(column, 80);
                write!(f, "{}; column `{column}` can be read if its type is {kind}", self.reason)
            }
        }
    }
}

impl error::Error for EvaluationError {}
