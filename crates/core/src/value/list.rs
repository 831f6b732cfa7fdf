//! `list`: several texts.

use serde_json::Value as Json;

use super::{Invalid, is_placeholder, text};

/// Splits at `;`, else at line ends, else at commas outside brackets.
pub(super) fn read(raw: &str) -> Result<Vec<String>, Invalid> {
    // Before the split: an escape sequence may hold a `;`.
    let raw = text::visible(raw);
    let parts: Vec<&str> = if raw.contains(';') {
        raw.split(';').collect()
    } else if raw.contains(['\n', '\r']) {
        raw.lines().map(strip_bullet).collect()
    } else {
        return items(&split_at_commas(&raw));
    };
    match items(&parts)?.as_slice() {
        // Written out it has no `;` or line end, and would be read in another way.
        [only] => items(&split_at_commas(only)),
        several => Ok(several.to_vec()),
    }
}

fn items(parts: &[&str]) -> Result<Vec<String>, Invalid> {
    let items = parts.iter().filter(|part| !is_placeholder(part));
    unique(items.filter_map(|part| text::normalise(part).ok())).ok_or(Invalid("it holds no item"))
}

/// The texts and numbers of a JSON array; placeholders are dropped.
pub(super) fn from_json(items: &[Json]) -> Option<Vec<String>> {
    unique(items.iter().filter_map(|item| match item {
        Json::String(item) if !is_placeholder(item) => text::normalise(&item.replace(';', ",")).ok(),
        Json::Number(number) => Some(number.to_string()),
        Json::Object(object) => match object.get("name") {
            Some(Json::String(name)) if !is_placeholder(name) => text::normalise(name).ok(),
            _ => None,
        },
        _ => None,
    }))
}

/// Each item once, in order; `None` when there is none.
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

fn strip_bullet(line: &str) -> &str {
    line.trim_start().trim_start_matches(['-', '*', '•']).trim_start()
}
