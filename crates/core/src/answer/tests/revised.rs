//! Whole answers that contain several states: the latest state is the answer.

use super::wrapped::{JANE, OLD, check_jane};
use super::*;

#[test]
fn the_newest_state_is_the_answer() {
    for answer in [
        format!("As of 2021: {OLD}\nAs of 2025: {JANE}"),
        format!("As of 2025: {JANE}\nAs of 2021: {OLD}"),
        format!("2019: {OLD} 2024: {JANE}"),
        format!("In 2020 the data was\n```json\n{OLD}\n```\nand in March 2025 it is\n```json\n{JANE}\n```"),
        format!("Before: {OLD}\nAfter: {JANE}"),
        format!("After: {JANE}\nBefore: {OLD}"),
        format!("**Old:**\n{OLD}\n\n**New:**\n{JANE}"),
        format!("Old version:\n{OLD}\nNew version:\n{JANE}"),
        format!("Earlier: {OLD}\nNow: {JANE}"),
        format!("Original: {OLD} Latest: {JANE}"),
        format!("v1: {OLD}\nv2: {JANE}"),
        format!("{OLD}\n\nCorrected version:\n{JANE}"),
        format!("User: who?\nAssistant: {OLD}\nUser: look again\nAssistant: {JANE}"),
        format!("```diff\n- {OLD}\n+ {JANE}\n```"),
        format!("-{OLD}\n+{JANE}"),
        "```diff\n {\n-  \"ceo_name\": \"Old Person\",\n+  \"ceo_name\": \"Jane Doe\",\n   \"employee_count\": 1200\n }\n```".to_owned(),
        format!("Vorher: {OLD}\nNachher: {JANE}"),
        format!("Avant : {OLD}\nAprès : {JANE}"),
        format!("{OLD}\n\nCorrección: {JANE}"),
        format!("Draft 1: {OLD}\nDraft 2: {JANE}"),
        format!("First pass:\n{OLD}\nSecond pass:\n{JANE}"),
        format!("Until then: {OLD}\nSince then: {JANE}"),
        format!("<old>{OLD}</old><new>{JANE}</new>"),
        format!(r#"{{"2021": {OLD}, "2025": {JANE}}}"#),
        format!(r#"{{"first_attempt": {OLD}, "second_attempt": {JANE}}}"#),
        format!(r#"{{"answer": {OLD}, "corrected_answer": {JANE}}}"#),
        format!(r#"{{"before": {OLD}, "after": {JANE}}}"#),
        format!(r#"{{"original": {OLD}, "revised": {JANE}}}"#),
        r#"[{"year": 2021, "ceo_name": "Old Person"}, {"year": 2025, "ceo_name": "Jane Doe", "employee_count": 1200}]"#.to_owned(),
    ] {
        check_jane(answer);
    }
}

#[test]
fn an_object_labelled_as_past_or_as_another_post_is_ignored() {
    for (old, new) in [
        ("Former chief executive", "CEO"),
        ("Chairman", "Chief executive"),
        ("Parent company", "Acme"),
        ("Historical", "Today"),
        ("Ehemalige Geschäftsführerin", "Heutiger Geschäftsführer"),
        ("Précédente", "Actuelle"),
        ("Vecchia risposta", "Nuova risposta"),
        ("Önceki", "Güncel"),
        ("之前", "现任"),
        ("変更前", "変更後"),
        ("Прежний", "Новый"),
    ] {
        check_jane(format!("{old}:\n{OLD}\n\n{new}:\n{JANE}"));
        check_jane(format!("{new}:\n{JANE}\n\n{old}:\n{OLD}"));
    }
}

#[test]
fn the_newest_state_of_a_field_is_used() {
    for count in [
        json!({"previous": 900, "current": 1200}),
        json!({"2019": 900, "2023": 1200}),
        json!([{"year": 2019, "value": 900}, {"year": 2023, "value": 1200}]),
        json!([{"year": 2023, "value": 1200}, {"year": 2019, "value": 900}]),
    ] {
        check_jane(json!({"ceo_name": "Jane Doe", "employee_count": count}));
    }
}

#[test]
fn a_contradiction_under_neutral_labels_is_a_bad_reply() {
    for (one, other) in [("Berlin", "Munich"), ("Registry", "Newspaper"), ("Acme Foods", "Acme Tools")] {
        let answer = format!("{one}:\n{OLD}\n\n{other}:\n{JANE}");
        let error = read(&answer, "the company with the web domain acme.com", OUTPUTS).unwrap_err();
        assert!(error.message().contains("contradicts itself"), "{answer}: {error:?}");
    }
}

#[test]
fn the_first_object_is_used_when_no_words_decide() {
    for answer in [
        format!("{JANE}\n\n{OLD}"),
        format!("{JANE}\n\nBefore answering, I looked at this page too: {OLD}"),
        format!("{JANE}\nThe New York office: {OLD}"),
        format!("{JANE}\nFounded in 1999: {OLD}"),
        format!("Option 1: {JANE}\nOption 2: {OLD}"),
    ] {
        check_jane(answer);
    }
    // A remark counts as a correction only if it corrects something.
    for answer in [
        format!("{JANE}\n\nIf you actually meant the Dutch company of the same name: {OLD}"),
        format!("{JANE}\n\nPlease do not mistake it for Acme Pty, which has {OLD}"),
        format!("{JANE}\n\nThe final entry is of a similarly named company: {OLD}"),
    ] {
        check_jane(answer);
    }
    // Bullets are not the lines of a diff.
    check_jane("- ceo_name: Jane Doe\n- employee_count: 1200");
}

#[test]
fn a_label_marks_the_answer() {
    for label in [
        "Result:",
        "Final result:",
        "Ergebnis:",
        "Réponse :",
        "Here is the JSON:",
        "Ответ:",
        "最終回答：",
        "उत्तर:",
    ] {
        check_jane(format!("A candidate from an article: {OLD}\nHe left since.\n\n{label} {JANE}"));
    }
}

#[test]
fn words_within_a_domain_announce_nothing() {
    for domain in ["guess.com", "format.com", "acme-example.com", "https://draft.io/team"] {
        check_jane(format!("Data for {domain}:\n{JANE}\n\nAnother company:\n{OLD}"));
    }
}

#[test]
fn the_last_message_of_an_assistant_is_the_answer() {
    check_jane(json!({"messages": [
        {"role": "user", "content": "Who leads Acme?"},
        {"role": "assistant", "content": OLD},
        {"role": "user", "content": "Are you sure?"},
        {"role": "assistant", "content": JANE},
    ]}));
    check_jane(json!([
        {"role": "assistant", "content": [{"type": "text", "text": OLD}]},
        {"role": "user", "content": [{"type": "text", "text": "Again."}]},
        {"role": "assistant", "content": [{"type": "text", "text": JANE}]},
        {"role": "assistant", "content": "Anything else?"},
    ]));
}
