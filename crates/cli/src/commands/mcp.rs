//! `marl mcp`: the commands as tools for agents, over stdio.

use super::block_on;
use crate::{args::McpArgs, mcp, printer::Printer};
use runner::failure::{Failure, exit::Exit};

pub(crate) fn run(args: &McpArgs, printer: &Printer) -> Result<Exit, Failure> {
    block_on(printer, mcp::serve(&args.root))?;
    Ok(Exit::Done)
}
