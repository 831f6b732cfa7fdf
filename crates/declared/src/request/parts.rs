//! The parts of a request, as they are written into a call's parameters and read from them again.
//!
//! A caller may give any parameters. So the parts are checked when they are read: they stay below the base
//! address, and a header stays on its line.

use marl_core::Error;
use serde_json::{Map, Value as Json};
use wire::{HeaderName, HeaderValue, Method, Request};

use super::encode;
use crate::read::is_plain;

/// The longest path with its query, in bytes.
const LONGEST_ADDRESS: usize = 8_000;

/// The parts of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Body,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    None,
    Json(Json),
    Form(Vec<(String, String)>),
    Text(String),
}

impl Parts {
    /// The parts as parameters of a call.
    pub(crate) fn into_json(self) -> Json {
        let mut json = Map::new();
        json.insert("method".to_owned(), self.method.as_str().into());
        json.insert("path".to_owned(), self.path.into());
        if !self.query.is_empty() {
            json.insert("query".to_owned(), pairs_json(self.query));
        }
        if !self.headers.is_empty() {
            let headers = self.headers.into_iter().map(|(name, value)| (name.to_string(), value.into()));
            json.insert("headers".to_owned(), Json::Object(headers.collect()));
        }
        match self.body {
            Body::None => None,
            Body::Json(body) => json.insert("body".to_owned(), body),
            Body::Form(pairs) => json.insert("form".to_owned(), pairs_json(pairs)),
            Body::Text(text) => json.insert("text".to_owned(), text.into()),
        };
        Json::Object(json)
    }

    /// The parts that parameters describe.
    ///
    /// # Errors
    /// `invalid_input` when the parameters are not a request.
    pub(crate) fn from_json(json: &Json) -> Result<Self, Error> {
        let wrong = |what: &str| Error::invalid_input(format!("the parameters have {what}"));
        let Json::Object(members) = json else { return Err(wrong("no parts")) };
        let text = |key: &str| members.get(key).and_then(Json::as_str);
        let method = match text("method") {
            Some("GET") => Method::GET,
            Some("POST") => Method::POST,
            _ => return Err(wrong("no method")),
        };
        let path =
            text("path").filter(|path| is_path(path)).ok_or_else(|| wrong("no path below the base"))?;
        let query =
            members.get("query").map_or(Some(Vec::new()), pairs_of).ok_or_else(|| wrong("another query"))?;
        let headers = members.get("headers").map_or(Some(Vec::new()), headers_of);
        let body = match (members.get("body"), members.get("form"), text("text")) {
            (Some(body), None, None) => Body::Json(body.clone()),
            (None, Some(form), None) => Body::Form(pairs_of(form).ok_or_else(|| wrong("another form"))?),
            (None, None, Some(text)) => Body::Text(text.to_owned()),
            (None, None, None) => Body::None,
            _ => return Err(wrong("several bodies")),
        };
        let headers = headers.ok_or_else(|| wrong("another header"))?;
        Ok(Self { method, path: path.to_owned(), query, headers, body })
    }

    /// The HTTP request.
    ///
    /// # Errors
    /// `invalid_input` when the address is too long.
    pub(crate) fn request(self) -> Result<Request, Error> {
        let mut address = self.path;
        if !self.query.is_empty() {
            address.push('?');
            address.push_str(&encode::form(&self.query));
        }
        if address.len() > LONGEST_ADDRESS {
            return Err(Error::invalid_input("the values are too long for an address"));
        }
        let request = Request::new(self.method, address);
        let typed =
            |kind: &'static str, body: String| request.clone().body(HeaderValue::from_static(kind), body);
        let mut request = match self.body {
            Body::None => request,
            Body::Json(body) => typed("application/json", body.to_string()),
            Body::Form(pairs) => typed("application/x-www-form-urlencoded", encode::form(&pairs)),
            Body::Text(text) => typed("text/plain; charset=utf-8", text),
        };
        for (name, value) in self.headers {
            let value = HeaderValue::from_str(&value);
            let value = value.map_err(|_| Error::invalid_input("a value cannot be in a header"))?;
            request = request.with_header(name, value);
        }
        Ok(request)
    }
}

/// Whether a text is a path below a base: plain or escaped bytes, and no segment that leaves its place.
fn is_path(path: &str) -> bool {
    let leaves =
        |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    path.starts_with('/')
        && path.bytes().all(|byte| byte == b'/' || byte == b'%' || is_plain(byte))
        && !path.split('/').any(leaves)
}

/// Pairs as an object: a key with several values has a list.
fn pairs_json(pairs: Vec<(String, String)>) -> Json {
    let mut object = Map::new();
    for (key, value) in pairs {
        match object.get_mut(&key) {
            None => _ = object.insert(key, value.into()),
            Some(Json::Array(values)) => values.push(value.into()),
            Some(first) => *first = Json::Array(vec![first.take(), value.into()]),
        }
    }
    Json::Object(object)
}

fn pairs_of(json: &Json) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for (key, value) in json.as_object()? {
        match value {
            Json::String(value) => pairs.push((key.clone(), value.clone())),
            Json::Array(values) => {
                for value in values {
                    pairs.push((key.clone(), value.as_str()?.to_owned()));
                }
            }
            _ => return None,
        }
    }
    Some(pairs)
}

fn headers_of(json: &Json) -> Option<Vec<(HeaderName, String)>> {
    let header = |(name, value): (&String, &Json)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value.as_str()?.to_owned()))
    };
    json.as_object()?.iter().map(header).collect()
}
