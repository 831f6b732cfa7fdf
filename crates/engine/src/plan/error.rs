//! Why there can be no plan, and what to do about it.

use std::{error, fmt};

/// A plan that cannot be made. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// What kind of problem it is.
    pub problem: Problem,
    /// What is wrong, naming the thing.
    pub message: String,
    /// What to do next, each a sentence of its own.
    pub hints: Vec<String>,
}

/// Kinds of problems, since programs are told apart by exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No integration has this name.
    UnknownIntegration,
    /// Columns, bindings or options do not fit.
    Unfit,
}

impl PlanError {
    pub(crate) fn unfit(message: impl Into<String>) -> Self {
        Self { problem: Problem::Unfit, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for PlanError {}
