//! The error type of calls and integrations.
//!
//! The kind is for programs, the message for people. An error concerns a single row: it never ends a run.
//! Failures of whole commands are the runner's.

use std::{error, fmt, sync::Arc};

use schemars::JsonSchema;
use serde::Serialize;

/// The kind of a failed step or call. The names are part of the JSON interface.
#[derive(Debug, Clone, Copy, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The contract or the provider does not accept a cell or parameter.
    InvalidInput,
    /// The key is missing or was refused.
    Auth,
    /// The account is out of credit.
    QuotaExhausted,
    /// The provider asked to slow down until the last attempt.
    RateLimited,
    /// No answer came in time, and another attempt was not allowed or did not help.
    Timeout,
    /// The provider could not be reached.
    Network,
    /// The provider answered with an error.
    Upstream,
    /// A complete answer came but cannot be used.
    BadReply,
    /// The provider does not know the operation.
    ToolNotFound,
    /// The call was sent and may have been paid for, but no answer is known.
    InDoubt,
    /// A defect of an integration or of marl.
    Internal,
}

impl ErrorKind {
    /// The name in JSON, in the errors file and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Auth => "auth",
            Self::QuotaExhausted => "quota_exhausted",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::Network => "network",
            Self::Upstream => "upstream",
            Self::BadReply => "bad_reply",
            Self::ToolNotFound => "tool_not_found",
            Self::InDoubt => "in_doubt",
            Self::Internal => "internal",
        }
    }
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::InvalidInput,
        Self::Auth,
        Self::QuotaExhausted,
        Self::RateLimited,
        Self::Timeout,
        Self::Network,
        Self::Upstream,
        Self::BadReply,
        Self::ToolNotFound,
        Self::InDoubt,
        Self::Internal,
    ];

    /// The kind called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A failure of a call or of a step on one row.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    detail: Option<String>,
    may_be_billed: bool,
    source: Option<Arc<dyn error::Error + Send + Sync>>,
}

impl Error {
    /// The length limit of a message in characters: enough for a reason, too little for a page.
    pub const MAX_MESSAGE: usize = 300;

    /// The length limit of a detail in characters.
    pub const MAX_DETAIL: usize = 120;

    /// An error of `kind`. The message may quote untrusted text: it is put on one line, stripped of control
    /// characters and shortened to [`Self::MAX_MESSAGE`].
    pub fn new(kind: ErrorKind, message: impl AsRef<str>) -> Self {
        let message = excerpt(message.as_ref(), Self::MAX_MESSAGE);
        Self { kind, message, detail: None, may_be_billed: false, source: None }
    }

    /// An error for an answer that came but cannot be used. The call counts as paid for.
    pub fn bad_reply(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::BadReply, message).billed(true)
    }

    /// An error for a value that cannot be asked about.
    pub fn invalid_input(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// An error for a defect of an integration or of marl.
    pub fn internal(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Sets whether the call behind the error may have been paid for.
    #[must_use]
    pub fn billed(mut self, may_be_billed: bool) -> Self {
        self.may_be_billed = may_be_billed;
        self
    }

    /// Adds what differs from row to row: the refused value, an excerpt of the answer. The detail is
    /// separate from the message so that equal failures can be counted together.
    #[must_use]
    pub fn with_detail(mut self, detail: impl AsRef<str>) -> Self {
        self.detail = Some(excerpt(detail.as_ref(), Self::MAX_DETAIL));
        self
    }

    /// Adds the underlying error.
    #[must_use]
    pub fn caused_by(mut self, source: impl error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Replaces the kind, for example when a retryable failure becomes final.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// The kind, for programs.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message for people, without the kind and the detail.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The part that differs from row to row.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The message with its detail.
    pub fn full_message(&self) -> String {
        match &self.detail {
            Some(detail) => format!("{}: \"{detail}\"", self.message),
            None => self.message.clone(),
        }
    }

    /// Whether the call behind the error may have been paid for.
    pub fn may_be_billed(&self) -> bool {
        self.may_be_billed
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.full_message())
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// `text` on one line, without control characters, shortened to `most` characters.
pub fn excerpt(text: &str, most: usize) -> String {
    // Take more than `most`, because white space folds, but not everything, because a reply may be huge.
    let head: String = text.chars().take(most * 4).collect();
    let clean = match crate::SemanticType::Text.read(&head) {
        Ok(value) => value.to_string(),
        Err(_) => return String::new(),
    };
    if clean.chars().count() <= most && head.len() == text.len() {
        return clean;
    }
    clean.chars().take(most.saturating_sub(3)).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_bounded_line() {
        let error = Error::new(ErrorKind::Upstream, format!("a\n\u{1b}[31mb{}", "x".repeat(9_000)));
        assert_eq!(error.message().chars().count(), Error::MAX_MESSAGE);
        assert!(error.to_string().starts_with("upstream: a bxxx"));
        assert!(error.message().ends_with("..."));
    }
}
