//! The type `text`: any text on one line. This module removes what a terminal would obey; it must not judge
//! what the text says.

use std::borrow::Cow;

use super::Invalid;

/// Normalises a text: runs of white space become one space, and escape sequences, control characters and
/// invisible direction marks are removed.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    if is_normal(raw) { Ok(raw.to_owned()) } else { cleaned(raw) }
}

/// Whether a text consists of printable ASCII words with single spaces, like nearly every text. Such a text
/// is in normal form. Other texts may be in normal form as well.
pub(super) fn is_normal(raw: &str) -> bool {
    let mut before = b' ';
    let fits = |byte| match byte {
        b' ' => std::mem::replace(&mut before, byte) != b' ',
        b'!'..=b'~' => {
            before = byte;
            true
        }
        _ => false,
    };
    raw.bytes().all(fits) && before != b' '
}

fn cleaned(raw: &str) -> Result<String, Invalid> {
    let visible = visible(raw);
    let mut clean = String::with_capacity(visible.len());
    for word in visible.split_whitespace() {
        clean.push_str(if clean.is_empty() { "" } else { " " });
        clean.push_str(word);
    }
    if clean.is_empty() { Err(Invalid("it contains no visible character")) } else { Ok(clean) }
}

/// The text without escape sequences, control characters and invisible marks. Line ends and other white
/// space stay.
pub(super) fn visible(raw: &str) -> Cow<'_, str> {
    // The fast path: nearly every cell is printable ASCII.
    if raw.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(without_escapes(raw).chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).collect())
}

/// The text without escape sequences for a terminal: colours, titles, links. Other control characters stay.
pub fn without_escapes(raw: &str) -> Cow<'_, str> {
    const BEGINNINGS: [char; 2] = ['\u{1b}', '\u{9b}'];
    if !raw.contains(BEGINNINGS) {
        return Cow::Borrowed(raw);
    }
    let mut clean = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(BEGINNINGS) {
        clean.push_str(&rest[..at]);
        rest = match rest[at..].strip_prefix(BEGINNINGS[0]) {
            Some(after) => after_escape(after),
            None => after_parameters(&rest[at + BEGINNINGS[1].len_utf8()..]),
        };
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// Whether a character is a control character, or a mark that reorders or hides the text around it. This set
/// is smaller than `terminal::is_unsafe`: a value keeps letters without a visible shape and variation
/// selectors, which belong to some scripts and emoji. The code that prints a value decides about them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text after an escape sequence whose escape character was already read. The whole sequence is removed,
/// because `[31m` would otherwise remain as text.
fn after_escape(rest: &str) -> &str {
    let mut chars = rest.chars();
    match chars.next() {
        Some('[') => after_parameters(chars.as_str()),
        // Terminal strings (titles, links) end with BEL, `ESC \` or the one-character form of the latter.
        Some(']' | 'P' | '_' | '^' | 'X') => {
            let string = chars.as_str();
            match string.find(['\u{7}', '\u{1b}', '\u{9c}']) {
                Some(end) => string[end..].strip_prefix("\u{1b}\\").unwrap_or(&string[end..]),
                // Without an end it is not a terminal string, so the text is kept.
                None => string,
            }
        }
        // Resets and saved cursors: `ESC c`, `ESC 7`. A capital letter rather begins a word after a stray
        // escape character.
        Some('0'..='?' | '`'..='~') => chars.as_str(),
        _ => rest,
    }
}

/// The text after the parameters and the final letter of a sequence such as `ESC [ 31 m`.
fn after_parameters(rest: &str) -> &str {
    let end = rest.find(|c: char| !matches!(c, ' '..='?')).unwrap_or(rest.len());
    rest[end..].strip_prefix(|c: char| matches!(c, '@'..='~')).unwrap_or(&rest[end..])
}

#[cfg(test)]
mod tests {
    use super::{cleaned, is_normal};

    proptest::proptest! {
        #[test]
        fn cleaning_leaves_a_normal_text_unchanged(raw in "[ a-c~!\t\u{1b}é]{0,6}") {
            let is_kept = cleaned(&raw).is_ok_and(|clean| clean == raw);
            proptest::prop_assert!(!is_normal(&raw) || is_kept, "{raw:?}");
            proptest::prop_assert!(is_normal(&raw) || !is_kept || !raw.is_ascii(), "{raw:?}");
        }
    }
}
