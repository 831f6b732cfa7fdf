//! Judges the chosen object by the text around it: the object may be invented, retracted or corrected. A
//! value that the answer itself retracts never becomes a cell.
//!
//! The rules:
//! - If the text calls the object an invented sample, nothing is known.
//! - If the text after the object corrects it, the right value is used when one plain sentence names it
//!   ("Correction: the CEO is Jane Doe"). The fields that belong to the old value are dropped.
//! - If the text retracts a single field, that field is dropped.
//! - Otherwise nothing in the answer can be trusted, and the reply is a bad reply.
//!
//! This module must not choose between objects.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

mod invented;
mod person;
mod successor;

use super::{
    Object, announced, choice::Question, cues::Cues, field, lookup, same_letters, stated, subject::Subject,
};
use crate::{Column, SemanticType};

/// The judgement of the text around an object.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Stands,
    /// The object is an example, and nothing is known.
    MadeUp,
    /// The object is wrong, and the right value cannot be read.
    Retracted,
    /// The object with the right values.
    Corrected(Object),
}

/// How much of the text before and after an object is read, in bytes.
const NEAR: usize = 600;

/// The text between two objects that is about the former one. The last part announces the latter object,
/// unless it is a complete sentence.
pub(super) fn about_former(between: &str) -> &str {
    let between = between.trim_end().trim_end_matches(char::is_alphanumeric).trim_end_matches('`').trim_end();
    if between.ends_with(['.', '!', '?', '。']) {
        return between;
    }
    let end = between.rfind(['\n', '.', '!', '?', '。']);
    end.map_or("", |at| &between[..between.ceil_char_boundary(at + 1)])
}

/// Whether the text between two objects retracts the first one.
pub(super) fn is_retracted(object: &Object, between: &str, question: Question<'_>) -> bool {
    let between = about_former(&between[..between.floor_char_boundary(NEAR)]);
    sentences(between).any(|sentence| retracts(sentence, object, question))
}

/// Judges an object by the text before and after it.
pub(super) fn judge(object: &Object, before: &str, after: &str, question: Question<'_>) -> Verdict {
    let outputs = question.outputs;
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
    let after = &after[..after.floor_char_boundary(NEAR)];
    if before.trim().is_empty() && after.trim().is_empty() {
        return Verdict::Stands;
    }
    if invented::is_made_up(before, after, outputs) {
        return Verdict::MadeUp;
    }
    if person::is_announced_as_another(announced::last_sentence(before), question.subject, outputs) {
        return Verdict::Retracted;
    }
    let sentences: Vec<&str> = sentences(after).collect();
    let is_cue: Vec<bool> = sentences.iter().map(|sentence| retracts(sentence, object, question)).collect();
    let cues = || sentences.iter().zip(&is_cue).filter(|(_, is_cue)| **is_cue).map(|(sentence, _)| *sentence);
    let weak = sentences.iter().copied().filter(|sentence| begins_with(sentence, WEAK));
    // The sentences after the retraction may name the right value: "Wrong. The CEO is Jane Doe."
    let behind = is_cue.iter().position(|is_cue| *is_cue).map_or(&[][..], |at| &sentences[at + 1..]);
    let right = correction(object, cues().chain(weak).chain(behind.iter().copied().take(2)), outputs);
    if let Some(right) = right {
        return right;
    }
    let Some(cue) = cues().next() else { return Verdict::Stands };
    if person::lost_post(cue, object, question.subject, outputs) {
        return Verdict::Retracted;
    }
    let named: Vec<&Column> =
        outputs.iter().filter(|column| speaks_of(cue, column) || is_of_count(cue, column)).collect();
    let is_part = !named.is_empty()
        && outputs.iter().any(|column| lookup(object, &column.name).is_some() && !named.contains(&column));
    if !is_part || outputs.iter().any(|column| is_name(column) && named.contains(&column)) {
        return Verdict::Retracted;
    }
    Verdict::Corrected(without(object, &named))
}

