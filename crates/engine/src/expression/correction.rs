//! Guesses the correction of a text that is not an expression.
//!
//! The caller checks each guess like any other text. The guesses are made from the text alone, since most of
//! these texts cannot be parsed.

use super::{
    Correction, ExpressionError,
    columns::{quoted, reference},
};

/// Possible corrections, the likeliest first.
pub(super) fn guesses(text: &str, error: &ExpressionError, columns: &[&str]) -> Vec<String> {
    let mut guesses = Vec::new();
    if let Some(Correction::Name(wrong, near)) = error.correction.as_deref() {
        guesses.extend(in_row(text, wrong, near));
        guesses.extend(replaced(text, wrong, &reference(near)));
    }
    let named = with_names(text, columns);
    let signs = with_signs(text);
    let both = named.as_deref().and_then(with_signs);
    guesses.extend([named, signs, both].into_iter().flatten());
    guesses
}

/// The text with another name in `row["..."]`.
fn in_row(text: &str, wrong: &str, near: &str) -> Option<String> {
    let double = format!("row[{}]", quoted(wrong));
    let single = format!("row['{wrong}']");
    let found = [double, single].into_iter().find(|form| text.contains(form.as_str()))?;
    Some(text.replace(&found, &reference(near)))
}

/// The text with the names of columns that are not plain words in `row["..."]`.
fn with_names(text: &str, columns: &[&str]) -> Option<String> {
    let mut names: Vec<&str> = columns.iter().copied().filter(|name| reference(name) != *name).collect();
    // A name may be the beginning of another name.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let found = names
        .into_iter()
        .fold(text.to_owned(), |text, name| replaced(&text, name, &reference(name)).unwrap_or(text));
    (found != text).then_some(found)
}

/// The text with the operators of CEL in place of those of SQL and other languages.
fn with_signs(text: &str) -> Option<String> {
    const WORDS: [(&str, &str); 6] =
        [("and", "&&"), ("AND", "&&"), ("or", "||"), ("OR", "||"), ("not", "!"), ("NOT", "!")];
    let mut found =
        WORDS.iter().fold(text.to_owned(), |text, (word, sign)| replaced(&text, word, sign).unwrap_or(text));
    found = outside(&found, |part| {
        let part = part.replace("<>", "!=");
        let mut repaired = String::with_capacity(part.len());
        let characters: Vec<char> = part.chars().collect();
        for (at, c) in characters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| characters.get(at));
            let is_alone = *c == '='
                && characters.get(at + 1) != Some(&'=')
                && !before.is_some_and(|before| "=!<>".contains(*before));
            repaired.push(*c);
            repaired.extend(is_alone.then_some('='));
        }
        repaired
    });
    (found != text).then_some(found)
}

/// The text with every `word` outside quotes replaced; `None` if there is none.
fn replaced(text: &str, word: &str, by: &str) -> Option<String> {
    if word.trim().is_empty() {
        return None;
    }
    let found = outside(text, |part| {
        let mut made = String::with_capacity(part.len());
        let mut rest = part;
        while let Some(at) = rest.find(word) {
            let (before, after) = (&rest[..at], &rest[at + word.len()..]);
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let whole = !before.chars().next_back().is_some_and(|c| is_part(c) || c == '.')
                && !after.starts_with(is_part);
            made.push_str(before);
            made.push_str(if whole { by } else { word });
            rest = after;
        }
        made.push_str(rest);
        made
    });
    (found != text).then_some(found)
}

/// The text with its parts outside quotes changed.
fn outside(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        made.push_str(&change(&rest[..start]));
        let quote = rest[start..].chars().next().unwrap_or('"');
        let end = end_of_quote(&rest[start..], quote);
        made.push_str(&rest[start..start + end]);
        rest = &rest[start + end..];
    }
    made.push_str(&change(rest));
    made
}

/// The length of a quoted text, including its quotes; everything that remains if it is not closed.
fn end_of_quote(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use marl_core::SemanticType;

    use crate::expression::{Correction, Expression};

    #[test]
    fn a_text_is_corrected_only_into_a_valid_one() {
        let columns = ["Company Name", "Company", "employees", "Head-Count", "städte"];
        let columns = columns.map(|name| (name, SemanticType::Text));
        for (text, expect) in [
            ("Company Name == \"Acme\"", Some("row[\"Company Name\"] == \"Acme\"")),
            ("'Company Name' == Company Name", Some("'Company Name' == row[\"Company Name\"]")),
            ("Head-Count == \"\"", Some("row[\"Head-Count\"] == \"\"")),
            ("städte == 'Ulm'", Some("row[\"städte\"] == 'Ulm'")),
            ("Company = 'x'", Some("Company == 'x'")),
            ("Company Name = 'a = b'", Some("row[\"Company Name\"] == 'a = b'")),
            ("Company == 'x' AND employees != ''", Some("Company == 'x' && employees != ''")),
            ("Company <> 'and'", Some("Company != 'and'")),
            ("Compani == 'Compani'", Some("Company == 'Compani'")),
            ("row[\"Company Nmae\"] == ''", Some("row[\"Company Name\"] == ''")),
            ("row['Company Nmae'] == ''", Some("row[\"Company Name\"] == ''")),
            ("Company ==", None),
            ("Company 'x", None),
            ("((((", None),
            ("zzz == Company Nam", None),
        ] {
            let error = Expression::condition(text, &columns).unwrap_err();
            let repaired = match error.correction.as_deref() {
                Some(Correction::Text(repaired)) => Some(repaired),
                _ => None,
            };
            assert_eq!(repaired.map(String::as_str), expect, "{text}");
            if let Some(repaired) = repaired {
                Expression::condition(repaired, &columns).unwrap();
                assert!(!error.hints.is_empty(), "{text}");
            }
        }
    }
}
