//! Asking a research tool for fields, and reading them out of its prose.
//!
//! Research tools answer in prose whatever they are asked: JSON in code fences, with words
//! around it, trailing commas, numbers as text. What cannot be read as the column's type is
//! unknown; it never becomes a cell.

mod choice;
mod prose;

use serde_json::{Map, Value as Json, json};

use crate::{Column, Context, Error, Fields, SemanticType, Value};

/// The key under which the page that says so is asked for.
const SOURCE: &str = "source_url";

/// Asks a research tool for `outputs` and reads its answer. Nothing known is no field.
///
/// # Errors
/// The call's own, or a `bad_reply` when the answer cannot be read.
pub async fn research(
    cx: &Context,
    provider: &str,
    tool: &str,
    subject: &str,
    outputs: &[Column],
) -> Result<Fields, Error> {
    let reply = cx.call(provider, tool, json!({"query": ask(subject, outputs)})).await?;
    let Some(data) = reply.data() else { return Ok(Fields::none()) };
    let text = data.get("answer").unwrap_or(data);
    match text {
        Json::String(text) => read(text, subject, outputs),
        json => read(&json.to_string(), subject, outputs),
    }
}

/// The question for `outputs`. `subject` says what they are about and must hold only
/// normalised values.
pub fn ask(subject: &str, outputs: &[Column]) -> String {
    let mut query = format!("{subject}\nAnswer with one JSON object and nothing else. Its keys:\n");
    for column in outputs {
        let form = form(column.kind);
        query.push_str(&format!("- \"{}\": {} ({form})\n", column.name, column.description));
    }
    query.push_str(&format!("- \"{SOURCE}\": the page where you read it (a string, an https address)\n"));
    query.push_str("Use null when unknown. Do not guess.");
    query
}

/// What a value of this type looks like, for the one who answers.
fn form(kind: SemanticType) -> &'static str {
    match kind {
        SemanticType::Integer => "a whole number, no text",
        SemanticType::List => "an array of short strings",
        SemanticType::LinkedinUrl => "a string, https://www.linkedin.com/in/...",
        SemanticType::Url => "a string, an https address",
        SemanticType::Domain => "a string, a domain name",
        SemanticType::Email => "a string, an e-mail address",
        SemanticType::Text => "a string",
    }
}

/// Reads `outputs` from an answer about `subject`. All of them unknown gives no field: no data.
///
/// # Errors
/// A `bad_reply` with an excerpt when there is no JSON object with any of the keys.
pub fn read(answer: &str, subject: &str, outputs: &[Column]) -> Result<Fields, Error> {
    let values = prose::values(answer);
    let question = choice::Question { subject, outputs };
    choice::answering(&values, question).map(|object| fields(object, outputs)).ok_or_else(|| {
        Error::bad_reply("no JSON object with the asked keys in the answer").with_detail(answer)
    })
}

fn fields(object: &Object, outputs: &[Column]) -> Fields {
    let mut fields = Fields::none();
    for column in outputs {
        let json = lookup(object, column.name).filter(|json| !is_template(json, column));
        let value = json.and_then(|json| column.kind.read_json(json));
        // Whatever is researched as a whole number is a count or a year; -1 stands for unknown.
        fields.set(column.name, value.filter(|value| !matches!(value, Value::Integer(..0))));
    }
    let source = lookup(object, SOURCE).and_then(|json| SemanticType::Url.read_json(json));
    if let Some(source) = source {
        fields.set_source(&source.to_string());
    }
    fields
}

type Object = Map<String, Json>;

/// The value of a key, whatever its spelling: `CEO Name` and `ceoName` are `ceo_name`.
fn lookup<'a>(object: &'a Object, key: &str) -> Option<&'a Json> {
    object.get(key).or_else(|| {
        let wanted = plain(key);
        object.iter().find(|(name, _)| plain(name) == wanted).map(|(_, json)| json)
    })
}

/// Letters and digits in lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a value only repeats what the question says about its key, or leaves a gap.
fn is_template(json: &Json, column: &Column) -> bool {
    match json {
        Json::String(text) => {
            let is_gap = ["...", "…"].contains(&text.trim()) || text.starts_with('<') && text.ends_with('>');
            let (said, form, asked) = (plain(text), form(column.kind), column.description);
            let whole = format!("{asked} ({form})");
            let echo = [form, asked, column.name, &whole].iter().any(|words| plain(words) == said);
            is_gap || echo && !said.is_empty()
        }
        Json::Array(items) => !items.is_empty() && items.iter().all(|item| is_template(item, column)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
