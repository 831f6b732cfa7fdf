//! Reads an answer that is an outline: keys with their values line by line, nested by indentation as in
//! YAML. Models write outlines that no YAML parser accepts, so only the notation common to all of them is
//! read.
//!
//! This module must not know the question.

use serde_json::Value as Json;

use super::{Object, lenient};

/// How many lines of an answer are read, and how deep they may be nested.
const MOST_LINES: usize = 400;
const DEEPEST: usize = 16;

/// The length limit of a key, in bytes.
const LONGEST_KEY: usize = 60;

/// A section of an outline. No key occurs twice in a section.
pub(super) struct Section<'a> {
    /// The line that announces the section: `Correction:`.
    pub(super) label: &'a str,
    pub(super) json: Json,
}

/// The sections of an outline. A repeated key begins a new section.
pub(super) fn sections(text: &str) -> Vec<Section<'_>> {
    let mut reader = OutlineReader { lines: lines(text), at: 0 };
    let (mut sections, mut members, mut label) = (Vec::new(), Object::new(), "");
    let mut next_label = "";
    while let Some(line) = reader.next() {
        reader.at += 1;
        let Some((key, value)) = member(line.text) else { continue };
        if value.is_empty() && reader.nested_below(line).is_none() {
            next_label = line.text;
        }
        if members.contains_key(key) {
            let json = Json::Object(std::mem::take(&mut members));
            sections.push(Section { label, json });
            label = next_label;
        }
        let value = reader.value(value, line, 0);
        members.insert(key.to_owned(), value);
    }
    sections.push(Section { label, json: Json::Object(members) });
    sections
}

/// A line without its indentation and its comment.
#[derive(Clone, Copy)]
struct Line<'a> {
    indent: usize,
    text: &'a str,
}

impl Line<'_> {
    fn is_item(self) -> bool {
        self.text.starts_with("- ") || self.text == "-"
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let is_content = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("```") && !line.starts_with('#') && line != "---"
    };
    let of = |line: &'_ str| line.len() - line.trim_start().len();
    text.lines()
        .filter(is_content)
        .take(MOST_LINES)
        .map(|line| Line { indent: of(line), text: without_comment(line).trim() })
        .collect()
}

/// A line without a comment after two blanks. A single blank does not count: "ranked # 1" is text.
pub(super) fn without_comment(line: &str) -> &str {
    line.split_once("  # ").map_or(line, |(before, _)| before)
}

/// The key and the value of `key: value`. The value may be in the lines below instead.
fn member(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_matches(|c: char| "*_`\"' ".contains(c));
    let is_key = !key.is_empty()
        && key.len() <= LONGEST_KEY
        && key.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c))
        && (value.is_empty() || value.starts_with([' ', '*', '\t']));
    is_key.then_some((key, value.trim_start_matches('*').trim()))
}

struct OutlineReader<'a> {
    lines: Vec<Line<'a>>,
    at: usize,
}

impl<'a> OutlineReader<'a> {
    fn next(&self) -> Option<Line<'a>> {
        self.lines.get(self.at).copied()
    }

    /// The first line below a key, when the line belongs to the key: it is indented, or an item of the
    /// key's list.
    fn nested_below(&self, key: Line<'_>) -> Option<Line<'a>> {
        let is_below = |line: &Line<'_>| {
            line.indent > key.indent || line.indent == key.indent && line.is_item() && !key.is_item()
        };
        self.next().filter(is_below)
    }

    /// The value of a key, from its own line or the lines below.
    fn value(&mut self, inline: &str, key: Line<'_>, depth: usize) -> Json {
        let is_block = matches!(inline, "|" | ">" | "|-" | ">-" | "|+" | ">+");
        if !inline.is_empty() && !is_block {
            return scalar(inline);
        }
        match self.nested_below(key) {
            None => Json::Null,
            Some(first) if is_block || depth >= DEEPEST => self.text(first),
            Some(first) if first.is_item() => self.list(first, depth + 1),
            Some(first) if member(first.text).is_some() => self.map(first, depth + 1),
            Some(first) => self.text(first),
        }
    }

    /// The lines of a text, joined by blanks.
    fn text(&mut self, first: Line<'_>) -> Json {
        let mut parts = Vec::new();
        while let Some(line) = self.next().filter(|line| line.indent >= first.indent) {
            parts.push(line.text);
            self.at += 1;
        }
        Json::from(parts.join(" "))
    }

    fn map(&mut self, first: Line<'_>, depth: usize) -> Json {
        let mut members = Object::new();
        while let Some(line) = self.next().filter(|line| line.indent >= first.indent) {
            self.at += 1;
            if let Some((key, value)) = member(line.text) {
                let value = self.value(value, line, depth);
                members.insert(key.to_owned(), value);
            }
        }
        Json::Object(members)
    }

    fn list(&mut self, first: Line<'_>, depth: usize) -> Json {
        let mut items = Vec::new();
        while let Some(line) = self.next().filter(|line| line.indent >= first.indent && line.is_item()) {
            let inner = line.text[1..].trim_start();
            // Further members of an item are indented to the column of its first member.
            let indent = line.indent + line.text.len() - inner.len();
            if member(inner).is_some() && depth < DEEPEST {
                self.lines[self.at] = Line { indent, text: inner };
                items.push(self.map(Line { indent, text: inner }, depth + 1));
            } else {
                self.at += 1;
                items.push(scalar(inner));
            }
        }
        Json::Array(items)
    }
}

/// A value on one line: null, a list or object in brackets, or a text.
fn scalar(text: &str) -> Json {
    const NULLS: [&str; 6] = ["", "~", "null", "Null", "NULL", "None"];
    if NULLS.contains(&text) {
        return Json::Null;
    }
    if text.starts_with(['[', '{'])
        && text.ends_with([']', '}'])
        && let Some(read) = lenient::read(text, &mut lenient::MOST_READ.clone())
    {
        return read.json;
    }
    let quoted = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    Json::from(quoted.unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outline_becomes_json() {
        let text = "```yaml\ncompany:\n  ceo:\n    name: Jane Doe  # since 2020\n    url: ~\n  stack:\n  - Rust\n  - Go\n  about: >\n    Makes anvils\n    and hammers.\n  people:\n    - name: A\n      age: 1\n    - name: B\ncount: \"12\"\ntags: [a, b]\n```";
        let expect = json!({
            "company": {
                "ceo": {"name": "Jane Doe", "url": null},
                "stack": ["Rust", "Go"],
                "about": "Makes anvils and hammers.",
                "people": [{"name": "A", "age": "1"}, {"name": "B"}],
            },
            "count": "12",
            "tags": ["a", "b"],
        });
        let sections = sections(text);
        assert_eq!((sections.len(), &sections[0].json), (1, &expect));
    }

    #[test]
    fn a_repeated_key_begins_a_section() {
        let sections = sections("name: A\nage: 1\n\nCorrection:\nname: B");
        let labels: Vec<_> = sections.iter().map(|section| section.label).collect();
        assert_eq!(labels, ["", "Correction:"]);
        assert_eq!(sections[1].json, json!({"name": "B"}));
    }

    #[test]
    fn hostile_outlines_are_read_in_bounded_time() {
        for text in [
            "a:\n".repeat(50_000),
            (0..50_000).map(|n| " ".repeat(n % 300) + "a:\n").collect(),
            "- - - -\n".repeat(50_000),
        ] {
            assert!(sections(&text).len() <= MOST_LINES + 1);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_causes_a_panic(text in "([ ]{0,4}|a: |b:|- |\n|[|>\\[{\"]|é){0,60}") {
            sections(&text);
        }
    }
}
