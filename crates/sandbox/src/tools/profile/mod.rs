//! `get_linkedin_person_data`: invented profiles in the shape of real answers.
//!
//! Only the name and the post of a sample company's CEO are real, and even those profiles say that they are
//! invented. This module decides whose profile is returned. It must never take data about a person from
//! anywhere else.

mod person;
mod place;

use super::Answer;
use crate::hash::Dice;
use crate::slug::{name_of, slug};
use crate::{FaultKind, sample};
use person::{End, Followers, Origin, Person, Shape};
use place::Place;

/// The answer for a profile address.
pub(super) fn answer(linkedin_url: &str, seed: u64) -> Answer {
    let Some(slug) = slug(linkedin_url) else {
        return Answer::Failed("Invalid LinkedIn profile URL".to_owned());
    };
    let dice = Dice::of_text(seed, &slug);
    let known = sample::led_by(&slug).is_some() || slug.starts_with("sandbox-") || SPECIAL.contains(&&*slug);
    if slug == "not-found" || (!known && dice.one_in("not found", 8)) {
        return Answer::Failed("Resource not found".to_owned());
    }
    let shape = special_shape(&slug).unwrap_or_else(|| shape(dice));
    Answer::Found(profile(&slug, dice).json(&shape, dice))
}

/// The fault that a special profile stands for.
pub(super) fn special_fault(linkedin_url: &str, attempt: u64) -> Option<FaultKind> {
    match slug(linkedin_url)?.as_str() {
        "slow" => Some(FaultKind::Slow),
        "flaky" if attempt == 0 => Some(FaultKind::InternalError),
        _ => None,
    }
}

/// Slugs that stand for a certain shape or fault, for manual tests.
const SPECIAL: [&str; 9] = [
    "not-found",
    "slow",
    "flaky",
    "plain",
    "loc-object",
    "no-positions",
    "no-end",
    "past-first",
    "no-followers",
];

fn special_shape(slug: &str) -> Option<Shape> {
    let plain = Shape {
        location_is_object: false,
        has_positions: true,
        past_first: false,
        end: End::Null,
        followers: Followers::Usual,
    };
    Some(match slug {
        "plain" | "slow" | "flaky" => plain,
        "loc-object" => Shape { location_is_object: true, ..plain },
        "no-positions" => Shape { has_positions: false, ..plain },
        "no-end" => Shape { end: End::Missing, ..plain },
        "past-first" => Shape { past_first: true, ..plain },
        "no-followers" => Shape { followers: Followers::Missing, ..plain },
        _ => return None,
    })
}

fn shape(dice: Dice) -> Shape {
    Shape {
        location_is_object: dice.one_in("location is object", 3),
        has_positions: !dice.one_in("no positions", 6),
        past_first: dice.one_in("past first", 3),
        end: dice.choose("end", [End::Null, End::Null, End::Empty, End::Missing]),
        followers: dice.choose(
            "followers",
            [Followers::Usual, Followers::Usual, Followers::Usual, Followers::Plural, Followers::Missing],
        ),
    }
}

/// The person of a profile: a sample CEO, or an invented person whose name comes from the slug.
fn profile(slug: &str, dice: Dice) -> Person {
    if let Some(company) = sample::led_by(slug) {
        return Person {
            slug: slug.to_owned(),
            name: company.ceo.clone().unwrap_or_default(),
            title: dice.choose("title", ["CEO", "CEO", "Chief Executive Officer"]),
            company: company.name.clone(),
            place: Place::of(company),
            origin: Origin::Sample,
        };
    }
    Person {
        slug: slug.to_owned(),
        name: name_of(slug),
        title: dice.choose("title", ["CEO", "Head of Growth", "CTO", "Product Manager", "Founder"]),
        company: dice.choose("company", INVENTED_COMPANIES).to_owned(),
        place: Place::invented(dice),
        origin: Origin::Invented,
    }
}

const INVENTED_COMPANIES: [&str; 6] = [
    "Example Analytics",
    "Sample & Sons",
    "Placeholder Foods",
    "Invented Motors",
    "Mock Insurance",
    "Fictional Robotics",
];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The person in a profile, without the envelope.
    fn person(linkedin_url: &str, seed: u64) -> Value {
        match answer(linkedin_url, seed) {
            Answer::Found(result) => result["person"].clone(),
            Answer::Free(_) | Answer::Failed(_) => Value::Null,
        }
    }

    #[test]
    fn the_profile_of_a_ceo_says_that_it_is_invented() {
        let person = person("https://www.linkedin.com/in/sandbox-ralph-dommermuth", 0);
        assert_eq!(person["publicIdentifier"], "sandbox-ralph-dommermuth");
        assert_eq!(person["lastName"], "Dommermuth");
        assert!(person["headline"].as_str().unwrap().contains(" at 1&1"));
        assert!(person["summary"].as_str().unwrap().contains("Invented sample profile"));
    }

    #[test]
    fn special_profiles_have_their_shape() {
        let of = |slug: &str| person(&format!("https://www.linkedin.com/in/{slug}"), 5);
        assert!(of("loc-object")["location"]["country"].is_string());
        assert_eq!(of("no-positions")["positions"]["positionHistory"], json!([]));
        assert!(of("no-positions")["headline"].as_str().unwrap().contains(" at "));
        let dates = &of("no-end")["positions"]["positionHistory"][0]["startEndDate"];
        assert!(dates["start"].is_object() && dates.get("end").is_none());
        assert!(of("past-first")["positions"]["positionHistory"][0]["startEndDate"]["end"].is_object());
        assert!(of("no-followers").get("followerCount").is_none());
        assert_eq!(of("not-found"), Value::Null);
    }

    #[test]
    fn shapes_vary_and_some_profiles_are_missing() {
        let people: Vec<Value> =
            (0..800).map(|at| person(&format!("https://www.linkedin.com/in/somebody-{at}"), 1)).collect();
        let count = |test: fn(&Value) -> bool| people.iter().filter(|person| test(person)).count();
        let missing = count(Value::is_null);
        assert!((70..130).contains(&missing), "{missing}");
        assert!(count(|person| person["location"].is_object()) > 150);
        assert!(count(|person| person["location"].is_string()) > 300);
        assert!(count(|person| person["positions"]["positionsCount"] == 0) > 80);
        assert!(count(|person| person.get("followersCount").is_some()) > 80);
    }
}
