//! Removes what models write around a value: citation marks, Markdown, tags. The address in a mark is
//! kept as the source of the value.
//!
//! Brackets that belong to a text stay: `C [programming language]`, `Acme (UK)`. This module must not
//! judge the value itself.

mod marks;

use regex::{Captures, Replacer};

use crate::{SemanticType, Value};
use marks::{
    ANCHOR, EMPHASIS, FOOTNOTE, LINK, LINKED_MARKS, MARKS, Mark, PRIVATE_MARKS, RAISED, TAG, is_private,
};

/// A text without marks, and the first address in the removed marks.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Clean {
    pub(super) text: String,
    pub(super) source: Option<String>,
}

/// Units and symbols after which raised digits are powers.
const POWERS: [&str; 14] =
    ["m", "km", "cm", "mm", "dm", "ft", "in", "yd", "mi", "mc", "nm", "sq", "sec", "kWh"];

/// Whether a text may contain any mark. Nearly all texts contain none.
fn may_be_marked(text: &str) -> bool {
    let sign = |c: char| matches!(c, '[' | '(' | '（' | '【' | '<' | '*' | '_' | '`' | '\u{e200}'..='\u{e2ff}' | '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '+' | '†' | '‡' | '↩' | '↗' | '{');
    text.contains(sign) || text.contains([':', '"']) || text.contains("turn")
}

/// Removes the marks from the text of a value.
pub(super) fn clean(text: &str) -> Clean {
    if !may_be_marked(text) {
        return Clean { text: text.to_owned(), source: None };
    }
    let (mut text, mut source) = (text.to_owned(), None);
    strip(&mut text, &LINKED_MARKS, &mut source);
    replace_links(&mut text, &mut source);
    strip(&mut text, &PRIVATE_MARKS, &mut source);
    text.retain(|letter| !is_private(letter));
    strip(&mut text, &MARKS, &mut source);
    if FOOTNOTE.may_fit(&text) {
        text = without_footnotes(&text);
    }
    replace(&mut text, &RAISED, without_raised);
    replace(&mut text, &TAG, "");
    replace(&mut text, &EMPHASIS, "$a$c");
    Clean { text: tidy(&text).to_owned(), source }
}

fn replace(text: &mut String, mark: &Mark, by: impl Replacer) {
    if mark.may_fit(text) {
        *text = mark.replace_all(text, by).into_owned();
    }
}

fn strip(text: &mut String, marks: &[Mark], source: &mut Option<String>) {
    for mark in marks {
        if !mark.may_fit(text) {
            continue;
        }
        let mut is_stripped = false;
        let stripped = mark.replace_all(text, |found: &Captures<'_>| {
            is_stripped = true;
            keep_source(source, found);
            found.name("note").map_or(String::new(), |note| note.as_str().to_owned())
        });
        if is_stripped {
            *text = stripped.into_owned();
        }
    }
}

fn keep_source(source: &mut Option<String>, found: &Captures<'_>) {
    let url = found.name("url").filter(|url| url.as_str().starts_with("http"));
    if let (None, Some(url)) = (&source, url) {
        *source = address(url.as_str());
    }
}

fn without_raised(found: &Captures<'_>) -> String {
    let before = &found["before"];
    let is_power =
        POWERS.contains(&before) || before.chars().count() == 1 && before.starts_with(char::is_alphabetic);
    if is_power { found[0].to_owned() } else { before.to_owned() }
}

/// Removes footnotes, but keeps an index: it is 0, or code follows its bracket (`rows[1].id`).
fn without_footnotes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for found in FOOTNOTE.find_iter(text) {
        let after = &text[found.end()..];
        let is_index = after.starts_with(|c: char| c == '(' || c == '=' || c == '_' || c.is_ascii_digit())
            || after.starts_with('.')
                && after[1..].starts_with(char::is_alphanumeric)
                && !found.as_str().starts_with(' ');
        if !is_index {
            kept.push_str(&text[from..found.start()]);
            from = found.end();
        }
    }
    kept.push_str(&text[from..]);
    kept
}

/// Link labels that only name where something was read.
const SITES: [&str; 12] = [
    "linkedin",
    "wikipedia",
    "crunchbase",
    "bloomberg",
    "reuters",
    "forbes",
    "website",
    "official website",
    "company website",
    "link",
    "source",
    "here",
];

