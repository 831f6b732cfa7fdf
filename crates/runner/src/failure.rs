//! A failed command: what went wrong, why, and what to do next. This module prints nothing.

pub mod advice;
pub mod error_code;
pub mod exit;
pub mod invocation;
pub(crate) mod remedy;

use std::error::Error as StdError;

use declared::Mistakes;
use marl_core::RegistryError;
use schemars::JsonSchema;
use serde::Serialize;
use table::TableError;

use self::{
    error_code::ErrorCode,
    exit::Exit,
    invocation::{Change, Invocation, NextCommand},
};

/// Why a command failed, for the printer.
#[derive(Debug)]
pub struct Failure {
    /// The exit code that the command ends with.
    pub exit: Exit,
    /// A stable code for programs.
    code: ErrorCode,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    next: Option<Box<NextCommand>>,
    retryable: bool,
    billed: bool,
}

/// The last line that a failed command prints to stderr.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "error")]
pub struct ErrorLine<'a> {
    error: ErrorBody<'a>,
}

/// Why a command failed.
#[derive(JsonSchema, Serialize)]
struct ErrorBody<'a> {
    /// A stable code.
    code: ErrorCode,
    message: &'a str,
    /// What to do next, as text.
    hint: String,
    /// A command that helps, ready to run.
    next_command: Option<String>,
    /// Whether the same command may succeed a little later.
    retryable: bool,
    /// Whether calls may have been paid for.
    billed: bool,
    details: Details<'a>,
}

#[derive(JsonSchema, Serialize)]
struct Details<'a> {
    exit_code: u8,
    causes: &'a [String],
}

impl Failure {
    /// A mistake in the command line, the settings or a recipe.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, ErrorCode::Usage, message)
    }

    /// A failure with a message for people and a stable code for programs.
    pub fn new(exit: Exit, code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            exit,
            code,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            next: None,
            retryable: false,
            billed: false,
        }
    }

    /// The same failure with another exit code.
    pub(crate) fn exiting(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same failure with the location of the mistake (file and line, or flag) before its message.
    pub fn at(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// The same failure with an additional hint: the next step, in words.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same failure with the command that helps. If it has a command already, that one stays.
    pub fn next(mut self, command: impl Into<NextCommand>) -> Self {
        self.next.get_or_insert_with(|| Box::new(command.into()));
        self
    }

    /// The same failure, marked to say that the same command may succeed a little later.
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Whether the same command may succeed a little later.
    pub(crate) fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// The same failure, marked to say that calls may have been paid for.
    pub fn billed(mut self) -> Self {
        self.billed = true;
        self
    }

    /// The same failure with `error` and its sources as causes.
    pub fn caused_by(mut self, error: &dyn StdError) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next {
            let text = cause.to_string();
            if !self.causes.contains(&text) {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    /// The lines for people: `error:`, `caused by:`, `hint:`.
    pub fn lines(&self) -> Vec<(&'static str, &str)> {
        let causes = self.causes.iter().map(|cause| ("caused by", cause.as_str()));
        let hints = self.hints.iter().map(|hint| ("hint", hint.as_str()));
        std::iter::once(("error", self.message.as_str())).chain(causes).chain(hints).collect()
    }

    /// The failure for programs, as one line of JSON; `invocation` is the command that failed.
    pub fn json(&self, invocation: &Invocation) -> String {
        let error = ErrorBody {
            code: self.code,
            message: &self.message,
            hint: self.hints.join("; "),
            next_command: self.next.as_ref().and_then(|next| invocation.next(next)),
            retryable: self.retryable,
            billed: self.billed,
            details: Details { exit_code: self.exit.code(), causes: &self.causes },
        };
        serde_json::to_string(&ErrorLine { error }).expect("our documents have text keys")
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        let mut failure = Self::new(Exit::Usage, ErrorCode::Table, error.to_string());
        if let Some(cause) = error.source() {
            failure = failure.caused_by(cause);
        }
        failure.hints = error.hints();
        if let Some(next) = instead(&error) {
            failure = failure.next(next);
        }
        if error.is_locked() { failure.retryable() } else { failure }
    }
}

/// The changed command that a table's error suggests.
fn instead(error: &TableError) -> Option<NextCommand> {
    if let Some((wrong, right)) = error.other_file() {
        return Some(another_word(&["--input", "-i"], wrong.to_str()?, right.to_str()?));
    }
    if let Some((flag, has_value)) = error.flag_too_many() {
        return Some(Change::Without { flag, has_value }.into());
    }
    Some(Change::Flags(error.flags()?).into())
}

/// Replaces a word in the value of one of these flags, or a word that stands alone.
pub fn another_word(flags: &[&str], wrong: &str, right: &str) -> NextCommand {
    let (wrong, right) = (wrong.to_owned(), right.to_owned());
    NextCommand::FirstOf(vec![
        Change::WordIn {
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            wrong: wrong.clone(),
            right: right.clone(),
        }
        .into(),
        Change::Word { wrong, right }.into(),
    ])
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        let Mistakes { file, all } = &mistakes;
        let first = all.first().map(|first| format!(", line {}: {}", first.line, first.what));
        let message = format!("{file}{}", first.unwrap_or_default());
        let hint = all.first().map_or_else(String::new, |first| first.hint.clone());
        Self::new(Exit::Internal, ErrorCode::Registry, message).hint(hint)
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        Self::new(Exit::Internal, ErrorCode::Registry, error.to_string())
            .hint("this program was built with a wrong list of plugins: see `plugins.rs` in its cli crate")
    }
}
