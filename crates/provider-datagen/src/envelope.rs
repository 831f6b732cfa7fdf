//! The envelope of a reply and the three wrappings of its result.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::mend;

/// `{"success": bool, "data": {"success": bool, "result": any, "error": string?}}`, with the
/// result as `R`: text where an answer is only classified, [`Json`] where it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<R> {
    pub(crate) success: bool,
    #[serde(default = "none")]
    pub(crate) data: Option<Inner<R>>,
    #[serde(default)]
    pub(crate) error: Option<Json>,
}

/// What the tool itself said.
#[derive(Debug, Deserialize)]
pub(crate) struct Inner<R> {
    pub(crate) success: bool,
    /// `null` is a result, the tool's way to say that it has nothing; none at all is not.
    #[serde(default = "none", deserialize_with = "present", bound(deserialize = "R: Deserialize<'de>"))]
    pub(crate) result: Option<R>,
    #[serde(default)]
    pub(crate) error: Option<Json>,
}

impl<R> Inner<R> {
    /// Whether the tool said that it succeeded and gave no result.
    pub(crate) fn is_without_result(&self) -> bool {
        self.success && self.result.is_none()
    }
}

/// `None`, whether `R` has a default or not.
fn none<R>() -> Option<R> {
    None
}

/// A field that is there, even when it is `null`.
fn present<'de, D: Deserializer<'de>, R: Deserialize<'de>>(deserializer: D) -> Result<Option<R>, D::Error> {
    R::deserialize(deserializer).map(Some)
}

/// Frees a result of its wrapping: a first-party tool returns the object itself, a connected
/// server an array of one, or MCP content whose text is JSON more often than not.
pub(crate) fn unwrap(result: Json) -> Json {
    match result {
        Json::Array(mut items) if items.len() == 1 => unwrap_content(items.remove(0)),
        other => unwrap_content(other),
    }
}

fn unwrap_content(result: Json) -> Json {
    let first = result.get("content").and_then(|content| content.get(0));
    let Some(text) = first.and_then(|first| first.get("text")?.as_str()) else { return result };
    mend::parse(text, &mut String::new()).unwrap_or_else(|_| Json::String(text.to_owned()))
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
