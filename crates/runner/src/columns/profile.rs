//! What a column holds, counted cell by cell: filled cells, types, distinct values, examples.
//!
//! This module is pure: it reads no file and prints nothing. Its memory does not grow with the number of
//! rows.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher,
};

use marl_core::{SemanticType, excerpt};

/// The most distinct values that are counted.
pub const MOST_DISTINCT: usize = 100_000;

const EXAMPLES: usize = 3;
const EXAMPLE_CHARS: usize = 40;

/// The types that are recognised from values, the most specific first: every domain is also a valid address,
/// and `1.5k` is also a valid domain.
const KINDS: [SemanticType; 8] = [
    SemanticType::LinkedinUrl,
    SemanticType::CompanyLinkedinUrl,
    SemanticType::Email,
    SemanticType::Integer,
    SemanticType::Number,
    SemanticType::Date,
    SemanticType::Domain,
    SemanticType::Url,
];

/// The counts of one column, so far.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// Cells that are not empty; a cell with "N/A" counts.
    pub filled: u64,
    /// The first distinct values, shortened.
    pub examples: Vec<String>,
    /// How many cells parse as each of [`KINDS`].
    reads: [u64; KINDS.len()],
    /// How many cells hold a placeholder, by the rule for texts, for numbers and for addresses. Each rule
    /// matches every cell that the rule before it matches.
    nothing: [u64; 3],
    /// Hashes of the distinct values.
    seen: HashSet<u64>,
    hasher: RandomState,
    has_more: bool,
}

impl Profile {
    /// Counts a filled cell.
    pub(super) fn add(&mut self, cell: &str) {
        self.filled += 1;
        let in_texts = SemanticType::Text.says_nothing(cell);
        let in_numbers = in_texts || SemanticType::Integer.says_nothing(cell);
        let in_addresses = in_numbers || SemanticType::Url.says_nothing(cell);
        for (count, says_nothing) in self.nothing.iter_mut().zip([in_texts, in_numbers, in_addresses]) {
            *count += u64::from(says_nothing);
        }
        if !in_addresses {
            for (count, kind) in self.reads.iter_mut().zip(KINDS) {
                *count += u64::from(could_be(kind, cell) && kind.recognises(cell));
            }
        }
        if self.has_more {
            return;
        }
        let is_new = self.seen.insert(self.hasher.hash_one(cell));
        if is_new && self.seen.len() > MOST_DISTINCT {
            self.has_more = true;
            self.seen = HashSet::new();
        }
        if is_new && self.examples.len() < EXAMPLES {
            let example = excerpt(cell, EXAMPLE_CHARS);
            if !example.is_empty() && !self.examples.contains(&example) {
                self.examples.push(example);
            }
        }
    }

    /// The type that most of the meaningful cells have; text if there is none.
    pub(super) fn kind(&self) -> SemanticType {
        let meaningful = |kind: SemanticType| self.filled - self.nothing_in(kind);
        let mut counts = KINDS.into_iter().zip(self.reads);
        counts
            .find(|(kind, reads)| reads * 2 > meaningful(*kind))
            .map_or(SemanticType::Text, |(kind, _)| kind)
    }

    /// How many of the filled cells hold a placeholder such as "N/A", by the rule for the column's type.
    pub(super) fn placeholders(&self) -> u64 {
        self.nothing_in(self.kind())
    }

    fn nothing_in(&self, kind: SemanticType) -> u64 {
        self.nothing[match kind {
            SemanticType::Text => 0,
            kind if kind.is_recognisable() => 2,
            _ => 1,
        }]
    }

    /// The number of distinct values; `None` if there are more than [`MOST_DISTINCT`].
    pub(super) fn distinct(&self) -> Option<usize> {
        (!self.has_more).then_some(self.seen.len())
    }
}

