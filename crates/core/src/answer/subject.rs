//! Determines whether an object is about the subject of the question: by the domain that it names, by the
//! domain in the text before it, or by its source. Nothing else distinguishes two companies of the same
//! name. `choice` decides what follows.

use std::{cell::OnceCell, sync::LazyLock};

use super::{Object, lookup, names::KeyNames};
use crate::SemanticType;

/// Keys that identify the object's own company.
const OWN: [&str; 2] = ["company_domain", "domain"];

/// Keys that may hold another address of the same company.
const ADDRESSES: [&str; 7] =
    ["website", "company_website", "company_url", "homepage", "url", "company", "site"];

/// The subject of a question.
pub(super) struct Subject<'a> {
    /// The subject as the question words it.
    pub(super) text: &'a str,
    domain: OnceCell<Option<String>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, domain: OnceCell::new() }
    }

    /// The domain in the question. The result is cached, because reading a domain takes longer than most
    /// comparisons with it.
    pub(super) fn domain(&self) -> Option<&str> {
        let read = || {
            let words = self.text.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
            words.map(|word| word.trim_matches('.')).filter(|word| word.contains('.')).find_map(domain)
        };
        self.domain.get_or_init(read).as_deref()
    }
}

/// The evidence that an object is about the subject.
#[derive(Clone, Copy)]
pub(super) struct Tie {
    /// Whether the domain named for the object is the one in question; `None` when no domain is named.
    pub(super) named: Option<bool>,
}

impl Tie {
    /// The evidence within the object.
    pub(super) fn of(object: &Object, subject: &Subject<'_>) -> Self {
        static KEYS: LazyLock<KeyNames> = LazyLock::new(|| KeyNames::of([&OWN[..], &ADDRESSES]));
        let named = || keys().find_map(|key| domain_of(object, key));
        let named = if may_be_tied(object) && KEYS.has_key_of(object) { named() } else { None };
        Self { named: named.and_then(|named| Some(is_same(subject.domain()?, &named))) }
    }

    /// Adds the key of the object's member as evidence: `{"acme.com": {...}}`.
    pub(super) fn or_key(self, key: &str, subject: &Subject<'_>) -> Self {
        let by_key =
            || if key.contains('.') { Some(is_same(subject.domain()?, &domain(key)?)) } else { None };
        Self { named: self.named.or_else(by_key) }
    }

    /// Adds the line before the object as evidence. Such a line names other addresses for many reasons,
    /// so only the domain in question counts.
    pub(super) fn or_line(self, before: &str, subject: &Subject<'_>) -> Self {
        const LONGEST: usize = 300;
        let line = before.trim_end().trim_end_matches(|c: char| c.is_alphanumeric() || c == '`').trim_end();
        let line = line.rsplit('\n').next().unwrap_or_default();
        let line = &line[line.ceil_char_boundary(line.len().saturating_sub(LONGEST))..];
        if self.named.is_some() || !line.contains('.') {
            return self;
        }
        let Some(asked) = subject.domain() else { return self };
        let words = line.split(|c: char| c.is_whitespace() || "()[]<>\"'`*,;:".contains(c));
        let names_it = { words }.filter(|word| word.contains('.')).any(|word| {
            domain(word.trim_end_matches(['.', '?', '!'])).is_some_and(|named| is_same(asked, &named))
        });
        Self { named: names_it.then_some(true) }
    }
}

/// Whether the object's source is a page of the domain in question; `None` without a source. This matters
/// only when several objects compete, and reading the address of a page is slow.
pub(super) fn has_own_source(object: &Object, subject: &Subject<'_>) -> Option<bool> {
    if !may_be_tied(object) {
        return None;
    }
    let source = super::SOURCES.iter().find_map(|key| super::source(lookup(object, key)?))?;
    Some(is_same(subject.domain()?, &domain(&source)?))
}

fn keys() -> impl Iterator<Item = &'static &'static str> {
    OWN.iter().chain(&ADDRESSES)
}

fn may_be_tied(object: &Object) -> bool {
    keys().chain(&super::SOURCES).any(|key| object.contains_key(*key))
}

/// Whether an object states, under a key of [`OWN`], that it is about another domain. The same name with
/// another top-level domain may be the same company and does not count.
pub(super) fn names_other_domain(object: &Object, subject: &Subject<'_>) -> bool {
    let Some(named) = OWN.iter().find_map(|key| domain_of(object, key)) else { return false };
    subject.domain().is_some_and(|asked| is_another(asked, &named))
}

/// Whether a key is the domain of another company.
pub(super) fn is_key_of_other_company(key: &str, subject: &Subject<'_>) -> bool {
    let pair = || Some((subject.domain()?, domain(key)?));
    key.contains('.') && pair().is_some_and(|(asked, named)| is_another(asked, &named))
}

/// Whether a company's name matches the domain: "Acme Robotics" and `acme-robotics.com`.
pub(super) fn is_named_after_domain(name: &str, subject: &Subject<'_>) -> bool {
    let Some(asked) = subject.domain() else { return false };
    super::same_letters(first_label(asked), name)
}

fn is_another(asked: &str, named: &str) -> bool {
    !is_same(asked, named) && !super::same_letters(first_label(asked), first_label(named))
}

fn first_label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// Whether two domains are equal, or one is a subdomain of the other.
fn is_same(one: &str, other: &str) -> bool {
    let is_within =
        |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('.'));
    one == other || is_within(one, other) || is_within(other, one)
}

fn domain_of(object: &Object, key: &str) -> Option<String> {
    domain(lookup(object, key)?.as_str()?)
}

fn domain(text: &str) -> Option<String> {
    SemanticType::Domain.read_json(&text.into()).map(|domain| domain.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_ties_an_object_to_a_domain() {
        let subject = &Subject::new("Research the company with the web domain acme.com.");
        for (object, named, by_source) in [
            (json!({"domain": "acme.com"}), Some(true), None),
            (json!({"website": "https://www.acme.com/about"}), Some(true), None),
            (json!({"company_domain": "beta.com"}), Some(false), None),
            (json!({"source_url": "https://acme.com/team"}), None, Some(true)),
            (json!({"source_url": "https://news.example.org/x"}), None, Some(false)),
            (json!({"ceo_name": "Jane Doe"}), None, None),
        ] {
            let tie = Tie::of(object.as_object().unwrap(), subject);
            let own_source = has_own_source(object.as_object().unwrap(), subject);
            assert_eq!((tie.named, own_source), (named, by_source), "{object}");
        }
        let line = |text: &str| Tie { named: None }.or_line(text, subject).named;
        assert_eq!(line("Beta (beta.com)\nAcme Inc (acme.com):\n"), Some(true));
        assert_eq!(line("For acme.com:\n```json\n"), Some(true));
        assert_eq!(line("Beta (beta.com):\n"), None);
        assert_eq!(line("I looked at acme.com.\nResult:"), None);
        assert!(names_other_domain(json!({"domain": "beta.com"}).as_object().unwrap(), subject));
        assert!(!names_other_domain(json!({"domain": "acme.io"}).as_object().unwrap(), subject));
        assert!(!names_other_domain(json!({"domain": "shop.acme.com"}).as_object().unwrap(), subject));
        assert!(is_key_of_other_company("beta.com", subject) && !is_key_of_other_company("result", subject));
    }
}
