//! Finds a key in a text in any spelling. This module must not decide what happens to the places found.

use std::{iter, ops::Range};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// A byte that no key contains. It stands for an escape of a character outside ASCII.
const OTHER: u8 = 0xff;

/// The spellings to look for: the key itself, and the key in hex and base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spellings(Vec<Spelling>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Spelling {
    letters: Vec<u8>,
    /// How many letters before and after encode bits of the key together with bits of its neighbours.
    around: (usize, usize),
}

impl Spellings {
    pub(super) fn of(key: &str) -> Self {
        let whole = |letters: Vec<u8>| Spelling { letters, around: (0, 0) };
        let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut spellings = vec![
            // Escapes and backslashes of the key are resolved like those of the text.
            whole(letters(key)),
            whole(hex.to_ascii_uppercase().into_bytes()),
            whole(hex.into_bytes()),
        ];
        spellings.extend((0..3).flat_map(|before| in_base64(key, before)));
        spellings.dedup();
        spellings.retain(|spelling| !spelling.letters.is_empty());
        Self(spellings)
    }

    /// The ranges of the text that spell the key, in order and without overlaps.
    pub(super) fn places(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let bytes = text.as_bytes();
        let mut begins = [false; 256];
        for spelling in &self.0 {
            begins[usize::from(spelling.letters[0])] = true;
        }
        let mut at = if self.0.is_empty() { bytes.len() } else { 0 };
        let mut free = 0;
        iter::from_fn(move || {
            while at < bytes.len() {
                let (found, _) = letter(&bytes[at..]);
                // What looks like an escape may be plain text: `100%abc` contains a key that begins with `abc`.
                let may_begin = begins[usize::from(found)] || begins[usize::from(bytes[at])];
                if let Some(place) = may_begin.then(|| self.place(bytes, free, at)).flatten() {
                    (at, free) = (place.end, place.end);
                    return Some(place);
                }
                // For the same reason, a key may begin inside an escape. A run of backslashes is one escape.
                let slashes = bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
                at += slashes.max(1);
            }
            None
        })
    }

    /// The place that begins at `at`. The text before `free` belongs to an earlier place.
    fn place(&self, text: &[u8], free: usize, at: usize) -> Option<Range<usize>> {
        self.0.iter().find_map(|spelling| {
            let end = at + spelling.length(&text[at..])?;
            let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
            let (before, behind) = spelling.around;
            let before = text[free..at].iter().rev().take(before).take_while(is_base64).count();
            let behind = text[end..].iter().take(behind).take_while(is_base64).count();
            Some(at - before..end + behind)
        })
    }
}

impl Spelling {
    /// How many bytes at the start of `text` spell the letters; `None` when they do not.
    fn length(&self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        for wanted in &self.letters {
            let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
            let (found, length) = letter(rest);
            at += match () {
                () if found == *wanted => length,
                () if rest[0] == *wanted => 1,
                () => return None,
            };
        }
        Some(at)
    }
}

