//! Reads templates from TOML values. This module knows none of a file's keys.

use serde_json::{Number, Value as Json};
use toml::de::DeValue;

use super::{section::Section, source::Value};
use crate::form::{PathTemplate, Template, TextTemplate};

/// How deep a body may be.
const DEEPEST: usize = 16;

/// The longest path, in bytes.
const LONGEST_PATH: usize = 1_000;

/// A value as a template: tables, lists and texts may have places.
pub(super) fn template(
    section: &Section<'_, '_>,
    key: &str,
    value: &Value<'_>,
    depth: usize,
) -> Option<Template> {
    let source = section.source;
    if depth > DEEPEST {
        let what = format!("{} is deeper than {DEEPEST} levels", section.key(key));
        source.wrong(&value.span(), what, "make it flatter");
        return None;
    }
    match value.get_ref() {
        DeValue::String(text) => {
            let text = section.checked(TextTemplate::new(text), &value.span())?;
            Some(match text.constant() {
                Some(constant) => Template::Constant(constant.into()),
                None => Template::Text(text),
            })
        }
        DeValue::Array(items) => {
            let items: Vec<_> =
                items.iter().map(|item| template(section, key, item, depth + 1)).collect::<Option<_>>()?;
            Some(folded(Template::List(items)))
        }
        DeValue::Table(members) => {
            let member = |(key, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &Value<'_>)| {
                Some((key.get_ref().to_string(), template(section, key.get_ref(), value, depth + 1)?))
            };
            let members: Vec<_> = members.iter().map(member).collect::<Option<_>>()?;
            Some(folded(Template::Table(members)))
        }
        _ => constant(section, key, value).map(Template::Constant),
    }
}

/// A list or table without places as one constant.
fn folded(template: Template) -> Template {
    let constant = |template: &Template| match template {
        Template::Constant(json) => Some(json.clone()),
        _ => None,
    };
    let whole = match &template {
        Template::List(items) => items.iter().map(constant).collect::<Option<Vec<_>>>().map(Json::Array),
        Template::Table(members) => {
            let member = |(key, member): &(String, Template)| Some((key.clone(), constant(member)?));
            members.iter().map(member).collect::<Option<serde_json::Map<_, _>>>().map(Json::Object)
        }
        Template::Constant(_) | Template::Text(_) => None,
    };
    whole.map_or(template, Template::Constant)
}

/// A text, number or boolean as JSON.
pub(super) fn constant(section: &Section<'_, '_>, key: &str, value: &Value<'_>) -> Option<Json> {
    let json = match value.get_ref() {
        DeValue::String(text) => Some(Json::from(text.as_ref())),
        DeValue::Boolean(flag) => Some(Json::Bool(*flag)),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(Json::from),
        DeValue::Float(number) => number.as_str().parse().ok().and_then(Number::from_f64).map(Json::Number),
        _ => None,
    };
    if json.is_none() {
        super::section::not_a(
            section.source,
            &section.key(key),
            "a text, a number, `true` or `false`",
            value,
        );
    }
    json
}

/// A text, number or boolean as a text with places.
pub(super) fn text(section: &Section<'_, '_>, key: &str, value: &Value<'_>) -> Option<TextTemplate> {
    match constant(section, key, value)? {
        Json::String(text) => section.checked(TextTemplate::new(&text), &value.span()),
        other => section.checked(TextTemplate::new(&other.to_string()), &value.span()),
    }
}

/// A path: segments after slashes. A place fills a part of one segment.
pub(super) fn path(section: &Section<'_, '_>, key: &'static str) -> Option<PathTemplate> {
    let value = section.need(key, "\"/...\"")?;
    let text = section.text_of(key, value)?;
    let wrong = |what: String, hint: &str| {
        section.source.wrong(&value.span(), what, hint);
        None
    };
    let Some(below) = text.strip_prefix('/').filter(|_| text.len() <= LONGEST_PATH) else {
        return wrong(format!("`{text}` is not a path"), "a path begins with a slash and is below the base");
    };
    let mut segments = Vec::new();
    for segment in below.split('/') {
        let segment = section.checked(TextTemplate::new(segment), &value.span())?;
        if matches!(segment.constant(), Some("." | "..")) {
            return wrong(format!("`{text}` leaves its place"), "write the path without `.` and `..`");
        }
        if !segment.literals().all(|literal| literal.bytes().all(is_plain)) {
            let hint = "write letters, digits and `-._~!$&'()*+,;=:@`; parameters belong into `query`";
            return wrong(format!("`{text}` has a character that a path cannot have"), hint);
        }
        segments.push(segment);
    }
    Some(PathTemplate(segments))
}

/// Whether a path may have a byte as it is.
pub(crate) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)
}
