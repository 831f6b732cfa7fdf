//! One attempt over HTTP: the request, the bounded reply, and which errors left doubt.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use marl_core::{
    Call, Connection, Error, ErrorKind, Secret,
    provider::{Attempt, AttemptEnd, Failure},
};
use reqwest::{
    Response,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use serde_json::json;

use crate::{CARD, classify};

/// The largest reply kept. Research answers have a few kilobytes.
const MAX_REPLY: usize = 8 * 1024 * 1024;

/// How long connecting may take; nothing was sent when it is up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle connections are dropped soon: one that the server closes while a request is written
/// looks like a cut answer, and leaves a doubt where there is none.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

pub(crate) struct Client {
    connection: Connection,
    http: OnceLock<Result<reqwest::Client, Error>>,
}

impl Client {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, http: OnceLock::new() }
    }

    pub(crate) fn key(&self) -> Result<&Secret, Error> {
        let missing = || Error::new(ErrorKind::Auth, format!("{} is not set", CARD.key_variable));
        self.connection.key.as_ref().filter(|key| !key.expose().is_empty()).ok_or_else(missing)
    }

    pub(crate) async fn execute(&self, call: &Call) -> Attempt {
        match self.post(call).await {
            Ok(response) => {
                let request_id = header(&response, "x-request-id");
                let end = self.end(call, response).await;
                Attempt { end, request_id }
            }
            Err(failure) => (*failure).into(),
        }
    }

    async fn post(&self, call: &Call) -> Result<Response, Box<Failure>> {
        let never = |error: Error| Box::new(Failure { retryable: false, ..Failure::not_sent(error) });
        let key = self.key().map_err(never)?;
        let mut key = HeaderValue::from_str(key.expose()).map_err(|_| {
            let message = format!("{} holds a character that no key has", CARD.key_variable);
            never(Error::new(ErrorKind::Auth, message))
        })?;
        key.set_sensitive(true);
        let http = self.http().map_err(never)?;
        let body = json!({"tool_alias_name": call.operation, "parameters": call.parameters});
        http.post(format!("{}/api/tools/execute", self.connection.base_url))
            .header("X-API-Key", key)
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .send()
            .await
            .map_err(|error| Box::new(transport(error)))
    }

    async fn end(&self, call: &Call, response: Response) -> AttemptEnd {
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = match whole_body(response).await {
            Ok(body) => self.redact(body),
            // A refusal is a refusal, whatever became of its body.
            Err(_) if !(200..300).contains(&status) => String::new(),
            Err(failure) => return AttemptEnd::Failed(*failure),
        };
        let mut end = classify::answer(&call.operation, status, body);
        if let AttemptEnd::Failed(failure) = &mut end {
            failure.retry_after = retry_after;
        }
        end
    }

    /// What a server echoes may hold the key.
    fn redact(&self, body: String) -> String {
        match &self.connection.key {
            Some(key) => key.redact(body),
            None => body,
        }
    }

    /// The client is built at the first send: loading the trusted roots takes its time, and
    /// most commands send nothing.
    fn http(&self) -> Result<&reqwest::Client, Error> {
        self.http.get_or_init(|| build(&self.connection.base_url)).as_ref().map_err(Clone::clone)
    }
}

fn build(base_url: &str) -> Result<reqwest::Client, Error> {
    // Fails when one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("marl/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(redirect::Policy::none())
        .http1_only();
    if base_url.starts_with("http:") {
        // Only a loopback address may be plain: no proxy is asked and no roots are loaded.
        builder = builder.no_proxy().tls_certs_only([]);
    }
    builder.build().map_err(|error| Error::internal("the HTTP client cannot be built").caused_by(error))
}

/// A connection that was never made sent nothing; anything later leaves a doubt.
fn transport(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_builder() {
        let failure = Failure::not_sent(Error::internal("the request cannot be built").caused_by(error));
        return Failure { retryable: false, ..failure };
    }
    let detail = deepest(&error);
    if error.is_connect() {
        let message = "DataGen cannot be reached";
        return Failure::not_sent(
            Error::new(ErrorKind::Network, message).with_detail(detail).caused_by(error),
        );
    }
    let message = "the connection to DataGen broke before a whole answer came";
    Failure::in_doubt(Error::new(ErrorKind::Network, message).with_detail(detail).caused_by(error))
}

fn deepest(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

async fn whole_body(mut response: Response) -> Result<String, Box<Failure>> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_REPLY => {
                let message = format!("the answer is larger than {} MiB", MAX_REPLY / (1024 * 1024));
                return Err(Box::new(Failure::unusable(Error::bad_reply(message))));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(Box::new(transport(error))),
        }
    }
    Ok(String::from_utf8(body)
        .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned()))
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(|value| marl_core::excerpt(value, 100))
}

/// `Retry-After` in seconds or as a date. A day is the most that is believed.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match value.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => {
            httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).unwrap_or_default()
        }
    };
    Some(wait.min(Duration::from_secs(24 * 60 * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        retry_after(&headers)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(after("3"), Some(Duration::from_secs(3)));
        assert_eq!(after("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(after("99999999999"), Some(Duration::from_secs(86_400)));
        assert_eq!(after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["-1", "soon", "", "1e400", "NaN"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }
}
