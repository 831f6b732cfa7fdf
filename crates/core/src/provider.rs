//! The trait of providers. A provider speaks one vendor's wire format and holds no policy.
//!
//! A provider sends an attempt and classifies how it ended. Whether to retry, wait or stop is for the
//! gateway to decide.

mod operation;

use std::time::Duration;

use async_trait::async_trait;
use smol_str::SmolStr;

use crate::{Call, Error, Reply, Secret};

pub use operation::{Bills, Operation, Operations, Price};

/// The facts about a provider that policy outside of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderInfo {
    /// The name in contracts, settings and messages.
    pub name: SmolStr,
    /// The description, in one sentence.
    pub description: SmolStr,
    /// The environment variable that holds the key; `None` if the provider needs no key. Such a provider is
    /// connected without one, and is always ready.
    pub key_variable: Option<SmolStr>,
    /// The environment variable that overrides the base address.
    pub base_variable: SmolStr,
    /// The vendor's base address.
    pub default_base: SmolStr,
    /// Its operations: what each bills and how long it takes.
    pub operations: Operations,
    /// A free operation without parameters, with which `marl doctor` tests the connection.
    pub check: Option<SmolStr>,
}

/// The parameters for creating a provider.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The base address, without a trailing slash.
    pub base_url: String,
    /// The key; `None` for a provider that needs none. A missing key is an error only when the first call has
    /// to be sent.
    pub key: Option<Secret>,
    /// The contact whom a vendor can reach about the requests, as written in the user's settings.
    pub contact: Option<String>,
}

/// A plugin that speaks one vendor's wire format.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The facts about the vendor. They must not change during the life of the provider.
    fn info(&self) -> &ProviderInfo;

    /// Checks that a call could be sent.
    ///
    /// # Errors
    /// `auth` when the key is missing, for a provider that needs one.
    fn ready(&self) -> Result<(), Error>;

    /// Sends one attempt. The implementation follows no redirects, bounds the size of the reply, and gives
    /// up before the timeout only when nothing was sent.
    async fn send(&self, call: &Call) -> Attempt;

    /// Reads a complete reply that [`Provider::send`] classified as answered. The function is pure, so that
    /// a later version can read a stored reply again.
    ///
    /// # Errors
    /// A `bad_reply` when the text is not what the vendor documents.
    fn read(&self, call: &Call, body: &str) -> Result<Reply, Error>;

    /// Reads a complete reply that [`Provider::send`] classified as unusable and that was paid for. A later
    /// version may understand a reply that an earlier one did not. The function is pure.
    ///
    /// # Errors
    /// A `bad_reply` when this version cannot use the reply either.
    fn read_unusable(&self, call: &Call, body: &str) -> Result<Reply, Error> {
        self.read(call, body)
    }
}

/// The result of one attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// How the attempt ended.
    pub end: AttemptEnd,
    /// The vendor's id of the request, for support questions.
    pub request_id: Option<String>,
    /// What the vendor says that the attempt cost, in the unit of the operation's price.
    pub cost: Option<f64>,
}

impl Attempt {
    /// An attempt that ended with a complete answer.
    pub fn answered(body: String) -> Self {
        AttemptEnd::Answered(body).into()
    }
}

impl From<AttemptEnd> for Attempt {
    fn from(end: AttemptEnd) -> Self {
        Self { end, request_id: None, cost: None }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub enum AttemptEnd {
    /// A complete answer that is worth storing: the provider's unmodified text.
    Answered(String),
    /// Anything else.
    Failed(Failure),
}

/// The known facts about a failed attempt. The gateway decides what happens next.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The error of the row if this was the last attempt.
    pub error: Error,
    /// Whether any part of the request left this machine.
    pub sent: bool,
    /// Whether the attempt was paid for.
    pub bought: Bought,
    /// Whether the same attempt could succeed later.
    pub retryable: bool,
    /// How long the vendor asked to wait.
    pub retry_after: Option<Duration>,
    /// Which calls the refusal concerns.
    pub reach: Reach,
    /// Who is to blame for the failure.
    pub blame: Blame,
    /// The provider's unmodified text when a complete but unusable answer came.
    pub body: Option<String>,
}

/// Whether an attempt was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bought {
    /// Certainly not.
    No,
    /// Unknown.
    Maybe,
    /// Yes, although the answer is unusable.
    Yes,
}

/// Which calls a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only this call.
    Call,
    /// Every call of the operation: the key may not use the tool.
    Operation,
    /// Every call of the provider: the key is refused.
    Provider,
    /// Every call of the provider, provided that another attempt is refused as well: some refusals for
    /// missing credit are false.
    ProviderIfRepeated,
}

/// Who is to blame for a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The provider: many such failures are an outage, and its calls wait.
    Provider,
    /// What this call alone is about, such as one website: other calls are not held back for it.
    Target,
}

impl Failure {
    /// Nothing left this machine: the name was not found, or no connection was made.
    pub fn not_sent(error: Error) -> Self {
        Self { sent: false, retryable: true, ..Self::refused(error) }
    }

    /// The request was sent, but a proxy in front of the vendor could not forward it. The attempt counts
    /// as sent and not bought, and may be repeated.
    pub fn undelivered(error: Error) -> Self {
        Self { sent: true, ..Self::not_sent(error) }
    }

    /// The vendor refused the call. The call is not billed, and repeating it would not help.
    pub fn refused(error: Error) -> Self {
        Self {
            error,
            sent: true,
            bought: Bought::No,
            retryable: false,
            retry_after: None,
            reach: Reach::Call,
            blame: Blame::Provider,
            body: None,
        }
    }

    /// The vendor answered with a temporary error that is not billed. A billed error is
    /// [`Failure::unusable`], and is recorded as paid for.
    pub fn transient(error: Error) -> Self {
        Self { retryable: true, ..Self::refused(error) }
    }

    /// The request was sent and no complete answer came. Whether it was billed is unknown.
    pub fn in_doubt(error: Error) -> Self {
        Self { bought: Bought::Maybe, retryable: true, ..Self::refused(error.billed(true)) }
    }

    /// A complete but unusable answer came. Another attempt would be paid for again.
    pub fn unusable(error: Error) -> Self {
        Self { bought: Bought::Yes, ..Self::refused(error.billed(true)) }
    }

    /// Keeps the provider's text, which the ledger stores with a paid failure.
    #[must_use]
    pub fn with_body(mut self, body: String) -> Self {
        self.body = Some(body);
        self
    }

    /// Says that the target of the call failed, and not the provider.
    #[must_use]
    pub fn of_target(mut self) -> Self {
        self.blame = Blame::Target;
        self
    }

    /// Sets which calls the refusal concerns.
    #[must_use]
    pub fn reaching(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        AttemptEnd::Failed(failure).into()
    }
}
