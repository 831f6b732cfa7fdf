//! Malformed JSON and the JSON that the reader makes of it.

use proptest::prelude::*;
use serde_json::json;

use super::{read as read_bounded, *};

fn read(text: &str) -> Option<Read> {
    read_bounded(text, &mut MOST_READ.clone())
}

#[track_caller]
fn check(text: &str, expect: Json) {
    let read = read(text).unwrap_or_else(|| panic!("not read: {text}"));
    assert_eq!(read.json, expect, "{text}");
}

#[test]
fn common_mistakes_of_models_are_read() {
    let expect = || json!({"a": "Jane Doe", "b": 7});
    for text in [
        "{\"a\": \"Jane Doe\", // since 2020\n\"b\": 7}",
        "{\"a\": \"Jane Doe\", # since 2020\n\"b\": 7 /* all */}",
        "{\n// the answer\n\"a\": \"Jane Doe\", \"b\": 7,}",
        "{'a': 'Jane Doe', 'b': 7}",
        "{“a”: “Jane Doe”, “b”: 7}",
        "{‘a’: ‘Jane Doe’, ‘b’: 7}",
        "{„a“: „Jane Doe“, „b“: 7}",
        "{`a`: `Jane Doe`, `b`: 7}",
        "{a: \"Jane Doe\", b: 7}",
        "{\"a\": \"Jane Doe\"; \"b\": 7}",
        "{\"a\" = \"Jane Doe\", \"b\" => 7}",
        "{\"a\": \"Jane Doe\" \"b\": 7}",
        "{\"a\": \"Jane Doe\"\n\"b\": 7\n}",
        "{\"a\": \"Jane \" + \"Doe\", \"b\": 7}",
        "{\"a\": \"\"\"Jane Doe\"\"\", \"b\": 7}",
        "{\"a\": \"Jane Doe\" [1], \"b\": 7 [2][3]}",
        "{\"a\": \"Jane Doe\" 【4:0†source】, \"b\": 7}",
        "{\"a\": \"Jane Doe\" (since 2020), \"b\": 7}",
        "{{\"a\": \"Jane Doe\", \"b\": 7}}",
        "{\"a\": Jane Doe, \"b\": 7}",
        "{\"a: \"Jane Doe\", \"b\": 7}",
        "{a\": \"Jane Doe\", \"b\": 7}",
        "{\"a\" \"Jane Doe\", \"b\": 7}",
        "{\"a\":: \"Jane Doe\",, \"b\": 7}",
        "{\"a\": \"Jane Doe, \"b\": 7}",
        "{\"a\": Jane Doe\", \"b\": 7}",
        "{\"a\": \"Jane Doe\", ..., \"b\": 7}",
        "{\"a\": 'Jane Doe\", \"b\": 7}",
        "{\"a\": \"Jane Doe', \"b\": 7}",
        "{\"a\": \"Jane Doe\\\", \"b\": 7}",
        "{\"a\":\"Jane Doe\"，\"b\"：7}",
        "{\"a\": \"Jane Doe\", \"b\": 7",
        "{\"a\": \"Jane Doe\", \"b\": 7, \"c\": \"hal",
        "{\"a\": \"Jane Doe\", \"b\": 7, \"c\": ",
        "{\"a\": \"Jane Doe\", \"b\": 7, \"c",
    ] {
        let is_number_cut = text.ends_with('7');
        check(text, if is_number_cut { json!({"a": "Jane Doe"}) } else { expect() });
    }
}

#[test]
fn literals_of_other_languages_are_read() {
    check(
        "{\"a\": None, \"b\": NaN, \"c\": True, \"d\": undefined, \"e\": -Infinity, \"f\": nil, \"g\": 1e3}",
        json!({"a": null, "b": null, "c": true, "d": null, "e": null, "f": null, "g": 1e3}),
    );
    check(
        "{\"a\": 1,200, \"b\": 1_200, \"c\": about 3,000 people, \"d\": 1,00,000}",
        json!({"a": "1,200", "b": "1_200", "c": "about 3,000 people", "d": "1,00,000"}),
    );
    check("{\"a\": , \"b\": f(), \"c\": x => { y }, \"d\": 1}", json!({"a": null, "d": 1}));
}

#[test]
fn unescaped_quotes_inside_a_text_are_kept() {
    for (text, expect) in [
        ("{\"a\": \"The \"best\" anvils, since 1900\", \"b\": 1}", "The \"best\" anvils, since 1900"),
        ("{\"a\": \"The \"best\", they say\", \"b\": 1}", "The \"best\", they say"),
        ("{\"a\": \"\"best\" anvils\", \"b\": 1}", "\"best\" anvils"),
        ("{\"a\": \"makes the \"best\"\", \"b\": 1}", "makes the \"best\""),
        ("{'a': 'Conor O'Brien', 'b': 1}", "Conor O'Brien"),
        ("{'a': 'Acme's anvils, the world's best', 'b': 1}", "Acme's anvils, the world's best"),
        ("{\"a\": \"5\" pipes\", \"b\": 1}", "5\" pipes"),
        ("{\"a\": \"C\\_x \\\"y\\\" \\u00e9\\ud83d\\ude00\\ud83d\", b: 1}", "C_x \"y\" é😀\u{fffd}"),
        ("{\"a\": \"https://acme.com/a//b#c\", b: 1}", "https://acme.com/a//b#c"),
    ] {
        check(text, json!({"a": expect, "b": 1}));
    }
}

