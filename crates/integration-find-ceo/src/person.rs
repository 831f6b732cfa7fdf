//! Reads the name of a person from a text that may also contain a post, a status, a remark or several
//! people. This module must not look at other fields.

mod roles;
mod words;

use std::{collections::HashSet, sync::LazyLock};

use marl_core::{Field, Fields, SmolStr, Value};

use roles::Post;

/// Reduces the field `output` to the name in it, or removes the field when there is none. Returns whether
/// the field, if any, was kept.
pub(crate) fn keep_only_a_name(fields: &mut Fields, output: &'static str) -> bool {
    let Some(field) = fields.get(output).cloned() else { return true };
    fields.remove(output);
    let name = field.value.as_text().and_then(name);
    let Some(name) = name else { return false };
    fields.put(SmolStr::new_static(output), Field { value: Value::Text(name), source: field.source });
    true
}

/// The name of the present chief executive in a text that may contain a post, a status or several people.
/// `None` for a sentence, and for a text that names only people who no longer hold the post.
fn name(text: &str) -> Option<String> {
    let text = plain(text);
    if let Some(name) = family_name_first(&text) {
        return name;
    }
    let people = people(&text)?;
    let present = || people.iter().filter(|person| person.is_present());
    let chosen = present()
        .find(|person| person.post == Some(Post::Chief))
        .or_else(|| present().find(|person| person.post != Some(Post::Other)))
        .or_else(|| present().next())?;
    let name = roles::without_trailing(&chosen.name).to_owned();
    is_name(&name).map(|()| name)
}

/// The text with ASCII brackets and colons, and without note marks at its end.
fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            '（' | '［' | '【' | '[' => '(',
            '）' | '］' | '】' | ']' => ')',
            '：' => ':',
            '，' | '、' => ',',
            '；' | '\n' | '|' => ';',
            other => other,
        })
        .collect();
    let is_note = |c: char| {
        c.is_whitespace()
            || "*^¹²³†‡".contains(c)
            || matches!(c, '⁰'..='⁹' | '①'..='⑳' | '\u{1f300}'..='\u{1faff}')
    };
    let text = text.trim().trim_matches('"');
    // The text after this phrase is about somebody else.
    let end = text.find("not to be confused").unwrap_or(text.len());
    let text = text[..end].trim_end_matches(is_note).trim_end_matches([',', ';']);
    // "^(1)" is a note mark as well.
    let marked = text.rsplit_once("^(").filter(|(_, mark)| mark.trim_end_matches(')').parse::<u8>().is_ok());
    marked.map_or(text, |(before, _)| before).trim().to_owned()
}

/// The name in the order "Musk, Elon"; `None` when the text has another form, `Some(None)` when it has this
/// form but the name is uncertain. "Smith, John A." is uncertain.
fn family_name_first(text: &str) -> Option<Option<String>> {
    let (family, given) = text.split_once(',')?;
    let given = given.trim();
    let is_one_word = !family.contains([' ', '(', ':']) && !family.is_empty();
    let has_title = || given.split([' ', '-', '/']).any(is_title) || roles::leading(given).is_some();
    let says_more = || given.contains(['(', ';', ',']) || says_not_present(given);
    if !is_one_word || has_title() || says_more() {
        return None;
    }
    let given = given.trim_end_matches('.');
    let whole = is_name(given).filter(|()| !given.contains(' ')).map(|()| format!("{given} {family}"));
    Some(whole.filter(|whole| is_name(whole).is_some()))
}

/// A person whom a text names, and what the text says about them.
struct Person {
    name: String,
    post: Option<Post>,
    remark: String,
    is_former: bool,
    /// Whether "and" precedes the name.
    is_joined: bool,
}

impl Person {
    fn is_present(&self) -> bool {
        !self.is_former && !says_not_present(&self.remark)
    }

    fn add(&mut self, remark: &str) {
        self.post = self.post.max(roles::named(remark));
        self.remark.push(' ');
        self.remark.push_str(remark);
    }
}

