//! Asks a research tool for fields and reads them from its answer.
//!
//! Research tools answer in prose whatever the question is: JSON in code fences, words around it,
//! trailing commas, numbers as text. A value that cannot be read as its column's type is unknown and
//! never becomes a cell. The ledger stores replies unchanged and they are read again on each run, so
//! a better reader fills rows that an older one could not. This module does no I/O; the caller's
//! [`Context`] makes the call.

mod announced;
mod choice;
mod counted;
mod cues;
mod doubt;
mod echo;
mod form;
mod lenient;
mod lines;
mod listed;
mod markup;
mod names;
mod nothing;
mod outline;
mod prose;
mod retraction;
mod revision;
mod shape;
mod spelling;
mod state;
mod stated;
mod subject;
mod table;
mod thoughts;
mod uninformative;

use serde_json::{Map, Value as Json, json};

use crate::{CallSpec, Column, Context, Error, Field, Fields, SemanticType, Value};
use form::{format_hint, is_address_type, takes_arrays};
use spelling::{letters, lookup, plain, same_letters};
use subject::Subject;

/// The key under which the question asks for the source page.
const SOURCE: &str = "source_url";

/// The keys under which models name the source page.
const SOURCES: [&str; 7] = [SOURCE, "source", "sources", "citation", "citations", "reference", "references"];

/// Asks a research tool for `outputs` and reads the fields from its answer. The result is empty when
/// nothing is known.
///
/// # Errors
/// The error of the call, or a `bad_reply` when the answer cannot be read.
pub async fn research(
    cx: &Context,
    call: &CallSpec,
    subject: &str,
    outputs: &[Column],
) -> Result<Fields, Error> {
    let reply = cx.call(call, json!({"query": ask(subject, outputs)})).await?;
    let Some(data) = reply.data() else { return Ok(Fields::none()) };
    read_json(data, subject, outputs)
}

/// The question for `outputs`. `subject` describes what the question is about and must contain only
/// normalised values.
pub fn ask(subject: &str, outputs: &[Column]) -> String {
    let mut query = String::with_capacity(1024);
    let mut add = |parts: &[&str]| parts.iter().for_each(|part| query.push_str(part));
    add(&[subject, "\nAnswer with one JSON object and nothing else. Its keys:\n"]);
    for column in outputs {
        add(&["- \"", &column.name, "\": ", column.question(), " (", format_hint(column.kind), ")\n"]);
    }
    add(&["- \"", SOURCE, "\": the page where you read it (a string, an https address)\n"]);
    add(&["Use null when unknown. Do not guess."]);
    query
}

/// Reads `outputs` from a reply about `subject`. The reply is the answer itself or an envelope around
/// it. The result is empty (no data) when every field is unknown.
///
/// # Errors
/// The errors of [`read`].
pub fn read_json(reply: &Json, subject: &str, outputs: &[Column]) -> Result<Fields, Error> {
    let question = choice::Question { subject: &Subject::new(subject), outputs };
    if let Some(object) = plain_answer(reply, question) {
        return match subject::names_other_domain(&object, question.subject) {
            true => Err(about_other_company(&reply.to_string())),
            false => Ok(fields(&object, question)),
        };
    }
    if let Json::String(text) = reply {
        return read_text(text, question);
    }
    if let Some(candidate) = choice::in_json(reply, question) {
        return read_candidate(candidate, question, || reply.to_string());
    }
    match shape::text(reply) {
        Some(text) => read_text(&text, question),
        None if shape::is_empty_answer(reply) => Ok(Fields::none()),
        None => Err(unreadable(&reply.to_string())),
    }
}

/// The object, when the whole answer is one JSON object with every requested key. This is the fast
/// path: most answers look like this and need neither a choice nor a repair, and a rerun over stored
/// replies reads very many of them.
fn plain_answer(reply: &Json, question: choice::Question<'_>) -> Option<Object> {
    let text = match reply {
        Json::String(text) => text,
        Json::Object(object) if !question.is_answered_by(object) => object.get("answer")?.as_str()?,
        _ => return None,
    };
    let text = shape::without_fence(text);
    if !text.starts_with('{') || text.len() > prose::LONGEST {
        return None;
    }
    let object: Object = serde_json::from_str(text).ok()?;
    let has_all = question.outputs.iter().all(|column| object.contains_key(column.name.as_str()));
    (has_all && question.is_answered_by(&object)).then_some(object)
}

/// Reads `outputs` from an answer about `subject`. The result is empty (no data) when every field is
/// unknown, or when the answer states that nothing was found.
///
/// # Errors
/// A `bad_reply` with an excerpt when the answer contains none of the requested keys, contradicts
/// itself, or is about another company.
pub fn read(answer: &str, subject: &str, outputs: &[Column]) -> Result<Fields, Error> {
    read_text(answer, choice::Question { subject: &Subject::new(subject), outputs })
}

