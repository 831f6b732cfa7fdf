//! A line of JSONL: the positions of its members in the text, and the cells for their values.
//!
//! Values stay raw text, so that a value that a run does not change is written back exactly, down to the last
//! zero of `1.0`. This module reads no file.

use std::{borrow::Cow, collections::HashMap, fmt, ops::Range};

use marl_core::value::Value;
use serde::{
    Deserialize,
    de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::problem::JsonlProblem;
use crate::problem::TableProblem;

/// The columns of a JSONL file, found by name.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Columns {
    pub(crate) fn new(names: &[String]) -> Self {
        let mut columns = Self::default();
        for name in names {
            columns.place_or_add(name);
        }
        columns
    }

    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    pub(crate) fn place_or_add(&mut self, name: &str) -> usize {
        if let Some(place) = self.place(name) {
            return place;
        }
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// Calls `each` with the key of every member of the object in `line` and the position of its value. A problem
/// is returned with its column.
pub(crate) fn members(
    line: &str,
    mut each: impl FnMut(&str, Range<usize>) -> Result<(), TableProblem>,
) -> Result<(), (usize, TableProblem)> {
    let start = line.len() - line.trim_ascii_start().len();
    if let Some(what) = other_than_object(&line[start..]) {
        return Err((column_at(line, start), JsonlProblem::NotObject(what).into()));
    }
    let mut refused = None;
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let visitor = Members {
        each: |key: &str, raw: &str| {
            // The raw value borrows from `line`, so the distance of the pointers is its position.
            let from = raw.as_ptr() as usize - line.as_ptr() as usize;
            each(key, from..from + raw.len()).map_err(|problem| refused = Some((from, problem)))
        },
    };
    let read = deserializer.deserialize_map(visitor).and_then(|()| deserializer.end());
    match (refused, read) {
        (Some((from, problem)), _) => Err((column_at(line, from), problem)),
        (None, Err(error)) => {
            let broken = JsonlProblem::BrokenJson(without_place(&error));
            Err((column_at(line, error.column().saturating_sub(1)), broken.into()))
        }
        (None, Ok(())) => Ok(()),
    }
}

/// A raw value as a cell: strings and numbers become text, a list of scalars becomes a list, and an object
/// its compact text; `None` for null and for blank text.
pub(crate) fn value_of(raw: &str) -> Option<Value> {
    match raw.as_bytes().first()? {
        b'n' => None,
        b'[' => match scalars(raw) {
            Some(items) if items.is_empty() => None,
            Some(items) => Some(Value::List(items)),
            None => Some(Value::Text(compact(raw))),
        },
        b'{' => Some(Value::Text(compact(raw))),
        _ => scalar(raw).map(Value::Text),
    }
}

/// The texts of an array's items; `None` if an item is itself an array or object.
fn scalars(raw: &str) -> Option<Vec<String>> {
    let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    let is_nested = |item: &&RawValue| item.get().starts_with(['[', '{']);
    if items.iter().any(is_nested) {
        return None;
    }
    Some(items.iter().filter_map(|item| scalar(item.get())).collect())
}

fn scalar(raw: &str) -> Option<String> {
    let text = match raw.as_bytes().first()? {
        b'n' => return None,
        // Half a surrogate pair is valid JSON but not valid text, so it stays in its escaped form.
        b'"' => serde_json::from_str(raw).unwrap_or_else(|_| raw[1..raw.len() - 1].to_owned()),
        _ => raw.to_owned(),
    };
    (!text.trim().is_empty()).then_some(text)
}

/// The same JSON without white space between its tokens.
fn compact(raw: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keeps = |c: &char| {
        let is_kept = in_string || !c.is_ascii_whitespace();
        in_string ^= *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        is_kept
    };
    raw.chars().filter(keeps).collect()
}

/// The name of the line's content, if it is valid JSON (or the start of an array) other than an object.
fn other_than_object(line: &str) -> Option<&'static str> {
    let what = match line.as_bytes().first()? {
        b'{' => return None,
        b'[' => return Some("an array"),
        b'"' => "a string",
        b'-' | b'0'..=b'9' => "a number",
        _ => "a single value",
    };
    serde_json::from_str::<IgnoredAny>(line).ok().map(|_| what)
}

/// The column, in characters from 1, of the byte at `at`.
fn column_at(line: &str, at: usize) -> usize {
    line.char_indices().take_while(|(index, _)| *index < at).count() + 1
}

/// serde_json adds the line within the text it was given, which is always our single line.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members<F> {
    each: F,
}

impl<'de, F: FnMut(&str, &'de str) -> Result<(), ()>> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            let raw: &RawValue = map.next_value()?;
            (self.each)(&key, raw.get()).map_err(|()| A::Error::custom("refused"))?;
        }
        Ok(())
    }
}
