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
    Call, Connection, Error, Names, Provider, Registration, Reply, SmolStr,
    provider::{Attempt, Failure, ProviderInfo},
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
    key_variable: SmolStr::new_static("DATAGEN_API_KEY"),
    base_variable: SmolStr::new_static("DATAGEN_API_BASE_URL"),
    default_base: SmolStr::new_static("https://api.datagen.dev"),
    free_operations: Names::constant(&["listTools", "searchTools", "getToolDetails"]),
};

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

    /// Research tools browse before they answer and need more than a minute. Giving up early would leave a
    /// call that may have been paid for.
    fn timeout(&self, operation: &str) -> Duration {
        let slow = ["research", "search", "extract", "writer", "findall", "mcp_"];
        let operation = operation.to_lowercase();
        let seconds = if slow.iter().any(|word| operation.contains(word)) { 180 } else { 60 };
        Duration::from_secs(seconds)
    }

    fn ready(&self) -> Result<(), Error> {
        self.client.key_header("").map(drop)
    }

    async fn send(&self, call: &Call) -> Attempt {
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
