//! `text`: any text, on one line, without what a terminal would obey.

use std::borrow::Cow;

use super::Invalid;

/// White space runs become one space; escape sequences, control characters and invisible
/// direction marks are dropped.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    if is_normal(raw) { Ok(raw.to_owned()) } else { cleaned(raw) }
}

/// Whether words in plain letters stand with one space between them, as nearly always. Then it
/// is its own normal form; other texts may be theirs too.
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
    if clean.is_empty() { Err(Invalid("it holds no visible character")) } else { Ok(clean) }
}

/// The text without escape sequences, control characters and invisible marks; line ends and
/// other white space stay.
pub(super) fn visible(raw: &str) -> Cow<'_, str> {
    // Nearly every cell is plain.
    if raw.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(without_escapes(raw).chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).collect())
}

/// The text without the sequences that a terminal obeys: colours, titles, links. Other control
/// characters stay.
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

/// Control characters, and the marks that reorder or hide the text around them. These are fewer than
/// `terminal::is_unsafe`: a value keeps letters without a shape and variation selectors, which belong to
/// some scripts and emoji, and what prints it decides about them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What follows an escape sequence whose escape character was read. Without the rest of the
/// sequence `[31m` would stay behind as text.
fn after_escape(rest: &str) -> &str {
    let mut chars = rest.chars();
    match chars.next() {
        Some('[') => after_parameters(chars.as_str()),
        // Strings for the terminal (titles, links) end with BEL, `ESC \` or its one-character form.
        Some(']' | 'P' | '_' | '^' | 'X') => {
            let string = chars.as_str();
            match string.find(['\u{7}', '\u{1b}', '\u{9c}']) {
                Some(end) => string[end..].strip_prefix("\u{1b}\\").unwrap_or(&string[end..]),
                // Without an end it was none: the text is worth more.
                None => string,
            }
        }
        // Resets and saved cursors: `ESC c`, `ESC 7`. A capital is rather the beginning of a word
        // that a stray escape character stands in.
        Some('0'..='?' | '`'..='~') => chars.as_str(),
        _ => rest,
    }
}

/// What follows the parameters and the final letter of `ESC [ 31 m`.
fn after_parameters(rest: &str) -> &str {
    let end = rest.find(|c: char| !matches!(c, ' '..='?')).unwrap_or(rest.len());
    rest[end..].strip_prefix(|c: char| matches!(c, '@'..='~')).unwrap_or(&rest[end..])
}

#[cfg(test)]
mod tests {
    use super::{cleaned, is_normal};

    proptest::proptest! {
        #[test]
        fn what_is_normal_is_not_changed_by_cleaning(raw in "[ a-c~!\t\u{1b}é]{0,6}") {
            let is_kept = cleaned(&raw).is_ok_and(|clean| clean == raw);
            proptest::prop_assert!(!is_normal(&raw) || is_kept, "{raw:?}");
            proptest::prop_assert!(is_normal(&raw) || !is_kept || !raw.is_ascii(), "{raw:?}");
        }
    }
}
