//! Reads the value that a plain sentence states for a column: "The CEO is now Jane Doe.", "Jane Doe is the
//! new CEO.", "The employee count is 450." Only unambiguous sentences are read. This module must not decide
//! whether the value replaces another one.

use serde_json::Value as Json;

use super::{field, retraction};
use crate::{Column, SemanticType};

/// How many words of a sentence are read.
const MOST_WORDS: usize = 40;

#[rustfmt::skip]
const VERBS: [&str; 9] = ["is", "ist", "est", "es", "é", "è", "became", "be", "are"];
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "now", "actually", "currently", "really", "indeed", "since", "about", "approximately", "jetzt", "nun", "tatsächlich", "derzeit",
    "actuellement", "ahora", "agora", "ora", "the", "der", "die", "le", "la", "el", "o", "il", "new", "current", "present", "actual", "real",
    "acting", "neue", "aktuelle",
];
const OF: [&str; 6] = ["of", "at", "for", "von", "de", "di"];
const PARTICLES: [&str; 10] = ["van", "von", "de", "da", "der", "den", "del", "di", "la", "le"];
const DENIALS: [&str; 9] = ["not", "nicht", "pas", "no", "non", "former", "never", "isn't", "wasn't"];

/// A word, and whether a punctuation sign after it ends the phrase.
struct StatedWord<'a> {
    text: &'a str,
    lower: String,
    ends: bool,
}

fn words(sentence: &str) -> Vec<StatedWord<'_>> {
    let is_sign = |c: char| !(c.is_alphanumeric() || "'’.-".contains(c));
    let parts = sentence.split_whitespace().take(MOST_WORDS);
    let words = parts.map(|part| {
        let text = part.trim_matches(is_sign);
        let is_initial = text.trim_end_matches('.').chars().count() == 1;
        let text = if is_initial { text } else { text.trim_end_matches('.') };
        let ends = part.ends_with(|c: char| ",;:()!?".contains(c)) || part.ends_with('.') && !is_initial;
        StatedWord { text, lower: text.to_lowercase(), ends }
    });
    words.filter(|word| !word.text.is_empty()).collect()
}

/// The value that a sentence states for a column, in the form that an answer would give it.
pub(super) fn value(sentence: &str, column: &Column, outputs: &[Column]) -> Option<Json> {
    let is_name = retraction::is_name(column);
    let subject = match column.kind {
        SemanticType::Text if is_name => column.name.strip_suffix("_name").unwrap_or(&column.name),
        SemanticType::Integer => &column.name,
        _ => return None,
    };
    let subject: Vec<&str> = subject.split('_').collect();
    let words = words(sentence);
    let places = || {
        let is_subject = |at: &usize| {
            words[*at..].iter().map(|word| &*word.lower).take(subject.len()).eq(subject.iter().copied())
        };
        (0..words.len()).filter(is_subject)
    };
    let after_subject = || places().find_map(|at| after_subject(&words[at + subject.len()..], is_name));
    let before_post = || places().find_map(|at| before_post(&words[..at])).filter(|_| is_name);
    let after_pronoun = || {
        after_pronoun(&words)
            .filter(|_| is_name && outputs.iter().filter(|column| retraction::is_name(column)).count() == 1)
    };
    let (at, text) = after_subject().or_else(before_post).or_else(after_pronoun)?;
    let is_denied = words
        .iter()
        .take_while(|word| !std::ptr::eq(word.text, at))
        .any(|word| DENIALS.contains(&&*word.lower));
    let json = Json::from(text);
    (!is_denied && field(&json, column.kind).is_some()).then_some(json)
}

/// The value after words such as "the CEO of Acme is now".
fn after_subject<'a>(words: &[StatedWord<'a>], is_name: bool) -> Option<(&'a str, String)> {
    let verb = words.iter().take(7).position(|word| VERBS.contains(&&*word.lower))?;
    let is_plain = verb == 0 || OF.contains(&&*words[0].lower) || words[0].lower == "should";
    let rest = &words[verb + 1..];
    let rest = &rest[rest.iter().take_while(|word| FILLERS.contains(&&*word.lower)).count()..];
    let is_whole = words[..=verb].iter().all(|word| !word.ends);
    if !is_plain || !is_whole {
        return None;
    }
    if is_name {
        return name(rest);
    }
    let end = rest.iter().position(|word| word.ends).map_or(rest.len(), |at| at + 1);
    let parts: Vec<&str> =
        rest[..end].iter().map(|word| word.text).take_while(|word| !DENIALS.contains(word)).collect();
    parts.first().map(|first| (*first, parts.join(" ")))
}

