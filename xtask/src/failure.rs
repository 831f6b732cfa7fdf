//! The failure of a command: message, cause and hints. `console` prints it.

use std::fmt;

/// A failure to be shown to the user. Texts are in lower case without a full stop.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) cause: Option<String>,
    pub(crate) hints: Vec<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None, hints: Vec::new() }
    }

    #[must_use]
    pub(crate) fn caused_by(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
