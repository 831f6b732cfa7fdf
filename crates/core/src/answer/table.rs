//! Reads an answer that is a table with the requested keys as its header, in Markdown, CSV or
//! tab-separated form, and an answer with a tag around each value: `<ceo_name>Jane Doe</ceo_name>`. This
//! module must not choose among the rows.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::{Object, SOURCES, same_letters};
use crate::Column;

/// How many lines of an answer are read, and the length limit of a line in bytes.
const MOST_LINES: usize = 400;
const LONGEST_LINE: usize = 8 * 1024;

/// How many tags of requested keys are read, and the length limits of a tag and its value in bytes.
const MOST_TAGS: usize = 200;
const LONGEST_TAG: usize = 200;
const LONGEST_VALUE: usize = 16 * 1024;

/// The rows below the first header with requested keys, each as an object.
pub(super) fn rows(text: &str, outputs: &[Column]) -> Vec<Object> {
    let text = &with_lines(text);
    let lines: Vec<&str> = text.lines().take(MOST_LINES).map(str::trim).collect();
    let headers =
        (0..lines.len()).filter_map(|at| Some((at, header(lines[at], lines.get(at + 1)?, outputs)?)));
    for (at, (header, sign)) in headers {
        let below = lines[at + 1..].iter().filter(|line| !is_rule(line));
        let mut rows =
            below.map(|line| cells(line, sign)).take_while(|cells| cells.len() == header.len()).peekable();
        let is_key = |cell: &String| outputs.iter().any(|column| same_letters(&column.name, cell));
        // A key in the first row means that the lines are pairs of key and value.
        if rows.peek().is_some_and(|row| !row.iter().any(is_key)) {
            let object =
                |row: Vec<String>| header.iter().cloned().zip(row.into_iter().map(Json::from)).collect();
            return rows.map(object).collect();
        }
    }
    by_field(&lines, outputs).into_iter().collect()
}

/// The text with an HTML table's rows as lines and its cells separated by bars.
pub(super) fn with_lines(text: &str) -> Cow<'_, str> {
    if !text.contains("</td>") && !text.contains("</TD>") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('<');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
        match tag.split_whitespace().next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "tr" => plain.push('\n'),
            "td" | "th" => plain.push('|'),
            _ => {}
        }
        plain.push_str(rest.trim_end());
    }
    Cow::Owned(plain)
}

/// One object from a table whose header begins with `Field` and `Value`.
fn by_field(lines: &[&str], outputs: &[Column]) -> Option<Object> {
    const FIELDS: [&str; 6] = ["field", "key", "name", "attribute", "property", "column"];
    const VALUES: [&str; 3] = ["value", "answer", "result"];
    let header = |line: &&str| {
        let sign = ['|', '\t', ';', ','].into_iter().find(|sign| line.contains(*sign))?;
        let header = cells(line, sign);
        let is = |at: usize, words: &[&str]| {
            header.get(at).is_some_and(|cell| words.contains(&&*cell.to_lowercase()))
        };
        (is(0, &FIELDS) && is(1, &VALUES)).then_some((header.len(), sign))
    };
    let (at, (width, sign)) = lines.iter().enumerate().find_map(|(at, line)| Some((at, header(line)?)))?;
    let mut object = Object::new();
    let rows = lines[at + 1..].iter().filter(|line| !is_rule(line)).map(|line| cells(line, sign));
    for row in rows.take_while(|row| row.len() == width) {
        let Some(column) = outputs.iter().find(|column| same_letters(&column.name, &row[0])) else {
            continue;
        };
        if object.insert(column.name.to_string(), Json::from(row[1].as_str())).is_some() {
            return None;
        }
    }
    (!object.is_empty()).then_some(object)
}

/// The cells of a header line, and the separator. A line of prose may contain a single key by chance, so
/// a header with only one known key must have a rule below it.
fn header(line: &str, next: &str, outputs: &[Column]) -> Option<(Vec<String>, char)> {
    let sign = ['|', '\t', ';', ','].into_iter().find(|sign| line.contains(*sign))?;
    let header = cells(line, sign);
    let is = |cell: &String, key: &str| same_letters(cell, key);
    let asked = header.iter().filter(|cell| outputs.iter().any(|column| is(cell, &column.name))).count();
    let sources = header.iter().filter(|cell| SOURCES.iter().any(|key| is(cell, key))).count();
    let is_named =
        |cell: &String| cell.len() <= 40 && cell.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c));
    let is_certain = asked + sources > 1 && header.iter().all(is_named);
    (asked > 0 && (is_certain || sign == '|' && is_rule(next))).then_some((header, sign))
}

/// Whether a line is the rule below a header: `|---|:---:|`.
fn is_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|c| "|-:+ ".contains(c))
}

/// The cells of a line. A separator in quotes does not count.
fn cells(line: &str, sign: char) -> Vec<String> {
    let line = &line[..line.floor_char_boundary(LONGEST_LINE)];
    let line = if sign == '|' { line.trim().trim_start_matches('|').trim_end_matches('|') } else { line };
    let (mut cells, mut is_quoted) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '"' if sign != '|' => is_quoted = !is_quoted,
            _ if character == sign && !is_quoted => cells.push(String::new()),
            _ => cells.last_mut().into_iter().for_each(|cell| cell.push(character)),
        }
    }
    let marks = |c: char| c.is_whitespace() || "*`".contains(c);
    cells.iter().map(|cell| cell.trim_matches(marks).to_owned()).collect()
}

/// The values between tags named like requested keys; `None` when there are none, or when a key has two
/// different values.
pub(super) fn tagged(text: &str, outputs: &[Column]) -> Option<Object> {
    if !text.contains("</") {
        return None;
    }
    let mut object = Object::new();
    let (mut from, mut left) = (0, MOST_TAGS);
    while let Some(start) = text[from..].find('<').map(|at| from + at + 1) {
        from = start;
        let rest = &text[start..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let name = &rest[..end];
        // The name may be an attribute: `<field name="ceo_name">`.
        let attribute = rest[end..].strip_prefix(" name=\"").and_then(|rest| rest.split(['"', '>']).next());
        let is_called = |column: &&Column| same_letters(&column.name, attribute.unwrap_or(name));
        let Some(column) = outputs.iter().find(is_called) else { continue };
        left -= 1;
        if left == 0 {
            return None;
        }
        let Some(open) = rest[..rest.floor_char_boundary(LONGEST_TAG)].find('>') else { continue };
        let body = &rest[open + 1..];
        let body = &body[..body.floor_char_boundary(LONGEST_VALUE)];
        let value = match body.find("</") {
            _ if rest[..open].ends_with('/') => Json::Null,
            Some(close) if body[close + 2..].starts_with(name) => {
                Json::from(without_cdata(body[..close].trim()))
            }
            _ => continue,
        };
        let before = object.insert(column.name.to_string(), value.clone());
        if before.is_some_and(|before| before != value) {
            return None;
        }
    }
    (!object.is_empty()).then_some(object)
}

fn without_cdata(value: &str) -> &str {
    value.strip_prefix("<![CDATA[").and_then(|inner| inner.strip_suffix("]]>")).unwrap_or(value)
}
