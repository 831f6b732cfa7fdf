//! A key that does not show itself.

use std::{borrow::Cow, fmt};

/// What stands for a key.
const REDACTED: &str = "[key]";

/// A key or token. `Debug` and `Display` print a redaction; only the wire may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a key; white space around it, as copied keys have, is dropped.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The key itself, for the one header that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of the key redacted: providers echo what they got. A key
    /// too short to be a secret is a word (`sandbox`), and words stand in answers.
    ///
    /// An answer is read as JSON, and so may be the texts in it: a key that is spelled with
    /// JSON's escapes (`\u002d`, `\/`), at any depth, would come out whole. Such spellings are
    /// redacted too, and the rest of the text stays as it is.
    pub fn redacted<'a>(&self, text: &'a str) -> Cow<'a, str> {
        const SHORTEST: usize = 12;
        let letters: Vec<u8> = self.0.bytes().filter(|byte| *byte != b'\\').collect();
        if letters.len() < SHORTEST {
            return Cow::Borrowed(text);
        }
        let escapes = text.contains(r"\u00") || text.contains(r"\/") || self.0.contains(['"', '\\']);
        let clean = if escapes { without(&letters, text) } else { Cow::Borrowed(text) };
        if clean.contains(&self.0) { Cow::Owned(clean.replace(&self.0, REDACTED)) } else { clean }
    }

    /// [`Secret::redacted`] for a text that is owned already.
    pub fn redact(&self, text: String) -> String {
        let redacted = match self.redacted(&text) {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        };
        redacted.unwrap_or(text)
    }
}

/// `text` without the places that spell `letters`, however escaped.
fn without<'a>(letters: &[u8], text: &'a str) -> Cow<'a, str> {
    let (mut clean, mut done, mut at) = (String::new(), 0, 0);
    while at < text.len() {
        match spelled(letters, &text.as_bytes()[at..]) {
            Some(length) => {
                clean.push_str(&text[done..at]);
                clean.push_str(REDACTED);
                at += length;
                done = at;
            }
            None => at += letter(&text.as_bytes()[at..]).1,
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(clean + &text[done..]) }
}

/// How many bytes at the start of `text` spell `letters`.
fn spelled(letters: &[u8], text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for wanted in letters {
        let (found, length) = letter(text.get(at..).filter(|rest| !rest.is_empty())?);
        if found != *wanted {
            return None;
        }
        at += length;
    }
    Some(at)
}

/// The letter at the start of `text` and how many bytes write it. The backslashes before it
/// are a part of it: one escapes it, more do so within a text in a text. Taking them along
/// leaves no half of an escape behind.
fn letter(text: &[u8]) -> (u8, usize) {
    // No byte of a text, for what no key holds.
    const OTHER: u8 = 0xff;
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    let hex = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
        u32::from_str_radix(digits, 16).ok()
    };
    match &text[slashes..] {
        [b'u', a, b, c, d, ..] if slashes > 0 => match hex(&[*a, *b, *c, *d]) {
            Some(code) => (u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(OTHER), slashes + 5),
            None => (b'u', slashes + 1),
        },
        [byte, ..] => (*byte, slashes + 1),
        [] => (OTHER, slashes),
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows_itself() {
        let key = Secret::new(" sk-1234567890 \n");
        assert_eq!(format!("{key} {key:?}"), "[key] [key]");
        assert_eq!(key.redact("bad key sk-1234567890".to_owned()), "bad key [key]");
        assert_eq!(key.expose(), "sk-1234567890");
    }

    #[test]
    fn a_word_is_not_redacted_out_of_an_answer() {
        let answer = "https://www.linkedin.com/in/sandbox-jane".to_owned();
        assert_eq!(Secret::new("sandbox").redact(answer.clone()), answer);
    }

    #[test]
    fn a_key_is_found_however_json_spells_it() {
        let key = Secret::new("sk-abc/def-123456");
        for (text, expect) in [
            (r#"{"a":"sk-abc/def-123456"}"#, r#"{"a":"[key]"}"#),
            (r#"{"a":"é\nsk-abc\/def-123456\n"}"#, r#"{"a":"é\n[key]\n"}"#),
            (r#"{"a":"x\u0073\u006B-abc\/def\u002d123456y"}"#, r#"{"a":"x[key]y"}"#),
            (r#"{"a":"{\"b\":\"sk\\u002dabc\\\/def-123456\"}"}"#, r#"{"a":"{\"b\":\"[key]\"}"}"#),
            (r"\u00e9 sk-abc\/def-123456 sk-abc\/def-12345", r"\u00e9 [key] sk-abc\/def-12345"),
            (r"\u00zz \/ \u+0073k-abc/def \u00", r"\u00zz \/ \u+0073k-abc/def \u00"),
            (r"\/\\", r"\/\\"),
        ] {
            assert_eq!(key.redacted(text), expect);
        }
        // A key whose first letter could be taken for an escape leaves valid JSON behind.
        let key = Secret::new("nsecret-1234567");
        assert_eq!(key.redacted(r#"{"a":"\/\nsecret-1234567"}"#), r#"{"a":"\/[key]"}"#);
    }
}
