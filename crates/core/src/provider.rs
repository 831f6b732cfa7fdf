//! The trait of a provider: it speaks one vendor's wire format and knows no policy.
//!
//! A provider sends an attempt and says what its end means. Whether to try again, to wait
//! or to stop is the gateway's to decide.

use std::time::Duration;

use async_trait::async_trait;
use smol_str::SmolStr;

use crate::{Call, Error, Names, Reply, Secret};

/// What a provider says of itself, so that policy can be kept outside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderInfo {
    /// The name in contracts, settings and talk.
    pub name: SmolStr,
    /// One sentence.
    pub description: SmolStr,
    /// The environment variable that holds the key.
    pub key_variable: SmolStr,
    /// The environment variable that overrides the base address.
    pub base_variable: SmolStr,
    /// The vendor's base address.
    pub default_base: SmolStr,
    /// Operations that cost nothing and change nothing: sent again without asking. An
    /// operation that is not listed counts as paid.
    pub free_operations: Names,
}

/// What a provider is made with.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The base address, without a slash at the end.
    pub base_url: String,
    /// The key; `None` is an error only when the first call has to be sent.
    pub key: Option<Secret>,
    /// Whom a vendor can write to about the requests, in the words of the user's settings.
    pub contact: Option<String>,
}

/// A plugin that speaks one vendor's wire format.
#[async_trait]
pub trait Provider: Send + Sync {
    /// What policy needs to know of the vendor: the same as long as it lives.
    fn info(&self) -> &ProviderInfo;

    /// How long to wait for an answer to an operation. Giving up leaves a call in doubt, so be generous.
    fn timeout(&self, operation: &str) -> Duration;

    /// Whether a call could be sent at all.
    ///
    /// # Errors
    /// The key is missing.
    fn ready(&self) -> Result<(), Error>;

    /// Sends one attempt. Follows no redirects, bounds the reply's size, and gives up by
    /// itself only where nothing was sent.
    async fn send(&self, call: &Call) -> Attempt;

    /// Reads a whole reply that [`Provider::send`] called found: pure, so that a stored
    /// reply can be read again by a later version.
    ///
    /// # Errors
    /// A `bad_reply`: the text is not what the vendor documents.
    fn read(&self, call: &Call, body: &str) -> Result<Reply, Error>;

    /// Reads a whole reply that [`Provider::send`] called unusable, and that was paid for: a later
    /// version may understand what an earlier one did not. Pure.
    ///
    /// # Errors
    /// The reply is of no use to this version either.
    fn read_unusable(&self, call: &Call, body: &str) -> Result<Reply, Error> {
        self.read(call, body)
    }
}

/// What one attempt came to.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The end.
    pub end: AttemptEnd,
    /// The vendor's own id of the request, for its support.
    pub request_id: Option<String>,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub enum AttemptEnd {
    /// A whole answer, worth storing: the provider's own text.
    Answered(String),
    /// Anything else.
    Failed(Failure),
}

/// A failed attempt: what is known of it, and nothing about what to do next but hints.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What to tell the row if this was the last attempt.
    pub error: Error,
    /// Whether anything left this machine.
    pub sent: bool,
    /// Whether it was paid for.
    pub bought: Bought,
    /// Whether the same attempt could succeed later.
    pub retryable: bool,
    /// How long the vendor asked to wait.
    pub retry_after: Option<Duration>,
    /// How far the refusal reaches.
    pub reach: Reach,
    /// The provider's own text, where a whole answer came that is of no use.
    pub body: Option<String>,
}

/// Whether an attempt was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bought {
    /// Certainly not.
    No,
    /// Nobody here can tell.
    Maybe,
    /// Yes, and the answer is of no use.
    Yes,
}

/// What a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This call alone.
    Call,
    /// Every call of the operation: the key may not use the tool.
    Operation,
    /// Every call of the provider: the key is refused.
    Provider,
    /// Every call of the provider, if a further attempt says the same: a part of the
    /// refusals for credit are false.
    ProviderIfRepeated,
}

impl Failure {
    /// Nothing left this machine: name not found, refused, no connection in time.
    pub fn not_sent(error: Error) -> Self {
        Self { sent: false, retryable: true, ..Self::refused(error) }
    }

    /// The request left this machine, and what stands before the vendor could not hand it
    /// on: counted as sent, not bought, and it may pass.
    pub fn undelivered(error: Error) -> Self {
        Self { sent: true, ..Self::not_sent(error) }
    }

    /// The vendor refused the call: not billed, and the same again would not help.
    pub fn refused(error: Error) -> Self {
        Self {
            error,
            sent: true,
            bought: Bought::No,
            retryable: false,
            retry_after: None,
            reach: Reach::Call,
            body: None,
        }
    }

    /// The vendor answered with an error that may pass, and does not bill it. An error that is
    /// billed is [`Failure::unusable`]: paid for, and recorded as such.
    pub fn transient(error: Error) -> Self {
        Self { retryable: true, ..Self::refused(error) }
    }

    /// The request left and no whole answer came: nobody can tell whether it was billed.
    pub fn in_doubt(error: Error) -> Self {
        Self { bought: Bought::Maybe, retryable: true, ..Self::refused(error.billed(true)) }
    }

    /// A whole answer that is of no use; asking again would buy it again.
    pub fn unusable(error: Error) -> Self {
        Self { bought: Bought::Yes, ..Self::refused(error.billed(true)) }
    }

    /// Keeps the provider's own text: it is stored with what was paid for.
    #[must_use]
    pub fn with_body(mut self, body: String) -> Self {
        self.body = Some(body);
        self
    }

    /// Says how far the refusal reaches.
    #[must_use]
    pub fn reaching(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self { end: AttemptEnd::Failed(failure), request_id: None }
    }
}
