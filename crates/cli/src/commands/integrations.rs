//! `marl integrations`: the registry, for people and for agents.

use marl_core::Contract;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{document::Version, exit, failure::Failure, place, printer::Printer};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "integrations")]
pub(super) struct Document<'a> {
    schema_version: Version<2>,
    integrations: Vec<&'a Contract>,
}

pub(crate) fn run(printer: &Printer) -> Result<u8, Failure> {
    let registry = place::registry_here()?;
    let contracts: Vec<&Contract> = registry.integrations().map(|known| known.contract()).collect();
    if printer.is_json() {
        printer.document(&Document { schema_version: Version, integrations: contracts });
        return Ok(exit::DONE);
    }
    for contract in contracts {
        printer.data(&format!("{}  {}", contract.name, contract.description));
        printer.data(&format!("  {} -> {}", names(&contract.inputs), names(&contract.outputs)));
    }
    Ok(exit::DONE)
}

/// The names of columns, in a line.
pub(crate) fn names(columns: &[marl_core::Column]) -> String {
    columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}