#[test]
fn complete_values_before_a_cut_are_kept() {
    let text = r#"{"a": "x", "l": ["Rust", "Go", {"n": 1}], "b": {"c": 12.5}, "z": true}"#;
    let whole: Json = serde_json::from_str(text).unwrap();
    for end in 1..text.len() {
        let Some(read) = read(&text[..end]) else { continue };
        assert!(read.is_cut, "{}", &text[..end]);
        for (key, value) in read.json.as_object().unwrap() {
            match value {
                Json::Array(items) => {
                    let all = whole[key].as_array().unwrap();
                    let half = json!({});
                    assert!(items.iter().all(|item| all.contains(item) || *item == half));
                }
                Json::Object(members) => {
                    assert!(members.iter().all(|(name, json)| whole[key][name] == *json))
                }
                value => assert_eq!(*value, whole[key], "{}", &text[..end]),
            }
        }
    }
}

#[test]
fn missing_brackets_are_supplied() {
    check("{\"l\": [\"Rust\", \"Go\", \"b\": 1}", json!({"l": ["Rust", "Go"], "b": 1}));
    check(
        "{\"l\": [\"Rust\" \"Go\"\n\"C\", \"b\", null, 7], b: 1}",
        json!({"l": ["Rust", "Go", "C", "b", null, 7], "b": 1}),
    );
    check("[{\"a\": 1, {\"a\": 2}]", json!([{"a": 1}, {"a": 2}]));
    assert_eq!(read("{\"l\": \"Rust\", \"Go\"], \"b\": 1}").unwrap().json["b"], json!(1));
}

#[test]
fn text_without_a_value_is_not_read() {
    for text in ["{", "{}", "[", "{name}", "{{name}}", "{: .class}", "{ \n }", "{]"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn hostile_text_is_read_in_bounded_time() {
    for text in [
        "{".repeat(300_000),
        "[".repeat(300_000),
        "{a:".repeat(100_000),
        "{\"a\": \"".repeat(40_000),
        format!("{{\"a\": \"{}", "x\" y ".repeat(50_000)),
        format!("{{\"a\": \"{}", "\"[".repeat(120_000)),
        format!("{{\"a\": \"{}", "\"//".repeat(80_000)),
        format!("{{\"a\": {}", "1,".repeat(120_000)),
        format!("{{{}", "#".repeat(250_000)),
        format!("{{{}", "\"a\" ".repeat(60_000)),
    ] {
        let _ = read(&text);
    }
}

/// The members of a JSON object.
fn members() -> impl Strategy<Value = Vec<(String, Json)>> {
    let value = prop_oneof![
        "[A-Z][a-z]{1,6}( [A-Z][a-z]{1,6}){0,2}".prop_map(Json::String),
        "https://[a-z]{2,8}\\.com/[a-z]{0,5}".prop_map(Json::String),
        (0_u32..100_000).prop_map(|number| json!(number)),
        Just(Json::Null),
        prop::collection::vec("[A-Z][a-z+#]{0,5}", 1..4).prop_map(|items| json!(items)),
    ];
    prop::collection::vec(value, 2..6)
        .prop_map(|values| values.into_iter().enumerate().map(|(at, v)| (format!("key_{at}"), v)).collect())
}

/// The text of the members as tokens, each with the index of its member.
fn tokens(members: &[(String, Json)]) -> Vec<(String, usize)> {
    let mut tokens = vec![("{".to_owned(), 0)];
    let mut text = |token: &str, member: usize| tokens.push((token.to_owned(), member));
    let quoted = |words: &str| ["\"".to_owned(), words.to_owned(), "\"".to_owned()];
    for (at, (key, value)) in members.iter().enumerate() {
        quoted(key).iter().for_each(|token| text(token, at));
        text(": ", at);
        match value {
            Json::String(words) => quoted(words).iter().for_each(|token| text(token, at)),
            Json::Array(items) => {
                text("[", at);
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        text(", ", at);
                    }
                    quoted(item.as_str().unwrap_or_default()).iter().for_each(|token| text(token, at));
                }
                text("]", at);
            }
            other => text(&other.to_string(), at),
        }
        text(if at + 1 < members.len() { ", " } else { "}" }, at);
    }
    tokens
}

proptest! {
    #[test]
    fn json_is_read_as_serde_reads_it(members in members()) {
        let json = Json::Object(members.into_iter().collect());
        prop_assert_eq!(&read(&json.to_string()).unwrap().json, &json);
        prop_assert_eq!(&read(&format!("{json:#}")).unwrap().json, &json);
    }

    /// One token is missing or doubled. Only the member of that token may be lost; every other member
    /// keeps its value.
    #[test]
    fn one_bad_token_never_loses_the_other_fields(members in members(), place in any::<prop::sample::Index>(), doubled in any::<bool>()) {
        let tokens = tokens(&members);
        // A missing opening brace leaves no object, and a doubled closing brace ends it twice.
        let at = 1 + place.index(tokens.len() - 2);
        let (token, damaged) = tokens[at].clone();
        let times = if doubled { 2 } else { 0 };
        let parts = tokens.iter().enumerate().map(|(index, (part, _))| if index == at { part.repeat(times) } else { part.clone() });
        let text: String = parts.collect();
        let object = read(&text).map(|read| read.json).unwrap_or_default();
        for (index, (key, value)) in members.iter().enumerate() {
            let is_damaged = index == damaged;
            prop_assert!(is_damaged || object.get(key) == Some(value), "{text}\n{object}\n{key} of {token:?}");
        }
    }

    #[test]
    fn no_text_causes_a_panic(text in "[{\\[]([{}\\[\\]\"'“”:,;\\\\u0-9a-c_#/*\n é【】()]|null|\\PC){0,60}") {
        if let Some(read) = read(&text) {
            prop_assert!(read.length <= text.len());
        }
    }
}
