//! Finds the word that the user probably meant.

/// The candidate nearest to `word`, if it is near enough to be a typing mistake.
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

/// Whether one name is probably the other with a typing mistake: they differ by a letter or two, ignoring
/// case.
pub fn is_slip(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let length = one.chars().count().min(other.chars().count());
    let most = if length < 3 { 0 } else { 1 + usize::from(length > 5) };
    // Names that end in different numbers are a series: `phone_1`, `phone_2`.
    let is_numbered = |name: &str| name.ends_with(|c: char| c.is_ascii_digit());
    let is_series = is_numbered(&one) && is_numbered(&other);
    !is_series && strsim::osa_distance(&one, &other) <= most
}

#[cfg(test)]
mod tests {
    use super::{is_slip, nearest};

    #[test]
    fn a_typing_mistake_is_a_letter_or_two() {
        for (one, other) in [("CE0", "CEO"), ("Colum", "Column"), ("ceo", "CEO"), ("Employes", "Employees")] {
            assert!(is_slip(one, other), "{one} {other}");
        }
        for (one, other) in [("CEO", "New CEO"), ("a", "b"), ("CEO", "CFOs"), ("phone_1", "phone_2")] {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }

    #[test]
    fn the_intended_word_is_found() {
        let words = ["linkedin_profile", "find_ceo", "web_research"];
        assert_eq!(nearest("linkedin", words), Some("linkedin_profile"));
        assert_eq!(nearest("findceo", words), Some("find_ceo"));
        assert_eq!(nearest("web-reserch", words), Some("web_research"));
        assert_eq!(nearest("zzz", words), None);
    }
}
