//! Reads DataGen's `person` object, in every shape that it was observed in. This module is pure.
//!
//! LinkedIn hid positions from the public in November 2025. A profile without positions is therefore
//! normal, and the company then comes from the headline.

use marl_core::{Error, Fields, SemanticType, Value};
use serde_json::Value as Json;

use crate::headline;

/// The fields of a profile. A `bad_reply` when the reply contains no person.
pub(crate) fn read(data: &Json) -> Result<Fields, Error> {
    let person = data.get("person").unwrap_or(data);
    if person.is_null() {
        return Ok(Fields::none());
    }
    if !person.is_object() {
        return Err(Error::bad_reply("the answer contains no person").with_detail(data.to_string()));
    }
    let headline = text(person.get("headline"));
    let company = current_company(person).or_else(|| {
        let company = headline::company(headline.as_ref()?.as_text()?)?;
        // A headline is outdated when its position has ended.
        let ended = positions(person).iter().any(|position| is_at(position, &company));
        if ended { None } else { Some(Value::Text(company)) }
    });
    let mut fields = Fields::none();
    fields.set("headline", headline);
    fields.set("current_company", company);
    fields.set("location", location(person.get("location")));
    fields.set("follower_count", follower_count(person));
    Ok(fields)
}

fn text(json: Option<&Json>) -> Option<Value> {
    SemanticType::Text.read_json(json?)
}

fn follower_count(person: &Json) -> Option<Value> {
    ["followerCount", "followersCount"]
        .iter()
        .find_map(|key| SemanticType::Integer.read_json(person.get(key)?))
        .filter(|count| !matches!(count, Value::Integer(number) if *number < 0))
}

/// The company of the position without an end. The first position of the list may merely be the latest.
fn current_company(person: &Json) -> Option<Value> {
    let marked = person.get("currentPosition").filter(|position| position.is_object() && is_open(position));
    marked.and_then(company_of).or_else(|| {
        let open = || positions(person).iter().filter(|position| is_open(position));
        // Prefer positions with a start: one without any date may be old and incomplete.
        open().filter(|position| is_dated(position)).chain(open()).find_map(company_of)
    })
}

fn positions(person: &Json) -> &[Json] {
    [&["positions", "positionHistory"][..], &["experience"]]
        .into_iter()
        .find_map(|path| at(person, path)?.as_array())
        .map_or(&[], Vec::as_slice)
}

fn company_of(position: &Json) -> Option<Value> {
    ["companyName", "company"].iter().find_map(|key| text(position.get(key)))
}

/// Whether a position is at a company. "Acme" and "Acme, Inc." are the same company.
fn is_at(position: &Json, company: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        name.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (wanted, Some(listed)) = (words(company), company_of(position)) else { return false };
    let listed = words(&listed.to_string());
    listed.starts_with(&wanted) || wanted.starts_with(&listed)
}

/// Whether a position has no end: the end is `null`, empty, or missing.
fn is_open(position: &Json) -> bool {
    dates(position, "end", "endDate").all(|end| match end {
        Json::String(text) => {
            let text = text.trim().to_lowercase();
            ["", "present", "current", "now", "today"].contains(&text.as_str())
        }
        end => is_empty(end),
    })
}

fn is_dated(position: &Json) -> bool {
    !dates(position, "start", "startDate").all(is_empty)
}

/// The dates of a position, under the keys of both shapes of positions.
fn dates<'a>(position: &'a Json, nested: &str, flat: &str) -> impl Iterator<Item = &'a Json> {
    at(position, &["startEndDate", nested]).into_iter().chain(position.get(flat))
}

/// The value at a path of keys.
fn at<'a>(json: &'a Json, path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(json, |json, key| json.get(key))
}

fn is_empty(date: &Json) -> bool {
    match date {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Number(number) => number.as_u64() == Some(0),
        Json::Object(parts) => parts.values().all(is_empty),
        Json::Bool(_) | Json::Array(_) => false,
    }
}

