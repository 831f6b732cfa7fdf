//! Searches a text for many literal words and phrases in one pass. Callers use a match as the condition
//! for running, or even building, an expensive pattern. This module must not know what the words mean.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// A set of lower-case words and phrases.
pub(super) struct Cues {
    lists: &'static [&'static [&'static str]],
    automaton: OnceLock<AhoCorasick>,
}

impl Cues {
    pub(super) const fn new(lists: &'static [&'static [&'static str]]) -> Self {
        Self { lists, automaton: OnceLock::new() }
    }

    /// Whether a lower-case text contains any of the words.
    pub(super) fn occur_in(&self, lower: &str) -> bool {
        self.automaton.get_or_init(|| automaton(self.lists)).is_match(lower)
    }

    /// Whether a case-insensitive pattern that needs one of the words may match a text. `lower` is the
    /// text in lower case.
    pub(super) fn may_fit(&self, lower: &str) -> bool {
        self.occur_in(lower) || !lower.is_ascii() && lower.contains(is_second_form)
    }
}

/// Whether a letter is a second lower-case form of another letter. Case-insensitive patterns treat the
/// two as equal: the long `ſ` and `s`, the final `ς` and `σ`.
fn is_second_form(letter: char) -> bool {
    "ſςϐϑϕϖϰϱϵẛ\u{b5}\u{345}\u{1fbe}\u{1fd3}\u{1fe3}\u{fb05}".contains(letter)
        || ('\u{1c80}'..='\u{1c88}').contains(&letter)
}

/// Builds the automaton in its compact form, because the lists are many and short.
fn automaton(lists: &[&[&str]]) -> AhoCorasick {
    let words = lists.iter().copied().flatten();
    let mut builder = AhoCorasick::builder();
    builder
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(words)
        .expect("a few hundred words are not too many")
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    use super::*;

    #[test]
    fn words_are_found_in_a_text() {
        let cues = Cues::new(&[&["wrong"], &["is stale", "最終"]]);
        for text in ["that is wrong", "wrong", "it is stale.", "これは最終版"] {
            assert!(cues.occur_in(text) && cues.may_fit(text), "{text}");
        }
        for text in ["", "wron", "is  stale", "最"] {
            assert!(!cues.occur_in(text) && !cues.may_fit(text), "{text}");
        }
        let long = regex::Regex::new("(?i)is stale").unwrap();
        assert!(long.is_match("iſ ſtale") && !cues.occur_in("iſ ſtale") && cues.may_fit("iſ ſtale"));
    }

    /// A letter that a case-insensitive pattern treats as another one has that letter as its lower case,
    /// or is a second form.
    #[test]
    fn every_case_fold_of_a_letter_is_covered() {
        for letter in ('\u{80}'..='\u{2fff}').chain('\u{a640}'..='\u{abff}').chain('\u{fb00}'..='\u{1e9ff}') {
            let mut same = ClassUnicode::new([ClassUnicodeRange::new(letter, letter)]);
            same.case_fold_simple();
            let lower = letter.to_lowercase().to_string();
            let others = same.iter().flat_map(|range| range.start()..=range.end());
            let is_written = |other: &char| other.to_lowercase().eq([*other]) && !is_second_form(*other);
            for other in others.filter(is_written) {
                assert!(lower.contains(other) || lower.contains(is_second_form), "{letter:?} {other:?}");
            }
        }
    }
}
