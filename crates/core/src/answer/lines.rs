//! Reads an answer that lists the requested keys line by line, in Markdown or YAML:
//! `- **ceo_name**: Jane Doe` or `| ceo_name | Jane Doe |`. It also reads an object without its `{`.
//!
//! Only lines that begin with a requested key, letter by letter, count: a looser rule would turn prose
//! into cells. Nested lines belong to `outline`.

use serde_json::Value as Json;

use super::{Object, lenient, outline, plain, table};
use crate::Column;

/// How many lines of an answer are read.
const MOST_LINES: usize = 400;

/// The requested keys with the values of their lines; `None` when no line has a requested key, or when
/// two lines have the same key.
pub(super) fn read(text: &str, outputs: &[Column]) -> Option<Object> {
    if let Some(object) = without_brace(text, outputs) {
        return Some(object);
    }
    if let Some(object) = table::tagged(text, outputs) {
        return Some(object);
    }
    let text = &table::with_lines(text);
    let is_listing = is_listing(text);
    let mut object = Object::new();
    for line in text.lines().take(MOST_LINES) {
        let Some((key, value)) = key_and_value(line) else { continue };
        let may_be_short = is_listing || is_bullet(line);
        let Some(column) =
            outputs.iter().find(|column| is_key(key, column) || may_be_short && is_label(key, column))
        else {
            continue;
        };
        // A value in the lines below is not read here, because its end would be a guess.
        let value = if value.is_empty() { Json::Null } else { Json::String(value.to_owned()) };
        if object.insert(column.name.to_string(), value).is_some() {
            return None;
        }
    }
    (!object.is_empty()).then_some(object)
}

/// The members of an object whose opening brace is missing: `"ceo_name": "Jane Doe", ...}`.
fn without_brace(text: &str, outputs: &[Column]) -> Option<Object> {
    let quoted = |column: &Column| {
        let bare = || text.trim_start().starts_with(&format!("{}\":", column.name));
        let start = text.len() - text.trim_start().len();
        if bare() { Some(start) } else { text.find(&format!("\"{}\":", column.name)) }
    };
    let start = outputs.iter().filter_map(quoted).min().filter(|start| !text[..*start].contains('{'))?;
    let quote = if text[start..].starts_with('"') { "" } else { "\"" };
    let whole = format!("{{{quote}{}", &text[start..]);
    match lenient::read(&whole, &mut lenient::MOST_READ.clone())?.json {
        Json::Object(object) => Some(object),
        _ => None,
    }
}

fn is_key(key: &str, column: &Column) -> bool {
    // "CEO name" is clearly a key; a key of a single word could be any word of a text.
    let is_plain = key.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c));
    key.eq_ignore_ascii_case(&column.name)
        || is_plain && column.name.contains('_') && plain(key) == plain(&column.name)
}

/// Whether the text has several lines, and each one except headings is a short key with its value.
fn is_listing(text: &str) -> bool {
    const LONGEST_KEY: usize = 40;
    let is_content = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("```") && !line.starts_with('#') && !line.ends_with(':')
    };
    let is_pair = |line: &str| key_and_value(line).is_some_and(|(key, _)| key.len() <= LONGEST_KEY);
    let lines = || text.lines().take(MOST_LINES).filter(is_content);
    lines().count() > 1 && lines().all(is_pair)
}

fn is_bullet(line: &str) -> bool {
    ["- ", "* ", "• ", "**"].iter().any(|bullet| line.trim_start().starts_with(bullet))
}

/// Whether a bullet's label is a short form of the column's name: `CEO` for `ceo_name`, `LinkedIn`.
fn is_label(key: &str, column: &Column) -> bool {
    let is_profile = || ["linkedin", "linkedinprofile", "linkedinurl"].contains(&&*plain(key));
    let is_alias = || column.aliases.iter().any(|alias| plain(alias) == plain(key));
    let of_name = column.name.strip_suffix("_name").is_some_and(|subject| key.eq_ignore_ascii_case(subject));
    of_name || is_alias() || column.kind == crate::SemanticType::LinkedinUrl && is_profile()
}

/// The key and the value of a line: `key: value` after a bullet, or the two cells of a table row.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let marks = |c: char| "*_`\"' ".contains(c);
    let line = outline::without_comment(line).trim();
    let whole = line;
    if let Some(row) = line.strip_prefix('|') {
        let mut cells = row.trim_end_matches('|').split('|').map(str::trim);
        let (key, value) = (cells.next()?, cells.next()?);
        return cells.next().is_none().then_some((key.trim_matches(marks), value));
    }
    let line = line.trim_start_matches(|c: char| "-•*# ".contains(c));
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let line = number.strip_prefix(['.', ')']).filter(|_| number.len() < line.len()).unwrap_or(line);
    let dashed =
        || [" – ", " — ", " - "].iter().find_map(|dash| line.split_once(dash)).filter(|_| is_bullet(whole));
    let (key, value) = line.split_once([':', '：', '=', '\t']).or_else(dashed)?;
    // The colon may be inside the emphasis: `**ceo_name:** Jane Doe`.
    let value = value.trim_start_matches('*').trim();
    let unquoted = value.strip_suffix(',').unwrap_or(value);
    let value = if unquoted.len() < value.len() && unquoted.ends_with('"') { unquoted } else { value };
    Some((key.trim_matches(marks), value))
}
