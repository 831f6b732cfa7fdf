//! `linkedin_url`: a person's LinkedIn profile.

use url::Url;

use super::{Invalid, domain};

/// Every spelling becomes `https://www.linkedin.com/in/{slug}`. Percent-encoding is kept.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
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
    Ok(format!("https://www.linkedin.com/in/{}", canonical_slug(slug)?))
}

fn is_linkedin(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let plain = url.username().is_empty() && url.password().is_none();
    plain && (host == "linkedin.com" || host.ends_with(".linkedin.com"))
}

/// LinkedIn ignores the case of a chosen slug, but not that of an opaque one (`ACoAA...`).
fn canonical_slug(slug: &str) -> Result<String, Invalid> {
    const OPAQUE: [&str; 2] = ["ACoA", "ACwA"];
    let opaque = OPAQUE.iter().any(|start| slug.starts_with(start));
    let mut canonical = String::with_capacity(slug.len());
    let mut in_triplet: u8 = 0;
    for character in slug.chars() {
        let legal = character.is_ascii_alphanumeric() || "-_.~%".contains(character);
        if !legal {
            return Err(Invalid("its profile name has a character that LinkedIn does not allow"));
        }
        if character == '%' {
            in_triplet = 3;
        }
        canonical.push(match () {
            () if in_triplet > 0 => character.to_ascii_uppercase(),
            () if opaque => character,
            () => character.to_ascii_lowercase(),
        });
        in_triplet = in_triplet.saturating_sub(1);
    }
    Ok(canonical)
}
