//! The type `json`: any JSON value, as compact text with sorted keys. This module must not know what a value
//! means.

use serde_json::{Map, Number, Value as Json};

use super::{CELL_CHARACTERS, Invalid, is_placeholder, number, visible};

/// The nesting limit, which is below that of JSON parsers.
const DEEPEST: usize = 64;

const UNREADABLE: Invalid = Invalid("it is not JSON");
const NOTHING: Invalid = Invalid("it is an empty JSON value");

/// Reads the text of a cell, which must be one JSON value that says something.
pub(super) fn read(raw: &str) -> Result<Json, Invalid> {
    let json = parsed(raw)?;
    says_something(&json).then_some(()).ok_or(NOTHING)?;
    normal(&json).ok_or(Invalid("it is too long or too deep for a cell"))
}

/// The normal form of a JSON value. Tools often write an object or a list as a text, which is read.
pub(super) fn from_json(json: &Json) -> Option<Json> {
    match json {
        Json::String(text) if text.trim_start().starts_with(['{', '[']) => match parsed(text) {
            Ok(inner) => said(&inner),
            Err(_) => said(json),
        },
        json => said(json),
    }
}

fn said(json: &Json) -> Option<Json> {
    if says_something(json) { normal(json) } else { None }
}

fn parsed(raw: &str) -> Result<Json, Invalid> {
    // No text of this length can become short enough.
    const LONGEST: usize = CELL_CHARACTERS * 16;
    if raw.len() > LONGEST {
        return Err(Invalid("it is too long for a cell"));
    }
    serde_json::from_str(raw).map_err(|_| UNREADABLE)
}

/// Whether a value is more than null, an empty list, an empty object or a placeholder such as "N/A".
fn says_something(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::String(text) => !is_placeholder(text),
        Json::Array(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    }
}

/// The value with clean texts and short numbers; `None` if it does not fit into a cell.
fn normal(json: &Json) -> Option<Json> {
    let json = cleaned(json, 0)?;
    (json.to_string().chars().count() <= CELL_CHARACTERS).then_some(json)
}

fn cleaned(json: &Json, depth: usize) -> Option<Json> {
    let depth = (depth < DEEPEST).then_some(depth + 1)?;
    Some(match json {
        Json::String(text) => Json::String(clean(text)),
        Json::Number(number) => Json::Number(short(number)?),
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| cleaned(item, depth)).collect::<Option<_>>()?)
        }
        Json::Object(members) => {
            let member = |(key, value): (&String, &Json)| Some((clean(key), cleaned(value, depth)?));
            // Keys that differ only in invisible characters are a defect of the source.
            let clean: Map<String, Json> = members.iter().map(member).collect::<Option<_>>()?;
            (clean.len() == members.len()).then_some(Json::Object(clean))?
        }
        other => other.clone(),
    })
}

/// The text without characters that are invisible, or that break lines in ways of their own.
fn clean(text: &str) -> String {
    visible(text).replace(['\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], " ")
}

/// A whole number unchanged, and any other with 15 significant digits: parsers differ beyond them.
fn short(number: &Number) -> Option<Number> {
    if number.is_f64() {
        Number::from_f64(number::in_fifteen_digits(number.as_f64()?)?)
    } else {
        Some(number.clone())
    }
}
