//! The flags of `marl tools`.

use clap::{Args as ClapArgs, Subcommand};
use serde_json::Value as Json;

use super::LedgerChoice;

/// Look up a provider's own tools, and call a tool by its name
#[derive(Debug, ClapArgs)]
pub(crate) struct ToolsArgs {
    #[command(subcommand)]
    pub(crate) command: ToolsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToolsCommand {
    /// Search for tools; costs nothing
    Search {
        /// What to search for: `linkedin profile`
        query: String,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Show a tool with its parameters; costs nothing
    Show {
        /// The tool's name
        name: String,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Call a tool once, even if its answer is stored; it may cost money, and the answer is stored
    Call {
        /// The tool's name
        name: String,
        /// The tool's parameters, as a JSON object
        #[arg(long, value_name = "JSON", value_parser = parse_params, default_value = "{}")]
        params: Json,
        /// Buy at most N calls; this also consents to the call if consent is required
        #[arg(long, value_name = "N")]
        max_calls: Option<u64>,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
}

fn parse_params(text: &str) -> Result<Json, String> {
    match serde_json::from_str(text) {
        Ok(Json::Object(object)) => Ok(Json::Object(object)),
        Ok(_) => Err("it must be a JSON object: `{\"query\": \"...\"}`".to_owned()),
        Err(error) => Err(format!("it is not JSON: {error}")),
    }
}
