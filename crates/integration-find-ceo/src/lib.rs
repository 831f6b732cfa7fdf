//! The integration `find_ceo`: the chief executive of a company, researched on the web. This crate only
//! translates a row into a question and the answer into fields.

mod person;

use async_trait::async_trait;
use marl_core::{
    CallSpec, Column, Context, Contract, Error, Fields, Integration, Registration, Row, SemanticType,
    aliases, answer,
};

const CALL: CallSpec = CallSpec::once("datagen", "chatgpt_webresearch");
const CALLS: &[CallSpec] = &[CALL];

/// Asks a research tool for a company's chief executive.
pub struct FindCeo;

const INPUTS: &[Column] =
    &[Column::required("company_domain", SemanticType::Domain, "the company's web domain")
        .aliases(aliases::COMPANY_DOMAIN)];

const OUTPUTS: &[Column] = &[
    Column::optional("ceo_name", SemanticType::Text, "full name of the present chief executive")
        .asked_as("full name of the present chief executive")
        .aliases(aliases::CEO_NAME),
    Column::optional("ceo_linkedin_url", SemanticType::LinkedinUrl, "the chief executive's LinkedIn profile")
        .asked_as("the chief executive's LinkedIn profile")
        .aliases(aliases::CEO_LINKEDIN_URL),
];

static CONTRACT: Contract =
    Contract::new("find_ceo", "4", "A company's chief executive and their LinkedIn profile, from the web")
        .inputs(INPUTS)
        .outputs(OUTPUTS)
        .calls(CALLS);

inventory::submit! { Registration::integration(|| Box::new(FindCeo)) }

#[async_trait]
impl Integration for FindCeo {
    fn contract(&self) -> &Contract {
        &CONTRACT
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let domain = row.text("company_domain");
        let subject = format!("Find the present CEO of the company with the web domain {domain}.");
        let mut fields = answer::research(cx, &CALL, &subject, OUTPUTS).await?;
        if !person::keep_only_a_name(&mut fields, "ceo_name") {
            // The profile belongs to the person whose name was refused.
            fields.remove("ceo_linkedin_url");
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use marl_core::testing::Script;
    use serde_json::json;

    use super::*;

    async fn enriched(answer: &str) -> [Option<String>; 2] {
        let script = Script::new().found(json!({ "answer": answer }));
        let fields = script.enrich(&FindCeo, &[("company_domain", "acme.com")]).await.unwrap();
        [fields.cell("ceo_name"), fields.cell("ceo_linkedin_url")]
    }

    #[tokio::test]
    async fn a_name_and_a_profile_are_read() {
        let both =
            enriched(r#"{"ceo_name": "Jane Doe", "ceo_linkedin_url": "linkedin.com/in/JaneDoe/"}"#).await;
        assert_eq!(both, [Some("Jane Doe".into()), Some("https://www.linkedin.com/in/janedoe".into())]);
    }

    #[tokio::test]
    async fn a_source_does_not_disturb_the_fields() {
        let both = enriched(r#"{"ceo_linkedin_url": "https://www.linkedin.com/in/sandbox-elliott-hill", "source_url": "https://nike.com/", "ceo_name": "Elliott Hill"}"#).await;
        assert_eq!(
            both,
            [Some("Elliott Hill".into()), Some("https://www.linkedin.com/in/sandbox-elliott-hill".into())]
        );
    }

    #[tokio::test]
    async fn a_sentence_or_a_company_page_fills_no_field() {
        let answer = r#"{"ceo_name": "I could not find the CEO of this company.", "ceo_linkedin_url": "https://www.linkedin.com/company/acme"}"#;
        assert_eq!(enriched(answer).await, [None, None]);
    }

    #[tokio::test]
    async fn the_profile_of_a_former_ceo_is_dropped() {
        let answer =
            r#"{"ceo_name": "Jane Doe (until 2023)", "ceo_linkedin_url": "linkedin.com/in/jane-doe"}"#;
        assert_eq!(enriched(answer).await, [None, None]);
        let answer = r#"{"ceo_name": null, "ceo_linkedin_url": "linkedin.com/in/jane-doe"}"#;
        assert_eq!(enriched(answer).await, [None, Some("https://www.linkedin.com/in/jane-doe".into())]);
    }

    #[tokio::test]
    async fn a_role_or_a_status_beside_a_name_decides() {
        for people in [
            r#"[{"name": "John Roe", "role": "CFO"}, {"name": "Jane Doe", "role": "CEO"}]"#,
            r#"[{"name": "John Roe", "title": "Chairman"}, {"name": "Jane Doe", "title": "Chief Executive Officer"}]"#,
            r#"[{"name": "John Roe", "status": "former"}, {"name": "Jane Doe", "status": "current"}]"#,
            r#"[{"name": "John Roe", "end_date": "2020-05"}, {"name": "Jane Doe", "end_date": null}]"#,
            r#"[{"name": "John Roe", "confidence": 0.2}, {"name": "Jane Doe", "confidence": 0.8}]"#,
        ] {
            let answer = format!(r#"{{"ceo_name": {people}, "ceo_linkedin_url": null}}"#);
            assert_eq!(enriched(&answer).await, [Some("Jane Doe".into()), None], "{people}");
        }
        for person in [
            r#"{"name": "John Roe", "role": "former CEO"}"#,
            r#"{"value": "John Roe", "is_current": false}"#,
            r#"{"value": "John Roe", "until": 2020}"#,
            r#""John Roe", "found": false"#,
            r#""John Roe", "is_current": false"#,
            r#""John Roe", "status": "former""#,
        ] {
            let answer = format!(r#"{{"ceo_name": {person}, "ceo_linkedin_url": null}}"#);
            assert_eq!(enriched(&answer).await, [None, None], "{person}");
        }
        let several = r#"[{"ceo_name": "John Roe", "is_current": false}, {"ceo_name": "Jane Doe", "is_current": true}]"#;
        assert_eq!(enriched(several).await[0].as_deref(), Some("Jane Doe"));
    }

    /// The ledgers of users store paid answers under exactly this text.
    #[tokio::test]
    async fn the_question_never_changes() {
        let script = Script::new().no_data();
        script.enrich(&FindCeo, &[("company_domain", "acme.com")]).await.unwrap();
        let expect = r#"Find the present CEO of the company with the web domain acme.com.
Answer with one JSON object and nothing else. Its keys:
- "ceo_name": full name of the present chief executive (a string)
- "ceo_linkedin_url": the chief executive's LinkedIn profile (a string, https://www.linkedin.com/in/...)
- "source_url": the page where you read it (a string, an https address)
Use null when unknown. Do not guess."#;
        script.asked_only("datagen", "chatgpt_webresearch", &json!({ "query": expect }));
    }

    #[test]
    fn the_integration_is_registered_once() {
        assert_eq!(inventory::iter::<Registration>().count(), 1);
    }
}
