//! The contract of an integration: its inputs, its outputs and the calls that it may make.
//!
//! A contract is either a constant, built with the `const` functions here, or a value built at run time
//! from its fields. Both compare equal and behave alike. This module declares; it checks nothing.

use std::{
    borrow::Cow,
    mem::{forget, replace},
};

use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr;

use crate::{Names, SemanticType};

/// The declaration of an integration. Agents choose an integration by it, and the planner reads it.
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
    /// The unique name on the command line, in snake_case.
    #[schemars(with = "String")]
    pub name: SmolStr,
    /// The version. A change that makes the same replies give other fields needs a new one: `4`, `2026-07`.
    #[schemars(with = "String")]
    pub version: SmolStr,
    /// What the integration adds to a row, in one sentence.
    #[schemars(with = "String")]
    pub description: SmolStr,
    /// The only columns that `enrich` can read.
    pub inputs: Cow<'static, [Column]>,
    /// The only fields that `enrich` may return.
    pub outputs: Cow<'static, [Column]>,
    /// The only calls that `enrich` may make.
    pub calls: Cow<'static, [CallSpec]>,
    /// Sets of optional inputs. Unless one set is filled as a whole, the step is skipped: the vendor could not
    /// tell who is meant. Empty if the required inputs are enough.
    #[schemars(with = "Vec<Vec<String>>")]
    #[serde(skip_serializing_if = "<[Names]>::is_empty")]
    pub needs: Cow<'static, [Names]>,
}

impl Contract {
    /// A contract without columns and calls.
    pub const fn new(name: &'static str, version: &'static str, description: &'static str) -> Self {
        Self {
            name: SmolStr::new_static(name),
            version: SmolStr::new_static(version),
            description: SmolStr::new_static(description),
            inputs: Cow::Borrowed(&[]),
            outputs: Cow::Borrowed(&[]),
            calls: Cow::Borrowed(&[]),
            needs: Cow::Borrowed(&[]),
        }
    }

    /// The contract with these inputs.
    // A `const fn` cannot drop the replaced value, which borrows and owns nothing.
    #[must_use]
    pub const fn inputs(mut self, inputs: &'static [Column]) -> Self {
        forget(replace(&mut self.inputs, Cow::Borrowed(inputs)));
        self
    }

    /// The contract with these outputs.
    #[must_use]
    pub const fn outputs(mut self, outputs: &'static [Column]) -> Self {
        forget(replace(&mut self.outputs, Cow::Borrowed(outputs)));
        self
    }

    /// The contract with these calls.
    #[must_use]
    pub const fn calls(mut self, calls: &'static [CallSpec]) -> Self {
        forget(replace(&mut self.calls, Cow::Borrowed(calls)));
        self
    }

    /// The contract with these sets of inputs, of which one must be filled.
    #[must_use]
    pub const fn needs(mut self, needs: &'static [Names]) -> Self {
        forget(replace(&mut self.needs, Cow::Borrowed(needs)));
        self
    }

    /// The whole contract as JSON in a stable form, including prompts and aliases. Contracts with equal
    /// texts make equal promises. Plans and runs store digests of this text to detect a changed contract, so
    /// any change of the form makes every contract look changed.
    ///
    /// The text is a compact object with the keys `name`, `version`, `description`, `inputs`, `outputs` and
    /// `calls`, in this order. A column has `name`, `type`, `description`, `prompt` (null without one),
    /// `required` and `aliases`; a call has `provider`, `operation` and `most_per_row`. Lists keep the
    /// contract's order. `needs` follows if there are any.
    pub fn canonical(&self) -> String {
        let form = Canonical {
            name: &self.name,
            version: &self.version,
            description: &self.description,
            inputs: self.inputs.iter().map(CanonicalColumn::of).collect(),
            outputs: self.outputs.iter().map(CanonicalColumn::of).collect(),
            calls: self.calls.iter().map(CanonicalCall::of).collect(),
            needs: &self.needs,
        };
        serde_json::to_string(&form).expect("texts, numbers and lists are JSON")
    }

    /// Whether the inputs that `is_there` accepts are enough, as far as [`Self::needs`] goes.
    pub fn is_enough(&self, is_there: impl Fn(&str) -> bool) -> bool {
        self.needs.is_empty() || self.needs.iter().any(|set| set.iter().all(&is_there))
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
    /// The name of the column, in snake_case.
    #[schemars(with = "String")]
    pub name: SmolStr,
    /// The type, which decides how a cell is read and checked.
    #[serde(rename = "type")]
    pub kind: SemanticType,
    /// What the value is, for people and agents.
    #[schemars(with = "String")]
    pub description: SmolStr,
    /// The wording of the question to a research tool; `None` means the description. The question is a
    /// part of a call's key, so a change of one letter buys every answer again.
    #[serde(skip)]
    pub prompt: Option<SmolStr>,
    /// For an input: without it the step is skipped. For an output: every row with a value has it.
    pub required: bool,
    /// Other names that tables usually give this column. When a table lacks the input's own name, the
    /// input binds to the only column with one of these names, provided that the values fit.
    // Aliases are left out of documents: `marl columns` shows the resulting bindings.
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

    /// The column with these aliases; see [`aliases`](crate::aliases).
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        forget(replace(&mut self.aliases, Names::constant(aliases)));
        self
    }

    /// The column with its own wording for research tools, so that the description can be edited without
    /// buying every answer again.
    #[must_use]
    pub const fn asked_as(mut self, prompt: &'static str) -> Self {
        forget(self.prompt.replace(SmolStr::new_static(prompt)));
        self
    }

    /// The wording of the question to a research tool.
    pub fn question(&self) -> &str {
        self.prompt.as_ref().unwrap_or(&self.description)
    }
}

/// The form of [`Contract::canonical`]. It is separate from the documents' serialization so that documents
/// can change.
#[derive(Serialize)]
struct Canonical<'a> {
    name: &'a str,
    version: &'a str,
    description: &'a str,
    inputs: Vec<CanonicalColumn<'a>>,
    outputs: Vec<CanonicalColumn<'a>>,
    calls: Vec<CanonicalCall<'a>>,
    #[serde(skip_serializing_if = "<[Names]>::is_empty")]
    needs: &'a [Names],
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
    /// The operation. For DataGen this is the alias of the tool.
    #[schemars(with = "String")]
    pub operation: SmolStr,
    /// How many times one row may make the call at most. Plans rely on this limit.
    pub most_per_row: u32,
}

impl CallSpec {
    /// A call that a row makes at most once.
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

    /// The plans and runs of users store digests of exactly this text.
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
    fn one_set_of_needed_inputs_is_enough() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Names>();
        let contract = Contract { needs: vec![set(&["email"]), set(&["name", "domain"])].into(), ..SLOGAN };
        assert!(contract.canonical().ends_with(r#"}],"needs":[["email"],["name","domain"]]}"#));
        assert!(SLOGAN.is_enough(|_| false));
        assert!(contract.is_enough(|name| name == "email"));
        assert!(contract.is_enough(|name| name != "email"));
        assert!(!contract.is_enough(|name| name == "name"));
    }

    #[test]
    fn a_contract_built_at_run_time_equals_a_constant() {
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
            needs: Vec::new().into(),
        };
        assert_eq!(made, SLOGAN);
        assert_eq!(made.canonical(), SLOGAN.canonical());
    }
}
