//! What all documents for programs share. This module knows no particular document.

pub mod listing;
pub mod page;

use std::{borrow::Cow, collections::BTreeMap};

use engine::plan::Plan;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// The version of a document's form. It is raised when a field is removed or changes its meaning; a new field
/// does not raise it.
#[derive(Debug, Clone, Copy)]
pub struct Version<const N: u32>;

impl<const N: u32> Serialize for Version<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(N)
    }
}

impl<const N: u32> JsonSchema for Version<N> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Version{N}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": N })
    }
}

/// Rounds a cost: a sum of prices such as 0.1 would show floating-point errors.
pub(crate) fn rounded(cost: f64) -> f64 {
    (cost * 1e9).round() / 1e9
}

/// The column names of outputs; `outputs` are their indices in the plan.
pub fn names_of<'a>(plan: &Plan, outputs: impl Iterator<Item = &'a usize>) -> Vec<String> {
    let all: BTreeMap<usize, &str> =
        plan.outputs().map(|output| (output.index, output.name.as_str())).collect();
    outputs.filter_map(|at| all.get(at).map(|name| (*name).to_owned())).collect()
}
