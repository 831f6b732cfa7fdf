//! `marl mcp`: the commands as tools for agents, over stdio.

use super::block_on;
use crate::{args::McpArgs, exit, failure::Failure, mcp};

pub(crate) fn run(args: &McpArgs) -> Result<u8, Failure> {
    block_on(mcp::serve(&args.root))?;
    Ok(exit::DONE)
}