/// Replaces links by their labels. A label that only names a site is dropped unless it begins the text,
/// because it names the source of the text before it.
fn replace_links(text: &mut String, source: &mut Option<String>) {
    let is_first = |found: &Captures<'_>, text: &str| {
        let start = found.get(0).map_or(0, |whole| whole.start());
        !text[..start].contains(char::is_alphanumeric)
    };
    let before = text.clone();
    replace(text, &LINK, |found: &Captures<'_>| {
        keep_source(source, found);
        let label = found["label"].trim();
        let is_site = SITES.contains(&&*label.to_lowercase());
        let is_address = is_site || label.starts_with("http") || looks_like_a_host(label);
        let is_dropped = found.name("image").is_some() || is_address && !is_first(found, &before);
        if is_dropped { String::new() } else { label.to_owned() }
    });
    replace(text, &ANCHOR, |found: &Captures<'_>| {
        keep_source(source, found);
        found["label"].to_owned()
    });
}

fn looks_like_a_host(label: &str) -> bool {
    let label = label.strip_prefix("www.").unwrap_or(label);
    label.contains('.')
        && !label.contains(char::is_whitespace)
        && label
            .rsplit('.')
            .next()
            .is_some_and(|top| top.len() > 1 && top.chars().all(|c| c.is_ascii_lowercase()))
}

/// Removes emphasis and quotes around the whole text, and separators that removed marks left at its end.
fn tidy(text: &str) -> &str {
    let mut text = text.trim().trim_end_matches(['–', '—', '|', '→']).trim_end();
    text = text.strip_suffix(" -").unwrap_or(text);
    for sign in ["*", "_", "\""] {
        let inner = text.strip_prefix(sign).and_then(|inner| inner.strip_suffix(sign));
        text = inner.filter(|inner| !inner.contains(sign) && !inner.is_empty()).unwrap_or(text).trim();
    }
    text
}

/// The label and the target when the whole text is one link. A number in such a label is a value, not a
/// footnote.
pub(super) fn label_of_link(text: &str) -> Option<(&str, &str)> {
    let (label, url) = text.trim().strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    let is_one = !label.contains(['[', ']']) && !url.contains(['[', '(', ' ']);
    is_one.then_some((label, url))
}

/// Reads an address of type `kind`: plain, in brackets, or as the target or label of a link.
pub(super) fn read_address(text: &str, kind: SemanticType) -> Option<Value> {
    let read = |text: &str| {
        let text = text.trim().trim_matches(['<', '>', '`', '*', '"', '\'', ' ']);
        // A full stop ends the sentence and does not belong to the address.
        let text = text.trim_end_matches([',', ';', '.']).trim_end_matches(['>', '`', '*', '"', '\'']);
        let value = kind.read_json(&serde_json::Value::from(text))?;
        match (kind, value) {
            (SemanticType::Url, Value::Text(url)) => address(&url).map(Value::Text),
            (_, value) => Some(value),
        }
    };
    let is_plain = !text.contains(|c: char| c.is_whitespace() || "[(<【†\u{e200}".contains(c));
    if is_plain {
        return read(text);
    }
    // When a link is the whole text, its target is the value. After an address, a link names a source.
    let link = LINK.captures(text.trim()).or_else(|| ANCHOR.captures(text.trim()));
    let is_whole =
        link.as_ref().and_then(|link| link.get(0)).is_some_and(|whole| whole.len() == text.trim().len());
    let target = || link.as_ref().and_then(|link| read(&link["url"]).or_else(|| read(&link["label"])));
    let whole = is_whole.then(target).flatten();
    whole.or_else(|| read(&clean(text).text)).or_else(target)
}

/// The address in normal form without tracking parameters; `None` when the text is not an address.
pub(super) fn address(url: &str) -> Option<String> {
    let url = url.trim_end_matches(['.', ',', ';']);
    let Ok(Value::Text(normal)) = SemanticType::Url.read(url) else { return None };
    let Some((page, query)) = normal.split_once('?') else { return Some(normal) };
    let kept: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !is_tracking(part)).collect();
    Some(if kept.is_empty() { page.to_owned() } else { format!("{page}?{}", kept.join("&")) })
}

