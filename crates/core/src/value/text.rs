//! `text`: any text, on one line, without what a terminal would obey.

use super::Invalid;

/// White space runs become one space; control characters, escape sequences' first bytes and
/// invisible direction marks are dropped.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    let mut clean = String::with_capacity(raw.len());
    for character in raw.chars() {
        if character.is_whitespace() {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if !is_hidden(character) {
            clean.push(character);
        }
    }
    if clean.ends_with(' ') {
        clean.pop();
    }
    if clean.is_empty() { Err(Invalid("it holds no visible character")) } else { Ok(clean) }
}

/// Control characters, and the marks that reorder or hide the text around them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
