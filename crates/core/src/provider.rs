//! The trait of providers. A provider speaks one vendor's wire format and holds no policy.
//!
//! A provider sends an attempt and classifies how it ended. Whether to retry, wait or stop is for the
//! gateway to decide.

mod operation;

use std::time::Duration;

use async_trait::async_trait;
use smol_str::SmolStr;

use crate::{Call, Error, Reply, Secret};

pub use operation::{Bills, Bulk, Counted, Limits, Operation, Operations, Poll, Price, RetryPolicy, Window};

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
    /// The vendor's limits on the requests of all operations together.
    pub limits: Limits,
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
    async fn send(&self, outgoing: &Outgoing<'_>) -> Attempt;

    /// Sends calls of one operation in one request, as [`Provider::send`] does for one call. The gateway
    /// uses this for operations with a [`Bulk`] form, also when only one call waits.
    ///
    /// Returns one attempt for each call, in the order of the calls. The implementation finds each call's
    /// part of the answer by what the vendor returns with it, never by its place. The stored text of a call
    /// is its part alone.
    async fn send_many(&self, outgoing: &[Outgoing<'_>]) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for outgoing in outgoing {
            attempts.push(self.send(outgoing).await);
        }
        attempts
    }

    /// Asks for answers that [`AttemptEnd::Pending`] announced, for calls that share one handle. The request
    /// is free. Returns one attempt for each call, in the order of the calls:
    ///
    /// - `Pending` while the vendor works on the call;
    /// - `Answered`, `GivenUp`, or a failure that was paid for, once that is the end of the call;
    /// - any other failure if the request itself failed. The call then stays pending.
    async fn poll(&self, outgoing: &[Outgoing<'_>], handle: &str) -> Vec<Attempt> {
        let _ = handle;
        let error = || Error::internal(format!("{} cannot be asked for answers", self.info().name));
        outgoing.iter().map(|_| Failure::transient(error()).into()).collect()
    }

    /// What a call is about where that is a party of its own, such as the host of a website. Calls about one
    /// target are made one after another. `None` if only the vendor is asked.
    fn target(&self, call: &Call) -> Option<SmolStr> {
        let _ = call;
        None
    }

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

/// A call on its way to the vendor.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The call.
    pub call: &'a Call,
    /// The call's key in the ledger, as 64 hexadecimal digits. Equal calls have equal keys, in every run.
    pub key: &'a str,
    /// The idempotency key, for operations that declare one. Attempts of one purchase share it.
    pub idempotency_key: Option<&'a str>,
}

impl<'a> Outgoing<'a> {
    /// A call that is sent outside of the gateway, such as a test of the connection.
    pub fn unrecorded(call: &'a Call) -> Self {
        Self { call, key: "", idempotency_key: None }
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
    /// The vendor accepted the call and answers later.
    Pending {
        /// What [`Provider::poll`] needs to ask for the answer, now or in a later run. Not a secret.
        handle: String,
    },
    /// The vendor gave up a call that it had promised to answer, and bills nothing.
    GivenUp(Error),
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