/// The people whom a text names; `None` when the text begins with something other than a name or a post.
fn people(text: &str) -> Option<Vec<Person>> {
    let mut people: Vec<Person> = Vec::new();
    let mut post_before = None;
    for Part { text: part, is_joined } in parts(text) {
        let (outside, inside) = without_brackets(part);
        let (outside, is_former) = without_lead(&outside);
        let (post, rest) = roles::leading(outside).map_or((None, outside), |(post, rest)| (Some(post), rest));
        let rest = without_stop(rest.trim());
        let is_suffix = |word: &str| ["jr", "sr", "ii", "iii", "iv"].contains(&&*word.to_lowercase());
        match people.last_mut() {
            Some(last) if is_suffix(rest.trim_end_matches('.')) => {
                last.name = format!("{} {outside}", last.name)
            }
            Some(last) if !is_further_person(rest) => last.add(part),
            None if rest.is_empty() && post.is_some() => post_before = post_before.max(post),
            _ => {
                let post = post.max(post_before.take());
                let mut person =
                    Person { name: rest.to_owned(), post, remark: String::new(), is_former, is_joined };
                person.add(&inside);
                is_name(roles::without_trailing(&person.name)).or_else(|| people.first().map(|_| ()))?;
                people.push(person);
            }
        }
    }
    share_posts(&mut people);
    Some(people)
}

/// Applies a remark after "Jane Doe and John Roe" to both people: `(co-CEOs)`, `(former)`.
fn share_posts(people: &mut [Person]) {
    for at in (1..people.len()).rev() {
        let (before, behind) = people.split_at_mut(at);
        let (one, other) = (&mut before[at - 1], &behind[0]);
        let is_plural = other.remark.to_lowercase().contains("ceos");
        if (other.is_joined || is_plural) && one.post.is_none() && one.remark.trim().is_empty() {
            one.post = other.post;
            one.remark.clone_from(&other.remark);
        }
    }
}

/// A part without the full stop of its sentence. The stop of "Jr." or of an initial belongs to the name.
fn without_stop(part: &str) -> &str {
    let last = part.rsplit(' ').next().unwrap_or_default();
    let is_short = last.len() <= 3 || last.trim_end_matches('.').contains('.');
    if is_short { part } else { part.trim_end_matches('.') }
}

/// A part of a text, and whether "and" precedes it.
struct Part<'a> {
    text: &'a str,
    is_joined: bool,
}

/// The parts of a text. They are separated by signs outside brackets that no name contains, and by "and"
/// between two names.
fn parts(text: &str) -> Vec<Part<'_>> {
    const DASHES: [&str; 3] = [" - ", " – ", " — "];
    const JOINTS: [&str; 8] = [" and ", " & ", " und ", " et ", " y ", " e ", " en ", " och "];
    let mut parts = Vec::new();
    let (mut start, mut depth, mut is_joined) = (0, 0_usize, false);
    // In "Jane Doe (CEO) and John Roe (CFO)" each name has a post of its own.
    let divides_posts = text.contains(')') && text.matches('(').count() > 1;
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        let (mut length, mut is_joint) = (0, false);
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | ';' | '/' if depth == 0 => length = 1,
            ' ' if depth == 0 => {
                let word = |words: &[&str]| {
                    words.iter().find(|word| text[at..].starts_with(**word)).map_or(0, |word| word.len())
                };
                let joint = word(&JOINTS);
                is_joint = joint > 0 && (divides_posts || joins_names(&text[start..at], &text[at + joint..]));
                length = if is_joint { joint } else { word(&DASHES) };
            }
            _ => {}
        }
        if length > 0 {
            parts.push(Part { text: text[start..at].trim(), is_joined });
            start = at + length;
            is_joined = is_joint;
        }
        at += if length > 0 { length } else { sign.len_utf8() };
    }
    parts.push(Part { text: text[start..].trim(), is_joined });
    parts
}

/// Whether both sides of an "and" are full names: "Jane Doe and John Roe", but not "Smith & Roe".
fn joins_names(before: &str, after: &str) -> bool {
    /// Longer than any name with titles. The limit keeps the work for each "and" of a hostile text bounded.
    const LONGEST: usize = 160;
    if before.len() > LONGEST {
        return false;
    }
    let after = &after[..after.floor_char_boundary(LONGEST)];
    let end = after.find([',', ';', '/', '(']).unwrap_or(after.len());
    let before = roles::leading(before.trim()).map_or(before, |(_, name)| name);
    is_further_person(before.trim()) && is_further_person(after[..end].trim())
}

/// The text outside brackets, and the text inside: "Robert (Bob) Smith".
fn without_brackets(part: &str) -> (String, String) {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0_usize);
    for character in part.chars() {
        match character {
            '(' => {
                depth += 1;
                inside.push(' ');
            }
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => inside.push(character),
            _ => outside.push(character),
        }
    }
    (outside.split_whitespace().collect::<Vec<_>>().join(" "), inside)
}

