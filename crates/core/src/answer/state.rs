//! Detects objects that declare themselves outdated, wrong or invented: by a role, a status, a flag or an
//! end date beside the value. Questions ask for the present holder of a post. Words outside the object
//! belong to `announced` and `retraction`.

mod flags;

use std::sync::LazyLock;

pub(super) use flags::denies_field;
use flags::{Flag, flag};
use serde_json::Value as Json;

use super::{Object, lookup, names::KeyNames, revision, same_letters};
use crate::Column;

const ROLES: [&str; 4] = ["role", "title", "position", "job_title"];
const CONFIDENCES: [&str; 3] = ["confidence", "score", "probability"];

/// The item of a list of people that fits the column best. Items of the past are excluded; where items
/// name roles, the requested role wins. Other values are returned unchanged.
pub(super) fn best_item<'a>(json: &'a Json, column: &Column) -> Option<&'a Json> {
    let items = match json {
        Json::Array(items) if items.iter().all(Json::is_object) => items,
        Json::Object(object) if is_past(object) => return None,
        Json::Object(object) => return Some(latest(object).unwrap_or(json)),
        json => return Some(json),
    };
    let objects = || items.iter().filter_map(|item| Some((item, item.as_object()?)));
    let says_more =
        |object: &Object| is_past(object) || role(object).is_some() || confidence(object).is_some();
    if let Some(at) = revision::newest(items.iter().filter_map(Json::as_object), &[]) {
        return items.get(at);
    }
    if !objects().any(|(_, object)| says_more(object)) {
        return Some(json);
    }
    let present = || objects().filter(|(_, object)| !is_past(object));
    let asked = present().find(|(_, object)| role(object).is_some_and(|role| is_asked(role, column)));
    let confident = || present().filter(|(_, object)| confidence(object).is_some());
    let most_confident = || confident().reduce(|a, b| if confidence(b.1) > confidence(a.1) { b } else { a });
    asked.or_else(most_confident).or_else(|| present().next()).map(|(item, _)| item)
}

/// The later of two states in an object: `{"previous": 100, "current": 340}`, or keys that are years.
fn latest(object: &Object) -> Option<&Json> {
    let is_earlier = |key: &str| revision::is_earlier(key) || ["previous", "previously"].contains(&key);
    // "low" and "high" are the ends of a range rather than states.
    if object.contains_key("low") || object.contains_key("high") {
        return None;
    }
    let mut later = object.iter().filter(|(key, _)| revision::is_later(key));
    let (_, value) = later.next().filter(|_| object.keys().any(|key| is_earlier(key))).unzip();
    value.or_else(|| revision::of_latest_year(object))
}

fn role(object: &Object) -> Option<&str> {
    ROLES.iter().find_map(|key| lookup(object, key)?.as_str())
}

fn confidence(object: &Object) -> Option<f64> {
    CONFIDENCES.iter().find_map(|key| lookup(object, key)?.as_f64())
}

/// The index of the most confident object, when each object gives a confidence and they differ.
pub(super) fn most_confident<'a>(objects: impl Iterator<Item = &'a Object>) -> Option<usize> {
    let sure: Option<Vec<f64>> = objects.map(confidence).collect();
    let sure = sure.filter(|sure| sure.iter().any(|one| *one != sure[0]))?;
    (0..sure.len()).max_by(|one, other| sure[*one].total_cmp(&sure[*other]))
}

/// Whether the question or the column's name contains the role: `ceo_name` asks for the CEO.
fn is_asked(role: &str, column: &Column) -> bool {
    let of_column = column.name.split('_').next().unwrap_or_default();
    let words = || role.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let question = column.question().to_lowercase();
    let title = role.trim().to_lowercase();
    let title = title.strip_suffix(" officer").unwrap_or(&title);
    words().any(|word| word == of_column) || title.contains(' ') && question.contains(title)
}

/// Whether an object declares its value outdated or not the requested one.
pub(super) fn is_past(object: &Object) -> bool {
    let has_ended =
        ["end", "end_date", "ended", "until", "to", "left"].iter().any(|key| match object.get(*key) {
            Some(Json::String(text)) => text.contains(|c: char| c.is_ascii_digit()),
            Some(Json::Number(_)) => true,
            _ => false,
        });
    has_ended || denies(object) || role(object).is_some_and(is_of_the_past) || period_has_ended(object)
}

/// Keys of the period in which an object's value was valid.
const PERIODS: [&str; 7] = ["tenure", "period", "term", "years", "dates", "ceo_tenure", "ceo_period"];

