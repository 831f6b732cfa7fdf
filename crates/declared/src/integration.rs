//! The integration that a file declares: it translates a row into one call, and the reply into fields. This
//! module holds no policy.

use std::sync::Arc;

use async_trait::async_trait;
use marl_core::{Context, Contract, Error, Field, Fields, Integration, Reply, Row, SemanticType, Value};
use serde_json::Value as Json;

use crate::{
    form::{OutputForm, Translation, Vendor},
    request,
};

/// An integration that a file declares.
pub(crate) struct DeclaredIntegration {
    vendor: Arc<Vendor>,
    translation: Arc<Translation>,
}

impl DeclaredIntegration {
    pub(crate) fn new(vendor: Arc<Vendor>, translation: Arc<Translation>) -> Self {
        Self { vendor, translation }
    }
}

#[async_trait]
impl Integration for DeclaredIntegration {
    fn contract(&self) -> &Contract {
        &self.translation.contract
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let parameters = parameters(&self.vendor, &self.translation, row)?;
        match cx.call(&self.translation.call, parameters).await? {
            Reply::Found(reply) => fields(&self.translation, &reply),
            Reply::NoData => Ok(Fields::none()),
        }
    }
}

/// The parameters of the call for a row.
///
/// # Errors
/// `invalid_input` when the row lacks what the vendor needs.
pub(crate) fn parameters(vendor: &Vendor, translation: &Translation, row: &Row) -> Result<Json, Error> {
    let Translation { contract, call, patterns, .. } = translation;
    if !contract.is_enough(|name| row.get(name).is_some()) {
        let sets = contract.needs.iter().map(|set| set.iter().collect::<Vec<_>>().join(" and "));
        let sets = sets.collect::<Vec<_>>().join(", or ");
        return Err(Error::invalid_input(format!(
            "{} needs {sets}, and the row has too few of them",
            contract.name
        )));
    }
    for (input, pattern) in patterns {
        if let Some(value) = row.get(input).map(Value::to_string).filter(|value| !pattern.is_match(value)) {
            let message = format!("`{input}` does not have the form that {} accepts", call.provider);
            return Err(Error::invalid_input(message).with_detail(value));
        }
    }
    let exchange = vendor.operations.get(&call.operation);
    let exchange =
        exchange.ok_or_else(|| Error::internal(format!("there is no operation `{}`", call.operation)))?;
    request::parameters(exchange, &|input| row.get(input).map(json))
}

/// A value as JSON, with its type.
fn json(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into())
}

/// The fields that a reply has. A reply without a required field has none.
///
/// # Errors
/// `bad_reply` when the reply has none of the places that the file names: a vendor that changed its format must
/// not look like a vendor that knows nothing.
pub(crate) fn fields(translation: &Translation, reply: &Json) -> Result<Fields, Error> {
    let places = || translation.outputs.iter().flat_map(|output| &output.at);
    if !places().any(|at| at.collected(reply).is_some()) {
        let Translation { contract, call, .. } = translation;
        let message = format!("the answer of {} has nothing where {} reads it", call.provider, contract.name);
        return Err(Error::bad_reply(message).with_detail(reply.to_string()));
    }
    let mut fields = Fields::none();
    for OutputForm { name, kind, required, at, source } in &translation.outputs {
        let value = at.iter().filter_map(|at| kind.read_json(at.collected(reply)?.as_ref())).next();
        let source = source.as_ref().and_then(|source| SemanticType::Url.read_json(source.get(reply)?));
        match value {
            Some(value) => {
                let source = source.as_ref().and_then(Value::as_text).map(Into::into);
                fields.put(name.clone(), Field { value, source });
            }
            None if *required => return Ok(Fields::none()),
            None => {}
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use marl_core::testing::Script;
    use serde_json::json;

    use super::*;
    use crate::testing::kinds;

    fn integration() -> DeclaredIntegration {
        let file = kinds();
        DeclaredIntegration::new(file.vendor, Arc::clone(&file.translations[0]))
    }

    #[tokio::test]
    async fn a_row_becomes_a_call_and_a_reply_fields_with_their_sources() {
        let reply = json!({
            "person": {"name": "N/A", "nick": "Jane", "age": "41", "page": "https://acme.com/jane"},
            "page": "https://acme.com/all",
        });
        let script = Script::new().found(reply);
        let fields = script.enrich(&integration(), &[("id", "7"), ("note", "n")]).await.unwrap();
        assert_eq!(
            fields.cell("person").as_deref(),
            Some("Jane"),
            "the first place that reads as the type counts"
        );
        assert_eq!(fields.cell("age").as_deref(), Some("41"));
        let source = |output| fields.get(output).unwrap().source.as_deref();
        assert_eq!(
            (source("person"), source("age")),
            (Some("https://acme.com/jane"), Some("https://acme.com/all"))
        );
        let call = &script.calls()[0];
        assert_eq!((&*call.provider, &*call.operation), ("acme", "alone"));
        assert_eq!(call.parameters["path"], "/people/7.v2");
    }

    #[test]
    fn values_keep_their_types_in_a_request() {
        for (value, expect) in [
            (Value::text("7"), json!("7")),
            (Value::Integer(7), json!(7)),
            (Value::Boolean(true), json!(true)),
            (Value::Json(json!({"a": [1]})), json!({"a": [1]})),
            (Value::List(vec!["a".into()]), json!(["a"])),
        ] {
            assert_eq!(super::json(&value), expect);
        }
    }

    #[tokio::test]
    async fn without_a_required_field_there_is_no_data() {
        for script in [
            Script::new().no_data(),
            Script::new().found(json!({"person": {"age": 41}})),
            Script::new().found(json!({"person": {"name": null}})),
            Script::new().found(json!({"person": {"name": true, "nick": "-"}})),
        ] {
            let fields = script.enrich(&integration(), &[("id", "7"), ("note", "n")]).await.unwrap();
            assert!(fields.is_empty());
        }
    }

    #[tokio::test]
    async fn an_answer_of_another_form_is_an_error_and_not_no_data() {
        for reply in [json!(7), json!("x"), json!([]), json!([1, "x"]), json!({"people": [{"name": "Jane"}]})]
        {
            let script = Script::new().found(reply);
            let error = script.enrich(&integration(), &[("id", "7"), ("note", "n")]).await.unwrap_err();
            assert_eq!(error.kind(), marl_core::ErrorKind::BadReply);
            assert_eq!(error.message(), "the answer of acme has nothing where acme_alone reads it");
        }
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_asked_about_makes_no_call() {
        let script = Script::new();
        let error = script.enrich(&integration(), &[("id", "7")]).await.unwrap_err();
        assert_eq!(
            error.message(),
            "acme_alone needs id and number, or note, and the row has too few of them"
        );
        let error = script.enrich(&integration(), &[("id", "7!"), ("note", "n")]).await.unwrap_err();
        assert_eq!(error.full_message(), "`id` does not have the form that acme accepts: \"7!\"");
        assert!(script.calls().is_empty());
    }
}
