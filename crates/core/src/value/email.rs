//! `email`: an e-mail address.

use super::{Invalid, domain};

/// Lower case, and the host in normal form. Case can matter in theory before the `@`; no
/// mail service of today tells such addresses apart.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    let raw = raw.strip_prefix("mailto:").unwrap_or(raw);
    let (local, host) = raw.rsplit_once('@').ok_or(Invalid("it has no `@`"))?;
    let legal = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if local.is_empty() || local.len() > 64 || dots || !local.chars().all(legal) {
        return Err(Invalid("what stands before the `@` is not a mailbox"));
    }
    if host.contains(['/', ':', '?', '#', '\\']) || host.contains(char::is_whitespace) {
        return Err(Invalid("what stands after the `@` is not a host name"));
    }
    let host = domain::host(&domain::web_url(host)?)?;
    Ok(format!("{}@{host}", local.to_lowercase()))
}
