//! The type `list`: several texts. This module must not judge what an item means.

use serde_json::{Map, Value as Json};

use super::{Invalid, is_placeholder, text};

/// Splits a text at `;`, else at line ends, else at list signs, else at commas outside brackets.
pub(super) fn read(raw: &str) -> Result<Vec<String>, Invalid> {
    // Escape sequences may contain a `;`, so they are removed before the split.
    let raw = text::visible(raw);
    if let Some(inner) = in_brackets(&raw) {
        return read(inner);
    }
    let quoted = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
    let is_quoted = raw.trim_start().starts_with(['"', '\'']) && raw.trim_end().ends_with(['"', '\'']);
    if is_quoted && raw.contains(',') && !raw.contains([';', '\n']) {
        let parts: Vec<String> = split_at_commas(&raw).into_iter().map(quoted).collect();
        return items(&parts.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let sign = ['、', '|', '•', '\t'].into_iter().find(|sign| raw.trim().contains(*sign));
    let parts: Vec<&str> = if raw.contains(';') {
        raw.split(';').collect()
    } else if raw.contains(['\n', '\r']) {
        raw.lines().map(strip_bullet).collect()
    } else if let Some(sign) = sign {
        raw.split(sign).collect()
    } else {
        return items(&split_at_commas(&raw));
    };
    match items(&parts)?.as_slice() {
        // A single item has to be read again, because its written form no longer has the sign.
        [only] if only.len() < raw.len() => read(only),
        several => Ok(several.to_vec()),
    }
}

fn items(parts: &[&str]) -> Result<Vec<String>, Invalid> {
    let items = parts.iter().filter(|part| !is_placeholder(part));
    unique(items.filter_map(|part| text::normalise(part).ok())).ok_or(Invalid("it contains no item"))
}

/// The nesting limit of groups of items.
const DEEPEST: usize = 4;

/// The limit of items.
const MOST: usize = 1_000;

/// The texts and numbers of a JSON array or object, without placeholders. An object groups items by their
/// kind: `{"frontend": ["React"], "backend": ["Go"]}`.
pub(super) fn from_json(json: &Json) -> Option<Vec<String>> {
    let mut items = Vec::new();
    collect(json, 0, &mut items);
    unique(items.into_iter())
}

fn collect(json: &Json, depth: usize, items: &mut Vec<String>) {
    if depth > DEEPEST || items.len() >= MOST {
        return;
    }
    match json {
        Json::String(item) => items.extend(text_item(item)),
        Json::Number(number) => items.push(number.to_string()),
        Json::Array(several) => several.iter().for_each(|item| collect(item, depth + 1, items)),
        Json::Object(object) => collect_object(object, depth, items),
        Json::Null | Json::Bool(_) => {}
    }
}

/// Collects the items of an object. An object with a name is a single item; any other is a group of items.
fn collect_object(object: &Map<String, Json>, depth: usize, items: &mut Vec<String>) {
    const NAMES: [&str; 12] = [
        "name",
        "technology",
        "tech",
        "tool",
        "product",
        "title",
        "label",
        "value",
        "item",
        "text",
        "framework",
        "language",
    ];
    let named = NAMES.iter().find_map(|key| match object.get(*key) {
        Some(Json::String(name)) => Some(name),
        _ => None,
    });
    // Within a list, an object with a name is one item, whatever other members it has.
    if let Some(name) = named.filter(|_| depth > 0 || object.len() == 1 || object.contains_key("name")) {
        items.extend(text_item(name));
        return;
    }
    for (key, value) in object.iter().filter(|(key, _)| !describes_the_list(key)) {
        match value {
            // A flag: `{"React": true, "Vue": false}`.
            Json::Bool(true) => items.extend(text_item(key)),
            // A version rather than a second item: `{"React": "18.2"}`.
            Json::String(text) if is_version(text) => items.extend(text_item(key)),
            Json::String(text) if !is_placeholder(text) => {
                items.extend(read(&super::decoded(text)).unwrap_or_default())
            }
            Json::Number(_) => items.extend(text_item(key)),
            other => collect(other, depth + 1, items),
        }
    }
}

/// The item for a text. Entities are decoded first, because `&#59;` would otherwise look like a separator.
fn text_item(item: &str) -> Option<String> {
    let item = super::decoded(item);
    let item = without_mark(&item);
    if is_placeholder(item) { None } else { text::normalise(&item.replace(';', ",")).ok() }
}

fn is_version(text: &str) -> bool {
    text.len() < 20 && text.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a key beside the items describes the list, such as its source or confidence.
fn describes_the_list(key: &str) -> bool {
    const KEYS: [&str; 19] = [
        "category",
        "type",
        "group",
        "area",
        "source",
        "sources",
        "source_url",
        "url",
        "link",
        "confidence",
        "note",
        "notes",
        "citation",
        "citations",
        "reference",
        "references",
        "reasoning",
        "evidence",
        "description",
    ];
    let key = key.to_lowercase();
    KEYS.contains(&key.as_str()) || key.starts_with("confidence") || key.ends_with("_score")
}

/// The items in order without duplicates, ignoring case; `None` when there are none.
pub(super) fn unique(items: impl Iterator<Item = String>) -> Option<Vec<String>> {
    let mut seen = std::collections::HashSet::new();
    let items: Vec<String> = items.filter(|item| seen.insert(item.to_lowercase())).collect();
    (!items.is_empty()).then_some(items)
}

fn split_at_commas(raw: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in raw.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&raw[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&raw[start..]);
    parts
}

/// The text between the brackets of a list written as a text: `["Rust", "Go"]`.
fn in_brackets(raw: &str) -> Option<&str> {
    let inner = raw.trim().strip_prefix('[')?.strip_suffix(']')?;
    (!inner.contains(['[', ']']) && !inner.trim().is_empty()).then_some(inner)
}

/// An item without its bullet or number. `-webkit` keeps its sign.
fn without_mark(item: &str) -> &str {
    let item = item.trim_start();
    let digits = item.len() - item.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let numbered = || item[digits..].strip_prefix(['.', ')']).filter(|_| digits > 0);
    let bulleted = || item.strip_prefix(['-', '*', '•', '–']);
    let rest = numbered().or_else(bulleted).filter(|rest| rest.starts_with(' '));
    rest.map_or(item, str::trim_start)
}

/// A line without its bullet or its number: `- Rust`, `2. Go`.
fn strip_bullet(line: &str) -> &str {
    let line = line.trim_start();
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let behind = numbered.strip_prefix(['.', ')']).filter(|rest| rest.starts_with(' '));
    match behind.filter(|_| numbered.len() < line.len()) {
        Some(rest) => rest.trim_start(),
        None => line.trim_start_matches(['-', '*', '•']).trim_start(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bullets_and_numbers_are_not_part_of_an_item() {
        for json in [
            json!(["1. Rust", "2. Go"]),
            json!(["• Rust", "• Go"]),
            json!(["- Rust", "* Go"]),
            json!(["1) Rust", "Go"]),
        ] {
            assert_eq!(from_json(&json), Some(vec!["Rust".to_owned(), "Go".to_owned()]), "{json}");
        }
        let kept = json!(["-webkit", "3.5 inch drives", "1Password"]);
        assert_eq!(from_json(&kept).map(|items| items.len()), Some(3));
        assert_eq!(from_json(&kept).unwrap()[2], "1Password");
    }

    #[test]
    fn a_single_separator_is_enough() {
        for raw in ["Rust | Go", "Rust、Go", "Rust\tGo", "Rust • Go"] {
            assert_eq!(read(raw), Ok(vec!["Rust".to_owned(), "Go".to_owned()]), "{raw}");
        }
    }
}
