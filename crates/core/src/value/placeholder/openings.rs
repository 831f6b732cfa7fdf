//! Compares a sentence with the patterns of `sentences`, fast enough for every cell of a large table.
//!
//! Most sentences begin with a common word ("The ...") and are values. One pass over the text searches for
//! the words that the patterns need, and only patterns whose words were found are run. This module must not
//! know what the patterns mean.

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

use super::sentences;

/// The patterns of sentences that begin with the same word.
pub(super) struct Openings {
    openings: Vec<Opening>,
    screen: OnceLock<Screen>,
}

/// One pattern of [`sentences::OPENINGS`], without its first word. Each pattern is compiled separately,
/// because a combined one would exceed the regex crate's cache and run many times slower.
struct Opening {
    rest: String,
    regex: OnceLock<Regex>,
}

/// Words of which a text must contain one before any opening can match.
struct Screen {
    words: AhoCorasick,
    /// The index of the opening that each word belongs to.
    owners: Vec<usize>,
    /// The indices of openings that need none of the words.
    always: Vec<usize>,
}

/// The openings of [`sentences::OPENINGS`], grouped by the words that they can begin with.
pub(super) static BY_FIRST_WORD: LazyLock<HashMap<&'static str, Openings>> = LazyLock::new(|| {
    let mut by_word: HashMap<&'static str, Openings> = HashMap::new();
    for opening in sentences::OPENINGS {
        let (first, rest) = sentences::first_words(opening);
        let rest = sentences::expanded(rest);
        for word in first.split('|') {
            let of_word = by_word
                .entry(word)
                .or_insert_with(|| Openings { openings: Vec::new(), screen: OnceLock::new() });
            of_word.openings.push(Opening { rest: rest.clone(), regex: OnceLock::new() });
        }
    }
    by_word
});

/// Whether the words, in the notation of the patterns, begin like a placeholder sentence.
pub(super) fn opens_a_sentence(spelled: &str) -> bool {
    let end = spelled.find(' ').unwrap_or(spelled.len());
    let (first, rest) = spelled.split_at(end);
    BY_FIRST_WORD.get(first).is_some_and(|openings| openings.fit(rest.as_bytes()))
}

impl Openings {
    fn fit(&self, rest: &[u8]) -> bool {
        let screen = self.screen.get_or_init(|| Screen::of(&self.openings));
        if screen.always.iter().any(|at| self.openings[*at].fits(rest)) {
            return true;
        }
        let mut tried = None;
        screen.words.find_overlapping_iter(rest).any(|word| {
            let at = screen.owners[word.pattern().as_usize()];
            // Consecutive words often belong to the same opening, which need not run again.
            tried.replace(at) != Some(at) && self.openings[at].fits(rest)
        })
    }
}

impl Opening {
    fn pattern(&self) -> String {
        format!("^(?:{})(?: |$)", self.rest)
    }

    /// Whether the pattern matches. It has no Unicode classes, which keeps the compiled pattern small.
    fn fits(&self, rest: &[u8]) -> bool {
        let build = || RegexBuilder::new(&self.pattern()).unicode(false).build();
        let regex = self.regex.get_or_init(|| build().expect("a test checks that the patterns are valid"));
        regex.is_match(rest)
    }
}

impl Screen {
    fn of(openings: &[Opening]) -> Self {
        let (mut words, mut owners, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (at, opening) in openings.iter().enumerate() {
            let parsed = regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build();
            let hir =
                { parsed }.parse(&opening.pattern()).expect("a test checks that the patterns are valid");
            match needed(&hir) {
                Some(of_opening) => {
                    owners.extend(of_opening.iter().map(|_| at));
                    words.extend(of_opening);
                }
                None => always.push(at),
            }
        }
        let words = AhoCorasick::new(words).expect("a few hundred words are not too many");
        Self { words, owners, always }
    }
}

/// Texts of which every match contains one; `None` when the pattern has no such texts.
fn needed(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Alternation(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(needed).collect();
            each.map(|each| each.concat())
        }
        HirKind::Concat(parts) => parts.iter().filter_map(needed).max_by_key(|texts| selectivity(texts)),
        _ => None,
    }
}

/// How selective texts are: long texts are rare, and few texts are found quickly.
fn selectivity(texts: &[Vec<u8>]) -> (usize, std::cmp::Reverse<usize>) {
    const LONG: usize = 5;
    let shortest = texts.iter().map(Vec::len).min().unwrap_or_default();
    (shortest.min(LONG), std::cmp::Reverse(texts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_most_are_screened() {
        let mut unscreened = 0;
        for (word, openings) in BY_FIRST_WORD.iter() {
            openings.fit(b" ");
            let fit = openings.openings.iter().filter(|opening| opening.fits(b" ")).count();
            assert!(fit < openings.openings.len() || fit < 2, "{word}");
            unscreened += openings.screen.get().unwrap().always.len();
            assert!(word.chars().all(|c| c.is_alphanumeric() || "'-.".contains(c)), "{word}");
        }
        assert!(unscreened < 10, "{unscreened}");
    }

    proptest::proptest! {
        #[test]
        fn the_screen_excludes_no_match(
            first in "the|i|no|website|ich|la|a|error|not",
            words in proptest::collection::vec("not|no|found|company|could|be|is|available|information|;|404|on|acme|keine|gefunden|was|does|publicly", 0..8),
        ) {
            let rest: String = words.iter().map(|word| format!(" {word}")).collect();
            let openings = &BY_FIRST_WORD[&*first];
            let any = openings.openings.iter().any(|opening| opening.fits(rest.as_bytes()));
            proptest::prop_assert_eq!(openings.fit(rest.as_bytes()), any);
        }
    }
}
