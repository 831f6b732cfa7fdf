//! `text`: any text, on one line, without what a terminal would obey.

use super::Invalid;

/// White space runs become one space; escape sequences, control characters and invisible
/// direction marks are dropped.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    let clean = visible(raw).split_whitespace().collect::<Vec<_>>().join(" ");
    if clean.is_empty() { Err(Invalid("it holds no visible character")) } else { Ok(clean) }
}

/// The text without escape sequences, control characters and invisible marks; line ends and
/// other white space stay.
pub(super) fn visible(raw: &str) -> String {
    let mut clean = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '\u{1b}' => after_escape(after),
            '\u{9b}' => after_parameters(after),
            _ => after,
        };
        if character.is_whitespace() || !is_hidden(character) {
            clean.push(character);
        }
    }
    clean
}

/// Control characters, and the marks that reorder or hide the text around them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
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
        _ => rest,
    }
}

/// What follows the parameters and the final letter of `ESC [ 31 m`.
fn after_parameters(rest: &str) -> &str {
    let end = rest.find(|c: char| !matches!(c, ' '..='?')).unwrap_or(rest.len());
    rest[end..].strip_prefix(|c: char| matches!(c, '@'..='~')).unwrap_or(&rest[end..])
}
