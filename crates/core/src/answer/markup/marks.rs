//! The patterns of citation marks and other marks. A pattern is compiled when a text first contains the
//! signs that the pattern needs, because compiling all of them would take more time and memory than the
//! rest of a run. This module must not decide what happens to a mark.

use std::{ops::Deref, sync::LazyLock};

use regex::{Captures, Regex};

/// A pattern with lists of signs. The pattern can match only a text that has a sign of each list.
pub(super) struct Mark {
    needs: &'static [&'static [&'static str]],
    pattern: LazyLock<Regex>,
}

impl Mark {
    const fn new(needs: &'static [&'static [&'static str]], build: fn() -> Regex) -> Self {
        Self { needs, pattern: LazyLock::new(build) }
    }

    /// Whether the pattern may match a text.
    pub(super) fn may_fit(&self, text: &str) -> bool {
        self.needs.iter().all(|signs| signs.iter().any(|sign| text.contains(sign)))
    }

    /// The first match of the pattern in a text.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        if self.may_fit(text) { self.pattern.captures(text) } else { None }
    }
}

impl Deref for Mark {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        &self.pattern
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?x){text}")).expect("the pattern is valid")
}

/// The target of a Markdown link, with its brackets.
const TARGET: &str = r#"\(\s*<?(?P<url>[^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\s*\)"#;

/// Words that introduce a source, in the languages that models answer in.
const SOURCES: &str = "sources?|src|references?|ref|via|cited\\ from|quellen?|fuentes?|fontes?|fonti|bron|źródło|出典|来源|來源|источник";

const COLONS: &[&str] = &[":", "："];
const BRACKETS: &[&str] = &["(", "（", "["];
const LINKS: &[&str] = &["]("];

/// Marks that contain a link, with the blanks before them.
pub(super) static LINKED_MARKS: [Mark; 4] = [
    // ([acme.com](https://acme.com), [b](https://b.com))
    Mark::new(&[LINKS, &["(", "（"]], || {
        pattern(&format!(
            r"\s*[(（]\s*(?:(?i:{SOURCES})\s*[:：]\s*)?\[[^\[\]]*\]{TARGET}(?:[\s,;]*\[[^\[\]]*\]\([^\s()]+\))*\s*[)）]"
        ))
    }),
    // [[1]](https://acme.com), [^1](https://acme.com), [source](https://acme.com)
    Mark::new(&[LINKS], || {
        pattern(&format!(r"\s*\[{{1,2}}(?:\^?\d{{1,3}}|(?i:source|link|citation)|↗|†)\]{{1,2}}{TARGET}"))
    }),
    // <sup><a href="https://acme.com">1</a></sup>, <ref>...</ref>
    Mark::new(&[&["</"]], || {
        pattern(
            r#"(?is)\s*<(?:sup|ref)\b[^<>]*>(?:.{0,20}?href=["'](?P<url>[^"'<>]+))?.{0,300}?</(?:sup|ref)>"#,
        )
    }),
    Mark::new(&[&["<ref"]], || pattern(r"\s*<ref\b[^<>]*/>")),
];

/// Whether a letter is in the private-use range that models write marks in.
pub(super) fn is_private(letter: char) -> bool {
    ('\u{e200}'..='\u{e2ff}').contains(&letter)
}

/// Marks that are removed with their content. They must be removed before the private-use letters are.
pub(super) static PRIVATE_MARKS: [Mark; 4] = [
    // 【4:0†source】
    Mark::new(&[&["【"]], || {
        pattern(
            r"\s*【(?:[^【】]{0,200}†[^【】]{0,200}|[\d:,;\s–-]{1,40}|(?i:sources?|来源|出典)[^【】]{0,200})】",
        )
    }),
    // Marks in private-use letters, with or without their end.
    Mark::new(&[&["\u{e200}"]], || {
        pattern("\\s*\u{e200}(?:[^\u{e200}\u{e201}]{0,300}\u{e201}|[a-z_]*(?:\u{e202}[\\w:.-]*)*)")
    }),
    Mark::new(&[&["cite"], &["turn"]], || {
        pattern(
            r"\s*[\[(]?\b(?:file)?cite[\x{e202}\ ]?turn\d+[a-z]+\d+(?:[\x{e202}]?turn\d+[a-z]+\d+)*\b[\])]?",
        )
    }),
    Mark::new(&[&["turn"]], || {
        pattern(
            r"\s*[\[(]?\bturn\d+(?:search|view|news|fetch|image|file|forecast|finance|sports|academia|maps|click|open|product|reddit|video)\d+\b[\])]?",
        )
    }),
];

