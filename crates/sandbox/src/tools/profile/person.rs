//! Writes the JSON of a profile in the shapes and with the gaps of DataGen's real answers. This module must
//! not decide whose profile it is.

use serde_json::{Map, Value, json};

use super::place::Place;
use crate::hash::Dice;

/// The facts in a profile.
pub(super) struct Person {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) title: &'static str,
    pub(super) company: String,
    pub(super) place: Place,
    pub(super) origin: Origin,
}

/// Which facts about a person are real. The profile states this.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// The name and the post come from the sample data.
    Sample,
    /// No fact is real.
    Invented,
}

impl Origin {
    fn summary(self) -> &'static str {
        match self {
            Self::Sample => {
                "Invented sample profile of marl's sandbox. Only the name and the post come from the sample \
                 data (dated); everything else is made up."
            }
            Self::Invented => "Invented sample profile of marl's sandbox. It describes no real person.",
        }
    }
}

/// The variant of the JSON, out of those observed in real answers.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) location_is_object: bool,
    pub(super) has_positions: bool,
    pub(super) past_first: bool,
    pub(super) end: End,
    pub(super) followers: Followers,
}

/// How the end of a current position is written.
#[derive(Clone, Copy)]
pub(super) enum End {
    Null,
    Empty,
    Missing,
}

/// The key of the follower count.
#[derive(Clone, Copy)]
pub(super) enum Followers {
    Usual,
    Plural,
    Missing,
}

impl Person {
    /// The complete result of the tool.
    pub(super) fn json(&self, shape: &Shape, dice: Dice) -> Value {
        let (first, last) = self.first_and_last();
        let mut person = json!({
            "publicIdentifier": self.slug,
            "linkedInIdentifier": format!("sandbox{}", dice.roll("identifier", 1_000_000)),
            "memberIdentifier": (900_000_000 + dice.roll("member", 1_000_000)).to_string(),
            "linkedInUrl": format!("https://www.linkedin.com/in/{}", self.slug),
            "firstName": first,
            "lastName": last,
            "headline": self.headline(shape, dice),
            "summary": self.origin.summary(),
            "location": if shape.location_is_object { self.place.object() } else { self.place.text() },
            "photoUrl": format!("https://img.sandbox.example/{}.png", self.slug),
            "openToWork": false,
            "premium": dice.one_in("premium", 2),
            "creationDate": { "month": 1 + dice.roll("month", 12), "year": 2004 + dice.roll("year", 16) },
            "positions": self.positions(shape, dice),
            "schools": schools(dice),
            "skills": skills(dice),
            "languages": ["English"],
        });
        let followers = 100 + dice.roll("follower count", 40_000);
        match shape.followers {
            Followers::Usual => person["followerCount"] = followers.into(),
            Followers::Plural => person["followersCount"] = followers.into(),
            Followers::Missing => {}
        }
        json!({ "person": person })
    }

    /// The headline. It always names the company, because a profile without positions has no other trace of it.
    fn headline(&self, shape: &Shape, dice: Dice) -> String {
        let plain = format!("{} at {}", self.title, self.company);
        if shape.has_positions && dice.one_in("headline", 4) { format!("{plain} | Speaker") } else { plain }
    }

    fn positions(&self, shape: &Shape, dice: Dice) -> Value {
        if !shape.has_positions {
            return json!({ "positionsCount": 0, "positionHistory": [] });
        }
        let started = 2012 + dice.roll("started", 12);
        let current = position(self.title, &self.company, dates(dice, started, current_end(shape.end)));
        let end = Some(json!({ "month": 1 + dice.roll("left", 12), "year": started }));
        let past = position("Managing Director", "Former Example Holdings", dates(dice, started - 6, end));
        let history = if shape.past_first { [past, current] } else { [current, past] };
        json!({ "positionsCount": 2, "positionHistory": history })
    }

    fn first_and_last(&self) -> (&str, &str) {
        let name = ["Dr. ", "Sir ", "Prof. "].iter().find_map(|title| self.name.strip_prefix(title));
        let name = name.unwrap_or(&self.name);
        name.rsplit_once(' ').unwrap_or((name, ""))
    }
}

fn position(title: &str, company: &str, dates: Value) -> Value {
    json!({
        "title": title,
        "companyName": company,
        "companyLocation": "",
        "startEndDate": dates,
        "linkedInUrl": "https://www.linkedin.com/company/sandbox-sample/",
    })
}

fn dates(dice: Dice, start: u64, end: Option<Value>) -> Value {
    // Real answers sometimes have an empty text in place of a month.
    let month = if dice.one_in("empty month", 5) { json!("") } else { json!(1 + dice.roll("month", 12)) };
    let mut dates = Map::new();
    dates.insert("start".to_owned(), json!({ "month": month, "year": start }));
    if let Some(end) = end {
        dates.insert("end".to_owned(), end);
    }
    Value::Object(dates)
}

fn current_end(end: End) -> Option<Value> {
    match end {
        End::Null => Some(Value::Null),
        End::Empty => Some(json!("")),
        End::Missing => None,
    }
}

fn schools(dice: Dice) -> Value {
    if dice.one_in("no schools", 2) {
        return json!({ "educationsCount": 0, "educationHistory": [] });
    }
    let school = json!({
        "schoolName": "Example University",
        "degreeName": "BSc",
        "fieldOfStudy": dice.choose("field", ["Physics", "Economics", "Engineering"]),
        "startEndDate": { "start": { "month": 9, "year": 1995 }, "end": { "month": "", "year": 1999 } },
    });
    json!({ "educationsCount": 1, "educationHistory": [school] })
}

fn skills(dice: Dice) -> Value {
    if dice.one_in("skills are objects", 4) {
        json!([{ "name": "Leadership" }, { "name": "Strategy" }])
    } else {
        json!(["Leadership", "Strategy"])
    }
}
