//! Reads JSON that is whole but holds what JSON cannot carry into a value: half of a
//! surrogate pair (`"\ud800"`), a number beyond a double (`1e400`), or a byte order mark and zero
//! bytes around it.
//!
//! One such place in one field must not cost a paid answer. Only a copy is mended: what is
//! stored stays the provider's own text.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Error;

/// `text` as `T`, mended where it cannot be read as it is. `mended` holds what `T` borrows.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str, mended: &'a mut String) -> Result<T, Error> {
    let is_around = |c: char| c == '\u{feff}' || c == '\0' || c.is_ascii_whitespace();
    let text = text.trim_matches(is_around);
    serde_json::from_str(text).or_else(|error| match mend(text) {
        Cow::Owned(text) => {
            *mended = text;
            serde_json::from_str(mended)
        }
        Cow::Borrowed(_) => Err(error),
    })
}

/// Lone surrogates become U+FFFD and numbers out of range `null`.
fn mend(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let (mut mended, mut done, mut at, mut in_string) = (String::new(), 0, 0, false);
    while let Some(byte) = bytes.get(at) {
        let (length, instead) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => escape(&bytes[at..]),
            b'-' | b'0'..=b'9' if !in_string => number(&text[at..]),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            mended.push_str(&text[done..at]);
            mended.push_str(instead);
            done = at + length;
        }
        at += length;
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(mended + &text[done..]) }
}

/// The length of the escape at the start, and what to write instead of it.
fn escape(text: &[u8]) -> (usize, Option<&'static str>) {
    match code(text) {
        Some(0xd800..=0xdbff) if matches!(code(&text[6..]), Some(0xdc00..=0xdfff)) => (12, None),
        Some(0xd800..=0xdfff) => (6, Some("\\ufffd")),
        Some(_) => (6, None),
        None => (2, None),
    }
}

/// The code of a `\u` escape at the start.
fn code(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The length of the number at the start, and what to write instead of it.
fn number(text: &str) -> (usize, Option<&'static str>) {
    let part_of_one = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let length = text.bytes().take_while(part_of_one).count();
    let too_large = text[..length].parse::<f64>().is_ok_and(f64::is_infinite);
    (length, too_large.then_some("null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_json_cannot_hold_is_changed() {
        for (text, expect) in [
            (r#"{"a":"\ud800"}"#, r#"{"a":"\ufffd"}"#),
            (
                r#"["\ud83d\ude00","\ude00\ud83d","\ud83d\u0041"]"#,
                r#"["\ud83d\ude00","\ufffd\ufffd","\ufffd\u0041"]"#,
            ),
            (r#"[1e400,-1E+400,1e-400,12,"1e400","\"1e400"]"#, r#"[null,null,1e-400,12,"1e400","\"1e400"]"#),
            (r#"["\\ud800 é",1e400]"#, r#"["\\ud800 é",null]"#),
        ] {
            assert_eq!(mend(text), expect, "{text}");
        }
        for whole in ["", "\"", "\"\\", "\"\\u12", "\"\\é\" 1e999é 1", "-", "{\"a\": [1.5e3]}", "\\ud800"] {
            let changed = whole.contains("1e999");
            assert_eq!(matches!(mend(whole), Cow::Owned(_)), changed, "{whole}");
        }
    }

    #[test]
    fn marks_and_zero_bytes_around_it_are_no_part_of_it() {
        for text in ["\u{feff}{\"a\":1}", "{\"a\":1}\0\0\n", " \u{feff}{\"a\":1}\r\n"] {
            let read = parse::<serde_json::Value>(text, &mut String::new()).unwrap();
            assert_eq!(read["a"], 1, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for text in ["<html>", "{\"a\":\"\\ud800\"", "1e400 1e400", "[-]"] {
            assert!(parse::<serde_json::Value>(text, &mut String::new()).is_err(), "{text}");
        }
    }
}
