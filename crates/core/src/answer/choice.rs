//! Chooses the object that answers among those that an answer holds.
//!
//! Models think aloud: they show a template, an example, another company for comparison, or
//! a draft that they correct. A wrong choice is a wrong cell.

use serde_json::Value as Json;

use super::{
    Object, fields, is_template, lookup, plain,
    prose::{self, Found},
    revision::{self, State},
    same_letters, shape, state, thoughts,
};
use crate::{Column, SemanticType};

/// How often JSON may stand in a text in JSON.
const DEEPEST: usize = 4;

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
    pub(super) fn is_answered_by(self, object: &Object) -> bool {
        let repeats =
            |column: &Column| lookup(object, column.name).is_some_and(|json| is_template(json, column));
        let is_echo = || self.outputs.iter().any(repeats) && fields(object, self).is_empty();
        self.keys_in(object) > 0 && !is_echo()
    }

    /// Whether the object says itself that it is about the domain in question; `None` when it
    /// names no domain, or the question has none.
    pub(super) fn names_subject(self, object: &Object) -> Option<bool> {
        let named = ["company_domain", "domain", "website"]
            .iter()
            .find_map(|key| SemanticType::Domain.read_json(lookup(object, key)?))?;
        let words = || {
            let words = self.subject.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
            words.map(|word| word.trim_matches('.'))
        };
        let asks_about_one = words().any(|word| SemanticType::Domain.read(word).is_ok());
        asks_about_one.then(|| words().any(|word| word == named.to_string()))
    }

    fn is_subject_of(self, object: &Object) -> bool {
        self.names_subject(object) == Some(true)
    }

    /// Whether the object gives any of the asked fields.
    fn is_filled_by(self, object: &Object) -> bool {
        !fields(object, self).is_empty()
    }
}

/// The object in a reply's JSON that answers.
pub(super) fn in_json(json: &Json, question: Question<'_>) -> Option<Object> {
    best_in(json, question, 0)
}

/// The object in an answer's text, freed of thoughts, that answers.
pub(super) fn in_text(text: &str, question: Question<'_>) -> Option<Object> {
    text_at(text, question, 0)
}

fn text_at(text: &str, question: Question<'_>, depth: usize) -> Option<Object> {
    if depth > DEEPEST {
        return None;
    }
    // JSON that was encoded twice.
    if let Ok(inner) = serde_json::from_str::<String>(shape::without_fence(text)) {
        return text_at(&thoughts::without(&inner), question, depth + 1);
    }
    answering(&prose::values(&revision::after_diff(text)), question, depth)
}

