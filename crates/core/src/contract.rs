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

    /// The whole contract as JSON in a stable form, prompts and aliases included: equal texts promise
    /// the same. Plans and runs keep digests of it, so that they notice a contract that has changed. A
    /// change of this form reads as a change of every contract.
    ///
    /// An object without blanks has the keys `name`, `version`, `description`, `inputs`, `outputs` and
    /// `calls`. A column has `name`, `type`, `description`, `prompt` (null without one), `required` and
    /// `aliases`; a call has `provider`, `operation` and `most_per_row`. The order is this one, and that
    /// of the contract's lists.
    pub fn canonical(&self) -> String {
        let form = Canonical {
            name: &self.name,
            version: &self.version,
            description: &self.description,
            inputs: self.inputs.iter().map(CanonicalColumn::of).collect(),
            outputs: self.outputs.iter().map(CanonicalColumn::of).collect(),
            calls: self.calls.iter().map(CanonicalCall::of).collect(),
        };
        serde_json::to_string(&form).expect("texts, numbers and lists are JSON")
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

/// See [`Contract::canonical`]. Apart from the documents' forms, so that they can change.
#[derive(Serialize)]
struct Canonical<'a> {
    name: &'a str,
    version: &'a str,
    description: &'a str,
    inputs: Vec<CanonicalColumn<'a>>,
    outputs: Vec<CanonicalColumn<'a>>,
    calls: Vec<CanonicalCall<'a>>,
}

#[derive(Serialize)]
struct CanonicalColumn<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'a str,
    prompt: Option<&'a str>,
    required: bool,
    aliases: &'a Names,
}

impl<'a> CanonicalColumn<'a> {
    fn of(column: &'a Column) -> Self {
        let Column { name, kind, description, prompt, required, aliases } = column;
        let prompt = prompt.as_deref();
        Self { name, kind: kind.name(), description, prompt, required: *required, aliases }
    }
}

#[derive(Serialize)]
struct CanonicalCall<'a> {
    provider: &'a str,
    operation: &'a str,
    most_per_row: u32,
}

impl<'a> CanonicalCall<'a> {
    fn of(CallSpec { provider, operation, most_per_row }: &'a CallSpec) -> Self {
        Self { provider, operation, most_per_row: *most_per_row }
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

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: &[Column] =
        &[Column::required("company_domain", SemanticType::Domain, "the domain")
            .aliases(&["website", "url"])];
    const OUTPUTS: &[Column] =
        &[Column::optional("slogan", SemanticType::Text, "what it says").asked_as("the \"slogan\"")];
    const CALLS: &[CallSpec] = &[CallSpec::once("datagen", "chatgpt_webresearch")];
    const SLOGAN: Contract =
        Contract::new("slogan", "1", "A company's slogan").inputs(INPUTS).outputs(OUTPUTS).calls(CALLS);

    /// Users' plans and runs hold digests of this very text.
    #[test]
    fn the_canonical_form_never_changes() {
        let expect = concat!(
            r#"{"name":"slogan","version":"1","description":"A company's slogan","#,
            r#""inputs":[{"name":"company_domain","type":"domain","description":"the domain","#,
            r#""prompt":null,"required":true,"aliases":["website","url"]}],"#,
            r#""outputs":[{"name":"slogan","type":"text","description":"what it says","#,
            r#""prompt":"the \"slogan\"","required":false,"aliases":[]}],"#,
            r#""calls":[{"provider":"datagen","operation":"chatgpt_webresearch","most_per_row":1}]}"#,
        );
        assert_eq!(SLOGAN.canonical(), expect);
    }

    #[test]
    fn a_contract_made_at_run_time_is_the_same_as_a_constant() {
        let text = |text: &str| SmolStr::from(text.to_owned());
        let column = |of: &Column| Column {
            name: text(&of.name),
            kind: of.kind,
            description: text(&of.description),
            prompt: of.prompt.as_deref().map(text),
            required: of.required,
            aliases: of.aliases.iter().map(str::to_owned).collect(),
        };
        let call = |of: &CallSpec| CallSpec {
            provider: text(&of.provider),
            operation: text(&of.operation),
            most_per_row: of.most_per_row,
        };
        let made = Contract {
            name: text("slogan"),
            version: text("1"),
            description: text("A company's slogan"),
            inputs: INPUTS.iter().map(column).collect(),
            outputs: OUTPUTS.iter().map(column).collect(),
            calls: CALLS.iter().map(call).collect(),
        };
        assert_eq!(made, SLOGAN);
        assert_eq!(made.canonical(), SLOGAN.canonical());
    }
}
