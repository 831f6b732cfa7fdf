//! Answers and the cells that are read from them.

use proptest::prelude::*;

use super::*;

mod declared;
mod laid_out;
mod revised;
mod wrapped;

const SUBJECT: &str = "Research the company with the web domain acme.com.";

const OUTPUTS: &[Column] = &[
    Column::optional("ceo_name", SemanticType::Text, "the chief executive's full name"),
    Column::optional("employee_count", SemanticType::Integer, "people employed"),
    Column::optional("tech_stack", SemanticType::List, "technologies"),
    Column::optional("ceo_linkedin_url", SemanticType::LinkedinUrl, "their profile"),
];

#[track_caller]
fn check(answer: &str, expect: [&str; 4]) {
    let fields = read(answer, SUBJECT, OUTPUTS).unwrap();
    let cells = OUTPUTS.iter().map(|column| fields.cell(&column.name).unwrap_or_default());
    assert_eq!(cells.collect::<Vec<_>>(), expect, "{answer}");
}

#[test]
fn the_question_names_every_key() {
    let query = ask("Research acme.com.", OUTPUTS);
    assert!(OUTPUTS.iter().all(|column| query.contains(&format!("\"{}\"", column.name))));
    assert!(query.contains("null when unknown"));
}

#[test]
fn answers_as_real_models_give_them_are_read() {
    let jane = ["Jane Doe", "1200", "Rust; Go", "https://www.linkedin.com/in/jane"];
    let plain = r#"{"ceo_name":"Jane Doe","employee_count":"about 1,200","tech_stack":"Rust, Go","ceo_linkedin_url":"linkedin.com/in/jane"}"#;
    check(plain, jane);
    check(&format!("Here is {{what}} I found:\n```json\n{plain}\n```\nHope {{that}} helps!"), jane);
    check(&format!("[{plain}, {{\"ceo_name\": \"John Roe\"}}]"), jane);
    check(
        "[{\"ceo_name\": null, \"employee_count\": 7}, {\"ceo_name\": \"Another\", \"employee_count\": 8}]",
        ["", "7", "", ""],
    );
    check(&format!("Draft: {{\"ceo_name\": null}} Final: {plain}"), jane);
    check(&format!("{{\"result\": {plain}}}"), jane);
    check(&plain.replace('}', ",\n}").replace("1,200\"", "1,200 (2024)\""), jane);
    check(&plain.replace("ceo_name", "CEO Name").replace("tech_stack", "techStack"), jane);
    check(
        "{\"ceo_name\": [\"Jane Doe\", \"John Roe\"], \"tech_stack\": [\"Rust\", null,],}",
        ["Jane Doe", "", "Rust", ""],
    );
    check("{\"ceo_name\": \"Jane\nDoe\"}", ["Jane Doe", "", "", ""]);
}

/// Checks the name that is read.
#[track_caller]
fn check_name(answer: &str, expect: &str) {
    let fields = read(answer, SUBJECT, OUTPUTS).unwrap();
    assert_eq!(fields.cell("ceo_name").unwrap_or_default(), expect, "{answer}");
}

