//! Frees a value of what a model writes around it: citation marks, Markdown, tags. The address
//! that a mark names is kept as the value's source.
//!
//! Brackets that belong to a text stay: `C [programming language]`, `Acme (UK)`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::{SemanticType, Value};

/// A text without marks, and the first address that they named.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Clean {
    pub(super) text: String,
    pub(super) source: Option<String>,
}

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?x){text}")).expect("the pattern is sound")
}

/// The target of a Markdown link in its brackets.
const TARGET: &str = r#"\(\s*<?(?P<url>[^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\s*\)"#;

/// Words that announce a source, in the languages that models answer in.
const SOURCES: &str = "sources?|src|references?|ref|via|cited\\ from|quellen?|fuentes?|fontes?|fonti|bron|źródło|出典|来源|來源|источник";

/// Marks with a link in them, each with the blanks before it.
static LINKED_MARKS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // ([acme.com](https://acme.com), [b](https://b.com))
        format!(r"\s*[(（]\s*(?:(?i:{SOURCES})\s*[:：]\s*)?\[[^\[\]]*\]{TARGET}(?:[\s,;]*\[[^\[\]]*\]\([^\s()]+\))*\s*[)）]"),
        // [[1]](https://acme.com), [^1](https://acme.com), [source](https://acme.com)
        format!(r"\s*\[{{1,2}}(?:\^?\d{{1,3}}|(?i:source|link|citation)|↗|†)\]{{1,2}}{TARGET}"),
        // <sup><a href="https://acme.com">1</a></sup>, <ref>...</ref>
        r#"(?is)\s*<(?:sup|ref)\b[^<>]*>(?:.{0,20}?href=["'](?P<url>[^"'<>]+))?.{0,300}?</(?:sup|ref)>"#.to_owned(),
        r"\s*<ref\b[^<>]*/>".to_owned(),
    ]
    .iter()
    .map(|text| pattern(text))
    .collect()
});

/// Other marks that fall away with what is in them.
static MARKS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // 【4:0†source】
        r"\s*【(?:[^【】]{0,200}†[^【】]{0,200}|[\d:,;\s–-]{1,40}|(?i:sources?|来源|出典)[^【】]{0,200})】".to_owned(),
        // Marks in letters for private use, with or without their end.
        "\\s*\u{e200}(?:[^\u{e200}\u{e201}]{0,300}\u{e201}|[a-z_]*(?:\u{e202}[\\w:.-]*)*)".to_owned(),
        r"\s*[\[(]?\b(?:file)?cite[\x{e202}\ ]?turn\d+[a-z]+\d+(?:[\x{e202}]?turn\d+[a-z]+\d+)*\b[\])]?".to_owned(),
        r"\s*[\[(]?\bturn\d+(?:search|view|news|fetch|image|file|forecast|finance|sports|academia|maps|click|open|product|reddit|video)\d+\b[\])]?".to_owned(),
        "[\u{e200}-\u{e2ff}]".to_owned(),
        // :contentReference[oaicite:0]{index=0}, [oaicite:0], [cite: 1, 2], [cite_start], {cite:1}
        r"\s*:?contentReference\[oaicite:\d+\](?:\{index=\d+\})?".to_owned(),
        r"\s*[\[{]+(?:oaicite|cite|citation|ref)[:_](?:start|end|\s*[\d:,;\s–-]+)[\]}]+".to_owned(),
        r"\s*<citation\b[^<>]*>[^<>]{0,100}</citation>".to_owned(),
        r"\s*\[{2}\^?\d{1,3}\^?\]{2}".to_owned(),
        // [acme.com], and the signs of a note at the end
        r"\s*\[(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|ai|co|dev|de|fr|eu|uk|gov|edu|info)(?:/[^\s\[\]]*)?\]".to_owned(),
        r"(?P<note>[\w.)])(?:\s*[†‡↩↗]+|\*)\s*$".to_owned(),
        // The count of further sources: Jane Doe +1, Jane Doe Wikipedia +2
        r"(?P<note>\p{L}[.)]?)\s+(?:(?i:wikipedia|linkedin|crunchbase|reuters|bloomberg|forbes)\s*)?\+\d{1,2}\s*$".to_owned(),
        // (source: https://acme.com), [source: the company's page]
        format!(r"\s*[(（\[]\s*(?i:{SOURCES})\s*[:：](?:\s*<?(?P<url>https?://[^\s()<>\[\]]+)>?)?[^()（）\[\]]{{0,300}}[)）\]]"),
        r"\s*[\[(](?i:citation\ needed|sources?|citations?)[\])]".to_owned(),
        // (https://acme.com)
        r"\s*[(（\[]\s*<?(?P<url>https?://[^\s()<>\[\]]+)>?\s*[)）\]]".to_owned(),
        // ... Source: https://acme.com
        format!(r"(?:\s*[-–—|]\s*|\s+)\(?(?i:{SOURCES})\s*[:：]\s*\[?(?:<?(?P<url>https?://[^\s()<>\[\]]+)[^\n]{{0,200}}|[\w.-]+\.[a-z]{{2,}}/?\S*)\s*$"),
    ]
    .iter()
    .map(|text| pattern(text))
    .collect()
});

/// `[1]`, `[1][2]`, `[1, 2]`, `[^1]`, `[web:1]`: footnotes, unless code goes on behind them.
static FOOTNOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s*\\?\[(?:\^[\w-]{1,20}\^?|[1-9]\d{0,2}(?:\s*[,;–-]\s*[1-9]\d{0,2})*|(?i:web|ppl|doc|src|cite|search|news|ref|source)[:\ _-]?\d{1,3}|\d{1,3}†[^\[\]]{0,100}|†)\\?\]",
    )
});

