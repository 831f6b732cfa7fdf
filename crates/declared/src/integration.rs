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
            Reply::Found(reply) => Ok(fields(&self.translation, &reply)),
            Reply::NoData => Ok(Fields::none()),
        }
    }
}

/// The parameters of the call for a row.
///
/// # Errors
/// `invalid_input` when the row lacks what the vendor needs.
pub(crate) fn parameters(vendor: &Vendor, translation: &Translation, row: &Row) -> Result<Json, Error> {
    let Translation { contract, call, patterns, needs, .. } = translation;
    let has_all = |set: &Vec<marl_core::SmolStr>| set.iter().all(|name| row.get(name).is_some());
    if !needs.is_empty() && !needs.iter().any(has_all) {
        let sets: Vec<String> = needs.iter().map(|set| set.join(" and ")).collect();
        let message = format!("{} needs {}, and the row has too few of them", contract.name, sets.join(", or "));
        return Err(Error::invalid_input(message));
    }
    for (input, pattern) in patterns {
        if let Some(value) = row.get(input).map(Value::to_string).filter(|value| !pattern.is_match(value)) {
            let message = format!("`{input}` does not have the form that {} accepts", call.provider);
            return Err(Error::invalid_input(message).with_detail(value));
        }
    }
    let exchange = vendor.operations.get(&call.operation);
    let exchange = exchange.ok_or_else(|| Error::internal(format!("there is no operation `{}`", call.operation)))?;
    request::parameters(exchange, &|input| row.get(input).map(json))
}

/// A value as JSON, with its type.
fn json(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into())
}

/// The fields that a reply has. A reply without a required field has none.
pub(crate) fn fields(translation: &Translation, reply: &Json) -> Fields {
    let mut fields = Fields::none();
    for OutputForm { name, kind, required, at, source } in &translation.outputs {
        let value = at.iter().filter_map(|at| kind.read_json(at.get(reply)?)).next();
        let source = source.as_ref().and_then(|source| SemanticType::Url.read_json(source.get(reply)?));
        match value {
            Some(value) => {
                let source = source.as_ref().and_then(Value::as_text).map(Into::into);
                fields.put(name.clone(), Field { value, source });
            }
            None if *required => return Fields::none(),
            None => {}
        }
    }
    fields
}
