//! Finds the end of a quoted text when a quote inside it was not escaped, or a quote is missing. Only
//! the quoting is decided here; `lenient` reads everything else.

use super::{AHEAD, Reader, Within, is_bare_key, is_key, trivia, window};

/// How many bytes beyond the first possible end the reader looks for a better one.
const FARTHEST: usize = 4_000;

/// The opening quote of a text.
#[derive(Clone, Copy)]
pub(super) struct OpeningQuote {
    /// The length in bytes; a triple quote is one opening of three bytes.
    pub(super) length: usize,
    quote: char,
    is_triple: bool,
}

impl OpeningQuote {
    fn is_closed_by(self, quote: char) -> bool {
        match self.quote {
            '"' => quote == '"',
            '`' => quote == '`' || quote == '\'',
            '\'' | '‘' => "'’‘".contains(quote),
            '«' => quote == '»',
            _ => "”“\"".contains(quote),
        }
    }
}

pub(super) fn opening(text: &str) -> Option<OpeningQuote> {
    let quote = text.chars().next().filter(|c| is_quote(*c) && *c != '»')?;
    let is_triple = is_triple(text);
    Some(OpeningQuote { length: if is_triple { 3 } else { quote.len_utf8() }, quote, is_triple })
}

pub(super) fn is_quote(character: char) -> bool {
    "\"'`“”„‟‘’«»".contains(character)
}

impl Reader<'_> {
    /// The text whose opening quote comes next; `None` when the text was cut off.
    pub(super) fn string(&mut self, within: Within) -> Option<String> {
        let mut whole = String::new();
        loop {
            let opening = opening(self.rest())?;
            self.advance(opening.length);
            let end = self.string_end(opening, within).or_else(|| {
                // The closing quote may be of another kind than the opening one.
                let other = OpeningQuote { quote: '"', ..opening };
                (opening.quote != '"' && !opening.is_triple).then(|| self.string_end(other, within)).flatten()
            });
            let Some(end) = end else {
                self.is_cut = true;
                self.at = self.text.len();
                return None;
            };
            let raw = &self.rest()[..end.at];
            // The text ended at the opening quote of the next key, so its own closing quote is missing.
            let raw = if end.is_next_key { without_comma(raw) } else { raw };
            whole.push_str(&unescaped(raw));
            self.advance(end.at + end.quote);
            // Texts may be joined as in a program: "a" + "b".
            let after = self.rest().trim_start();
            let joined =
                after.strip_prefix('+').map(str::trim_start).filter(|next| self::opening(next).is_some());
            let Some(next) = joined else { return Some(whole) };
            let length = self.rest().len() - next.len();
            self.advance(length);
        }
    }

    /// The closing quote of a text: the first one that is followed by something that may stand after a
    /// value, or else the first quote of all.
    fn string_end(&mut self, opening: OpeningQuote, within: Within) -> Option<End> {
        let text = self.rest();
        let (mut escaped, mut first) = (false, None);
        for (at, character) in text.char_indices() {
            if escaped {
                escaped = false;
                continue;
            }
            if character == '\\' {
                escaped = true;
                continue;
            }
            if first.is_some_and(|first: End| at > first.at + FARTHEST) {
                break;
            }
            if !opening.is_closed_by(character) || opening.is_triple && !is_triple(&text[at..]) {
                continue;
            }
            let quote = if opening.is_triple { 3 } else { character.len_utf8() };
            let end = End { at, quote, is_next_key: false };
            let after = &text[at + quote..];
            if !self.spend(at.min(64)) {
                break;
            }
            match follows(after, within) {
                Follows::End => return self.read_to(end),
                Follows::Colon => {
                    // The quotes belong to the next key, so the text ended earlier.
                    let Some(first) = first else { return self.read_to(end) };
                    return self.read_to(End { is_next_key: opens_key(&text[first.at..]), ..first });
                }
                Follows::Text => {
                    first.get_or_insert(end);
                }
            }
        }
        // An apostrophe does not end a text in single quotes.
        let is_apostrophe = |end: &End| {
            text[end.at + end.quote..].starts_with(char::is_alphanumeric)
                && text[..end.at].ends_with(char::is_alphanumeric)
        };
        first.filter(|end| !is_apostrophe(end) || opening.quote == '"').and_then(|end| self.read_to(end))
    }

    fn read_to(&mut self, end: End) -> Option<End> {
        self.spend(end.at);
        Some(end)
    }
}

/// A text without the trailing comma and closing quote that were mistaken for a part of it.
fn without_comma(raw: &str) -> &str {
    let text = raw.trim_end().trim_end_matches([',', '，']).trim_end();
    if text.len() == raw.len() { text } else { text.trim_end_matches(is_quote).trim_end_matches('\\') }
}

#[derive(Clone, Copy)]
struct End {
    at: usize,
    /// The length of the closing quote.
    quote: usize,
    /// Whether the quote opens the next key.
    is_next_key: bool,
}

fn is_triple(text: &str) -> bool {
    text.starts_with("\"\"\"") || text.starts_with("'''")
}

fn opens_key(text: &str) -> bool {
    is_key(text)
}

enum Follows {
    /// Something that may stand after a value, or the end of the text.
    End,
    /// A colon, as after a key.
    Colon,
    /// More of the same text.
    Text,
}