/// The name before words such as "is the new CEO".
fn before_post<'a>(words: &[StatedWord<'a>]) -> Option<(&'a str, String)> {
    let rest =
        &words[..words.len() - words.iter().rev().take_while(|word| FILLERS.contains(&&*word.lower)).count()];
    let (verb, rest) = rest.split_last()?;
    if !VERBS.contains(&&*verb.lower)
        || rest.last().is_some_and(|last| last.ends && !last.text.ends_with('.'))
    {
        return None;
    }
    let length = rest.iter().rev().take_while(|word| is_of_name(word)).count();
    let start = rest.len() - length;
    let start = start
        + rest[start..]
            .iter()
            .take_while(|word| {
                !word.text.starts_with(char::is_uppercase) || FILLERS.contains(&&*word.lower) || word.ends
            })
            .count();
    // In "Since May Jane Doe is the CEO" the beginning of the name is ambiguous.
    let is_behind_date =
        start > 0 && ["since", "in", "from", "seit", "depuis", "desde"].contains(&&*rest[start - 1].lower);
    if is_behind_date { None } else { name(&rest[start..]) }
}

/// The name in "it is Jane Doe, not John Roe" and "it should be Jane Doe".
fn after_pronoun<'a>(words: &[StatedWord<'a>]) -> Option<(&'a str, String)> {
    let at = words.iter().position(|word| ["it", "this", "that", "it's", "it’s"].contains(&&*word.lower))?;
    let is_short = words[at].lower.contains(['\'', '’']);
    let rest = &words[at + 1..];
    let verb = rest.iter().take(2).position(|word| VERBS.contains(&&*word.lower)).map(|at| at + 1);
    let rest = &rest[verb.or(is_short.then_some(0))?..];
    let rest = &rest[rest.iter().take_while(|word| FILLERS.contains(&&*word.lower)).count()..];
    let found = name(rest)?;
    let behind = rest.get(found.1.split(' ').count());
    behind.is_none_or(|word| ["not", "nicht", "instead"].contains(&&*word.lower)).then_some(found)
}

fn is_of_name(word: &StatedWord<'_>) -> bool {
    word.text.starts_with(char::is_uppercase) || PARTICLES.contains(&&*word.lower)
}

/// The name at the start of the words: two to five of them.
fn name<'a>(words: &[StatedWord<'a>]) -> Option<(&'a str, String)> {
    let first = words.first().filter(|word| word.text.starts_with(char::is_uppercase))?;
    let mut parts = Vec::new();
    for word in words.iter().take_while(|word| is_of_name(word)).take(5) {
        parts.push(word.text);
        if word.ends {
            break;
        }
    }
    (parts.len() > 1).then(|| (first.text, parts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUTS: &[Column] = &[
        Column::optional("ceo_name", SemanticType::Text, ""),
        Column::optional("employee_count", SemanticType::Integer, ""),
    ];

    #[track_caller]
    fn check(sentence: &str, expect: [Option<&str>; 2]) {
        for (column, expect) in OUTPUTS.iter().zip(expect) {
            assert_eq!(
                value(sentence, column, OUTPUTS),
                expect.map(Json::from),
                "{sentence}: {}",
                column.name
            );
        }
    }

    #[test]
    fn a_plain_sentence_states_a_value() {
        for sentence in [
            "Correction: the CEO is Jane Doe, not John Roe.",
            "Actually, the current CEO is now Jane Doe since May 2025.",
            "The CEO of Acme is Jane Doe.",
            "Jane Doe is the new CEO.",
            "In fact, Jane Doe is now CEO of the company.",
            "Correction: it is Jane Doe, not John Roe.",
            "Correction: it should be Jane Doe.",
            "Der CEO ist jetzt Jane Doe.",
        ] {
            check(sentence, [Some("Jane Doe"), None]);
        }
        check("Correction: the CEO is Maria van der Berg.", [Some("Maria van der Berg"), None]);
        check("The CEO is John A. Roe.", [Some("John A. Roe"), None]);
        check("Correction: the employee count is about 450, not 120.", [None, Some("450")]);
        check("The employee count is 1,200.", [None, Some("1,200")]);
    }

    #[test]
    fn an_ambiguous_sentence_states_nothing() {
        for sentence in [
            "The CEO is not Jane Doe.",
            "The former CEO is Jane Doe.",
            "The CEO is a former banker.",
            "The CEO was replaced by Jane Doe.",
            "It is headquartered in New York.",
            "It is a Delaware Company in Dover.",
            "The CEO role, which is open, was held by Jane Doe.",
            "Jane Doe is not the CEO.",
            "Since May Jane Doe is the CEO.",
            "CEO",
            "",
        ] {
            check(sentence, [None, None]);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_sentence_causes_a_panic(sentence in "(the |CEO |is |it |Jane |Doe, |not |of |employee count |450|[.,’']|\\PC){0,30}") {
            value(&sentence, &OUTPUTS[0], OUTPUTS);
            value(&sentence, &OUTPUTS[1], OUTPUTS);
        }
    }
}
