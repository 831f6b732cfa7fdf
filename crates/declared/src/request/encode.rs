//! Encodings of values for their places in a request. This module is pure.

use marl_core::Error;
use serde_json::Value as Json;

use crate::form::{PathTemplate, TextTemplate, Values, in_text};

/// The longest header value, in bytes.
const LONGEST_HEADER: usize = 1_000;

/// A path. Each value is one part of one segment, whatever it contains.
pub(super) fn path(template: &PathTemplate, values: Values<'_>) -> Result<String, Error> {
    let mut path = String::new();
    let encoded = |name: &str| values(name).map(|value| Json::String(percent(&in_text(&value))));
    for segment in &template.0 {
        let filled = segment.text(&encoded).unwrap_or_default();
        let is_place = segment.places().next().is_some();
        if is_place && matches!(filled.as_str(), "" | "." | "..") {
            return Err(Error::invalid_input("a value cannot be a part of an address").with_detail(filled));
        }
        path.push('/');
        path.push_str(&filled);
    }
    Ok(path)
}

/// A text with every byte escaped that has a meaning in an address.
fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The values of a parameter: a list that is a place alone repeats the parameter.
pub(super) fn pairs(members: &[(String, TextTemplate)], values: Values<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (key, template) in members {
        match template.fill(values) {
            None => {}
            Some(Json::Array(items)) => {
                pairs.extend(items.iter().map(|item| (key.clone(), in_text(item))));
            }
            Some(value) => pairs.push((key.clone(), in_text(&value))),
        }
    }
    pairs
}

/// Pairs in the encoding of forms.
pub(super) fn form(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The value of a header; `None` if it is empty.
pub(super) fn header(template: &TextTemplate, values: Values<'_>) -> Result<Option<String>, Error> {
    let Some(text) = template.text(values) else { return Ok(None) };
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.len() <= LONGEST_HEADER;
    if is_plain {
        Ok(Some(text))
    } else {
        Err(Error::invalid_input("a value cannot be in a header").with_detail(text))
    }
}
