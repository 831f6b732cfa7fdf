//! `domain`: the host name a company is known by.

use url::{Host, Url};

use super::{Invalid, email, paste, redirect, shared};

/// `https://www.Acme.com/about` becomes `acme.com`, and so does `jane@acme.com`.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    match plain_host(raw) {
        Some(host) => own_host(host).map(str::to_owned),
        None => pasted(raw),
    }
}

fn pasted(raw: &str) -> Result<String, Invalid> {
    paste::address(raw, company_host)
}

/// A public host in normal form that stands alone, as in most cells: parsing would find the same
/// and takes several times as long. `xn--` says that a label has to be decoded and checked.
pub(super) fn plain_host(raw: &str) -> Option<&str> {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    (raw.bytes().all(is_plain) && !raw.contains("xn--") && public_name(raw).is_ok()).then_some(raw)
}

fn company_host(raw: &str) -> Result<String, Invalid> {
    if let Some(host) = mail_host(raw) {
        return own_host(&host?).map(str::to_owned);
    }
    let url = landing(web_url(raw)?, 0)?;
    if !url.username().is_empty() || url.password().is_some() || authority(raw).contains('@') {
        return Err(Invalid("it carries a user name"));
    }
    let host = host(&url)?;
    let host = own_host(&host)?;
    if shared::is_shared(host) && names_a_page(&url) {
        return Err(Invalid("it is a page on a site that many share; give the company's own domain"));
    }
    Ok(host.to_owned())
}

/// The host of an e-mail address, or of `@acme.com`; `None` for what is no e-mail address.
fn mail_host(raw: &str) -> Option<Result<String, Invalid>> {
    if raw.contains("://") || !authority(raw).contains('@') && !raw.contains("%40") {
        return None;
    }
    if let Some(host) = raw.strip_prefix('@') {
        return Some(web_url(host).and_then(|url| self::host(&url)));
    }
    let address = email::address(raw);
    Some(address.map(|address| address.rsplit('@').next().unwrap_or_default().to_owned()))
}

/// What stands before the path. An `@` further on is part of a page's address: `acme.com/@team`.
fn authority(raw: &str) -> &str {
    let raw = raw.split_once("://").map_or(raw, |(_, rest)| rest).trim_start_matches('/');
    raw.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

/// The host without `www.`, unless it is one that many share.
fn own_host(host: &str) -> Result<&str, Invalid> {
    let host = strip_www(host);
    if shared::is_mail_service(host) {
        return Err(Invalid(
            "it belongs to an e-mail provider that many share, not to one company; give the company's own domain",
        ));
    }
    if shared::is_nobodys(host) {
        return Err(Invalid("it is a service that many share; give the company's own domain"));
    }
    Ok(host)
}

/// Whether more than the host is given.
fn names_a_page(url: &Url) -> bool {
    !url.path().trim_matches('/').is_empty() || url.query().is_some() || url.fragment().is_some()
}

/// Where a link leads, if it is one that leads through another site.
pub(super) fn landing(url: Url, depth: u8) -> Result<Url, Invalid> {
    const MOST: u8 = 4;
    match redirect::target(&url) {
        Some(target) if depth < MOST => landing(web_url(&target)?, depth + 1),
        Some(_) => Err(Invalid("it leads through too many other sites")),
        None => Ok(url),
    }
}

/// Parses an http or https address whose scheme may be missing or mistyped.
pub(super) fn web_url(raw: &str) -> Result<Url, Invalid> {
    let paste::Web { scheme, rest } = paste::web(raw)?;
    Url::parse(&format!("{scheme}://{rest}")).map_err(|_| Invalid("it is not an address"))
}

/// The host of `url` if it is a public name: an address such as 10.0.0.1, `localhost` or a
/// name without a dot is never asked about.
pub(super) fn host(url: &Url) -> Result<String, Invalid> {
    let Some(Host::Domain(host)) = url.host() else {
        return Err(Invalid("it is an IP address or has no host name"));
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    public_name(host).map(|()| host.to_owned())
}

/// Whether a host in normal form is a public name.
fn public_name(host: &str) -> Result<(), Invalid> {
    let Some((_, top)) = host.rsplit_once('.') else { return Err(Invalid("it has no dot")) };
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err(Invalid("it is not a host name"));
    }
    if INTERNAL.contains(&top) || host.ends_with(".home.arpa") {
        return Err(Invalid("it is an internal name"));
    }
    if is_top_level(top) { Ok(()) } else { Err(Invalid("it does not end in a top-level domain")) }
}

/// Names that end so are a network's own.
const INTERNAL: [&str; 9] =
    ["local", "localhost", "localdomain", "internal", "intranet", "lan", "home", "corp", "private"];

/// Whether a public host may end so: by IANA's list, or as a name that is set apart for examples.
/// A country may be younger than the list; two letters are nothing else.
fn is_top_level(top: &str) -> bool {
    let is_country = top.len() == 2 && top.bytes().all(|byte| byte.is_ascii_lowercase());
    top != "arpa" && (is_country || ["example", "test"].contains(&top) || tld::exist(top))
}

fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !label.is_empty()
        && label.len() <= 63
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Strips every leading `www.` as long as a name with a dot remains: `www.com` is a name. A
/// scheme typed with a dot (`https.acme.com`) is stripped like it.
fn strip_www(mut host: &str) -> &str {
    while let Some((first, rest)) = host.split_once('.').filter(|(_, rest)| rest.contains('.')) {
        let number = first.strip_prefix("www");
        let is_www = number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        if !is_www && !["http", "https"].contains(&first) {
            break;
        }
        host = rest;
    }
    host
}

#[cfg(test)]
mod tests {
    use super::{normalise, pasted, plain_host};

    proptest::proptest! {
        #[test]
        fn a_plain_host_is_read_as_parsing_would(
            raw in "(www\\.|https?\\.|http|xn--|-)?([a-z0-9-]{1,3}|[a-z]{64}|0x1f|gmail|facebook|bit)\\.{1,2}(co\\.|www\\.|127\\.0\\.)?(com|de|uk|ly|http|https|local|arpa|1|zz|example|x|com\\.|-)",
        ) {
            proptest::prop_assert_eq!(normalise(&raw), pasted(&raw));
        }
    }

    #[test]
    fn most_hosts_are_plain() {
        assert!(["acme.com", "www.acme-1.co.uk", "a.example"].iter().all(|host| plain_host(host).is_some()));
        let others = ["acme", "Acme.com", "acme.com.", "xn--acm-fpa.de", "10.0.0.1", "acme.local", "a..com"];
        assert!(others.iter().all(|host| plain_host(host).is_none()));
    }
}
