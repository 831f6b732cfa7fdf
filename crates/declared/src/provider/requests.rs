//! Makes HTTP requests of calls: the key, the headers, and the text that identifies a call in a shared request.
//! This module sends nothing.

use std::collections::HashSet;

use marl_core::{Error, provider::Outgoing};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use wire::{HeaderValue, Request};

use super::DeclaredProvider;
use crate::{
    form::{BulkForm, Exchange},
    read::hex,
    request::{self, Parts},
};

/// The length of the text that identifies a call in a request, in hexadecimal digits.
pub(super) const ID: usize = 32;

impl DeclaredProvider {
    /// The request with the key and the headers of every request.
    pub(super) fn dressed(&self, mut request: Request) -> Request {
        for (name, value) in &self.vendor.headers {
            request = request.with_header(name.clone(), value.clone());
        }
        match &self.vendor.key {
            Some(place) => request.key_at(place.clone()),
            None => request,
        }
    }

    /// The request of a call that does not share its request.
    pub(super) fn request(&self, exchange: &Exchange, outgoing: &Outgoing<'_>) -> Result<Request, Error> {
        let parameters = &outgoing.call.parameters;
        // A test of the connection has no parameters: the request is the operation's own.
        let is_bare = parameters.as_object().is_some_and(serde_json::Map::is_empty);
        let own = (is_bare && exchange.inputs().is_empty()).then(|| request::parameters(exchange, &|_| None));
        let parts = Parts::from_json(own.transpose()?.as_ref().unwrap_or(parameters))?;
        let request = self.dressed(parts.request()?);
        match (&exchange.idempotency, outgoing.idempotency_key) {
            (Some(name), Some(key)) => {
                let value = HeaderValue::from_str(key);
                let value = value.map_err(|_| Error::internal("an idempotency key is not a header"))?;
                Ok(request.with_header(name.clone(), value))
            }
            _ => Ok(request),
        }
    }

    /// The request that carries several calls.
    pub(super) fn bulk_request(
        &self,
        exchange: &Exchange,
        bulk: &BulkForm,
        outgoing: &[Outgoing<'_>],
    ) -> Result<Request, Error> {
        let (mut items, mut known) = (Vec::new(), HashSet::new());
        for outgoing in outgoing {
            let id = id(outgoing);
            let item = request::item_with_id(bulk, &outgoing.call.parameters, &id)?;
            // Equal calls are one item, and both have its answer.
            if known.insert(id) {
                items.push(item);
            }
        }
        Ok(self.dressed(request::bulk_body(&exchange.request, items)?.request()?))
    }
}

/// The text that identifies a call in a request and in its answer: a part of the call's key, so that a later
/// run finds the same call.
pub(super) fn id(outgoing: &Outgoing<'_>) -> String {
    match outgoing.key.get(..ID) {
        Some(id) => id.to_owned(),
        None => hex(&Sha256::digest(canonical(&outgoing.call.parameters)), ID),
    }
}

/// JSON with sorted keys.
fn canonical(json: &Json) -> String {
    let mut json = json.clone();
    json.sort_all_objects();
    json.to_string()
}