/// Keys of the year in which an object's value became outdated.
const ENDS: [&str; 6] = ["end_year", "ended_in", "year_left", "tenure_end", "left_in", "term_end"];

/// Whether an object names the year in which its value became outdated: `"tenure": "2010-2018"`,
/// `"end_year": 2018`. "2010-present" and "since 2010" have no end.
fn period_has_ended(object: &Object) -> bool {
    let is_year = |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let years = |text: &str| {
        let words = text.split(|c: char| !c.is_ascii_digit()).filter(|word| is_year(word));
        words.count()
    };
    let is_span = |text: &str| {
        let last = text.trim_end().ends_with(|c: char| c.is_ascii_digit() || c == ')');
        last && years(text) == 2 && text.contains(['-', '–', '—', 't', 'b', 'h'])
    };
    PERIODS.iter().any(|key| lookup(object, key).and_then(Json::as_str).is_some_and(is_span))
        || ENDS.iter().any(|key| match lookup(object, key) {
            Some(Json::Number(_)) => true,
            Some(Json::String(text)) => years(text) > 0,
            _ => false,
        })
}

/// Keys beside a person's name that name the person's post.
const POSTS: [&str; 8] =
    ["role", "title", "position", "job_title", "ceo_title", "ceo_role", "ceo_position", "ceo_status"];

/// Whether an object for a chief executive's column gives the person a former post, another post, or a
/// post whose period has ended.
pub(super) fn names_other_post(object: &Object, column: &Column) -> bool {
    const OTHERS: [&str; 10] =
        ["cfo", "cto", "coo", "cmo", "cio", "financial", "operating", "technology", "marketing", "sales"];
    const ASKED: [&str; 10] = [
        "ceo",
        "executive",
        "managing",
        "president",
        "director",
        "owner",
        "geschäftsführer",
        "head",
        "pdg",
        "partner",
    ];
    static KEYS: LazyLock<KeyNames> = LazyLock::new(|| KeyNames::of([&POSTS[..], &PERIODS, &ENDS]));
    if !column.name.starts_with("ceo_") || !KEYS.has_key_of(object) {
        return false;
    }
    let has = |text: &str, words: &[&str]| {
        text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&&*word.to_lowercase()))
    };
    let is_other = |text: &str| is_of_the_past(text) || has(text, &OTHERS) && !has(text, &ASKED);
    let titles = POSTS.iter().filter(|key| !same_letters(key, &column.name));
    let mut titles = titles.filter_map(|key| lookup(object, key)?.as_str());
    period_has_ended(object) || titles.any(is_other)
}

/// Keys of remarks about the values of an object.
const NOTES: [&str; 6] = ["note", "notes", "comment", "comments", "remark", "remarks"];

/// Whether a remark in an object begins by disowning its values: `"note": "No longer CEO since 2023"`.
fn note_denies(object: &Object) -> bool {
    const OPENINGS: [&str; 10] = [
        "no longer ceo",
        "no longer the ceo",
        "former ceo",
        "this is an example",
        "example data",
        "sample data",
        "fictional",
        "made up",
        "made-up",
        "placeholder",
    ];
    NOTES.iter().filter_map(|key| lookup(object, key)?.as_str()).any(|note| {
        let note = note.trim_start().to_lowercase();
        OPENINGS.iter().any(|words| note.starts_with(words))
    })
}

/// Flags that mark an object as invented.
const INVENTED: [&str; 12] = [
    "is_fictional",
    "fictional",
    "is_fake",
    "fake",
    "is_example",
    "is_sample",
    "is_placeholder",
    "placeholder",
    "is_mock",
    "hypothetical",
    "is_hypothetical",
    "fabricated",
];

/// Whether an object declares itself invented: `"is_fictional": true`.
fn is_invented(object: &Object) -> bool {
    INVENTED.iter().any(|key| match lookup(object, key) {
        Some(Json::Bool(value)) => *value,
        Some(Json::String(text)) => ["true", "yes"].contains(&&*text.trim().to_lowercase()),
        _ => false,
    })
}

