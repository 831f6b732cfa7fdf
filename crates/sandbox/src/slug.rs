//! LinkedIn's slugs: where they are in an address, and the names in them. This module must not know whether
//! a profile exists.

/// The slug in a profile address, in lower case unless it is opaque.
pub(crate) fn slug(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/')?;
    let host = host.to_lowercase();
    let path = path.split(['?', '#']).next()?;
    let (kind, slug) = path.split_once('/')?;
    let slug = slug.split('/').next()?;
    let on_linkedin = host == "linkedin.com" || host.ends_with(".linkedin.com");
    let legal = |c: char| c.is_alphanumeric() || "-_.~%".contains(c);
    if !on_linkedin || !kind.eq_ignore_ascii_case("in") || slug.is_empty() || !slug.chars().all(legal) {
        return None;
    }
    let opaque = slug.starts_with("ACoA") || slug.starts_with("ACwA");
    Some(if opaque { slug.to_owned() } else { slug.to_lowercase() })
}

/// The name in a slug: "jane-doe-1b2" is Jane Doe.
pub(crate) fn name_of(slug: &str) -> String {
    let decoded = percent_decoded(slug);
    let is_name =
        |word: &&str| *word != "sandbox" && word.chars().all(char::is_alphabetic) && !word.is_empty();
    let words: Vec<String> = decoded.split(['-', '_', '.']).filter(is_name).map(capitalised).collect();
    if words.is_empty() { "Sample Person".to_owned() } else { words.join(" ") }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten();
        let hex = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_read_from_addresses() {
        let check = |url: &str, wanted: Option<&str>| assert_eq!(slug(url).as_deref(), wanted, "{url}");
        check("https://www.linkedin.com/in/Jane-Doe/", Some("jane-doe"));
        check("de.linkedin.com/in/jane-doe?trk=x", Some("jane-doe"));
        check("https://www.linkedin.com/in/ACoAAExample", Some("ACoAAExample"));
        check("https://www.linkedin.com/company/acme", None);
        check("https://linkedin.com.evil.example/in/jane", None);
        check("https://www.linkedin.com/in/", None);
        check("rubbish", None);
    }

    #[test]
    fn names_come_from_slugs() {
        assert_eq!(name_of("jane-doe-1b2"), "Jane Doe");
        assert_eq!(name_of("jos%C3%A9-garc%c3%ada"), "José García");
        assert_eq!(name_of("12345"), "Sample Person");
        assert_eq!(name_of("100%-sure%zz"), "Sample Person");
    }
}
