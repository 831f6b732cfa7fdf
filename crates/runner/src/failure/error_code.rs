//! The stable error codes that programs branch on. A code never changes its meaning.

use marl_core::ErrorKind;
use schemars::JsonSchema;
use serde::Serialize;

/// The kind of error that a command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The command line, the settings or a recipe is wrong.
    Usage,
    /// The table cannot be read, or the output cannot be written.
    Table,
    /// This run must not replace the file at the output's path.
    OutputExists,
    /// The steps do not fit the table or each other.
    Plan,
    /// Something changed since the plan was made.
    PlanChanged,
    /// What the plan's hash allows was already bought, or another run is using the hash.
    ConsentUsed,
    /// The settings require a plan's hash or a cap before anything is bought.
    ConsentNeeded,
    /// Something that the command names does not exist.
    NotFound,
    /// The ledger cannot be used.
    Ledger,
    /// The program was built with a wrong list of plugins.
    Registry,
    /// A defect of marl, or a failure of the machine.
    Internal,
    /// The provider does not accept a parameter.
    InvalidInput,
    /// The key is missing or refused.
    Auth,
    /// The account is out of credit.
    QuotaExhausted,
    /// The provider still asked to slow down at the last attempt.
    RateLimited,
    /// No answer came in time, and another attempt was not allowed or did not help.
    Timeout,
    /// The provider could not be reached.
    Network,
    /// The provider answered with an error.
    Upstream,
    /// The answer arrived complete and cannot be used.
    BadReply,
    /// The provider does not know the operation.
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
    fn a_calls_error_has_the_same_code_everywhere() {
        for kind in ErrorKind::ALL {
            assert_eq!(serde_json::to_value(ErrorCode::from(kind)).unwrap(), kind.name());
        }
    }
}
