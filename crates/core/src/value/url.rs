//! `url`: a public web address.

use super::{Invalid, domain, paste};

/// Scheme added when missing, host in normal form, fragment dropped: it never reaches a
/// server, so two addresses that differ in it alone are the same question.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    paste::address(raw, page)
}

fn page(raw: &str) -> Result<String, Invalid> {
    let mut url = domain::landing(domain::web_url(raw)?, 0)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Invalid("it carries a user name or a password"));
    }
    let host = domain::host(&url)?;
    url.set_host(Some(&host)).map_err(|_| Invalid("it is not a host name"))?;
    url.set_fragment(None);
    Ok(with_upper_case_triplets(url.as_str()))
}

/// `%c3` as `%C3`: both are the same byte.
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
