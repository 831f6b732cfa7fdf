//! Detects texts that only state that nothing is known: "This domain is parked.", "Which Acme do you
//! mean?", "Webové stránky nejsou dostupné."
//!
//! The decision is made word by word: every word of such a sentence carries no information about a
//! company, and at least one of them denies. A sentence with any other word, such as what a company makes,
//! is informative and is kept. `words` holds the words by language. This module must not know the
//! question.

mod words;

use std::sync::LazyLock;

use crate::{
    dictionary::{Dictionary, WordSet, in_lower_case},
    is_placeholder,
};

/// The length limit of such a text, in bytes. A longer text contains some information.
const LONGEST: usize = 600;

/// The length limit of a text of [`words::WHOLE`], in bytes.
const LONGEST_WHOLE: usize = 60;

/// How many words of a name may precede the denial: "Acme Robotics could not be found."
const LONGEST_NAME: usize = 4;

/// Whether a text only states that nothing is known, or only asks the user something.
pub(super) fn is_uninformative(text: &str) -> bool {
    if text.len() > LONGEST || !text.chars().any(char::is_alphanumeric) {
        return false;
    }
    if text.len() <= LONGEST_WHOLE && is_whole(text) {
        return true;
    }
    is_throughout(text, |sentence| is_placeholder(sentence) || asks(sentence))
}

/// Whether a text is one of [`words::WHOLE`].
fn is_whole(text: &str) -> bool {
    static WHOLE: LazyLock<WordSet> = LazyLock::new(|| words::WHOLE.iter().copied().collect());
    static FIRST: LazyLock<WordSet> = LazyLock::new(|| first_words(words::WHOLE));
    let first = tokens(text).next().unwrap_or_default();
    FIRST.contains(&*in_lower_case(first)) && WHOLE.contains(&*spelled(text))
}

/// The first words of some texts. Most other texts begin with another word, so this makes a fast check.
fn first_words(texts: &[&'static str]) -> WordSet {
    texts.iter().filter_map(|text| text.split(' ').next()).collect()
}

/// Whether every word of a whole answer is uninformative and one denies. Unlike [`is_uninformative`], a
/// sentence that merely begins like a placeholder does not count, because its second half may state a fact.
pub(super) fn denies_throughout(answer: &str) -> bool {
    answer.len() <= LONGEST && is_throughout(answer, asks)
}

/// Whether every sentence of a text is uninformative, and one of them denies or passes `is_denial`.
fn is_throughout(text: &str, is_denial: impl Fn(&str) -> bool) -> bool {
    let mut denies = false;
    for sentence in sentences(text) {
        match judge(sentence) {
            Judgement::Denies => denies = true,
            judgement => match is_denial(sentence) {
                true => denies = true,
                false if judgement == Judgement::Uninformative => {}
                false => return false,
            },
        }
    }
    denies
}

/// What the words of a sentence amount to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Judgement {
    /// Every word is uninformative, and one denies.
    Denies,
    /// Every word is uninformative, and none denies.
    Uninformative,
    Informative,
}

/// The languages in which a word is uninformative, and those in which it denies, as bit sets.
#[derive(Clone, Copy, Default)]
struct WordLanguages {
    empty: u32,
    denies: u32,
}

/// The words of all languages. A key that ends in `*` matches every word with that beginning.
static WORDS: LazyLock<Dictionary<WordLanguages>> = LazyLock::new(|| {
    let mut words = Dictionary::<WordLanguages>::default();
    for (bit, language) in words::LANGUAGES.iter().enumerate() {
        for word in language.empty.split_whitespace() {
            words.entry(word).or_default().empty |= 1 << bit;
        }
        for word in language.denies.split_whitespace() {
            let word = words.entry(word).or_default();
            word.empty |= 1 << bit;
            word.denies |= 1 << bit;
        }
    }
    words
});

fn judge(sentence: &str) -> Judgement {
    let mut languages = u32::MAX;
    let (mut denies, mut name, mut is_behind_name) = (0, 0, false);
    for token in tokens(sentence) {
        let is_form = || words::FORMS.contains(&&*token.to_lowercase());
        if is_neutral(token) || name > 0 && !is_behind_name && is_form() {
            continue;
        }
        let found = if is_unspaced(token) { Some(segmented(token)) } else { word(token) };
        let Some(word) = found else {
            // A name may precede the denial. After a denial the name might begin with that very word.
            name += 1;
            let is_capital = token.starts_with(char::is_uppercase);
            if denies != 0 || is_behind_name || name > LONGEST_NAME || !is_capital {
                return Judgement::Informative;
            }
            continue;
        };
        if name > 0 && !is_behind_name && !is_predicate(token) {
            return Judgement::Informative;
        }
        is_behind_name = name > 0;
        languages &= word.empty;
        denies |= word.denies;
        if languages == 0 {
            return Judgement::Informative;
        }
    }
    match (languages & denies, name) {
        (0, 0) => Judgement::Uninformative,
        (0, _) => Judgement::Informative,
        _ => Judgement::Denies,
    }
}

/// Whether a token may follow the name of somebody about whom nothing is known.
fn is_predicate(token: &str) -> bool {
    let begins = |particle: &&str| is_unspaced(token) && token.starts_with(*particle);
    words::BEHIND_A_NAME.contains(&&*token.to_lowercase()) || words::PARTICLES.iter().any(begins)
}

