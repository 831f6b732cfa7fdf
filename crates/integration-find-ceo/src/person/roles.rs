//! Recognises the titles of posts before, after and beside a name, and whether they are a chief
//! executive's. This module must not choose a person.

use std::{collections::HashMap, sync::LazyLock};

/// The kind of post that a text names. A higher kind wins: a chief executive with a second post counts as a
/// chief executive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Post {
    Unclear,
    Other,
    Chief,
}

/// Titles of chief executives. A longer title precedes the titles that it begins with.
#[rustfmt::skip]
const CHIEF: &[&str] = &[
    "co-ceos", "co-ceo", "joint ceos", "ceos", "co-chief executive officers", "co-chief executives", "ceo", "chief executive officer", "chief executive", "managing director", "geschäftsführerin", "geschäftsführer",
    "geschäftsführender gesellschafter", "vorstandsvorsitzende", "vorstandsvorsitzender", "vorsitzender der geschäftsführung",
    "pdg", "p-dg", "président-directeur général", "directrice générale", "directeur général", "gérante", "gérant",
    "director general", "directora general", "director ejecutivo", "directora ejecutiva", "consejero delegado", "consejera delegada",
    "diretor-presidente", "diretora-presidente", "diretor executivo", "diretora executiva", "amministratore delegato",
    "amministratrice delegata", "algemeen directeur", "prezes zarządu", "prezes", "genel müdür", "генеральный директор",
    "vd", "verkställande direktör", "administrerende direktør", "adm. direktør", "toimitusjohtaja",
    "代表取締役社長", "代表取締役", "最高経営責任者", "社長", "首席执行官", "首席執行官", "总裁", "總裁", "总经理", "總經理", "执行长",
    "대표이사", "대표", "최고경영자", "الرئيس التنفيذي", "सीईओ", "मुख्य कार्यकारी अधिकारी",
];

/// Titles that people other than the chief executive hold.
#[rustfmt::skip]
const OTHER: &[&str] = &["cfo", "cto", "coo", "cmo", "cio", "chairman", "chairwoman", "chair", "präsident", "präsidentin"];

/// Titles that a chief executive often holds as well.
const UNCLEAR: &[&str] = &[
    "co-founder",
    "founder",
    "president",
    "owner",
    "general manager",
    "interim",
    "acting",
    "inhaber",
    "gründer",
];

/// The text after `prefix`, ignoring case.
fn after_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    let is_same = prefix.chars().all(|c| rest.next().is_some_and(|d| d.to_lowercase().eq(c.to_lowercase())));
    is_same.then_some(rest.as_str())
}

fn is_cjk(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c > '\u{2e80}')
}

/// The titles, grouped by their first letter. This makes a fast check, because few names begin with a title.
static BY_LETTER: LazyLock<HashMap<char, Vec<(Post, &str)>>> = LazyLock::new(|| {
    let mut by_letter: HashMap<char, Vec<_>> = HashMap::new();
    for (post, title) in titles() {
        if let Some(letter) = first_letter(title) {
            by_letter.entry(letter).or_default().push((post, title));
        }
    }
    by_letter
});

fn first_letter(text: &str) -> Option<char> {
    text.chars().next()?.to_lowercase().next()
}

fn titles() -> impl Iterator<Item = (Post, &'static str)> {
    let of = |post, titles: &'static [&'static str]| titles.iter().map(move |title| (post, *title));
    of(Post::Chief, CHIEF).chain(of(Post::Other, OTHER)).chain(of(Post::Unclear, UNCLEAR))
}

/// The post at the start of a text, and the rest: "CEO: Jane Doe", "Founder & CEO Jane Doe", "CEO of Acme:
/// Jane Doe", "CEO is Jane Doe". `None` when the text does not begin with a post.
pub(super) fn leading(text: &str) -> Option<(Post, &str)> {
    let mut post = None;
    let mut rest = text;
    while let Some((of_title, after)) = title_at_start(rest) {
        post = post.max(Some(of_title));
        rest = after.trim_start();
        for joint in ["& ", "and ", "und ", "et ", "+ "] {
            rest = rest.strip_prefix(joint).unwrap_or(rest);
        }
    }
    let post = post?;
    let rest = ["is ", "ist ", "est ", "es ", "é ", "è "]
        .iter()
        .find_map(|verb| rest.strip_prefix(verb))
        .unwrap_or(rest);
    let rest = match rest.split_once(':') {
        Some((company, name)) if company.is_empty() || company.starts_with("of ") => name,
        _ => rest,
    };
    Some((post, rest.trim()))
}

fn title_at_start(text: &str) -> Option<(Post, &str)> {
    BY_LETTER.get(&first_letter(text)?)?.iter().find_map(|(post, title)| {
        let rest = after_prefix(text, title)?;
        let ends = rest.is_empty() || rest.starts_with([' ', ':']) || is_cjk(title);
        ends.then_some((*post, rest))
    })
}

/// The name without a title at its end: "Jane Doe CEO".
pub(super) fn without_trailing(name: &str) -> &str {
    let Some((before, last)) = name.rsplit_once(' ') else { return name };
    let is_title = last == "CEO" || is_cjk(last) && CHIEF.contains(&last);
    if is_title { before.trim_end() } else { name }
}

/// The highest post in a remark.
pub(super) fn named(remark: &str) -> Option<Post> {
    if remark.trim().is_empty() {
        return None;
    }
    let remark = remark.to_lowercase();
    let is_within = |title: &str| {
        remark.match_indices(title).any(|(at, found)| {
            let before = remark[..at].chars().next_back();
            let after = remark[at + found.len()..].chars().next();
            let ends = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
            is_cjk(title) || ends(before) && ends(after)
        })
    };
    titles().filter(|(_, title)| is_within(title)).map(|(post, _)| post).max()
}
