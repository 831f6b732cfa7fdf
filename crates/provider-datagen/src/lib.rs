//! The provider `datagen`: DataGen's REST wire format, `POST {base}/api/tools/execute`.
//!
//! The facts about the wire format come from DataGen's public SDK and documentation. This crate sends one
//! attempt and classifies its end; it never retries, waits or stores.

mod classify;
mod envelope;
mod prose;
mod repair;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use marl_core::{
    Call, Connection, Error, Provider, Registration, Reply, SmolStr,
    provider::{Attempt, Failure, Limits, Operation, Operations, Outgoing, ProviderInfo},
};
use serde_json::json;
use wire::{Client, Request};

/// The registered name, which contracts use.
pub const NAME: &str = "datagen";

/// The facts about DataGen.
pub static INFO: ProviderInfo = ProviderInfo {
    name: SmolStr::new_static(NAME),
    description: SmolStr::new_static(
        "DataGen: LinkedIn data, web research and any connected tool, by one key",
    ),
    key_variable: Some(SmolStr::new_static("DATAGEN_API_KEY")),
    base_variable: SmolStr::new_static("DATAGEN_API_BASE_URL"),
    default_base: SmolStr::new_static("https://api.datagen.dev"),
    operations: Operations::constant(OPERATIONS, Operation::paid(Duration::from_secs(180))),
    limits: Limits::NONE,
    check: Some(SmolStr::new_static("listTools")),
};

/// The tools whose answers come soon. Any other tool may browse before it answers: a minute is not
/// enough for that, and giving up leaves a call that may have been paid for.
const OPERATIONS: &[(SmolStr, Operation)] = &[
    (SmolStr::new_static("listTools"), Operation::free(SOON)),
    (SmolStr::new_static("searchTools"), Operation::free(SOON)),
    (SmolStr::new_static("getToolDetails"), Operation::free(SOON)),
    (SmolStr::new_static("get_linkedin_person_data"), Operation::paid(SOON)),
];

const SOON: Duration = Duration::from_secs(60);

inventory::submit! { Registration::provider(&INFO, |connection| Box::new(DataGen::new(connection))) }

/// The DataGen provider.
pub struct DataGen {
    client: Client,
}

impl DataGen {
    /// A provider with this key and base address. Builds no client and sends nothing yet.
    pub fn new(connection: Connection) -> Self {
        Self { client: Client::new("DataGen", &INFO, connection) }
    }
}

#[async_trait]
impl Provider for DataGen {
    fn info(&self) -> &ProviderInfo {
        &INFO
    }

    fn ready(&self) -> Result<(), Error> {
        self.client.key_header("").map(drop)
    }

    async fn send(&self, Outgoing { call, .. }: &Outgoing<'_>) -> Attempt {
        let key = match self.client.key_header("") {
            Ok(key) => key,
            Err(error) => return Failure { retryable: false, ..Failure::not_sent(error) }.into(),
        };
        let body = json!({"tool_alias_name": call.operation, "parameters": call.parameters});
        let request = Request::post_json("/api/tools/execute", &body).header("x-api-key", key);
        self.client.attempt(request, |status, body| classify::answer(&call.operation, status, body)).await
    }

    fn read(&self, call: &Call, body: &str) -> Result<Reply, Error> {
        classify::read(&call.operation, &self.client.redacted(body))
    }

    fn read_unusable(&self, call: &Call, body: &str) -> Result<Reply, Error> {
        classify::read_unusable(&call.operation, &self.client.redacted(body))
    }
}
