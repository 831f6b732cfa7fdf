//! Detects words and sentences that mean "there is no value". They must never be stored as a value.
//!
//! The words are data: `phrases` lists whole cells, `sentences` the beginnings of longer texts. This module
//! compares a text with them, fast enough for every cell of a large table. It must not know which column
//! the text is from.

mod openings;
mod phrases;
mod sentences;

use std::sync::LazyLock;

use super::text::visible;
use crate::dictionary::{WordSet, in_lower_case as lower_case};

/// Whether `text` is empty or only states that nothing is known: "N/A", "unknown", "-", "N/A - domain
/// parked", "I could not find any information about this company.", "k.A.", ...
///
/// The beginning decides, because text after "not publicly disclosed" is a remark or a guess.
pub fn is_placeholder(text: &str) -> bool {
    let text = &visible(text);
    // Programs write a placeholder as one word: `not_found`, `NO_DATA`.
    if text.contains('_') && text.len() < 40 && !text.contains(char::is_whitespace) {
        return is_placeholder(&text.replace('_', " "));
    }
    let Some(first) = text.split_whitespace().map(inner).find(|part| !part.is_empty()) else { return true };
    // The fast path: nearly every cell is a value, and its first word already shows that.
    if !may_begin(first) || text.is_ascii() && !begins(first) {
        return false;
    }
    let words = words(text);
    if is_slogan(&words) || is_question_to_the_reader(text, first) {
        return false;
    }
    let rest = without_lead(&words);
    begins_like_placeholder(&words) || rest.len() < words.len() && begins_like_placeholder(rest)
}

/// Whether the words are a slogan such as "No data, no decisions", in which the second "no" denies something
/// other than facts.
fn is_slogan(words: &[Word]) -> bool {
    const FACTS: [&str; 14] = [
        "data",
        "information",
        "info",
        "result",
        "results",
        "details",
        "evidence",
        "records",
        "description",
        "answer",
        "match",
        "matches",
        "mention",
        "further",
    ];
    let is_no = |word: &Word| word.0 == "no";
    let second = words.iter().skip(1).take(4).position(is_no).map(|at| at + 1);
    let Some(second) = second.filter(|at| words.first().is_some_and(is_no) && words[at - 1].1) else {
        return false;
    };
    words.get(second + 1).is_some_and(|(word, _)| !FACTS.contains(&&**word))
}

/// Whether a text begins with a question to its reader, which the text answers: "Can't find a plumber?
/// We ...". A question before a login or a robot check has no such answer.
fn is_question_to_the_reader(text: &str, first: &str) -> bool {
    const LONGEST: usize = 120;
    let begins = ["can't", "can’t", "cannot", "couldn't", "couldn’t", "unable", "no", "not", "nothing"];
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let end = text.find(['.', '!', '?', '\n']);
    end.is_some_and(|end| {
        let rest = &text[end + 1..];
        text[end..].starts_with('?') && rest.chars().filter(|c| c.is_alphabetic()).count() > 3
    }) && begins.iter().any(|word| word.eq_ignore_ascii_case(first))
}

fn begins_like_placeholder(words: &[Word]) -> bool {
    is_phrase(words) || openings::opens_a_sentence(&spelled(words))
}

/// How many words of a text are read.
const MOST_WORDS: usize = 24;

