//! The trait of integrations. It defines the interface only.

use async_trait::async_trait;

use crate::{Context, Contract, Error, Fields, Row};

/// A plugin that translates a row into calls, and their replies into fields.
///
/// An integration only translates: it does not retry, sleep, cache, throttle, spawn, print, read the
/// environment or build a client. All policy lives in the gateway behind [`Context::call`].
#[async_trait]
pub trait Integration: Send + Sync {
    /// The contract. It must not change during the life of the integration.
    fn contract(&self) -> &Contract;

    /// Translates the declared inputs of one row into calls, and their replies into fields. An empty
    /// result means no data.
    ///
    /// # Errors
    /// The error of a call, passed on, or a `bad_reply` that says what could not be read.
    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error>;
}
