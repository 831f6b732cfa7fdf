//! Whether an object says itself that it is of the past, or that it does not fit: a role, a state, a
//! flag or an end date beside the value. The present holder of a post is asked for.

use serde_json::Value as Json;

use super::{Object, lookup, plain};
use crate::Column;

const ROLES: [&str; 4] = ["role", "title", "position", "job_title"];

/// The item of a list of people that fits the column best: none of the past, and, where roles are
/// named, one whose role is asked for. Other lists are left as they are.
pub(super) fn fitting<'a>(json: &'a Json, column: &Column) -> Option<&'a Json> {
    let items = match json {
        Json::Array(items) if items.iter().all(Json::is_object) => items,
        Json::Object(object) if is_past(object) => return None,
        json => return Some(json),
    };
    let objects = || items.iter().filter_map(|item| Some((item, item.as_object()?)));
    let says_more =
        |object: &Object| is_past(object) || role(object).is_some() || confidence(object).is_some();
    if !objects().any(|(_, object)| says_more(object)) {
        return Some(json);
    }
    let present = || objects().filter(|(_, object)| !is_past(object));
    let asked = present().find(|(_, object)| role(object).is_some_and(|role| is_asked(role, column)));
    let surest = || present().filter(|(_, object)| confidence(object).is_some());
    let surest = || surest().reduce(|a, b| if confidence(b.1) > confidence(a.1) { b } else { a });
    asked.or_else(surest).or_else(|| present().next()).map(|(item, _)| item)
}

fn role(object: &Object) -> Option<&str> {
    ROLES.iter().find_map(|key| lookup(object, key)?.as_str())
}

fn confidence(object: &Object) -> Option<f64> {
    ["confidence", "score", "probability"].iter().find_map(|key| lookup(object, key)?.as_f64())
}

/// Whether the question or the column's name holds the role: `ceo_name` is asked of the CEO.
fn is_asked(role: &str, column: &Column) -> bool {
    let of_column = column.name.split('_').next().unwrap_or_default();
    let words = || role.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let question = column.question().to_lowercase();
    let title = role.trim().to_lowercase();
    let title = title.strip_suffix(" officer").unwrap_or(&title);
    words().any(|word| word == of_column) || title.contains(' ') && question.contains(title)
}

/// Whether an object says that its value is no longer true, or not the one that was asked for.
pub(super) fn is_past(object: &Object) -> bool {
    let has_ended =
        ["end", "end_date", "ended", "until", "to", "left"].iter().any(|key| match object.get(*key) {
            Some(Json::String(text)) => text.contains(|c: char| c.is_ascii_digit()),
            Some(Json::Number(_)) => true,
            _ => false,
        });
    has_ended || denies(object) || role(object).is_some_and(is_of_the_past)
}

/// Whether a flag or a state beside the values denies them all.
pub(super) fn denies(object: &Object) -> bool {
    const FLAGS: [&str; 8] =
        ["iscurrent", "current", "ispresent", "found", "match", "ismatch", "isfound", "exists"];
    let is_denied =
        |(key, value): (&String, &Json)| *value == Json::Bool(false) && FLAGS.contains(&&*plain(key));
    let state = lookup(object, "status").and_then(Json::as_str);
    // "not listed on an exchange" is a company's state, and denies nothing.
    let is_state = |state: &str| !state.to_lowercase().starts_with("not ") && is_of_the_past(state);
    object.iter().any(is_denied) || state.is_some_and(is_state)
}

fn is_of_the_past(text: &str) -> bool {
    const WORDS: [&str; 18] = [
        "former",
        "formerly",
        "ex",
        "past",
        "previous",
        "retired",
        "left",
        "resigned",
        "deceased",
        "not",
        "ehemaliger",
        "ehemalige",
        "ehemals",
        "ancien",
        "ancienne",
        "antiguo",
        "antigo",
        "voormalig",
    ];
    text.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&&*word.to_lowercase()))
}