/// The languages of a word, or of its beginning.
fn word(token: &str) -> Option<WordLanguages> {
    const LONGEST_WORD: usize = 40;
    if token.len() > LONGEST_WORD {
        return None;
    }
    let lower = in_lower_case(token);
    let mut found = WORDS.get(&*lower).copied();
    let mut beginning = String::with_capacity(lower.len() + 1);
    for character in lower.chars() {
        beginning.push(character);
        beginning.push('*');
        if let Some(word) = WORDS.get(&*beginning) {
            let found = found.get_or_insert_default();
            found.empty |= word.empty;
            found.denies |= word.denies;
        }
        beginning.pop();
    }
    found
}

/// The languages that the words of a text without spaces have in common. The text is split greedily into
/// the longest known words.
fn segmented(token: &str) -> WordLanguages {
    const LONGEST_WORD: usize = 12;
    let mut whole = WordLanguages { empty: u32::MAX, denies: 0 };
    let mut rest = token;
    while !rest.is_empty() {
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST_WORD);
        let longest = ends.filter_map(|end| Some((end, *WORDS.get(&rest[..end])?))).last();
        let Some((end, word)) = longest else { return WordLanguages::default() };
        whole.empty &= word.empty;
        whole.denies |= word.denies;
        rest = &rest[end..];
    }
    whole
}

fn is_unspaced(token: &str) -> bool {
    token.chars().all(is_unspaced_letter)
}

fn is_unspaced_letter(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '々')
}

/// Whether a token is a number or an address, which carry no information about a company.
fn is_neutral(token: &str) -> bool {
    let is_number = || token.chars().all(|c| c.is_ascii_digit());
    let is_host = || {
        token.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && top.len() > 1 && top.starts_with(|c: char| c.is_ascii_lowercase())
        })
    };
    is_number() || token.contains("://") || is_host()
}

/// The words of a sentence. An address is one word; `l'entreprise` is two.
fn tokens(sentence: &str) -> impl Iterator<Item = &str> {
    let is_sign = |c: char| !(c.is_alphanumeric() || is_mark(c));
    let parts = sentence.split_whitespace().flat_map(move |part| {
        let part = part.trim_matches(is_sign);
        let is_whole = is_neutral(part);
        part.split(move |c: char| !is_whole && is_sign(c))
    });
    parts.flat_map(by_script).filter(|token| !token.is_empty())
}

/// The parts of a token, split where the script changes: `Acme公司` is a name and a word.
fn by_script(token: &str) -> [&str; 3] {
    let is_other = |c: char| !is_unspaced_letter(c);
    if token.is_ascii() || !token.contains(is_other) || !token.contains(is_unspaced_letter) {
        return [token, "", ""];
    }
    let start = token.find(is_unspaced_letter).unwrap_or(token.len());
    let (before, rest) = token.split_at(start);
    let end = rest.find(is_other).unwrap_or(rest.len());
    let (within, behind) = rest.split_at(end);
    [before, within, behind]
}

/// Whether a character is a vowel sign or an accent, and thus a part of the preceding letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{963}')
}

/// The words of a text in lower case, separated by single spaces.
fn spelled(text: &str) -> String {
    let words: Vec<String> = tokens(text).map(str::to_lowercase).collect();
    words.join(" ")
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    const ENDS: [char; 8] = ['.', '!', '?', '。', '！', '？', '।', '\n'];
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.trim().is_empty() {
            return None;
        }
        let ends = rest.char_indices().filter(|(_, c)| ENDS.contains(c)).map(|(at, c)| at + c.len_utf8());
        // A full stop within an address does not end a sentence.
        let is_end = |end: &usize| {
            rest[*end..].chars().next().is_none_or(|c| c.is_whitespace() || !c.is_ascii())
                || rest[..*end].ends_with(|c: char| !c.is_ascii() || c == '\n')
        };
        let (sentence, after) = rest.split_at({ ends }.find(is_end).unwrap_or(rest.len()));
        rest = after;
        Some(sentence.trim())
    })
    .filter(|sentence| !sentence.is_empty())
}

/// Whether a sentence asks the user something: "Which Acme do you mean?", "Please share the address."
fn asks(sentence: &str) -> bool {
    static FIRST: LazyLock<WordSet> = LazyLock::new(|| first_words(words::REQUESTS));
    let is_question = sentence.ends_with(['?', '？', '؟']);
    let first = in_lower_case(tokens(sentence).next().unwrap_or_default());
    let is_known = FIRST.contains(&*first) || first.starts_with(|c: char| c > '\u{2e80}');
    if !is_question && !is_known {
        return false;
    }
    let spelled = format!(" {} ", spelled(sentence));
    words::REQUESTS.iter().any(|request| spelled[1..].starts_with(request))
        || is_question && words::ASKING.iter().any(|asking| contains_in_order(&spelled, asking))
}

/// Whether a text contains the parts of a pattern in order. `*` separates the parts.
fn contains_in_order(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    pattern.split('*').all(|part| {
        let found = rest.find(part);
        rest = found.map_or(rest, |at| &rest[at + part.len()..]);
        found.is_some()
    })
}

/// Whether a list item only says what is absent or where a model looked, and names nothing.
pub(super) fn names_nothing(item: &str) -> bool {
    let spelled = format!("{} ", spelled(item));
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| spelled.starts_with(*beginning));
    let names_a_source = item.contains(':') && begins(words::SOURCES);
    item.contains("://") || names_a_source || begins(words::DENIED_ITEMS) || is_uninformative(item)
}

#[cfg(test)]
mod tests;
