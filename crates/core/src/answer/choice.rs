//! Chooses the object that answers among those that an answer holds.
//!
//! Models think aloud: they show a template, an example, another company for comparison, or
//! a draft that they correct. A wrong choice is a wrong cell.

use serde_json::Value as Json;

use super::{Object, fields, is_template, lookup, plain, prose::Found};
use crate::{Column, SemanticType};

/// What was asked.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// Whom it is about.
    pub(super) subject: &'a str,
    /// What is asked for.
    pub(super) outputs: &'a [Column],
}

impl Question<'_> {
    /// How many of the asked keys the object has.
    fn keys_in(self, object: &Object) -> usize {
        self.outputs.iter().filter(|column| lookup(object, column.name).is_some()).count()
    }

    /// Whether the object answers, be it that nothing is known. One that only repeats the
    /// question does not.
    fn is_answered_by(self, object: &Object) -> bool {
        let repeats =
            |column: &Column| lookup(object, column.name).is_some_and(|json| is_template(json, column));
        let is_echo = || self.outputs.iter().any(repeats) && fields(object, self.outputs).is_empty();
        self.keys_in(object) > 0 && !is_echo()
    }

    /// Whether the object says itself that it is about the domain in question.
    fn is_subject_of(self, object: &Object) -> bool {
        let named = ["company_domain", "domain", "website"]
            .iter()
            .find_map(|key| SemanticType::Domain.read_json(lookup(object, key)?));
        let mentions = |domain: &str| {
            let words = self.subject.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
            words.map(|word| word.trim_matches('.')).any(|word| word == domain)
        };
        named.is_some_and(|domain| mentions(&domain.to_string()))
    }
}

/// The object that answers: the first one, unless a later one is announced as its correction.
/// Later ones are about something else more often than not.
pub(super) fn answering<'a>(values: &'a [Found<'_>], question: Question<'_>) -> Option<&'a Object> {
    let mut chosen: Option<(&Object, Announced)> = None;
    for found in values {
        let Some(object) = best_in(&found.json, question) else { continue };
        let announced = Announced::by(found.before);
        let better = match (announced, chosen) {
            (_, None) | (Announced::Correction, _) => true,
            (Announced::Nothing, Some((_, before))) => before == Announced::Aside,
            (Announced::Aside, Some(_)) => false,
        };
        if better {
            chosen = Some((object, announced));
        }
    }
    chosen.map(|(object, _)| object)
}

/// The object in one value that answers best.
fn best_in<'a>(json: &'a Json, question: Question<'_>) -> Option<&'a Object> {
    let mut candidates = Vec::new();
    collect(json, question, &mut candidates);
    let about_subject = candidates.iter().position(|object| question.is_subject_of(object));
    about_subject.map(|at| candidates[at]).or_else(|| {
        // Of equals `max_by_key` gives the last.
        candidates.into_iter().rev().max_by_key(|object| question.keys_in(object))
    })
}

fn collect<'a>(json: &'a Json, question: Question<'_>, found: &mut Vec<&'a Object>) {
    match json {
        Json::Array(items) => {
            // Several candidates: the first is the answer, even if it says that less is known.
            let mut several = Vec::new();
            items.iter().for_each(|item| collect(item, question, &mut several));
            let about_subject = several.iter().position(|object| question.is_subject_of(object));
            found.extend(several.get(about_subject.unwrap_or_default()));
        }
        Json::Object(object) if question.is_answered_by(object) => found.push(object),
        Json::Object(object) => {
            let members = object.iter().filter(|(key, _)| !is_aside_key(key));
            members.for_each(|(_, value)| collect(value, question, found));
        }
        _ => {}
    }
}

/// What the text before an object says about it.
#[derive(Clone, Copy, PartialEq)]
enum Announced {
    Nothing,
    /// That it is an example, a draft, or about somebody else.
    Aside,
    /// That what came before it was wrong or not final.
    Correction,
}

impl Announced {
    fn by(before: &str) -> Self {
        let sentence = last_sentence(before);
        // Near by: pages of thought may lie between two objects.
        let near = &before[before.ceil_char_boundary(before.len().saturating_sub(200))..];
        if corrects(sentence) {
            Self::Correction
        } else if words(sentence).any(|word| ASIDES.contains(&&*word)) {
            Self::Aside
        } else if corrects(near) {
            Self::Correction
        } else {
            Self::Nothing
        }
    }
}

/// Words that announce, or name the key of, an object that is not the answer.
const ASIDES: [&str; 15] = [
    "example",
    "examples",
    "template",
    "draft",
    "comparison",
    "compare",
    "compared",
    "competitor",
    "competitors",
    "former",
    "previous",
    "previously",
    "predecessor",
    "old",
    "outdated",
];

/// How words begin that announce the right answer after a wrong one.
const CORRECTIONS: [&str; 8] = ["final", "correct", "updat", "revis", "amend", "actual", "mistake", "wrong"];

/// `former_ceo`, `formerCeo`, `Comparison`.
fn is_aside_key(key: &str) -> bool {
    // "old" begins too many other words.
    let begins = |word: &&str| word.len() > 3 && plain(key).starts_with(*word);
    ASIDES.iter().any(begins) || words(key).any(|word| ASIDES.contains(&&*word))
}

fn corrects(text: &str) -> bool {
    words(text).any(|word| CORRECTIONS.iter().any(|start| word.starts_with(start)))
}

/// The last sentence or line, the opening of a code block left out.
fn last_sentence(text: &str) -> &str {
    let text = text.trim_end();
    let text = text.trim_end_matches(char::is_alphanumeric).strip_suffix("```").unwrap_or(text).trim_end();
    let start = [". ", "! ", "? ", "\n"].iter().filter_map(|end| text.rfind(end)).max();
    &text[start.unwrap_or_default()..]
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase)
}
