//! Reads the examples of an integration.

use marl_core::{Column, SmolStr};
use toml::de::DeValue;

use super::{rule, section::Section, words};
use crate::form::{Example, Given, Word};

/// The most examples of one integration.
const MOST: usize = 50;

/// The examples of an integration with these columns.
pub(super) fn examples(section: &Section<'_, '_>, inputs: &[Column], outputs: &[Column]) -> Vec<Example> {
    let all = section.listed("example", MOST).into_iter();
    all.filter_map(|example| self::example(&example, inputs, outputs)).collect()
}

fn example(section: &Section<'_, '_>, inputs: &[Column], outputs: &[Column]) -> Option<Example> {
    let inputs = cells(section, "inputs", inputs);
    let has_outputs = section.has("outputs");
    let outputs = cells(section, "outputs", outputs);
    let is = match section.has("is") {
        true => section.word("is", &rule::words()),
        false => {
            if !has_outputs {
                section.wrong_here(
                    format!("{} expects nothing", section.shown()),
                    "add `outputs`, or `is = \"no_data\"`",
                );
            }
            Some(Word::Found)
        }
    };
    let given = given(section);
    section.finish();
    Some(Example { line: section.source.line(&section.span), inputs, given: given?, is: is?, outputs })
}

/// The cells under a key, which must be columns.
fn cells(section: &Section<'_, '_>, key: &'static str, columns: &[Column]) -> Vec<(SmolStr, String)> {
    let Some(table) = section.section(key) else { return Vec::new() };
    let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let mut cells = Vec::new();
    for (name, span, value) in table.entries() {
        if !known.contains(&name) {
            section.source.wrong(
                &span,
                format!("{} has no `{name}`", section.key(key)),
                words::advice(name, &known),
            );
        }
        if let Some(cell) = table.text_of(name, value) {
            cells.push((name.into(), cell.to_owned()));
        }
    }
    cells
}

/// The answer: `reply` and `poll` are HTTP answers, `item` is a part of one.
fn given(section: &Section<'_, '_>) -> Option<Given> {
    let (reply, poll) = (section.section("reply"), section.section("poll"));
    let item = section.text("item").map(|item| Given::Item(item.to_owned()));
    let reply = reply.and_then(|reply| answer(&reply)).map(|(status, body)| Given::Reply(status, body));
    let poll = poll.and_then(|poll| answer(&poll)).map(|(status, body)| Given::Poll(status, body));
    let mut all: Vec<Given> = [reply, poll, item].into_iter().flatten().collect();
    if all.len() != 1 {
        let hint =
            "write one of `reply = { status = 200, body = '...' }`, `poll = { ... }` and `item = '...'`";
        section.wrong_here(format!("{} must have one answer", section.shown()), hint);
    }
    all.pop()
}

fn answer(section: &Section<'_, '_>) -> Option<(u16, String)> {
    let status = match section.get("status") {
        None => Some(200),
        Some(_) => section.count("status", 599).and_then(|status| u16::try_from(status).ok()),
    };
    let body = match section.get("body").map(|body| body.get_ref()) {
        None => Some(String::new()),
        Some(DeValue::String(body)) => Some(body.to_string()),
        Some(_) => {
            section.wrong_here(
                format!("{} is not a text", section.key("body")),
                "write the body in single quotes",
            );
            None
        }
    };
    section.finish();
    Some((status?, body?))
}
