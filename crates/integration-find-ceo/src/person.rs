//! Tells a person's name from a remark about one.

use marl_core::{Fields, Value};

/// Brings `output` down to the name it holds, or drops it when it holds none.
pub(crate) fn keep_only_a_name(fields: &mut Fields, output: &'static str) {
    let Some(field) = fields.get(output).cloned() else { return };
    fields.remove(output);
    fields.set(output, field.value.as_text().and_then(name).map(Value::Text));
    if let Some(source) = field.source {
        fields.set_source(&source);
    }
}

/// "Jane Doe (since 2020)" and "Jane Doe, CEO" hold a name; a sentence does not.
fn name(text: &str) -> Option<String> {
    let end = text.find(['(', ',', ';', '|', '[']).unwrap_or(text.len());
    let name = text[..end].split(" - ").next().unwrap_or_default().trim();
    let words: Vec<&str> = name.split(' ').collect();
    let plausible = (1..=7).contains(&words.len())
        && name.chars().count() <= 80
        && words.iter().all(|word| is_name_part(word))
        && !name.ends_with(['!', '?', ':'])
        && words.iter().any(|word| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_ascii()));
    plausible.then(|| name.to_owned())
}

/// Letters, and the marks that names have; no word that only sentences have.
fn is_name_part(word: &str) -> bool {
    const SENTENCE: [&str; 22] = [
        "the",
        "is",
        "was",
        "are",
        "has",
        "not",
        "no",
        "could",
        "find",
        "found",
        "of",
        "company",
        "ceo",
        "i",
        "currently",
        "unable",
        "information",
        "as",
        "publicly",
        "unclear",
        "please",
        "there",
    ];
    let letters = |c: char| c.is_alphabetic() || "'’.-‐‑`´".contains(c);
    word.chars().all(letters) && !SENTENCE.contains(&word.to_lowercase().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_told_from_remarks() {
        for (text, expect) in [
            ("Jane Doe", Some("Jane Doe")),
            ("William M. Brown", Some("William M. Brown")),
            ("Marguerite Bérard", Some("Marguerite Bérard")),
            ("Conor O'Brien-Smith Jr.", Some("Conor O'Brien-Smith Jr.")),
            ("Jane Doe (since 2020)", Some("Jane Doe")),
            ("Jane Doe, CEO", Some("Jane Doe")),
            ("李彦宏", Some("李彦宏")),
            ("Ludwig van der Berg", Some("Ludwig van der Berg")),
            ("The CEO is Jane Doe", None),
            ("I could not find it", None),
            ("not found", None),
            ("see https://acme.com", None),
            ("Jane Doe is the CEO of Acme", None),
            ("12", None),
        ] {
            assert_eq!(name(text).as_deref(), expect, "{text}");
        }
    }
}
