//! Writes an answer the way that language models do: JSON, often with mistakes.
//!
//! The facts must remain recoverable: an exact number is that of the sample, a range starts below it, and the
//! right candidate comes first. This module must not choose facts.

use serde_json::{Value, json};

use super::facts::Fact;
use crate::hash::Dice;

/// Writes the answer with these facts about `subject`.
pub(super) fn write(facts: &[(String, Fact)], subject: &str, dice: Dice) -> String {
    let fields = ordered(facts, dice);
    match dice.roll("shape", 50) {
        0 if dice.one_in("silent", 2) => nothing(subject),
        0 => prose(facts, subject),
        1..=3 => {
            format!("[{}, {}]", object(&fields, Layout::Compact), object(&others(&fields), Layout::Compact))
        }
        4..=9 => format!("```json\n{}\n```", object(&fields, Layout::Lines)),
        10..=11 => format!("```\n{}\n```", object(&fields, Layout::Compact)),
        12..=16 => object(&fields, Layout::TrailingComma),
        17..=19 => format!("Here you go:\n\n```json\n{}\n```\n", object(&fields, Layout::TrailingComma)),
        20..=24 => format!(
            "Based on public sources, this is what I found about {subject}:\n\n{}\n\nLet me know if you need \
             anything else!",
            object(&fields, Layout::Lines)
        ),
        25..=27 => format!(
            "I checked {subject} {{see below}}.\n{}\nSome of it may be out of date {{sample}}.",
            object(&fields, Layout::Compact)
        ),
        28..=36 => object(&fields, Layout::Lines),
        _ => object(&fields, Layout::Compact),
    }
}

/// The layout of an object.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Compact,
    Lines,
    TrailingComma,
}

fn nothing(subject: &str) -> String {
    format!("I could not find reliable information about {subject}. You may want to check its website.")
}

/// The facts as sentences, as from a model that forgot to answer in JSON.
fn prose(facts: &[(String, Fact)], subject: &str) -> String {
    let sentences: Vec<String> = facts.iter().filter_map(|(key, fact)| sentence(key, fact)).collect();
    if sentences.is_empty() {
        return nothing(subject);
    }
    format!(
        "Here is a short overview of {subject}, as a text that can be read aloud. {}",
        sentences.join(" ")
    )
}

fn sentence(key: &str, fact: &Fact) -> Option<String> {
    let what = key.replace('_', " ");
    match fact {
        Fact::Text(text) if key.ends_with("description") => Some(text.clone()),
        Fact::Text(text) => Some(format!("As for the {what}, public sources give {text} and nothing else.")),
        Fact::Name(name) => Some(format!("At the top of it stands {name}, and has done so for some time.")),
        Fact::Number(number) => Some(format!("Its {what} comes to {number}.")),
        Fact::People(count, _) => Some(format!("Some {} people work there.", grouped(*count))),
        Fact::List(items) => Some(format!("Those who work there speak of {}.", items.join(" and "))),
        Fact::Absent => None,
    }
}

/// The fields as JSON, in the requested order or another one.
fn ordered(facts: &[(String, Fact)], dice: Dice) -> Vec<(String, Value)> {
    let mut fields: Vec<(String, Value)> =
        facts.iter().map(|(key, fact)| (key.clone(), value(key, fact, dice))).collect();
    match dice.roll("order", 6) {
        0 => fields.reverse(),
        1 => fields.rotate_left(1),
        2 => fields.sort_by(|one, other| one.0.cmp(&other.0)),
        _ => {}
    }
    fields
}

fn value(key: &str, fact: &Fact, dice: Dice) -> Value {
    match fact {
        Fact::Text(text) if key.ends_with("description") => json!(embellished(text, dice)),
        Fact::Text(text) => json!(text),
        Fact::Name(name) if dice.one_in("name as list", 30) => json!([name]),
        Fact::Name(name) => json!(name),
        Fact::Number(number) => json!(number),
        Fact::People(count, year) => people(*count, *year, dice),
        Fact::List(items) => match dice.roll("list", 6) {
            0 => json!(items.join(", ")),
            1 => json!(items.join("; ")),
            _ => json!(items),
        },
        Fact::Absent => absent(dice),
    }
}

/// A notation for "nothing is known", which is the same throughout an answer.
fn absent(dice: Dice) -> Value {
    match dice.roll("absent", 8) {
        0 => json!("N/A"),
        1 => json!("unknown"),
        2 => json!(""),
        _ => Value::Null,
    }
}

/// The text with quotes or line ends, which trip up a hand-written JSON reader.
fn embellished(text: &str, dice: Dice) -> String {
    match dice.roll("embellished", 8) {
        0 => format!("{text}\n(\"Sample\" data, may be out of date.)"),
        1 => format!("{text} {{Sample data.}}"),
        _ => text.to_owned(),
    }
}

