//! What brackets and years beside a number say about it: that it counts something else, or of
//! which year it is.

/// Words in brackets after which a number is no count of a company's people.
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

/// Whether words in brackets say that the number counts something else, or is made up. Beside a
/// number of their own they say what that one counts: "300 employees (2 locations)".
pub(super) fn name_another_thing(inside: &str) -> bool {
    if ["k", "m"].contains(&inside.trim()) {
        return true;
    }
    let says_nothing_of_it =
        inside.contains(|c: char| c.is_ascii_digit()) || inside.contains("founding") && say_unknown(inside);
    !says_nothing_of_it
        && inside.split(|c: char| !c.is_alphanumeric()).any(|word| OTHER_THINGS.contains(&word))
}

/// Whether words in brackets say that nothing is known: a 0 beside them is no count.
pub(super) fn say_unknown(inside: &str) -> bool {
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

/// The text behind "2023:", "FY 2023:" or "Q3 2024:".
pub(super) fn without_leading_year(text: &str) -> &str {
    let Some((before, after)) = text.split_once(':') else { return text };
    let last = before.trim().rsplit(' ').next().unwrap_or_default();
    let of_year = ["fy", "q1", "q2", "q3", "q4", "year", "in"];
    let is_short = before.split_whitespace().rev().skip(1).all(|word| of_year.contains(&word));
    if is_short && year(last).is_some() { after.trim_start() } else { text }
}

/// The part of the latest year of "120 (2024), 45 (2019)", where each part names its own.
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
