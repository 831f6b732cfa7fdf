//! The parameters of a look-up, from a query string or from an item of a bulk request. Both give the same
//! parameters, so that a look-up is the same call in either form. This module must not know what the
//! parameters mean.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::hash::Fnv;

/// The values of each parameter. No value is empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Params(BTreeMap<String, Vec<String>>);

impl Params {
    /// The parameters in a query string, without the key.
    pub(super) fn from_query(query: &str) -> Self {
        let mut params = Self(BTreeMap::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "api_key") {
            params.add(&name, value.into_owned());
        }
        params
    }

    /// The parameters of an item; `None` when one is neither a scalar nor an array of scalars.
    pub(super) fn from_json(fields: &Map<String, Value>) -> Option<Self> {
        let mut params = Self(BTreeMap::new());
        for (name, value) in fields {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values {
                params.add(name, scalar(value)?);
            }
        }
        Some(params)
    }

    /// The first value of a parameter.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// All values of those parameters that are among `names`, in the order of `names`.
    pub(super) fn values<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        names.iter().filter_map(|name| self.0.get(*name)).flatten().map(String::as_str)
    }

    /// Those of `names` that have a value.
    pub(super) fn present<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        names.iter().copied().filter(|name| self.0.contains_key(*name)).collect()
    }

    /// Adds all parameters to a hash.
    pub(super) fn write(&self, hash: &mut Fnv) {
        for (name, values) in &self.0 {
            hash.write_text(name);
            values.iter().for_each(|value| hash.write_text(value));
            hash.write(b"\n");
        }
    }

    fn add(&mut self, name: &str, value: String) {
        if !value.trim().is_empty() {
            self.0.entry(name.to_owned()).or_default().push(value);
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: Value) -> Option<Params> {
        Params::from_json(value.as_object().unwrap())
    }

    #[test]
    fn both_forms_give_the_same_parameters() {
        let query = Params::from_query(
            "company=A+%26+B&titlecase=true&min_likelihood=5&email=a%40x.example&email=b%40x.example\
             &api_key=secret&phone=",
        );
        let item = json!({
            "company": "A & B", "titlecase": true, "min_likelihood": 5,
            "email": ["a@x.example", "b@x.example"], "phone": null
        });
        assert_eq!(query, of(item).unwrap());
        assert_eq!(query.first("email"), Some("a@x.example"));
        assert_eq!(query.present(&["phone", "email", "name"]), ["email"]);
    }

    #[test]
    fn an_object_is_no_value() {
        assert_eq!(of(json!({ "email": { "a": 1 } })), None);
        assert_eq!(of(json!({ "email": [["a"]] })), None);
    }
}
