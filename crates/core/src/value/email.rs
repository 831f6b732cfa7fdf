//! The type `email`: an e-mail address. This module must not check that a mailbox exists.

use super::{Invalid, domain, paste};

/// Normalises an address to lower case with the host in normal form. The part before the `@` is
/// case-sensitive in theory, but no current mail service distinguishes such addresses.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    paste::address(raw, address)
}

/// Labels that people write before an address. Other text before a colon may be a user name.
const LABELS: [&str; 6] = ["mailto", "smtp", "email", "e-mail", "mail", "contact"];

/// Reads an address without surrounding text, with or without `mailto:`.
pub(super) fn address(raw: &str) -> Result<String, Invalid> {
    let decoded = if raw.contains("%40") { paste::decoded(raw) } else { None };
    let raw = decoded.as_deref().unwrap_or(raw);
    let (label, raw) = match raw.split_once(':') {
        Some((label, rest)) if LABELS.iter().any(|known| known.eq_ignore_ascii_case(label)) => (label, rest),
        _ => ("", raw),
    };
    // Such a link may have parameters: `mailto:jane@acme.com?subject=Hello`.
    let raw = if label.is_empty() { raw } else { raw.split('?').next().unwrap_or(raw) };
    let (local, host) = raw.rsplit_once('@').ok_or(Invalid("it has no `@`"))?;
    let legal = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if local.is_empty() || local.len() > 64 || dots || !local.chars().all(legal) {
        return Err(Invalid("the part before the `@` is not a mailbox"));
    }
    if host.contains(['/', ':', '?', '#', '\\']) || host.contains(char::is_whitespace) {
        return Err(Invalid("the part after the `@` is not a host name"));
    }
    let host = domain::host(&domain::web_url(host)?)?;
    Ok(format!("{}@{host}", local.to_lowercase()))
}
