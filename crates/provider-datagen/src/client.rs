//! One attempt over HTTP: the request, the bounded reply, and which errors left doubt.

use std::{
    borrow::Cow,
    error,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use marl_core::{
    Call, Connection, Error, ErrorKind, Secret,
    provider::{Attempt, AttemptEnd, Bought, Failure},
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

/// How many headers an answer may have: an answer with more is lost and leaves a doubt. Proxies and
/// edge networks add their own.
const MOST_HEADERS: usize = 1_000;

/// How much of a refusal's body is read, and for how long: its status says what it is, and
/// the body only why.
const MAX_REFUSAL: usize = 64 * 1024;
const REFUSAL_TIME: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(5) };

/// How long connecting may take; nothing was sent when it is up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle connections are dropped soon: one that the server closes while a request is written
/// looks like a cut answer, and leaves a doubt where there is none.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

pub(crate) struct Client {
    connection: Connection,
    reusing: Http,
    fresh: Http,
    /// A connection broke before an answer: it may be that the server closes connections
    /// without saying so, and then every reuse is a gamble on a paid call.
    distrusts: AtomicBool,
}

/// A client is built at the first send: loading the trusted roots takes its time, and most
/// commands send nothing.
type Http = OnceLock<Result<reqwest::Client, Error>>;

impl Client {
    pub(crate) fn new(connection: Connection) -> Self {
        let (reusing, fresh) = (Http::new(), Http::new());
        Self { connection, reusing, fresh, distrusts: AtomicBool::new(false) }
    }

    /// The header that carries the key.
    pub(crate) fn key_header(&self) -> Result<HeaderValue, Error> {
        let wrong = |what| Error::new(ErrorKind::Auth, format!("{} {what}", CARD.key_variable));
        let key = self.connection.key.as_ref().map(Secret::expose).unwrap_or_default();
        if key.is_empty() {
            return Err(wrong("is not set"));
        }
        // A header takes more, but what a copied key has of it is invisible: a tab, a
        // zero-width space.
        let plain = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let header = HeaderValue::from_str(key).ok().filter(|_| plain);
        let mut header = header.ok_or_else(|| wrong("holds a character that no key has"))?;
        header.set_sensitive(true);
        Ok(header)
    }

    pub(crate) async fn execute(&self, call: &Call) -> Attempt {
        match self.post(call).await {
            Ok(response) => {
                let request_id = header(&response, "x-request-id");
                let request_id = request_id.map(|id| marl_core::excerpt(&self.redact(id), 100));
                let end = self.end(call, response).await;
                Attempt { end, request_id }
            }
            Err(failure) => (*failure).into(),
        }
    }

    async fn post(&self, call: &Call) -> Result<Response, Box<Failure>> {
        let never = |error: Error| Box::new(Failure { retryable: false, ..Failure::not_sent(error) });
        let key = self.key_header().map_err(never)?;
        let http = self.http().map_err(never)?;
        let body = json!({"tool_alias_name": call.operation, "parameters": call.parameters});
        http.post(format!("{}/api/tools/execute", self.connection.base_url))
            .header("X-API-Key", key)
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .send()
            .await
            .map_err(|error| {
                let failure = transport(error);
                if failure.bought == Bought::Maybe {
                    self.distrusts.store(true, Ordering::Relaxed);
                }
                Box::new(failure)
            })
    }

    async fn end(&self, call: &Call, response: Response) -> AttemptEnd {
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = if (200..300).contains(&status) {
            match whole_body(response).await {
                Ok(body) => body,
                Err(failure) => return AttemptEnd::Failed(*failure),
            }
        } else {
            refusal_body(response).await
        };
        let body = self.redact(text(body));
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

    /// The same for a stored answer: an earlier version may have stored it with less care.
    pub(crate) fn redacted<'a>(&self, body: &'a str) -> Cow<'a, str> {
        match &self.connection.key {
            Some(key) => key.redacted(body),
            None => Cow::Borrowed(body),
        }
    }

    /// Connections are reused until one breaks. (Tried on loopback: 7,900 calls/s with reuse,
    /// 2,900 without, and far away a TLS handshake a call; a server that closes after each
    /// answer left 7 to 12 doubts in 1,000 calls.)
    fn http(&self) -> Result<&reqwest::Client, Error> {
        let (client, reuse) = match self.distrusts.load(Ordering::Relaxed) {
            true => (&self.fresh, false),
            false => (&self.reusing, true),
        };
        client.get_or_init(|| build(&self.connection.base_url, reuse)).as_ref().map_err(Clone::clone)
    }
}

