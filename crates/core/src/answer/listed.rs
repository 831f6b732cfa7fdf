//! Reads the items of a list that a model wrote as a text in a notation other than JSON: HTML items, a
//! Python tuple or set, quoted words, middle dots, lines with dashes. This module must not judge the
//! items.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

/// The items of a text as JSON; `None` when the text is not a list in one of these notations.
pub(super) fn items(text: &str) -> Option<Json> {
    static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"(?i)</li>\s*(?:<li>)?|<li>|</?[uo]l>|<br ?/?>|\s[·•∙]\s|\n\s*[–—]\s|["']\s*(?:,|;|/|&|and|und|et|y)\s*["']"#;
        Regex::new(pattern).expect("the pattern is valid")
    });
    let whole = text.trim();
    if whole.starts_with('[') {
        return None;
    }
    let inner = without_brackets(whole);
    let parts: Vec<&str> = BETWEEN.split(inner).collect();
    if parts.len() < 2 {
        // "(Python, React)"
        return (inner.len() < whole.len() && inner.contains(',')).then(|| array(inner.split(',')));
    }
    Some(array(parts.into_iter()))
}

/// The text without the brackets of `(...)`, `set([...])` or `{...}` around all of it.
fn without_brackets(text: &str) -> &str {
    let unwrap = |text, open, close| -> Option<&str> {
        let inner = str::strip_suffix(str::strip_prefix(text, open)?, close)?;
        (!inner.contains(['(', ')', '{', '}'])).then_some(inner)
    };
    let brackets =
        [("set([", "])"), ("frozenset([", "])"), ("({", "})"), ("([", "])"), ("(", ")"), ("{", "}")];
    brackets.iter().find_map(|(open, close)| unwrap(text, *open, *close)).unwrap_or(text)
}

fn array<'a>(parts: impl Iterator<Item = &'a str>) -> Json {
    let item =
        |part: &'a str| part.trim().trim_start_matches(['–', '—']).trim().trim_matches(['"', '\'']).trim();
    parts.map(item).filter(|item| !item.is_empty()).map(Json::from).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_in_other_notations_are_read() {
        for text in [
            "<ul><li>Rust</li><li>Kafka</li></ul>",
            "<li>Rust\n<li>Kafka",
            "Rust<br>Kafka",
            "Rust · Kafka",
            "– Rust\n– Kafka",
            "(\"Rust\", \"Kafka\")",
            "('Rust','Kafka')",
            "set([\"Rust\", \"Kafka\"])",
            "(Rust, Kafka)",
            "\"Rust\", \"Kafka\"",
            "\"Rust\" and \"Kafka\"",
        ] {
            assert_eq!(items(text), Some(json!(["Rust", "Kafka"])), "{text}");
        }
        for text in ["Rust, Kafka", "Rust", "Rust (2021)", "", "()", "R&D", "[\"Rust\", \"Kafka\"]"] {
            assert_eq!(items(text), None, "{text}");
        }
    }
}
