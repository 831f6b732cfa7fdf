//! Tells a person's name from a remark about one.

use marl_core::{Field, Fields, Value};

/// Brings `output` down to the name it holds, or drops it when it holds none. Whether it
/// still holds what was found.
pub(crate) fn keep_only_a_name(fields: &mut Fields, output: &'static str) -> bool {
    let Some(field) = fields.get(output).cloned() else { return true };
    fields.remove(output);
    let name = field.value.as_text().and_then(name);
    let Some(name) = name else { return false };
    fields.put(output, Field { value: Value::Text(name), source: field.source });
    true
}

/// "Jane Doe (since 2020)" and "Jane Doe, CEO" hold a name; a sentence does not, and "Jane
/// Doe (until 2023)" names somebody else than was asked for.
fn name(text: &str) -> Option<String> {
    let text = text.trim().trim_matches('"');
    let (name, remark) = split_remark(text);
    if says_not_present(remark) {
        return None;
    }
    let name = match remark.strip_prefix(',').map(str::trim) {
        Some(given) if !name.contains(' ') && !given.split([' ', '-', '/']).any(is_title) => {
            // "Musk, Elon". Of "Smith, John A." the parts are not certain.
            let given = given.trim_end_matches('.');
            is_name(given).filter(|()| !given.contains(' '))?;
            format!("{given} {name}")
        }
        _ => name.to_owned(),
    };
    is_name(&name).map(|()| name)
}

/// The name, and what follows it from the first sign that no name has.
fn split_remark(text: &str) -> (&str, &str) {
    let dash = [" - ", " – ", " — "].iter().filter_map(|dash| text.find(dash)).min();
    let sign = text.find(['(', ',', ';', '|', '[', '/']);
    let end = dash.into_iter().chain(sign).min().unwrap_or(text.len());
    (text[..end].trim(), text[end..].trim())
}

/// Whether a remark says that the post is held no more or not yet, or that it is a guess.
fn says_not_present(remark: &str) -> bool {
    const WORDS: [&str; 34] = [
        "former",
        "formerly",
        "ex",
        "until",
        "till",
        "through",
        "left",
        "previous",
        "previously",
        "past",
        "retired",
        "retiring",
        "resigned",
        "stepped",
        "stepping",
        "departed",
        "departing",
        "outgoing",
        "ousted",
        "fired",
        "deceased",
        "died",
        "late",
        "was",
        "replaced",
        "succeeded",
        "incoming",
        "designate",
        "elect",
        "not",
        "unconfirmed",
        "unverified",
        "unclear",
        "possibly",
    ];
    let words = || remark.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let years = words().filter(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()));
    // "2015-2023" ends; "since 2015" does not.
    years.count() > 1 || words().any(|word| WORDS.contains(&&*word))
}

fn is_name(name: &str) -> Option<()> {
    let words: Vec<&str> = name.split(' ').collect();
    let plausible = (1..=7).contains(&words.len())
        && name.chars().count() <= 80
        && words.iter().all(|word| is_name_part(word))
        && !name.ends_with(['!', '?', ':'])
        && words.iter().any(|word| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_ascii()))
        && !words.iter().flat_map(|word| word.split('-')).all(is_title)
        && !words.last().is_some_and(|word| is_company_ending(word));
    plausible.then_some(())
}

/// Letters, and the marks that names have; no word that only sentences have.
fn is_name_part(word: &str) -> bool {
    const NO_NAME: [&str; 52] = [
        "the",
        "is",
        "was",
        "are",
        "has",
        "not",
        "no",
        "none",
        "could",
        "find",
        "found",
        "of",
        "at",
        "to",
        "and",
        "or",
        "for",
        "on",
        "see",
        "company",
        "ceo",
        "i",
        "currently",
        "unable",
        "information",
        "data",
        "as",
        "publicly",
        "unclear",
        "please",
        "there",
        "above",
        "below",
        "name",
        "full",
        "former",
        "vacant",
        "vacancy",
        "nobody",
        "somebody",
        "unknown",
        "unnamed",
        "undisclosed",
        "anonymous",
        "access",
        "denied",
        "error",
        "available",
        "linkedin",
        "website",
        "team",
        "management",
    ];
    // Nicknames stand in quotes: Kevin "Marty" Freeman.
    let mark = |c: char| "'‘’.-‐‑`´\"“”".contains(c);
    let lower = word.to_lowercase();
    // A surname.
    let is_see = word == "See";
    word.chars().all(|c| c.is_alphabetic() || mark(c))
        && (is_see || !NO_NAME.contains(&lower.trim_matches(mark)))
}

