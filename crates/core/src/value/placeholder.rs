//! Words and sentences that say "there is no value" and must never be stored as one.

use std::{collections::HashMap, sync::LazyLock};

use super::text::visible;

/// Whether `text` is empty or only says that nothing is known: "N/A", "unknown", "-", "N/A -
/// domain parked", "I could not find any information about this company.", ...
///
/// The beginning decides: what follows "not publicly disclosed" is a remark or a guess.
pub fn is_placeholder(text: &str) -> bool {
    let text = &visible(text);
    if text.chars().all(|c| !c.is_alphanumeric()) {
        return true;
    }
    if is_word(text) {
        return true;
    }
    // Nearly every cell is a value and none of these; its first word tells.
    let first = text.split_whitespace().find(|part| !inner(part).is_empty()).unwrap_or_default();
    if !may_begin(inner(first)) {
        return false;
    }
    let first = in_lower_case(first);
    let first = inner(&first);
    if !POLITE.contains(&first) && !BEFORE_A_BREAK.contains(&first) && openings(first).is_empty() {
        return false;
    }
    let words = words(text);
    let words = without_apology(&words);
    let first = words.first().map(|(word, _)| word.as_str()).unwrap_or_default();
    opens_with_word(words) || openings(first).iter().any(|parts| fits(words, parts, false))
}

/// Words that are a placeholder when they stand alone.
const WORDS: [&str; 20] = [
    "na",
    "n.a",
    "n.d",
    "nil",
    "nan",
    "null",
    "none",
    "undefined",
    "unknown",
    "unavailable",
    "undisclosed",
    "no data",
    "no information",
    "no results",
    "no answer",
    "tba",
    "tbc",
    "to be determined",
    "empty",
    "string",
];

/// Words that are one too when a break follows: "unknown (private)", "N/A - domain parked".
const BEFORE_A_BREAK: [&str; 8] =
    ["n/a", "n/d", "null", "none", "unknown", "unavailable", "undisclosed", "tbd"];

/// How sentences begin that say that nothing is known. A word in capitals stands for a class;
/// see [`fits`]. Each is long enough that no description of a company begins so.
const OPENINGS: &[&str] = &[
    "i|we could|can|did not|no",
    "i|we couldn't|can't|cannot|didn't",
    "i|we do|did|was|am|were|are not able|aware|have|find|see|know",
    "i|we don't have|know|see",
    "i|we have not found|been",
    "i|we wasn't|weren't|haven't able|found|been",
    "i|we was|am|were|are unable",
    "i'm unable|sorry|not",
    "i have|found no|nothing",
    "as an ai",
    "unable|failed to FIND",
    "not able to FIND",
    "could|can not FIND",
    "couldn't|cannot|can't FIND",
    "could|can not be KNOWN",
    "couldn't|cannot be KNOWN",
    "no FACTS END",
    "no FACTS KNOWN",
    "no FACTS was|is|were|are|could|can|has|have",
    "no FACTS about|on|regarding|for|in",
    "no SORT * KNOWN",
    "no SORT FACTS END",
    "no * FACTS KNOWN",
    "no * FACTS was|is|were|are|could publicly|be|KNOWN",
    "no linkedin|ceo|profile|website|company * KNOWN",
    "there is|was|are|were no FACTS|SORT",
    "there is|was|are|were not enough|any FACTS|SORT",
    "there isn't|wasn't|aren't enough|any FACTS|SORT",
    "not enough|sufficient FACTS",
    "insufficient FACTS",
    "not publicly KNOWN",
    "not currently|yet|explicitly KNOWN",
    "not KNOWN END",
    "unknown|undisclosed END",
    "none KNOWN END",
    "none publicly KNOWN",
    "none could be KNOWN",
    "nothing KNOWN END",
    "nothing is|was|publicly KNOWN",
    "nothing could be KNOWN",
    "FACTS not KNOWN END",
    "FACTS not publicly KNOWN",
    "FACTS unavailable|unknown|undisclosed END",
    "SUBJECT * is|are|was|were|been not publicly|currently KNOWN",
    "SUBJECT * is|are|was|were|been not disclosed|found|specified",
    "SUBJECT * is|are|was|were not available END",
    "SUBJECT * is|are|was|were unknown|undisclosed|unavailable END",
    "SUBJECT * could|can not be KNOWN",
    "SUBJECT * cannot|couldn't be KNOWN",
    "the|this company|site|website|domain does|did not exist|disclose|publicly|resolve|load",
    "the|this website|site|domain|page * is parked|unreachable|inaccessible",
    "website|site|domain * is parked|unreachable|inaccessible",
    "website|site|domain parked|unreachable|inaccessible END",
    "domain for sale",
];

