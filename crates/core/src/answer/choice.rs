//! Chooses the object that answers the question among all objects in an answer.
//!
//! Models think aloud: they show a template, an example, another company for comparison, or a draft
//! that they correct later. A wrong choice is a wrong cell. This module reads no field; it only
//! chooses.

use std::{borrow::Cow, cell::OnceCell};

use serde_json::Value as Json;

use super::{
    Object,
    announced::{Announced, is_aside_key, is_wordless, last_sentence, names_its_object},
    fields, is_template, lookup, outline, plain,
    prose::{self, Found},
    retraction::{self, Verdict},
    revision, same_letters, shape, state,
    subject::{self, Subject, Tie},
    thoughts,
};
use crate::Column;

/// How many levels of JSON inside JSON text are read.
const DEEPEST: usize = 4;

/// What the answer must be about.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// The company or person that the question is about.
    pub(super) subject: &'a Subject<'a>,
    /// The requested columns.
    pub(super) outputs: &'a [Column],
}

impl Question<'_> {
    /// How many of the requested keys the object has.
    fn keys_in(self, object: &Object) -> usize {
        self.outputs.iter().filter(|column| lookup(object, &column.name).is_some()).count()
    }

    /// Whether the object answers the question, even if only with unknown values. An object that
    /// only repeats the question does not.
    pub(super) fn is_answered_by(self, object: &Object) -> bool {
        let repeats =
            |column: &Column| lookup(object, &column.name).is_some_and(|json| is_template(json, column));
        let is_echo = || self.outputs.iter().any(repeats) && fields(object, self).is_empty();
        self.keys_in(object) > 0 && !is_echo()
    }

    /// Whether the object gives a value for any requested field.
    fn is_filled_by(self, object: &Object) -> bool {
        !fields(object, self).is_empty()
    }
}

/// An object that may be the answer.
pub(super) struct Candidate {
    pub(super) object: Object,
    /// Why the object must not be read even when it is the best candidate.
    pub(super) fault: Option<Fault>,
    tie: Tie,
    own_source: OnceCell<Option<bool>>,
}

/// Why the best candidate is not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// The text around the object calls it an invented sample.
    MadeUp,
    /// The text after the object takes it back.
    Retracted,
    /// The object is about another company.
    OtherCompany,
    /// The object is one of several, and nothing shows which one is meant.
    Ambiguous,
    /// Another object gives a different value, and nothing shows which one is right.
    Contradicted,
}

impl Candidate {
    fn new(object: Object, question: Question<'_>) -> Self {
        let fault = subject::names_other_domain(&object, question.subject).then_some(Fault::OtherCompany);
        Self { tie: Tie::of(&object, question.subject), own_source: OnceCell::new(), object, fault }
    }

    /// Whether the candidate's source is a page of the domain in question; `None` without a source.
    fn has_own_source(&self, question: Question<'_>) -> Option<bool> {
        *self.own_source.get_or_init(|| subject::has_own_source(&self.object, question.subject))
    }

    fn is_of_subject(&self) -> bool {
        self.tie.named == Some(true)
    }

    /// The candidate after the text before and after it was taken into account.
    fn judged(mut self, before: &str, after: &str, question: Question<'_>) -> Self {
        if self.fault.is_none() {
            match retraction::judge(&self.object, before, after, question) {
                Verdict::Stands => {}
                Verdict::MadeUp => self.fault = Some(Fault::MadeUp),
                Verdict::Retracted => self.fault = Some(Fault::Retracted),
                Verdict::Corrected(right) => self.object = right,
            }
        }
        self
    }
}

/// Chooses among the objects in a reply's JSON.
pub(super) fn in_json(json: &Json, question: Question<'_>) -> Option<Candidate> {
    best_in(json, question, 0)
}

/// Chooses among the objects in an answer's text, from which thoughts were already removed.
pub(super) fn in_text(text: &str, question: Question<'_>) -> Option<Candidate> {
    text_at(text, question, 0)
}