/// The location. DataGen returns a string, while its documentation describes an object.
fn location(json: Option<&Json>) -> Option<Value> {
    let json = json?;
    let Json::Object(parts) = json else { return text(Some(json)) };
    let mut names: Vec<String> = Vec::new();
    for key in ["city", "state", "country"] {
        if let Some(name) = text(parts.get(key)).map(|name| name.to_string())
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| Value::Text(names.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(person: Json, expect: [&str; 4]) {
        let fields = read(&json!({ "person": person })).unwrap();
        let cells = ["headline", "current_company", "location", "follower_count"]
            .map(|name| fields.cell(name).unwrap_or_default());
        assert_eq!(cells, expect);
    }

    fn position(company: &str, end: Json) -> Json {
        json!({"title": "x", "companyName": company, "startEndDate": {"start": {"year": 2020}, "end": end}})
    }

    #[test]
    fn the_position_without_an_end_is_the_current_one() {
        for open in [json!(null), json!(""), json!({"month": "", "year": ""})] {
            let history = [position("Old", json!({"month": 1, "year": 2022})), position("Acme", open)];
            check(
                json!({"headline": "Speaker", "positions": {"positionHistory": history}, "location": "Berlin"}),
                ["Speaker", "Acme", "Berlin", ""],
            );
        }
        let missing = json!({"companyName": "Acme", "startEndDate": {"start": {"year": 2020}}});
        check(json!({"positions": {"positionHistory": [missing]}}), ["", "Acme", "", ""]);
    }

    #[test]
    fn without_positions_the_headline_names_the_company() {
        for (headline, company) in [
            ("CEO at Acme", "Acme"),
            ("CEO at Acme | Speaker", "Acme"),
            ("Founder @ Acme, ex-Initech", "Acme"),
            ("CEO at Acme - we are hiring", "Acme"),
            ("Investor", ""),
            ("Former CEO at OldCo", ""),
        ] {
            check(
                json!({"headline": headline, "positions": {"positionHistory": []}}),
                [headline, company, "", ""],
            );
        }
        let ended = [position("Old", json!({"year": 2022}))];
        check(
            json!({"headline": "Advisor", "positions": {"positionHistory": ended}}),
            ["Advisor", "", "", ""],
        );
    }

    #[test]
    fn an_ended_position_is_never_current() {
        let ended = || position("OldCo", json!({"month": 5, "year": 2022}));
        let history =
            |headline: &str| json!({"headline": headline, "positions": {"positionHistory": [ended()]}});
        check(history("CEO at NewCo"), ["CEO at NewCo", "NewCo", "", ""]);
        check(history("CEO at OldCo"), ["CEO at OldCo", "", "", ""]);
        check(history("CEO at OldCo Inc."), ["CEO at OldCo Inc.", "", "", ""]);
        check(json!({"currentPosition": ended()}), ["", "", "", ""]);
        check(json!({"currentPosition": {"company": "OldCo", "endDate": "2022-05"}}), ["", "", "", ""]);
        check(
            json!({"currentPosition": ended(), "experience": [position("Acme", json!(null))]}),
            ["", "Acme", "", ""],
        );
        let both = json!({"companyName": "OldCo", "startEndDate": {"end": null}, "endDate": "2022"});
        check(json!({"experience": [both]}), ["", "", "", ""]);
    }

    #[test]
    fn a_position_with_a_start_wins_over_one_without_dates() {
        let undated = || json!({"companyName": "Someday", "title": "Advisor"});
        let history = [undated(), position("Acme", json!(null))];
        check(json!({"positions": {"positionHistory": history}}), ["", "Acme", "", ""]);
        check(json!({"experience": [undated()]}), ["", "Someday", "", ""]);
    }

    #[test]
    fn other_keys_and_shapes_are_read() {
        check(
            json!({"location": {"city": "Berlin", "state": "Berlin", "country": "Germany", "countryCode": "DE"}, "followersCount": "1,234"}),
            ["", "", "Berlin, Germany", "1234"],
        );
        check(json!({"currentPosition": {"company": "Acme"}, "headline": "N/A"}), ["", "Acme", "", ""]);
        check(json!({"experience": [{"company": "Acme", "endDate": "Present"}]}), ["", "Acme", "", ""]);
    }

    #[test]
    fn no_data_differs_from_a_bad_reply() {
        assert!(read(&json!({"person": null})).unwrap().is_empty());
        assert!(read(&json!({"person": {}})).unwrap().is_empty());
        assert!(read(&json!("some prose")).is_err());
        assert!(read(&json!({"person": [1]})).is_err());
    }
}
