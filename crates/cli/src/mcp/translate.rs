//! Translates a command's document into the protocol's terms: a command line becomes a tool with its arguments,
//! and a flag in a text becomes the argument's name. Cells and answers of providers are data and stay unchanged.

mod call;
#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};

/// Keys whose value is a command line, each with the key for the call that replaces it.
const COMMANDS: [(&str, &str); 3] =
    [("next_command", "next_call"), ("more", "next_call"), ("command", "call")];

/// Keys whose value is a text by marl.
const TEXTS: [&str; 10] =
    ["hint", "hints", "message", "causes", "note", "remarks", "table_notes", "settings", "why", "fix"];

/// Keys whose value is data from the table or from a provider, or is keyed by their names.
const DATA: [&str; 12] = [
    "cells",
    "parameters",
    "reply",
    "sample",
    "examples",
    "value",
    "values",
    "inputs",
    "outputs",
    "types",
    "label",
    "query",
];

/// Translates a command's document.
pub(super) fn document(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            Json::Object(fields.into_iter().map(|(key, value)| field(key, value)).collect())
        }
        Json::Array(items) => items.into_iter().map(document).collect(),
        other => other,
    }
}

fn field(key: String, value: Json) -> (String, Json) {
    if DATA.contains(&key.as_str()) {
        return (key, value);
    }
    if TEXTS.contains(&key.as_str()) {
        return (key, texts(value));
    }
    if let (Some((_, new_key)), true) = (COMMANDS.iter().find(|(name, _)| *name == key), !value.is_object()) {
        return match value.as_str().map(call::call) {
            None if value.is_null() => ((*new_key).to_owned(), Json::Null),
            Some(Some(call)) => ((*new_key).to_owned(), call),
            // Only a shell can run this command, so it stays for the user.
            _ => (key, value),
        };
    }
    match (key.as_str(), value.as_str().and_then(call::argument)) {
        ("flag", Some((name, Some(value)))) => ("argument".to_owned(), json!({ name: value })),
        _ => (key, document(value)),
    }
}

fn texts(value: Json) -> Json {
    match value {
        Json::String(value) => text(&value).into(),
        Json::Array(items) => items.into_iter().map(texts).collect(),
        other => document(other),
    }
}

/// Translates the commands and flags in a text. They are in backticks or, in a text by clap, in quotes.
pub(super) fn text(text: &str) -> String {
    let mut translated = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['`', '\'']) {
        let (before, quoted) = rest.split_at(at);
        translated.push_str(before);
        let quote = &quoted[..1];
        let inner = &quoted[1..];
        let is_flag = inner.starts_with("--");
        let end = inner.find(quote).filter(|_| quote == "`" || is_flag);
        let Some(end) = end else {
            translated.push_str(quote);
            rest = inner;
            continue;
        };
        translated.push_str(&span(&inner[..end]).unwrap_or_else(|| quoted[..end + 2].to_owned()));
        rest = &inner[end + 1..];
    }
    translated.push_str(rest);
    translated
}

/// Translates the text between quotes, if it is a command or a flag.
fn span(text: &str) -> Option<String> {
    if text.starts_with("marl ") {
        return Some(command(text));
    }
    if !text.starts_with("--") && !text.starts_with("-i ") {
        return None;
    }
    Some(match call::argument(text) {
        Some((name, Some(value))) => format!("`{name}: {value}`"),
        Some((name, None)) => format!("`{name}`"),
        None => format!("`{text}` (on the command line)"),
    })
}

fn command(line: &str) -> String {
    if let Some(call) = call::call(line) {
        let tool = call["tool"].as_str().unwrap_or_default();
        let arguments = call["arguments"].as_object().into_iter().flatten();
        let arguments: Vec<String> = arguments.map(|(name, value)| format!("`{name}: {value}`")).collect();
        return match arguments.as_slice() {
            [] => format!("`{tool}`"),
            _ => format!("`{tool}` ({})", arguments.join(", ")),
        };
    }
    // The line has placeholders, asks for `--help`, or leaves out required arguments.
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let entry = (1..=words.len().min(2)).rev().find_map(|count| call::tool_of(&words[..count]));
    match entry {
        Some(entry) if words.contains(&"--help") => format!("the schema of `{}`", entry.name),
        Some(entry) if !words.iter().any(|word| word.starts_with("--")) => format!("`{}`", entry.name),
        _ => format!("`{line}` (on the command line)"),
    }
}
