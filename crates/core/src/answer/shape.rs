//! Unwraps the structures that answers come in: content blocks, lists of field and value, a value beside
//! its source. This module must not judge which object answers.

use serde_json::{Value as Json, map::Entry};

use super::{Object, announced::is_aside_key, letters, lookup, plain, same_letters};
use crate::{Column, SemanticType};

/// Keys under which tools and models put the answer itself, in the form that [`plain`] returns.
pub(super) const ANSWER_KEYS: [&str; 15] = [
    "answer",
    "finalanswer",
    "final",
    "result",
    "results",
    "output",
    "outputtext",
    "outputparsed",
    "text",
    "content",
    "response",
    "message",
    "parsed",
    "data",
    "structuredcontent",
];

/// Whether an object is a part of a conversation that is not an answer: a thought, a question, a tool
/// call.
pub(super) fn is_thought(object: &Object) -> bool {
    let is = |key: &str, words: &[&str]| {
        object.get(key).and_then(Json::as_str).is_some_and(|word| words.contains(&&*word.to_lowercase()))
    };
    is(
        "type",
        &["thinking", "redacted_thinking", "reasoning", "thought", "analysis", "tool_use", "function_call"],
    ) || is("role", &["user", "system", "developer", "tool", "function"])
        || is("channel", &["analysis", "commentary"])
        || object.get("thought").and_then(Json::as_bool) == Some(true)
}

/// Whether the items are the messages of a conversation, of which the last one is the answer.
pub(super) fn is_conversation(items: &[Json]) -> bool {
    let role = |item: &Json| item.get("role").and_then(Json::as_str).map(str::to_lowercase);
    items.len() > 1
        && items
            .iter()
            .filter(|item| role(item).is_some_and(|role| role == "assistant" || role == "model"))
            .count()
            > 1
}

/// A copy of the object in which requested keys are filled that were nested under their subject or split
/// into parts: `{"ceo": {"name": ...}}` for `ceo_name`. `None` when there are none.
pub(super) fn with_nested_keys(object: &Object, outputs: &[Column]) -> Option<Object> {
    let mut whole: Option<Object> = None;
    for column in outputs.iter().filter(|column| lookup(object, &column.name).is_none()) {
        let value = nested(object, &column.name).cloned().or_else(|| full_name_of(object, column));
        // Aliases of a column are used only when another requested key is present.
        let has_another =
            || outputs.iter().any(|column| lookup(whole.as_ref().unwrap_or(object), &column.name).is_some());
        let more = || by_alias(object, column).cloned().or_else(|| single_nested_value(object, column));
        let value = value.or_else(|| if has_another() { more() } else { None });
        if let Some(value) = value {
            whole.get_or_insert_with(|| object.clone()).insert(column.name.to_string(), value);
        }
    }
    whole
}

/// The only nested value for a column, at any depth, in an object that has other requested keys:
/// `{"company": {"ceo": {"name": ...}}, "employee_count": 7}`. `None` when there are several.
fn single_nested_value(object: &Object, column: &Column) -> Option<Json> {
    let mut found = Vec::new();
    nested_values(object, column, 0, &mut found);
    match found.as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    }
}

fn nested_values<'a>(object: &'a Object, column: &Column, depth: usize, found: &mut Vec<&'a Json>) {
    const DEEPEST: usize = 3;
    let inner =
        object.iter().filter(|(key, _)| !is_aside_key(key)).filter_map(|(_, value)| value.as_object());
    for inner in inner.filter(|_| depth < DEEPEST) {
        let here = lookup(inner, &column.name).or_else(|| nested(inner, &column.name));
        match here.or_else(|| by_alias(inner, column)) {
            Some(value) => found.push(value),
            None => nested_values(inner, column, depth + 1, found),
        }
    }
}

/// The value under an alias of a column: `employees` for `employee_count`. A group of values does not count.
fn by_alias<'a>(object: &'a Object, column: &Column) -> Option<&'a Json> {
    let value = column.aliases.iter().find_map(|alias| lookup(object, alias))?;
    let is_group = value.is_object() || value.is_array() && column.kind != SemanticType::List;
    (!is_group).then_some(value)
}