/// How the subject of such a sentence begins.
const SUBJECT: &[&str] = &[
    "the",
    "this",
    "its",
    "their",
    "specific",
    "exact",
    "company",
    "company's",
    "information",
    "data",
    "details",
];

/// Verbs of looking something up.
const FIND: &[&str] = &[
    "find",
    "determine",
    "identify",
    "locate",
    "verify",
    "confirm",
    "access",
    "retrieve",
    "provide",
    "establish",
    "obtain",
    "get",
    "answer",
    "fetch",
    "reach",
    "load",
    "open",
];

/// What is not when nothing is known.
const KNOWN: &[&str] = &[
    "found",
    "available",
    "disclosed",
    "known",
    "specified",
    "stated",
    "provided",
    "listed",
    "mentioned",
    "determined",
    "identified",
    "verified",
    "located",
    "confirmed",
    "published",
    "reported",
    "applicable",
    "accessible",
    "accessed",
    "retrieved",
    "detected",
    "established",
    "shared",
];

/// What there is none of.
const FACTS: &[&str] =
    &["information", "info", "data", "details", "evidence", "results", "records", "mention", "sources"];

/// What kind of facts there are none of.
const SORT: &[&str] = &[
    "specific",
    "public",
    "publicly",
    "reliable",
    "relevant",
    "verifiable",
    "verified",
    "official",
    "credible",
    "confirmed",
    "clear",
    "available",
    "further",
    "definitive",
    "concrete",
    "detailed",
    "matching",
    "known",
];

/// Words that go on after a statement, where a name or a product would not: "unknown at this
/// time". Some of them are missing since descriptions have them: "not known for".
const AFTER: &[&str] =
    &["at", "as", "due", "because", "since", "but", "by", "in", "on", "from", "about", "publicly", "yet"];

/// How many words of a text are looked at, and how many a `*` may stand for.
const MOST_WORDS: usize = 16;
const MOST_SKIPPED: usize = 6;

/// A word in lower case, and whether a sign such as a comma or a bracket, or nothing, follows.
type Word = (String, bool);

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for part in text.split_whitespace().take(MOST_WORDS * 2) {
        let part = in_lower_case(part);
        let inner = inner(&part);
        // A sign on its own or before a word: "- domain", "(private".
        if let Some(last) = words.last_mut().filter(|_| part.starts_with(is_break)) {
            last.1 = true;
        }
        if !inner.is_empty() {
            words.push((inner.to_owned(), part.ends_with(is_break)));
        }
        if words.len() == MOST_WORDS {
            return words;
        }
    }
    if let Some(last) = words.last_mut() {
        last.1 = true;
    }
    words
}

/// A part of a text as words are compared, cut to longer than any word that counts: a hostile
/// text may be one word of a megabyte.
fn in_lower_case(part: &str) -> String {
    const LONGEST: usize = 40;
    let end = part.char_indices().nth(LONGEST).map_or(part.len(), |(at, _)| at);
    let lower = part[..end].to_lowercase();
    if lower.contains('’') { lower.replace('’', "'") } else { lower }
}

