//! The type `url`: a public web address. This module must not open an address.

use super::{Invalid, domain, paste};

/// Normalises an address: adds a missing scheme, normalises the host and removes the fragment. A fragment
/// never reaches a server, so two addresses that differ only in it are the same question.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    match plain_page(raw) {
        Some(page) => Ok(page),
        None => paste::address(raw, page),
    }
}

/// The normal form of an address with a plain host and path. This is the fast path for most addresses:
/// parsing would give the same result several times slower.
fn plain_page(raw: &str) -> Option<String> {
    let (scheme, rest) = match raw.strip_prefix("https://") {
        Some(rest) => ("https", rest),
        None => raw.strip_prefix("http://").map_or(("https", raw), |rest| ("http", rest)),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/');
    let ends_plainly = path.ends_with(|c: char| c == '/' || c.is_ascii_alphanumeric()) || path.is_empty();
    let host = domain::plain_host(host).filter(|_| ends_plainly && path.bytes().all(is_plain))?;
    Some(format!("{scheme}://{host}/{path}"))
}

fn page(raw: &str) -> Result<String, Invalid> {
    let mut url = domain::landing(domain::web_url(raw)?, 0)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Invalid("it contains a user name or a password"));
    }
    let host = domain::host(&url)?;
    url.set_host(Some(&host)).map_err(|_| Invalid("it is not a host name"))?;
    url.set_fragment(None);
    Ok(with_upper_case_triplets(url.as_str()))
}

/// The address with its percent-encoding in upper case: `%c3` and `%C3` are the same byte.
fn with_upper_case_triplets(url: &str) -> String {
    let mut after_percent = 0_u8;
    let upper = |character: char| {
        let is_in_triplet = after_percent > 0;
        after_percent = if character == '%' { 2 } else { after_percent.saturating_sub(1) };
        if is_in_triplet && character.is_ascii_hexdigit() {
            character.to_ascii_uppercase()
        } else {
            character
        }
    };
    url.chars().map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::{page, paste, plain_page};

    proptest::proptest! {
        #[test]
        fn the_fast_path_agrees_with_parsing(
            raw in "(https?://){0,2}(www\\.|https?\\.|http:|in/)?[a-z]{1,3}\\.(com|de|local|ht)(/{0,2}[a-zA-Z0-9_.-]{0,3}){0,3}",
        ) {
            if let Some(plain) = plain_page(&raw) {
                proptest::prop_assert_eq!(Ok(plain), paste::address(&raw, page));
            }
        }
    }
}
