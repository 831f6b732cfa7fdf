//! Why there can be no plan, and what to do about it.

use std::{error, fmt};

use marl_core::SemanticType;

use super::bind::shell_word;
use super::feed::look_alike;
use crate::nearest;

/// A plan that cannot be made. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// What kind of problem it is.
    pub problem: Problem,
    /// What is wrong, naming the thing.
    pub message: String,
    /// What to do next, each a sentence of its own.
    pub hints: Vec<String>,
    /// What in the request it is about, so that a recipe's line can be named.
    pub about: Option<About>,
    /// The change to the request that would help, if there is one; the first that was found.
    pub advice: Option<Box<Advice>>,
}

/// A change to a request that would make a plan possible, as data: a command line says it in
/// flags, another caller in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Bind an input to one of these columns of the table.
    Bind {
        /// The step.
        step: String,
        /// Its input.
        input: String,
        /// The columns that could be it, at least one.
        columns: Vec<String>,
    },
    /// Ask for these integrations instead: `find_ceo,ceo=linkedin_profile`.
    Integrations(String),
    /// Say another word in a flag's value.
    Word {
        /// The flag.
        flag: &'static str,
        /// What was said.
        wrong: String,
        /// What was probably meant.
        right: String,
    },
    /// Write an output into a column of the table.
    Into {
        /// The output.
        output: String,
        /// The column.
        column: String,
    },
    /// Give a column of the table its type.
    Type {
        /// The column.
        column: String,
        /// Its type.
        kind: SemanticType,
    },
    /// Look at what the table's columns allow.
    Look,
    /// Begin a step's columns with a prefix.
    Prefix {
        /// The step.
        step: String,
        /// What its columns should begin with.
        prefix: String,
    },
}

/// Kinds of problems, since programs are told apart by exit codes.
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
    /// The step, by its place in the request.
    pub step: usize,
    /// Which part of it.
    pub part: Part,
}

/// A part of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Step,
    /// Its name.
    Name,
    /// Its integrations.
    Use,
    /// One of its inputs.
    Input(String),
    /// The column of one of its outputs.
    Output(String),
    /// Its prefix.
    Prefix,
    /// Its condition.
    Condition,
    /// Its formula.
    Formula,
    /// The column for the alternative that answered.
    ProviderColumn,
    /// What happens to filled cells.
    Existing,
    /// No step: the type of one of the table's columns.
    ColumnType(String),
}

impl PlanError {
    pub(crate) fn unfit(message: impl Into<String>) -> Self {
        Self {
            problem: Problem::Unfit,
            message: message.into(),
            hints: Vec::new(),
            about: None,
            advice: None,
        }
    }

    /// What was named does not exist.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self { problem: Problem::UnknownName, ..Self::unfit(message) }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says what would help, unless that was said.
    pub(crate) fn advise(mut self, advice: Advice) -> Self {
        self.advice.get_or_insert_with(|| Box::new(advice));
        self
    }

    /// What it is about, unless that is known more exactly.
    pub(crate) fn about(mut self, about: About) -> Self {
        self.about.get_or_insert(about);
        self
    }
}

/// Adds the nearest known word, and that it belongs into the flag's value, or the known words.
pub(super) fn did_you_mean<'a>(
    error: PlanError,
    flag: &'static str,
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> PlanError {
    match nearest(word, known.clone()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")).advise(Advice::Word {
            flag,
            wrong: word.to_owned(),
            right: near.to_owned(),
        }),
        None => {
            let listed: Vec<String> = known.take(12).map(|name| format!("`{name}`")).collect();
            if listed.is_empty() { error } else { error.hint(format!("there are {}", listed.join(", "))) }
        }
    }
}

/// A flag's `left=right`, whose left side names nothing that is known.
pub(super) struct Pair<'a> {
    pub(super) flag: &'static str,
    pub(super) left: &'a str,
    pub(super) right: &'a str,
    /// Whether the left side is a column: it would make sense on the right.
    pub(super) is_column: bool,
    /// Whether the right side may be a column that is not there yet.
    pub(super) makes_columns: bool,
}

impl Pair<'_> {
    /// The error with what was probably meant: the sides the other way round, or a known name.
    pub(super) fn mend<'a>(
        &self,
        error: PlanError,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> PlanError {
        let Self { flag, left, right, is_column, makes_columns } = *self;
        let named = known.clone().find(|name| look_alike(name, right));
        let fits = is_column || (makes_columns && nearest(left, known.clone()).is_none());
        if let Some(name) = named.filter(|_| fits) {
            return error
                .hint(format!("the sides are the wrong way round: `{flag} {name}={}`", shell_word(left)))
                .advise(Advice::Word {
                    flag,
                    wrong: format!("{left}={right}"),
                    right: format!("{name}={left}"),
                });
        }
        if is_column {
            let listed: Vec<String> = known.take(12).map(|name| format!("`{name}`")).collect();
            return error.hint(format!(
                "`{left}` is a column, and a column stands on the right: `{flag} NAME={}`, where NAME is one of {}",
                shell_word(left),
                listed.join(", ")
            ));
        }
        did_you_mean(error, flag, left, known)
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for PlanError {}