/// A part without leading words such as "Probably" or "Currently", and whether it begins with a word such
/// as "formerly".
fn without_lead(part: &str) -> (&str, bool) {
    let mut rest = part;
    let mut is_former = false;
    loop {
        let end = rest.find([' ', '-']).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches([':', ',']).to_lowercase();
        let is_ex = word == "ex" || rest[end..].starts_with(' ') && words::FORMER_LEADS.contains(&&*word);
        if is_ex {
            is_former = true;
        } else if !(rest[end..].starts_with(' ') && words::LEADS.contains(&&*word)) {
            return (rest, is_former);
        }
        rest = rest[end..].trim_start_matches([' ', '-']);
    }
}

/// Whether a part after a person's name names another person rather than a post or a place.
fn is_further_person(part: &str) -> bool {
    let is_capital =
        |word: &str| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_ascii() || word.len() < 4);
    let has_two = part.contains(' ') || part.chars().filter(|c| *c > '\u{2e80}').count() > 1;
    has_two
        && is_name(part).is_some()
        && !says_not_present(part)
        && part.split(' ').all(is_capital)
        && !part.split([' ', '-']).any(is_title)
}

/// Whether a remark says that the post is no longer or not yet held, or that the name is a guess.
fn says_not_present(remark: &str) -> bool {
    if remark.trim().is_empty() {
        return false;
    }
    let remark = remark.to_lowercase();
    let remark = words::STILL.iter().fold(remark, |remark, still| remark.replace(still, " "));
    let words = || remark.split(|c: char| !c.is_alphanumeric());
    let years = words().filter(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()));
    // A period such as "2015-2023" has ended; "since 2015" has not.
    years.count() > 1
        || words().any(|word| words::NOT_PRESENT.contains(&word))
        || words::NOT_PRESENT_WITHIN.iter().any(|sign| remark.contains(sign))
}

fn is_name(name: &str) -> Option<()> {
    let words: Vec<&str> = name.split(' ').collect();
    let plausible = (1..=7).contains(&words.len())
        && name.chars().count() <= 80
        && words.iter().all(|word| is_name_part(word))
        && !name.ends_with(['!', '?', ':'])
        && !words::NOBODY.contains(&&*name.to_lowercase())
        && words.iter().any(|word| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_ascii()))
        && !words.iter().flat_map(|word| word.split('-')).all(is_title)
        && !words.last().is_some_and(|word| is_company_ending(word));
    plausible.then_some(())
}

/// Whether a word may be a part of a name: it has only letters and the signs of names, and is not a word
/// that only sentences contain.
fn is_name_part(word: &str) -> bool {
    static NO_NAME: LazyLock<HashSet<&str>> = LazyLock::new(|| words::NO_NAME.iter().copied().collect());
    // Nicknames are in quotes: Kevin "Marty" Freeman.
    let mark = |c: char| "'‘’.-‐‑`´\"“”".contains(c);
    let lower = word.to_lowercase();
    // "See" is a surname; "see" is not.
    let is_see = word == "See";
    word.chars().all(|c| c.is_alphabetic() || mark(c))
        && (is_see || !NO_NAME.contains(lower.trim_matches(mark)))
}

/// Whether a word belongs to a post. A name may contain such words, but not consist of them.
fn is_title(word: &str) -> bool {
    static TITLES: LazyLock<HashSet<&str>> = LazyLock::new(|| words::TITLES.iter().copied().collect());
    TITLES.contains(word.to_lowercase().trim_matches(|c: char| !c.is_alphanumeric()))
}

fn is_company_ending(word: &str) -> bool {
    const ENDINGS: [&str; 22] = [
        "inc",
        "corp",
        "corporation",
        "company",
        "ltd",
        "limited",
        "llc",
        "llp",
        "plc",
        "gmbh",
        "group",
        "holding",
        "holdings",
        "technologies",
        "solutions",
        "partners",
        "ventures",
        "industries",
        "systems",
        "bank",
        "university",
        "foundation",
    ];
    // In mixed case these are surnames.
    const CAPITALS: [&str; 10] = ["AG", "SA", "SE", "AB", "AS", "BV", "NV", "KG", "OY", "SPA"];
    let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    ENDINGS.contains(&word.to_lowercase().as_str()) || CAPITALS.contains(&word.as_str())
}

#[cfg(test)]
mod tests;
