//! `marl tools`: a provider's own tools, looked up and called by name.

use runner::{
    failure::{Failure, exit::Exit},
    project::workspace::Workspace,
    tools::{ToolCall, Tools, ToolsDocument},
};

use super::block_on;
use crate::{
    args::{ToolsArgs, ToolsCommand},
    printer::Printer,
};

pub(crate) fn run(args: &ToolsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let workspace = Workspace::find()?;
    block_on(printer, async {
        match &args.command {
            ToolsCommand::Search { query, ledger } => {
                let tools = Tools::of(&workspace, ledger.choice())?;
                found(&tools.search(query).await?, printer);
            }
            ToolsCommand::Show { name, ledger } => {
                let tools = Tools::of(&workspace, ledger.choice())?;
                printer.document(&tools.show(name).await?);
            }
            ToolsCommand::Call { name, params, max_calls, ledger } => {
                let call = ToolCall {
                    name: name.clone(),
                    parameters: params.clone(),
                    max_calls: *max_calls,
                    invocation: printer.invocation().clone(),
                };
                let tools = Tools::of(&workspace, ledger.choice())?;
                printer.document(&tools.call(&call).await?);
            }
        }
        Ok(Exit::Done)
    })
}

fn found(document: &ToolsDocument, printer: &Printer) {
    if printer.is_json() {
        return printer.document(document);
    }
    for tool in &document.tools {
        let name = tool.as_str().or_else(|| tool["name"].as_str()).unwrap_or_default();
        let description = tool["description"].as_str().unwrap_or_default();
        printer.data(format!("{name:<36} {}", marl_core::excerpt(description, 120)).trim_end());
    }
    if document.tools.is_empty() {
        printer.message("no tool was found; try a more general word");
    }
}
