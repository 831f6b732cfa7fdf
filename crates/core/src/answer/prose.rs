//! Finds the JSON in prose. This module must not know what was asked.

use serde_json::Value as Json;

/// How much of an answer is looked at, in bytes; a real one has a few thousand.
const LONGEST: usize = 256 * 1024;

/// How many bytes are read in looking for the ends of values. A real answer is read about
/// once; a hostile one may open a million values that never close.
const MOST_READ: usize = 16 * LONGEST;

/// A JSON value in a text.
pub(super) struct Found<'a> {
    /// The text in front of it, from the text's start or the value before it.
    pub(super) before: &'a str,
    /// The value, an object or an array.
    pub(super) json: Json,
}

/// The objects and arrays in the text, in order.
pub(super) fn values(text: &str) -> Vec<Found<'_>> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut found = Vec::new();
    let (mut from, mut last_end, mut read) = (0, 0, 0);
    while let Some(start) = text[from..].find(['{', '[']).map(|at| from + at) {
        from = start + 1;
        if !opens_a_value(&text[start..]) {
            continue;
        }
        if read > MOST_READ {
            break;
        }
        let Some(length) = value_length(&text[start..]) else {
            read += text.len() - start;
            continue;
        };
        read += length;
        if let Some(json) = parse(&text[start..start + length]) {
            found.push(Found { before: &text[last_end..start], json });
            from = start + length;
            last_end = from;
        }
    }
    found
}

/// Whether a bracket may open an object, or an array of objects: `[1]` is a footnote and
/// `{name}` a word in braces.
fn opens_a_value(text: &str) -> bool {
    let (bracket, rest) = text.split_at(1);
    let next = rest.trim_start();
    if bracket == "{" { next.starts_with('"') } else { next.starts_with(['{', '[']) }
}

/// The length of the value that opens at the start of `text`, strings regarded.
fn value_length(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Parses JSON; failing that, once more with what models get wrong mended.
fn parse(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&mended(text)).ok())
}

/// Drops trailing commas, raw line ends in strings and halves of surrogate pairs.
fn mended(text: &str) -> String {
    let mut in_string = false;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '\\' if in_string => {
                let (escape, length) = mended_escape(rest);
                out.push_str(escape);
                rest = &rest[length..];
                continue;
            }
            ',' if !in_string && rest[1..].trim_start().starts_with(['}', ']']) => 1,
            c if in_string && c.is_control() => {
                out.push(' ');
                c.len_utf8()
            }
            c => {
                in_string ^= c == '"';
                out.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    out
}

/// What to write for the escape that `text` begins with, and how long that one is. One cut
/// emoji (`\ud83d`) must not make the whole answer unreadable.
fn mended_escape(text: &str) -> (&str, usize) {
    const REPLACEMENT: &str = "\u{fffd}";
    let digits = |text: &str| {
        let digits = text.strip_prefix("\\u")?;
        Some(digits.bytes().take(4).take_while(u8::is_ascii_hexdigit).count())
    };
    let unit = |text: &str| u16::from_str_radix(text.get(2..6)?, 16).ok();
    match digits(text) {
        None => {
            let length = 1 + text[1..].chars().next().map_or(0, char::len_utf8);
            (&text[..length], length)
        }
        Some(4) => match (unit(text), text.get(6..).filter(|next| digits(next) == Some(4)).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (&text[..12], 12),
            (Some(0xd800..=0xdfff), _) => (REPLACEMENT, 6),
            _ => (&text[..6], 6),
        },
        Some(cut) => (REPLACEMENT, 2 + cut),
    }
}
