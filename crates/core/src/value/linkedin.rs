//! The type `linkedin_url`: a person's LinkedIn profile; `company` is the type for the pages of companies.
//! This module must not open a page.

pub(super) mod company;
mod page;

use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::{Invalid, domain, invisible, paste};

/// Normalises every spelling of a profile to `https://www.linkedin.com/in/{slug}`.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    match plain_slug(raw) {
        Some(slug) => Ok(format!("{PROFILE}{}", canonical_slug(slug)?)),
        None => pasted(raw),
    }
}

fn pasted(raw: &str) -> Result<String, Invalid> {
    paste::address(raw, profile)
}

const PROFILE: &str = "https://www.linkedin.com/in/";

/// The slug of an address that is already in normal form except for its case and a trailing slash. This is
/// the fast path for most addresses: parsing would give the same result several times slower.
fn plain_slug(raw: &str) -> Option<&str> {
    let slug = raw.strip_prefix(PROFILE)?;
    let slug = slug.strip_suffix('/').unwrap_or(slug);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (!slug.is_empty() && slug.bytes().all(is_plain)).then_some(slug)
}

fn profile(raw: &str) -> Result<String, Invalid> {
    // The fast path: most cells that are tried as profiles are the hosts of companies.
    if domain::plain_host(raw).is_some_and(|host| !host.contains("linkedin.") && !host.contains("lnkd.")) {
        return Err(ELSEWHERE);
    }
    // The host of the address may be missing: `in/jane-doe`.
    let path =
        raw.trim_start_matches('/').split_once('/').filter(|(start, _)| start.eq_ignore_ascii_case("in"));
    let url = match path {
        Some((_, rest)) => domain::web_url(&format!("{PROFILE}{rest}"))?,
        None => domain::landing(domain::web_url(raw)?, 0)?,
    };
    if is_short_link(&url) {
        return Err(Invalid("it is a short link; open it and give the profile's own address"));
    }
    if !is_linkedin(&url) {
        return Err(ELSEWHERE);
    }
    Ok(format!("{PROFILE}{}", canonical_slug(&page::slug(&url)?)?))
}

const ELSEWHERE: Invalid = Invalid("it is not on linkedin.com");

fn is_short_link(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host == "lnkd.in" || host.ends_with(".lnkd.in"))
}

fn is_linkedin(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let plain = url.username().is_empty() && url.password().is_none();
    plain && (host == "linkedin.com" || host.ends_with(".linkedin.com"))
}

/// The canonical form of a slug. LinkedIn ignores the case of a chosen slug, but not of an opaque one
/// (`ACoAA...`).
///
/// The check uses the decoded slug, because `%7Bslug%7D` and `%0D%0A` would pass otherwise.
fn canonical_slug(slug: &str) -> Result<String, Invalid> {
    let decoded = wholly_decoded(slug)?;
    let has_control = decoded.trim().contains(char::is_control);
    let decoded = in_one_form(&decoded);
    if has_control || !decoded.chars().all(is_legal) {
        return Err(Invalid("its profile name has a character that LinkedIn does not allow"));
    }
    if !(3..=150).contains(&decoded.chars().count()) || !decoded.contains(char::is_alphanumeric) {
        return Err(Invalid("the part after `/in/` is not a profile name"));
    }
    if is_placeholder_slug(&decoded) {
        return Err(Invalid("its profile name is a placeholder"));
    }
    Ok(encoded(&decoded))
}

/// The text with characters outside of ASCII in percent-encoding.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The slug without percent-encoding. A slug never contains a percent sign, so an encoded slug may be
/// decoded several times.
fn wholly_decoded(slug: &str) -> Result<String, Invalid> {
    const MOST: usize = 3;
    let mut slug = slug.to_owned();
    for _ in 0..MOST {
        if !slug.contains('%') {
            break;
        }
        slug = paste::decoded(&slug).ok_or(Invalid("its percent-encoding is broken"))?;
    }
    Ok(slug)
}