fn is_tracking(parameter: &str) -> bool {
    const NAMES: [&str; 16] = [
        "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "yclid", "igshid", "mc_cid",
        "mc_eid", "srsltid", "ttclid", "twclid", "_hsenc", "_hsmi",
    ];
    let name = parameter.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("utm_") || NAMES.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str, source: Option<&str>) {
        let clean = clean(text);
        assert_eq!((clean.text.as_str(), clean.source.as_deref()), (expect, source), "{text}");
    }

    #[test]
    fn marks_are_removed_and_their_addresses_are_kept() {
        let acme = Some("https://acme.com/team");
        for (text, source) in [
            ("Makes anvils.【12:3†source】", None),
            ("Makes anvils【3†L1-L4】【7†acme.com】.", None),
            ("Makes anvils.【1】", None),
            ("Makes anvils. \u{e200}cite\u{e202}turn0search1\u{e202}turn0news2\u{e201}", None),
            ("Makes anvils. \u{e200}cite\u{e202}turn0search1", None),
            ("Makes anvils. citeturn0search1turn2view0", None),
            ("Makes anvils. [turn0search1]", None),
            ("Makes anvils. ([acme.com](https://acme.com/team?utm_source=openai))", acme),
            ("Makes anvils ([acme.com](https://acme.com/team), [b.com](https://b.com)).", acme),
            ("Makes anvils. [acme.com](https://acme.com/team?utm_source=x&utm_medium=y)", acme),
            ("Makes anvils. [[1]](https://acme.com/team)", acme),
            ("Makes anvils. [1](https://acme.com/team \"Acme\")", acme),
            ("Makes anvils. [source](https://acme.com/team)", acme),
            ("Makes anvils.[1][2]", None),
            ("Makes anvils [1, 2].", None),
            ("Makes anvils. [1-3]", None),
            ("Makes anvils.[^1]", None),
            ("Makes anvils. [^note]", None),
            ("Makes anvils. [web:1][web:12]", None),
            ("Makes anvils. [citation needed]", None),
            ("Makes anvils.<sup>1</sup>", None),
            ("Makes anvils.<sup>[1]</sup><sup>2</sup>", None),
            ("Makes anvils.<sup><a href=\"https://acme.com/team\">1</a></sup>", acme),
            ("<cite index=\"1-2\">Makes anvils.</cite>", None),
            ("Makes anvils.¹", None),
            ("Makes anvils¹ ².", None),
            ("Makes anvils. (source: https://acme.com/team)", acme),
            ("Makes anvils. (Quelle: die Website)", None),
            ("Makes anvils. [Source: https://acme.com/team]", acme),
            ("Makes anvils. (https://acme.com/team)", acme),
            ("Makes anvils. Source: https://acme.com/team", acme),
            ("**Makes anvils.**", None),
            ("Makes **anvils**.", None),
            ("`Makes anvils.`", None),
            ("[Makes anvils.](https://acme.com/team#x)", acme),
            ("\"Makes anvils.\"", None),
            ("<b>Makes</b> anvils.", None),
            ("Makes anvils :contentReference[oaicite:0]{index=0}.", None),
            ("Makes anvils [oaicite:2].", None),
            ("Makes anvils. [cite: 1, 2]", None),
            ("[cite_start]Makes anvils.", None),
            ("Makes anvils [^1^].", None),
            ("Makes anvils. [[3]]", None),
            ("Makes anvils. [acme.com]", None),
            ("Makes anvils. †", None),
            ("Makes anvils – [LinkedIn](https://acme.com/team)", acme),
        ] {
            let clean = clean(text);
            assert_eq!(clean.text.trim_end_matches('.'), "Makes anvils", "{text}");
            assert_eq!(clean.source.as_deref(), source, "{text}");
        }
    }

    #[test]
    fn brackets_that_belong_to_a_text_stay() {
        for text in [
            "C [programming language]",
            "Acme (UK) makes anvils (since 1900).",
            "rows[1].id and a[0]",
            "An area of 12 m² and 3 km²",
            "【公式】アクメ",
            "snake_case_name and __init__.py",
            "2 * 3 * 4",
            "Acme: the source of anvils",
            "An array [n] of [any] size",
            "2 m³ of CO₂",
            "-5",
            "I ♥ <3",
            "A [beta] product",
            "open source: a way of life",
        ] {
            check(text, text, None);
        }
        check("[Jane Doe](https://acme.com/jane)", "Jane Doe", Some("https://acme.com/jane"));
    }

    #[test]
    fn addresses_are_read_in_every_notation() {
        for text in [
            "https://acme.com/a?b=1",
            "<https://acme.com/a?b=1>",
            "[Acme](https://acme.com/a?b=1&utm_source=openai)",
            "[https://acme.com/a?b=1](https://acme.com/a?b=1)",
            "https://acme.com/a?b=1【4:0†source】",
            "https://acme.com/a?utm_source=openai&b=1&gclid=7 [1]",
            "`https://acme.com/a?b=1`.",
            "<a href=\"https://acme.com/a?b=1\">Acme</a>",
        ] {
            let value = read_address(text, SemanticType::Url);
            assert_eq!(value, Some(Value::text("https://acme.com/a?b=1")), "{text}");
        }
        assert_eq!(read_address("I could not find a page", SemanticType::Url), None);
        assert_eq!(read_address("N/A", SemanticType::Url), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_causes_a_panic(text in "([\\[\\]()【】†<>*_`¹\u{e200}\u{e201}\u{e202} 1a:]|https://a\\.com|source|cite|turn1search2|\\PC){0,40}") {
            clean(&text);
            read_address(&text, SemanticType::Url);
        }
    }
}
