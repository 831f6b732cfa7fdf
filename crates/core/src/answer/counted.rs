//! Detects numbers that count something other than the column asks for: 4,500 followers are not
//! employees.
//!
//! `value::integer` accepts a number beside anything that some column may count. Only this module knows
//! the column.

use serde_json::Value as Json;

use super::lookup;
use crate::{Column, SemanticType};

/// Things that numbers about a company commonly count; each list holds the words for one thing.
#[rustfmt::skip]
const THINGS: &[&[&str]] = &[
    &["follower", "followers", "abonnés", "abonné", "seguidores", "seguidor", "seguaci", "volgers", "följare", "følgere", "フォロワー", "粉丝", "팔로워"],
    &["connection", "connections", "contacts", "kontakte"],
    &["subscriber", "subscribers", "abonnenten", "suscriptores", "assinantes", "iscritti"],
    &["customer", "customers", "client", "clients", "kunden", "clientes", "clienti", "klanten"],
    &["user", "users", "nutzer", "usuarios", "usuários", "utilisateurs", "utenti", "gebruikers"],
    &["review", "reviews", "rating", "ratings", "bewertungen", "avis", "reseñas"],
    &["view", "views", "visitor", "visitors", "visits", "download", "downloads", "fans", "likes"],
    &["sqft", "sqm", "ft", "feet", "m²", "acres", "usd", "eur", "gbp", "dollars", "euro", "euros", "$", "€", "£"],
];

/// Keys beside a number that name the counted thing.
const LABELS: [&str; 8] = ["unit", "units", "type", "metric", "label", "of", "kind", "what"];

/// Whether a value states that its number counts something that the column does not ask for.
pub(super) fn is_of_other_thing(json: &Json, column: &Column) -> bool {
    if column.kind != SemanticType::Integer {
        return false;
    }
    match json {
        Json::String(text) => names_other_thing(text, column),
        Json::Array(items) => !items.is_empty() && items.iter().all(|item| is_of_other_thing(item, column)),
        Json::Object(object) => LABELS
            .iter()
            .filter_map(|key| lookup(object, key)?.as_str())
            .chain(object.get("value").and_then(Json::as_str))
            .any(|label| names_other_thing(label, column)),
        _ => false,
    }
}

fn names_other_thing(text: &str, column: &Column) -> bool {
    const LONGEST: usize = 200;
    let text = &text[..text.floor_char_boundary(LONGEST)];
    // Words after the requested count do not matter: "120 (9k followers)".
    let end = text.find(|c: char| "([;（".contains(c)).filter(|end| *end > 0).unwrap_or(text.len());
    let text = &text[..end];
    let lower = text.to_lowercase();
    let asked = || format!("{} {}", column.name.replace('_', " "), column.question()).to_lowercase();
    let has = |text: &str, thing: &[&str]| thing.iter().any(|word| has_word(text, word));
    let is_other = |thing: &&[&str]| has(&lower, thing) && !has(&asked(), thing);
    THINGS.iter().any(is_other) || is_membership(&lower) && !has_word(&asked(), "members")
}

/// Whether a count is of members. "2,000 members" belong to a club; "20 team members" are staff.
fn is_membership(lower: &str) -> bool {
    let staff = ["team members", "staff members", "crew members", "members of staff", "members of the team"];
    has_word(lower, "members") && !staff.iter().any(|staff| lower.contains(staff))
}

fn has_word(text: &str, word: &str) -> bool {
    let is_letters = word.chars().all(char::is_alphanumeric) && word.is_ascii();
    if is_letters {
        text.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
    } else {
        text.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_of_other_things_are_detected() {
        const EMPLOYEES: Column =
            Column::optional("employee_count", SemanticType::Integer, "how many people work there");
        const FOLLOWERS: Column =
            Column::optional("follower_count", SemanticType::Integer, "followers on LinkedIn");
        for json in [
            json!("4,500 followers"),
            json!("4.5k followers on LinkedIn"),
            json!("12 000 abonnés"),
            json!("500+ connections"),
            json!("2,000 members"),
            json!("1,200 sq ft"),
            json!("USD 5000"),
            json!("$5,000"),
            json!({"count": 4500, "unit": "followers"}),
            json!({"value": "4500 reviews"}),
            json!(["300 users"]),
        ] {
            assert!(is_of_other_thing(&json, &EMPLOYEES), "{json}");
        }
        assert!(!is_of_other_thing(&json!("4,500 followers"), &FOLLOWERS));
        assert!(is_of_other_thing(&json!("500 users"), &FOLLOWERS));
        for json in [
            json!("120 employees"),
            json!(120),
            json!("20 team members"),
            json!("about 1,200"),
            json!({"value": 5, "unit": "thousand"}),
        ] {
            assert!(!is_of_other_thing(&json, &EMPLOYEES), "{json}");
        }
    }
}