fn read_text(answer: &str, question: choice::Question<'_>) -> Result<Fields, Error> {
    let outputs = question.outputs;
    let text = thoughts::without(&answer[..answer.floor_char_boundary(prose::LONGEST)]);
    if let Some(candidate) = choice::in_text(&text, question) {
        return read_candidate(candidate, question, || answer.to_owned());
    }
    if let Some(candidate) = unescaped(&text).and_then(|text| choice::in_text(&text, question)) {
        return read_candidate(candidate, question, || answer.to_owned());
    }
    let mut rows = table::rows(&text, outputs);
    rows.retain(|row| question.is_answered_by(row));
    if let Some(candidate) = choice::among(rows, question) {
        return read_candidate(candidate, question, || answer.to_owned());
    }
    let listed = lines::read(&text, outputs).filter(|object| question.is_answered_by(object));
    let listed = listed.map(|object| fields(&object, question));
    // An outline can hold lists, nested members, and texts in the lines below a key.
    if let Some(candidate) = choice::in_outline(&text, question) {
        let outlined = read_candidate(candidate, question, || answer.to_owned());
        let count =
            |fields: &Fields| outputs.iter().filter(|column| fields.get(&column.name).is_some()).count();
        match (listed, outlined) {
            (Some(listed), Ok(outlined)) if count(&listed) >= count(&outlined) => return Ok(listed),
            (_, outlined) => return outlined,
        }
    }
    if let Some(fields) = listed {
        return Ok(fields);
    }
    let json = serde_json::from_str::<Json>(shape::without_fence(&text)).ok();
    let inner = json.as_ref().and_then(|json| shape::text(json).or_else(|| shape::remark(json)));
    let is_empty = json.as_ref().is_some_and(shape::is_empty_answer);
    let says_nothing = is_empty || nothing::says_nothing(inner.as_deref().unwrap_or(&text));
    if says_nothing { Ok(Fields::none()) } else { Err(unreadable(answer)) }
}

/// The fields of the chosen object, or the error that its fault stands for.
fn read_candidate(
    candidate: choice::Candidate,
    question: choice::Question<'_>,
    answer: impl Fn() -> String,
) -> Result<Fields, Error> {
    match candidate.fault {
        None => Ok(fields(&candidate.object, question)),
        Some(choice::Fault::MadeUp) => Ok(Fields::none()),
        Some(choice::Fault::OtherCompany) => Err(about_other_company(&answer())),
        Some(choice::Fault::Retracted) => {
            Err(Error::bad_reply("the answer takes back what it says, and what is right cannot be read")
                .with_detail(answer()))
        }
        Some(choice::Fault::Contradicted) => Err(Error::bad_reply(
            "the answer contradicts itself, and nothing in it tells which value is right",
        )
        .with_detail(answer())),
        Some(choice::Fault::Ambiguous) => Err(Error::bad_reply(
            "the answer is about several companies, and none is tied to the one asked about",
        )
        .with_detail(answer())),
    }
}

fn about_other_company(answer: &str) -> Error {
    Error::bad_reply("the answer is about another company than the one asked about").with_detail(answer)
}

/// The text without HTML escapes or the escapes of a JSON string whose quotes are missing; `None` when
/// the text contains no such escape.
fn unescaped(text: &str) -> Option<String> {
    if text.contains("&quot;") || text.contains("&#34;") {
        let text = text.replace("&quot;", "\"").replace("&#34;", "\"").replace("&#39;", "'");
        return Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    }
    text.contains("\\n").then(|| text.replace("\\n", "\n").replace("\\\"", "\""))
}

fn unreadable(answer: &str) -> Error {
    Error::bad_reply("no JSON object with the requested keys in the answer").with_detail(answer)
}

fn fields(object: &Object, question: choice::Question<'_>) -> Fields {
    let mut fields = Fields::none();
    if state::denies(object) {
        return fields;
    }
    for column in question.outputs {
        let is_answer = |json: &&Json| {
            !is_template(json, column)
                && !echo::repeats(json, column, question.subject.text)
                && !state::denies_field(object, column)
                && !state::names_other_post(object, column)
                && !counted::is_of_other_thing(json, column)
        };
        let Some(json) = lookup(object, &column.name).filter(is_answer) else {
            continue;
        };
        let json = if takes_arrays(column.kind) { Some(json) } else { state::best_item(json, column) };
        if let Some(field) = json.and_then(|json| field(json, column.kind)) {
            fields.put(column.name.clone(), field);
        }
    }
    if let Some(source) = SOURCES.iter().find_map(|key| source(lookup(object, key)?)) {
        fields.set_source(&source);
    }
    fields
}

/// How many bytes of a value are read. A cell holds less, and removing marks reads the whole value.
const LONGEST_VALUE: usize = 64 * 1024;