fn follows(after: &str, within: Within) -> Follows {
    let after = window(after, AHEAD);
    let rest = &after[remarks(after)..];
    let rest = &rest[trivia(rest)..];
    let is_blank_before = after.starts_with(char::is_whitespace);
    let is_end = match rest.chars().next() {
        None | Some('}') => true,
        Some(']') => within == Within::Array || ends_array(&rest[1..]),
        Some(comma @ (',' | '，' | ';')) => match within {
            Within::Object => ends_member(&rest[comma.len_utf8()..]),
            Within::Array => ends_item(&rest[comma.len_utf8()..]),
        },
        Some(':' | '：') => return Follows::Colon,
        Some('+') => opening(rest[1..].trim_start()).is_some(),
        Some(quote) if is_quote(quote) => is_blank_before && (is_key(rest) || within == Within::Array),
        Some(_) => after.trim_start_matches([' ', '\t']).starts_with('\n') && is_bare_key(rest),
    };
    if is_end { Follows::End } else { Follows::Text }
}

/// Whether the text after a comma begins another member of the object, or ends the object.
pub(super) fn ends_member(after: &str) -> bool {
    let after = window(after, AHEAD);
    let rest = &after[trivia(after)..];
    let rest = rest.trim_start_matches([',', ' ', '\n', '\t', '\r']);
    rest.is_empty()
        || rest.starts_with(['}', ']', '{'])
        || is_key(rest)
        || opening(rest)
            .map(|opening| &rest[opening.length..])
            .is_some_and(|key| is_cut_key(key) || is_bare_key(key) || lacks_colon(key))
}

/// Whether the text ends inside a key: `"ceo_na`.
fn is_cut_key(text: &str) -> bool {
    let name = text.trim_end().trim_end_matches(is_quote);
    text.len() < 60 && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '\\')
}

/// Whether a quoted key is directly followed by its value. The key's opening quote was already read.
fn lacks_colon(text: &str) -> bool {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let value = text[end..].strip_prefix(is_quote).map(str::trim_start);
    end > 0
        && value.is_some_and(|value| {
            value.starts_with(['[', '{', '"']) || value.starts_with(|c: char| c.is_ascii_digit())
        })
}

fn ends_item(after: &str) -> bool {
    let rest = &after[trivia(after)..];
    rest.is_empty() || opening(rest).is_some() || rest.starts_with([']', '}', '{', '[', ',', '-']) || {
        let word = rest.find([',', ']', '\n']).map_or(rest, |end| &rest[..end]);
        super::literal(word.trim()).is_some_and(|json| !json.is_string())
    }
}

/// Whether a `]` after a text ends an array whose `[` is missing.
fn ends_array(after: &str) -> bool {
    let rest = after.trim_start();
    rest.is_empty() || rest.starts_with('}') || rest.strip_prefix(',').is_some_and(ends_member)
}

/// The length of the remarks after a value: footnotes, citations, words in brackets.
pub(super) fn remarks(text: &str) -> usize {
    const MOST: usize = 6;
    let text = window(text, 4 * AHEAD);
    let mut rest = text;
    for _ in 0..MOST {
        let next = rest.trim_start_matches([' ', '\t']);
        let Some(length) = bracketed(next).filter(|_| !next.starts_with('{')) else { break };
        rest = &next[length..];
    }
    text.len() - rest.len()
}

/// The length of the bracketed text at the start: `[1]`, `(since 2020)`, `【4:0†source】`.
pub(super) fn bracketed(text: &str) -> Option<usize> {
    const LONGEST: usize = 600;
    let open = text.chars().next()?;
    let close = match open {
        '[' => ']',
        '(' => ')',
        '{' => '}',
        '【' => '】',
        '\u{e200}' => '\u{e201}',
        _ => return None,
    };
    let mut depth = 0_usize;
    for (at, character) in text.char_indices().take_while(|(at, _)| *at < LONGEST) {
        if character == open {
            depth += 1;
        } else if character == close {
            depth -= 1;
            if depth == 0 {
                return Some(at + close.len_utf8());
            }
        } else if character == '\n' {
            return None;
        }
    }
    None
}

/// The text with its escapes resolved. An escape that JSON does not define stands for its character.
fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { return text };
        rest = &rest[escape.len_utf8()..];
        match escape {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' | 'f' => text.push(' '),
            'u' => rest = push_code(&mut text, rest),
            '\n' => {}
            _ if escape.is_alphanumeric() => text.extend(['\\', escape]),
            _ => text.push(escape),
        }
    }
    text.push_str(rest);
    text
}

/// Appends the character of a `\u` escape whose `u` was read, and returns the text after it. Half of a
/// surrogate pair, and digits that were cut off, become U+FFFD.
fn push_code<'a>(text: &mut String, rest: &'a str) -> &'a str {
    let unit = |text: &str| text.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let Some(first) = unit(rest) else {
        text.push(char::REPLACEMENT_CHARACTER);
        return rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    };
    let after = &rest[4..];
    let low = after.strip_prefix("\\u").and_then(unit).filter(|low| (0xdc00..0xe000).contains(low));
    let pair = low.filter(|_| (0xd800..0xdc00).contains(&first));
    let units = [first, pair.unwrap_or_default()];
    let units = &units[..1 + usize::from(pair.is_some())];
    text.extend(char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if pair.is_some() { &after[6..] } else { after }
}
