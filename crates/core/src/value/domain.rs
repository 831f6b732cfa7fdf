//! `domain`: the host name a company is known by.

use url::{Host, Url};

use super::{Invalid, shared};

/// `https://www.Acme.com/about` becomes `acme.com`.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    // An `@` further on is part of a page's address: `acme.com/@team`.
    let authority = raw.split_once("://").map_or(raw, |(_, rest)| rest).trim_start_matches('/');
    if authority.split(['/', '\\', '?', '#']).next().is_some_and(|host| host.contains('@')) {
        return Err(Invalid("it looks like an e-mail address"));
    }
    if raw.contains(char::is_whitespace) {
        return Err(Invalid("it contains a space"));
    }
    let url = web_url(raw)?;
    let host = host(&url)?;
    let host = strip_www(&host);
    if shared::is_shared(host) && names_a_page(&url) {
        return Err(Invalid("it is a page on a site that many share; give the company's own domain"));
    }
    Ok(host.to_owned())
}

/// Whether more than the host is given.
fn names_a_page(url: &Url) -> bool {
    !url.path().trim_matches('/').is_empty() || url.query().is_some() || url.fragment().is_some()
}

/// Parses an http or https address whose scheme may be missing.
pub(super) fn web_url(raw: &str) -> Result<Url, Invalid> {
    let rest = match raw.split_once("://") {
        Some((scheme, rest)) if is_http(scheme) => rest,
        Some((scheme, _)) if !scheme.contains(['/', '?', '#', '.']) => {
            return Err(Invalid("only http and https addresses are read"));
        }
        _ => raw.strip_prefix("//").unwrap_or(raw),
    };
    if rest.starts_with(['/', '\\']) {
        return Err(Invalid("it has no host name"));
    }
    let scheme =
        if raw.len() >= 5 && raw.as_bytes()[..5].eq_ignore_ascii_case(b"http:") { "http" } else { "https" };
    Url::parse(&format!("{scheme}://{rest}")).map_err(|_| Invalid("it is not an address"))
}

/// The host of `url` if it is a public name: an address such as 10.0.0.1, `localhost` or a
/// name without a dot is never asked about.
pub(super) fn host(url: &Url) -> Result<String, Invalid> {
    let Some(Host::Domain(host)) = url.host() else {
        return Err(Invalid("it is an IP address or has no host name"));
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let labels: Vec<&str> = host.split('.').collect();
    let top = labels.last().copied().unwrap_or_default();
    if labels.len() < 2 {
        return Err(Invalid("it has no dot"));
    }
    if host.len() > 253 || !labels.iter().all(|label| is_label(label)) {
        return Err(Invalid("it is not a host name"));
    }
    if top.len() < 2 || top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Invalid("it does not end in a top-level domain"));
    }
    if ["local", "localhost", "internal", "localdomain"].contains(&top) {
        return Err(Invalid("it is an internal name"));
    }
    Ok(host.to_owned())
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !label.is_empty()
        && label.len() <= 63
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Strips every leading `www.` as long as a name with a dot remains: `www.com` is a name.
fn strip_www(mut host: &str) -> &str {
    while let Some(rest) = host.strip_prefix("www.").filter(|rest| rest.contains('.')) {
        host = rest;
    }
    host
}
