//! Which of several states of the same answer is the last: labels such as "Before:", years, the
//! lines of a diff. `choice` weighs what is found here against everything else.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::{Object, lookup, same_letters};
use crate::Column;

/// Which state a label announces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Earlier,
    Later,
}

const EARLIER: [&str; 11] = [
    "before",
    "old",
    "original",
    "earlier",
    "prior",
    "first",
    "v1",
    "outdated",
    "superseded",
    "past",
    "initial",
];

const LATER: [&str; 17] = [
    "after",
    "new",
    "now",
    "current",
    "currently",
    "latest",
    "newest",
    "later",
    "second",
    "today",
    "present",
    "v2",
    "v3",
    "updated",
    "assistant",
    "corrected",
    "revised",
];

/// Words that may stand in a label beside those that tell the state.
const NEUTRAL: [&str; 19] = [
    "the", "version", "state", "value", "values", "answer", "json", "data", "result", "record", "entry",
    "output", "response", "object", "is", "was", "as", "of", "it",
];

/// The state that a short label such as "New version:" announces. A sentence that merely holds one
/// of the words ("the New York office") announces nothing.
pub(super) fn label(sentence: &str) -> Option<State> {
    const LONGEST: usize = 60;
    if sentence.len() > LONGEST {
        return None;
    }
    let mut state = None;
    for word in sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        let of_word = match &*word {
            word if EARLIER.contains(&word) => State::Earlier,
            word if LATER.contains(&word) => State::Later,
            word if NEUTRAL.contains(&word) => continue,
            _ => return None,
        };
        state = state.or(Some(of_word));
    }
    state
}

/// The last year of our time that a sentence names.
pub(super) fn year(sentence: &str) -> Option<u16> {
    let words = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() == 4);
    words.filter_map(|word| word.parse().ok()).filter(|year| (1990..2100).contains(year)).last()
}

/// The year that an object says it is of, under a key that was not asked for.
pub(super) fn year_of(object: &Object, outputs: &[Column]) -> Option<u16> {
    let keys = ["as_of", "as_of_date", "year", "date", "updated", "last_updated"];
    let keys = keys.iter().filter(|key| !outputs.iter().any(|column| same_letters(column.name, key)));
    keys.filter_map(|key| lookup(object, key)).find_map(|json| match json {
        Json::Number(number) => year(&number.to_string()),
        Json::String(text) => year(text),
        _ => None,
    })
}

/// The newest of several objects, where each names its year and the years differ.
pub(super) fn newest(objects: &[Object], outputs: &[Column]) -> Option<usize> {
    let years: Option<Vec<u16>> = objects.iter().map(|object| year_of(object, outputs)).collect();
    let years = years.filter(|years| years.iter().any(|year| *year != years[0]))?;
    let newest = years.iter().max()?;
    years.iter().position(|year| year == newest)
}

/// Whether a member of `object` is superseded by another one: `before` beside `after`.
pub(super) fn is_superseded(key: &str, object: &Object) -> bool {
    label(key) == Some(State::Earlier) && object.keys().any(|key| label(key) == Some(State::Later))
}

/// The text as it is after a diff: lines that were taken away are dropped, the signs of those that
/// were added too. A list's bullets are no diff: one sign alone is none.
pub(super) fn after_diff(text: &str) -> Cow<'_, str> {
    if !text.contains('+') || !text.contains('-') {
        return Cow::Borrowed(text);
    }
    let of_json = |rest: &str| rest.trim_start().starts_with(['{', '}', '"', '[', ']']);
    let changed = |line: &str, sign: char| line.strip_prefix(sign).is_some_and(of_json);
    let has = |sign| text.lines().any(|line| changed(line, sign));
    if !has('+') || !has('-') {
        return Cow::Borrowed(text);
    }
    let kept = text.lines().filter(|line| !changed(line, '-'));
    let kept = kept.map(|line| if changed(line, '+') { &line[1..] } else { line });
    Cow::Owned(kept.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_years() {
        for (text, expect) in [
            ("Before:", Some(State::Earlier)),
            ("**Old version:**", Some(State::Earlier)),
            ("New version:", Some(State::Later)),
            ("\nNow:", Some(State::Later)),
            ("The New York office:", None),
            ("Before answering, I looked:", None),
            ("", None),
        ] {
            assert_eq!(label(text), expect, "{text}");
        }
        assert_eq!(year("between 2019 and 2021"), Some(2021));
        assert_eq!(year("in 1850, with 1200 people, 20245"), None);
    }
}
