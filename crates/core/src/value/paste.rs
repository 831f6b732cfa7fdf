//! Removes what surrounds a pasted address: quotes, brackets, a Markdown or HTML link, a spreadsheet
//! formula, a label before the address, a comma after it, a mistyped scheme.
//!
//! This module only removes text. The type of the address judges the rest.

mod formula;
mod scheme;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::{Invalid, invisible};

pub(super) use scheme::{Web, web};

/// The length limit of a cell that is read as an address, in bytes. Tracking links have a few hundred.
const LONGEST: usize = 8 * 1024;

/// How many layers around an address are removed.
const MOST_WRAPPINGS: usize = 8;

/// Finds the address in a cell and reads it with `read`, which receives only the address.
///
/// # Errors
/// The error of `read`, or a reason why the cell has no address or several different ones.
pub(super) fn address(raw: &str, read: impl Fn(&str) -> Result<String, Invalid>) -> Result<String, Invalid> {
    if raw.len() > LONGEST {
        return Err(Invalid("it is too long for an address"));
    }
    let raw = invisible::removed_when_encoded(raw);
    // Compose accents, so that a letter has a single form.
    let raw: Cow<'_, str> = if raw.is_ascii() { raw } else { raw.nfc().collect::<String>().into() };
    let bare = bare(&raw);
    if bare.contains(char::is_whitespace) { among_words(&bare, read) } else { read(&bare) }
}

/// The text without the layers around it.
fn bare(raw: &str) -> Cow<'_, str> {
    if is_plain(raw) {
        return Cow::Borrowed(raw);
    }
    let mut text = raw.trim().to_owned();
    for _ in 0..MOST_WRAPPINGS {
        let inner = unwrapped(&text);
        if inner == text {
            break;
        }
        text = inner;
    }
    Cow::Owned(text)
}

/// Whether a text certainly has no layer to remove. True for nearly every cell.
fn is_plain(raw: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/?&=. ".contains(&byte);
    let rest = raw.strip_prefix("https://").or_else(|| raw.strip_prefix("http://")).unwrap_or(raw);
    rest.bytes().all(inner)
        && rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        && rest.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
}

fn unwrapped(text: &str) -> String {
    if let Some(address) = formula::address(text) {
        return address.trim().to_owned();
    }
    if let Some(target) = markdown_target(text).or_else(|| html_target(text)) {
        return target.trim().to_owned();
    }
    let text = without_label(text);
    let text = text.trim_start_matches("\\\"").trim_start_matches(opens).trim_start();
    let text = without_bullet(text);
    let text = without_end(text);
    let text = without_emphasis(text);
    // Chat programs write a link as `<https://acme.com|Acme>`.
    let text = if is_link(text) { text.split('|').next().unwrap_or(text).trim_end() } else { text };
    without_disguise(&wholly_decoded(text))
}

fn opens(character: char) -> bool {
    "<([{\"'`“”„‟‘’‚‛«»‹›「『【（＜*|→➜".contains(character)
}

fn closes(character: char) -> bool {
    ">]}\"'`“”„‟‘’‚‛«»‹›」』】）＞*|,.;:!…、，。；".contains(character)
}

/// The target of a Markdown link: `[Acme](https://acme.com "Home")`.
fn markdown_target(text: &str) -> Option<&str> {
    let (label, rest) = text.split_once("](")?;
    label.contains('[').then_some(())?;
    let end = rest.rfind(')').unwrap_or(rest.len());
    let target = rest[..end].trim();
    target.split(char::is_whitespace).next().filter(|target| !target.is_empty())
}

/// The target of an HTML link: `<a href="https://acme.com">Acme</a>`.
fn html_target(text: &str) -> Option<&str> {
    let at = find_ignoring_case(text, "href=").filter(|_| text.trim_start().starts_with('<'))?;
    let rest = text[at + "href=".len()..].trim_start_matches('\\');
    let quote = rest.chars().next().filter(|quote| ['"', '\''].contains(quote));
    match quote {
        Some(quote) => rest[1..].split([quote, '\\']).next(),
        None => rest.split(|c: char| c == '>' || c.is_whitespace()).next(),
    }
}

/// The text without a label before the address, as in `Website: https://acme.com` and
/// `{"url": "https://acme.com"`. A label that is itself an address stays.
fn without_label(text: &str) -> &str {
    let scheme = ["https://", "http://"].iter().filter_map(|scheme| find_ignoring_case(text, scheme)).min();
    let Some(at) = scheme.filter(|at| *at > 0) else { return text };
    let label = &text[..at];
    let is_separate = label.ends_with(|c: char| !c.is_alphanumeric());
    let is_address = label.contains(['.', '/', '\\', '@', '?', '#']) || scheme::begins(label);
    if is_separate && !is_address { &text[at..] } else { text }
}

/// The text without a bullet: `- acme.com`. A dash without a space may belong to a name.
fn without_bullet(text: &str) -> &str {
    let rest = text.trim_start_matches(['-', '–', '—', '•', '·', '#']);
    if rest.len() < text.len() && rest.starts_with(char::is_whitespace) { rest.trim_start() } else { text }
}