/// The object that answers: the first one, unless a later one is announced as its correction or is
/// of a later year. Later ones are about something else more often than not, so where two contradict
/// each other and no word tells why, the first answers.
fn answering(values: &[Found<'_>], question: Question<'_>, depth: usize) -> Option<Object> {
    let mut chosen: Option<(Object, Announced)> = None;
    let mut chosen_year = None;
    for found in values {
        let Some(object) = best_in(&found.json, question, depth) else { continue };
        let announced = Announced::by(found.before, chosen.is_some());
        let year = revision::year(last_sentence(found.before))
            .or_else(|| revision::year_of(&object, question.outputs));
        let (names, before) = (|object| question.names_subject(object), &chosen);
        let better = match (announced, before) {
            (_, None) => true,
            // Who names the subject, and who names another, outweighs every word.
            (_, Some((old, _))) if names(&object) != names(old) => {
                names(&object) == Some(true) || names(old) == Some(false)
            }
            _ if year.is_some() && chosen_year.is_some() && year != chosen_year => year > chosen_year,
            (Announced::Correction, _) => true,
            (Announced::Nothing, Some((_, Announced::Aside))) => true,
            // One that knows nothing, and right behind it, without a word, one that does.
            (Announced::Nothing, Some((old, _))) => {
                !question.is_filled_by(old) && question.is_filled_by(&object) && is_wordless(found.before)
            }
            (Announced::Aside, Some(_)) => false,
        };
        if better {
            chosen = Some((object, announced));
            chosen_year = year;
        }
    }
    chosen.map(|(object, _)| object)
}

/// The object in one value that answers best.
fn best_in(json: &Json, question: Question<'_>, depth: usize) -> Option<Object> {
    let mut candidates = Vec::new();
    collect(json, question, depth, &mut candidates);
    let about_subject = candidates.iter().position(|object| question.is_subject_of(object));
    match about_subject {
        Some(at) => Some(candidates.swap_remove(at)),
        // Of equals `max_by_key` gives the last.
        None => candidates.into_iter().rev().max_by_key(|object| question.keys_in(object)),
    }
}

fn collect(json: &Json, question: Question<'_>, depth: usize, found: &mut Vec<Object>) {
    match json {
        Json::Array(items) if shape::is_conversation(items) => {
            let mut answers = items.iter().rev().map(|item| {
                let mut of_item = Vec::new();
                collect(item, question, depth, &mut of_item);
                of_item
            });
            found.extend(answers.find(|of_item| !of_item.is_empty()).unwrap_or_default());
        }
        Json::Array(items) => {
            if let Some(object) = shape::pairs(items, question.outputs) {
                found.push(object);
                return;
            }
            if let Some(text) = shape::joined_blocks(items) {
                found.extend(text_at(&thoughts::without(&text), question, depth + 1));
                return;
            }
            // Several candidates: the first is the answer, even if it says that less is known.
            let mut several = Vec::new();
            items.iter().for_each(|item| collect(item, question, depth, &mut several));
            let about_subject = several.iter().position(|object| question.is_subject_of(object));
            let newest = || revision::newest(&several, question.outputs);
            if !several.is_empty() {
                let present = || several.iter().position(|object| !state::is_past(object));
                let best = about_subject.or_else(newest).or_else(present).unwrap_or_default();
                found.push(several.swap_remove(best));
            }
        }
        Json::Object(object) if shape::is_thought(object) => {}
        Json::Object(object) => {
            let joined = shape::joined(object, question.outputs);
            let object = joined.as_ref().unwrap_or(object);
            if question.is_answered_by(object) {
                found.push(object.clone());
                return;
            }
            let of_answer = |key: &str| shape::ANSWER_KEYS.contains(&&*plain(key));
            let is_asked = |key: &str| question.outputs.iter().any(|column| same_letters(column.name, key));
            let has_later = object.keys().any(|key| revision::is_later(key));
            let is_aside = |key: &str| is_aside_key(key) || has_later && revision::is_earlier(key);
            let members = || object.iter().filter(|(key, _)| is_asked(key) || !is_aside(key));
            if let Some(latest) = revision::of_latest_year(object) {
                return collect(latest, question, depth, found);
            }
            let later = members().filter(|(key, _)| revision::is_later(key));
            let first = members().filter(|(key, _)| of_answer(key) && !revision::is_later(key));
            let others = members().filter(|(key, _)| !of_answer(key) && !revision::is_later(key));
            later.chain(first).chain(others).for_each(|(_, value)| collect(value, question, depth, found));
        }
        Json::String(text) if text.contains(['{', '[']) => {
            found.extend(text_at(&thoughts::without(text), question, depth + 1));
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
    fn by(before: &str, is_later: bool) -> Self {
        let sentence = last_sentence(before);
        // Near by: pages of thought may lie between two objects.
        let near = &before[before.ceil_char_boundary(before.len().saturating_sub(200))..];
        let looks_again =
            || words(sentence).any(|word| SECOND_LOOKS.iter().any(|start| word.starts_with(start)));
        if is_later && speaks_of_another(sentence) {
            return Self::Aside;
        }
        match revision::label(sentence) {
            Some(State::Earlier) => return Self::Aside,
            Some(State::Later) if is_later => return Self::Correction,
            _ => {}
        }
        if is_later && words(sentence).any(|word| OTHERS.contains(&&*word)) {
            Self::Aside
        } else if corrects(sentence) || is_later && looks_again() {
            Self::Correction
        } else if words(sentence).any(|word| ASIDES.contains(&&*word)) {
            Self::Aside
        } else if corrects(near) || is_later && (retracts(before) || announces_the_answer(sentence)) {
            Self::Correction
        } else {
            Self::Nothing
        }
    }
}

/// Words that announce, or name the key of, an object that is not the answer.
const ASIDES: [&str; 33] = [
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
    "maybe",
    "perhaps",
    "guess",
    "recall",
    "initially",
    "tentative",
    "preliminary",
    "schema",
    "format",
    "placeholder",
    "hypothetical",
    "suppose",
    "assume",
    "thinking",
    "thought",
    "reasoning",
    "attempt",
    "initial",
];

/// Words that announce somebody else, or what somebody else says, behind an answer: stronger than
/// words that correct, since "the actual CEO of its competitor" is no correction.
const OTHERS: [&str; 21] = [
    "competitor",
    "competitors",
    "parent",
    "sister",
    "subsidiary",
    "deputy",
    "predecessor",
    "sites",
    "others",
    "unlike",
    "common",
    "example",
    "cfo",
    "cto",
    "coo",
    "chairman",
    "holding",
    "holdings",
    "rival",
    "affiliate",
    "comparison",
];

/// Keys of what a model thought, was asked, or was told: nothing in there answers.
const NOT_ANSWERS: [&str; 17] = [
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reasoningcontent",
    "reasoningdetails",
    "scratchpad",
    "analysis",
    "rationale",
    "input",
    "inputs",
    "prompt",
    "question",
    "query",
    "request",
    "instructions",
    "schema",
];

/// How words begin that announce the right answer after a wrong one.
const CORRECTIONS: [&str; 12] = [
    "final", "correct", "updat", "revis", "amend", "actual", "mistake", "wrong", "apolog", "fixed",
    "resigned", "edit",
];

/// How words begin that announce a second look, right before an object.
const SECOND_LOOKS: [&str; 7] =
    ["reflecti", "verif", "reconsider", "recheck", "refin", "improve", "checking"];

/// `former_ceo`, `formerCeo`, `Comparison`.
pub(super) fn is_aside_key(key: &str) -> bool {
    // "old" begins too many other words.
    let plain = plain(key);
    let begins = |word: &&str| word.len() > 3 && plain.starts_with(*word);
    NOT_ANSWERS.contains(&&*plain)
        || ASIDES[..15].iter().any(begins)
        || words(key).any(|word| ASIDES[..15].contains(&&*word))
}

fn corrects(text: &str) -> bool {
    words(text).any(|word| CORRECTIONS.iter().any(|start| word.starts_with(start)))
}

/// Whether a remark behind an answer says that the next object is about somebody else, although a
/// word of it ("actually", "correct") may sound like a correction.
fn speaks_of_another(sentence: &str) -> bool {
    const SIGNS: &[&str] = &[
        "same name",
        "similarly named",
        "namesake",
        "similar name",
        "not to be confused",
        "mistake it for",
        "mistake them for",
        "you meant",
        "you mean ",
        "actually meant",
        "actually mean ",
        "was meant",
        "a different",
        "possible successor",
        "second result",
        "sample",
        "rather not",
        "also looked at",
        "also exists",
        "gleichnamig",
        "gleichen namens",
        "homonyme",
        "mismo nombre",
        "mesmo nome",
    ];
    let sentence = sentence.to_lowercase();
    SIGNS.iter().any(|sign| sentence.contains(sign))
}

/// Whether what follows an object takes it back: `{...}? No, he left.`, `{...} Wait, ...`.
fn retracts(after: &str) -> bool {
    const WORDS: [&str; 10] =
        ["no", "wait", "hmm", "nope", "scratch", "instead", "rather", "sorry", "oops", "hold"];
    words(after).filter(|word| !word.is_empty()).take(2).any(|word| WORDS.contains(&&*word))
        || ["?", "->", "→", "=>"].iter().any(|sign| after.trim_start().starts_with(sign))
}

/// Whether a text between two objects holds no word, but for a code block's language.
fn is_wordless(between: &str) -> bool {
    words(between).all(|word| ["", "json", "json5", "jsonc"].contains(&&*word))
}

/// A short line such as "Answer:", "Final result:" or "Here is the JSON:".
fn announces_the_answer(sentence: &str) -> bool {
    const ANSWERS: &[&str] = &[
        "answer",
        "output",
        "result",
        "json",
        "conclusion",
        "verdict",
        "antwort",
        "ergebnis",
        "réponse",
        "résultat",
        "respuesta",
        "resultado",
        "resposta",
        "risposta",
        "risultato",
        "antwoord",
        "resultaat",
        "odpowiedź",
        "wynik",
        "cevap",
        "sonuç",
        "ответ",
        "результат",
        "回答",
        "最終回答",
        "結果",
        "结果",
        "最终答案",
        "答案",
        "답변",
        "결과",
        "الإجابة",
        "उत्तर",
    ];
    const BESIDE: &[&str] = &[
        "the",
        "is",
        "here",
        "s",
        "my",
        "so",
        "final",
        "this",
        "in",
        "it",
        "endgültige",
        "endgültiges",
        "die",
        "das",
        "finale",
        "final",
        "la",
        "el",
        "definitief",
        "ostateczna",
        "son",
        "окончательный",
        "최종",
        "json",
        "as",
    ];
    // A blank bracket or a sign is no word, but the marks of some scripts' letters are.
    let is_sign = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || "：→✅".contains(c);
    let words = sentence.split(is_sign).filter(|word| !word.is_empty()).map(str::to_lowercase);
    let is_english =
        words.clone().count() <= 5 && words.clone().any(|word| word == "answer" || word == "output");
    let is_label = words.clone().all(|word| ANSWERS.contains(&&*word) || BESIDE.contains(&&*word));
    is_english && !words.clone().any(|word| ["sample", "second"].contains(&&*word))
        || is_label && words.clone().any(|word| ANSWERS.contains(&&*word))
}

/// The last sentence or line, the opening of a code block left out.
fn last_sentence(text: &str) -> &str {
    let text = text.trim_end();
    let text = text.trim_end_matches(char::is_alphanumeric).strip_suffix("```").unwrap_or(text).trim_end();
    let start = [". ", "! ", "? ", "\n"].iter().filter_map(|end| text.rfind(end)).max();
    &text[start.unwrap_or_default()..]
}

/// The words of a text. A domain is none: "guess.com" is no guess, "acme-format.com" no format.
fn words(text: &str) -> impl Iterator<Item = String> + Clone {
    let is_domain = |part: &&str| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        part.contains("://")
            || part.rsplit_once('.').is_some_and(|(name, end)| {
                !name.is_empty() && end.len() > 1 && end.bytes().all(|byte| byte.is_ascii_lowercase())
            })
    };
    let parts = text.split_whitespace().filter(move |part| !is_domain(part));
    parts.flat_map(|part| part.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase)
}
