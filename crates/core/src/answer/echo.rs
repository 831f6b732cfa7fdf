//! Detects values that only repeat the question: "One sentence about the company.", "The company with
//! the web domain acme.com."

use serde_json::Value as Json;

use super::format_hint;
use crate::{Column, SemanticType};

/// The length limit for such a text, in bytes.
const LONGEST: usize = 160;

/// Words that templates use beside the words of the question.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "a", "an", "the", "of", "about", "for", "with", "in", "describing", "describe", "describes", "goes", "here", "your", "insert",
    "enter", "fill", "text", "string", "strings", "value", "values", "sentence", "sentences", "short", "brief", "one", "two", "list",
    "array", "item", "items", "company", "business", "placeholder", "this", "is",
];

/// Whether a text, or every text of a list, consists only of the question's words. An address counts
/// only as a whole: "Jane Doe" does not repeat `jane-doe.com`.
pub(super) fn repeats(json: &Json, column: &Column, subject: &str) -> bool {
    match (json, column.kind) {
        (Json::String(text), SemanticType::Text | SemanticType::List) => repeats_text(text, column, subject),
        (Json::Array(items), SemanticType::List) => {
            !items.is_empty() && items.iter().all(|item| item.is_string() && repeats(item, column, subject))
        }
        _ => false,
    }
}

fn repeats_text(text: &str, column: &Column, subject: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let words = || text.split_whitespace().map(bare).filter(|word| !word.is_empty());
    let is_of = |word: &str, words: &str| {
        words.split(|c: char| !c.is_alphanumeric()).any(|known| known.eq_ignore_ascii_case(word))
    };
    let is_repeated = |word: &str| {
        let known = [column.name.as_str(), column.question(), format_hint(column.kind), subject];
        let may_be = FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word))
            || known.iter().any(|words| holds(words, word));
        if !may_be {
            return false;
        }
        if word.contains('.') {
            return subject.split_whitespace().any(|asked| bare(asked).eq_ignore_ascii_case(word));
        }
        let hosts_apart = subject.split_whitespace().filter(|word| !bare(word).contains('.'));
        FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word))
            || [&*column.name, column.question(), format_hint(column.kind)]
                .iter()
                .any(|words| is_of(word, words))
            || { hosts_apart }.any(|asked| bare(asked).eq_ignore_ascii_case(word))
    };
    let parts = ['_', '/', '-'];
    let has_repeated_parts = |word: &str| word.split(parts).all(|part| part.is_empty() || is_repeated(part));
    words().next().is_some()
        && words().all(|word| is_repeated(word) || word.contains(parts) && has_repeated_parts(word))
}

/// Whether a text contains a word, possibly within another word. A fast check, nearly always false.
fn holds(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else { return true };
    let ends = (text.len() + 1).saturating_sub(word.len());
    (0..ends).any(|at| {
        text[at].eq_ignore_ascii_case(first) && text[at..at + word.len()].eq_ignore_ascii_case(word)
    })
}

/// A word without punctuation around it, and an address without its scheme and `www.`.
fn bare(word: &str) -> &str {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let word = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://")).unwrap_or(word);
    word.strip_prefix("www.").unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn repetitions_of_the_question_are_detected() {
        let column = Column::optional(
            "company_description",
            SemanticType::Text,
            "what the company does, in one sentence",
        );
        let subject = "Research the company with the web domain jane-doe.com.";
        for text in [
            "The company with the web domain jane-doe.com.",
            "One sentence about the company.",
            "[company_description]",
            "https://jane-doe.com/",
            "{{description}}",
        ] {
            assert!(repeats(&json!(text), &column, subject), "{text}");
        }
        for text in ["", "Jane Doe", "The company bakes bread.", "jane.com", "Web domain registrar"] {
            assert!(!repeats(&json!(text), &column, subject), "{text}");
        }
    }
}
