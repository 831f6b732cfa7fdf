//! What the engine advises, for people and for shells: hints, and the next command as it stands.
//!
//! The engine's advice is data. Which flag, or which key of a recipe, follows it is said here and
//! nowhere else. This module decides nothing about plans.

mod words;

use std::path::Path;

use engine::{
    Remark,
    expression::EvaluationError,
    plan::{Advice, Part, PlanError, Problem, StepUse},
};

use table::ReadOptions;

use crate::failure::{
    Failure, another_word,
    error_code::ErrorCode,
    exit::Exit,
    invocation::{Change, NextCommand, command_over},
};

pub use self::words::Voice;

/// A table as it was typed, with the flags that say how it is read.
pub(crate) type TypedTable<'a> = (&'a Path, &'a ReadOptions);

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        failure(error, Voice::Flags, None)
    }
}

/// A plan's error with its hints in the words of `voice`. Of the command that was typed, the one is
/// named that would have been right, if that is known; `table` lets it name another command as well.
pub fn failure(error: PlanError, voice: Voice, table: Option<TypedTable<'_>>) -> Failure {
    let (exit, code) = match error.problem {
        Problem::UnknownIntegration | Problem::UnknownName => (Exit::NotFound, ErrorCode::NotFound),
        Problem::Unfit => (Exit::Usage, ErrorCode::Plan),
    };
    let hints = error.advice.iter().filter_map(|advice| voice.hint(advice));
    let failure = hints.fold(Failure::new(exit, code, error.message), Failure::hint);
    let next = error.advice.iter().find_map(|advice| command(advice, voice, table));
    let failure = match next {
        Some(next) => failure.next(next),
        None => failure,
    };
    match error.problem {
        Problem::UnknownIntegration => failure.next("marl integrations --json"),
        Problem::UnknownName | Problem::Unfit => failure,
    }
}

/// The command that follows the advice, where one does; the user may have to choose first.
fn command(advice: &Advice, voice: Voice, table: Option<TypedTable<'_>>) -> Option<NextCommand> {
    match advice {
        Advice::Word { part, wrong, right } | Advice::Rewrite { part, wrong, right } => {
            corrected(part, voice, wrong, right)
        }
        // What else would help is a change of the recipe.
        _ if voice == Voice::Recipe => None,
        Advice::SwapSides { part, left, right, name } => {
            corrected(part, voice, &format!("{left}={right}"), &format!("{name}={left}"))
        }
        Advice::SwapNames { part, step, name } => {
            corrected(part, voice, &format!("{name}.{step}="), &format!("{step}.{name}="))
        }
        Advice::Bind { step, input, columns } | Advice::Choose { step, input, columns } => {
            match columns.as_slice() {
                [only] => Some(Change::flag("--map", format!("{step}.{input}={only}")).into()),
                _ => look(table),
            }
        }
        Advice::AddIntegration { steps, .. } => Some(Change::value("--integrations", listed(steps)).into()),
        Advice::Prefix { step, prefix, .. } => {
            Some(Change::flag("--prefix", format!("{step}={prefix}")).into())
        }
        Advice::Into { outputs, column } => match outputs.as_slice() {
            [only] => Some(Change::flag("--into", format!("{only}={column}")).into()),
            _ => None,
        },
        Advice::ColumnType { column, kind } => {
            let value = format!("{column}={kind}");
            // A recipe has types of its own, and no such flag beside it.
            Some(Change::Flag { flag: "--column-type", value, unless: Some("--recipe") }.into())
        }
        Advice::NameIntegration => look(table),
        _ => None,
    }
}

/// The command that was typed with another word where the request has its part.
fn corrected(part: &Part, voice: Voice, wrong: &str, right: &str) -> Option<NextCommand> {
    // A recipe's own words are in its file.
    if voice == Voice::Recipe && !matches!(part, Part::Filter | Part::Refresh) {
        return None;
    }
    let flag = words::flag(part)?;
    Some(another_word(&[flag], wrong, right))
}

/// The command that says what the table's columns allow.
fn look(table: Option<TypedTable<'_>>) -> Option<NextCommand> {
    let (path, reading) = table?;
    Some(format!("{} --json", command_over("columns", path, reading).join(" ")).into())
}

/// The value of `--integrations` for these steps.
fn listed(steps: &[StepUse]) -> String {
    let step = |step: &StepUse| {
        let integrations = step.integrations.join("|");
        match &step.name {
            Some(name) => format!("{name}={integrations}"),
            None => integrations,
        }
    };
    steps.iter().map(step).collect::<Vec<_>>().join(",")
}

/// Why an expression has no result for a row, on one line. Who wrote the expression may have done so in
/// flags or in a recipe: a recorded run's steps no longer tell.
pub fn reason(error: &EvaluationError) -> String {
    match &error.readable {
        None => error.reason.clone(),
        Some((column, kind)) => format!(
            "{}; {}, in a recipe {}, reads such numbers",
            error.reason,
            Voice::Flags.column_type(column, *kind),
            Voice::Recipe.column_type(column, *kind)
        ),
    }
}

/// What there is to say of a step's end on a row, on one line.
pub fn remark(remark: &Remark) -> String {
    match remark {
        Remark::NoResult(error) => reason(error),
        Remark::LacksCall(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests;
