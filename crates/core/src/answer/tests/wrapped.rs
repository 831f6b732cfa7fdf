//! Whole answers with drafts, wrappings and malformed JSON.

use super::*;

pub(super) const JANE: &str = r#"{"ceo_name": "Jane Doe", "employee_count": 1200}"#;
pub(super) const OLD: &str = r#"{"ceo_name": "Old Person", "employee_count": 5}"#;

#[track_caller]
fn check_reply(reply: Json, expect: [&str; 4]) {
    let fields = read_json(&reply, SUBJECT, OUTPUTS).unwrap_or_else(|error| panic!("{error}: {reply}"));
    let cells = OUTPUTS.iter().map(|column| fields.cell(&column.name).unwrap_or_default());
    assert_eq!(cells.collect::<Vec<_>>(), expect, "{reply}");
}

#[track_caller]
pub(super) fn check_jane(reply: impl Into<Json>) {
    check_reply(reply.into(), ["Jane Doe", "1200", "", ""]);
}

#[test]
fn a_draft_is_ignored() {
    for answer in [
        format!("<think>{OLD}</think>{JANE}"),
        format!("{OLD} was so.</think>{JANE}"),
        format!("<thought>{OLD}</thought>```json\n{JANE}\n```"),
        format!("<think>{OLD}\n\nSo the answer is:\n{JANE}"),
        format!("Thinking...\n{OLD}\n...done thinking.\n{JANE}"),
        format!("analysis maybe {OLD} assistantfinal{JANE}"),
        format!("<details><summary>Thoughts</summary>{OLD}</details>{JANE}"),
        format!("> {OLD}\n\n{JANE}"),
        format!("~~{OLD}~~ {JANE}"),
        format!("<!-- {OLD} -->{JANE}"),
        format!("First attempt: {OLD}. On reflection: {JANE}"),
        format!("{OLD}\n\nHmm, that is not right. {JANE}"),
        format!("I think {OLD}, but wait, {JANE}"),
        format!("Maybe {OLD}? {JANE}"),
        format!("{OLD} -> {JANE}"),
        format!("Thought: {OLD}\nObservation: no.\nFinal Answer: {JANE}"),
    ] {
        check_jane(answer);
    }
    for draft in [format!("<think>Maybe {OLD}"), format!("{OLD}</think>"), format!("<think>{OLD}</think>")] {
        assert!(read(&draft, SUBJECT, OUTPUTS).is_err(), "{draft}");
    }
    assert!(read(&format!("<think>{OLD}</think>I could not find it."), SUBJECT, OUTPUTS).unwrap().is_empty());
}

#[test]
fn json_in_texts_and_under_other_keys_is_read() {
    let once = Json::from(JANE);
    for reply in [
        json!({ "answer": once }),
        json!({"answer": once.to_string()}),
        json!({"answer": Json::from(once.to_string()).to_string()}),
        json!({"result": {"output_text": once}}),
        json!({"response": {"data": {"text": format!("Here:\n{JANE}")}}}),
        json!({"choices": [{"message": {"role": "assistant", "content": JANE, "reasoning_content": OLD}}]}),
        json!({"output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": OLD}]},
            {"type": "message", "content": [{"type": "output_text", "text": JANE}]},
        ]}),
        json!({"content": [{"type": "thinking", "thinking": OLD}, {"type": "text", "text": JANE}]}),
        json!({"content": [{"type": "text", "text": &JANE[..20]}, {"type": "text", "text": &JANE[20..]}]}),
        json!({"messages": [{"role": "user", "content": OLD}, {"role": "assistant", "content": JANE}]}),
        json!({"candidates": [{"content": {"parts": [{"text": OLD, "thought": true}, {"text": JANE}]}}]}),
        json!({"query": OLD, "answer": JANE, "draft": OLD}),
        json!({"tool_calls": [{"function": {"name": "answer", "arguments": JANE}}]}),
    ] {
        check_jane(reply);
    }
    check_jane(JANE.replace('"', "\\\""));
}

#[test]
fn values_beside_their_sources_and_in_pairs_are_read() {
    for answer in [
        r#"{"ceo_name": {"value": "Jane Doe"}, "employee_count": {"count": 1200, "confidence": 0.9}}"#,
        r#"[{"field": "ceo_name", "value": "Jane Doe"}, {"field": "employee_count", "value": "1,200"}]"#,
        r#"{"fields": [{"key": "ceo_name", "value": "Jane Doe"}, {"name": "Employee Count", "value": 1200}]}"#,
        r#"[["ceo_name", "Jane Doe"], ["employee_count", 1200]]"#,
        r#"[{"ceo_name": "Jane Doe"}, {"employee_count": 1200}]"#,
        "- **ceo_name**: Jane Doe\n- **employee_count**: 1,200 [1]",
        "1. CEO name: Jane Doe\n2. Employee count: 1200",
        "| Field | Value |\n| --- | --- |\n| ceo_name | Jane Doe |\n| employee_count | 1,200 |",
        "ceo_name: \"Jane Doe\",\nemployee_count: 1200,",
        "\"ceo_name\": \"Jane Doe\", \"employee_count\": 1200}",
    ] {
        check_jane(answer);
    }
    let answer = r#"{"ceo_name": {"value": "Jane Doe", "source": "https://acme.com/team?utm_source=openai"}, "employee_count": "1,200 ([b.com](https://b.com/x?utm_source=openai))", "tech_stack": ["Rust"], "source_url": "[acme.com](https://acme.com/?utm_medium=x)"}"#;
    let fields = read(answer, SUBJECT, OUTPUTS).unwrap();
    let source = |name| fields.get(name).and_then(|field| field.source.as_deref());
    assert_eq!(source("ceo_name"), Some("https://acme.com/team"));
    assert_eq!(source("employee_count"), Some("https://b.com/x"));
    assert_eq!(source("tech_stack"), Some("https://acme.com/"));
}

