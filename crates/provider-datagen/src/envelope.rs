//! The envelope of a reply, and the three wrappings of its result. This module must not classify a failure.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::repair;

/// `{"success": bool, "data": {"success": bool, "result": any, "error": string?}}`. The type of the result
/// is `R`: raw text while an answer is only classified, [`Json`] when it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<R> {
    pub(crate) success: bool,
    #[serde(default = "none")]
    pub(crate) data: Option<Inner<R>>,
    #[serde(default)]
    pub(crate) error: Option<Json>,
}

/// The report of the tool itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Inner<R> {
    pub(crate) success: bool,
    /// The result. `null` is a result, with which a tool says that it has nothing; a missing member is not.
    #[serde(default = "none", deserialize_with = "present", bound(deserialize = "R: Deserialize<'de>"))]
    pub(crate) result: Option<R>,
    #[serde(default)]
    pub(crate) error: Option<Json>,
}

impl<R> Inner<R> {
    /// Whether the tool reported success without a result.
    pub(crate) fn is_without_result(&self) -> bool {
        self.success && self.result.is_none()
    }
}

/// `None`. Serde would otherwise require a default for `R`.
fn none<R>() -> Option<R> {
    None
}

/// Deserializes a present field, even if `null`, as `Some`.
fn present<'de, D: Deserializer<'de>, R: Deserialize<'de>>(deserializer: D) -> Result<Option<R>, D::Error> {
    R::deserialize(deserializer).map(Some)
}

/// Unwraps a result. A first-party tool returns the object itself. A connected server returns an array with
/// one item, or MCP content whose texts usually are JSON.
pub(crate) fn unwrap(result: Json) -> Json {
    let result = match result {
        Json::Array(mut items) if items.len() == 1 && !is_block(&items[0]) => items.remove(0),
        other => other,
    };
    if let Some(structured) = result.get("structuredContent").filter(|content| has_content(content)) {
        return structured.clone();
    }
    let blocks = match &result {
        Json::Array(items) if items.iter().all(is_block) => items,
        Json::Object(object) => match object.get("content") {
            Some(Json::Array(blocks)) if blocks.iter().all(is_block) => blocks,
            _ => return result,
        },
        _ => return result,
    };
    payload(blocks)
}

/// The error text of an MCP result that is marked as an error; `None` when it is not.
pub(crate) fn error_in(result: &Json) -> Option<String> {
    let result = match result {
        Json::Array(items) if items.len() == 1 => &items[0],
        other => other,
    };
    if result.get("isError") != Some(&Json::Bool(true)) {
        return None;
    }
    let texts =
        result.get("content").and_then(Json::as_array).map(|blocks| texts(blocks)).unwrap_or_default();
    let text = if texts.is_empty() { None } else { Some(texts.join("\n")) };
    let structured = || result.get("structuredContent").filter(|content| has_content(content));
    Some(
        text.or_else(|| structured().map(Json::to_string))
            .unwrap_or_else(|| "the tool reported an error".to_owned()),
    )
}

/// Whether a value is a block of MCP content.
fn is_block(json: &Json) -> bool {
    const TYPES: [&str; 8] =
        ["text", "image", "audio", "resource", "resource_link", "thinking", "reasoning", "redacted_thinking"];
    json.get("type").and_then(Json::as_str).is_some_and(|kind| TYPES.contains(&kind))
        || json
            .as_object()
            .is_some_and(|block| block.len() == 1 && block.get("text").is_some_and(Json::is_string))
}

/// The texts of the blocks, except for a model's thoughts.
fn texts(blocks: &[Json]) -> Vec<&str> {
    let is_thought = |block: &&Json| {
        let kind = block.get("type").and_then(Json::as_str).unwrap_or_default();
        ["thinking", "reasoning", "redacted_thinking"].contains(&kind)
    };
    blocks.iter().filter(|block| !is_thought(block)).filter_map(block_text).collect()
}

/// The text of a block, or of the resource in it.
fn block_text(block: &Json) -> Option<&str> {
    let own = block.get("text").and_then(Json::as_str);
    own.or_else(|| block.get("resource")?.get("text")?.as_str())
}

/// The content of the blocks: JSON that is split across them, or the only block that is JSON, or else their
/// joined text. Without any text the result is `null`.
fn payload(blocks: &[Json]) -> Json {
    let texts = texts(blocks);
    let parse = |text: &str| repair::parse::<Json>(text, &mut String::new()).ok();
    if texts.iter().all(|text| text.trim().is_empty()) {
        return Json::Null;
    }
    if let Some(json) = parse(&texts.concat()) {
        return json;
    }
    let mut documents =
        texts.iter().filter_map(|text| parse(text)).filter(|json| json.is_object() || json.is_array());
    match (documents.next(), documents.next()) {
        (Some(only), None) => only,
        _ => {
            let is_split = texts.iter().any(|text| text.matches('{').count() != text.matches('}').count());
            Json::String(texts.join(if is_split { "" } else { "\n" }))
        }
    }
}

/// Whether structured content has any value besides nulls.
fn has_content(content: &Json) -> bool {
    match content {
        Json::Object(object) => object.values().any(|value| !value.is_null()),
        Json::Array(items) => !items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_three_wrappings_are_removed() {
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

    fn text(text: &str) -> Json {
        json!({"type": "text", "text": text})
    }

    #[test]
    fn all_blocks_are_read_and_structured_content_is_preferred() {
        let payload = json!({"answer": "yes"});
        for blocks in [
            json!([text("{\"answer\":\"yes\"}")]),
            json!([text("Found it:"), text("{\"answer\":\"yes\"}")]),
            json!([text("{\"answer\":"), text("\"yes\"}")]),
            json!([text("{\"answer\":\"y"), text("es\"}")]),
            json!([{"type": "thinking", "text": "{\"answer\":\"no\"}"}, text("{\"answer\":\"yes\"}")]),
            json!([{"type": "image", "data": ""}, text("{\"answer\":\"yes\"}")]),
            json!([{"type": "resource", "resource": {"uri": "a:b", "text": "{\"answer\":\"yes\"}"}}]),
        ] {
            assert_eq!(unwrap(json!({ "content": blocks })), payload, "{blocks}");
            assert_eq!(unwrap(blocks.clone()), payload, "{blocks}");
        }
        let prose = json!({"content": [text("one"), text("two")]});
        assert_eq!(unwrap(prose), json!("one\ntwo"));
        let structured = json!({"content": [text("see there")], "structuredContent": payload});
        assert_eq!(unwrap(structured.clone()), payload);
        assert_eq!(unwrap(json!([structured])), payload);
        for empty in [json!(null), json!({}), json!({"answer": null})] {
            let both = json!({"content": [text("{\"answer\":\"yes\"}")], "structuredContent": empty});
            assert_eq!(unwrap(both), payload);
        }
        assert_eq!(unwrap(json!({"content": []})), Json::Null);
        assert_eq!(unwrap(json!({"content": "plain"})), json!({"content": "plain"}));
    }

    #[test]
    fn the_text_of_an_error_is_found() {
        let failed = json!({"content": [text("rate limit"), text("try later")], "isError": true});
        assert_eq!(error_in(&failed).as_deref(), Some("rate limit\ntry later"));
        assert_eq!(error_in(&json!([failed])).as_deref(), Some("rate limit\ntry later"));
        assert!(error_in(&json!({"isError": true})).is_some());
        assert_eq!(error_in(&json!({"content": [text("x")], "isError": false})), None);
        assert_eq!(error_in(&json!({"content": [text("x")]})), None);
    }
}
