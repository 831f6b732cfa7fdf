//! Tests of the sandbox over real HTTP.
#![expect(clippy::unwrap_used, reason = "clippy does not recognise helpers of tests as tests")]

mod billing;
mod every_vendor;
mod faults;
mod fullenrich;
mod limits;
mod pdl;
mod server;
mod tokens;
mod tools;

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use sandbox::{Fault, FaultKind, Options, Sandbox, VendorStats};
use serde_json::{Value, json};

/// A sandbox and a client for it.
struct Caller {
    sandbox: Sandbox,
    client: Client,
}

impl Caller {
    async fn with(options: Options) -> Self {
        Self { sandbox: Sandbox::start(options).await.unwrap(), client: client() }
    }

    async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// A sandbox in which every arrival meets this fault.
    async fn with_fault(kind: FaultKind) -> Self {
        let faults = vec![Fault { kind, rate: 1.0 }];
        Self::with(Options { faults, slow_for: Duration::from_millis(80), ..Options::default() }).await
    }

    async fn send(&self, tool: &str, parameters: Value) -> reqwest::Result<Response> {
        self.post(json!({ "tool_alias_name": tool, "parameters": parameters }).to_string(), "key").await
    }

    async fn post(&self, body: impl Into<reqwest::Body>, key: &str) -> reqwest::Result<Response> {
        let url = self.sandbox.base("datagen") + "/api/tools/execute";
        self.client.post(url).header("X-API-Key", key).body(body).send().await
    }

    /// Gets a path below the vendor's base address.
    async fn get_from(&self, vendor: &str, path: &str) -> reqwest::Result<Response> {
        self.with_key(self.client.get(self.sandbox.base(vendor) + path)).send().await
    }

    /// Posts JSON to a path below the vendor's base address.
    async fn post_to(&self, vendor: &str, path: &str, body: &Value) -> reqwest::Result<Response> {
        let request = self.client.post(self.sandbox.base(vendor) + path).body(body.to_string());
        self.with_key(request).send().await
    }

    /// A request with a key in each place where a vendor looks for one.
    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("X-Api-Key", "key").header("Authorization", "Bearer key")
    }

    /// The statistics of one vendor.
    fn stats_of(&self, vendor: &str) -> VendorStats {
        self.sandbox.stats().vendors[vendor].clone()
    }

    /// The `data` of a successful response.
    async fn data(&self, tool: &str, parameters: Value) -> Value {
        let response = self.send(tool, parameters).await.unwrap();
        assert_eq!(response.status(), 200);
        let body = json_of(response).await;
        assert_eq!(body["success"], true);
        body["data"].clone()
    }

    async fn profile(&self, slug: &str) -> Value {
        self.data("get_linkedin_person_data", profile(slug)).await
    }
}

fn client() -> Client {
    // An error means that another test of this process was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn profile(slug: &str) -> Value {
    json!({ "linkedin_url": format!("https://www.linkedin.com/in/{slug}") })
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}