#[test]
fn marks_are_removed_from_every_type() {
    for mark in [
        "【4:0†source】",
        " [1][2]",
        " \u{e200}cite\u{e202}turn0search1\u{e201}",
        " ([a.com](https://a.com/?utm_source=openai))",
    ] {
        let answer = json!({
            "ceo_name": format!("**Jane Doe**{mark}"),
            "employee_count": format!("1,200{mark}"),
            "tech_stack": [format!("Rust{mark}"), "C [programming language]", "C&#43;&#43;"],
            "ceo_linkedin_url": format!("https://www.linkedin.com/in/jane-doe{mark}"),
        });
        let expect = [
            "Jane Doe",
            "1200",
            "Rust; C [programming language]; C++",
            "https://www.linkedin.com/in/jane-doe",
        ];
        check_reply(answer, expect);
    }
    let link = r#"{"ceo_name": "[Jane Doe](https://acme.com)", "ceo_linkedin_url": "[LinkedIn](https://www.linkedin.com/in/jane-doe?utm_source=openai)"}"#;
    check_reply(link.into(), ["Jane Doe", "", "", "https://www.linkedin.com/in/jane-doe"]);
    check_reply(
        r#"{"ceo_linkedin_url": "<https://www.linkedin.com/in/jane-doe>"}"#.into(),
        ["", "", "", "https://www.linkedin.com/in/jane-doe"],
    );
}

#[test]
fn a_cut_answer_keeps_its_complete_values() {
    let jane = ["Jane Doe", "", "", ""];
    check_reply(r#"{"ceo_name": "Jane Doe", "employee_count": 12"#.into(), jane);
    check_reply(
        r#"{"ceo_name": "Jane Doe", "ceo_linkedin_url": "https://www.linkedin.com/in/jane-d"#.into(),
        jane,
    );
    check_reply(
        r#"{"ceo_name": "Jane Doe", "tech_stack": ["Rust", "Go", "Pyth"#.into(),
        ["Jane Doe", "", "Rust; Go", ""],
    );
    for half in [
        r#"{"ceo_name": "Jane D"#,
        r#"{"former_ceo": {"ceo_name": "Old Person"}, "ceo_name": "Ja"#,
        r#"{"previous": {"ceo_name": "Old Person"}, "current": {"ceo_name": "Ja"#,
    ] {
        assert!(read(half, SUBJECT, OUTPUTS).is_err(), "{half}");
    }
}

#[test]
fn a_schema_is_ignored() {
    let schema = r#"{"type": "object", "properties": {"ceo_name": {"type": "string", "description": "x"}}}"#;
    assert!(read(schema, SUBJECT, OUTPUTS).is_err());
    check_jane(format!("{schema} {JANE}"));
}

#[test]
fn a_statement_that_nothing_was_found_is_no_data() {
    for reply in [
        json!("I could not find reliable information about acme.com."),
        json!("null"),
        json!({ "answer": null }),
        json!({"answer": "I found no reliable sources that mention this company."}),
        json!({"content": [{"type": "text", "text": "No results found."}]}),
        json!(r#"{"status": "no_data", "message": "I could not find any information."}"#),
        json!(r#"{"error": "Not found"}"#),
        json!(r#"{"ceo_name": "Unclear", "employee_count": "k.A.", "tech_stack": ["Keine Angabe"]}"#),
    ] {
        let fields = read_json(&reply, SUBJECT, OUTPUTS).unwrap_or_else(|error| panic!("{error}: {reply}"));
        assert!(fields.is_empty(), "{reply}");
    }
    for reply in [json!({"answer": ""}), json!({"error": "rate limit exceeded"}), json!({}), json!([])] {
        assert!(read_json(&reply, SUBJECT, OUTPUTS).is_err(), "{reply}");
    }
}

#[test]
fn json_with_an_extra_level_of_escapes_is_read() {
    check_jane(r#"{&quot;ceo_name&quot;: &quot;Jane Doe&quot;, &quot;employee_count&quot;: 1200}"#);
    check_jane(r#"{\n  \"ceo_name\": \"Jane Doe\",\n  \"employee_count\": 1200\n}"#);
    check_jane(r#"{\n  "ceo_name": "Jane Doe",\n  "employee_count": 1200\n}"#);
}

#[test]
fn bullets_with_short_labels_are_read() {
    check_jane("- **CEO:** Jane Doe\n- **Employee count:** 1200");
}
