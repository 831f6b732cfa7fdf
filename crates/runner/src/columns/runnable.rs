//! Which integrations run on a table's columns, and how they would be bound. Each integration is planned
//! alone. This module sends nothing, and it leaves every decision to planning.

use std::collections::BTreeMap;

use engine::plan::{Advice, Output, Plan, Request, Step, StepRequest, is_usual_name};
use marl_core::Registry;
use schemars::JsonSchema;
use serde::Serialize;
use table::{TableSummary, shell::word};

use crate::{
    binding::binding,
    job::header::{header, table_name},
};

/// An integration that runs on the table as it is.
#[derive(JsonSchema, Serialize)]
pub struct Runnable {
    name: String,
    /// The column that feeds each input.
    inputs: BTreeMap<String, String>,
    adds: Vec<String>,
    /// Output columns that the table already has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fills: Vec<String>,
    /// Columns of the table that an output could fill, so that no column is added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    could_fill: Vec<Fillable>,
    /// The same as one line for people.
    #[serde(skip)]
    pub line: String,
}

/// A column of the table whose name is a usual name for an output.
#[derive(JsonSchema, Serialize)]
pub struct Fillable {
    output: String,
    column: String,
    /// What to add to the command: `--into find_ceo.ceo_name=CEO`.
    flag: String,
}

/// An integration that runs once the user names the column for an input.
#[derive(JsonSchema, Serialize)]
pub struct Unbound {
    name: String,
    input: String,
    /// The columns that could feed the input.
    columns: Vec<String>,
    /// What to add to the command to use the first of them: `--map find_ceo.company_domain=Website`.
    pub flag: String,
}

impl Runnable {
    /// The columns that outputs could fill, as hints for people.
    pub fn hints(&self) -> impl Iterator<Item = &str> {
        self.could_fill.iter().map(|into| into.flag.as_str())
    }
}

impl Unbound {
    /// `find_ceo  company_domain <- Website or Domain`
    pub fn line(&self) -> String {
        format!("{:<16}  {} <- {}", self.name, self.input, self.columns.join(" or "))
    }
}

/// The integrations that can be planned alone, and those for which only the user's choice is missing.
pub(super) fn runnable(summary: &TableSummary, registry: &Registry) -> (Vec<Runnable>, Vec<Unbound>) {
    let name = table_name(summary);
    let header = header(summary, &name);
    let (mut runnable, mut unbound) = (Vec::new(), Vec::new());
    for known in registry.integrations() {
        let name = known.contract().name.to_string();
        let steps = vec![StepRequest::parse(&name)];
        match Plan::new(&Request { steps, ..Request::default() }, &header, registry) {
            Ok(plan) => runnable.extend(plan.steps.iter().filter_map(|step| described(step, summary))),
            Err(error) => {
                let Some(Advice::Bind { input, columns, .. } | Advice::Choose { input, columns, .. }) =
                    error.advice.into_iter().next()
                else {
                    continue;
                };
                let flag = format!("--map {}", word(&format!("{name}.{input}={}", columns[0])));
                unbound.push(Unbound { name, input, columns, flag });
            }
        }
    }
    (runnable, unbound)
}

fn described(step: &Step, summary: &TableSummary) -> Option<Runnable> {
    let alternative = step.alternatives().first()?;
    let contract = alternative.integration.contract();
    let inputs = alternative.inputs.iter().map(|input| (input.column.name.to_string(), input.from.clone()));
    let (fills, adds): (Vec<&Output>, Vec<&Output>) = step.columns().partition(|output| output.existing);
    let could_fill = adds.iter().filter_map(|output| {
        let output = contract.output(&output.of)?;
        let mut usual = summary.columns.iter().filter(|column| is_usual_name(column, output));
        let column = usual.next().filter(|_| usual.next().is_none())?.clone();
        let flag = word(&format!("{}.{}={column}", contract.name, output.name));
        Some(Fillable { output: output.name.to_string(), column, flag: format!("--into {flag}") })
    });
    let could_fill = could_fill.collect();
    let names = |outputs: Vec<&Output>| outputs.into_iter().map(|output| output.name.clone()).collect();
    Some(Runnable {
        name: contract.name.to_string(),
        inputs: inputs.collect(),
        adds: names(adds),
        fills: names(fills),
        could_fill,
        line: binding(step),
    })
}