#[test]
fn the_first_answer_counts_unless_it_is_corrected() {
    let (jane, john, null) =
        (r#"{"ceo_name": "Jane Doe"}"#, r#"{"ceo_name": "John Roe"}"#, r#"{"ceo_name": null}"#);
    for (answer, expect) in [
        (format!("{jane} {john}"), "Jane Doe"),
        (format!("{null}\n\nFor comparison, Apple: {john}"), ""),
        (format!("{null} Apple's would be {john}"), ""),
        (format!("{jane}\nIts competitor:\n```json\n{john}\n```"), "Jane Doe"),
        (format!("{jane} I hope this is correct.\nFor comparison, Apple: {john}"), "Jane Doe"),
        (format!("Example: {john}\nAnswer: {jane}"), "Jane Doe"),
        (format!("For example:\n```json\n{john}\n```\n{jane}"), "Jane Doe"),
        (format!("The former one was {john}. Now: {jane}"), "Jane Doe"),
        (format!("An example: {jane}"), "Jane Doe"),
        (format!("Draft: {null} Final: {jane}"), "Jane Doe"),
        (format!("{john}\nWait, that was wrong.\n```json\n{jane}\n```"), "Jane Doe"),
        (format!("{john} Corrected: {jane}"), "Jane Doe"),
        (format!("{john} Correction of my previous answer: {null}"), ""),
        (format!("Final answer: {jane} Other firms: {john}"), "Jane Doe"),
    ] {
        check_name(&answer, expect);
    }
}

#[test]
fn a_repeated_question_is_not_an_answer() {
    let echo = r#"{"ceo_name": "a string", "employee_count": "a whole number, no text"}"#;
    check_name(&format!("You asked for {echo}. Here: {{\"ceo_name\": \"Jane Doe\"}}"), "Jane Doe");
    check_name(r#"{"ceo_name": "the chief executive's full name"} {"ceo_name": "Jane Doe"}"#, "Jane Doe");
    check_name(r#"{"ceo_name": "..."} {"ceo_name": "Jane Doe"}"#, "Jane Doe");
    check_name(r#"{"ceo_name": "<name>"} {"ceo_name": "Jane Doe"}"#, "Jane Doe");
    check(r#"{"ceo_name": "a string", "employee_count": 7}"#, ["", "7", "", ""]);
    assert!(read(echo, SUBJECT, OUTPUTS).is_err(), "{:?}", read(echo, SUBJECT, OUTPUTS));
}

#[test]
fn objects_about_others_are_ignored() {
    let (jane, john) = (r#"{"ceo_name": "Jane Doe"}"#, r#"{"ceo_name": "John Roe", "employee_count": 7}"#);
    check_name(&format!(r#"{{"former_ceo": {john}, "present": {jane}}}"#), "Jane Doe");
    check_name(&format!(r#"{{"comparison": [{john}], "result": {jane}}}"#), "Jane Doe");
    check_name(
        &format!(r#"{{"aPreviousOne": null, "previousAnswer": {john}, "result": {jane}}}"#),
        "Jane Doe",
    );
    assert!(read(&format!(r#"{{"former": {john}}}"#), SUBJECT, OUTPUTS).is_err());
    check_name(
        r#"[{"domain": "other.com", "ceo_name": "John Roe"}, {"domain": "https://www.acme.com/", "ceo_name": "Jane Doe"}]"#,
        "Jane Doe",
    );
    check_name(r#"[{"domain": "me.com", "ceo_name": "Jane Doe"}, {"ceo_name": "John Roe"}]"#, "Jane Doe");
}

#[test]
fn a_count_is_never_negative() {
    for count in ["-1", "\"-1\"", "-1.0"] {
        check(&format!("{{\"employee_count\": {count}}}"), ["", "", "", ""]);
    }
}

#[test]
fn footnotes_and_broken_characters_do_not_hide_the_answer() {
    let notes: String = (1..400).map(|at| format!("A claim [{at}] {{of}} [see {at}]. ")).collect();
    check_name(&format!("{notes} {{\"ceo_name\": \"Jane Doe\"}}"), "Jane Doe");
    for (escape, expect) in [
        (r"\ud83d", "Jane\u{fffd}Doe"),
        (r"\ude00", "Jane\u{fffd}Doe"),
        (r"\ud83d\ud83d\ude00", "Jane\u{fffd}😀Doe"),
        (r"\ud83d\n", "Jane\u{fffd} Doe"),
        (r"\ud83d\\", "Jane\u{fffd}\\Doe"),
        (r"\ud8-", "Jane\u{fffd}-Doe"),
    ] {
        check_name(&format!("Found: {{\"ceo_name\": \"Jane{escape}Doe\"}}"), expect);
    }
    check_name(r#"{"ceo_name": "Jane Doe\ud83d"}"#, "Jane Doe\u{fffd}");
}

#[test]
fn unknown_is_empty_and_never_a_word() {
    check(
        r#"{"ceo_name":"N/A","employee_count":"unknown","tech_stack":[],"ceo_linkedin_url":"I could not find a profile"}"#,
        ["", "", "", ""],
    );
    assert!(read(r#"{"ceo_name": null}"#, SUBJECT, OUTPUTS).unwrap().is_empty());
}

#[test]
fn prose_without_json_is_a_bad_reply_with_an_excerpt() {
    for answer in ["Acme is led by Jane Doe.", "", "{}", "{\"other\": 1}", "{{{{", "[1, 2"] {
        let error = read(answer, SUBJECT, OUTPUTS).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::BadReply);
        assert!(error.may_be_billed());
        assert!(error.full_message().contains(answer.get(..12).unwrap_or(answer)), "{error}");
    }
}

#[test]
fn the_source_is_kept_with_the_fields() {
    let fields = read(r#"{"ceo_name":"Jane","source_url":"acme.com/team"}"#, SUBJECT, OUTPUTS).unwrap();
    assert_eq!(fields.get("ceo_name").unwrap().source.as_deref(), Some("https://acme.com/team"));
}

#[test]
fn a_hostile_answer_is_read_in_bounded_time() {
    for hostile in [
        "{".repeat(1_000_000),
        "[{\"a\":".repeat(200_000),
        "{\"ceo_name\":".repeat(50_000),
        format!("[ {}", "{\"a\" x}".repeat(100_000)),
        "{\"".repeat(500_000),
        format!("{{\"{}", " ,{\"a\":[ ".repeat(90_000)),
    ] {
        assert!(read(&hostile, SUBJECT, OUTPUTS).map_or(true, |fields| fields.is_empty()));
    }
}

proptest! {
    #[test]
    fn no_answer_causes_a_panic(answer in "\\PC*|[{}\\[\\]\",:\\\\a-z 0-9\n]{0,80}") {
        let _ = read(&answer, SUBJECT, OUTPUTS);
    }
}

#[test]
fn a_later_object_about_somebody_else_is_ignored() {
    let (jane, john, null) =
        (r#"{"ceo_name": "Jane Doe"}"#, r#"{"ceo_name": "John Roe"}"#, r#"{"ceo_name": null}"#);
    for between in [
        "The actual CEO of competitor Beta Corp is:",
        "Some sites wrongly give:",
        "A common mistake is to answer:",
        "Update: Acme Holdings (parent) is led by:",
        "Final note: the sister company Acme Labs has",
        "The correct spelling was verified. His deputy:",
    ] {
        check_name(&format!("{jane}\n\n{between} {john}"), "Jane Doe");
    }
    for between in
        ["Apologies for the error:", "Edit:", "After further checking:", "Hold on, he resigned in March."]
    {
        check_name(&format!("{john}\n\n{between}\n```json\n{jane}\n```"), "Jane Doe");
    }
    // An empty object directly followed by a filled one.
    check_name(&format!("{null}\n\n{jane}"), "Jane Doe");
    check_name(&format!("{null}\n```json\n{jane}\n```"), "Jane Doe");
    check_name(r#"{"ceo_name": "string", "tech_stack": "string"} {"ceo_name": "Jane Doe"}"#, "Jane Doe");
    // The subject that an object names outweighs its position.
    let (other, own) = (
        r#"{"domain": "beta.com", "ceo_name": "John Roe"}"#,
        r#"{"domain": "acme.com", "ceo_name": "Jane Doe"}"#,
    );
    check_name(&format!("{other}\n{own}"), "Jane Doe");
    check_name(&format!("{other}\n{jane}"), "Jane Doe");
    check_name(&format!("{own}\nCorrection: {other}"), "Jane Doe");
}

#[test]
fn units_several_numbers_and_lists_in_texts_are_read() {
    for (value, expect) in [
        (r#"{"value": "500", "unit": "thousand"}"#, "500000"),
        (r#"{"count": 5, "unit": "k"}"#, "5000"),
        (r#"{"value": 500, "unit": "employees"}"#, "500"),
        ("[2023, 500]", ""),
        ("[500, 500]", "500"),
    ] {
        check(&format!(r#"{{"employee_count": {value}}}"#), ["", expect, "", ""]);
    }
    for value in [
        r#"'[\"React\", \"Go\"]'"#.replace('\'', "\""),
        r#""['React', 'Go']""#.to_owned(),
        r#""1. React\n2. Go""#.to_owned(),
        r#"{"technologies": ["React", "Go"], "confidence_score": 0.9}"#.to_owned(),
    ] {
        check(&format!(r#"{{"tech_stack": {value}}}"#), ["", "", "React; Go", ""]);
    }
    check(r#"{"tech_stack": "React、Go、Rust"}"#, ["", "", "React; Go; Rust", ""]);
    check(r#"{"tech_stack": "• React • Go • Rust"}"#, ["", "", "React; Go; Rust", ""]);
}

#[test]
fn an_address_in_doubt_leaves_the_cell_empty() {
    check(
        r#"{"ceo_name": "Jane Doe", "ceo_linkedin_url": "Wrong person: https://www.linkedin.com/in/bob-roe"}"#,
        ["Jane Doe", "", "", ""],
    );
}
