//! Why a plan cannot be made, with advice. This module words messages and no hints.

use std::{error, fmt};

use super::{
    Advice,
    advice::{did_you_mean, listed},
    feed::look_alike,
};
use crate::nearest;

/// A plan that cannot be made. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// The kind of problem.
    pub problem: Problem,
    /// What is wrong, with the name of the thing.
    pub message: String,
    /// What to do about it, the most helpful first.
    pub advice: Vec<Advice>,
    /// The part of the request that is wrong, so that a recipe's line can be named.
    pub about: Option<About>,
}

/// Kinds of problems, which programs distinguish by exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No integration has this name.
    UnknownIntegration,
    /// No column, step or input has the name that was given.
    UnknownName,
    /// Columns, bindings or options do not fit.
    Unfit,
}

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The step's index in the request; `None` for a part of the whole request.
    pub step: Option<usize>,
    /// The part.
    pub part: Part,
}

/// A part of a step, or of the whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The whole step.
    Step,
    /// The step's name.
    Name,
    /// The step's integrations.
    Use,
    /// One of the step's inputs.
    Input(String),
    /// The column of one of the step's outputs.
    Output(String),
    /// The prefix of the step's columns.
    Prefix,
    /// The step's condition.
    Condition,
    /// The step's formula.
    Formula,
    /// The column that names which alternative answered.
    ProviderColumn,
    /// What happens to filled cells.
    Existing,
    /// Of the whole request, the type of one of the table's columns.
    ColumnType(String),
    /// Of the whole request, the wanted columns.
    Want,
    /// Of the whole request, the steps that refresh.
    Refresh,
    /// Of the whole request, the condition that selects rows.
    Filter,
}

impl PlanError {
    /// An error for columns, bindings or settings that do not fit.
    pub(crate) fn unfit(message: impl Into<String>) -> Self {
        Self { problem: Problem::Unfit, message: message.into(), advice: Vec::new(), about: None }
    }

    /// An error for a name that does not exist.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self { problem: Problem::UnknownName, ..Self::unfit(message) }
    }

    /// Adds advice, possibly none.
    pub(crate) fn advise(mut self, advice: impl IntoIterator<Item = Advice>) -> Self {
        self.advice.extend(advice);
        self
    }

    /// Adds the part that is wrong, unless a more precise part is known.
    pub(crate) fn about(mut self, about: About) -> Self {
        self.about.get_or_insert(about);
        self
    }
}

/// Two words of a request, `left=right`, whose left side is not a known name.
pub(super) struct Pair<'a> {
    /// The part of the request with the pair.
    pub(super) part: Part,
    pub(super) left: &'a str,
    pub(super) right: &'a str,
    /// Whether the left side is a column, so that it would make sense on the right.
    pub(super) is_column: bool,
    /// Whether the right side may be a new column.
    pub(super) makes_columns: bool,
}

impl Pair<'_> {
    /// The probable correction: the sides swapped, or a known name on the left.
    pub(super) fn advice<'a>(self, known: impl Iterator<Item = &'a str> + Clone) -> Option<Advice> {
        let Self { part, left, right, is_column, makes_columns } = self;
        let named = known.clone().find(|name| look_alike(name, right));
        let fits = is_column || (makes_columns && nearest(left, known.clone()).is_none());
        if let Some(name) = named.filter(|_| fits) {
            let (left, right, name) = (left.to_owned(), right.to_owned(), name.to_owned());
            return Some(Advice::SwapSides { part, left, right, name });
        }
        if is_column {
            return Some(Advice::PutColumnRight { part, column: left.to_owned(), names: listed(known) });
        }
        did_you_mean(part, left, known)
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for PlanError {}
