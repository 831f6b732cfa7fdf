//! Asking a research tool for fields, and reading them out of its prose.
//!
//! Research tools answer in prose whatever they are asked: JSON in code fences, with words
//! around it, trailing commas, numbers as text. What cannot be read as the column's type is
//! unknown; it never becomes a cell.

use serde_json::{Map, Value as Json, json};

use crate::{Column, Context, Error, Fields, SemanticType};

/// The key under which the page that says so is asked for.
const SOURCE: &str = "source_url";

/// How many places in an answer are tried as the start of a JSON value; an answer has a few,
/// a hostile one may have millions.
const MOST_STARTS: usize = 64;

/// How much of an answer is looked at, in bytes; a real one has a few thousand.
const LONGEST: usize = 256 * 1024;

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
        Json::String(text) => read(text, outputs),
        json => read(&json.to_string(), outputs),
    }
}

/// The question for `outputs`. `subject` says what they are about and must hold only
/// normalised values.
pub fn ask(subject: &str, outputs: &[Column]) -> String {
    let mut query = format!("{subject}\nAnswer with one JSON object and nothing else. Its keys:\n");
    for column in outputs {
        let form = match column.kind {
            SemanticType::Integer => "a whole number, no text",
            SemanticType::List => "an array of short strings",
            SemanticType::LinkedinUrl => "a string, https://www.linkedin.com/in/...",
            SemanticType::Url => "a string, an https address",
            SemanticType::Domain => "a string, a domain name",
            SemanticType::Email => "a string, an e-mail address",
            SemanticType::Text => "a string",
        };
        query.push_str(&format!("- \"{}\": {} ({form})\n", column.name, column.description));
    }
    query.push_str(&format!("- \"{SOURCE}\": the page where you read it (a string, an https address)\n"));
    query.push_str("Use null when unknown. Do not guess.");
    query
}

/// Reads `outputs` from an answer. All of them unknown gives no field: no data.
///
/// # Errors
/// A `bad_reply` with an excerpt when there is no JSON object with any of the keys.
pub fn read(answer: &str, outputs: &[Column]) -> Result<Fields, Error> {
    let asked = |object: &Map<String, Json>| {
        outputs.iter().filter(|column| lookup(object, column.name).is_some()).count()
    };
    let mut best: Option<(usize, usize, Fields)> = None;
    for object in objects(answer, &|object| asked(object) > 0) {
        let fields = fields(&object, outputs);
        let rank = (fields.iter().count(), asked(&object));
        if best.as_ref().is_none_or(|(known, keys, _)| rank > (*known, *keys)) {
            best = Some((rank.0, rank.1, fields));
        }
    }
    best.map(|(_, _, fields)| fields).ok_or_else(|| {
        Error::bad_reply("no JSON object with the asked keys in the answer").with_detail(answer)
    })
}

fn fields(object: &Map<String, Json>, outputs: &[Column]) -> Fields {
    let mut fields = Fields::none();
    for column in outputs {
        fields.set(column.name, lookup(object, column.name).and_then(|json| column.kind.read_json(json)));
    }
    let source = lookup(object, SOURCE).and_then(|json| SemanticType::Url.read_json(json));
    if let Some(source) = source {
        fields.set_source(&source.to_string());
    }
    fields
}

/// The value of a key, whatever its spelling: `CEO Name` and `ceoName` are `ceo_name`.
fn lookup<'a>(object: &'a Map<String, Json>, key: &str) -> Option<&'a Json> {
    let plain = |key: &str| -> String {
        key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    object.get(key).or_else(|| {
        let wanted = plain(key);
        object.iter().find(|(name, _)| plain(name) == wanted).map(|(_, json)| json)
    })
}

type Object = Map<String, Json>;

/// The JSON objects in the text that answer, those inside of others included, in order.
fn objects(text: &str, answers: &dyn Fn(&Object) -> bool) -> Vec<Object> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut found = Vec::new();
    let mut from = 0;
    for _ in 0..MOST_STARTS {
        let Some(start) = text[from..].find(['{', '[']).map(|at| from + at) else { break };
        from = start + 1;
        let Some(end) = value_end(&text[start..]) else { continue };
        if let Some(json) = parse(&text[start..start + end]) {
            collect(json, answers, &mut found);
            from = start + end;
        }
    }
    found
}

fn collect(json: Json, answers: &dyn Fn(&Object) -> bool, found: &mut Vec<Object>) {
    match json {
        Json::Array(items) => {
            // Several candidates: the first is the answer, even if it says that less is known.
            let first = items.iter().position(|item| item.as_object().is_some_and(answers));
            match first {
                Some(at) => collect(items[at].clone(), answers, found),
                None => items.into_iter().for_each(|item| collect(item, answers, found)),
            }
        }
        Json::Object(object) if answers(&object) => found.push(object),
        Json::Object(object) => object.into_iter().for_each(|(_, value)| collect(value, answers, found)),
        _ => {}
    }
}

