//! Answers of the types number, boolean, date, telephone, country, page of a company, and JSON.

use super::*;

const DECLARED: &[Column] = &[
    Column::optional("revenue_growth", SemanticType::Number, "the growth"),
    Column::optional("is_hiring", SemanticType::Boolean, "whether they hire"),
    Column::optional("founded_date", SemanticType::Date, "when it was founded"),
    Column::optional("phone", SemanticType::Phone, "the main telephone number"),
    Column::optional("country", SemanticType::Country, "where it sits"),
    Column::optional("company_linkedin_url", SemanticType::CompanyLinkedinUrl, "its page"),
    Column::optional("plans", SemanticType::Json, "prices by plan"),
];

#[track_caller]
fn check_declared(answer: &str, expect: [&str; 7]) {
    let fields = read(answer, SUBJECT, DECLARED).unwrap();
    let cells = DECLARED.iter().map(|column| fields.cell(&column.name).unwrap_or_default());
    assert_eq!(cells.collect::<Vec<_>>(), expect, "{answer}");
}

#[test]
fn declared_types_are_read_from_answers() {
    let page = "https://www.linkedin.com/company/acme";
    check_declared(
        r#"{"revenue_growth":-0.5,"is_hiring":false,"founded_date":"May 2021","phone":"+1 (415) 555-0100","country":"Germany","company_linkedin_url":"linkedin.com/company/acme","plans":{"free":0,"pro":[9.5]}}"#,
        ["-0.5", "false", "2021-05", "+14155550100", "DE", page, r#"{"free":0,"pro":[9.5]}"#],
    );
    check_declared(
        r#"{"revenue_growth":{"value":"2.5","unit":"million"},"is_hiring":{"value":"yes","source":"https://acme.com/jobs"},"founded_date":{"year":2021,"month":5},"phone":"**+14155550100**","country":{"code":"DE"},"company_linkedin_url":"[Acme](https://www.linkedin.com/company/acme)","plans":[1,[2]]}"#,
        ["2500000", "true", "2021-05", "+14155550100", "DE", page, "[1,[2]]"],
    );
}

#[test]
fn ambiguous_and_unknown_answers_are_no_values() {
    check_declared(
        r#"{"revenue_growth":"1,234","is_hiring":"maybe","founded_date":"03/04/2021","phone":"N/A","country":"NA","company_linkedin_url":"https://www.linkedin.com/in/jane","plans":{}}"#,
        [""; 7],
    );
    check_declared(
        r#"{"revenue_growth":[1.5,2.5],"is_hiring":[true,false],"founded_date":["2020","2021"],"phone":null,"country":"Unknown","company_linkedin_url":"I could not verify linkedin.com/company/acme","plans":"N/A"}"#,
        [""; 7],
    );
}

#[test]
fn the_question_describes_the_forms() {
    let query = ask(SUBJECT, DECLARED);
    for hint in ["(true or false, no text)", "(a number, no text)", "YYYY-MM-DD", "linkedin.com/company/..."]
    {
        assert!(query.contains(hint), "{hint}: {query}");
    }
}
