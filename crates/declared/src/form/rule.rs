//! Rules that say what an answer means. This module declares; `reply` applies rules.

use super::Pointer;

/// What an answer means. The house's meaning of each word is in `reply::verdict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The answer holds what was asked for.
    Found,
    /// The vendor searched and has nothing.
    NoData,
    /// The vendor works on the call and answers later.
    Pending,
    /// The vendor does not accept the parameters.
    InvalidInput,
    /// The vendor may not answer about this person or company.
    Blocked,
    /// The vendor refuses the call for another reason.
    Refused,
    /// The key is refused.
    Auth,
    /// The key may not use this operation.
    Forbidden,
    /// The account is out of credit.
    OutOfCredit,
    /// Too many requests.
    SlowDown,
    /// A temporary error that is not billed.
    TryAgain,
    /// A proxy could not forward the request.
    Undelivered,
    /// The answer was lost, and the call may be billed.
    InDoubt,
    /// The answer is complete, paid for and useless.
    Unusable,
}

impl Word {
    /// All words, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::Found,
        Self::NoData,
        Self::Pending,
        Self::InvalidInput,
        Self::Blocked,
        Self::Refused,
        Self::Auth,
        Self::Forbidden,
        Self::OutOfCredit,
        Self::SlowDown,
        Self::TryAgain,
        Self::Undelivered,
        Self::InDoubt,
        Self::Unusable,
    ];

    /// The word in a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NoData => "no_data",
            Self::Pending => "pending",
            Self::InvalidInput => "invalid_input",
            Self::Blocked => "blocked",
            Self::Refused => "refused",
            Self::Auth => "auth",
            Self::Forbidden => "forbidden",
            Self::OutOfCredit => "out_of_credit",
            Self::SlowDown => "slow_down",
            Self::TryAgain => "try_again",
            Self::Undelivered => "undelivered",
            Self::InDoubt => "in_doubt",
            Self::Unusable => "unusable",
        }
    }

    /// The word of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name() == name)
    }

    /// Whether an answer with this meaning is stored.
    pub(crate) fn is_answer(self) -> bool {
        matches!(self, Self::Found | Self::NoData)
    }
}

/// A rule: an answer that fits the condition has this meaning.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) when: Condition,
    pub(crate) is: Word,
    /// Where the answer explains itself; empty if the provider's places are used.
    pub(crate) say: Vec<Pointer>,
}

/// A condition on an answer. All parts must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    /// The status is one of these; empty if any will do.
    pub(crate) status: Vec<StatusRange>,
    /// Tests of the body.
    pub(crate) tests: Vec<Test>,
}

/// The statuses from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatusRange(pub(crate) u16, pub(crate) u16);

/// A test of the body.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// The value is missing, null, or an empty text, list or table.
    Empty(Pointer),
    /// The value is one of these.
    Equals(Pointer, Vec<serde_json::Value>),
    /// The text contains this text, ignoring the case of ASCII letters. Without a pointer, the text is the
    /// whole body.
    Contains(Option<Pointer>, String),
}
