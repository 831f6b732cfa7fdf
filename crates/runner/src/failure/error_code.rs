//! The words by which programs tell errors apart. A word never changes its meaning.

use marl_core::ErrorKind;
use schemars::JsonSchema;
use serde::Serialize;

/// What kind of error a command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The command line, the settings or a recipe is not right.
    Usage,
    /// The table cannot be read, or the output cannot be written.
    Table,
    /// The file at the output's name is not one that this run may replace.
    OutputExists,
    /// The steps do not fit the table or each other.
    Plan,
    /// Something moved since the plan was made.
    PlanChanged,
    /// What the plan's hash allows was bought already, or another run is using it.
    ConsentUsed,
    /// Whoever set marl up asks for a plan's hash or a cap before anything is bought.
    ConsentNeeded,
    /// What was named does not exist.
    NotFound,
    /// The ledger cannot be used.
    Ledger,
    /// This program was put together wrongly.
    Registry,
    /// A defect of marl, or the machine failed.
    Internal,
    /// A parameter is not what the provider takes.
    InvalidInput,
    /// The key is missing or refused.
    Auth,
    /// The account is out of credit.
    QuotaExhausted,
    /// The provider asked to slow down, to the last attempt.
    RateLimited,
    /// No answer in time, and asking again was not allowed or did not help.
    Timeout,
    /// The provider could not be reached.
    Network,
    /// The provider answered with an error.
    Upstream,
    /// The answer came whole but cannot be used.
    BadReply,
    /// The provider does not know the tool.
    ToolNotFound,
    /// The call was sent and may have been paid for, and no answer is known.
    InDoubt,
}

impl From<ErrorKind> for ErrorCode {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidInput => Self::InvalidInput,
            ErrorKind::Auth => Self::Auth,
            ErrorKind::QuotaExhausted => Self::QuotaExhausted,
            ErrorKind::RateLimited => Self::RateLimited,
            ErrorKind::Timeout => Self::Timeout,
            ErrorKind::Network => Self::Network,
            ErrorKind::Upstream => Self::Upstream,
            ErrorKind::BadReply => Self::BadReply,
            ErrorKind::ToolNotFound => Self::ToolNotFound,
            ErrorKind::InDoubt => Self::InDoubt,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calls_error_has_the_same_word_everywhere() {
        for kind in ErrorKind::ALL {
            assert_eq!(serde_json::to_value(ErrorCode::from(kind)).unwrap(), kind.name());
        }
    }
}
