//! The plan: steps in dependency order, bound to a table's columns. Pure.
//!
//! A plan is made from the header and a sample of the table and is checked whole before
//! anything is sent. It sends nothing and reads no file.

mod bind;
mod error;
mod order;

use std::sync::Arc;

use marl_core::{Column, Integration, Registry};
use serde::{Deserialize, Serialize};

pub use bind::{How, integration};
pub use error::{PlanError, Problem};

/// What is asked for.
#[derive(Debug, Default)]
pub struct Request {
    /// Names of integrations, in the order given.
    pub integrations: Vec<String>,
    /// Inputs that the user bound by hand.
    pub maps: Vec<Map>,
    /// What happens to cells that are filled already.
    pub existing: Existing,
    /// Which steps ask anew although there are answers.
    pub refresh: Refresh,
}

/// Which steps ask anew. Their new values replace filled cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Refresh {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those of these names.
    Names(Vec<String>),
}

impl Refresh {
    fn includes(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Names(names) => names.iter().any(|known| known == name),
        }
    }
}

/// `--map step.input=column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// The step.
    pub step: String,
    /// Its input.
    pub input: String,
    /// The column that feeds it.
    pub column: String,
}

/// What happens to cells that are filled already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// They stay; a row without an empty output is not asked about.
    #[default]
    Keep,
    /// A new value replaces them; no value never empties them.
    Overwrite,
    /// An output column that exists is an error.
    Fail,
}

/// What the plan needs to know of a table.
#[derive(Debug)]
pub struct Header<'a> {
    /// The table's name in messages.
    pub table: &'a str,
    /// Its columns.
    pub columns: &'a [String],
    /// By column, the first filled cells.
    pub samples: &'a [Vec<String>],
}

/// Steps in the order in which they are run, bound to columns.
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    reads: Vec<usize>,
    slots: usize,
}

/// An integration bound to a table.
pub struct Step {
    /// The step's name: the integration's.
    pub name: String,
    /// The integration.
    pub integration: Arc<dyn Integration>,
    /// Its inputs; an optional input without a column has none.
    pub inputs: Vec<Binding>,
    /// Its outputs.
    pub outputs: Vec<Output>,
    /// The steps, by index, that must have ended before.
    pub after: Vec<usize>,
    /// What happens to its output cells that are filled already.
    pub existing: Existing,
    /// Whether it asks anew although there are answers.
    pub refresh: bool,
}

/// An input and the column that feeds it.
#[derive(Debug)]
pub struct Binding {
    /// The input.
    pub column: &'static Column,
    /// The name of the column that feeds it.
    pub from: String,
    /// The step that writes this column, by index.
    pub producer: Option<usize>,
    /// How it was found.
    pub how: How,
    pub(crate) slot: usize,
}

/// An output and the column it is written to.
#[derive(Debug)]
pub struct Output {
    /// The output.
    pub column: &'static Column,
    /// The name of the column that it is written to.
    pub name: String,
    /// Whether the table has this column.
    pub existing: bool,
    pub(crate) slot: usize,
    pub(crate) index: usize,
}

impl Plan {
    /// Binds and orders the steps that `request` asks for.
    ///
    /// # Errors
    /// An unknown integration, a column that is missing or claimed twice, a cycle.
    pub fn new(request: &Request, header: &Header<'_>, registry: &Registry) -> Result<Self, PlanError> {
        let integrations = bind::integrations(request, registry)?;
        let bound = bind::bind(&integrations, request, header, registry)?;
        let order = order::order(&bound)?;
        Ok(lay_out(integrations, bound, &order, request, header))
    }

    /// The table's columns that a row must bring, in the order that
    /// [`Engine::row`](crate::Engine::row) takes them.
    pub fn reads(&self) -> &[usize] {
        &self.reads
    }

    /// All outputs, in plan order.
    pub fn outputs(&self) -> impl Iterator<Item = &Output> {
        self.steps.iter().flat_map(|step| &step.outputs)
    }

    /// The providers that the steps may call, each once, sorted.
    pub fn providers(&self) -> Vec<&'static str> {
        let calls = self.steps.iter().flat_map(|step| step.integration.contract().calls);
        let mut names: Vec<_> = calls.map(|call| call.provider).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots
    }
}

/// Gives every column that the plan touches a slot: the table's first, then new ones.
fn lay_out(
    integrations: Vec<Arc<dyn Integration>>,
    bound: Vec<bind::Bound>,
    order: &[usize],
    request: &Request,
    header: &Header<'_>,
) -> Plan {
    let position = |step: usize| order.iter().position(|&at| at == step).expect("the order holds every step");
    let touched = |name: &str| {
        bound.iter().flat_map(|step| &step.inputs).any(|input| input.from == name)
            || bound.iter().flat_map(|step| step.outputs).any(|output| output.name == name)
    };
    let reads: Vec<usize> = (0..header.columns.len()).filter(|&at| touched(&header.columns[at])).collect();
    let mut names: Vec<&str> = reads.iter().map(|&at| header.columns[at].as_str()).collect();
    let from_table = names.len();
    names.extend(
        bound
            .iter()
            .flat_map(|step| step.outputs)
            .map(|output| output.name)
            .filter(|name| !header.columns.iter().any(|column| column == name)),
    );
    let slot = |name: &str| names.iter().position(|known| *known == name).expect("every column has a slot");
    let mut index = 0;
    let mut steps = Vec::with_capacity(order.len());
    for &at in order {
        let step = &bound[at];
        let inputs = step.inputs.iter().map(|input| Binding {
            column: input.column,
            from: input.from.clone(),
            producer: input.producer.map(position),
            how: input.how,
            slot: slot(&input.from),
        });
        let outputs = step.outputs.iter().map(|column| {
            index += 1;
            let slot = slot(column.name);
            let name = column.name.to_owned();
            Output { column, name, existing: slot < from_table, slot, index: index - 1 }
        });
        let name = integrations[at].contract().name;
        let refresh = request.refresh.includes(name);
        steps.push(Step {
            name: name.to_owned(),
            existing: if refresh { Existing::Overwrite } else { request.existing },
            refresh,
            integration: Arc::clone(&integrations[at]),
            inputs: inputs.collect(),
            outputs: outputs.collect(),
            after: step.after().map(position).collect(),
        });
    }
    let slots = names.len();
    Plan { steps, reads, slots }
}

#[cfg(test)]
mod tests;