fn nested<'a>(object: &'a Object, name: &str) -> Option<&'a Json> {
    object.iter().find_map(|(subject, value)| {
        const SHORT: [(&str, &str); 4] = [
            ("full_name", "name"),
            ("linkedin", "linkedin_url"),
            ("linkedin_profile", "linkedin_url"),
            ("linkedin_profile_url", "linkedin_url"),
        ];
        let is = |key: &str| letters(subject).chain(letters(key)).eq(letters(name));
        let is_short = |key: &str| SHORT.iter().any(|(short, whole)| same_letters(short, key) && is(whole));
        let is_whole = |key: &str| is(key) || is_short(key);
        value.as_object()?.iter().find(|(key, _)| is_whole(key)).map(|(_, value)| value)
    })
}

/// The full name for a column such as `ceo_name`. The parts are `ceo_first_name` and `ceo_last_name`,
/// `first_name` and `last_name`, or the latter two in a member named after the subject.
fn full_name_of(object: &Object, column: &Column) -> Option<Json> {
    let subject = column.name.strip_suffix("name").filter(|_| column.kind == SemanticType::Text)?;
    let within = object.iter().find(|(key, value)| same_letters(key, subject) && value.is_object());
    let name = full_name(object, subject).or_else(|| full_name(object, ""));
    name.or_else(|| full_name(within?.1.as_object()?, "")).map(Json::from)
}

/// The first and last name, joined, when the object has both.
pub(super) fn full_name(object: &Object, subject: &str) -> Option<String> {
    // A fast check: nearly no object has a name in parts.
    let names_a_part = |key: &String| {
        let last = key.chars().rev().find(|c| c.is_alphanumeric());
        let may_be = last.is_some_and(|last| !last.is_ascii() || last.eq_ignore_ascii_case(&'e'));
        may_be && ["firstname", "givenname"].iter().any(|part| plain(key).ends_with(part))
    };
    if !object.keys().any(names_a_part) {
        return None;
    }
    let part = |keys: [&str; 2]| {
        let value = keys.iter().find_map(|key| lookup(object, &format!("{subject}{key}"))?.as_str())?;
        (!value.trim().is_empty()).then_some(value.trim())
    };
    Some(format!("{} {}", part(["first_name", "given_name"])?, part(["last_name", "family_name"])?))
}

/// The joined text of content blocks. A single JSON object may be split across several blocks.
pub(super) fn joined_blocks(items: &[Json]) -> Option<String> {
    let mut joined = String::new();
    for item in items {
        let object = item.as_object()?;
        let text = match object.get("text") {
            Some(Json::String(text)) => text,
            _ if object.contains_key("type") => continue,
            _ => return None,
        };
        if !is_thought(object) {
            joined.push_str(text);
        }
    }
    (!items.is_empty()).then_some(joined)
}

/// The text of a reply without an object with the requested keys, from any of the usual places.
pub(super) fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Array(items) => joined_blocks(items)
            .filter(|text| !text.is_empty())
            .or_else(|| items.iter().filter_map(text_of_item).next()),
        Json::Object(object) if is_thought(object) => None,
        Json::Object(object) => ANSWER_KEYS
            .iter()
            .chain(&["choices", "candidates", "messages", "parts", "items"])
            .find_map(|key| text(lookup(object, key)?)),
        _ => None,
    }
}

/// The text that an object gives instead of an answer, such as an error or a note.
pub(super) fn remark(json: &Json) -> Option<String> {
    const KEYS: [&str; 6] = ["error", "note", "reason", "status", "explanation", "detail"];
    let object = json.as_object()?;
    KEYS.iter().find_map(|key| text(lookup(object, key)?))
}

/// Whether the answer is `null`, alone or under an answer key.
pub(super) fn is_empty_answer(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Object(object) => {
            object.len() == 1
                && object.iter().all(|(key, value)| ANSWER_KEYS.contains(&&*plain(key)) && value.is_null())
        }
        _ => false,
    }
}

fn text_of_item(item: &Json) -> Option<String> {
    if item.is_string() { None } else { text(item) }
}

