//! Finds the word that was probably meant. This module knows no words itself.

/// The known word that is nearest to `word`, if one is near.
pub(super) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |word: &str| word.to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    let score = |known: &str| strsim::jaro_winkler(&word, &plain(known));
    let scored = known.iter().map(|known| (score(known), *known));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.8).then_some(best.1)
}

/// The hint for an unknown word: the nearest one, and all that are known.
pub(super) fn advice(word: &str, known: &[&str]) -> String {
    let all = known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    match (nearest(word, known), known.is_empty()) {
        (_, true) => "leave it out".to_owned(),
        (Some(near), _) if known.len() > 1 => format!("did you mean `{near}`? There are {all}"),
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, _) => format!("write one of {all}"),
    }
}
