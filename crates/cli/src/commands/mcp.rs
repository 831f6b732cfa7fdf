//! `marl mcp`: the commands as tools for agents, over stdio.

use super::block_on;
use crate::{args::McpArgs, mcp};
use runner::{exit::Exit, failure::Failure};

pub(crate) fn run(args: &McpArgs) -> Result<Exit, Failure> {
    block_on(mcp::serve(&args.root))?;
    Ok(Exit::Done)
}
