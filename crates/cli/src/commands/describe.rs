//! `marl describe NAME`: prints one contract completely.

use marl_core::Column;
use runner::{
    catalog,
    failure::{Failure, exit::Exit},
    project::{connect, workspace},
};

use crate::{args::DescribeArgs, printer::Printer};

pub(crate) fn run(args: &DescribeArgs, printer: &Printer) -> Result<Exit, Failure> {
    let registry = workspace::registry_here()?;
    let document = catalog::describe(&args.name, &registry)?;
    if printer.is_json() {
        printer.document(&document);
        return Ok(Exit::Done);
    }
    let contract = document.contract;
    printer.data(&format!("{} {}", contract.name, contract.version));
    printer.data(&contract.description);
    printer.data("");
    for (title, columns) in [("inputs", &contract.inputs), ("outputs", &contract.outputs)] {
        printer.data(title);
        columns.iter().for_each(|column| printer.data(&line(column)));
    }
    if !contract.needs.is_empty() {
        let sets = contract.needs.iter().map(|set| set.iter().collect::<Vec<_>>().join(" and "));
        printer.data("needs");
        printer.data(&format!("  {}", sets.collect::<Vec<_>>().join(", or ")));
    }
    printer.data("calls");
    for call in contract.calls.iter() {
        printer.data(&format!("  {} {}, at most {} a row", call.provider, call.operation, call.most_per_row));
    }
    printer.data("");
    let needs_key =
        |name: &str| registry.provider(name).is_some_and(|provider| provider.info.key_variable.is_some());
    let is_in_sandbox =
        |name: &str| registry.provider(name).is_some_and(|provider| connect::is_in_sandbox(&provider.info));
    let asks_for_key = contract.calls.iter().any(|call| needs_key(&call.provider));
    let has_samples = contract.calls.iter().all(|call| is_in_sandbox(&call.provider));
    let remark = match (asks_for_key, has_samples) {
        (true, true) => "add --sandbox to try it without a key",
        (false, true) => "no key is needed; add --sandbox to try it with samples",
        (true, false) => "it needs the vendor's key: the sandbox has no samples",
        (false, false) => "no key is needed",
    };
    printer.data(&format!("marl enrich --input TABLE --integrations {}    ({remark})", contract.name));
    Ok(Exit::Done)
}

fn line(column: &Column) -> String {
    let required = if column.required { ", required" } else { "" };
    format!("  {:<20}  {:<12}  {}{required}", column.name, column.kind.name(), column.description)
}