/// The value of a field without the marks around it, and the source that is given beside it.
fn field(json: &Json, kind: SemanticType) -> Option<Field> {
    let is_number = matches!(kind, SemanticType::Integer | SemanticType::Number);
    if let (true, Some(text)) = (is_number, shape::number_and_unit(json)) {
        return field(&Json::from(text), kind);
    }
    let whole_name = || shape::full_name(json.as_object()?, "");
    if let Some(name) = whole_name().filter(|_| kind == SemanticType::Text) {
        return field(&Json::from(name), kind);
    }
    let (value, named) = match json {
        // Among several candidates, each with its source, the first one that fits is used. Among
        // several numbers, nothing shows which one is the count.
        Json::Array(items)
            if is_number && items.iter().filter(|item| item.is_number()).any(|item| *item != items[0]) =>
        {
            return None;
        }
        Json::Array(items) if !takes_arrays(kind) => {
            return items.iter().filter(|item| !item.is_array()).find_map(|item| field(item, kind));
        }
        json => shape::value_and_source(json, kind),
    };
    let mut marked = None;
    let value = match value? {
        Json::String(text) if kind == SemanticType::List && listed::items(text).is_some() => {
            return field(&listed::items(text)?, kind);
        }
        Json::String(text) if text.len() > LONGEST_VALUE => {
            let text = &text[..text.floor_char_boundary(LONGEST_VALUE)];
            return self::field(&Json::from(text), kind);
        }
        Json::String(text)
            if matches!(kind, SemanticType::LinkedinUrl | SemanticType::CompanyLinkedinUrl)
                && doubt::is_disowned(text) =>
        {
            None
        }
        Json::String(text) if is_number && markup::label_of_link(text).is_some() => {
            let (label, url) = markup::label_of_link(text)?;
            marked = markup::address(url);
            kind.read_json(&Json::from(label))
        }
        Json::String(text) if is_address_type(kind) => markup::read_address(text, kind),
        Json::String(text) => {
            let text = cleaned(text, &mut marked);
            kind.read_json(&text).filter(|_| !is_uninformative(&text, kind)).and_then(without_unknown_items)
        }
        json => kind.read_json(&cleaned_items(json, &mut marked)).and_then(without_unknown_items),
    };
    // Every researched whole number is a count or a year, and -1 stands for unknown.
    let value = value.filter(|value| !matches!(value, Value::Integer(..0)))?;
    let source = named.and_then(source).or(marked).map(Into::into);
    Some(Field { value, source })
}

/// Whether a text, or a list that is written as a text, only states that nothing is known.
fn is_uninformative(json: &Json, kind: SemanticType) -> bool {
    matches!(kind, SemanticType::Text | SemanticType::List)
        && json.as_str().is_some_and(uninformative::is_uninformative)
}

/// The list without items that name nothing; any other value unchanged.
fn without_unknown_items(value: Value) -> Option<Value> {
    let Value::List(mut items) = value else { return Some(value) };
    items.retain(|item| !uninformative::names_nothing(item));
    (!items.is_empty()).then_some(Value::List(items))
}

/// The text without marks. `source` is set to the address that the marks name.
fn cleaned(text: &str, source: &mut Option<String>) -> Json {
    let clean = markup::clean(text);
    if source.is_none() {
        *source = clean.source;
    }
    Json::String(clean.text)
}

/// The value with the marks removed from every text in it.
fn cleaned_items(json: &Json, source: &mut Option<String>) -> Json {
    match json {
        Json::String(text) => cleaned(text, source),
        Json::Array(items) => items.iter().map(|item| cleaned_items(item, source)).collect(),
        Json::Object(object) => {
            object.iter().map(|(key, value)| (key.clone(), cleaned_items(value, source))).collect()
        }
        json => json.clone(),
    }
}

/// The first address in a value that names a source: a text, a list or an object.
fn source(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => {
            let own = || markup::read_address(text, SemanticType::Url).map(|url| url.to_string());
            let within = || {
                text.split_whitespace()
                    .find_map(|word| word.starts_with("http").then(|| markup::address(word)).flatten())
            };
            own().or_else(within)
        }
        Json::Array(items) => items.iter().find_map(source),
        Json::Object(object) => {
            ["url", "link", "href", "source"].iter().find_map(|key| source(object.get(*key)?))
        }
        _ => None,
    }
}

type Object = Map<String, Json>;

/// Whether a value only repeats the description of its key in the question, or is a placeholder.
fn is_template(json: &Json, column: &Column) -> bool {
    match json {
        Json::String(text) => {
            let is_address = is_address_type(column.kind) && text.contains('.') && !text.contains(' ');
            let is_tag = text.starts_with('<') && text.ends_with('>') && !text.contains("</") && !is_address;
            let is_tag = is_tag && !text.contains("://");
            let is_gap = ["...", "…"].contains(&text.trim()) || is_tag;
            let (hint, asked) = (format_hint(column.kind), column.question());
            let whole = || letters(asked).chain(letters(hint)).eq(letters(text));
            let echo = || {
                let words = ["string", hint, asked, &column.description, &column.name];
                words.iter().any(|words| same_letters(words, text)) || whole()
            };
            is_gap || letters(text).next().is_some() && echo()
        }
        // A JSON Schema.
        Json::Object(object) => {
            const TYPES: [&str; 6] = ["string", "integer", "number", "array", "boolean", "null"];
            let kind = object.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
            !object.contains_key("value") && kind.is_some_and(|kind| TYPES.contains(&kind))
        }
        Json::Array(items) => !items.is_empty() && items.iter().all(|item| is_template(item, column)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