/// Beginnings of sentences that correct the text before them.
#[rustfmt::skip]
const STRONG: &[&str] = &[
    "correction", "corrigendum", "erratum", "korrektur", "berichtigung", "rectification", "corrección", "rectificación", "correção",
    "correzione", "rettifica", "correctie", "sprostowanie", "korekta", "oprava", "rättelse", "rettelse", "korjaus", "düzeltme",
    "исправление", "поправка", "виправлення", "訂正", "修正", "更正", "정정", "تصحيح", "सुधार",
];

/// Beginnings of sentences that may correct the text before them.
#[rustfmt::skip]
const WEAK: &[&str] = &[
    "actually", "wait", "in fact", "update", "edit", "note", "however", "but", "tatsächlich", "eigentlich", "en fait", "en réalité",
    "en realidad", "de hecho", "na verdade", "in realtà", "eigenlijk", "na verdade", "на самом деле",
];

/// Words of which a sentence must contain one to call something wrong.
#[rustfmt::skip]
const WRONG_CUES: &[&str] = &[
    "disregard", "ignore", "wrong", "stale", "incorrect", "outdated", "out of date", "not correct", "not right", "not accurate", "fals",
    "inaccurate", "obsolete", "mistake", "guess", "different", "another", "unrelated", "similarly named", "cette réponse est",
    "esta respuesta es", "esta resposta est", "ein fehler", "faux", "une erreur", "oubliez", "un error", "sbagliato", "errato", "fout",
    "onjuist", "verkeerd", "errado", "um erro",
];

/// Whether a sentence calls the object, or a field of it, wrong.
fn retracts(sentence: &str, object: &Object, question: Question<'_>) -> bool {
    static WRONG: LazyLock<Regex> = LazyLock::new(|| {
        let of = "this|that|it|the above|above|my|these|which|everything above|the (?:answer|name|object|json|data|information|value|number|count|url|link|profile)";
        let what = "(?: [a-z]+){0,3}";
        let wrong = "wrong|stale|incorrect|outdated|out of date|not correct|not right|not accurate|false|inaccurate|obsolete|a mistake|a guess";
        let other = "different|another|unrelated|similarly named|wrong";
        pattern(&format!(
            r"(?i)\b(?:disregard|ignore)\b[^.]{{0,20}}\b(?:this|that|it|above|previous)\b|\b(?:{of})\b{what} (?:is|was|are|were) (?:actually |probably |now )?(?:{wrong})\b|\b(?:this|that|it|above)\b{what} (?:is|are|was)\b[^.;]{{0,30}}\b(?:{other})\b[^.;]{{0,20}}\b(?:company|firm|business|entity|person|organi[sz]ation|namesake)|\bthis is\b[^.;]{{0,40}}\bsimilarly named\b|^(?:{of})?\s*(?:diese|die) (?:antwort|angabe)\b[^.]{{0,20}}\bfalsch\b|\bcette réponse est (?:fausse|incorrecte)|\besta respuesta es incorrecta|\besta resposta está errada|\bwrong (?:company|firm|person|business|entity)\b|\b(?:that|this|it)(?: is|['’]s) (?:the )?wrong\b|\b(?:this|that|it|above)\b[^.;]{{0,40}}\b(?:different|unrelated|wrong) (?-i:[A-Z])|^\W*(?:no|nope|oops|sorry)\W+wrong\b|\bi(?: am|['’]m)? (?:only |just |simply |merely )?guess(?:ed|ing)\b|^(?:das|dies|es) (?:ist|war) (?:leider )?(?:falsch|ein fehler)|^c['’]est (?:faux|incorrect|une erreur)|\b(?:oubliez|ignorez) (?:cela|ça|ceci)|^(?:eso|esto) es (?:incorrecto|falso|un error)|^(?:è|questo è) (?:sbagliato|errato|un errore)|^(?:dat|dit) (?:is|was) (?:fout|onjuist|verkeerd)|^isso (?:está errado|é um erro)"
        ))
    });
    static ANY: Cues = Cues::new(&[WRONG_CUES]);
    let lower = sentence.to_lowercase();
    // "If she were not the CEO, ..." retracts nothing.
    if begins_with(sentence, &["if", "wenn", "falls", "unless"]) {
        return false;
    }
    let is_wrong = || WRONG.find(sentence).is_some_and(|found| !is_conditional(&sentence[..found.start()]));
    begins_with(sentence, STRONG)
        || ANY.may_fit(&lower) && is_wrong()
        || is_wrong_count(sentence, &lower)
        || is_of_other_domain(&lower, question.subject)
        || denies_post(&lower, question.outputs)
        || person::lost_post(sentence, object, question.subject, question.outputs)
}

