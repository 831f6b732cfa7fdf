//! A command that could not do its work: what was wrong, why, and what to do next.

use std::error::Error as StdError;

use marl_core::RegistryError;
use schemars::JsonSchema;
use serde::Serialize;
use table::TableError;

use crate::{error_code::ErrorCode, exit, typed};

/// Why a command failed, for the printer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: u8,
    /// A stable word for programs.
    code: ErrorCode,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    next: Option<String>,
    retryable: bool,
    billed: bool,
}

/// The last line of stderr of a command that failed.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "error")]
pub(crate) struct ErrorLine<'a> {
    error: Told<'a>,
}

/// Why a command failed.
#[derive(JsonSchema, Serialize)]
struct Told<'a> {
    /// A stable word.
    code: ErrorCode,
    message: &'a str,
    /// What to do, in words.
    hint: String,
    /// A command that helps, as it stands.
    next_command: Option<&'a str>,
    /// Whether the same command may work a little later.
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
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, ErrorCode::Usage, message)
    }

    pub(crate) fn new(exit: u8, code: ErrorCode, message: impl Into<String>) -> Self {
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
    pub(crate) fn exiting(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    /// The same failure with the place it is at before its message.
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The command that helps, as it stands.
    pub(crate) fn next(mut self, command: impl Into<String>) -> Self {
        self.next.get_or_insert(command.into());
        self
    }

    /// The same command may work a little later.
    pub(crate) fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Whether the same command may work a little later.
    pub(crate) fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// Calls may have been paid for.
    pub(crate) fn billed(mut self) -> Self {
        self.billed = true;
        self
    }

    pub(crate) fn caused_by(mut self, error: &dyn StdError) -> Self {
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

    /// Lines for people: `error:`, `caused by:`, `hint:`.
    pub(crate) fn lines(&self) -> Vec<(&'static str, &str)> {
        let causes = self.causes.iter().map(|cause| ("caused by", cause.as_str()));
        let hints = self.hints.iter().map(|hint| ("hint", hint.as_str()));
        std::iter::once(("error", self.message.as_str())).chain(causes).chain(hints).collect()
    }

    /// The same for programs, as one line.
    pub(crate) fn json(&self) -> String {
        let error = Told {
            code: self.code,
            message: &self.message,
            hint: self.hints.join("; "),
            next_command: self.next.as_deref(),
            retryable: self.retryable,
            billed: self.billed,
            details: Details { exit_code: self.exit, causes: &self.causes },
        };
        serde_json::to_string(&ErrorLine { error }).expect("our documents have text keys")
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        let mut failure = Self::new(exit::USAGE, ErrorCode::Table, error.to_string());
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

/// The command that was typed as a table's error says it should have been.
fn instead(error: &TableError) -> Option<String> {
    if let Some((wrong, right)) = error.other_file() {
        let (wrong, right) = (wrong.to_str()?, right.to_str()?);
        return typed::with_word_in(&["--input", "-i"], wrong, right)
            .or_else(|| typed::with_word(wrong, right));
    }
    if let Some((flag, has_value)) = error.flag_too_many() {
        return Some(typed::without_flag(flag, has_value));
    }
    Some(typed::with_flags(&error.flags()?))
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        Self::new(exit::INTERNAL, ErrorCode::Registry, error.to_string())
            .hint("this program was put together wrongly: see the plugin list of its cli crate")
    }
}
