//! The integration `web_research`: what a company does, researched on the web. This crate only translates a
//! row into a question and the answer into fields.

use async_trait::async_trait;
use marl_core::{
    CallSpec, Column, Context, Contract, Error, Fields, Integration, Registration, Row, SemanticType,
    aliases, answer,
};

const CALL: CallSpec = CallSpec::once("datagen", "chatgpt_webresearch");
const CALLS: &[CallSpec] = &[CALL];

/// Asks a research tool about a company.
pub struct WebResearch;

const INPUTS: &[Column] =
    &[Column::required("company_domain", SemanticType::Domain, "the company's web domain")
        .aliases(aliases::COMPANY_DOMAIN)];

const OUTPUTS: &[Column] = &[
    Column::optional("company_description", SemanticType::Text, "what the company does, in one sentence")
        .asked_as("what the company does, in one sentence")
        .aliases(aliases::COMPANY_DESCRIPTION),
    Column::optional("tech_stack", SemanticType::List, "technologies the company uses")
        .asked_as("technologies the company uses")
        .aliases(aliases::TECH_STACK),
    Column::optional("employee_count", SemanticType::Integer, "how many people the company employs")
        .asked_as("how many people the company employs")
        .aliases(aliases::EMPLOYEE_COUNT),
];

static CONTRACT: Contract = Contract::new(
    "web_research",
    "4",
    "What a company does, the technology it uses and how many people it employs, from the web",
)
.inputs(INPUTS)
.outputs(OUTPUTS)
.calls(CALLS);

inventory::submit! { Registration::integration(|| Box::new(WebResearch)) }

#[async_trait]
impl Integration for WebResearch {
    fn contract(&self) -> &Contract {
        &CONTRACT
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let subject = format!("Research the company with the web domain {}.", row.text("company_domain"));
        answer::research(cx, &CALL, &subject, OUTPUTS).await
    }
}

#[cfg(test)]
mod tests {
    use marl_core::{ErrorKind, testing::Script};
    use serde_json::json;

    use super::*;

    const ACME: &[(&str, &str)] = &[("company_domain", "https://www.Acme.com/about")];

    #[tokio::test]
    async fn the_question_asks_for_every_column() {
        let script = Script::new().found(json!({"answer":
            "Sure!\n```json\n{\"company_description\": \"Makes anvils.\", \"tech_stack\": \"Rust, AWS\", \"employee_count\": \"about 1,200\",}\n```"}));
        let fields = script.enrich(&WebResearch, ACME).await.unwrap();
        assert_eq!(fields.cell("company_description").as_deref(), Some("Makes anvils."));
        assert_eq!(fields.cell("tech_stack").as_deref(), Some("Rust; AWS"));
        assert_eq!(fields.cell("employee_count").as_deref(), Some("1200"));
        let query = script.calls()[0].parameters["query"].as_str().unwrap().to_owned();
        for word in
            ["domain acme.com.", "\"company_description\"", "\"tech_stack\"", "\"employee_count\"", "null"]
        {
            assert!(query.contains(word), "{query}");
        }
    }

    #[tokio::test]
    async fn unknown_values_are_no_data_and_prose_is_a_bad_reply() {
        let nulls = json!({"answer": "{\"company_description\": null, \"tech_stack\": \"N/A\", \"employee_count\": null}"});
        assert!(Script::new().found(nulls).enrich(&WebResearch, ACME).await.unwrap().is_empty());
        let nothing = json!({"answer": "I could not find anything about this company."});
        assert!(Script::new().found(nothing).enrich(&WebResearch, ACME).await.unwrap().is_empty());
        let prose = json!({"answer": "Acme makes anvils and could not be larger."});
        let error = Script::new().found(prose).enrich(&WebResearch, ACME).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadReply);
        assert!(error.full_message().contains("makes anvils"), "{error}");
    }

    /// The ledgers of users store paid answers under exactly this text.
    #[tokio::test]
    async fn the_question_never_changes() {
        let script = Script::new().no_data();
        script.enrich(&WebResearch, ACME).await.unwrap();
        let expect = r#"Research the company with the web domain acme.com.
Answer with one JSON object and nothing else. Its keys:
- "company_description": what the company does, in one sentence (a string)
- "tech_stack": technologies the company uses (an array of short strings)
- "employee_count": how many people the company employs (a whole number, no text)
- "source_url": the page where you read it (a string, an https address)
Use null when unknown. Do not guess."#;
        script.asked_only("datagen", "chatgpt_webresearch", &json!({ "query": expect }));
    }

    #[test]
    fn the_integration_is_registered_once() {
        assert_eq!(inventory::iter::<Registration>().count(), 1);
    }
}
