//! Detects that an answer's words disown a profile address or assign it to somebody else. Such an
//! address would be a wrong cell, and a profile bought for nothing. An empty cell is better.

/// Whether the text around an address says that the address belongs to somebody else, or the address
/// was cut off.
pub(super) fn is_disowned(text: &str) -> bool {
    let is_address = |part: &&str| part.contains("://") || part.contains("linkedin.com");
    let is_cut = text.split_whitespace().filter(is_address).any(|part| {
        let part = part.trim_end_matches(['"', '\'', '>', '`', '*', ')', ']']);
        part.ends_with("...") || part.ends_with('…')
    });
    let words = text.split_whitespace().filter(|part| !is_address(part));
    let mut words =
        words.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’'));
    is_cut || words.any(|word| is_doubt(&word.to_lowercase()))
}

fn is_doubt(word: &str) -> bool {
    const WORDS: [&str; 52] = [
        "not",
        "no",
        "wrong",
        "incorrect",
        "former",
        "formerly",
        "ex",
        "previous",
        "previously",
        "old",
        "outdated",
        "founder",
        "founders",
        "cofounder",
        "cofounders",
        "co",
        "deputy",
        "brother",
        "sister",
        "wife",
        "husband",
        "son",
        "daughter",
        "father",
        "mother",
        "colleague",
        "assistant",
        "chairman",
        "chairwoman",
        "cfo",
        "cto",
        "coo",
        "cmo",
        "possibly",
        "maybe",
        "perhaps",
        "might",
        "unverified",
        "unconfirmed",
        "unclear",
        "similar",
        "private",
        "placeholder",
        "example",
        "another",
        "namesake",
        "nicht",
        "andere",
        "anderer",
        "inexistant",
        "removed",
        "404",
    ];
    WORDS.contains(&word) || word.ends_with("'s") || word.ends_with("’s")
}

#[cfg(test)]
mod tests {
    use super::is_disowned;

    #[test]
    fn an_address_in_doubt_is_rejected() {
        for text in [
            "Wrong person: https://www.linkedin.com/in/bob-roe",
            "https://www.linkedin.com/in/bob-roe (former CEO)",
            "her co-founder: linkedin.com/in/bob-roe",
            "no profile; her brother is https://www.linkedin.com/in/bob-roe",
            "Bob Roe's: https://www.linkedin.com/in/bob-roe",
            "https://www.linkedin.com/in/jane...",
            "https://www.linkedin.com/in/jane-doe…",
        ] {
            assert!(is_disowned(text), "{text}");
        }
        for text in [
            "https://www.linkedin.com/in/not-a-former-founder",
            "LinkedIn: https://www.linkedin.com/in/jane-doe",
            "https://www.linkedin.com/in/jane-doe (verified, Jane Doe)",
            "[Jane Doe](https://www.linkedin.com/in/jane-doe)",
            "https://www.linkedin.com/in/jane-doe.",
        ] {
            assert!(!is_disowned(text), "{text}");
        }
    }
}