/// A cheap check whether the cell may be of the type. Parsing is expensive, and most cells of a large table
/// are not addresses.
fn could_be(kind: SemanticType, cell: &str) -> bool {
    const LONGEST_NUMBER: usize = 300;
    const LINKEDIN: &[u8] = b"linkedin";
    // Non-ASCII characters and percent-encoding may stand for the characters below.
    let is_plain = cell.is_ascii() && !cell.contains('%');
    // In a text of several words, one word may be an address; punctuation then sets it apart.
    let is_one = || {
        !cell.trim().contains(char::is_whitespace)
            || cell.contains(['/', ':', '@', '<', '(', '[', '{', '=', '|', '-', '•', ',', ';', '"', '*'])
            || cell.contains("www")
    };
    let is_address = || (!is_plain || cell.contains(['.', '['])) && is_one();
    match kind {
        SemanticType::Email => cell.contains(['@', '[', '(']) || !is_plain,
        SemanticType::Integer => cell.len() <= LONGEST_NUMBER && cell.contains(char::is_numeric),
        SemanticType::Number | SemanticType::Date => {
            cell.len() <= LONGEST_NUMBER && cell.contains(char::is_numeric)
        }
        SemanticType::CompanyLinkedinUrl => {
            let mut parts = cell.as_bytes().windows(LINKEDIN.len());
            // The host may be missing: `company/acme`.
            let kinds = ["company", "school", "showcase"];
            let is_path = || kinds.iter().any(|kind| cell.to_ascii_lowercase().contains(kind));
            is_path() || is_address() && (!is_plain || parts.any(|part| part.eq_ignore_ascii_case(LINKEDIN)))
        }
        SemanticType::LinkedinUrl => {
            let mut parts = cell.as_bytes().windows(LINKEDIN.len());
            let is_path =
                || cell.trim_start().get(..4).is_some_and(|start| start.to_ascii_lowercase().contains("in/"));
            is_path() || is_address() && (!is_plain || parts.any(|part| part.eq_ignore_ascii_case(LINKEDIN)))
        }
        SemanticType::Domain | SemanticType::Url => is_address(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn profile(cells: &[&str]) -> Profile {
        let mut profile = Profile::default();
        cells.iter().for_each(|cell| profile.add(cell));
        profile
    }

    #[test]
    fn the_most_specific_type_of_most_cells_wins() {
        for (cells, expect) in [
            (&["acme.com", "https://www.nike.com/about", "n/a"][..], SemanticType::Domain),
            (&["https://medium.com/@acme", "https://www.linkedin.com/company/acme"], SemanticType::Url),
            (&["linkedin.com/in/jane-doe", "https://de.linkedin.com/in/joe"], SemanticType::LinkedinUrl),
            (&["jane@acme.com", "mailto:joe@acme.com"], SemanticType::Email),
            (&["1,200", "1.5k", "11-50 employees"], SemanticType::Integer),
            (&["3m.com", "163.com", "500px.com", "10x.ai"], SemanticType::Domain),
            (&["Jane <jane@acme.com>", "jane@other.com", "@acme.com"], SemanticType::Email),
            (&["=HYPERLINK(\"https://acme.com\", \"Acme Inc\")", "Site: www.acme.com"], SemanticType::Domain),
            (&["linkedin.com/company/acme", "company/nike"], SemanticType::CompanyLinkedinUrl),
            (&["1.5", "12", "-0.25"], SemanticType::Number),
            (&["1999", "2005"], SemanticType::Integer),
            (&["2021-05-03", "May 3, 2021", "2021-05"], SemanticType::Date),
            (&["DE", "CA"], SemanticType::Text),
            (&["acme.com", "Acme"], SemanticType::Text),
            (&["n/a", "unknown", "-", "acme.com"], SemanticType::Domain),
            (&["#REF!", "1,200", "tbd"], SemanticType::Integer),
            (&["N/A", "N/A"], SemanticType::Text),
            (&["12 Main Street", "Nike, Inc.", "2 rue de la Paix"], SemanticType::Text),
            (&[], SemanticType::Text),
        ] {
            assert_eq!(profile(cells).kind(), expect, "{cells:?}");
        }
    }

    #[test]
    fn placeholders_are_counted_by_the_columns_type() {
        for (cells, expect) in [
            (&["acme.com", "https://", "unknown", "N/A"][..], 3),
            (&["12", "not found", "#VALUE!", "-"], 3),
            // A person may have this name.
            (&["Jane Doe", "Unknown", "N/A", "--"], 2),
            (&["N/A", "null", "tbd"], 3),
            (&["acme.com"], 0),
            (&[], 0),
        ] {
            let profile = profile(cells);
            assert_eq!((profile.filled, profile.placeholders()), (cells.len() as u64, expect), "{cells:?}");
        }
    }

    #[test]
    fn distinct_values_and_examples() {
        let long = "x".repeat(50);
        let profile = profile(&["a", "b", "a", "\u{1b}[31m", &long, &format!("{long}y"), "c"]);
        assert_eq!((profile.filled, profile.distinct()), (7, Some(6)));
        assert_eq!(profile.examples, ["a", "b", &format!("{}...", "x".repeat(37))]);
    }

    #[test]
    fn no_value_is_kept_beyond_the_bound() {
        let mut profile = Profile::default();
        (0..MOST_DISTINCT).for_each(|at| profile.add(&at.to_string()));
        assert_eq!(profile.distinct(), Some(MOST_DISTINCT));
        (0..MOST_DISTINCT + 1).for_each(|at| profile.add(&at.to_string()));
        assert_eq!((profile.distinct(), profile.seen.capacity()), (None, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

        #[test]
        fn each_placeholder_rule_includes_the_one_before(cell in "[ -~]{0,12}|(https?:/{0,2})?(n/a|unknown|-|none|#REF!)?[.)]?") {
            let [texts, numbers] = [SemanticType::Text, SemanticType::Integer].map(|kind| kind.says_nothing(&cell));
            prop_assert!(!texts || numbers, "{cell:?}");
            for kind in [SemanticType::Number, SemanticType::Date] {
                prop_assert_eq!(kind.says_nothing(&cell), numbers, "{}: {:?}", kind, cell);
            }
            for kind in KINDS.into_iter().filter(|kind| kind.is_recognisable()) {
                prop_assert!(!numbers || kind.says_nothing(&cell), "{kind}: {cell:?}");
                prop_assert_eq!(kind.says_nothing(&cell), SemanticType::Url.says_nothing(&cell));
            }
        }

        #[test]
        fn the_cheap_check_accepts_every_cell_of_the_type(cell in "[ -~]{0,30}|[a-z@%.。/ :\t-]{0,12}|([a-z]{1,3}: |- |<|=HYPERLINK\\(\"|\\[a\\]\\( ?|in/|/in/)?(www\\.|https?:/{0,2})?[a-z]{1,3}(@|\\[at\\]|%40|[.]com/in/)?[a-z]{0,3}(\\.|\\[dot\\])com( [a-z(]{1,3}|\\)|\"|>)?|(https?://)?([a-z%]{1,3}|[Ll]inkedin|l%69nkedin|linkedın)(\\.|%2[eE]|。)com(/in/abc|/company/abc)?|/?[Cc]ompany/[a-z]{1,4}|[0-9.,]{1,8}|[0-9]{1,4}[-/ ][0-9A-Za-z]{1,3}[-/ ][0-9]{1,4}") {
            for kind in KINDS {
                prop_assert!(!kind.recognises(&cell) || could_be(kind, &cell), "{kind}: {cell:?}");
            }
        }
    }
}
