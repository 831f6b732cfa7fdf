//! Turns the engine's advice into hints for people and into commands for shells.
//!
//! The engine's advice is data. Only this module knows which flag, or which key of a recipe, follows it. It
//! decides nothing about plans.

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

/// A table as the user typed it, with the flags that say how it is read.
pub(crate) type TypedTable<'a> = (&'a Path, &'a ReadOptions);

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        failure(error, Voice::Flags, None)
    }
}

/// A plan's error with its hints in the syntax of `voice`. If the right command is known, it is the next
/// command; with `table`, another command may be named as well.
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

/// The command that follows the advice, if there is one; the user may have to choose first.
fn command(advice: &Advice, voice: Voice, table: Option<TypedTable<'_>>) -> Option<NextCommand> {
    match advice {
        Advice::Word { part, wrong, right } | Advice::Rewrite { part, wrong, right } => {
            corrected(part, voice, wrong, right)
        }
        // All other advice is about a change of the recipe.
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
                _ => columns_command(table),
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
            // A recipe declares types itself, and the flag is refused beside a recipe.
            Some(Change::Flag { flag: "--column-type", value, unless: Some("--recipe") }.into())
        }
        Advice::NameIntegration => columns_command(table),
        _ => None,
    }
}

/// The typed command with one word of this part of the request replaced.
fn corrected(part: &Part, voice: Voice, wrong: &str, right: &str) -> Option<NextCommand> {
    // The words of a recipe are in its file, not in the command.
    if voice == Voice::Recipe && !matches!(part, Part::Filter | Part::Refresh) {
        return None;
    }
    let flag = words::flag(part)?;
    Some(another_word(&[flag], wrong, right))
}

/// The command that lists the table's columns.
fn columns_command(table: Option<TypedTable<'_>>) -> Option<NextCommand> {
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

/// Why an expression has no result for a row, on one line. It names both the flag and the key of a recipe: a
/// recorded run does not say where its expressions were written.
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

/// The remark on a step's end for a row, on one line.
pub fn remark(remark: &Remark) -> String {
    match remark {
        Remark::NoResult(error) => reason(error),
        Remark::LacksCall(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests;
