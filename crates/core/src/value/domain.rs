//! The type `domain`: the host name that a company is known by. This module must not resolve a name.

use url::{Host, Url};

use super::{Invalid, email, paste, redirect, shared};

/// Normalises a domain: `https://www.Acme.com/about` and `jane@acme.com` become `acme.com`.
pub(super) fn normalise(raw: &str) -> Result<String, Invalid> {
    match plain_host(raw) {
        Some(host) => own_host(host).map(str::to_owned),
        None => pasted(raw),
    }
}

fn pasted(raw: &str) -> Result<String, Invalid> {
    paste::address(raw, company_host)
}

/// The text, when it is a public host in normal form. This is the fast path for most cells: parsing would
/// give the same result several times slower. A label with `xn--` has to be decoded and checked first.
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
        return Err(Invalid("it contains a user name"));
    }
    let host = host(&url)?;
    let host = own_host(&host)?;
    if shared::is_shared(host) && names_a_page(&url) {
        return Err(Invalid("it is a page on a site that many share; give the company's own domain"));
    }
    Ok(host.to_owned())
}

/// The host of an e-mail address, or of `@acme.com`; `None` when the text is neither.
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

/// The part before the path. A later `@` belongs to the address of a page: `acme.com/@team`.
fn authority(raw: &str) -> &str {
    let raw = raw.split_once("://").map_or(raw, |(_, rest)| rest).trim_start_matches('/');
    raw.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

/// The host without `www.`, unless many companies share it.
fn own_host(host: &str) -> Result<&str, Invalid> {
    let host = strip_www(host);
    if shared::is_mail_service(host) {
        return Err(Invalid(
            "it belongs to an e-mail provider that many share, not to one company; give the company's own domain",
        ));
    }
    if shared::identifies_no_company(host) {
        return Err(Invalid("it is a service that many share; give the company's own domain"));
    }
    Ok(host)
}

/// Whether the address has more than a host.
fn names_a_page(url: &Url) -> bool {
    !url.path().trim_matches('/').is_empty() || url.query().is_some() || url.fragment().is_some()
}

/// The target of a link that leads through another site, or the link itself.
pub(super) fn landing(url: Url, depth: u8) -> Result<Url, Invalid> {
    const MOST: u8 = 4;
    match redirect::target(&url) {
        Some(target) if depth < MOST => landing(web_url(&target)?, depth + 1),
        Some(_) => Err(Invalid("it leads through too many other sites")),
        None => Ok(url),
    }
}

/// Parses an http or https address. The scheme may be missing or mistyped.
pub(super) fn web_url(raw: &str) -> Result<Url, Invalid> {
    let paste::Web { scheme, rest } = paste::web(raw)?;
    Url::parse(&format!("{scheme}://{rest}")).map_err(|_| Invalid("it is not an address"))
}

/// The host of `url`, when it is a public name. An IP address, `localhost` and a name without a dot are
/// refused, so that no cell makes marl contact an internal host.
pub(super) fn host(url: &Url) -> Result<String, Invalid> {
    let Some(Host::Domain(host)) = url.host() else {
        return Err(Invalid("it is an IP address or has no host name"));
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    public_name(host).map(|()| host.to_owned())
}

/// Checks that a host in normal form is a public name.
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

/// Top-level names that networks use internally.
const INTERNAL: [&str; 9] =
    ["local", "localhost", "localdomain", "internal", "intranet", "lan", "home", "corp", "private"];

/// Whether a public host may end in this name: it is in IANA's list or reserved for examples. Every name of
/// two letters is accepted, because a country may be newer than the list.
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

/// Removes every leading `www.` as long as a name with a dot remains: `www.com` is itself a name. A scheme
/// typed with a dot (`https.acme.com`) is removed as well.
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
        fn the_fast_path_agrees_with_parsing(
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