/// Other marks that are removed with their content.
pub(super) static MARKS: [Mark; 11] = [
    // :contentReference[oaicite:0]{index=0}, [oaicite:0], [cite: 1, 2], [cite_start], {cite:1}
    Mark::new(&[&["contentReference"]], || {
        pattern(r"\s*:?contentReference\[oaicite:\d+\](?:\{index=\d+\})?")
    }),
    Mark::new(&[&["[", "{"], &["cit", "ref"]], || {
        pattern(r"\s*[\[{]+(?:oaicite|cite|citation|ref)[:_](?:start|end|\s*[\d:,;\s–-]+)[\]}]+")
    }),
    Mark::new(&[&["<citation"]], || pattern(r"\s*<citation\b[^<>]*>[^<>]{0,100}</citation>")),
    Mark::new(&[&["[["]], || pattern(r"\s*\[{2}\^?\d{1,3}\^?\]{2}")),
    // [acme.com], and note signs at the end
    Mark::new(&[&["["], &["."]], || {
        pattern(
            r"\s*\[(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|ai|co|dev|de|fr|eu|uk|gov|edu|info)(?:/[^\s\[\]]*)?\]",
        )
    }),
    Mark::new(&[&["†", "‡", "↩", "↗", "*"]], || pattern(r"(?P<note>[\w.)])(?:\s*[†‡↩↗]+|\*)\s*$")),
    // The number of further sources: Jane Doe +1, Jane Doe Wikipedia +2
    Mark::new(&[&["+"]], || {
        pattern(
            r"(?P<note>\p{L}[.)]?)\s+(?:(?i:wikipedia|linkedin|crunchbase|reuters|bloomberg|forbes)\s*)?\+\d{1,2}\s*$",
        )
    }),
    // (source: https://acme.com), [source: the company's page]
    Mark::new(&[COLONS, BRACKETS], || {
        pattern(&format!(
            r"\s*[(（\[]\s*(?i:{SOURCES})\s*[:：](?:\s*<?(?P<url>https?://[^\s()<>\[\]]+)>?)?[^()（）\[\]]{{0,300}}[)）\]]"
        ))
    }),
    Mark::new(&[&["(c", "(C", "(s", "(S", "(ſ", "[c", "[C", "[s", "[S", "[ſ"]], || {
        pattern(r"\s*[\[(](?i:citation\ needed|sources?|citations?)[\])]")
    }),
    // (https://acme.com)
    Mark::new(&[&["http"], BRACKETS], || {
        pattern(r"\s*[(（\[]\s*<?(?P<url>https?://[^\s()<>\[\]]+)>?\s*[)）\]]")
    }),
    // ... Source: https://acme.com
    Mark::new(&[COLONS, &[".", "://"]], || {
        pattern(&format!(
            r"(?:\s*[-–—|]\s*|\s+)\(?(?i:{SOURCES})\s*[:：]\s*\[?(?:<?(?P<url>https?://[^\s()<>\[\]]+)[^\n]{{0,200}}|[\w.-]+\.[a-z]{{2,}}/?\S*)\s*$"
        ))
    }),
];

/// `[1]`, `[1][2]`, `[1, 2]`, `[^1]`, `[web:1]`: footnotes, unless code follows them.
pub(super) static FOOTNOTE: Mark = Mark::new(&[&["["]], || {
    pattern(
        r"\s*\\?\[(?:\^[\w-]{1,20}\^?|[1-9]\d{0,2}(?:\s*[,;–-]\s*[1-9]\d{0,2})*|(?i:web|ppl|doc|src|cite|search|news|ref|source)[:\ _-]?\d{1,3}|\d{1,3}†[^\[\]]{0,100}|†)\\?\]",
    )
});

/// Raised digits after a sentence, a word or a number: `anvils.¹`. The caller keeps those of `m²`.
pub(super) static RAISED: Mark =
    Mark::new(&[&["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]], || {
        pattern(r#"(?P<before>[.,;:!?)"”»]\s?|\p{L}+|\d)[⁰¹²³⁴-⁹](?:[⁰¹²³⁴-⁹˒,⁾⁽\ ]*[⁰¹²³⁴-⁹])?"#)
    });

pub(super) static LINK: Mark =
    Mark::new(&[LINKS], || pattern(&format!(r"(?P<image>!)?\[(?P<label>[^\[\]]+)\]{TARGET}")));

pub(super) static ANCHOR: Mark = Mark::new(&[&["</a", "</A"]], || {
    pattern(r#"(?is)<a\b[^<>]*href=["']?(?P<url>[^"'\s<>]+)[^<>]*>(?P<label>.*?)</a>"#)
});

pub(super) static TAG: Mark = Mark::new(&[&["<"]], || {
    pattern(r"(?i)</?(?:cite|b|i|u|em|strong|span|p|mark|code|small|font)(?:\s[^<>]*)?>")
});

pub(super) static EMPHASIS: Mark =
    Mark::new(&[&["**", "`"]], || pattern(r"\*\*\*?(?P<a>[^*\n]+?)\*\*\*?|`{1,3}(?P<c>[^`\n]+?)`{1,3}"));
