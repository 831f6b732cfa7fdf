//! The envelope of a reply and the three wrappings of its result.

use serde::Deserialize;
use serde_json::{Value as Json, value::RawValue};

/// `{"success": bool, "data": {"success": bool, "result": any, "error": string?}}`.
///
/// The result stays text here: every answer is classified, and only then read.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'a> {
    pub(crate) success: bool,
    #[serde(default, borrow)]
    pub(crate) data: Option<Inner<'a>>,
    #[serde(default)]
    pub(crate) error: Option<Json>,
}

/// What the tool itself said.
#[derive(Debug, Deserialize)]
pub(crate) struct Inner<'a> {
    pub(crate) success: bool,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    pub(crate) error: Option<Json>,
}

impl Inner<'_> {
    /// The result without its wrapping, `null` when there is none. A result that is nested
    /// too deep passes as text and fails here.
    pub(crate) fn result(&self) -> Result<Json, serde_json::Error> {
        match self.result {
            Some(raw) => serde_json::from_str(raw.get()).map(unwrap),
            None => Ok(Json::Null),
        }
    }
}

/// Frees a result of its wrapping: a first-party tool returns the object itself, a connected
/// server an array of one, or MCP content whose text is JSON more often than not.
fn unwrap(result: Json) -> Json {
    match result {
        Json::Array(mut items) if items.len() == 1 => unwrap_content(items.remove(0)),
        other => unwrap_content(other),
    }
}

fn unwrap_content(result: Json) -> Json {
    let Some(text) = result.pointer("/content/0/text").and_then(Json::as_str) else {
        return result;
    };
    serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_three_wrappings_hold_one_payload() {
        let payload = json!({"answer": "yes"});
        for wrapped in [
            payload.clone(),
            json!([payload]),
            json!({"content": [{"type": "text", "text": "{\"answer\":\"yes\"}"}]}),
            json!([{"content": [{"type": "text", "text": "{\"answer\":\"yes\"}"}]}]),
        ] {
            assert_eq!(unwrap(wrapped), payload);
        }
        assert_eq!(unwrap(json!({"content": [{"type": "text", "text": "prose"}]})), json!("prose"));
        assert_eq!(unwrap(json!([1, 2])), json!([1, 2]));
        assert_eq!(unwrap(json!(["one"])), json!("one"));
    }
}