/// The same form for all slugs that look alike: composed, with plain hyphens, without invisible characters
/// and trailing punctuation, and in lower case unless opaque.
fn in_one_form(decoded: &str) -> String {
    // The slug ends where a query follows whose `?` was encoded or lost, or where a sentence continues.
    let ends = [decoded.find(['?', '&', '#']), decoded.find(", "), decoded.find("; ")];
    let end = ends.into_iter().flatten().min().unwrap_or(decoded.len());
    let visible = invisible::removed(&decoded[..end]);
    let trimmed = visible.trim().trim_end_matches(|c: char| !(c.is_alphanumeric() || is_kept_at_end(c)));
    if is_opaque(trimmed) || is_plain(trimmed) {
        return if is_opaque(trimmed) { trimmed.to_owned() } else { trimmed.to_ascii_lowercase() };
    }
    let composed: String = trimmed.nfkc().map(|c| if is_hyphen(c) { '-' } else { c }).collect();
    let composed: String = composed.to_lowercase().nfkc().collect();
    // Compatibility composition may produce further such characters.
    let composed =
        composed.trim_end_matches(|c: char| c.is_ascii() && !c.is_alphanumeric() && !is_kept_at_end(c));
    invisible::removed(composed).into_owned()
}

fn is_plain(slug: &str) -> bool {
    slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Whether a slug may end in this sign: a hyphen, an emoji, an accent.
fn is_kept_at_end(character: char) -> bool {
    "-_~".contains(character)
        || is_hyphen(character)
        || (!character.is_ascii() && !is_sentence_sign(character))
}

fn is_sentence_sign(character: char) -> bool {
    "“”„‟‘’‚‛«»‹›」』】）＞…、，。；：！？｜".contains(character) || character.is_whitespace()
}

/// Whether a character is a hyphen or dash that word processors write for `-`.
fn is_hyphen(character: char) -> bool {
    matches!(
        character,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

/// Whether LinkedIn made the slug from a member's number. The case of such a slug matters.
fn is_opaque(slug: &str) -> bool {
    const LONG: usize = 20;
    let long = || slug.len() >= LONG && ["AEMA", "ACAA", "AEAA"].iter().any(|start| slug.starts_with(start));
    is_plain(slug) && (slug.starts_with("ACoA") || slug.starts_with("ACwA") || long())
}

fn is_legal(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || "-_.~".contains(character)
    } else {
        let is_private = matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
        !character.is_control() && !character.is_whitespace() && !is_private && character != '\u{fffd}'
    }
}

/// Words that templates and models write in the place of any name.
const PLACEHOLDERS: [&str; 14] = [
    "example",
    "null",
    "nil",
    "nan",
    "none",
    "undefined",
    "unknown",
    "string",
    "slug",
    "placeholder",
    "notavailable",
    "notfound",
    "404",
    "unavailable",
];

/// Whether a slug is a placeholder that templates and models write.
fn is_placeholder_slug(slug: &str) -> bool {
    const WORDS: [&str; 20] = [
        "username",
        "profile",
        "profilename",
        "profileid",
        "yourname",
        "yourprofile",
        "firstlast",
        "firstnamelastname",
        "ceo",
        "ceoname",
        "personname",
        "profilenotfound",
        "profilenotavailable",
        "profileunavailable",
        "noprofile",
        "noprofilefound",
        "nichtgefunden",
        "notknown",
        "nonexistent",
        "nolinkedin",
    ];
    is_placeholder(slug, &WORDS)
}

/// Whether a name in an address is a placeholder: a word for any name, one of `words`, or crossed out.
fn is_placeholder(name: &str, words: &[&str]) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_crossed_out = (3..12).contains(&plain.len()) && plain.chars().all(|c| c == 'x');
    let is_listed = PLACEHOLDERS.iter().chain(words).any(|word| *word == plain);
    name == "n-a" || is_crossed_out || is_listed
}

#[cfg(test)]
mod tests {
    use super::{PROFILE, normalise, pasted, plain_slug};

    proptest::proptest! {
        #[test]
        fn the_fast_path_agrees_with_parsing(slug in "[A-Za-z0-9_-]{0,12}|ACoA[A-Za-z0-9_-]{3,9}|null|n-a", end in "/?") {
            let raw = format!("{PROFILE}{slug}{end}");
            proptest::prop_assert_eq!(plain_slug(&raw).is_some(), !slug.is_empty());
            proptest::prop_assert_eq!(normalise(&raw), pasted(&raw));
        }
    }
}
