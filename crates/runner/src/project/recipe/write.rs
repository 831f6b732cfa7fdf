//! Writes a request as the text of a recipe. This module writes no file and checks nothing: `read` refuses an
//! invalid recipe.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{Existing, Request, StepRequest, Work, word};

/// The recipe that asks for `request`, without `want` and `refresh`, which belong to a run.
pub fn write(request: &Request) -> String {
    let mut blocks = Vec::new();
    if request.existing != Existing::default() {
        blocks.push(line("existing", word(request.existing)));
    }
    if !request.inputs.is_empty() {
        blocks.push(line("inputs", names(&request.inputs)));
    }
    if !request.types.is_empty() {
        let types = request.types.iter().map(|(column, kind)| (column.clone(), Value::from(kind.name())));
        let types = Table::from_iter(types);
        blocks.push(format!("# What each column of the table is, where it is not text.\n[columns]\n{types}"));
    }
    blocks.extend(request.steps.iter().map(step));
    blocks.join("\n")
}

fn step(step: &StepRequest) -> String {
    let mut text = "[[step]]\n".to_owned();
    if let Some(name) = &step.name {
        text += &line("name", name.as_str());
    }
    text += &match &step.work {
        Work::Use(integrations) => match integrations.as_slice() {
            [one] => line("use", one.as_str()),
            several => line("use", several.to_vec()),
        },
        Work::Formula(formula) => expression("formula", formula),
    };
    if !step.inputs.is_empty() {
        text += &line("inputs", names(&step.inputs));
    }
    if !step.outputs.is_empty() {
        text += &line("outputs", names(&step.outputs));
    }
    if !step.prefix.is_empty() {
        text += &line("prefix", step.prefix.as_str());
    }
    if let Some(condition) = &step.condition {
        text += &expression("where", condition);
    }
    if let Some(existing) = step.existing {
        text += &line("existing", word(existing));
    }
    if let Some(column) = &step.provider_column {
        text += &line("provider_column", column.as_str());
    }
    text
}

/// Names of a contract, with the columns that they are bound to.
fn names(names: &BTreeMap<String, String>) -> Table {
    names.iter().map(|(name, column)| (name.clone(), Value::from(column.as_str()))).collect()
}

fn line(key: &str, value: impl Into<Value>) -> String {
    format!("{key} = {}\n", value.into())
}

/// A line with a CEL expression. CEL has quotes of its own, so a literal TOML string is used if possible.
fn expression(key: &str, cel: &str) -> String {
    if cel.chars().any(|c| c == '\'' || c.is_control()) {
        return line(key, cel);
    }
    format!("{key} = '{cel}'\n")
}