/// Words of a post. They may be part of a name, but not all of one.
fn is_title(word: &str) -> bool {
    const TITLES: [&str; 39] = [
        "chief",
        "executive",
        "officer",
        "ceo",
        "cfo",
        "coo",
        "cto",
        "president",
        "vice",
        "vp",
        "svp",
        "evp",
        "founder",
        "cofounder",
        "co",
        "owner",
        "chairman",
        "chairwoman",
        "chairperson",
        "chair",
        "director",
        "managing",
        "general",
        "group",
        "global",
        "manager",
        "head",
        "partner",
        "principal",
        "interim",
        "acting",
        "board",
        "of",
        "and",
        "the",
        "phd",
        "mba",
        "jr",
        "sr",
    ];
    TITLES.contains(&word.to_lowercase().trim_matches(|c: char| !c.is_alphanumeric()))
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
    // In other than capitals these are surnames.
    const CAPITALS: [&str; 10] = ["AG", "SA", "SE", "AB", "AS", "BV", "NV", "KG", "OY", "SPA"];
    let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    ENDINGS.contains(&word.to_lowercase().as_str()) || CAPITALS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(name(text).as_deref(), expect, "{text}");
    }

    #[test]
    fn names_are_told_from_remarks() {
        for (text, expect) in [
            ("Jane Doe", Some("Jane Doe")),
            ("William M. Brown", Some("William M. Brown")),
            ("Marguerite Bérard", Some("Marguerite Bérard")),
            ("Conor O'Brien-Smith Jr.", Some("Conor O'Brien-Smith Jr.")),
            ("Jane Doe (since 2020)", Some("Jane Doe")),
            ("Jane Doe, CEO", Some("Jane Doe")),
            ("李彦宏", Some("李彦宏")),
            ("Ludwig van der Berg", Some("Ludwig van der Berg")),
            ("Kevin \"Marty\" Freeman", Some("Kevin \"Marty\" Freeman")),
            ("\"Jane Doe\"", Some("Jane Doe")),
            ("Sander van ‘t Noordende", Some("Sander van ‘t Noordende")),
            ("Lisa See", Some("Lisa See")),
            ("João Sa", Some("João Sa")),
            ("Michael Head", Some("Michael Head")),
            ("Satya", Some("Satya")),
            ("The CEO is Jane Doe", None),
            ("I could not find it", None),
            ("not found", None),
            ("see https://acme.com", None),
            ("Jane Doe is the CEO of Acme", None),
            ("12", None),
        ] {
            check(text, expect);
        }
    }

    #[test]
    fn a_remark_may_say_that_it_is_somebody_else() {
        for text in [
            "Jane Doe (former)",
            "Jane Doe (until 2023)",
            "Jane Doe (2015-2023)",
            "Jane Doe (ex-CEO)",
            "Jane Doe (unconfirmed)",
            "Jane Doe, who left in 2024",
            "Jane Doe | Former CEO",
            "Jane Doe - former CEO",
            "Jane Doe — stepped down in May",
            "Jane Doe, replaced by John Roe",
            "Jane Doe (CEO-elect)",
            "Former CEO Jane Doe",
            "Former Jane Doe",
            "Jane Doe and John Roe",
        ] {
            check(text, None);
        }
        for text in [
            "Jane Doe (interim)",
            "Jane Doe (CEO)",
            "Jane Doe, Interim CEO",
            "Jane Doe (since 2020)",
            "Jane Doe (2020-present)",
            "Jane Doe | Chief Executive",
            "Jane Doe – CEO & founder",
            "Jane Doe; John Roe",
            "Jane Doe/John Roe",
        ] {
            check(text, Some("Jane Doe"));
        }
    }

    #[test]
    fn a_family_name_may_come_first() {
        check("Musk, Elon", Some("Elon Musk"));
        check("O'Brien, Jean-Luc", Some("Jean-Luc O'Brien"));
        check("Madonna, CEO", Some("Madonna"));
        check("Madonna, co-founder", Some("Madonna"));
        check("Smith, John A.", None);
        check("Musk, unknown", None);
    }

    #[test]
    fn no_person_is_no_name() {
        for text in [
            "Vacant",
            "Nobody",
            "Founder",
            "Co-Founder",
            "Full Name",
            "CEO Name",
            "Unknown Person",
            "Acme Corp",
            "Acme Corp.",
            "Acme Inc",
            "Acme AG",
            "Acme S.A.",
            "Acme GmbH",
            "The Acme Company",
            "Acme Group",
            "Access Denied",
            "Chief Executive Officer",
            "Chairman and Founder",
            "See LinkedIn",
            "see above",
            "Not Available",
            "Executive Team",
        ] {
            check(text, None);
        }
    }
}