/// Whether a flag, a status or a confidence of zero denies every value of the object.
pub(super) fn denies(object: &Object) -> bool {
    static KEYS: LazyLock<KeyNames> =
        LazyLock::new(|| KeyNames::of([&["status"][..], &INVENTED, &NOTES, &CONFIDENCES]));
    let is_denied = |(key, value): (&String, &Json)| matches!(flag(key, value), Some(Flag::All));
    if object.iter().any(is_denied) {
        return true;
    }
    // A fast check: nearly every object has values and no statement about them.
    if !KEYS.has_key_of(object) {
        return false;
    }
    let state = lookup(object, "status").and_then(Json::as_str).map(str::to_lowercase);
    // "not listed on an exchange" is a company's status and denies nothing.
    let is_state = |state: String| {
        let is_miss = ["not found", "not_found", "no match", "unknown"].contains(&state.trim());
        is_miss || !state.starts_with("not ") && is_of_the_past(&state)
    };
    is_invented(object)
        || note_denies(object)
        || state.is_some_and(is_state)
        || confidence(object) == Some(0.0)
}

fn is_of_the_past(text: &str) -> bool {
    const WORDS: [&str; 18] = [
        "former",
        "formerly",
        "ex",
        "past",
        "previous",
        "retired",
        "left",
        "resigned",
        "deceased",
        "not",
        "ehemaliger",
        "ehemalige",
        "ehemals",
        "ancien",
        "ancienne",
        "antiguo",
        "antigo",
        "voormalig",
    ];
    text.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&&*word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::SemanticType;

    #[test]
    fn a_flag_denies_the_fields_that_it_names() {
        const NAME: Column = Column::optional("ceo_name", SemanticType::Text, "");
        const PROFILE: Column = Column::optional("ceo_linkedin_url", SemanticType::LinkedinUrl, "");
        const COUNT: Column = Column::optional("employee_count", SemanticType::Integer, "");
        for (member, denied) in [
            (r#"{"found": false}"#, [true, true, true]),
            (r#"{"isCurrent": false}"#, [true, true, true]),
            (r#"{"is_match": "no"}"#, [true, true, true]),
            (r#"{"company_found": false}"#, [true, true, true]),
            (r#"{"data_available": false}"#, [true, true, true]),
            (r#"{"status": "not found"}"#, [true, true, true]),
            (r#"{"confidence": 0}"#, [true, true, true]),
            (r#"{"ceo_found": false}"#, [true, true, false]),
            (r#"{"ceo_is_current": false}"#, [true, true, false]),
            (r#"{"isCurrentCEO": false}"#, [true, true, false]),
            (r#"{"linkedin_found": false}"#, [false, true, false]),
            (r#"{"LinkedIn found": "no"}"#, [false, true, false]),
            (r#"{"employee_count_found": false}"#, [false, false, true]),
            (r#"{"employeeCountKnown": false}"#, [false, false, true]),
            (r#"{"exact_match": false}"#, [false, false, false]),
            (r#"{"verified": false}"#, [false, false, false]),
            (r#"{"website_found": false}"#, [false, false, false]),
            (r#"{"has_website": false}"#, [false, false, false]),
            (r#"{"found": true, "linkedin_found": true}"#, [false, false, false]),
            (r#"{"status": "not listed"}"#, [false, false, false]),
        ] {
            let object = serde_json::from_str(member).unwrap();
            let of = |column| denies(&object) || denies_field(&object, column);
            assert_eq!([of(&NAME), of(&PROFILE), of(&COUNT)], denied, "{member}");
        }
        assert!(is_past(json!({"until": 2020}).as_object().unwrap()));
        for (member, denied) in [
            (json!({"tenure": "2011–2019"}), true),
            (json!({"period": "from 2011 to 2019"}), true),
            (json!({"end_year": 2019}), true),
            (json!({"title": "Chief Financial Officer"}), true),
            (json!({"ceo_title": "Former CEO"}), true),
            (json!({"tenure": "2011-present"}), false),
            (json!({"tenure": "since 2011"}), false),
            (json!({"end_year": null}), false),
            (json!({"title": "Founder & CEO"}), false),
            (json!({"role": "Co-Founder and Managing Director"}), false),
            (json!({"title": "Chief Executive Officer and Chief Operating Officer"}), false),
        ] {
            let object = member.as_object().unwrap();
            assert_eq!(names_other_post(object, &NAME), denied, "{member}");
            assert!(!names_other_post(object, &COUNT), "{member}");
        }
        assert!(denies(json!({"is_fictional": true}).as_object().unwrap()));
        assert!(denies(json!({"comment": "Sample data, not researched."}).as_object().unwrap()));
        assert!(denies(json!({"note": "Former CEO; left in 2022."}).as_object().unwrap()));
        assert!(!denies(json!({"note": "The former CEO was Mary Major."}).as_object().unwrap()));
        assert!(!denies(json!({"is_fictional": false}).as_object().unwrap()));
    }
}
