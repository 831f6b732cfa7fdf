//! The client, which makes one attempt at a request. It never makes a second attempt.

use std::{
    borrow::Cow,
    mem,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use marl_core::{
    Connection, Error, ErrorKind, Secret, SmolStr,
    provider::{Attempt, AttemptEnd, Bought, Failure, ProviderInfo},
};
use reqwest::{
    Response,
    header::{HeaderMap, HeaderValue},
    redirect,
};

use crate::{Answer, body, key::PlacedKey, request::Request, transport};

/// How long connecting may take. Nothing was sent when this time is up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept. If the server closes a connection while a request is written, the
/// answer looks cut off, and the call is needlessly in doubt. A short time makes this rare.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// How many headers an answer may have. An answer with more is lost and leaves the call in doubt, and proxies
/// and edge networks add headers of their own.
const MOST_HEADERS: usize = 1_000;

/// How many redirects are followed, where redirects are followed at all.
const MOST_REDIRECTS: usize = 3;

/// Headers in which vendors send the id of a request.
const REQUEST_IDS: [&str; 2] = ["x-request-id", "request-id"];

/// What is wrong with a key that cannot be sent.
const NO_CHARACTER_OF_A_KEY: &str = "contains a character that no key has";

/// The length limit of a request's id, in characters.
const REQUEST_ID: usize = 100;

/// A client for one provider. Creating it sends nothing.
pub struct Client {
    /// The vendor's name in messages.
    vendor: SmolStr,
    /// The variable of the key; `None` if the vendor needs no key.
    key_variable: Option<SmolStr>,
    connection: Connection,
    follows: bool,
    reusing: Http,
    fresh: Http,
    /// Whether a connection broke before an answer came. The server may close connections without notice, and
    /// then every reuse of a connection risks a paid call.
    distrusts: AtomicBool,
}

/// An HTTP client that is built at the first use, because loading the trusted roots is slow and most commands
/// send nothing.
type Http = OnceLock<Result<reqwest::Client, Error>>;

impl Client {
    /// A client with this key and base address. `vendor` is the name in messages.
    pub fn new(vendor: impl Into<SmolStr>, info: &ProviderInfo, connection: Connection) -> Self {
        Self {
            vendor: vendor.into(),
            key_variable: info.key_variable.clone(),
            connection,
            follows: false,
            reusing: Http::new(),
            fresh: Http::new(),
            distrusts: AtomicBool::new(false),
        }
    }

    /// Makes the client follow redirects to the same scheme, host and port. Use this only for free requests,
    /// because each redirect is another request.
    #[must_use]
    pub fn following_same_host(mut self) -> Self {
        self.follows = true;
        self
    }

    /// The header value for the key, with the prefix `before` (such as `Bearer `).
    ///
    /// # Errors
    /// `auth` when the key is missing or contains a character that no key has; `internal` when the provider
    /// declares that it needs no key.
    pub fn key_header(&self, before: &str) -> Result<HeaderValue, Error> {
        let header = HeaderValue::from_str(&format!("{before}{}", self.plain_key()?));
        let mut header = header.map_err(|_| self.wrong_key(NO_CHARACTER_OF_A_KEY))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// The key itself.
    ///
    /// # Errors
    /// `auth` when the key is missing or contains a character that no key has.
    pub(crate) fn plain_key(&self) -> Result<&str, Error> {
        let key = self.connection.key.as_ref().map(Secret::expose).unwrap_or_default();
        if key.is_empty() {
            return Err(self.wrong_key("is not set"));
        }
        // HTTP allows more characters, but those in a copied key are invisible: a tab, a zero-width space.
        let is_plain = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if is_plain { Ok(key) } else { Err(self.wrong_key(NO_CHARACTER_OF_A_KEY)) }
    }

    fn wrong_key(&self, what: &str) -> Error {
        match &self.key_variable {
            Some(variable) => Error::new(ErrorKind::Auth, format!("{variable} {what}")),
            None => Error::internal(format!("{} needs no key, and yet a key was asked for", self.vendor)),
        }
    }

    /// Makes one attempt. `read` classifies the status and the text of a complete answer, from which the key
    /// was already redacted. Advice in the answer's headers is applied to the failure.
    pub async fn attempt(&self, request: Request, read: impl FnOnce(u16, String) -> AttemptEnd) -> Attempt {
        match self.answer(request).await {
            Ok(mut answer) => {
                let end = read(answer.status, mem::take(&mut answer.body));
                answer.attempt(end)
            }
            Err(attempt) => *attempt,
        }
    }

    /// Sends one request and returns the complete answer, from which the key was redacted. [`Answer::attempt`]
    /// makes an attempt of it, or several if the request carried several calls.
    ///
    /// # Errors
    /// The attempt, if no complete answer came. It holds for every call that the request carried.
    pub async fn answer(&self, request: Request) -> Result<Answer<'_>, Box<Attempt>> {
        let response = self.sent(request).await.map_err(|failure| Box::new(Attempt::from(*failure)))?;
        let request_id = self.request_id(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        let body = if status.is_success() {
            match body::whole(&self.vendor, response).await {
                Ok(body) => body,
                Err(failure) => return Err(Box::new(Attempt { request_id, ..Attempt::from(*failure) })),
            }
        } else {
            body::of_refusal(response).await
        };
        Ok(Answer::new(self, status.as_u16(), headers, self.redact(body::text(body)), request_id))
    }

    /// A stored answer without the key, because an earlier version may have stored the key.
    pub fn redacted<'a>(&self, body: &'a str) -> Cow<'a, str> {
        match &self.connection.key {
            Some(key) => key.redacted(body),
            None => Cow::Borrowed(body),
        }
    }

    async fn sent(&self, request: Request) -> Result<Response, Box<Failure>> {
        let never = |error: Error| Box::new(Failure { retryable: false, ..Failure::not_sent(error) });
        let http = self.http().map_err(never)?;
        let Request { method, path, mut headers, body, key } = request;
        let mut address = format!("{}{path}", self.connection.base_url);
        match key.map(|key| key.placed(self)).transpose().map_err(never)? {
            Some(PlacedKey::Header(name, value)) => _ = headers.insert(name, value),
            Some(PlacedKey::Query(query)) => {
                address.push(if path.contains('?') { '&' } else { '?' });
                address.push_str(&query);
            }
            None => {}
        }
        let mut http = http.request(method, address).headers(headers);
        if let Some(body) = body {
            http = http.body(body);
        }
        http.send().await.map_err(|error| {
            let failure = transport::failure(&self.vendor, error);
            if failure.bought == Bought::Maybe {
                self.distrusts.store(true, Ordering::Relaxed);
            }
            Box::new(failure)
        })
    }

    /// The id of a request. It is redacted before it is shortened, because a partial key would not be found.
    fn request_id(&self, headers: &HeaderMap) -> Option<String> {
        let id = REQUEST_IDS.iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
        Some(marl_core::excerpt(&self.redact(id.to_owned()), REQUEST_ID))
    }

    /// Redacts the key from a text that the server may have echoed.
    fn redact(&self, text: String) -> String {
        match &self.connection.key {
            Some(key) => key.redact(text),
            None => text,
        }
    }

    /// The HTTP client. Connections are reused until one breaks. Measured on loopback: 7,900 calls/s with reuse
    /// and 2,900 without; a distant server would add a TLS handshake per call. With a server that closes
    /// after each answer, reuse left 7 to 12 of 1,000 calls in doubt.
    fn http(&self) -> Result<&reqwest::Client, Error> {
        let (client, reuse) = match self.distrusts.load(Ordering::Relaxed) {
            true => (&self.fresh, false),
            false => (&self.reusing, true),
        };
        client.get_or_init(|| self.build(reuse)).as_ref().map_err(Clone::clone)
    }

    fn build(&self, reuse: bool) -> Result<reqwest::Client, Error> {
        // An error means that a provider is already installed, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent(self.connection.contact.as_deref()))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(if self.follows { same_host() } else { redirect::Policy::none() })
            .http1_only()
            .http1_max_headers(MOST_HEADERS);
        if !reuse {
            builder = builder.pool_max_idle_per_host(0);
        }
        if self.connection.base_url.starts_with("http:") {
            // Only a loopback address may use plain HTTP, so no proxy and no trusted roots are needed.
            builder = builder.no_proxy().tls_certs_only([]);
        }
        builder.build().map_err(|error| Error::internal("the HTTP client cannot be built").caused_by(error))
    }
}

/// Allows redirects to the same origin.
fn same_host() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let origin = attempt.previous().first().map(|url| url.origin());
        match origin == Some(attempt.url().origin()) && attempt.previous().len() <= MOST_REDIRECTS {
            true => attempt.follow(),
            false => attempt.stop(),
        }
    })
}

/// The user agent: the program, the project's address, and the contact for questions.
fn user_agent(contact: Option<&str>) -> String {
    let project = Some(env!("CARGO_PKG_REPOSITORY")).filter(|url| !url.is_empty());
    let about: Vec<String> =
        project.map(|url| format!("+{url}")).into_iter().chain(contact.map(str::to_owned)).collect();
    let name = concat!("marl/", env!("CARGO_PKG_VERSION"));
    if about.is_empty() { name.to_owned() } else { format!("{name} ({})", about.join("; ")) }
}
