//! Makes values from outside safe as cells: they cannot control a terminal, run in a spreadsheet or exceed
//! the length of a cell. This module must never touch the table's own cells.

use std::borrow::Cow;

use marl_core::{
    terminal,
    value::{CELL_CHARACTERS, Value, without_escapes},
};

/// A value as the text of a CSV cell, and whether it got a leading apostrophe because a spreadsheet would
/// have evaluated it. Line breaks and tabs become spaces.
pub(crate) fn csv_cell(value: &Value, raw_cells: bool) -> (Cow<'_, str>, bool) {
    let text = match value {
        Value::Text(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(other.to_string()),
    };
    let text = match clean(&text, LineBreaks::Spaces) {
        Cow::Borrowed(_) => text,
        Cow::Owned(clean) => Cow::Owned(clean),
    };
    let is_guarded = !raw_cells && is_formula(&text);
    let text = if is_guarded { Cow::Owned(format!("'{text}")) } else { text };
    match cut(&text, CELL_CHARACTERS).len() {
        length if length < text.len() => (Cow::Owned(text[..length].to_owned()), is_guarded),
        _ => (text, is_guarded),
    }
}

/// A value for JSON; its type stays. The texts of a list share the length limit of one cell.
pub(crate) fn json_value(value: &Value) -> Value {
    match value {
        // JSON is bounded and cleaned when it becomes a value.
        Value::Integer(_) | Value::Number(_) | Value::Boolean(_) | Value::Json(_) => value.clone(),
        Value::Text(text) => Value::Text(cut(&clean(text, LineBreaks::Kept), CELL_CHARACTERS).to_owned()),
        Value::List(items) => {
            let mut room = CELL_CHARACTERS;
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

/// Drops escape sequences and control characters; control characters that separate words become spaces.
///
/// It drops fewer characters than [`terminal::shown`] escapes: a cell keeps the joiners and direction marks
/// that its script needs, and the code that prints a cell escapes them.
fn clean(text: &str, breaks: LineBreaks) -> Cow<'_, str> {
    let is_harmless = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().all(is_harmless) {
        return text.into();
    }
    let text = without_escapes(text).replace("\r\n", "\n");
    let kept = |c: char| match c {
        '\n' | '\t' if breaks == LineBreaks::Kept => Some(c),
        '\n' | '\t' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    };
    Cow::Owned(text.chars().filter_map(kept).collect())
}

/// Whether a spreadsheet would evaluate the text as a formula.
///
/// Leading white space and invisible characters are ignored, since some programs drop them on import. A text
/// that starts with an apostrophe is text to all of them. The full-width and small forms of the signs count
/// as signs.
///
/// A program that opens the table with another delimiter sees other cells, and no sign before an answer could
/// protect all of them.
fn is_formula(text: &str) -> bool {
    const SIGNS: [char; 13] =
        ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹢', '﹣', '﹦', '﹫', '\u{2212}'];
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || terminal::is_unsafe(c));
    text.starts_with(SIGNS) && !is_plain_number(text.trim_end())
}

/// `-5`, `+3.2`, `-1,234.50`, `-1e5`, `-12%`: digits and the characters that numbers contain.
fn is_plain_number(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+', '\u{2212}']).unwrap_or(text);
    let text = text.strip_suffix('%').unwrap_or(text);
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let is_all = |text: &str, is: fn(u8) -> bool| !text.is_empty() && text.bytes().all(is);
    is_all(digits, |byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && is_all(exponent, |byte| byte.is_ascii_digit())
}

/// The text, cut to at most `most` characters.
fn cut(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
