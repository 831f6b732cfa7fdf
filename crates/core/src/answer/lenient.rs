//! Reads malformed JSON as models write it. One bad token must not lose the other fields, and a value
//! that was cut off must not be kept.
//!
//! Valid JSON never comes here: serde_json reads it. No crate does this job: the crates that repair JSON
//! silently complete a cut value and read `1,200` as 1, and several overflow the stack on deep nesting.
//! This module must not know the question.

use serde_json::{Map, Value as Json};

mod string;

/// The nesting limit.
const DEEPEST: usize = 40;

/// The limit of bytes that may be read for one answer, look-ahead included. A real answer has a few
/// thousand bytes, each of which is read about twice.
pub(super) const MOST_READ: usize = 2 * 1024 * 1024;

/// How far the reader looks ahead for what follows a value, in bytes.
const AHEAD: usize = 1_500;

/// The result of reading one value.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    /// The object or array.
    pub(super) json: Json,
    /// The length of the value in the text, in bytes.
    pub(super) length: usize,
    /// Whether the text ends before the value does.
    pub(super) is_cut: bool,
}

/// Reads the object or array at the start of `text`; `None` when there is none. `left` is how many bytes
/// may still be read.
pub(super) fn read(text: &str, left: &mut usize) -> Option<Read> {
    let mut reader = Reader { text, at: 0, left: *left, depth: 0, is_cut: false };
    let json = reader.value(Within::Array);
    *left = reader.left;
    let json = json?;
    let holds_something = match &json {
        Json::Object(object) => !object.is_empty(),
        Json::Array(items) => !items.is_empty(),
        _ => false,
    };
    holds_something.then_some(Read { json, length: reader.at, is_cut: reader.is_cut })
}

