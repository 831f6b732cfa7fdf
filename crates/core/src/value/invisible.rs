//! Detects characters that are invisible and that nobody types on purpose.
//!
//! Text copied from a web page, a chat or a word processor contains such characters. They must never turn
//! one question into two. This module only removes characters; it must not change a visible one.

use std::borrow::Cow;

/// Whether a character is invisible and not white space: Unicode's default ignorable code points, blanks
/// that Unicode does not classify as white space, and control characters.
pub(super) fn is_invisible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control() && !character.is_whitespace();
    }
    matches!(
        character,
        '\u{80}'..='\u{84}'
            | '\u{86}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The text without invisible characters.
pub(super) fn removed(text: &str) -> Cow<'_, str> {
    // The fast path: nearly every cell is printable ASCII.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_invisible(*c)).collect())
}

/// The address without percent-encoded invisible characters: `%E2%80%8B`.
///
/// Removing a character may join the halves of another one, so the search looks at the end of the text
/// that was kept so far.
pub(super) fn removed_when_encoded(address: &str) -> Cow<'_, str> {
    if !address.contains('%') {
        return Cow::Borrowed(address);
    }
    let mut kept = String::with_capacity(address.len());
    for character in address.chars() {
        kept.push(character);
        if let Some(length) = encoded_at_end(&kept) {
            kept.truncate(kept.len() - length);
        }
    }
    Cow::Owned(kept)
}

/// The length of an encoded invisible character at the end of `text`.
fn encoded_at_end(text: &str) -> Option<usize> {
    const TRIPLET: usize = 3;
    let bytes = text.as_bytes();
    let mut decoded = [0_u8; 4];
    for count in 1..=decoded.len() {
        let start = bytes.len().checked_sub(count * TRIPLET)?;
        let byte = triplet(&bytes[start..start + TRIPLET])?;
        decoded.rotate_right(1);
        decoded[0] = byte;
        let is_lead = byte & 0xc0 != 0x80;
        if is_lead {
            let text = std::str::from_utf8(&decoded[..count]).ok()?;
            // An encoded control character is not an accident of copying, so it stays and is refused later.
            let is_removed = |c: char| is_invisible(c) && !c.is_control();
            return text.chars().all(is_removed).then_some(count * TRIPLET);
        }
    }
    None
}

/// The byte of a percent-encoded triplet such as `%E2`.
fn triplet(text: &[u8]) -> Option<u8> {
    let [b'%', high, low] = *text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_invisible_characters_are_removed() {
        for (address, expect) in [
            ("a%E2%80%8Bb", "ab"),
            ("%ef%bb%bfa%C2%AD", "a"),
            ("a%F3%A0%81%A1b", "ab"),
            ("a%E2%80%E2%80%8B%8Bb", "ab"),
            ("jos%C3%A9%00", "jos%C3%A9%00"),
            ("%E2%80%94", "%E2%80%94"),
            ("a%20b%0A%zz%", "a%20b%0A%zz%"),
        ] {
            assert_eq!(removed_when_encoded(address), expect, "{address}");
        }
    }
}