/// One object from a list of fields and values: `[{"field": "a", "value": 1}]`, `[["a", 1]]`,
/// `[{"a": 1}, {"b": 2}]`. Keys that were not requested are ignored.
pub(super) fn pairs(items: &[Json], outputs: &[Column]) -> Option<Object> {
    let asked = |name: &str| outputs.iter().find(|column| plain(&column.name) == plain(name));
    let mut object = Object::new();
    for item in items {
        let (name, value) = match item {
            Json::Object(pair) => match name_member(pair) {
                Some((key, name)) => {
                    let value = pair.iter().filter(|(other, _)| *other != key);
                    (name, Json::Object(value.map(|(key, value)| (key.clone(), value.clone())).collect()))
                }
                None if pair.len() == 1 && items.len() > 1 => {
                    pair.iter().next().map(|(name, value)| (name.as_str(), value.clone()))?
                }
                None => return None,
            },
            Json::Array(pair) => match pair.as_slice() {
                [Json::String(name), value] => (name.as_str(), value.clone()),
                _ => return None,
            },
            _ => return None,
        };
        if asked(name).is_none() {
            continue;
        }
        match object.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(value)),
            // A repeated key means that the list holds several answers.
            Entry::Occupied(_) => return None,
        }
    }
    (!object.is_empty()).then_some(object)
}

/// The name in a pair of name and value, with the key of the name.
fn name_member(pair: &Object) -> Option<(&'static str, &str)> {
    const NAMES: [&str; 10] = [
        "field",
        "key",
        "column",
        "field_name",
        "property",
        "attribute",
        "name",
        "column_name",
        "label",
        "output",
    ];
    const VALUES: [&str; 6] = ["value", "answer", "content", "result", "values", "val"];
    VALUES.iter().find(|key| pair.contains_key(**key))?;
    NAMES.iter().find_map(|key| Some((*key, pair.get(*key)?.as_str()?)))
}

/// The value and the source beside it: `{"value": "Jane Doe", "source": "https://..."}`.
pub(super) fn value_and_source(json: &Json, kind: SemanticType) -> (Option<&Json>, Option<&Json>) {
    let Json::Object(object) = json else { return (Some(json), None) };
    // The object is the value itself.
    if kind == SemanticType::Json || kind == SemanticType::Date && object.contains_key("year") {
        return (Some(json), None);
    }
    let source =
        ["source", "source_url", "sources", "citation", "citations", "reference", "references", "evidence"]
            .iter()
            .find_map(|key| lookup(object, key));
    let keys: &[&str] = match kind {
        SemanticType::Url | SemanticType::LinkedinUrl | SemanticType::CompanyLinkedinUrl => {
            &["value", "val", "url", "link", "href", "answer", "content"]
        }
        SemanticType::Integer => &[
            "value",
            "val",
            "count",
            "number",
            "total",
            "amount",
            "answer",
            "estimate",
            "min",
            "minimum",
            "from",
            "low",
            "lower",
            "lower_bound",
        ],
        SemanticType::List => &["value", "val", "values", "items", "answer", "content", "result", "list"],
        SemanticType::Text => &[
            "value",
            "val",
            "text",
            "name",
            "full_name",
            "answer",
            "content",
            "result",
            "description",
            "current",
            "present",
        ],
        SemanticType::Number => &["value", "val", "number", "amount", "total", "answer", "estimate"],
        SemanticType::Date => &["value", "val", "date", "answer", "content", "result"],
        SemanticType::Phone => &["value", "val", "number", "phone", "answer", "content", "result"],
        SemanticType::Country => &["value", "val", "code", "country", "name", "answer", "content", "result"],
        SemanticType::Domain | SemanticType::Email | SemanticType::Boolean | SemanticType::Json => {
            &["value", "val", "answer", "content", "result"]
        }
    };
    let value = keys.iter().find_map(|key| lookup(object, key)).filter(|value| !value.is_object());
    let takes_url =
        matches!(kind, SemanticType::Url | SemanticType::LinkedinUrl | SemanticType::CompanyLinkedinUrl);
    let url = || object.get("url").filter(|_| !takes_url);
    let value = value.or_else(|| (kind == SemanticType::List).then_some(json));
    (value, source.or_else(url))
}

/// The number and the unit beside it as one text: `{"value": 5, "unit": "thousand"}`.
pub(super) fn number_and_unit(json: &Json) -> Option<String> {
    let object = json.as_object()?;
    let unit =
        ["unit", "units", "scale", "multiplier"].iter().find_map(|key| lookup(object, key)?.as_str())?;
    let number = match ["value", "count", "number", "amount"].iter().find_map(|key| lookup(object, key))? {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(format!("{number} {unit}"))
}

/// The text without a code fence around it.
pub(super) fn without_fence(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|text| text.strip_suffix("```")) else { return text };
    inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).trim()
}