/// Where the value that opens at the start of `text` closes, strings regarded.
fn value_end(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Parses JSON; failing that, once more without trailing commas and raw line ends in strings.
fn parse(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&mended(text)).ok())
}

fn mended(text: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let was_escaped = std::mem::take(&mut escaped);
        match character {
            '\\' if in_string && !was_escaped => escaped = true,
            '"' if !was_escaped => in_string = !in_string,
            ',' if !in_string && text[at + 1..].trim_start().starts_with(['}', ']']) => continue,
            c if in_string && c.is_control() => {
                out.push(' ');
                continue;
            }
            _ => {}
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OUTPUTS: &[Column] = &[
        Column::optional("ceo_name", SemanticType::Text, "the chief executive's full name"),
        Column::optional("employee_count", SemanticType::Integer, "people employed"),
        Column::optional("tech_stack", SemanticType::List, "technologies"),
        Column::optional("ceo_linkedin_url", SemanticType::LinkedinUrl, "their profile"),
    ];

    #[track_caller]
    fn check(answer: &str, expect: [&str; 4]) {
        let fields = read(answer, OUTPUTS).unwrap();
        let cells = OUTPUTS.iter().map(|column| fields.cell(column.name).unwrap_or_default());
        assert_eq!(cells.collect::<Vec<_>>(), expect, "{answer}");
    }

    #[test]
    fn the_question_names_every_key() {
        let query = ask("Research acme.com.", OUTPUTS);
        assert!(OUTPUTS.iter().all(|column| query.contains(&format!("\"{}\"", column.name))));
        assert!(query.contains("null when unknown"));
    }

    #[test]
    fn the_shapes_that_really_come_back() {
        let jane = ["Jane Doe", "1200", "Rust; Go", "https://www.linkedin.com/in/jane"];
        let plain = r#"{"ceo_name":"Jane Doe","employee_count":"about 1,200","tech_stack":"Rust, Go","ceo_linkedin_url":"linkedin.com/in/jane"}"#;
        check(plain, jane);
        check(&format!("Here is {{what}} I found:\n```json\n{plain}\n```\nHope {{that}} helps!"), jane);
        check(&format!("[{plain}, {{\"ceo_name\": \"John Roe\"}}]"), jane);
        check(
            "[{\"ceo_name\": null, \"employee_count\": 7}, {\"ceo_name\": \"Another\", \"employee_count\": 8}]",
            ["", "7", "", ""],
        );
        check(&format!("Draft: {{\"ceo_name\": null}} Final: {plain}"), jane);
        check(&format!("{{\"result\": {plain}}}"), jane);
        check(&plain.replace('}', ",\n}").replace("1,200\"", "1,200 (2024)\""), jane);
        check(&plain.replace("ceo_name", "CEO Name").replace("tech_stack", "techStack"), jane);
        check(
            "{\"ceo_name\": [\"Jane Doe\", \"John Roe\"], \"tech_stack\": [\"Rust\", null,],}",
            ["Jane Doe", "", "Rust", ""],
        );
        check("{\"ceo_name\": \"Jane\nDoe\"}", ["Jane Doe", "", "", ""]);
    }

    #[test]
    fn unknown_is_empty_and_never_a_word() {
        check(
            r#"{"ceo_name":"N/A","employee_count":"unknown","tech_stack":[],"ceo_linkedin_url":"I could not find a profile"}"#,
            ["", "", "", ""],
        );
        assert!(read(r#"{"ceo_name": null}"#, OUTPUTS).unwrap().is_empty());
    }

    #[test]
    fn prose_without_json_is_a_bad_reply_with_an_excerpt() {
        for answer in ["I could not find the CEO of Acme.", "", "{}", "{\"other\": 1}", "{{{{", "[1, 2"] {
            let error = read(answer, OUTPUTS).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::BadReply);
            assert!(error.may_be_billed());
            assert!(error.full_message().contains(answer.get(..12).unwrap_or(answer)), "{error}");
        }
    }

    #[test]
    fn the_source_is_kept_with_the_fields() {
        let fields = read(r#"{"ceo_name":"Jane","source_url":"acme.com/team"}"#, OUTPUTS).unwrap();
        assert_eq!(fields.get("ceo_name").unwrap().source.as_deref(), Some("https://acme.com/team"));
    }

    #[test]
    fn a_hostile_answer_is_read_in_bounded_time() {
        for hostile in ["{".repeat(1_000_000), "[{\"a\":".repeat(200_000), "{\"ceo_name\":".repeat(50_000)] {
            assert!(read(&hostile, OUTPUTS).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(answer in "\\PC*|[{}\\[\\]\",:\\\\a-z 0-9\n]{0,80}") {
            let _ = read(&answer, OUTPUTS);
        }
    }
}
