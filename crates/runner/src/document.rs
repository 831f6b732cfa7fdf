//! What the documents for programs share.

pub mod listing;
pub mod page;

use std::{borrow::Cow, collections::BTreeMap};

use engine::plan::Plan;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// The version of a document's form: raised when a field goes or changes its meaning. A new field
/// raises nothing.
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

/// Sums of prices such as 0.1 would show how they were rounded.
pub(crate) fn rounded(cost: f64) -> f64 {
    (cost * 1e9).round() / 1e9
}

/// The columns of outputs, which are given by their places in the plan.
pub fn names_of<'a>(plan: &Plan, outputs: impl Iterator<Item = &'a usize>) -> Vec<String> {
    let all: BTreeMap<usize, &str> =
        plan.outputs().map(|output| (output.index, output.name.as_str())).collect();
    outputs.filter_map(|at| all.get(at).map(|name| (*name).to_owned())).collect()
}
