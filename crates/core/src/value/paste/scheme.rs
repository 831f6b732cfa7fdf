//! Removes the scheme of a web address in any spelling: `http//`, `https;//`, `hxxp://`, `https://http://`.
//! This module must not judge the host.

use super::super::Invalid;

/// A web address without its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Web<'a> {
    /// `https`, or `http` if the address had that scheme.
    pub(in super::super) scheme: &'static str,
    /// The rest of the address, which begins with the host.
    pub(in super::super) rest: &'a str,
}

/// How many schemes before an address are removed.
const MOST: usize = 8;

/// Signs that may separate a mistyped scheme from the host.
const SEPARATORS: [char; 9] = [':', ';', '/', '\\', '.', ',', '：', '／', '﹕'];

/// Removes every scheme before an address.
///
/// # Errors
/// The scheme is neither http nor https, or no host follows.
pub(in super::super) fn web(raw: &str) -> Result<Web<'_>, Invalid> {
    let mut web = Web { scheme: "https", rest: raw };
    for _ in 0..MOST {
        let Some(inner) = begin(web.rest).or_else(|| begin(after_www(web.rest)?)) else { break };
        web = inner;
    }
    web.rest = web.rest.strip_prefix("//").unwrap_or(web.rest);
    if web.rest.is_empty() || web.rest.starts_with(['/', '\\']) {
        return Err(Invalid("it has no host name"));
    }
    let authority = web.rest.split(['?', '#']).next().unwrap_or_default();
    let other = authority.split_once("://").is_some_and(|(scheme, _)| !scheme.contains(['/', '.']));
    if other { Err(Invalid("only http and https addresses are supported")) } else { Ok(web) }
}

/// Whether a text begins with the scheme of a web address.
pub(super) fn begins(text: &str) -> bool {
    begin(text).is_some()
}

/// The text after a `www.` before a scheme: `www.https://acme.com`.
fn after_www(text: &str) -> Option<&str> {
    text.get(..4).filter(|start| start.eq_ignore_ascii_case("www.")).map(|_| &text[4..])
}

fn begin(text: &str) -> Option<Web<'_>> {
    const LONGEST: usize = 7;
    let word = &text[..text.bytes().take_while(u8::is_ascii_alphabetic).count()];
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let after = &text[word.len()..];
    let rest = after.trim_start_matches(SEPARATORS);
    let separator = &after[..after.len() - rest.len()];
    let word = word.to_ascii_lowercase();
    let scheme = match word.as_str() {
        "http" | "hxxp" => "http",
        "https" | "hxxps" => "https",
        // Another word counts as a mistyped scheme only when the separator is that of a scheme.
        _ if !["//", ":/", "\\\\", "／／"].iter().any(|sign| separator.contains(sign)) => return None,
        _ if strsim::osa_distance(&word, "https") <= 1 && word != "http" => "https",
        _ if strsim::osa_distance(&word, "http") <= 1 => "http",
        _ => return None,
    };
    // Without a separator it is a host (`https.acme.com`) or a word.
    let is_scheme = separator.contains([':', ';', '/', '\\', '：', '／', '﹕']);
    is_scheme.then_some(Web { scheme, rest })
}
