//! The integration `linkedin_profile`: the present state of a person's LinkedIn profile. This crate only
//! translates a row into a call and the reply into fields.

mod headline;
mod profile;

use async_trait::async_trait;
use marl_core::{
    CallSpec, Column, Context, Contract, Error, Fields, Integration, Registration, Row, SemanticType, aliases,
};
use serde_json::json;

const CALL: CallSpec = CallSpec::once("datagen", "get_linkedin_person_data");
const CALLS: &[CallSpec] = &[CALL];

/// Reads a person's profile by its address.
pub struct LinkedinProfile;

const INPUTS: &[Column] =
    &[Column::required("linkedin_url", SemanticType::LinkedinUrl, "the person's LinkedIn profile")
        .aliases(aliases::LINKEDIN_URL)];

const OUTPUTS: &[Column] = &[
    Column::optional("headline", SemanticType::Text, "the line under the person's name")
        .aliases(aliases::HEADLINE),
    Column::optional("current_company", SemanticType::Text, "the company of the current position"),
    Column::optional("location", SemanticType::Text, "where the person says to be"),
    Column::optional("follower_count", SemanticType::Integer, "how many follow the profile")
        .aliases(aliases::FOLLOWER_COUNT),
];

static CONTRACT: Contract = Contract::new(
    "linkedin_profile",
    "2",
    "A person's headline, current company, location and follower count, from LinkedIn",
)
.inputs(INPUTS)
.outputs(OUTPUTS)
.calls(CALLS);

inventory::submit! { Registration::integration(|| Box::new(LinkedinProfile)) }

#[async_trait]
impl Integration for LinkedinProfile {
    fn contract(&self) -> &Contract {
        &CONTRACT
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let url = row.text("linkedin_url");
        let reply = cx.call(&CALL, json!({"linkedin_url": url})).await?;
        let Some(data) = reply.data() else { return Ok(Fields::none()) };
        let mut fields = profile::read(data)?;
        fields.set_source(url);
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use marl_core::{Registry, testing::Script};

    use super::*;

    const JANE: &[(&str, &str)] = &[("linkedin_url", "de.linkedin.com/in/Jane-Doe?trk=x")];

    #[tokio::test]
    async fn the_call_uses_the_canonical_address() {
        let script = Script::new().found(json!({"person": {"headline": "CEO at Acme", "followerCount": 7}}));
        let fields = script.enrich(&LinkedinProfile, JANE).await.unwrap();
        assert_eq!(fields.cell("headline").as_deref(), Some("CEO at Acme"));
        assert_eq!(fields.cell("current_company").as_deref(), Some("Acme"));
        assert_eq!(fields.cell("follower_count").as_deref(), Some("7"));
        let source = fields.get("headline").unwrap().source.as_deref();
        assert_eq!(source, Some("https://www.linkedin.com/in/jane-doe"));
        let calls = script.calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].parameters, json!({"linkedin_url": "https://www.linkedin.com/in/jane-doe"}));
    }

    /// The ledgers of users store paid answers under exactly these parameters.
    #[tokio::test]
    async fn the_parameters_never_change() {
        let script = Script::new().no_data();
        script.enrich(&LinkedinProfile, JANE).await.unwrap();
        let parameters = json!({"linkedin_url": "https://www.linkedin.com/in/jane-doe"});
        script.asked_only("datagen", "get_linkedin_person_data", &parameters);
    }

    #[tokio::test]
    async fn a_profile_that_does_not_exist_is_no_data() {
        assert!(Script::new().no_data().enrich(&LinkedinProfile, JANE).await.unwrap().is_empty());
    }

    #[test]
    fn the_integration_is_registered_once() {
        let names: Vec<_> = inventory::iter::<Registration>().collect();
        assert_eq!(names.len(), 1);
        // The provider is not linked into this test. The registry's error names the integration.
        let error = Registry::gather().err().unwrap().to_string();
        assert!(error.contains("`linkedin_profile`"), "{error}");
    }
}
