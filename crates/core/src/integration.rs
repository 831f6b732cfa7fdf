//! The trait of an integration.

use async_trait::async_trait;

use crate::{Context, Contract, Error, Fields, Row};

/// A plugin that translates a row into calls, and their replies into fields.
///
/// It translates and nothing else: it does not retry, sleep, cache, throttle, spawn, print,
/// read the environment or build a client. All policy lives in the gateway behind
/// [`Context::call`].
#[async_trait]
pub trait Integration: Send + Sync {
    /// What this integration needs, gives and may call: the same as long as it lives.
    fn contract(&self) -> &Contract;

    /// Translates one row's declared inputs into calls, and their replies into fields.
    /// No field at all means *no data*.
    ///
    /// # Errors
    /// The error of a call, passed on, or a `bad_reply` that says what could not be read.
    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error>;
}
