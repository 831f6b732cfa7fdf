//! Fills the form of a request with values.

use marl_core::Error;
use serde_json::{Map, Value as Json, json};

use super::{
    encode,
    parts::{Body, Parts},
};
use crate::form::{BodyForm, BulkForm, Exchange, PathTemplate, RequestForm, Values};

/// The parameters of a call: its request, or its item if it shares a request with others.
///
/// # Errors
/// `invalid_input` when a value cannot be in its place.
pub(crate) fn parameters(exchange: &Exchange, values: Values<'_>) -> Result<Json, Error> {
    match &exchange.bulk {
        Some(bulk) => Ok(bulk.item.fill(values).unwrap_or_else(|| json!({}))),
        None => parts(&exchange.request, values).map(Parts::into_json),
    }
}

/// The request that carries these items.
///
/// # Errors
/// `invalid_input` when the request cannot be built.
pub(crate) fn bulk_body(form: &RequestForm, items: Vec<Json>) -> Result<Parts, Error> {
    let items = Json::Array(items);
    parts(form, &|place| (place == "items").then(|| items.clone()))
}

fn parts(form: &RequestForm, values: Values<'_>) -> Result<Parts, Error> {
    let mut headers = Vec::new();
    for (name, template) in &form.headers {
        if let Some(value) = encode::header(template, values)? {
            headers.push((name.clone(), value));
        }
    }
    let body = match &form.body {
        None => Body::None,
        Some(BodyForm::Json(template)) => Body::Json(template.fill(values).unwrap_or_else(|| json!({}))),
        Some(BodyForm::Form(members)) => Body::Form(encode::pairs(members, values)),
        Some(BodyForm::Text(template)) => Body::Text(template.text(values).unwrap_or_default()),
    };
    Ok(Parts {
        method: form.method.clone(),
        path: encode::path(&form.path, values)?,
        query: encode::pairs(&form.query, values),
        headers,
        body,
    })
}

/// The path that asks for the answer with this handle.
///
/// # Errors
/// `invalid_input` when the handle cannot be a part of a path.
pub(crate) fn poll_path(path: &PathTemplate, handle: &str) -> Result<String, Error> {
    encode::path(path, &|place| (place == "handle").then(|| handle.into()))
}

/// The item of a call in a request, with the text that identifies the call in the reply.
///
/// # Errors
/// `invalid_input` when the parameters are not an object.
pub(crate) fn item_with_id(bulk: &BulkForm, parameters: &Json, id: &str) -> Result<Json, Error> {
    let mut item = parameters.clone();
    if !item.is_object() {
        return Err(Error::invalid_input("the parameters are not an object"));
    }
    let mut place = &mut item;
    for key in &bulk.id_path {
        if !place.is_object() {
            *place = Json::Object(Map::new());
        }
        let Json::Object(members) = place else { return Err(Error::internal("an object is no object")) };
        place = members.entry(key.clone()).or_insert(Json::Null);
    }
    *place = id.into();
    Ok(item)
}
