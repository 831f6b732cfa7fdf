//! The key of a call: the hash of what would be sent.

use std::fmt;

use marl_core::Call;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// The source and the account from which a provider's calls are bought; a part of every key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The base address when it is not the vendor's default; for the sandbox the word
    /// `sandbox`, never its port.
    pub base: Option<String>,
    /// The account's name in the settings. The API key is not a part: a rotated key must not buy everything
    /// again.
    pub account: String,
}

/// Identifies a call in the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of `call` when it is bought within `scope`.
    pub fn of(call: &Call, scope: &Scope) -> Self {
        let mut hash = Sha256::new();
        let base = scope.base.as_deref().unwrap_or_default();
        for part in [call.provider.as_str(), base, &scope.account, &call.operation] {
            // The length separates the parts unambiguously.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(canonical(&call.parameters));
        Self(hash.finalize().into())
    }
}

impl Key {
    /// A key from its stored bytes.
    pub fn stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 64 bits, which the ledger's index holds.
    pub fn short(&self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every call that is sent has its key as text, and formatting byte by byte takes microseconds.
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
        let text: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        f.write_str(&text)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// JSON text with sorted keys and no spaces, in whatever order the parameters were built. The ledger stores a
/// call's parameters in this form.
pub fn canonical(json: &Json) -> String {
    let mut text = String::new();
    write_canonical(json, &mut text);
    text
}

fn write_canonical(json: &Json, text: &mut String) {
    match json {
        Json::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&Json::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(value, text);
            }
            text.push('}');
        }
        Json::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write_canonical(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(operation: &str, parameters: Json, base: Option<&str>) -> Key {
        let call = Call { provider: "p".into(), operation: operation.into(), parameters };
        Key::of(&call, &Scope { base: base.map(str::to_owned), account: "default".to_owned() })
    }

    #[test]
    fn the_order_of_parameters_does_not_change_the_key() {
        let one: Json = serde_json::from_str(r#"{"a": 1, "b": {"x": [1, 2], "y": "z"}}"#).unwrap();
        let other: Json = serde_json::from_str(r#"{"b": {"y": "z", "x": [1, 2]}, "a": 1}"#).unwrap();
        assert_eq!(key("o", one, None), key("o", other, None));
    }

    #[test]
    fn everything_that_is_sent_changes_the_key() {
        let all = [
            key("o", json!({"a": 1}), None),
            key("o", json!({"a": "1"}), None),
            key("o", json!({"a": 2}), None),
            key("q", json!({"a": 1}), None),
            key("o", json!({"a": 1}), Some("https://elsewhere.example")),
            key("o", json!({"a": 1}), Some("sandbox")),
        ];
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn a_key_never_changes() {
        // Stored ledgers depend on this: a changed key would buy everything again.
        let key = key("get", json!({"linkedin_url": "https://www.linkedin.com/in/x"}), None).to_string();
        assert_eq!(key, "a2b54c841e2c97552dd0d6b437b3d3ab761fd62976b56650e52c1c046007418b");
    }
}