fn build(base_url: &str, reuse: bool) -> Result<reqwest::Client, Error> {
    // Fails when one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("marl/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(redirect::Policy::none())
        .http1_only()
        .http1_max_headers(MOST_HEADERS);
    if !reuse {
        builder = builder.pool_max_idle_per_host(0);
    }
    if base_url.starts_with("http:") {
        // Only a loopback address may be plain: no proxy is asked and no roots are loaded.
        builder = builder.no_proxy().tls_certs_only([]);
    }
    builder.build().map_err(|error| Error::internal("the HTTP client cannot be built").caused_by(error))
}

/// A connection that was never made sent nothing, nor did a request that was never written;
/// anything later leaves a doubt.
fn transport(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_builder() {
        let failure = Failure::not_sent(Error::internal("the request cannot be built").caused_by(error));
        return Failure { retryable: false, ..failure };
    }
    let detail = deepest(&error);
    if error.is_connect() || never_written(&error) {
        let message = "DataGen cannot be reached";
        return Failure::not_sent(
            Error::new(ErrorKind::Network, message).with_detail(detail).caused_by(error),
        );
    }
    let message = "the connection to DataGen broke before a whole answer came";
    Failure::in_doubt(Error::new(ErrorKind::Network, message).with_detail(detail).caused_by(error))
}

fn chain<'a>(
    error: &'a (dyn error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// Whether hyper took the request back before it wrote any of it. It sends such a request
/// again by itself, unless the connection was a new one.
fn never_written(error: &(dyn error::Error + 'static)) -> bool {
    chain(error).filter_map(|error| error.downcast_ref::<hyper::Error>()).any(hyper::Error::is_canceled)
}

fn deepest(error: &(dyn error::Error + 'static)) -> String {
    chain(error).last().unwrap_or(error).to_string()
}

async fn whole_body(mut response: Response) -> Result<Vec<u8>, Box<Failure>> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_REPLY => {
                let message = format!("the answer is larger than {} MiB", MAX_REPLY / (1024 * 1024));
                return Err(Box::new(Failure::unusable(Error::bad_reply(message))));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(Box::new(transport(error))),
        }
    }
}

/// What comes of a refusal's body soon: a refusal is one, whatever becomes of its body.
async fn refusal_body(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= MAX_REFUSAL {
                break;
            }
        }
    };
    // The time being up is as good an end as any.
    let _ = tokio::time::timeout(REFUSAL_TIME, reading).await;
    body.truncate(MAX_REFUSAL);
    body
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

/// A header's whole text: a key in it is redacted before the text is cut.
fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// The longest wait that is believed.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match value.parse::<f64>() {
        // Numbers that no duration holds are long all the same.
        Ok(seconds) if seconds >= 0.0 => Duration::from_secs_f64(seconds.min(LONGEST_WAIT.as_secs_f64())),
        Ok(_) => return None,
        Err(_) => {
            httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_WAIT))
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
        assert_eq!(after("1e20"), Some(Duration::from_secs(86_400)));
        assert_eq!(after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["-1", "soon", "", "-1e400", "NaN"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }

    #[tokio::test]
    async fn a_request_that_was_never_written_was_not_sent() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let handshake = hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(near));
        let (mut sender, connection) = handshake.await.unwrap();
        drop(connection);
        let request = hyper::Request::new(http_body_util::Empty::<&[u8]>::new());
        let canceled = sender.send_request(request).await.unwrap_err();
        assert!(never_written(&Error::internal("send").caused_by(canceled)));
        assert!(!never_written(&std::io::Error::other("connection closed before message completed")));
    }
}
