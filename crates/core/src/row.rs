//! The data of `enrich`: the declared inputs of a row, and the fields that come out. No I/O happens here.

use std::{collections::BTreeMap, sync::Arc};

use smol_str::SmolStr;

use crate::{Contract, Value};

/// The declared inputs of one row, normalised. An integration sees nothing else of the row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    inputs: BTreeMap<SmolStr, Value>,
}

impl Row {
    /// A row with the given inputs.
    pub fn new<N: Into<SmolStr>>(inputs: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self { inputs: inputs.into_iter().map(|(name, value)| (name.into(), value)).collect() }
    }

    /// The value of an input; `None` when it is empty. A required input is never empty.
    pub fn get(&self, input: &str) -> Option<&Value> {
        self.inputs.get(input)
    }

    /// The text of an input, or an empty text when the input is empty.
    pub fn text(&self, input: &str) -> &str {
        self.get(input).and_then(Value::as_text).unwrap_or_default()
    }

    /// The filled inputs, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.inputs.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// The fields that an integration found. No fields at all means no data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    fields: BTreeMap<SmolStr, Field>,
}

/// A field, and its source when known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The value.
    pub value: Value,
    /// The address of the page that states the value.
    pub source: Option<Arc<str>>,
}

impl Fields {
    /// An empty result: no data.
    pub fn none() -> Self {
        Self::default()
    }

    /// Sets `output` unless the value is unknown. For names that are not constants, use
    /// [`put`](Self::put).
    pub fn set(&mut self, output: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            self.fields.insert(SmolStr::new_static(output), Field { value, source: None });
        }
    }

    /// Sets the column `output` to a field.
    pub fn put(&mut self, output: SmolStr, field: Field) {
        self.fields.insert(output, field);
    }

    /// Sets the source of all present fields that have none.
    pub fn set_source(&mut self, url: &str) {
        let url: Arc<str> = url.into();
        for field in self.fields.values_mut() {
            field.source.get_or_insert_with(|| Arc::clone(&url));
        }
    }

    /// The field called `output`.
    pub fn get(&self, output: &str) -> Option<&Field> {
        self.fields.get(output)
    }

    /// The value of a field as cell text, for tests and messages.
    pub fn cell(&self, output: &str) -> Option<String> {
        self.get(output).map(|field| field.value.to_string())
    }

    /// Removes the field called `output`.
    pub fn remove(&mut self, output: &str) {
        self.fields.remove(output);
    }

    /// Whether no field is known.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All fields, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.fields.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Checks every field against the contract. A value that does not fit its column's type is dropped as
    /// unknown.
    ///
    /// # Errors
    /// The name of a field that the contract does not declare.
    pub fn checked(mut self, contract: &Contract) -> Result<Self, SmolStr> {
        let undeclared = self.fields.keys().find(|name| contract.output(name).is_none());
        if let Some(name) = undeclared {
            return Err(name.clone());
        }
        self.fields.retain(|name, field| {
            // The check consumes the value, so take it out and put back its normal form.
            let value = std::mem::replace(&mut field.value, Value::Integer(0));
            let value = contract.output(name).and_then(|column| column.kind.check(value));
            value.map(|value| field.value = value).is_some()
        });
        Ok(self)
    }
}
