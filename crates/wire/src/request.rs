//! A request to a vendor. This module sends nothing.

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value as Json;

/// A request, relative to a provider's base address.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<String>,
}

impl Request {
    /// A `GET` request. The path begins with a slash and may have a query.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), headers: HeaderMap::new(), body: None }
    }

    /// A `POST` request with a JSON document. The path begins with a slash.
    pub fn post_json(path: impl Into<String>, body: &Json) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { method: Method::POST, path: path.into(), headers, body: Some(body.to_string()) }
    }

    /// Adds a header. `name` must be in lower case, such as `x-api-key`.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }
}
