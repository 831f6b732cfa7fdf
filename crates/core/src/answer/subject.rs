//! Whether an object is about whom the question asks: by the domain that it names, by the one in the
//! words before it, or by its source. Two companies of one name are told apart by nothing else.

use std::{cell::OnceCell, sync::LazyLock};

use super::{Object, lookup, names::KeyNames};
use crate::SemanticType;

/// Keys under which an object says whose it is. What stands under the others may be another address
/// of the same company.
const OWN: [&str; 2] = ["company_domain", "domain"];
const ADDRESSES: [&str; 7] =
    ["website", "company_website", "company_url", "homepage", "url", "company", "site"];

/// Whom a question is about.
pub(super) struct Subject<'a> {
    /// The question's words for it.
    pub(super) text: &'a str,
    asked: OnceCell<Option<String>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, asked: OnceCell::new() }
    }

    /// The domain that the question asks about. It is looked for once, since reading a domain takes longer
    /// than most of what is compared with it.
    pub(super) fn asked(&self) -> Option<&str> {
        let asked = || {
            let words = self.text.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
            words.map(|word| word.trim_matches('.')).filter(|word| word.contains('.')).find_map(domain)
        };
        self.asked.get_or_init(asked).as_deref()
    }
}

/// What says whether an object is about the subject.
#[derive(Clone, Copy)]
pub(super) struct Tie {
    /// Whether the domain that is named for it is the one in question.
    pub(super) named: Option<bool>,
}

impl Tie {
    /// What an object says itself.
    pub(super) fn of(object: &Object, subject: &Subject<'_>) -> Self {
        static KEYS: LazyLock<KeyNames> = LazyLock::new(|| KeyNames::of([&OWN[..], &ADDRESSES]));
        let named = || keys().find_map(|key| domain_of(object, key));
        let named = if may_be_tied(object) && KEYS.has_key_of(object) { named() } else { None };
        Self { named: named.and_then(|named| Some(is_same(subject.asked()?, &named))) }
    }

    /// What the key says under which it stands: `{"acme.com": {...}}`.
    pub(super) fn or_key(self, key: &str, subject: &Subject<'_>) -> Self {
        let by_key = || if key.contains('.') { Some(is_same(subject.asked()?, &domain(key)?)) } else { None };
        Self { named: self.named.or_else(by_key) }
    }

    /// What the line in front of it says. That names other addresses for many reasons: only the one
    /// in question counts.
    pub(super) fn or_line(self, before: &str, subject: &Subject<'_>) -> Self {
        const LONGEST: usize = 300;
        let line = before.trim_end().trim_end_matches(|c: char| c.is_alphanumeric() || c == '`').trim_end();
        let line = line.rsplit('\n').next().unwrap_or_default();
        let line = &line[line.ceil_char_boundary(line.len().saturating_sub(LONGEST))..];
        if self.named.is_some() || !line.contains('.') {
            return self;
        }
        let Some(asked) = subject.asked() else { return self };
        let words = line.split(|c: char| c.is_whitespace() || "()[]<>\"'`*,;:".contains(c));
        let names_it = { words }.filter(|word| word.contains('.')).any(|word| {
            domain(word.trim_end_matches(['.', '?', '!'])).is_some_and(|named| is_same(asked, &named))
        });
        Self { named: names_it.then_some(true) }
    }
}

/// Whether the page that an object names as its source is one of the domain in question. It tells only
/// where several objects are weighed, and reading a page's address takes long.
pub(super) fn has_own_source(object: &Object, subject: &Subject<'_>) -> Option<bool> {
    if !may_be_tied(object) {
        return None;
    }
    let source = super::SOURCES.iter().find_map(|key| super::source(lookup(object, key)?))?;
    Some(is_same(subject.asked()?, &domain(&source)?))
}

fn keys() -> impl Iterator<Item = &'static &'static str> {
    OWN.iter().chain(&ADDRESSES)
}

fn may_be_tied(object: &Object) -> bool {
    keys().chain(&super::SOURCES).any(|key| object.contains_key(*key))
}

/// Whether an object says under a key for just that, that it is about another domain. The same name
/// under another ending is no other company's for certain.
pub(super) fn is_of_another(object: &Object, subject: &Subject<'_>) -> bool {
    let Some(named) = OWN.iter().find_map(|key| domain_of(object, key)) else { return false };
    subject.asked().is_some_and(|asked| is_another(asked, &named))
}

/// Whether a key is the domain of another company.
pub(super) fn is_key_of_another(key: &str, subject: &Subject<'_>) -> bool {
    let pair = || Some((subject.asked()?, domain(key)?));
    key.contains('.') && pair().is_some_and(|(asked, named)| is_another(asked, &named))
}

/// Whether a company's name is the domain's: "Acme Robotics" of `acme-robotics.com`.
pub(super) fn is_called_so(name: &str, subject: &Subject<'_>) -> bool {
    let Some(asked) = subject.asked() else { return false };
    super::same_letters(first_label(asked), name)
}

fn is_another(asked: &str, named: &str) -> bool {
    !is_same(asked, named) && !super::same_letters(first_label(asked), first_label(named))
}

fn first_label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// Whether two domains are one, or one is a part of the other.
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
    fn what_ties_an_object_to_a_domain() {
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
        assert!(is_of_another(json!({"domain": "beta.com"}).as_object().unwrap(), subject));
        assert!(!is_of_another(json!({"domain": "acme.io"}).as_object().unwrap(), subject));
        assert!(!is_of_another(json!({"domain": "shop.acme.com"}).as_object().unwrap(), subject));
        assert!(is_key_of_another("beta.com", subject) && !is_key_of_another("result", subject));
    }
}
