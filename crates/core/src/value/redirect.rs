//! Finds the target of links that lead through another site: a search engine, a mail filter, a login page.
//!
//! The target is a part of the link itself. Only services that do nothing but redirect are listed, because
//! a parameter on any other site may mean anything. This module must not open a link.

use url::Url;

use super::paste;

/// A service: its host (including subdomains), the path of its links, and the parameters that may contain
/// the target.
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

/// The target of a link; `None` when the link is not a redirect.
pub(super) fn target(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    // All services but one put the target into the query.
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
    // A login page refers to a page on its own site by the path alone.
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

/// Whether a host is Google's: `google.com`, `www.google.co.uk`.
fn is_google(host: &str) -> bool {
    let rest = host.strip_prefix("www.").unwrap_or(host).strip_prefix("google.").unwrap_or_default();
    !rest.is_empty() && rest.len() <= 6
}

/// The target of a Proofpoint link: `https://urldefense.com/v3/__https://acme.com__;!!...`.
fn proofpoint(url: &Url) -> Option<String> {
    let (_, rest) = url.as_str().split_once("/v3/__")?;
    let (target, _) = rest.split_once("__;").or_else(|| rest.split_once("__"))?;
    Some(target.to_owned())
}
