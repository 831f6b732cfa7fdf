//! Whether a value only repeats the words of the question: "One sentence about the company.",
//! "The company with the web domain acme.com."

use serde_json::Value as Json;

use super::form;
use crate::{Column, SemanticType};

/// How long such a text is at the most, in bytes.
const LONGEST: usize = 160;

/// Words of templates, beside those of the question.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "a", "an", "the", "of", "about", "for", "with", "in", "describing", "describe", "describes", "goes", "here", "your", "insert",
    "enter", "fill", "text", "string", "strings", "value", "values", "sentence", "sentences", "short", "brief", "one", "two", "list",
    "array", "item", "items", "company", "business", "placeholder", "this", "is",
];

/// Whether a text, or each text of a list, has no word that is not the question's. An address counts
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
        let known = [column.name.as_str(), column.question(), form(column.kind), subject];
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
            || [&*column.name, column.question(), form(column.kind)].iter().any(|words| is_of(word, words))
            || { hosts_apart }.any(|asked| bare(asked).eq_ignore_ascii_case(word))
    };
    let parts = ['_', '/', '-'];
    let has_repeated_parts = |word: &str| word.split(parts).all(|part| part.is_empty() || is_repeated(part));
    words().next().is_some()
        && words().all(|word| is_repeated(word) || word.contains(parts) && has_repeated_parts(word))
}

/// Whether a text has a word in it, be it as a part of another: nearly always it has not.
fn holds(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else { return true };
    let ends = (text.len() + 1).saturating_sub(word.len());
    (0..ends).any(|at| {
        text[at].eq_ignore_ascii_case(first) && text[at..at + word.len()].eq_ignore_ascii_case(word)
    })
}

/// A word without the signs around it, and an address without its scheme.
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
    fn what_repeats_the_question() {
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
