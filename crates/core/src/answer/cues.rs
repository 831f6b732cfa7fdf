//! Literal words and phrases that are looked for in one pass over a text, however many they are. Patterns
//! that need one of them are run, and even built, only where one stands. This module must not know what
//! the words mean.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Words and phrases in lower case.
pub(super) struct Cues {
    lists: &'static [&'static [&'static str]],
    automaton: OnceLock<AhoCorasick>,
}

impl Cues {
    pub(super) const fn new(lists: &'static [&'static [&'static str]]) -> Self {
        Self { lists, automaton: OnceLock::new() }
    }

    /// Whether a text in lower case holds any of them.
    pub(super) fn stand_in(&self, lower: &str) -> bool {
        self.automaton.get_or_init(|| automaton(self.lists)).is_match(lower)
    }

    /// Whether a pattern without regard to case, which needs one of them, may fit a text. `lower` is that
    /// text in lower case.
    pub(super) fn may_fit(&self, lower: &str) -> bool {
        self.stand_in(lower) || !lower.is_ascii() && lower.contains(is_second_form)
    }
}

/// Whether a letter is a second lower case of another one, which such patterns take for the same: the
/// long `ſ` for an `s`, the `ς` at a word's end.
fn is_second_form(letter: char) -> bool {
    "ſςϐϑϕϖϰϱϵẛ\u{b5}\u{345}\u{1fbe}\u{1fd3}\u{1fe3}\u{fb05}".contains(letter)
        || ('\u{1c80}'..='\u{1c88}').contains(&letter)
}

/// A form that takes little memory: there are many lists, and they are short.
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
    fn what_stands_in_a_text() {
        let cues = Cues::new(&[&["wrong"], &["is stale", "最終"]]);
        for text in ["that is wrong", "wrong", "it is stale.", "これは最終版"] {
            assert!(cues.stand_in(text) && cues.may_fit(text), "{text}");
        }
        for text in ["", "wron", "is  stale", "最"] {
            assert!(!cues.stand_in(text) && !cues.may_fit(text), "{text}");
        }
        let long = regex::Regex::new("(?i)is stale").unwrap();
        assert!(long.is_match("iſ ſtale") && !cues.stand_in("iſ ſtale") && cues.may_fit("iſ ſtale"));
    }

    /// Every letter that a pattern may take for another one comes to that one in lower case, or is told.
    #[test]
    fn no_letter_is_missed_that_a_pattern_would_take_for_another() {
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