fn people(count: u64, year: Option<u16>, dice: Dice) -> Value {
    let low = round_below(count);
    match dice.roll("people", 16) {
        0 | 1 => json!(format!("about {}", grouped(count))),
        2 => json!(grouped(count)),
        3 => json!(format!("{} ({})", grouped(count), year.unwrap_or(2024))),
        4 => json!(format!("{} employees", grouped(count))),
        5 if low > 0 => json!(format!("{}-{}", grouped(low), grouped(low * 5))),
        6 if low > 0 => json!(format!("{}+", grouped(low))),
        7 | 8 if count >= 1_000 && count.is_multiple_of(100) => json!(thousands(count)),
        9 => json!(count.to_string()),
        _ => json!(count),
    }
}

/// The largest number below `count` that consists of one digit and zeros.
fn round_below(count: u64) -> u64 {
    let below = count.saturating_sub(1);
    let unit = 10_u64.pow(below.checked_ilog10().unwrap_or_default());
    below / unit * unit
}

/// The number in thousands: 12,500 is "12.5k". Exact for multiples of a hundred.
fn thousands(count: u64) -> String {
    match count / 100 % 10 {
        0 => format!("{}k", count / 1_000),
        tenth => format!("{}.{tenth}k", count / 1_000),
    }
}

/// The number with separators of thousands: 1234567 is "1,234,567".
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A second candidate. It is always wrong.
fn others(fields: &[(String, Value)]) -> Vec<(String, Value)> {
    let other = |key: &str| if key == "ceo_name" { json!("Another Sample") } else { Value::Null };
    fields.iter().map(|(key, _)| (key.clone(), other(key))).collect()
}

fn object(fields: &[(String, Value)], layout: Layout) -> String {
    let (start, between, end) = match layout {
        Layout::Compact => ("{", ", ", "}"),
        Layout::Lines => ("{\n  ", ",\n  ", "\n}"),
        Layout::TrailingComma => ("{\n  ", ",\n  ", ",\n}"),
    };
    let fields: Vec<String> = fields.iter().map(|(key, value)| field(key, value, layout)).collect();
    format!("{start}{}{end}", fields.join(between))
}

fn field(key: &str, value: &Value, layout: Layout) -> String {
    match value {
        Value::Array(items) if layout == Layout::TrailingComma && !items.is_empty() => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            format!("\"{key}\": [{},]", items.join(", "))
        }
        _ => format!("\"{key}\": {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Vec<(String, Fact)> {
        vec![
            ("ceo_name".to_owned(), Fact::Name("Jane Sample".to_owned())),
            ("tech_stack".to_owned(), Fact::List(vec!["AWS", "SAP"])),
            ("employee_count".to_owned(), Fact::People(12_500, Some(2024))),
            ("company_description".to_owned(), Fact::Text("A sample.".to_owned())),
            ("source_url".to_owned(), Fact::Absent),
        ]
    }

    fn all() -> Vec<String> {
        (0..2_000).map(|seed| write(&facts(), "Acme", Dice::of_text(seed, "q"))).collect()
    }

    #[test]
    fn every_shape_occurs() {
        let all = all();
        for part in [
            "could not find",
            "stands Jane Sample",
            "```json",
            "```\n{",
            "{see below}",
            "Another Sample",
            ",\n}",
            "\",]",
            "about 12,500",
            "\"12,500\"",
            "12,500 (2024)",
            "10,000-50,000",
            "10,000+",
            "12.5k",
            "\"12500\"",
            ": 12500",
            "\"N/A\"",
            "\"unknown\"",
            ": null",
            "[\"Jane Sample\"]",
            "AWS; SAP",
            "AWS, SAP",
            "\\n(\\\"Sample\\\"",
        ] {
            assert!(all.iter().any(|text| text.contains(part)), "{part}");
        }
    }

    #[test]
    fn many_answers_are_valid_json_and_few_have_none() {
        let all = all();
        let plain = all.iter().filter(|text| serde_json::from_str::<Value>(text).is_ok()).count();
        assert!((700..1_300).contains(&plain), "{plain}");
        let none = all.iter().filter(|text| !text.contains('{')).count();
        assert!((15..75).contains(&none), "{none}");
    }

    #[test]
    fn the_right_candidate_is_first() {
        for text in all().iter().filter(|text| text.contains("Another Sample")) {
            assert!(text.find("Jane Sample") < text.find("Another Sample"));
        }
    }

    #[test]
    fn numbers_have_their_notations() {
        assert_eq!(
            (grouped(7), grouped(1_234), grouped(1_234_567)),
            ("7".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!((thousands(12_500), thousands(3_000)), ("12.5k".into(), "3k".into()));
        assert_eq!([0, 1, 2, 10, 100, 3_167, 60_500].map(round_below), [0, 0, 1, 9, 90, 3_000, 60_000]);
    }
}
