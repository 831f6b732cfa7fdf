//! Reads the form of an operation's request. This module knows no replies.

use toml::de::DeValue;
use wire::{HeaderName, HeaderValue, Method};

use super::{section::Section, template};
use crate::form::{BodyForm, RequestForm, TextTemplate};

/// Headers that HTTP itself or the client sets.
const OWN_HEADERS: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "connection",
    "transfer-encoding",
    "user-agent",
    "cookie",
    "te",
];

/// The form of a request.
pub(super) fn form(section: &Section<'_, '_>) -> Option<RequestForm> {
    section.need("method", "\"GET\"");
    let method = section.word("method", &[("GET", true), ("POST", false)]);
    let path = template::path(section, "path");
    let query = texts(section, "query");
    let headers = headers(section);
    let bodies = ["body", "form", "text"].into_iter().filter(|key| section.has(key));
    let bodies: Vec<&str> = bodies.collect();
    let body = body(section);
    if bodies.len() > 1 {
        section.wrong_here(
            format!("{} has several bodies", section.shown()),
            "keep one of `body`, `form`, `text`",
        );
    }
    if let (Some(true), [body, ..]) = (method, bodies.as_slice()) {
        let hint = "write `method = \"POST\"`, or put the parameters into `query`";
        section.wrong_here(format!("{} is a GET request with a `{body}`", section.shown()), hint);
    }
    let method = if method? { Method::GET } else { Method::POST };
    Some(RequestForm { method, path: path?, query, headers, body })
}

fn body(section: &Section<'_, '_>) -> Option<BodyForm> {
    if let Some(value) = section.get("body") {
        if !matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_)) {
            let hint = "write a table; `form = {...}` is for forms and `text = \"...\"` for other texts";
            section.source.wrong(&value.span(), format!("{} is not a table", section.key("body")), hint);
            return None;
        }
        return template::template(section, "body", value, 0).map(BodyForm::Json);
    }
    if section.has("form") {
        return Some(BodyForm::Form(texts(section, "form")));
    }
    let value = section.get("text")?;
    template::text(section, "text", value).map(BodyForm::Text)
}

/// The texts of a table, by key.
fn texts(section: &Section<'_, '_>, key: &'static str) -> Vec<(String, TextTemplate)> {
    let Some(table) = section.section(key) else { return Vec::new() };
    let text = |(name, _, value): (&str, _, _)| Some((name.to_owned(), template::text(&table, name, value)?));
    table.entries().into_iter().filter_map(text).collect()
}

/// The headers of an operation.
fn headers(section: &Section<'_, '_>) -> Vec<(HeaderName, TextTemplate)> {
    let Some(table) = section.section("headers") else { return Vec::new() };
    let header = |(name, span, value): (&str, std::ops::Range<usize>, _)| {
        Some((header_name(&table, name, &span)?, template::text(&table, name, value)?))
    };
    table.entries().into_iter().filter_map(header).collect()
}

/// Headers without places.
pub(super) fn constant_headers(section: &Section<'_, '_>) -> Vec<(HeaderName, HeaderValue)> {
    let mut constants = Vec::new();
    for (name, text) in headers(section) {
        let value = text.constant().and_then(|text| HeaderValue::from_str(text).ok());
        match value {
            Some(value) => constants.push((name, value)),
            None => section.wrong_here(
                format!("the header `{name}` of {} is not a plain text", section.shown()),
                "write it without places here, or in an operation's `headers`",
            ),
        }
    }
    constants
}

/// The name of a header that a file may set.
pub(super) fn header_name(
    section: &Section<'_, '_>,
    name: &str,
    span: &std::ops::Range<usize>,
) -> Option<HeaderName> {
    let header = HeaderName::from_bytes(name.as_bytes()).ok();
    let header = header.filter(|header| !OWN_HEADERS.contains(&header.as_str()));
    if header.is_none() {
        let hint =
            "write a header's name such as `accept`; marl sets those of the connection and the body itself";
        section.source.wrong(span, format!("`{name}` is not a header that a file can set"), hint);
    }
    header
}