/// What encloses a value. The enclosure decides what may follow the value.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Object,
    Array,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// How many bytes may still be read.
    left: usize,
    depth: usize,
    /// Whether the text ended inside a value.
    is_cut: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Moves on by `length` bytes; `false` once the budget is spent.
    fn advance(&mut self, length: usize) -> bool {
        self.at += length;
        self.spend(length)
    }

    fn spend(&mut self, length: usize) -> bool {
        self.left = self.left.saturating_sub(length.max(1));
        self.is_cut |= self.left == 0;
        self.left > 0
    }

    fn skip_trivia(&mut self) {
        let length = trivia(self.rest());
        self.advance(length);
    }

    /// The value at the current position; `None` when there is none or the value was cut off.
    fn value(&mut self, within: Within) -> Option<Json> {
        self.skip_trivia();
        match self.next()? {
            '{' | '[' if self.depth == DEEPEST => {
                self.is_cut = true;
                self.at = self.text.len();
                None
            }
            '{' => self.nested(Self::object),
            '[' => self.nested(Self::array),
            _ if string::opening(self.rest()).is_some() => self.string(within).map(Json::String),
            _ => self.bare(within),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Json>) -> Option<Json> {
        self.depth += 1;
        self.advance(1);
        let json = read(self);
        self.depth -= 1;
        json
    }

    /// The members of an object after its `{`.
    fn object(&mut self) -> Option<Json> {
        let mut members = Map::new();
        while self.skip_separators() {
            match self.next() {
                Some('}') => {
                    self.advance(1);
                    return Some(Json::Object(members));
                }
                // Templates double their braces: `{{"a": 1}}`.
                Some('{') if members.is_empty() => {
                    let inner = self.value(Within::Object)?;
                    self.skip_trivia();
                    let closing = usize::from(self.rest().starts_with('}'));
                    self.advance(closing);
                    return Some(inner);
                }
                // The enclosing array goes on, so this object's `}` is missing.
                Some(']' | '{') if self.depth > 1 && !members.is_empty() => {
                    return Some(Json::Object(members));
                }
                _ => {}
            }
            let Some(key) = self.key() else {
                self.skip_to_next_member();
                continue;
            };
            if let Some(value) = self.member_value() {
                members.insert(key, value);
            }
        }
        self.is_cut = true;
        Some(Json::Object(members))
    }

    /// The value of a key. Text between the value and the comma is a remark; a remark with an address
    /// may name the source and stays with a text value.
    fn member_value(&mut self) -> Option<Json> {
        self.skip_trivia();
        if self.rest().starts_with([',', '，', '}', ';']) {
            return Some(Json::Null);
        }
        let value = self.value(Within::Object)?;
        let length = string::remarks(self.rest());
        let remark = self.rest()[..length].trim();
        self.advance(length);
        Some(match value {
            Json::String(text) if remark.contains("http") => Json::String(format!("{text} {remark}")),
            value => value,
        })
    }

    fn array(&mut self) -> Option<Json> {
        let mut items = Vec::new();
        while self.skip_separators() {
            if self.rest().starts_with(']') {
                self.advance(1);
                return Some(Json::Array(items));
            }
            // The enclosing object goes on, so this array's `]` is missing.
            if self.rest().starts_with('}') || is_key(self.rest()) && self.depth > 1 {
                return Some(Json::Array(items));
            }
            let before = self.at;
            if let Some(item) = self.value(Within::Array) {
                items.push(item);
                let length = string::remarks(self.rest());
                self.advance(length);
            } else if self.at == before {
                let length = self.next().map_or(0, char::len_utf8);
                self.advance(length);
            }
        }
        self.is_cut = true;
        Some(Json::Array(items))
    }

    /// Skips comments, blanks, commas and dots; `false` at the end of the text.
    fn skip_separators(&mut self) -> bool {
        loop {
            self.skip_trivia();
            let Some(next) = self.next() else { return false };
            if ![',', '，', ';', '.', '…'].contains(&next) {
                return self.left > 0;
            }
            self.advance(next.len_utf8());
        }
    }

    /// A key and its colon. A key may have no quotes, only one quote, or no colon.
    fn key(&mut self) -> Option<String> {
        const LONGEST: usize = 120;
        let rest = self.rest();
        let open = string::opening(rest).map_or(0, |opening| opening.length);
        let end = rest[open..].find(|c: char| string::is_quote(c) || ":={}[],\n".contains(c))? + open;
        let mut name = rest[open..end].trim().trim_matches('*').to_owned();
        if name.is_empty() || name.len() > LONGEST {
            return None;
        }
        // Markdown escapes underscores.
        if name.contains('\\') {
            name = name.replace('\\', "");
        }
        let mut after = &rest[end..];
        if let Some(quote) = after.chars().next().filter(|c| string::is_quote(*c)) {
            after = &after[quote.len_utf8()..];
        } else if open > 0 && !after.starts_with([':', '=']) {
            return None;
        }
        after = after.trim_start();
        let colon = after.strip_prefix("=>").or_else(|| after.strip_prefix([':', '=', '：']));
        let missing_colon = || {
            (open > 0 && (string::opening(after).is_some() || after.starts_with(['[', '{']))).then_some(after)
        };
        let value = colon.map(|value| value.trim_start_matches(':')).or_else(missing_colon)?;
        self.advance(rest.len() - value.len());
        Some(name)
    }

    /// Skips text that is not a member of an object.
    fn skip_to_next_member(&mut self) {
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find([',', '\n', '}']).map_or(rest.len(), |end| first + end);
        self.advance(end);
    }

    /// A value without quotes: a number, a literal, or text.
    fn bare(&mut self, within: Within) -> Option<Json> {
        let rest = self.rest();
        let end = bare_end(rest, within);
        let text = rest.get(..end.unwrap_or(rest.len()))?.trim();
        self.advance(end.unwrap_or(rest.len()));
        if end.is_none() {
            self.is_cut = true;
            return None;
        }
        let text = text.trim_end_matches(string::is_quote).trim();
        literal(text)
    }
}

