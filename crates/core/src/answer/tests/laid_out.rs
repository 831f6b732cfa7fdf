//! Whole answers in layouts other than one flat object.

use super::wrapped::check_jane;
use super::*;

const PROFILE: &str = "https://www.linkedin.com/in/jane";

#[test]
fn keys_nested_under_their_subject_are_read() {
    for answer in [
        r#"{"ceo": {"name": "Jane Doe", "linkedin_url": "linkedin.com/in/jane"}}"#,
        r#"{"company": "Acme", "ceo": {"name": "Jane Doe", "linkedinUrl": "linkedin.com/in/jane"}}"#,
        r#"{"data": {"ceo": {"name": "Jane Doe", "linkedin_url": "linkedin.com/in/jane"}}}"#,
        r#"{"ceo": {"first_name": "Jane", "last_name": "Doe", "linkedin_url": "linkedin.com/in/jane"}}"#,
        r#"{"ceo_first_name": "Jane", "ceo_last_name": "Doe", "ceo_linkedin_url": "linkedin.com/in/jane"}"#,
        r#"{"ceo_name": {"first_name": "Jane", "last_name": "Doe"}, "ceo_linkedin_url": "linkedin.com/in/jane"}"#,
        r#"{"first_name": "Jane", "last_name": "Doe", "ceo_linkedin_url": "linkedin.com/in/jane"}"#,
        r#"{"ceo_name": "<b>Jane Doe</b>", "ceo_linkedin_url": "<linkedin.com/in/jane>"}"#,
        r#"{"ceo_name": "Jane Doe +1", "ceo_linkedin_url": "linkedin.com/in/jane"}"#,
        r#"{"ceo_name": "Jane Doe Wikipedia +2", "ceo_linkedin_url": "linkedin.com/in/jane"}"#,
    ] {
        check(answer, ["Jane Doe", "", "", PROFILE]);
    }
    check(r#"{"former_ceo": {"name": "Old Person"}, "employee_count": 7}"#, ["", "7", "", ""]);
    check(r#"{"employee": {"count": 7}}"#, ["", "7", "", ""]);
}

#[test]
fn tags_around_each_value_are_read() {
    check_jane("<ceo_name>Jane Doe</ceo_name>\n<employee_count>1,200</employee_count>");
    check_jane(
        "<answer>\n  <ceo_name>Jane Doe</ceo_name>\n  <employee_count>1200</employee_count>\n  <tech_stack/>\n</answer>",
    );
    check_jane(
        "```xml\n<result><CEO_Name>Jane Doe</CEO_Name><employee_count type=\"int\">1200</employee_count></result>\n```",
    );
    check_jane("<field name=\"ceo_name\">Jane Doe</field><field name=\"employee_count\">1200</field>");
    check_jane("<ceo_name><![CDATA[Jane Doe]]></ceo_name><employee_count>1200</employee_count>");
    check("<ceo_name>Smith &amp; Roe</ceo_name>", ["Smith & Roe", "", "", ""]);
    assert!(read("<ceo_name>Jane Doe</ceo_name> or <ceo_name>Bob Roe</ceo_name>", SUBJECT, OUTPUTS).is_err());
    assert!(read("<ceo_name>Jane D", SUBJECT, OUTPUTS).is_err());
}

#[test]
fn tables_with_the_keys_as_their_header_are_read() {
    for answer in [
        "ceo_name,employee_count\nJane Doe,1200",
        "Here is the data:\n\n```csv\nceo_name,employee_count\n\"Jane Doe\",\"1,200\"\n```",
        "ceo_name\temployee_count\nJane Doe\t1200",
        "ceo_name;employee_count\nJane Doe;1200\n",
        "| ceo_name | employee_count |\n|---|---:|\n| Jane Doe | 1,200 |\n\nLet me know!",
        "| Company | CEO Name | Employee Count |\n| --- | --- | --- |\n| Acme | **Jane Doe** | 1200 |",
        "ceo_name | employee_count\n--- | ---\nJane Doe | 1200",
        "| Field | Value | Source |\n|---|---|---|\n| ceo_name | Jane Doe | x |\n| employee_count | 1200 | y |",
        "Field,Value\nceo_name,Jane Doe\nemployee_count,1200",
        "<table><tr><th>ceo_name</th><th>employee_count</th></tr>\n<tr><td>Jane Doe</td><td>1200</td></tr></table>",
        "| domain | ceo_name | employee_count |\n|---|---|---|\n| other.com | Bob Roe | 5 |\n| acme.com | Jane Doe | 1200 |",
    ] {
        check_jane(answer);
    }
    check(
        "| Key | Value |\n|---|---|\n| ceo_name | Jane Doe |\n| employee_count | 1200 |",
        ["Jane Doe", "1200", "", ""],
    );
    let cut = "ceo_name,employee_count\n";
    assert!(read(cut, SUBJECT, OUTPUTS).is_err());
}

#[test]
fn a_name_that_begins_like_a_placeholder_is_kept() {
    for name in ["None Jensen", "Na Li", "Nil Kumar", "Null Roe", "Nan Doe", "Keine Meier", "Nobody Jones"] {
        check(&format!(r#"{{"ceo_name": "{name}"}}"#), [name, "", "", ""]);
    }
}

#[test]
fn outlines_and_lists_of_short_labels_are_read() {
    for answer in [
        "company:\n  name: Acme\n  ceo:\n    name: Jane Doe\nemployee_count: 1200",
        "```yaml\nceo:\n  name: \"Jane Doe\"\nemployee:\n  count: 1,200\n```",
        "ceo_name: Jane Doe  # since 2020\nemployee_count: 1200",
        "## Acme\nCEO Name: Jane Doe\nEmployee Count: about 1,200",
        "### Result\n\nCEO: Jane Doe\nEmployee count: 1200\nSource: https://acme.com/team",
        "ceo_name\tJane Doe\nemployee_count\t1200",
        "• ceo_name – Jane Doe\n• employee_count – 1200",
        "ceo_name: Old Person\nemployee_count: 7\n\nCorrection:\nceo_name: Jane Doe\nemployee_count: 1200",
        "ceo_name: Jane Doe\nemployee_count: 1200\n\nFormer:\nceo_name: Old Person\nemployee_count: 7",
        "<table><tr><th>ceo_name</th><td>Jane Doe</td></tr><tr><th>employee_count</th><td>1200</td></tr></table>",
        r#"{"results": [{"name": "ceo_name", "answer": "Jane Doe"}, {"name": "employee_count", "answer": 1200}]}"#,
        r#"{"data": [{"key": "ceo_name", "val": "Jane Doe"}, {"key": "employee_count", "val": 1200}]}"#,
        r#"{"ceo": {"full_name": "Jane Doe"}, "employee_count": 1200}"#,
        r#"{"company": {"ceo": {"name": "Jane Doe"}}, "employee_count": 1200}"#,
        r#"ceo_name": "Jane Doe", "employee_count": 1200}"#,
        "{＂ceo_name＂: ＂Jane Doe＂, ＂employee_count＂: 1200}",
    ] {
        check_jane(answer);
    }
    check(
        "ceo_name: Jane Doe\ntech_stack:\n  - Rust\n  - Go\nemployee_count: ~",
        ["Jane Doe", "", "Rust; Go", ""],
    );
    check("ceo_name: >\n  Jane\n  Doe\ntech_stack: [Rust, Go]", ["Jane Doe", "", "Rust; Go", ""]);
    let aliased = [
        Column::optional("ceo_name", SemanticType::Text, "").aliases(&["ceo"]),
        Column::optional("employee_count", SemanticType::Integer, "").aliases(&["employees"]),
    ];
    for answer in [
        r#"{"ceo_name": "Jane Doe", "employees": 85}"#,
        "company:\n  ceo:\n    name: Jane Doe\n  employees: 85",
        "## Acme\nCEO: Jane Doe\nEmployees: 85",
    ] {
        let fields = read(answer, SUBJECT, &aliased).unwrap();
        assert_eq!(fields.cell("employee_count").as_deref(), Some("85"), "{answer}");
    }
    // Lines of prose are not a list of labels.
    assert!(
        read(
            "CEO: a post that Acme has not filled since its founding.\nThe company sells anvils.",
            SUBJECT,
            OUTPUTS
        )
        .is_err()
    );
}

#[test]
fn evidence_for_the_domain_distinguishes_two_companies() {
    let (john, jane) = (r#""ceo_name": "John Roe""#, r#""ceo_name": "Jane Doe""#);
    for answer in [
        format!("Acme Ltd (acme.co.uk):\n{{{john}}}\n\nAcme Inc (acme.com):\n{{{jane}}}"),
        format!("Acme Inc (acme.com):\n{{{jane}}}\n\nAcme Ltd (acme.co.uk):\n{{{john}}}"),
        format!(
            r#"{{{john}, "source_url": "https://acme.co.uk/"}} {{{jane}, "source_url": "https://acme.com/team"}}"#
        ),
        format!(
            r#"[{{{john}, "source_url": "https://acme.co.uk/"}}, {{{jane}, "source_url": "https://acme.com/team"}}]"#
        ),
        format!(r#"{{"acme.co.uk": {{{john}}}, "acme.com": {{{jane}}}}}"#),
        format!(r#"[{{"url": "https://beta.org", {john}}}, {{"url": "https://acme.com", {jane}}}]"#),
        format!(r#"{{"candidates": [{{{john}, "confidence": 0.2}}, {{{jane}, "confidence": 0.9}}]}}"#),
        format!(r#"{{"companies": [{{"company": "Beta", {john}}}, {{"company": "Acme", {jane}}}]}}"#),
        String::from("| company | ceo_name |\n|---|---|\n| acme.co.uk | John Roe |\n| acme.com | Jane Doe |"),
        format!("{{{john}}}\n\nThat is another company. For acme.com:\n{{{jane}}}"),
        format!("Wrong match:\n{{{john}}}\n\nRight match:\n{{{jane}}}"),
    ] {
        check_name(&answer, "Jane Doe");
    }
    for answer in [
        format!(r#"{{"domain": "beta.com", {john}}}"#),
        format!(r#"{{"beta.com": {{{john}}}}}"#),
        format!(
            r#"{{"companies": [{{"company": "Acme Oil", {john}}}, {{"company": "Acme Toys", {jane}}}]}}"#
        ),
    ] {
        let error = read(&answer, SUBJECT, OUTPUTS).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::BadReply, "{answer}");
        assert!(error.message().contains("compan"), "{error}");
    }
    // The same name with another top-level domain, and a subdomain.
    check_name(&format!(r#"{{"domain": "acme.io", {jane}}}"#), "Jane Doe");
    check_name(&format!(r#"{{"domain": "shop.acme.com", {jane}}}"#), "Jane Doe");
    // A source on another domain does not make the object another company's.
    check_name(&format!(r#"{{{jane}, "source_url": "https://news.example.org/x"}}"#), "Jane Doe");
}

#[test]
fn objects_that_complete_each_other_are_merged() {
    check(r#"{"ceo_name": "Jane Doe"} {"employee_count": 1200}"#, ["Jane Doe", "1200", "", ""]);
    check(
        r#"{"ceo_name": "Jane Doe", "employee_count": null} {"ceo_name": "Jane Doe", "employee_count": 1200}"#,
        ["Jane Doe", "1200", "", ""],
    );
    check(
        r#"{"ceo_name": "Jane Doe"} {"ceo_name": "John Roe", "employee_count": 7}"#,
        ["Jane Doe", "", "", ""],
    );
}

/// Each of these inputs would take minutes if the reader read a part of it again for each other part.
#[test]
fn hostile_layouts_are_read_in_bounded_time() {
    let open = "<ceo_name".repeat(20000) + ">";
    let hostile = [
        open,
        "<ceo_name>".repeat(20000),
        "ceo_name,employee_count\n".repeat(9000),
        "| ceo_name | employee_count |\n|---|---|\n".repeat(5000),
        "ceo_name,".repeat(25000) + "\n" + &"a,".repeat(25000),
        "- {\n+ {\n".repeat(20000),
        r#"{"ceo":"#.repeat(20000),
        "As of 2021: {\"ceo_name\": \"A\"} ".repeat(5000),
        format!("[{}]", vec![r#"{"role":"assistant","content":"{\"ceo_name\": \"A\"}"}"#; 2000].join(",")),
        format!(
            "{{{}}}",
            (0..3000).map(|n| format!("\"k{n}\": {{\"a\": {n}}}")).collect::<Vec<_>>().join(",")
        ),
        "one hundred ".repeat(20000),
        "1万".repeat(20000),
        format!(r#"{{"ceo_name": "{}"}}"#, "No data, ".repeat(20000)),
    ];
    for text in hostile {
        let fields = read_json(&Json::from(text.as_str()), SUBJECT, OUTPUTS);
        assert!(fields.is_err() || fields.is_ok_and(|fields| fields.cell("tech_stack").is_none()));
    }
}
