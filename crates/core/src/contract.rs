//! What an integration promises: its inputs, its outputs and the calls it may make.
//!
//! A contract is a constant of the program, made with the `const` functions here, or is made at run
//! time by filling in the fields. Nothing tells the two apart.

use std::{
    borrow::Cow,
    mem::{forget, replace},
};

use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr;

use crate::{Names, SemanticType};

/// The declaration of an integration; agents choose by it and the plan is made from it.
///
/// ```
/// # use marl_core::{CallSpec, Column, Contract, SemanticType};
/// const INPUTS: &[Column] = &[Column::required("company_domain", SemanticType::Domain, "the domain")];
/// const OUTPUTS: &[Column] = &[Column::optional("slogan", SemanticType::Text, "the slogan")];
/// const CALLS: &[CallSpec] = &[CallSpec::once("datagen", "chatgpt_webresearch")];
///
/// static CONTRACT: Contract =
///     Contract::new("slogan", "1", "A company's slogan").inputs(INPUTS).outputs(OUTPUTS).calls(CALLS);
///
/// let made = Contract { name: "motto".to_owned().into(), ..CONTRACT.clone() };
/// assert_eq!(made.output("slogan"), CONTRACT.output("slogan"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Contract {
    /// The name on the command line: snake_case, unique.
    #[schemars(with = "String")]
    pub name: SmolStr,
    /// Another one when the same replies would give other fields: `4`, `2026-07`.
    #[schemars(with = "String")]
    pub version: SmolStr,
    /// One sentence: what it adds to a row.
    #[schemars(with = "String")]
    pub description: SmolStr,
    /// The only columns that `enrich` sees.
    pub inputs: Cow<'static, [Column]>,
    /// The only fields that `enrich` may return.
    pub outputs: Cow<'static, [Column]>,
    /// The only calls that `enrich` may make.
    pub calls: Cow<'static, [CallSpec]>,
}

impl Contract {
    /// A contract of no columns and no calls yet.
    pub const fn new(name: &'static str, version: &'static str, description: &'static str) -> Self {
        Self {
            name: SmolStr::new_static(name),
            version: SmolStr::new_static(version),
            description: SmolStr::new_static(description),
            inputs: Cow::Borrowed(&[]),
            outputs: Cow::Borrowed(&[]),
            calls: Cow::Borrowed(&[]),
        }
    }

    /// The same contract with these inputs.
    // A constant cannot drop what it replaces; what is forgotten here owns nothing.
    #[must_use]
    pub const fn inputs(mut self, inputs: &'static [Column]) -> Self {
        forget(replace(&mut self.inputs, Cow::Borrowed(inputs)));
        self
    }

    /// The same contract with these outputs.
    #[must_use]
    pub const fn outputs(mut self, outputs: &'static [Column]) -> Self {
        forget(replace(&mut self.outputs, Cow::Borrowed(outputs)));
        self
    }

    /// The same contract with these calls.
    #[must_use]
    pub const fn calls(mut self, calls: &'static [CallSpec]) -> Self {
        forget(replace(&mut self.calls, Cow::Borrowed(calls)));
        self
    }

    /// The output called `name`.
    pub fn output(&self, name: &str) -> Option<&Column> {
        self.outputs.iter().find(|column| column.name == name)
    }

    /// The input called `name`.
    pub fn input(&self, name: &str) -> Option<&Column> {
        self.inputs.iter().find(|column| column.name == name)
    }
}

/// An input or output column of a contract.
#[derive(Debug, Clone, JsonSchema, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The column's name: snake_case.
    #[schemars(with = "String")]
    pub name: SmolStr,
    /// What its text means; it decides how a cell is read and checked.
    #[serde(rename = "type")]
    pub kind: SemanticType,
    /// What the value is, for people and agents.
    #[schemars(with = "String")]
    pub description: SmolStr,
    /// How a research tool is asked for the value; the description when it is not given. The
    /// question is a part of a call's key: a change of one letter buys every answer again.
    #[serde(skip)]
    pub prompt: Option<SmolStr>,
    /// An input without which nothing is asked; an output that every value brings.
    pub required: bool,
    /// Other names that tables usually give this column. An input whose own name the table lacks
    /// binds to the only column with such a name, if its values fit.
    // Left out of documents: `marl columns` says what they come to on a table.
    #[serde(skip)]
    pub aliases: Names,
}

impl Column {
    /// A column that must be filled.
    pub const fn required(name: &'static str, kind: SemanticType, description: &'static str) -> Self {
        let mut column = Self::optional(name, kind, description);
        column.required = true;
        column
    }

    /// A column that may stay empty.
    pub const fn optional(name: &'static str, kind: SemanticType, description: &'static str) -> Self {
        Self {
            name: SmolStr::new_static(name),
            kind,
            description: SmolStr::new_static(description),
            prompt: None,
            required: false,
            aliases: Names::constant(&[]),
        }
    }

    /// The same column with the names that tables usually give it; see [`aliases`](crate::aliases).
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        forget(replace(&mut self.aliases, Names::constant(aliases)));
        self
    }

    /// The same column with words of its own for research tools, so that the description can
    /// be edited without buying every answer again.
    #[must_use]
    pub const fn asked_as(mut self, prompt: &'static str) -> Self {
        forget(self.prompt.replace(SmolStr::new_static(prompt)));
        self
    }

    /// The words that a research tool is asked with.
    pub fn question(&self) -> &str {
        self.prompt.as_ref().unwrap_or(&self.description)
    }
}

/// A call that an integration may make.
#[derive(Debug, Clone, JsonSchema, PartialEq, Eq, Serialize)]
pub struct CallSpec {
    /// The provider's registered name.
    #[schemars(with = "String")]
    pub provider: SmolStr,
    /// The operation: for DataGen the tool's alias.
    #[schemars(with = "String")]
    pub operation: SmolStr,
    /// How often one row may make it at the most; the plan counts on it.
    pub most_per_row: u32,
}

impl CallSpec {
    /// At most one such call a row.
    pub const fn once(provider: &'static str, operation: &'static str) -> Self {
        Self {
            provider: SmolStr::new_static(provider),
            operation: SmolStr::new_static(operation),
            most_per_row: 1,
        }
    }
}
