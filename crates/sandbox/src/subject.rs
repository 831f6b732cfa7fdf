//! Whether the sandbox finds the person or the company that a call names, for vendors that look records up.
//!
//! About two of three subjects are found; the seed decides which. Special words force an end. A word is a
//! part of an identifying value between `/`, `@`, `.` and blanks, such as `not-found` in
//! `linkedin.com/in/not-found`, `not-found@x.example` and the last name `not-found`:
//!
//! | word | end |
//! | --- | --- |
//! | `sandbox-...` | found, with the highest likelihood |
//! | `not-found` | nothing |
//! | `restricted` | found, but the plan does not include the contact data |
//! | `missing` | a bulk answer leaves the item out; alone it is nothing |
//! | `fails` | the job of a vendor that answers later fails |
//! | `no-credit` | such a job ends because the account has no credit left |
//! | `slow` | the answer, or the job, takes `Options::slow_for` longer |
//! | `flaky` | the first arrival of the request is answered with 500 |
//!
//! This module must not know a wire format.

use crate::FaultKind;
use crate::hash::Dice;

/// The person or the company that a call names.
pub(crate) struct Subject {
    /// The identifying values in a normal form.
    text: String,
    special: Option<Special>,
}

/// The end that a special word forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    Found,
    NotFound,
    Restricted,
    Missing,
    Fails,
    NoCredit,
    Slow,
    Flaky,
}

impl Subject {
    /// The subject with these identifying values, as a vendor with this name knows it.
    pub(crate) fn of<'a>(vendor: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut text, mut special) = (vendor.to_owned(), None);
        for value in values {
            let value = value.trim().to_lowercase();
            special = special.or_else(|| value.split(['/', '@', '.', '?', ' ']).find_map(Special::of));
            text.push('\n');
            text.push_str(&value);
        }
        Self { text, special }
    }

    /// Dice for everything about the subject.
    pub(crate) fn dice(&self, seed: u64) -> Dice {
        Dice::of_text(seed, &self.text)
    }

    /// Whether the vendor has the subject.
    pub(crate) fn is_found(&self, seed: u64) -> bool {
        match self.special {
            Some(Special::NotFound | Special::Missing) => false,
            Some(_) => true,
            None => !self.dice(seed).one_in("nothing", 3),
        }
    }

    /// Whether a special word makes the vendor find the subject without doubt.
    pub(crate) fn is_certain(&self) -> bool {
        self.special.is_some()
    }

    /// Whether the subject has this special word.
    pub(crate) fn is(&self, special: Special) -> bool {
        self.special == Some(special)
    }

    /// The fault that the special word stands for.
    pub(crate) fn special_fault(&self, attempt: u64) -> Option<FaultKind> {
        match self.special? {
            Special::Slow => Some(FaultKind::Slow),
            Special::Flaky if attempt == 0 => Some(FaultKind::InternalError),
            _ => None,
        }
    }
}

/// An e-mail address for an invented person, to which nothing can be delivered.
pub(crate) fn invented_email(slug: &str, domain: &str) -> String {
    let end = if domain.ends_with(".example") { "" } else { ".example" };
    format!("{slug}@{domain}{end}")
}

impl Special {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "not-found" => Self::NotFound,
            "restricted" => Self::Restricted,
            "missing" => Self::Missing,
            "fails" => Self::Fails,
            "no-credit" => Self::NoCredit,
            "slow" => Self::Slow,
            "flaky" => Self::Flaky,
            _ if word.starts_with("sandbox-") => Self::Found,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_words_are_parts_of_values() {
        let check = |value: &str, expect| assert_eq!(Subject::of("x", [value]).special, expect, "{value}");
        check("https://www.linkedin.com/in/Not-Found/", Some(Special::NotFound));
        check("not-found@x.example", Some(Special::NotFound));
        check("missing.example", Some(Special::Missing));
        check("Jane Restricted", Some(Special::Restricted));
        check("linkedin.com/in/sandbox-jane", Some(Special::Found));
        check("linkedin.com/in/jane-slow", None);
        check("slowly@x.example", None);
    }

    #[test]
    fn about_two_of_three_are_found_and_the_seed_decides_which() {
        let found = |seed: u64| -> Vec<bool> {
            let names = (0..3_000).map(|at| format!("person-{at}@x.example"));
            names.map(|name| Subject::of("x", [name.as_str()]).is_found(seed)).collect()
        };
        let count = found(1).iter().filter(|found| **found).count();
        assert!((1_900..2_100).contains(&count), "{count}");
        assert_eq!(found(1), found(1));
        assert_ne!(found(1), found(2));
    }

    #[test]
    fn an_invented_address_has_no_server() {
        assert_eq!(invented_email("a", "3m.com"), "a@3m.com.example");
        assert_eq!(invented_email("a", "x.example"), "a@x.example");
    }

    #[test]
    fn the_spelling_does_not_matter_but_the_vendor_does() {
        let same = |one: Subject, other: Subject| one.text == other.text;
        assert!(same(Subject::of("x", [" Jane "]), Subject::of("x", ["jane"])));
        assert!(!same(Subject::of("x", ["jane"]), Subject::of("y", ["jane"])));
    }
}
