//! Describes mistakes in TOML files: their location, and which word the user probably meant.
//!
//! This module knows neither the settings nor recipes, and it reads no file.

use engine::nearest;

use crate::failure::Failure;

/// The line of a byte offset in `text`, from 1.
pub(crate) fn line(text: &str, offset: usize) -> usize {
    before(text, offset).matches('\n').count() + 1
}

/// A location in messages: `marl.toml, line 2, column 16`.
pub(crate) fn place(file: &str, text: &str, offset: usize) -> String {
    let column = before(text, offset).rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{file}, line {}, column {column}", line(text, offset))
}

/// A parser's error as `file, line, column: what`; for an unknown key, the nearest known key is the hint.
pub(crate) fn failure(file: &str, text: &str, error: &toml::de::Error) -> Failure {
    let place = place(file, text, error.span().map_or(0, |span| span.start));
    let message = error.message().lines().next().unwrap_or_default();
    let failure = Failure::usage(in_words(message)).at(&place);
    match nearest_known(message) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(advice(message)),
    }
}

/// The message with plain words in place of the names of Rust types.
fn in_words(message: &str) -> String {
    let (what, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    let wanted = match wanted {
        "usize" | "u32" | "u64" | "u16" => "a whole number",
        "i32" | "i64" => "a whole number",
        "f32" | "f64" | "floating point number" => "a number",
        "a boolean" => "`true` or `false`",
        "a map" => "a table",
        "a sequence" => "a list",
        other => other,
    };
    if wanted.is_empty() { what.to_owned() } else { format!("{what}, expected {wanted}") }
}

/// The hint for a mistake without a nearest word.
fn advice(message: &str) -> &'static str {
    if message.starts_with("unknown") {
        return "write one of the words that the message lists, or leave this one out";
    }
    if message.starts_with("duplicate key") {
        return "leave one of the two out";
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        return "write numbers without quotes and texts in quotes: `attempts = 4`, `currency = \"USD\"`";
    }
    "the file is TOML: a table begins with `[name]`, and a line below it is `key = value` with texts in quotes"
}

/// The parser's message names the unknown word first and then the known ones, all in backticks.
fn nearest_known(message: &str) -> Option<&str> {
    let mut words = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown").then(|| words.next()).flatten()?;
    nearest(unknown, words)
}

fn before(text: &str, offset: usize) -> &str {
    &text[..text.floor_char_boundary(offset.min(text.len()))]
}
