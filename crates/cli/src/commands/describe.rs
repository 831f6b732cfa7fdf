//! `marl describe NAME`: one contract, whole.

use engine::plan;
use marl_core::{Column, Contract};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{args::DescribeArgs, document::Version, exit, failure::Failure, place, printer::Printer};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "describe")]
pub(super) struct Document<'a> {
    schema_version: Version<2>,
    #[serde(flatten)]
    contract: &'a Contract,
}

pub(crate) fn run(args: &DescribeArgs, printer: &Printer) -> Result<u8, Failure> {
    let registry = place::registry_here()?;
    let integration = plan::integration(&args.name, &registry)?;
    let contract = integration.contract();
    if printer.is_json() {
        printer.document(&Document { schema_version: Version, contract });
        return Ok(exit::DONE);
    }
    printer.data(&format!("{} {}", contract.name, contract.version));
    printer.data(&contract.description);
    printer.data("");
    for (title, columns) in [("inputs", &contract.inputs), ("outputs", &contract.outputs)] {
        printer.data(title);
        columns.iter().for_each(|column| printer.data(&line(column)));
    }
    printer.data("calls");
    for call in contract.calls.iter() {
        printer.data(&format!("  {} {}, at most {} a row", call.provider, call.operation, call.most_per_row));
    }
    printer.data("");
    printer.data(&format!(
        "marl enrich --input TABLE --integrations {0}    (add --sandbox to try it without a key)",
        contract.name
    ));
    Ok(exit::DONE)
}

fn line(column: &Column) -> String {
    let required = if column.required { ", required" } else { "" };
    format!("  {:<20}  {:<12}  {}{required}", column.name, column.kind.name(), column.description)
}
