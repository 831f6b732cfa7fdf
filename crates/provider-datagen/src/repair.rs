//! Reads JSON that is complete but contains something that JSON values cannot represent: half of a surrogate
//! pair (`"\ud800"`), a number beyond a double (`1e400`), or a byte order mark or zero bytes around it.
//!
//! One such place must not cost a paid answer. Only a copy is repaired; the stored text remains the
//! provider's own. Anything else that is wrong stays an error.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Error;

/// Parses `text`, and parses a repaired copy when that fails. `repaired` owns the text that `T` borrows.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str, repaired: &'a mut String) -> Result<T, Error> {
    let is_around = |c: char| c == '\u{feff}' || c == '\0' || c.is_ascii_whitespace();
    let text = text.trim_matches(is_around);
    serde_json::from_str(text).or_else(|error| match repair(text) {
        Cow::Owned(text) => {
            *repaired = text;
            serde_json::from_str(repaired)
        }
        Cow::Borrowed(_) => Err(error),
    })
}

/// Replaces lone surrogates by U+FFFD and numbers out of range by `null`.
fn repair(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let (mut repaired, mut done, mut at, mut in_string) = (String::new(), 0, 0, false);
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
            repaired.push_str(&text[done..at]);
            repaired.push_str(instead);
            done = at + length;
        }
        at += length;
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(repaired + &text[done..]) }
}

/// The length of the escape at the start, and its replacement if it needs one.
fn escape(text: &[u8]) -> (usize, Option<&'static str>) {
    match code(text) {
        Some(0xd800..=0xdbff) if matches!(code(&text[6..]), Some(0xdc00..=0xdfff)) => (12, None),
        Some(0xd800..=0xdfff) => (6, Some("\\ufffd")),
        Some(_) => (6, None),
        None => (2, None),
    }
}

/// The code unit of the `\u` escape at the start.
fn code(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The length of the number at the start, and its replacement if it needs one.
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
    fn only_invalid_values_are_replaced() {
        for (text, expect) in [
            (r#"{"a":"\ud800"}"#, r#"{"a":"\ufffd"}"#),
            (
                r#"["\ud83d\ude00","\ude00\ud83d","\ud83d\u0041"]"#,
                r#"["\ud83d\ude00","\ufffd\ufffd","\ufffd\u0041"]"#,
            ),
            (r#"[1e400,-1E+400,1e-400,12,"1e400","\"1e400"]"#, r#"[null,null,1e-400,12,"1e400","\"1e400"]"#),
            (r#"["\\ud800 é",1e400]"#, r#"["\\ud800 é",null]"#),
        ] {
            assert_eq!(repair(text), expect, "{text}");
        }
        for whole in ["", "\"", "\"\\", "\"\\u12", "\"\\é\" 1e999é 1", "-", "{\"a\": [1.5e3]}", "\\ud800"] {
            let changed = whole.contains("1e999");
            assert_eq!(matches!(repair(whole), Cow::Owned(_)), changed, "{whole}");
        }
    }

    #[test]
    fn byte_order_marks_and_zero_bytes_are_ignored() {
        for text in ["\u{feff}{\"a\":1}", "{\"a\":1}\0\0\n", " \u{feff}{\"a\":1}\r\n"] {
            let read = parse::<serde_json::Value>(text, &mut String::new()).unwrap();
            assert_eq!(read["a"], 1, "{text:?}");
        }
    }

    #[test]
    fn text_that_is_not_json_stays_an_error() {
        for text in ["<html>", "{\"a\":\"\\ud800\"", "1e400 1e400", "[-]"] {
            assert!(parse::<serde_json::Value>(text, &mut String::new()).is_err(), "{text}");
        }
    }
}
