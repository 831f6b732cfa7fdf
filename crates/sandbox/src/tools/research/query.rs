//! Reads a question in prose: its domain and its keys.
//!
//! This module understands any prompt that asks for JSON, and must not rely on the wording of marl's prompts.
//! It must not answer.

use crate::sample;

/// The domain in question: the first domain of the sample, or else the first domain that does not belong to a
/// site that prompts merely mention.
pub(super) fn domain(query: &str) -> Option<String> {
    let candidates: Vec<String> = query
        .split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-')
        .filter_map(as_domain)
        .filter(|domain| !is_mentioned_in_passing(domain))
        .collect();
    let known = candidates.iter().find(|domain| sample::company(domain).is_some());
    known.or(candidates.first()).cloned()
}

/// The keys in quotes or backticks, in order.
pub(super) fn keys(query: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut rest = query;
    while let Some(at) = rest.find(['"', '`']) {
        let quote = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '_')).unwrap_or(rest.len());
        if rest.as_bytes().get(end) != Some(&quote) {
            continue;
        }
        let key = &rest[..end];
        if key.starts_with(|c: char| c.is_ascii_lowercase()) && !is_word_of_json(key) {
            if !keys.iter().any(|known| known == key) {
                keys.push(key.to_owned());
            }
            rest = &rest[end + 1..];
        }
    }
    keys
}

fn as_domain(token: &str) -> Option<String> {
    let token = token.trim_matches(['.', '-']).to_lowercase();
    let name = token.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(&token);
    let (labels, top) = name.rsplit_once('.')?;
    let top_is_one =
        top.starts_with("xn--") || top.chars().count() > 1 && top.chars().all(char::is_alphabetic);
    // `Node.js` is not a domain.
    (top_is_one && top != "js" && labels.split('.').all(|label| !label.is_empty())).then(|| name.to_owned())
}

fn is_mentioned_in_passing(domain: &str) -> bool {
    const SITES: [&str; 6] =
        ["linkedin.com", "wikipedia.org", "crunchbase.com", "example.com", "glassdoor.com", "json.org"];
    SITES
        .iter()
        .any(|site| domain.strip_suffix(site).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether a quoted word describes values rather than being a key.
fn is_word_of_json(word: &str) -> bool {
    const WORDS: [&str; 16] = [
        "null", "true", "false", "unknown", "none", "string", "integer", "number", "list", "array",
        "boolean", "object", "json", "text", "na", "about",
    ];
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_found_in_prose() {
        let check =
            |query: &str, wanted: Option<&str>| assert_eq!(domain(query).as_deref(), wanted, "{query}");
        check("Who leads the company at https://www.3M.com/about?", Some("3m.com"));
        check("Use linkedin.com/in/... pages. The company is 3m.com.", Some("3m.com"));
        check("Such as acme-corp.io or 3m.com", Some("3m.com"));
        check("The company is acme-corp.io, e.g. Node.js users", Some("acme-corp.io"));
        check("See www.linkedin.com for 1.5 or 12.5k people", None);
        check("no domain here. None at all...", None);
    }

    #[test]
    fn keys_are_quoted_identifiers() {
        let check = |query: &str, wanted: &[&str]| assert_eq!(keys(query), wanted, "{query}");
        check(r#"keys "ceo_name" and `source_url`, "ceo_name" again"#, &["ceo_name", "source_url"]);
        check(r#"{"a1": "string", "b": null}, never "N/A" or "unknown""#, &["a1", "b"]);
        check(r#"a "quoted phrase" then "key""#, &["key"]);
        check(r#"mixed "quotes` and "_x" and "9""#, &[]);
        check("no keys", &[]);
    }
}