/// Raised digits behind a sentence, a word or a number: `anvils.¹`. Those of `m²` stay.
static RAISED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?P<before>[.,;:!?)"”»]\s?|\p{L}+|\d)[⁰¹²³⁴-⁹](?:[⁰¹²³⁴-⁹˒,⁾⁽\ ]*[⁰¹²³⁴-⁹])?"#)
});

/// Units and symbols whose raised digits are powers.
const POWERS: [&str; 14] =
    ["m", "km", "cm", "mm", "dm", "ft", "in", "yd", "mi", "mc", "nm", "sq", "sec", "kWh"];

static LINK: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?P<image>!)?\[(?P<label>[^\[\]]+)\]{TARGET}")));

static ANCHOR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?is)<a\b[^<>]*href=["']?(?P<url>[^"'\s<>]+)[^<>]*>(?P<label>.*?)</a>"#));

static TAG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)</?(?:cite|b|i|u|em|strong|span|p|mark|code|small|font)(?:\s[^<>]*)?>"));

static EMPHASIS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\*\*\*?(?P<a>[^*\n]+?)\*\*\*?|`{1,3}(?P<c>[^`\n]+?)`{1,3}"));

/// Whether a text may hold any mark at all; nearly all do not.
fn may_be_marked(text: &str) -> bool {
    let sign = |c: char| matches!(c, '[' | '(' | '（' | '【' | '<' | '*' | '_' | '`' | '\u{e200}'..='\u{e2ff}' | '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '+' | '†' | '‡' | '↩' | '↗' | '{');
    text.contains(sign) || text.contains([':', '"']) || text.contains("turn")
}

/// The text of a value without its marks.
pub(super) fn clean(text: &str) -> Clean {
    if !may_be_marked(text) {
        return Clean { text: text.to_owned(), source: None };
    }
    let (mut text, mut source) = (text.to_owned(), None);
    strip(&mut text, &LINKED_MARKS, &mut source);
    text = unlinked(&text, &mut source);
    strip(&mut text, &MARKS, &mut source);
    text = without_footnotes(&text);
    text = RAISED.replace_all(&text, without_raised).into_owned();
    text = TAG.replace_all(&text, "").into_owned();
    text = EMPHASIS.replace_all(&text, "$a$c").into_owned();
    Clean { text: tidy(&text).to_owned(), source }
}

fn strip(text: &mut String, marks: &[Regex], source: &mut Option<String>) {
    for mark in marks {
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

/// An index goes on behind its bracket (`rows[1].id`) or is 0; a footnote does not.
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

/// Labels of links that name where something was read.
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

/// Links as their labels. A label that is only an address names the source of what is before it.
fn unlinked(text: &str, source: &mut Option<String>) -> String {
    let is_first = |found: &Captures<'_>, text: &str| {
        let start = found.get(0).map_or(0, |whole| whole.start());
        !text[..start].contains(char::is_alphanumeric)
    };
    let links = LINK.replace_all(text, |found: &Captures<'_>| {
        keep_source(source, found);
        let label = found["label"].trim();
        let is_site = SITES.contains(&&*label.to_lowercase());
        let is_address = is_site || label.starts_with("http") || looks_like_a_host(label);
        let falls_away = found.name("image").is_some() || is_address && !is_first(found, text);
        if falls_away { String::new() } else { label.to_owned() }
    });
    let anchors = ANCHOR.replace_all(&links, |found: &Captures<'_>| {
        keep_source(source, found);
        found["label"].to_owned()
    });
    anchors.into_owned()
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

/// Drops emphasis and quotes around the whole, and the blank that a mark left before a stop.
fn tidy(text: &str) -> &str {
    let mut text = text.trim().trim_end_matches(['–', '—', '|', '→']).trim_end();
    text = text.strip_suffix(" -").unwrap_or(text);
    for sign in ["*", "_", "\""] {
        let inner = text.strip_prefix(sign).and_then(|inner| inner.strip_suffix(sign));
        text = inner.filter(|inner| !inner.contains(sign) && !inner.is_empty()).unwrap_or(text).trim();
    }
    text
}

/// The label and the target where the whole text is one link: a number there is no footnote.
pub(super) fn label_of_link(text: &str) -> Option<(&str, &str)> {
    let (label, url) = text.trim().strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    let is_one = !label.contains(['[', ']']) && !url.contains(['[', '(', ' ']);
    is_one.then_some((label, url))
}

/// Reads an address of the type `kind`: plain, as a link's target or label, in brackets.
pub(super) fn read_address(text: &str, kind: SemanticType) -> Option<Value> {
    let read = |text: &str| {
        let text = text.trim().trim_matches(['<', '>', '`', '*', '"', '\'', ' ']);
        // A stop ends a sentence, no address.
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
    // A link alone is meant for its target; one behind an address names a source.
    let link = LINK.captures(text.trim()).or_else(|| ANCHOR.captures(text.trim()));
    let is_whole =
        link.as_ref().and_then(|link| link.get(0)).is_some_and(|whole| whole.len() == text.trim().len());
    let target = || link.as_ref().and_then(|link| read(&link["url"]).or_else(|| read(&link["label"])));
    let whole = is_whole.then(target).flatten();
    whole.or_else(|| read(&clean(text).text)).or_else(target)
}

/// An address in normal form, without what only counts visitors; `None` when it is none.
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
    fn marks_fall_away_and_what_they_name_is_kept() {
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
    fn what_belongs_to_a_text_stays() {
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
    fn addresses_in_all_wrappings() {
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
        fn no_text_makes_it_panic(text in "([\\[\\]()【】†<>*_`¹\u{e200}\u{e201}\u{e202} 1a:]|https://a\\.com|source|cite|turn1search2|\\PC){0,40}") {
            clean(&text);
            read_address(&text, SemanticType::Url);
        }
    }
}
