//! `url`: a public web address.

use super::{Invalid, domain};

/// Scheme added when missing, host in normal form, fragment dropped: it never reaches a
/// server, so two addresses that differ in it alone are the same question.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    if raw.contains(char::is_whitespace) {
        return Err(Invalid("it contains a space"));
    }
    let mut url = domain::web_url(raw)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Invalid("it carries a user name or a password"));
    }
    let host = domain::host(&url)?;
    url.set_host(Some(&host)).map_err(|_| Invalid("it is not a host name"))?;
    url.set_fragment(None);
    Ok(url.into())
}
