//! Finds the JSON in prose. This module must not know what was asked.

use serde_json::{Deserializer, Value as Json};

use super::lenient;

/// How much of an answer is looked at, in bytes; a real one has a few thousand.
pub(super) const LONGEST: usize = 256 * 1024;

/// How many brackets that open no value are looked into, and how many values that never end.
/// A hostile answer may open a million of them.
const MOST_TRIED: usize = 500;
const MOST_CUT: usize = 8;

/// A JSON value in a text.
pub(super) struct Found<'a> {
    /// The text in front of it, from the text's start or the value before it.
    pub(super) before: &'a str,
    /// The value, an object or an array.
    pub(super) json: Json,
}

/// The objects and arrays in the text, in order, and the text behind the last of them.
pub(super) fn values(text: &str) -> (Vec<Found<'_>>, &str) {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut found = Vec::new();
    let (mut from, mut last_end, mut tried, mut cut) = (0, 0, 0, 0);
    let mut left = lenient::MOST_READ;
    while let Some(start) = text[from..].find(['{', '[']).map(|at| from + at) {
        from = start + 1;
        if !opens_a_value(&text[start..]) {
            continue;
        }
        tried += 1;
        if tried > MOST_TRIED || cut > MOST_CUT || left == 0 {
            break;
        }
        let Some(read) = parse(&text[start..], &mut left) else { continue };
        found.push(Found { before: &text[last_end..start], json: read.json });
        cut += usize::from(read.is_cut);
        // What opens without a quote may have been a word in braces, and the answer follows.
        if !read.is_cut || text[start + 1..].trim_start().starts_with(['"', '\\']) {
            from = start + read.length;
            last_end = from;
        }
    }
    (found, &text[last_end.min(text.len())..])
}

/// Whether a bracket may open an object, or an array of values: `[1]` is a footnote and
/// `{name}` a word in braces.
fn opens_a_value(text: &str) -> bool {
    let (bracket, rest) = text.split_at(1);
    let next = rest.trim_start();
    if bracket == "[" {
        return next.starts_with(['{', '[']);
    }
    let name = next.find(|c: char| !(c.is_alphanumeric() || "_-\\".contains(c))).unwrap_or(next.len());
    next.starts_with(['"', '\'', '`', '“', '„', '‘', '«', '{', '#'])
        || next.starts_with("//")
        || next.starts_with("/*")
        || next.starts_with("\\\"")
        || name > 0 && next[name..].trim_start_matches(['"', '\'', '”']).trim_start().starts_with(':')
}

/// Reads the value that the text opens with, as JSON or as what a model takes for JSON.
fn parse(text: &str, left: &mut usize) -> Option<lenient::Read> {
    let mut strict = Deserializer::from_str(text).into_iter::<Json>();
    if let Some(Ok(json)) = strict.next() {
        return Some(lenient::Read { json, length: strict.byte_offset(), is_cut: false });
    }
    // JSON in a text whose quotes around it are missing.
    let beginning = &text[1..text.floor_char_boundary(20)];
    if beginning.trim_start_matches(['{', '[']).trim_start_matches("\\n").trim_start().starts_with("\\\"") {
        let plain = text.replace("\\n", "\n").replace("\\\"", "\"");
        return lenient::read(&plain, left).map(|read| lenient::Read { length: text.len(), ..read });
    }
    lenient::read(text, left)
}
