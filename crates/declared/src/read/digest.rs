//! The version of a declared contract: a digest of everything that decides how the same reply is read.

use marl_core::SmolStr;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use toml::de::DeValue;

use super::section::Section;

/// The keys of an operation that decide what its replies mean. Its request is a part of each call instead, and
/// prices and limits change no field.
const MEANING: [&str; 4] = ["when", "no_data", "bulk", "poll"];

/// The keys of an integration that explain or try it, and the keys of a column that explain it.
const TEXTS: [&str; 2] = ["example", "description"];
const TEXTS_OF_COLUMN: [&str; 2] = ["about", "aliases"];

/// The version of an integration's contract. Examples, texts, comments and the order of keys do not count.
pub(super) fn version(root: &Section<'_, '_>, integration: &Section<'_, '_>, operation: &str) -> SmolStr {
    let mut text = String::new();
    let mut entries = integration.entries();
    entries.retain(|(key, _, _)| !TEXTS.contains(key));
    entries.sort_by_key(|(key, _, _)| *key);
    for (key, _, value) in entries {
        let mut value = json(value.get_ref());
        if let ("inputs" | "outputs", Json::Object(columns)) = (key, &mut value) {
            for column in columns.values_mut().filter_map(Json::as_object_mut) {
                column.retain(|key, _| !TEXTS_OF_COLUMN.contains(&key.as_str()));
            }
        }
        text.push_str(&format!("{key}={value}\n"));
    }
    let table = |key: &'static str| root.get(key).and_then(|value| value.get_ref().as_table());
    let operation = table("operation").and_then(|all| all.get(operation)?.get_ref().as_table());
    for key in MEANING {
        if let Some(value) = operation.and_then(|operation| operation.get(key)) {
            text.push_str(&format!("operation.{key}={}\n", json(value.get_ref())));
        }
    }
    if let Some(rules) = table("provider").and_then(|provider| provider.get("when")) {
        text.push_str(&format!("provider.when={}\n", json(rules.get_ref())));
    }
    hex(&Sha256::digest(text), 12).into()
}

/// A value as JSON with sorted keys. Numbers keep their spelling.
fn json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Integer(number) => Json::from(format!("{}:{}", number.radix(), number.as_str())),
        DeValue::Float(number) => Json::from(number.as_str()),
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Datetime(date) => Json::from(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let members = table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            Json::Object(members.collect())
        }
    }
}

/// The first digits of a digest.
pub(crate) fn hex(digest: &[u8], digits: usize) -> String {
    let mut hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.truncate(digits);
    hex
}
