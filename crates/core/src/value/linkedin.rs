//! `linkedin_url`: a person's LinkedIn profile.

use url::Url;

use super::{Invalid, domain};

/// Every spelling becomes `https://www.linkedin.com/in/{slug}`.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    match plain_slug(raw) {
        Some(slug) => Ok(format!("{PROFILE}{}", canonical_slug(slug)?)),
        None => parsed(raw),
    }
}

const PROFILE: &str = "https://www.linkedin.com/in/";

/// The slug of an address that is in normal form already but for its case and a slash, as most
/// are: parsing would find the same and takes several times as long.
fn plain_slug(raw: &str) -> Option<&str> {
    let slug = raw.strip_prefix(PROFILE)?;
    let slug = slug.strip_suffix('/').unwrap_or(slug);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (!slug.is_empty() && slug.bytes().all(is_plain)).then_some(slug)
}

fn parsed(raw: &str) -> Result<String, Invalid> {
    if raw.contains(char::is_whitespace) {
        return Err(Invalid("it contains a space"));
    }
    let url = domain::web_url(raw)?;
    if !is_linkedin(&url) {
        return Err(Invalid("it is not on linkedin.com"));
    }
    let mut segments = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
    let mut kind = segments.next().unwrap_or_default();
    if kind == "mwlite" {
        kind = segments.next().unwrap_or_default();
    }
    if !kind.eq_ignore_ascii_case("in") {
        return Err(Invalid("it is not a person's profile (`/in/...`)"));
    }
    let slug = segments.next().ok_or(Invalid("it names no profile after `/in/`"))?;
    Ok(format!("{PROFILE}{}", canonical_slug(slug)?))
}

fn is_linkedin(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let plain = url.username().is_empty() && url.password().is_none();
    plain && (host == "linkedin.com" || host.ends_with(".linkedin.com"))
}

/// LinkedIn ignores the case of a chosen slug, but not that of an opaque one (`ACoAA...`).
///
/// What is checked is the decoded slug, or `%7Bslug%7D` and `%0D%0A` would pass.
fn canonical_slug(slug: &str) -> Result<String, Invalid> {
    const OPAQUE: [&str; 2] = ["ACoA", "ACwA"];
    let mut decoded = decoded(slug).ok_or(Invalid("its percent-encoding is broken"))?;
    if !OPAQUE.iter().any(|start| decoded.starts_with(start)) {
        decoded = decoded.to_lowercase();
    }
    if !decoded.chars().all(is_legal) {
        return Err(Invalid("its profile name has a character that LinkedIn does not allow"));
    }
    if !(3..=150).contains(&decoded.chars().count()) || !decoded.contains(char::is_alphanumeric) {
        return Err(Invalid("what stands after `/in/` is not a profile name"));
    }
    if is_blank_form(&decoded) {
        return Err(Invalid("its profile name is a placeholder"));
    }
    let mut canonical = String::with_capacity(slug.len());
    for byte in decoded.bytes() {
        if byte.is_ascii() {
            canonical.push(char::from(byte));
        } else {
            canonical.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(canonical)
}

/// The text behind the percent-encoding; `None` for a bad triplet or bytes that are no text.
fn decoded(slug: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(slug.len());
    let mut rest = slug.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            u8::try_from(digit()? * 16 + digit()?).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

fn is_legal(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || "-_.~".contains(character)
    } else {
        !character.is_control() && !character.is_whitespace()
    }
}

/// Slugs that templates and models write where they know none. `not-found` may be real.
fn is_blank_form(slug: &str) -> bool {
    const WORDS: [&str; 21] = [
        "null",
        "nil",
        "nan",
        "none",
        "undefined",
        "unknown",
        "string",
        "slug",
        "username",
        "profile",
        "profilename",
        "profileid",
        "placeholder",
        "notavailable",
        "yourname",
        "yourprofile",
        "firstlast",
        "firstnamelastname",
        "ceo",
        "ceoname",
        "personname",
    ];
    let plain: String = slug.chars().filter(|c| c.is_alphanumeric()).collect();
    slug == "n-a" || WORDS.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::{PROFILE, normalise, parsed, plain_slug};

    proptest::proptest! {
        #[test]
        fn a_plain_address_is_read_as_parsing_would(slug in "[A-Za-z0-9_-]{0,12}|ACoA[A-Za-z0-9_-]{3,9}|null|n-a", end in "/?") {
            let raw = format!("{PROFILE}{slug}{end}");
            proptest::prop_assert_eq!(plain_slug(&raw).is_some(), !slug.is_empty());
            proptest::prop_assert_eq!(normalise(&raw), parsed(&raw));
        }
    }
}
