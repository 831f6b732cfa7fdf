//! Finds JSON values in prose. This module must not know the question.

use serde_json::{Deserializer, Value as Json};

use super::lenient;

/// How much of an answer is read, in bytes. A real answer has a few thousand.
pub(super) const LONGEST: usize = 256 * 1024;

/// How many brackets that may open a value are tried, and how many cut values are accepted. A hostile
/// answer may contain a million of them.
const MOST_TRIED: usize = 500;
const MOST_CUT: usize = 8;

/// A JSON value in a text.
pub(super) struct Found<'a> {
    /// The text before the value, from the previous value or the start of the text.
    pub(super) before: &'a str,
    /// The value: an object or an array.
    pub(super) json: Json,
}

/// The objects and arrays in a text, in order, and the text after the last one.
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
        // A cut value that opens without a quote may be a word in braces; the answer may follow.
        if !read.is_cut || text[start + 1..].trim_start().starts_with(['"', '\\']) {
            from = start + read.length;
            last_end = from;
        }
    }
    (found, &text[last_end.min(text.len())..])
}

/// Whether a bracket may open an object or an array of values. `[1]` is a footnote, and `{name}` is a
/// word in braces.
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

/// Reads the value at the start of the text, as JSON or else as malformed JSON.
fn parse(text: &str, left: &mut usize) -> Option<lenient::Read> {
    let mut strict = Deserializer::from_str(text).into_iter::<Json>();
    if let Some(Ok(json)) = strict.next() {
        return Some(lenient::Read { json, length: strict.byte_offset(), is_cut: false });
    }
    // An escaped JSON text whose outer quotes are missing.
    let beginning = &text[1..text.floor_char_boundary(20)];
    if beginning.trim_start_matches(['{', '[']).trim_start_matches("\\n").trim_start().starts_with("\\\"") {
        let plain = text.replace("\\n", "\n").replace("\\\"", "\"");
        return lenient::read(&plain, left).map(|read| lenient::Read { length: text.len(), ..read });
    }
    lenient::read(text, left)
}
