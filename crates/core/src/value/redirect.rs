//! Links that lead through another site: a search engine's, a mail filter's, a login page's.
//!
//! The target stands in the link itself. Only services that are known to do nothing but send
//! on are listed: on any other site a parameter may be anything.

use url::Url;

use super::paste;

/// A service's host (subdomains included), the path that its links have, and the parameters
/// that may hold the target.
struct Service(&'static str, &'static str, &'static [&'static str]);

const SERVICES: &[Service] = &[
    Service("safelinks.protection.outlook.com", "", &["url"]),
    Service("urldefense.proofpoint.com", "/v1/url", &["u"]),
    Service("l.facebook.com", "/l.php", &["u"]),
    Service("lm.facebook.com", "/l.php", &["u"]),
    Service("l.instagram.com", "/", &["u"]),
    Service("l.messenger.com", "/l.php", &["u"]),
    Service("youtube.com", "/redirect", &["q"]),
    Service("duckduckgo.com", "/l/", &["uddg"]),
    Service("slack-redir.net", "/link", &["url"]),
    Service("vk.com", "/away.php", &["to"]),
    Service("t.umblr.com", "/redirect", &["z"]),
    Service("steamcommunity.com", "/linkfilter/", &["u", "url"]),
    Service("linkedin.com", "/redir/redirect", &["url"]),
    Service("linkedin.com", "/safety/go", &["url"]),
    Service("linkedin.com", "/authwall", &["sessionRedirect"]),
    Service("linkedin.com", "/login", &["session_redirect", "sessionRedirect"]),
    Service("linkedin.com", "/uas/login", &["session_redirect", "sessionRedirect"]),
    Service("linkedin.com", "/uas/login-cap", &["session_redirect", "sessionRedirect"]),
    Service("linkedin.com", "/checkpoint", &["session_redirect", "sessionRedirect"]),
    Service("linkedin.com", "/signup", &["session_redirect", "sessionRedirect"]),
    Service("linkedin.com", "/start/join", &["session_redirect", "sessionRedirect"]),
];

/// Where a link leads in the end; `None` for one that is no such link.
pub(super) fn target(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    // Every service but one keeps the target in the query.
    if url.query().is_none() && !url.path().contains("/v3/") {
        return None;
    }
    if host == "urldefense.com" || host == "urldefense.proofpoint.com" && url.path().starts_with("/v3/") {
        return proofpoint(url);
    }
    let parameters: &[&str] = match SERVICES.iter().find(|service| service.has(host, url.path())) {
        Some(service) => service.2,
        None if is_google(host) && url.path() == "/url" => &["q", "url"],
        None if host == "urldefense.proofpoint.com" && url.path() == "/v2/url" => {
            let (_, hidden) = url.query_pairs().find(|(name, _)| name == "u")?;
            return paste::decoded(&hidden.replace('-', "%").replace('_', "/"));
        }
        None => return None,
    };
    let mut pairs = url.query_pairs();
    let (_, target) = pairs.find(|(name, value)| parameters.contains(&&**name) && !value.is_empty())?;
    // A login page names a page of its own site without the host.
    let is_path = target.starts_with('/') && !target.starts_with("//");
    Some(if is_path { format!("https://{host}{target}") } else { target.into_owned() })
}

impl Service {
    fn has(&self, host: &str, path: &str) -> bool {
        let on_host = host.strip_suffix(self.0).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let path = path.strip_prefix(self.1.trim_end_matches('/'));
        on_host && path.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// `google.com`, `www.google.co.uk`.
fn is_google(host: &str) -> bool {
    let rest = host.strip_prefix("www.").unwrap_or(host).strip_prefix("google.").unwrap_or_default();
    !rest.is_empty() && rest.len() <= 6
}

/// `https://urldefense.com/v3/__https://acme.com__;!!...`.
fn proofpoint(url: &Url) -> Option<String> {
    let (_, rest) = url.as_str().split_once("/v3/__")?;
    let (target, _) = rest.split_once("__;").or_else(|| rest.split_once("__"))?;
    Some(target.to_owned())
}
