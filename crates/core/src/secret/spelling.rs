//! Finds a key in a text, however the text spells it. Must not know what becomes of the places.

use std::{iter, ops::Range};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// No byte of a key: stands for what an escape writes that is not ASCII.
const OTHER: u8 = 0xff;

/// What to look for: the key itself, and what hex and base64 make of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spellings(Vec<Spelling>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Spelling {
    letters: Vec<u8>,
    /// How many letters before and behind hold a part of the key together with its neighbours.
    around: (usize, usize),
}

impl Spellings {
    pub(super) fn of(key: &str) -> Self {
        let whole = |letters: Vec<u8>| Spelling { letters, around: (0, 0) };
        let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut spellings = vec![
            // A key's own escapes and backslashes are read like those of the text.
            whole(letters(key)),
            whole(hex.to_ascii_uppercase().into_bytes()),
            whole(hex.into_bytes()),
        ];
        spellings.extend((0..3).flat_map(|before| in_base64(key, before)));
        spellings.dedup();
        spellings.retain(|spelling| !spelling.letters.is_empty());
        Self(spellings)
    }

    /// Where the text spells the key, from its start to its end; no two places overlap.
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
                // An escape may be none: `100%abc` holds a key that begins with `abc`.
                let may_begin = begins[usize::from(found)] || begins[usize::from(bytes[at])];
                if let Some(place) = may_begin.then(|| self.place(bytes, free, at)).flatten() {
                    (at, free) = (place.end, place.end);
                    return Some(place);
                }
                // Inside of an escape too, for the same reason. Backslashes in a row begin one escape.
                let slashes = bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
                at += slashes.max(1);
            }
            None
        })
    }

    /// The place that begins at `at`. What lies before `free` belongs to another place.
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
    /// How many bytes at the start of `text` spell the letters.
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

/// The letters that the key alone decides when `before` bytes stand before it in the text that
/// somebody wrote in base64, as `user:key` is in a header.
fn in_base64(key: &str, before: usize) -> impl Iterator<Item = Spelling> {
    let bytes = [&vec![0; before], key.as_bytes()].concat();
    // A letter holds six bits: those of `before` bytes reach into the next letter.
    let start = (before * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    let around = (usize::from(before > 0), usize::from(!(bytes.len() * 8).is_multiple_of(6)));
    [STANDARD_NO_PAD, URL_SAFE_NO_PAD].into_iter().map(move |alphabet| Spelling {
        letters: alphabet.encode(&bytes).into_bytes()[start..end.max(start)].to_vec(),
        around,
    })
}

/// What a text says when its escapes are read.
fn letters(text: &str) -> Vec<u8> {
    let (text, mut at) = (text.as_bytes(), 0);
    iter::from_fn(|| {
        let (letter, length) = text.get(at..).filter(|rest| !rest.is_empty()).map(letter)?;
        at += length;
        Some(letter)
    })
    .collect()
}

/// The letter at the start of `text` and how many bytes write it: plainly, or with an escape of
/// JSON, of an address or of HTML, each of which may itself be escaped again.
fn letter(text: &[u8]) -> (u8, usize) {
    match text {
        [b'\\', ..] => json(text),
        [b'%', ..] => percent(text),
        [b'&', ..] => html(text),
        [byte, ..] => (*byte, 1),
        [] => (OTHER, 0),
    }
}

/// The backslashes before a letter are a part of it: one escapes it, more do so within a text
/// in a text. Taking them along leaves no half of an escape behind.
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

/// `%2D`, and `%252D` where an address stands within an address.
fn percent(text: &[u8]) -> (u8, usize) {
    let mut at = 1;
    while text[at..].starts_with(b"25") {
        at += 2;
    }
    let escape = text.get(at..at + 2).and_then(|digits| number(digits, 16));
    escape.map_or((b'%', 1), |letter| (letter, at + 2))
}

/// `&#45;`, `&#x2d;`, `&plus;`, and `&amp;plus;` where a page shows a page.
fn html(text: &[u8]) -> (u8, usize) {
    /// The names of the signs that keys have.
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
    // `&amp;` itself, and what is no escape.
    found.unwrap_or((b'&', at))
}

/// The letter with this number; [`OTHER`] stands for one that no key has.
fn number(digits: &[u8], radix: u32) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    let code = u32::from_str_radix(digits, radix).ok()?;
    Some(u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(OTHER))
}