/// The base64 letters that depend on the key alone when `before` bytes precede the key in the encoded text,
/// as in `user:key` of a header.
fn in_base64(key: &str, before: usize) -> impl Iterator<Item = Spelling> {
    let bytes = [&vec![0; before], key.as_bytes()].concat();
    // A letter encodes six bits, so the last of the `before` bytes reaches into the next letter.
    let start = (before * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    let around = (usize::from(before > 0), usize::from(!(bytes.len() * 8).is_multiple_of(6)));
    [STANDARD_NO_PAD, URL_SAFE_NO_PAD].into_iter().map(move |alphabet| Spelling {
        letters: alphabet.encode(&bytes).into_bytes()[start..end.max(start)].to_vec(),
        around,
    })
}

/// The letters of a text with its escapes resolved.
fn letters(text: &str) -> Vec<u8> {
    let (text, mut at) = (text.as_bytes(), 0);
    iter::from_fn(|| {
        let (letter, length) = text.get(at..).filter(|rest| !rest.is_empty()).map(letter)?;
        at += length;
        Some(letter)
    })
    .collect()
}

/// The letter at the start of `text`, and how many bytes spell it: plainly, or with an escape of JSON, of
/// URLs or of HTML. An escape may itself be escaped.
fn letter(text: &[u8]) -> (u8, usize) {
    match text {
        [b'\\', ..] => json(text),
        [b'%', ..] => percent(text),
        [b'&', ..] => html(text),
        [byte, ..] => (*byte, 1),
        [] => (OTHER, 0),
    }
}

/// A letter after a JSON escape. All backslashes before it belong to it: one escapes the letter, several
/// come from nested texts. Consuming all of them leaves no partial escape behind.
fn json(text: &[u8]) -> (u8, usize) {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    match &text[slashes..] {
        [b'u', a, b, c, d, ..] => match number(&[*a, *b, *c, *d], 16) {
            Some(letter) => (letter, slashes + 5),
            None => (b'u', slashes + 1),
        },
        [b'x', a, b, ..] => match number(&[*a, *b], 16) {
            Some(letter) => (letter, slashes + 3),
            None => (b'x', slashes + 1),
        },
        [byte, ..] => (*byte, slashes + 1),
        [] => (OTHER, slashes),
    }
}

/// A letter in percent-encoding: `%2D`, or `%252D` in a URL within a URL.
fn percent(text: &[u8]) -> (u8, usize) {
    let mut at = 1;
    while text[at..].starts_with(b"25") {
        at += 2;
    }
    let escape = text.get(at..at + 2).and_then(|digits| number(digits, 16));
    escape.map_or((b'%', 1), |letter| (letter, at + 2))
}

/// A letter as an HTML entity: `&#45;`, `&#x2d;`, `&plus;`, or `&amp;plus;` in a page within a page.
fn html(text: &[u8]) -> (u8, usize) {
    /// The entity names of the punctuation that keys contain.
    const NAMES: [(&[u8], u8); 24] = [
        (b"plus", b'+'),
        (b"sol", b'/'),
        (b"equals", b'='),
        (b"lowbar", b'_'),
        (b"UnderBar", b'_'),
        (b"hyphen", b'-'),
        (b"dash", b'-'),
        (b"period", b'.'),
        (b"colon", b':'),
        (b"semi", b';'),
        (b"comma", b','),
        (b"excl", b'!'),
        (b"num", b'#'),
        (b"dollar", b'$'),
        (b"percnt", b'%'),
        (b"ast", b'*'),
        (b"commat", b'@'),
        (b"quest", b'?'),
        (b"bsol", b'\\'),
        (b"lt", b'<'),
        (b"gt", b'>'),
        (b"quot", b'"'),
        (b"apos", b'\''),
        (b"amp", b'&'),
    ];
    let mut at = 1;
    while text[at..].starts_with(b"amp;") {
        at += 4;
    }
    let rest = &text[at..];
    let numbered = |radix: u32, from: usize| {
        let digits =
            rest[from..].iter().take(8).take_while(|byte| char::from(**byte).is_digit(radix)).count();
        let letter = number(&rest[from..from + digits], radix)?;
        let semicolon = usize::from(rest.get(from + digits) == Some(&b';'));
        Some((letter, at + from + digits + semicolon))
    };
    let found = match rest {
        [b'#', b'x' | b'X', ..] => numbered(16, 2),
        [b'#', ..] => numbered(10, 1),
        _ => NAMES.iter().find_map(|(name, letter)| {
            let tail = rest.strip_prefix(*name)?.first();
            (tail == Some(&b';')).then_some((*letter, at + name.len() + 1))
        }),
    };
    // The text was `&amp;` itself, or not an entity.
    found.unwrap_or((b'&', at))
}

/// The letter with this number; [`OTHER`] when no key can contain it.
fn number(digits: &[u8], radix: u32) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    let code = u32::from_str_radix(digits, radix).ok()?;
    Some(u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(OTHER))
}
