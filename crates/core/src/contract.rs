//! What an integration promises: its inputs, its outputs and the calls it may make.

use schemars::JsonSchema;
use serde::Serialize;

use crate::SemanticType;

/// The declaration of an integration; agents choose by it and the plan is made from it.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Contract {
    /// The name on the command line: snake_case, unique.
    pub name: &'static str,
    /// Raised when the same replies would give other fields.
    pub version: u32,
    /// One sentence: what it adds to a row.
    pub description: &'static str,
    /// The only columns that `enrich` sees.
    pub inputs: &'static [Column],
    /// The only fields that `enrich` may return.
    pub outputs: &'static [Column],
    /// The only calls that `enrich` may make.
    pub calls: &'static [CallSpec],
}

impl Contract {
    /// The output called `name`.
    pub fn output(&self, name: &str) -> Option<&'static Column> {
        self.outputs.iter().find(|column| column.name == name)
    }

    /// The input called `name`.
    pub fn input(&self, name: &str) -> Option<&'static Column> {
        self.inputs.iter().find(|column| column.name == name)
    }
}

/// An input or output column of a contract.
#[derive(Debug, JsonSchema, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The column's name: snake_case.
    pub name: &'static str,
    /// What its text means; it decides how a cell is read and checked.
    #[serde(rename = "type")]
    pub kind: SemanticType,
    /// What the value is, for people and agents.
    pub description: &'static str,
    /// How a research tool is asked for the value; the description when it is not given. The
    /// question is a part of a call's key: a change of one letter buys every answer again.
    #[serde(skip)]
    pub prompt: Option<&'static str>,
    /// An input without which nothing is asked; an output that every value brings.
    pub required: bool,
    /// Other names that tables usually give this column. An input whose own name the table lacks
    /// binds to the only column with such a name, if its values fit.
    // Left out of documents: `marl columns` says what they come to on a table.
    #[serde(skip)]
    pub aliases: &'static [&'static str],
}

impl Column {
    /// A column that must be filled.
    pub const fn required(name: &'static str, kind: SemanticType, description: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, kind, description) }
    }

    /// A column that may stay empty.
    pub const fn optional(name: &'static str, kind: SemanticType, description: &'static str) -> Self {
        Self { name, kind, description, prompt: None, required: false, aliases: &[] }
    }

    /// The same column with the names that tables usually give it; see [`aliases`](crate::aliases).
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The same column with words of its own for research tools, so that the description can
    /// be edited without buying every answer again.
    #[must_use]
    pub const fn asked_as(mut self, prompt: &'static str) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// The words that a research tool is asked with.
    pub const fn question(&self) -> &'static str {
        match self.prompt {
            Some(prompt) => prompt,
            None => self.description,
        }
    }
}

/// A call that an integration may make.
#[derive(Debug, JsonSchema, PartialEq, Eq, Serialize)]
pub struct CallSpec {
    /// The provider's registered name.
    pub provider: &'static str,
    /// The operation: for DataGen the tool's alias.
    pub operation: &'static str,
    /// How often one row may make it at the most; the plan counts on it.
    pub most_per_row: u32,
}

impl CallSpec {
    /// At most one such call a row.
    pub const fn once(provider: &'static str, operation: &'static str) -> Self {
        Self { provider, operation, most_per_row: 1 }
    }
}
