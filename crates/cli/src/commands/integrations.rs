//! `marl integrations`: lists the integrations.

use runner::{
    catalog,
    failure::{Failure, exit::Exit},
    project::workspace,
};

use crate::printer::Printer;

pub(crate) fn run(printer: &Printer) -> Result<Exit, Failure> {
    let registry = workspace::registry_here()?;
    let document = catalog::integrations(&registry);
    if printer.is_json() {
        printer.document(&document);
        return Ok(Exit::Done);
    }
    for contract in document.integrations {
        printer.data(&format!("{}  {}", contract.name, contract.description));
        printer.data(&format!("  {} -> {}", names(&contract.inputs), names(&contract.outputs)));
    }
    Ok(Exit::Done)
}

/// The names of columns, on one line.
pub(crate) fn names(columns: &[marl_core::Column]) -> String {
    columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}
