//! A complete answer. This module must not judge what an answer says.

use marl_core::{
    excerpt,
    provider::{Attempt, AttemptEnd},
};
use reqwest::header::HeaderMap;

use crate::{Client, advice::Advice};

/// The length limit of a header's value, in characters.
const HEADER: usize = 300;

/// A complete answer, from which the key was redacted.
pub struct Answer<'c> {
    /// The HTTP status.
    pub status: u16,
    /// The text of the body.
    pub body: String,
    client: &'c Client,
    headers: HeaderMap,
    request_id: Option<String>,
}

impl<'c> Answer<'c> {
    pub(crate) fn new(
        client: &'c Client,
        status: u16,
        headers: HeaderMap,
        body: String,
        request_id: Option<String>,
    ) -> Self {
        Self { status, body, client, headers, request_id }
    }

    /// The text of a header, on one line and without the key; `None` if the answer lacks the header.
    pub fn header(&self, name: &str) -> Option<String> {
        let value = self.headers.get(name)?.to_str().ok()?;
        Some(excerpt(&self.client.redacted(value), HEADER))
    }

    /// The attempt that ended like this. Advice in the headers is applied to a failure. An answer to a request
    /// that carried several calls makes one attempt for each.
    pub fn attempt(&self, mut end: AttemptEnd) -> Attempt {
        if let AttemptEnd::Failed(failure) = &mut end {
            Advice::of(&self.headers).apply(failure);
        }
        Attempt { request_id: self.request_id.clone(), ..Attempt::from(end) }
    }
}
