//! Reads DataGen's `person` object. Pure, and tolerant of the shapes it has been seen in.
//!
//! LinkedIn hid positions from the public in November 2025, so a profile without them is
//! normal and the company then comes from the headline.

use marl_core::{Error, Fields, SemanticType, Value};
use serde_json::Value as Json;

/// The fields of a profile.
pub(crate) fn read(data: &Json) -> Result<Fields, Error> {
    let person = data.get("person").unwrap_or(data);
    if person.is_null() {
        return Ok(Fields::none());
    }
    if !person.is_object() {
        return Err(Error::bad_reply("the answer holds no person").with_detail(data.to_string()));
    }
    let headline = text(person.get("headline"));
    let company = current_company(person)
        .or_else(|| headline.as_ref().and_then(Value::as_text).and_then(company_in_headline));
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

/// The company of the position that has no end; the list's first is only the latest listed.
fn current_company(person: &Json) -> Option<Value> {
    if let Some(current) = person.get("currentPosition").filter(|position| position.is_object()) {
        return company_of(current);
    }
    let positions = person
        .pointer("/positions/positionHistory")
        .or_else(|| person.get("experience"))
        .and_then(Json::as_array)?;
    positions.iter().filter(|position| is_current(position)).find_map(company_of)
}

fn company_of(position: &Json) -> Option<Value> {
    ["companyName", "company"].iter().find_map(|key| text(position.get(key)))
}

/// The end of a current position is `null`, empty or missing; a date has a year.
fn is_current(position: &Json) -> bool {
    let end = position.pointer("/startEndDate/end").or_else(|| position.get("endDate"));
    match end {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.trim().is_empty() || text.eq_ignore_ascii_case("present"),
        Some(Json::Object(date)) => {
            let empty = |json: &Json| json.is_null() || json.as_str().is_some_and(|s| s.trim().is_empty());
            date.values().all(empty)
        }
        Some(_) => false,
    }
}

/// A string in captures, an object in the vendor's documentation.
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

/// "CEO at Acme | Speaker" names Acme.
fn company_in_headline(headline: &str) -> Option<Value> {
    let (_, after) = headline.split_once(" at ").or_else(|| headline.split_once(" @ "))?;
    let end = after.find([',', '|', '•', '·', ';', '/']).unwrap_or(after.len());
    let name = after[..end].split(" - ").next().unwrap_or_default();
    let name = name.split(" – ").next().unwrap_or_default().trim().trim_end_matches('.');
    let plausible = !name.is_empty() && name.split(' ').count() <= 8;
    plausible.then(|| Value::text(name)).and_then(|name| SemanticType::Text.check(&name))
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
    fn without_positions_the_headline_tells() {
        for (headline, company) in [
            ("CEO at Acme", "Acme"),
            ("CEO at Acme | Speaker", "Acme"),
            ("Founder @ Acme, ex-Initech", "Acme"),
            ("CEO at Acme - we are hiring", "Acme"),
            ("Investor", ""),
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
    fn aliases_and_shapes() {
        check(
            json!({"location": {"city": "Berlin", "state": "Berlin", "country": "Germany", "countryCode": "DE"}, "followersCount": "1,234"}),
            ["", "", "Berlin, Germany", "1234"],
        );
        check(json!({"currentPosition": {"company": "Acme"}, "headline": "N/A"}), ["", "Acme", "", ""]);
        check(json!({"experience": [{"company": "Acme", "endDate": "Present"}]}), ["", "Acme", "", ""]);
    }

    #[test]
    fn gaps_no_data_and_bad_replies_are_told_apart() {
        assert!(read(&json!({"person": null})).unwrap().is_empty());
        assert!(read(&json!({"person": {}})).unwrap().is_empty());
        assert!(read(&json!("some prose")).is_err());
        assert!(read(&json!({"person": [1]})).is_err());
    }
}
