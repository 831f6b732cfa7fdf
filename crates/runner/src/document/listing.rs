//! A JSON document that is a list of many alike: one line for each of them.
//!
//! Agents pay for every character, so that items are written without white space; and a line for
//! each keeps them readable. What a terminal would obey or hide is written as JSON's `\u` escape,
//! so that the text is the same for a program. It only makes text; others print it.

use std::io;

use marl_core::terminal::shown_json;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The most characters that a document has by default. What runs a command for an agent cuts off
/// what is much longer, and its end would be lost.
pub(crate) const MOST_CHARACTERS: usize = 24_000;

/// A whole document.
pub fn listing(document: &impl Serialize) -> String {
    text(document, 0)
}

/// How many characters an item takes up in a list of a document.
pub fn item_size(item: &impl Serialize) -> usize {
    const LINE_END_INDENT_COMMA: usize = 1 + 2 * OPEN + 1;
    size(item) + LINE_END_INDENT_COMMA
}

/// How many characters a value takes up within an item.
pub fn size(value: &impl Serialize) -> usize {
    text(value, OPEN).chars().count()
}

/// How deep lines are broken: the document, and its lists.
const OPEN: usize = 2;

fn text(value: &impl Serialize, depth: usize) -> String {
    let mut bytes = Vec::new();
    let lines = Lines { depth, is_empty: true };
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, lines))
        .expect("our documents have text keys");
    let text = String::from_utf8(bytes).expect("JSON is written as text");
    // As it is printed: escapes count.
    shown_json(&text).into_owned()
}

/// Breaks lines down to [`OPEN`].
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
        fn it_says_the_same_and_is_as_long_as_was_said(texts in prop::collection::vec(any::<String>(), 1..5)) {
            let items: Vec<Json> = texts.iter().map(|text| json!({ "t": text, "\u{9b}2J": [text] })).collect();
            let document = json!({ "items": items });
            let told = listing(&document);
            prop_assert_eq!(shown_json(&told), told.as_str());
            let read: Json = serde_json::from_str(&told).unwrap();
            prop_assert_eq!(&read, &document);
            let frame = listing(&json!({ "items": [Json::Null] })).chars().count() - item_size(&Json::Null);
            let sizes: usize = items.iter().map(item_size).sum();
            prop_assert_eq!(told.chars().count(), frame + sizes);
        }
    }
}