/// Chooses among objects of equal standing, such as the rows of a table.
pub(super) fn among(objects: Vec<Object>, question: Question<'_>) -> Option<Candidate> {
    best_of(objects.into_iter().map(|object| Candidate::new(object, question)).collect(), question)
}

/// Chooses among the sections of an outline.
pub(super) fn in_outline(text: &str, question: Question<'_>) -> Option<Candidate> {
    let sections = outline::sections(text);
    let found: Vec<Found<'_>> =
        sections.into_iter().map(|section| Found { before: section.label, json: section.json }).collect();
    best_in_sequence(&found, "", question, 0)
}

fn text_at(text: &str, question: Question<'_>, depth: usize) -> Option<Candidate> {
    if depth > DEEPEST {
        return None;
    }
    // The JSON was encoded twice.
    if let Ok(inner) = serde_json::from_str::<String>(shape::without_fence(text)) {
        return text_at(&thoughts::without(&inner), question, depth + 1);
    }
    // East Asian keyboards produce full-width quotes.
    let text = if text.contains('＂') { Cow::Owned(text.replace('＂', "\"")) } else { Cow::Borrowed(text) };
    let text = revision::after_diff(&text);
    let (values, rest) = prose::values(&text);
    best_in_sequence(&values, rest, question, depth)
}

/// The best candidate so far and what the text says about it.
struct Chosen {
    candidate: Candidate,
    announced: Announced,
    year: Option<u16>,
    /// The index of its value in the text.
    at: usize,
}

