//! Prints a JSON document that lists many similar items, with one line for each item.
//!
//! Agents pay for every character, so items are written without white space; one line for each item keeps the
//! document readable. Characters that a terminal would interpret or hide are written as JSON `\u` escapes, so
//! a program reads the same text. This module only makes the text; others print it.

use std::io;

use marl_core::terminal::shown_json;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The most characters that a document has by default. Tools that run commands for agents truncate longer
/// output, and the end of the document would be lost.
pub(crate) const MOST_CHARACTERS: usize = 24_000;

/// The text of a whole document.
pub fn listing(document: &impl Serialize) -> String {
    text(document, 0)
}

/// The number of characters of an item in a document's list.
pub fn item_size(item: &impl Serialize) -> usize {
    const LINE_END_INDENT_COMMA: usize = 1 + 2 * OPEN + 1;
    size(item) + LINE_END_INDENT_COMMA
}

/// The number of characters of a value within an item.
pub fn size(value: &impl Serialize) -> usize {
    text(value, OPEN).chars().count()
}

/// The depth to which lines are broken: the document itself, and its lists.
const OPEN: usize = 2;

fn text(value: &impl Serialize, depth: usize) -> String {
    let mut bytes = Vec::new();
    let lines = Lines { depth, is_empty: true };
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, lines))
        .expect("our documents have text keys");
    let text = String::from_utf8(bytes).expect("JSON is written as text");
    // The size counts the escapes that are printed.
    shown_json(&text).into_owned()
}

/// A formatter that breaks lines down to the depth [`OPEN`].
struct Lines {
    depth: usize,
    is_empty: bool,
}

impl Lines {
    fn open<W: io::Write + ?Sized>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        writer.write_all(sign)
    }

    fn close<W: io::Write + ?Sized>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        if !self.is_empty {
            self.break_line(writer, self.depth - 1)?;
        }
        self.depth -= 1;
        self.is_empty = false;
        writer.write_all(sign)
    }

    fn next<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.is_empty = false;
        self.break_line(writer, self.depth)
    }

    fn break_line<W: io::Write + ?Sized>(&self, writer: &mut W, indent: usize) -> io::Result<()> {
        if self.depth > OPEN {
            return Ok(());
        }
        writer.write_all(b"\n")?;
        (0..indent).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Lines {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth < OPEN { b": " } else { b":" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn a_line_for_each_item() {
        let document = json!({ "a": 1, "b": [], "c": [{ "x": [1, "y"], "z": {} }, { "x": null }] });
        insta::assert_snapshot!(listing(&document), @r#"
        {
          "a": 1,
          "b": [],
          "c": [
            {"x":[1,"y"],"z":{}},
            {"x":null}
          ]
        }
        "#);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn the_text_parses_back_and_has_the_computed_length(texts in prop::collection::vec(any::<String>(), 1..5)) {
            let items: Vec<Json> = texts.iter().map(|text| json!({ "t": text, "\u{9b}2J": [text] })).collect();
            let document = json!({ "items": items });
            let text = listing(&document);
            prop_assert_eq!(shown_json(&text), text.as_str());
            let read: Json = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &document);
            let frame = listing(&json!({ "items": [Json::Null] })).chars().count() - item_size(&Json::Null);
            let sizes: usize = items.iter().map(item_size).sum();
            prop_assert_eq!(text.chars().count(), frame + sizes);
        }
    }
}