/// A part without the signs around it.
fn inner(part: &str) -> &str {
    part.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_break(character: char) -> bool {
    ".,;:!?()[]|–—-".contains(character)
}

/// Drops the "Sorry, but" that sentences open with.
fn without_apology(words: &[Word]) -> &[Word] {
    let count = words.iter().take_while(|(word, _)| POLITE.contains(&word.as_str())).count();
    &words[count..]
}

fn is_word(text: &str) -> bool {
    let text = text.trim().trim_matches(['.', '"', '\'', '(', ')', '[', ']', '<', '>', '*', '`', ' ']);
    // No placeholder is longer.
    text.len() < 40 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn opens_with_word(words: &[Word]) -> bool {
    words.first().is_some_and(|(word, ends)| *ends && BEFORE_A_BREAK.contains(&word.as_str()))
}

/// What such sentences begin with before they come to the point.
const POLITE: [&str; 6] = ["sorry", "unfortunately", "apologies", "but", "however", "currently"];

/// A pattern of [`OPENINGS`], split: alternatives with `|`, any few words with `*`. `END` stands
/// for a break or a word of [`AFTER`], and takes no word.
type Pattern = Vec<&'static str>;

/// The patterns of [`OPENINGS`] by the words that they can begin with.
static BY_FIRST_WORD: LazyLock<HashMap<&'static str, Vec<Pattern>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&'static str, Vec<Pattern>> = HashMap::new();
    for opening in OPENINGS {
        let parts: Pattern = opening.split(' ').collect();
        for word in parts[0]
            .split('|')
            .flat_map(|choice| class(choice).unwrap_or(&[]).iter().copied().chain(Some(choice)))
        {
            by_word.entry(word).or_default().push(parts.clone());
        }
    }
    by_word
});

fn openings(first: &str) -> &'static [Pattern] {
    BY_FIRST_WORD.get(first).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a sentence that says nothing may begin with this word, by its first letter and its
/// length: that rules most words out, and needs no copy of them in lower case.
fn may_begin(word: &str) -> bool {
    /// By first letter, a bit for each length.
    static LENGTHS: LazyLock<[u64; 26]> = LazyLock::new(|| {
        let mut lengths = [0; 26];
        for word in POLITE.iter().chain(&BEFORE_A_BREAK).chain(BY_FIRST_WORD.keys()) {
            if let Some(place) = place(word) {
                lengths[place] |= 1 << word.len().min(63);
            }
        }
        lengths
    });
    fn place(word: &str) -> Option<usize> {
        let letter = word.bytes().next().filter(u8::is_ascii_alphabetic)?;
        Some(usize::from(letter.to_ascii_lowercase() - b'a'))
    }
    match place(word) {
        Some(place) if word.is_ascii() => LENGTHS[place] >> word.len().min(63) & 1 == 1,
        _ => !word.is_ascii(),
    }
}

fn fits(words: &[Word], parts: &[&str], after_break: bool) -> bool {
    let Some((part, parts)) = parts.split_first() else { return true };
    if *part == "*" {
        // The subject of a sentence has no comma in it.
        let skippable = words.iter().take(MOST_SKIPPED).take_while(|(_, ends)| !ends).count();
        return (0..=skippable).any(|skipped| fits(&words[skipped..], parts, false));
    }
    let next = words.first();
    part.split('|').any(|choice| match (choice, next) {
        ("END", None) => fits(words, parts, true),
        ("END", Some((word, _))) if after_break || AFTER.contains(&word.as_str()) => fits(words, parts, true),
        (_, Some((word, ends))) => is_of(word, choice) && fits(&words[1..], parts, *ends),
        _ => false,
    })
}

fn is_of(word: &str, choice: &str) -> bool {
    class(choice).map_or(word == choice, |words| words.contains(&word))
}

/// The words that a word in capitals stands for.
fn class(choice: &str) -> Option<&'static [&'static str]> {
    match choice {
        "FIND" => Some(FIND),
        "KNOWN" => Some(KNOWN),
        "FACTS" => Some(FACTS),
        "SORT" => Some(SORT),
        "SUBJECT" => Some(SUBJECT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_first_word_of_a_sentence_is_ruled_out() {
        for word in POLITE.iter().chain(&BEFORE_A_BREAK).chain(BY_FIRST_WORD.keys()) {
            assert!(may_begin(word) && may_begin(&word.to_uppercase()), "{word}");
            assert!(may_begin(&word.replace('\'', "’")), "{word}");
        }
        assert!(!may_begin("Executive") && !may_begin("") && !may_begin("2nd"));
    }
}