/// The best candidate: the first one, unless a later one is announced as its correction or has a later
/// year. Later objects are usually about something else, so the first one wins where two contradict each
/// other without a reason.
fn best_in_sequence(
    values: &[Found<'_>],
    rest: &str,
    question: Question<'_>,
    depth: usize,
) -> Option<Candidate> {
    let mut chosen: Option<Chosen> = None;
    for (at, found) in values.iter().enumerate() {
        let Some(mut candidate) = best_in(&found.json, question, depth) else { continue };
        let announced = Announced::by(found.before, chosen.is_some());
        if announced != Announced::Aside {
            candidate.tie = candidate.tie.or_line(found.before, question.subject);
        }
        let year = revision::year(last_sentence(found.before))
            .or_else(|| revision::year_of(&candidate.object, question.outputs));
        let new = Chosen { candidate, announced, year, at };
        match &mut chosen {
            None => chosen = Some(new),
            Some(old) if is_better(&new, old, found.before, question) => chosen = Some(new),
            Some(old) if new.announced == Announced::Nothing && is_wordless(found.before) => {
                complete(&mut old.candidate, &new.candidate, question);
            }
            Some(old) if contradicts(&new, old, values, question) => {
                old.candidate.fault.get_or_insert(Fault::Contradicted);
            }
            Some(_) => {}
        }
    }
    let Chosen { candidate, at, .. } = chosen?;
    let after = values.get(at + 1).map_or(rest, |next| retraction::about_former(next.before));
    Some(candidate.judged(values[at].before, after, question))
}

fn is_better(new: &Chosen, old: &Chosen, between: &str, question: Question<'_>) -> bool {
    let (tie, old_tie) = (new.candidate.tie, old.candidate.tie);
    // Naming the subject, or another company, outweighs every announcement.
    if tie.named != old_tie.named {
        return tie.named == Some(true) || old_tie.named == Some(false);
    }
    if new.announced == Announced::Aside {
        return false;
    }
    if retraction::is_retracted(&old.candidate.object, between, question) {
        return true;
    }
    if new.year.is_some() && old.year.is_some() && new.year != old.year {
        return new.year > old.year;
    }
    match (new.announced, old.announced) {
        (Announced::Correction, _) | (Announced::Nothing, Announced::Aside) => true,
        // Two companies of the same name: prefer the one whose source is on the domain in question.
        _ if new.candidate.has_own_source(question) == Some(true)
            && old.candidate.has_own_source(question) == Some(false) =>
        {
            true
        }
        // An empty object directly followed by a filled one.
        _ => {
            let is_filled = |chosen: &Chosen| question.is_filled_by(&chosen.candidate.object);
            !is_filled(old) && is_filled(new) && is_wordless(between)
        }
    }
}

/// Whether two objects with labels of their own give different names, and nothing shows which is right.
fn contradicts(new: &Chosen, old: &Chosen, values: &[Found<'_>], question: Question<'_>) -> bool {
    let labels = [old, new].map(|chosen| last_sentence(values[chosen.at].before));
    let is_settled = [old, new].iter().any(|chosen| {
        chosen.announced != Announced::Nothing
            || chosen.candidate.fault.is_some()
            || chosen.candidate.tie.named.is_some()
    });
    let is_settled =
        is_settled || old.candidate.has_own_source(question) != new.candidate.has_own_source(question);
    let is_own = || subject::is_named_after_domain(labels[0].trim().trim_end_matches(':'), question.subject);
    if is_settled || new.at != old.at + 1 || !labels.iter().all(|label| names_its_object(label)) || is_own() {
        return false;
    }
    let value = |chosen: &Chosen, column: &Column| {
        let json = lookup(&chosen.candidate.object, &column.name)?;
        json.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    question.outputs.iter().filter(|column| retraction::is_name(column)).any(|column| {
        matches!((value(old, column), value(new, column)), (Some(one), Some(other)) if !same_letters(&one, &other))
    })
}

/// Adds the fields of the next object to the first one, provided that the two contradict each other nowhere.
fn complete(old: &mut Candidate, new: &Candidate, question: Question<'_>) {
    let known = |object: &Object, column: &Column| {
        lookup(object, &column.name).filter(|json| !json.is_null()).cloned()
    };
    let of_both = |column: &&Column| (known(&old.object, column), known(&new.object, column));
    let contradict = |column: &Column| matches!(of_both(&column), (Some(one), Some(other)) if one != other);
    if new.fault.is_some() || question.outputs.iter().any(contradict) {
        return;
    }
    let more = question.outputs.iter().filter_map(|column| match of_both(&column) {
        (None, Some(json)) => Some((column.name.to_string(), json)),
        _ => None,
    });
    let more: Vec<_> = more.collect();
    // Fix the candidate's own source first: a source taken over from the other object is not its own.
    old.has_own_source(question);
    old.object.extend(more);
}

/// The best candidate within one JSON value.
fn best_in(json: &Json, question: Question<'_>, depth: usize) -> Option<Candidate> {
    let mut candidates = Vec::new();
    collect(json, question, depth, &mut candidates);
    if let Some(at) = candidates.iter().position(Candidate::is_of_subject) {
        return Some(candidates.swap_remove(at));
    }
    if candidates.iter().any(|candidate| candidate.fault.is_none()) {
        candidates.retain(|candidate| candidate.fault.is_none());
    }
    // `max_by_key` returns the last of equal elements, and the first one is wanted.
    candidates.into_iter().rev().max_by_key(|candidate| question.keys_in(&candidate.object))
}

/// The best of several candidates of equal standing. The criteria, in order: the candidate names the
/// subject, is the newest, is the most confident, has the subject's name as its company, has a source on
/// the subject's domain, is not of the past. Several companies without any tie to the subject are
/// ambiguous.
fn best_of(mut several: Vec<Candidate>, question: Question<'_>) -> Option<Candidate> {
    if let Some(at) = several.iter().position(Candidate::is_of_subject) {
        return Some(several.swap_remove(at));
    }
    if several.iter().any(|candidate| candidate.tie.named.is_none()) {
        several.retain(|candidate| candidate.tie.named.is_none());
    }
    let objects = || several.iter().map(|candidate| &candidate.object);
    let same_name = || {
        several.iter().position(|one| {
            company(&one.object, question)
                .is_some_and(|name| subject::is_named_after_domain(name, question.subject))
        })
    };
    let own_source = || several.iter().position(|candidate| candidate.has_own_source(question) == Some(true));
    let decided = revision::newest(objects(), question.outputs)
        .or_else(|| state::most_confident(objects()))
        .or_else(same_name)
        .or_else(own_source);
    let present = || objects().position(|object| !state::is_past(object));
    let is_ambiguous = decided.is_none() && are_several_companies(&several, question);
    let at = decided.or_else(present).unwrap_or_default();
    if several.is_empty() {
        return None;
    }
    let mut best = several.swap_remove(at);
    if is_ambiguous {
        best.fault.get_or_insert(Fault::Ambiguous);
    }
    Some(best)
}

/// The name that an object gives its company.
fn company<'a>(object: &'a Object, question: Question<'_>) -> Option<&'a str> {
    let asks_for_names = question.outputs.iter().any(|column| column.name.ends_with("_name"));
    let keys = ["company_name", "company", "organization", "organisation", "legal_name", "entity", "name"];
    let keys = &keys[..keys.len() - usize::from(asks_for_names)];
    keys.iter().find_map(|key| lookup(object, key)?.as_str()).filter(|name| !name.trim().is_empty())
}

fn are_several_companies(several: &[Candidate], question: Question<'_>) -> bool {
    let mut names = several.iter().map(|candidate| company(&candidate.object, question));
    let Some(Some(first)) = names.next() else { return false };
    names.any(|name| name.is_some_and(|name| !same_letters(name, first)))
}

fn collect(json: &Json, question: Question<'_>, depth: usize, found: &mut Vec<Candidate>) {
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
                found.push(Candidate::new(object, question));
                return;
            }
            if let Some(text) = shape::joined_blocks(items) {
                found.extend(text_at(&thoughts::without(&text), question, depth + 1));
                return;
            }
            // Of several candidates the first one counts, even when it states less.
            let mut several = Vec::new();
            items.iter().for_each(|item| collect(item, question, depth, &mut several));
            found.extend(best_of(several, question));
        }
        Json::Object(object) if shape::is_thought(object) => {}
        Json::Object(object) => {
            let completed = shape::with_nested_keys(object, question.outputs);
            let object = completed.as_ref().unwrap_or(object);
            if question.is_answered_by(object) {
                found.push(Candidate::new(object.clone(), question));
                return;
            }
            let of_answer = |key: &str| shape::ANSWER_KEYS.contains(&&*plain(key));
            let is_asked = |key: &str| question.outputs.iter().any(|column| same_letters(&column.name, key));
            let has_later = object.keys().any(|key| revision::is_later(key));
            let is_aside = |key: &str| is_aside_key(key) || has_later && revision::is_earlier(key);
            let members = || object.iter().filter(|(key, _)| is_asked(key) || !is_aside(key));
            if let Some(latest) = revision::of_latest_year(object) {
                return collect(latest, question, depth, found);
            }
            let later = members().filter(|(key, _)| revision::is_later(key));
            let first = members().filter(|(key, _)| of_answer(key) && !revision::is_later(key));
            let others = members().filter(|(key, _)| !of_answer(key) && !revision::is_later(key));
            for (key, value) in later.chain(first).chain(others) {
                let before = found.len();
                collect(value, question, depth, found);
                for candidate in &mut found[before..] {
                    candidate.tie = candidate.tie.or_key(key, question.subject);
                    if subject::is_key_of_other_company(key, question.subject) {
                        candidate.fault.get_or_insert(Fault::OtherCompany);
                    }
                }
            }
        }
        Json::String(text) if text.contains(['{', '[']) => {
            found.extend(text_at(&thoughts::without(text), question, depth + 1));
        }
        _ => {}
    }
}
