//! Makes values that come from outside safe as cells: nothing in them steers a terminal,
//! runs in a spreadsheet or bursts a cell. Must never touch the table's own cells.

use marl_core::value::Value;

/// The most characters that a cell of a spreadsheet holds.
pub(super) const CELL_CHARS: usize = 32_767;

/// A value as the text of a CSV cell, and whether it got an apostrophe in front because a
/// spreadsheet would have run it. Line breaks and tabs become spaces.
pub(super) fn csv_cell(value: &Value, raw_cells: bool) -> (String, bool) {
    let text = value.to_string();
    let text = clean(&text, LineBreaks::Spaces);
    match !raw_cells && is_formula(&text) {
        true => (cut(&format!("'{text}"), CELL_CHARS).to_owned(), true),
        false => (cut(&text, CELL_CHARS).to_owned(), false),
    }
}

/// A value as it goes into JSON: its type stays. A list's texts share the cell's bound.
pub(super) fn json_value(value: &Value) -> Value {
    match value {
        Value::Integer(number) => Value::Integer(*number),
        Value::Text(text) => Value::Text(cut(&clean(text, LineBreaks::Kept), CELL_CHARS).to_owned()),
        Value::List(items) => {
            let mut room = CELL_CHARS;
            let mut safe = Vec::with_capacity(items.len());
            for item in items {
                let item = clean(item, LineBreaks::Kept);
                let item = cut(&item, room).to_owned();
                room -= item.chars().count();
                safe.push(item);
                if room == 0 {
                    break;
                }
            }
            Value::List(safe)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineBreaks {
    Kept,
    Spaces,
}

/// Drops escape sequences and control characters; those that separate become spaces.
fn clean(text: &str, breaks: LineBreaks) -> String {
    let is_harmless = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().all(is_harmless) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\u{1b}' => after_escape(after),
            '\u{9b}' => after_parameters(after),
            '\r' if after.starts_with('\n') => after,
            _ => after,
        };
        match c {
            '\n' | '\t' if breaks == LineBreaks::Kept => clean.push(c),
            '\r' if after.starts_with('\n') => {}
            '\n' | '\t' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push(' '),
            c if c.is_control() => {}
            c => clean.push(c),
        }
    }
    clean
}

/// What follows an escape sequence whose escape character was read.
fn after_escape(rest: &str) -> &str {
    let mut chars = rest.chars();
    match chars.next() {
        Some('[') => after_parameters(chars.as_str()),
        // Strings for the terminal (titles, links) end with BEL or `ESC \`.
        Some(']' | 'P' | '_' | '^' | 'X') => {
            let string = chars.as_str();
            let end = string.find(['\u{7}', '\u{1b}', '\u{9c}']).map(|end| &string[end..]);
            match end {
                Some(end) => end.strip_prefix("\u{1b}\\").unwrap_or(end),
                // Without an end it was none: the text is worth more.
                None => string,
            }
        }
        Some(c) if c.is_ascii() && !c.is_control() => chars.as_str(),
        _ => rest,
    }
}

/// What follows the parameters and the final letter of `ESC [ 31 m`.
fn after_parameters(rest: &str) -> &str {
    let end = rest.find(|c: char| !matches!(c, ' '..='?')).unwrap_or(rest.len());
    match rest[end..].chars().next() {
        Some(c @ '@'..='~') => &rest[end + c.len_utf8()..],
        _ => &rest[end..],
    }
}

/// Whether a spreadsheet would take the text for a formula.
///
/// White space and invisible characters in front do not count: some programs drop them
/// when they import. A text that starts with an apostrophe is text to all of them.
fn is_formula(text: &str) -> bool {
    let is_invisible =
        |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    let text = text.trim_start_matches(is_invisible);
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && !is_plain_number(text.trim_end())
}

/// `-5`, `+3.2`, `-1,234.50`, `-1e5`, `-12%`: digits and what stands between them.
fn is_plain_number(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let text = text.strip_suffix('%').unwrap_or(text);
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let is_all = |text: &str, is: fn(u8) -> bool| !text.is_empty() && text.bytes().all(is);
    is_all(digits, |byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && is_all(exponent, |byte| byte.is_ascii_digit())
}

/// At most `most` characters of the text.
fn cut(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
