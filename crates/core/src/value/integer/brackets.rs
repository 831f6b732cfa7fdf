//! Interprets brackets and years beside a number: they may show that the number counts something else, or
//! which year it is for. This module must not read the number.

/// Words in brackets that show that a number does not count a company's people.
#[rustfmt::skip]
const OTHER_THINGS: &[&str] = &[
    "customer", "customers", "client", "clients", "user", "users", "subscriber", "subscribers", "store", "stores",
    "shop", "shops", "location", "locations", "branch", "branches", "student", "students", "patients", "products",
    "follower", "followers", "job", "jobs", "openings", "vacancies", "competitor", "competitors", "parent", "namesake",
    "different", "wrong", "incorrect", "placeholder", "example", "dummy", "founding", "foundation", "gründung",
    "gründungsjahr", "création", "fondation", "fundación", "fundação", "fondazione", "oprichting", "kunden", "nutzer",
    "filialen", "standorte", "studenten", "stellenanzeigen", "clientes", "usuarios", "tiendas", "magasins", "clienti",
    "klanten",
];

/// Whether the words in brackets show that the number counts something else or is invented. Words with a
/// number of their own describe that number instead: "300 employees (2 locations)".
pub(super) fn names_other_thing(inside: &str) -> bool {
    if ["k", "m"].contains(&inside.trim()) {
        return true;
    }
    let describes_another_number =
        inside.contains(|c: char| c.is_ascii_digit()) || inside.contains("founding") && says_unknown(inside);
    !describes_another_number
        && inside.split(|c: char| !c.is_alphanumeric()).any(|word| OTHER_THINGS.contains(&word))
}

/// Whether the words in brackets state that nothing is known. A 0 beside them is not a count.
pub(super) fn says_unknown(inside: &str) -> bool {
    const WORDS: &[&str] = &[
        "not",
        "no",
        "unknown",
        "unavailable",
        "undisclosed",
        "none",
        "unbekannt",
        "inconnu",
        "desconocido",
    ];
    inside.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

fn year(text: &str) -> Option<u16> {
    let year: u16 = text.trim().parse().ok()?;
    (1900..2100).contains(&year).then_some(year)
}

/// The text after a leading year: "2023:", "FY 2023:" or "Q3 2024:".
pub(super) fn without_leading_year(text: &str) -> &str {
    let Some((before, after)) = text.split_once(':') else { return text };
    let last = before.trim().rsplit(' ').next().unwrap_or_default();
    let of_year = ["fy", "q1", "q2", "q3", "q4", "year", "in"];
    let is_short = before.split_whitespace().rev().skip(1).all(|word| of_year.contains(&word));
    if is_short && year(last).is_some() { after.trim_start() } else { text }
}

/// The part with the latest year of a text such as "120 (2024), 45 (2019)", in which each part has a year.
pub(super) fn of_newest_year(text: &str) -> &str {
    let mut newest: Option<(u16, &str)> = None;
    for part in text.split_inclusive(')') {
        let part = part.trim_start_matches([',', ';', ' ']);
        let Some((before, inside)) = part.split_once('(') else { return text };
        let Some(of_part) = year(inside.trim_end_matches(')')) else { return text };
        if !before.contains(|c: char| c.is_ascii_digit()) {
            return text;
        }
        if newest.is_none_or(|(year, _)| of_part > year) {
            newest = Some((of_part, part));
        }
    }
    newest.map_or(text, |(_, part)| part)
}
