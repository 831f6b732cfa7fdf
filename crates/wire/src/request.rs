//! A request to a vendor. This module sends nothing.

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value as Json;

use crate::KeyPlace;

/// A request, relative to a provider's base address.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<String>,
    pub(crate) key: Option<KeyPlace>,
}

impl Request {
    /// A request without a body. The path begins with a slash and may have a query.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: HeaderMap::new(), body: None, key: None }
    }

    /// A `GET` request. The path begins with a slash and may have a query.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A `POST` request with a JSON document. The path begins with a slash.
    pub fn post_json(path: impl Into<String>, body: &Json) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self::new(Method::POST, path).body(json, body.to_string())
    }

    /// Sets the body and its type.
    #[must_use]
    pub fn body(mut self, content_type: HeaderValue, body: String) -> Self {
        self.headers.insert(CONTENT_TYPE, content_type);
        self.body = Some(body);
        self
    }

    /// Adds a header. `name` must be in lower case, such as `x-api-key`.
    #[must_use]
    pub fn header(self, name: &'static str, value: HeaderValue) -> Self {
        self.with_header(HeaderName::from_static(name), value)
    }

    /// Adds a header whose name is not a constant.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Says where the client puts the key when it sends the request. Without a usable key, nothing is sent.
    #[must_use]
    pub fn key_at(mut self, place: KeyPlace) -> Self {
        self.key = Some(place);
        self
    }
}