/// The meaning of a value without quotes. Text that looks like code is not a value.
fn literal(text: &str) -> Option<Json> {
    const NULLS: [&str; 9] =
        ["null", "none", "nan", "undefined", "nil", "infinity", "-infinity", "+infinity", "-nan"];
    let lower = text.to_ascii_lowercase();
    if text.is_empty() || NULLS.contains(&lower.as_str()) {
        return Some(Json::Null);
    }
    match lower.as_str() {
        "true" => return Some(Json::Bool(true)),
        "false" => return Some(Json::Bool(false)),
        _ => {}
    }
    let number = text.find(['[', '(', '【']).map_or(text, |remark| text[..remark].trim_end());
    if let Ok(number) = serde_json::from_str::<serde_json::Number>(number) {
        return Some(Json::Number(number));
    }
    let is_code = text.contains(['{', '}', '=', ';']) || text.contains("()");
    let text =
        text.strip_prefix('+').filter(|text| text.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(text);
    (!is_code).then(|| Json::String(text.to_owned()))
}

/// The end of a value without quotes; `None` when the text ends first. Within an object, the comma of
/// `1,200` does not end the value, because the comma between members is followed by a key.
fn bare_end(text: &str, within: Within) -> Option<usize> {
    const LONGEST: usize = 4_000;
    let mut at = 0;
    while at < text.len().min(LONGEST) {
        let rest = &text[at..];
        let next = rest.chars().next()?;
        match next {
            '}' | ']' | '\n' => return Some(at),
            ',' | ';' if within == Within::Array => return Some(at),
            ',' | ';'
                if string::ends_member(&rest[next.len_utf8()..])
                    || string::opening(window(&rest[next.len_utf8()..], AHEAD).trim_start()).is_some() =>
            {
                return Some(at);
            }
            '[' | '(' | '{' => match string::bracketed(rest) {
                Some(length) => {
                    at += length;
                    continue;
                }
                None if next == '[' => return Some(at),
                None => {}
            },
            _ if next.is_whitespace() && comment(window(rest, AHEAD).trim_start()).is_some() => {
                return Some(at);
            }
            '/' if rest.starts_with("/*") => return Some(at),
            // The comma before the next key is missing.
            _ if string::is_quote(next) && is_key(rest) => return Some(at),
            _ => {}
        }
        at += next.len_utf8();
    }
    None
}

/// Whether the text begins with a key and its colon.
fn is_key(text: &str) -> bool {
    const LONGEST: usize = 80;
    let text = window(text, 2 * LONGEST);
    let Some(opening) = string::opening(text) else { return is_bare_key(text) };
    let name = &text[opening.length..];
    let Some(end) = name.find(|c: char| string::is_quote(c) || c == '\n') else { return false };
    let after = name[end..].trim_start_matches(string::is_quote).trim_start();
    end <= LONGEST && after.starts_with([':', '：'])
}

/// Whether the text begins with `name:`, optionally with a quote after the name.
fn is_bare_key(text: &str) -> bool {
    let text = window(text, 100);
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_-\\".contains(c))).unwrap_or(text.len());
    let after = text[end..].trim_start_matches(string::is_quote);
    end > 0
        && end <= 60
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && after.trim_start_matches(' ').starts_with(':')
        && !after.starts_with("://")
}

/// The beginning of a text, so that looking ahead takes bounded time.
fn window(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}

/// The length of blanks and comments.
fn trivia(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
        let Some(length) = comment(rest) else { return text.len() - rest.len() };
        rest = &rest[length..];
    }
}

/// The length of the comment at the start of the text.
fn comment(text: &str) -> Option<usize> {
    let line = || text.find('\n').unwrap_or(text.len());
    match text.as_bytes() {
        [b'/', b'/', ..] | [b'#', ..] => Some(line()),
        [b'-', b'-', b' ', ..] => Some(line()),
        [b'/', b'*', ..] => text.find("*/").map(|end| end + 2).or(Some(text.len())),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
