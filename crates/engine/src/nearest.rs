//! The word that was probably meant.

/// The candidate nearest to `word`, if one is near enough to be a slip of the fingers.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    let scored = candidates.into_iter().map(|candidate| {
        let other = plain(candidate);
        let contained =
            word.len() >= 3 && (other.contains(&word) || (other.len() >= 3 && word.contains(&other)));
        let score = strsim::jaro_winkler(&word, &other).max(if contained { 0.86 } else { 0.0 });
        (score, candidate)
    });
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.8).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_word_that_was_meant() {
        let words = ["linkedin_profile", "find_ceo", "web_research"];
        assert_eq!(nearest("linkedin", words), Some("linkedin_profile"));
        assert_eq!(nearest("findceo", words), Some("find_ceo"));
        assert_eq!(nearest("web-reserch", words), Some("web_research"));
        assert_eq!(nearest("zzz", words), None);
    }
}