/// The text without punctuation at its end: `acme.com),`.
fn without_end(mut text: &str) -> &str {
    loop {
        let before = text.len();
        text = text.trim_end().trim_end_matches(closes);
        text = ["%20", "%09", "%0A", "%0D", "%0a", "%0d", "%C2%A0", "%c2%a0", "&nbsp"]
            .iter()
            .fold(text, |text, blank| text.trim_end_matches(blank));
        // A closing bracket may belong to the address: `/wiki/Acme_(company)`.
        if let Some(rest) = text.strip_suffix(')').filter(|rest| !rest.contains('(')) {
            text = rest;
        }
        text = text.strip_suffix('\\').unwrap_or(text);
        if text.len() == before {
            return text;
        }
    }
}

/// The text without emphasis marks on both sides: `_acme.com_`.
fn without_emphasis(text: &str) -> &str {
    text.strip_prefix('_').and_then(|rest| rest.strip_suffix('_')).unwrap_or(text)
}

/// The address when the text is percent-encoded as a whole: `https%3A%2F%2Facme.com`.
fn wholly_decoded(text: &str) -> Cow<'_, str> {
    let begins = |start: &str| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    if ["http%3a", "https%3a", "http%253a", "https%253a"].into_iter().any(begins) {
        decoded(text).map_or(Cow::Borrowed(text), Cow::Owned)
    } else {
        Cow::Borrowed(text)
    }
}

/// The text without the notation that hides addresses from programs: `acme[.]com`, `jane(at)acme.com`.
fn without_disguise(text: &str) -> String {
    const SIGNS: [(&str, &str); 8] = [
        ("[.]", "."),
        ("(.)", "."),
        ("[dot]", "."),
        ("(dot)", "."),
        ("[:]", ":"),
        ("[://]", "://"),
        ("[at]", "@"),
        ("(at)", "@"),
    ];
    if !text.contains(['[', '(']) {
        return text.to_owned();
    }
    SIGNS.iter().fold(text.to_owned(), |text, (hidden, sign)| text.replace(hidden, sign))
}

/// The only address in a text of several words: `Jane Doe <jane@acme.com>`, `Site: www.acme.com`.
///
/// A word directly after the address may belong to it (`.../in/jane doe`), and a partial address would be
/// a different one, so such a text is refused.
fn among_words(text: &str, read: impl Fn(&str) -> Result<String, Invalid>) -> Result<String, Invalid> {
    const MOST_WORDS: usize = 60;
    const SPACE: Invalid = Invalid("it contains a space");
    // The fast path: without one of these signs no word is marked as an address or can be read as one.
    if text.is_ascii() && !text.contains(['.', ':', '@', '/', '%', '(', '[', '{', '<', '=']) {
        return Err(SPACE);
    }
    let text = text.replace(['\n', '\r'], " | ");
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() > MOST_WORDS {
        return Err(SPACE);
    }
    let mut found: Option<Result<String, Invalid>> = None;
    let mut is_marked = false;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let marks = is_marked_as_address(word, before);
        let inner = bare(word);
        let value = read(&inner);
        if !marks && value.is_err() {
            continue;
        }
        let next = words.get(at + 1).copied();
        let is_whole = next.is_none_or(|next| ends_before(word, next) || read(&bare(next)) == value);
        is_marked |= marks;
        match &found {
            _ if !is_whole => return Err(SPACE),
            Some(first) if *first != value => return Err(Invalid("it contains several addresses")),
            _ => found = Some(value),
        }
    }
    found.filter(|_| is_marked).unwrap_or(Err(SPACE))
}

/// Whether the form of a word, or the word before it, marks it as an address.
fn is_marked_as_address(word: &str, before: &str) -> bool {
    let is_in_brackets = word.starts_with(['<', '(', '[', '{']) && word.contains(['.', '@']);
    let is_labelled = before.ends_with([':', '：', '=']) && word.contains('.');
    is_link(word.trim_start_matches(opens)) || is_in_brackets || is_labelled
}

/// Whether a text begins with an address, recognised by its scheme or by a well-known host.
fn is_link(text: &str) -> bool {
    let begins = |start: &str| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    let has_scheme = scheme::begins(text) && text.contains("//");
    has_scheme
        || ["www.", "mailto:", "linkedin.com/"].into_iter().any(begins)
        || find_ignoring_case(text, ".linkedin.com/").is_some_and(|at| at <= 3)
}

/// Whether an address that ends with `word` certainly does not continue in `next`.
fn ends_before(word: &str, next: &str) -> bool {
    let closed = word.ends_with(|c: char| c != '.' && closes(c)) || word.ends_with(')');
    closed
        || next.starts_with(|c: char| !c.is_alphanumeric() && !"./-_%?&=#@".contains(c))
        || ["-", "–", "—", "/"].contains(&next)
}

/// The percent-decoded text; `None` for an invalid triplet, or bytes that are not UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            u8::try_from(digit()? * 16 + digit()?).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

fn find_ignoring_case(text: &str, ascii: &str) -> Option<usize> {
    let mut windows = text.as_bytes().windows(ascii.len());
    windows.position(|window| window.eq_ignore_ascii_case(ascii.as_bytes()))
}