/// A pattern for the names of the employee count in a correcting sentence.
const COUNT: &str = r"(?:headcount|employee[_ ](?:count|number|figure)|number of employees|staff (?:count|number)|mitarbeiterzahl|nombre d['’](?:employés|salariés)|effectif|(?:cifra|número) de empleados|número de funcionários|numero di dipendenti|aantal werknemers)";

/// Words of which every match of [`COUNT`] contains one.
const COUNT_CUES: &[&str] = &[
    "headcount",
    "employee",
    "staff ",
    "mitarbeiterzahl",
    "employés",
    "salariés",
    "effectif",
    "empleados",
    "funcionários",
    "dipendenti",
    "werknemers",
];

/// Whether a sentence retracts the employee count: "The headcount is wrong.", "Ignore the employee count."
fn is_wrong_count(sentence: &str, lower: &str) -> bool {
    static ANY: Cues = Cues::new(&[COUNT_CUES]);
    if !ANY.may_fit(lower) {
        return false;
    }
    static WRONG: LazyLock<Regex> = LazyLock::new(|| {
        let verb = "(?:is|was|ist|war|est|es|é|è)(?: (?:actually|probably|leider|likely))?";
        let wrong = "wrong|incorrect|outdated|made up|invented|a guess|false|falsch|veraltet|faux|fausse|incorrect[ao]|errad[ao]|sbagliato|onjuist";
        pattern(&format!(
            r"(?i)\b{COUNT}\b(?: above)? {verb} (?:{wrong})\b|\b(?:ignore|disregard) the {COUNT}\b"
        ))
    });
    WRONG.find(sentence).is_some_and(|found| !is_conditional(&sentence[..found.start()]))
}

/// Whether a correcting sentence corrects only the employee count: "Correction: it has 430 employees."
fn is_of_count(sentence: &str, column: &Column) -> bool {
    if column.kind != SemanticType::Integer || !column.name.starts_with("employee") {
        return false;
    }
    const STAFF: [&str; 8] =
        ["employees", "staff", "people", "mitarbeiter", "employés", "empleados", "dipendenti", "headcount"];
    let lower = sentence.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    let has_number = lower.contains(|c: char| c.is_ascii_digit());
    is_wrong_count(sentence, &lower)
        || begins_with(sentence, STRONG) && has_number && words.any(|word| STAFF.contains(&word))
}

/// Whether the words make the following text conditional: "Let me know if".
fn is_conditional(before: &str) -> bool {
    let mut words = before.split(|c: char| !c.is_alphanumeric());
    words.any(|word| ["if", "whether", "unless", "falls", "wenn", "ob"].contains(&&*word.to_lowercase()))
}

/// Whether a sentence denies the domain: "This person works for Acme Holdings, not acme.com."
fn is_of_other_domain(lower: &str, subject: &Subject<'_>) -> bool {
    const OF: [&str; 8] = ["this", "that", "above", "he", "she", "person", "belongs", "works"];
    if !lower.contains("not ") {
        return false;
    }
    let Some(domain) = subject.domain() else { return false };
    let Some((before, after)) = lower.split_once(&format!("not {domain}")) else { return false };
    let mut words = before.split(|c: char| !c.is_alphanumeric());
    after.chars().all(|c| !c.is_alphanumeric()) && words.any(|word| OF.contains(&word))
}

