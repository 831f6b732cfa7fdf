//! The beginning of a web address, however it was typed: `http//`, `https;//`, `hxxp://`,
//! `https://http://`.

use super::super::Invalid;

/// A web address without its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Web<'a> {
    /// `https` unless the address said `http`.
    pub(in super::super) scheme: &'static str,
    /// What follows the scheme: the host first.
    pub(in super::super) rest: &'a str,
}

/// The most schemes before one address.
const MOST: usize = 8;

/// What can stand between a mistyped scheme and the host.
const SEPARATORS: [char; 9] = [':', ';', '/', '\\', '.', ',', '：', '／', '﹕'];

/// Takes every scheme off an address.
///
/// # Errors
/// The scheme is of another kind, or no host follows.
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
    if other { Err(Invalid("only http and https addresses are read")) } else { Ok(web) }
}

/// Whether a text begins with a web address's scheme.
pub(super) fn begins(text: &str) -> bool {
    begin(text).is_some()
}

/// `www.` before a scheme: `www.https://acme.com`.
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
        // Another word is a slip of the same only where what follows says that it is a scheme.
        _ if !["//", ":/", "\\\\", "／／"].iter().any(|sign| separator.contains(sign)) => return None,
        _ if strsim::osa_distance(&word, "https") <= 1 && word != "http" => "https",
        _ if strsim::osa_distance(&word, "http") <= 1 => "http",
        _ => return None,
    };
    // `https.acme.com` is a host, and `https` alone a word.
    let is_scheme = separator.contains([':', ';', '/', '\\', '：', '／', '﹕']);
    is_scheme.then_some(Web { scheme, rest })
}