/// A lower-case word, and whether a sign such as a comma or a bracket, or the end of the text, follows.
type Word = (String, bool);

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for part in text.split_whitespace().take(MOST_WORDS * 2) {
        let part = in_lower_case(part);
        let inner = inner(&part);
        // A sign may stand on its own or before a word: "- domain", "(private".
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

/// A part of a text in the form in which words are compared. The length is limited to a bit more than the
/// longest known word, because a hostile text may be a single word of a megabyte.
fn in_lower_case(part: &str) -> String {
    const LONGEST: usize = 60;
    let end = part.char_indices().nth(LONGEST).map_or(part.len(), |(at, _)| at);
    let lower = part[..end].to_lowercase();
    if lower.contains('’') { lower.replace('’', "'") } else { lower }
}

/// A part without punctuation around it.
fn inner(part: &str) -> &str {
    part.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_break(character: char) -> bool {
    ".,;:!?()[]|–—-。、，：".contains(character)
}

/// The words in the notation of the patterns in [`sentences`], with ` ;` for a break.
fn spelled(words: &[Word]) -> String {
    words.iter().map(|(word, ends)| format!("{word}{}", if *ends { " ; " } else { " " })).collect()
}

/// Whether the words are a phrase of [`phrases::WHOLE`], alone or before a remark: "n/a (private)".
fn is_phrase(words: &[Word]) -> bool {
    static WHOLE: LazyLock<WordSet> = LazyLock::new(|| phrases::WHOLE.iter().copied().collect());
    let mut joined = String::new();
    for (at, (word, ends)) in words.iter().enumerate().take(8) {
        joined.push_str(if at == 0 { "" } else { " " });
        joined.push_str(word);
        let is_whole = at + 1 == words.len();
        let before_remark = *ends && (at > 0 || phrases::BEFORE_A_REMARK.contains(&&*joined));
        if (is_whole || before_remark) && WHOLE.contains(&*joined) {
            return true;
        }
    }
    joined.len() < 300 && words.len() <= 2 && phrases::ENDINGS.iter().any(|end| joined.ends_with(end))
}

/// The words without an introduction such as "Sorry, but" and "Based on the search results,".
fn without_lead(words: &[Word]) -> &[Word] {
    const LONGEST: usize = 12;
    let mut rest = words;
    loop {
        let Some((first, ends)) = rest.first() else { return rest };
        if phrases::POLITE.contains(&&**first) {
            rest = &rest[1..];
        } else if phrases::LEADS.contains(&&**first) {
            if *ends && rest.len() > 1 {
                rest = &rest[1..];
                continue;
            }
            let Some(comma) = rest.iter().take(LONGEST).position(|(_, ends)| *ends) else { return rest };
            if comma + 1 == rest.len() {
                return rest;
            }
            rest = &rest[comma + 1..];
        } else {
            return rest;
        }
    }
}

/// Whether a placeholder may begin with a word of this first letter and length. This check excludes most
/// words without copying them to lower case.
fn may_begin(word: &str) -> bool {
    /// A bit set of lengths for each first letter or digit.
    static LENGTHS: LazyLock<[u64; 36]> = LazyLock::new(|| {
        let mut lengths = [0; 36];
        for word in first_words() {
            if let Some(slot) = slot(word) {
                lengths[slot] |= 1 << word.len().min(63);
            }
        }
        lengths
    });
    fn slot(word: &str) -> Option<usize> {
        let letter = word.bytes().next()?;
        char::from(letter).to_digit(36).and_then(|slot| usize::try_from(slot).ok())
    }
    match slot(word) {
        Some(slot) if word.is_ascii() => LENGTHS[slot] >> word.len().min(63) & 1 == 1,
        _ => !word.is_ascii(),
    }
}

/// Whether an ASCII placeholder may begin with this word.
fn begins(word: &str) -> bool {
    static FIRST: LazyLock<WordSet> = LazyLock::new(|| first_words().collect());
    FIRST.contains(&*lower_case(word))
}

fn first_words() -> impl Iterator<Item = &'static str> {
    let whole = phrases::WHOLE.iter().map(|phrase| phrase.split(' ').next().unwrap_or_default());
    whole.chain(phrases::POLITE).chain(phrases::LEADS).chain(openings::BY_FIRST_WORD.keys().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_first_word_of_a_placeholder_is_excluded() {
        for word in first_words() {
            assert!(may_begin(word) && may_begin(&word.to_uppercase()), "{word}");
            assert!(may_begin(&word.replace('\'', "’")), "{word}");
            assert!(!word.is_ascii() || begins(word) && begins(&word.to_uppercase()), "{word}");
        }
        assert!(!may_begin("Kubernetes") && !may_begin("") && !may_begin("2nd"));
    }

    #[test]
    fn phrases_are_in_the_form_that_is_compared() {
        for phrase in phrases::WHOLE {
            let words: Vec<String> = words(phrase).into_iter().map(|(word, _)| word).collect();
            assert_eq!(words.join(" "), **phrase);
        }
    }
}