/// Whether a sentence denies the post of a column such as `ceo_name`: "is not the CEO", "is no longer CEO".
fn denies_post(lower: &str, outputs: &[Column]) -> bool {
    const BESIDE: [&str; 4] = ["current ", "present ", "actual ", "acting "];
    static ANY: Cues = Cues::new(&[&BESIDE, &["not ", "no longer "]]);
    if !ANY.occur_in(lower) {
        return false;
    }
    let posts = outputs.iter().filter_map(|column| column.name.strip_suffix("_name"));
    let lower = BESIDE.iter().fold(lower.to_owned(), |text, word| text.replace(word, ""));
    { posts }.any(|post| {
        let post = post.replace('_', " ");
        ["not the ", "no longer the ", "no longer ", "not "].iter().any(|no| {
            let words = format!("{no}{post}");
            // "not the CEO of Beta" is about another company.
            lower.find(&words).is_some_and(|at| {
                lower[..at].trim_end().ends_with([' ', 's', 'e', 'y']) && !lower[at..].contains(" but of ")
            })
        })
    })
}

/// The corrected object, when the sentences name one value for a column in plain words.
fn correction<'a>(
    object: &Object,
    sentences: impl Iterator<Item = &'a str>,
    outputs: &[Column],
) -> Option<Verdict> {
    let mut found: Option<(&Column, Json)> = None;
    for sentence in sentences {
        for column in outputs {
            let Some(value) = stated::value(sentence, column, outputs) else { continue };
            match &found {
                Some((of, before)) if *of == column && *before != value => return Some(Verdict::Retracted),
                Some(_) => {}
                None => found = Some((column, value)),
            }
        }
    }
    let (column, value) = found?;
    let read = |json: &Json| field(json, column.kind).map(|field| field.value);
    if lookup(object, &column.name).and_then(read) == read(&value) {
        // The sentence confirms the value.
        return Some(Verdict::Stands);
    }
    let first = column.name.split('_').next().unwrap_or_default();
    let belongs = |other: &&Column| is_name(column) && other.name.split('_').next() == Some(first);
    let gone: Vec<&Column> = outputs.iter().filter(belongs).chain([column]).collect();
    let mut right = without(object, &gone);
    right.insert(column.name.to_string(), value);
    Some(Verdict::Corrected(right))
}

pub(super) fn is_name(column: &Column) -> bool {
    column.kind == SemanticType::Text && column.name.ends_with("_name")
}

/// Whether a sentence mentions a column by the words of its name.
fn speaks_of(sentence: &str, column: &Column) -> bool {
    const COMMON: [&str; 3] = ["url", "name", "company"];
    let lower = sentence.to_lowercase();
    let has = |word: &str| lower.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
    if column.kind == SemanticType::LinkedinUrl {
        return has("linkedin");
    }
    let mut words = column.name.split('_').filter(|word| !COMMON.contains(word)).peekable();
    words.peek().is_some() && words.all(has) && !(is_name(column) && has("linkedin"))
}

/// The object without some columns. Without a name, the sources go too, because they supported the wrong
/// value.
fn without(object: &Object, gone: &[&Column]) -> Object {
    let is_gone = |key: &str| gone.iter().any(|column| same_letters(&column.name, key));
    let is_source = |key: &str| gone.iter().any(|column| is_name(column)) && super::SOURCES.contains(&key);
    let kept = object.iter().filter(|(key, _)| !is_gone(key) && !is_source(key));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn begins_with(sentence: &str, words: &[&str]) -> bool {
    let lower = sentence.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    words.iter().any(|word| {
        lower
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) || !word.is_ascii())
    })
}

/// The sentences of a text. A full stop after an initial or within a number does not end a sentence.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let ends = |text: &str| {
        text.char_indices()
            .find(|(at, c)| {
                let behind = text[at + c.len_utf8()..].chars().next();
                let is_initial =
                    || text[..*at].rsplit(' ').next().is_some_and(|word| word.chars().count() == 1);
                match c {
                    '\n' | '。' | '！' | '？' => true,
                    '.' | '!' | '?' => behind.is_none_or(char::is_whitespace) && !is_initial(),
                    _ => false,
                }
            })
            .map_or(text.len(), |(at, c)| at + c.len_utf8())
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        let (sentence, after) = rest.split_at(ends(rest));
        rest = after;
        (!sentence.is_empty()).then_some(sentence.trim())
    })
    .filter(|sentence| sentence.contains(char::is_alphanumeric))
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is valid")
}

#[cfg(test)]
mod tests;
