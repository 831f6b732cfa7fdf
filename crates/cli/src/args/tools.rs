//! The flags of `marl tools`.

use clap::{Args as ClapArgs, Subcommand};
use serde_json::Value as Json;

use super::LedgerChoice;

/// Look up a provider's own tools, and call one by its name
#[derive(Debug, ClapArgs)]
pub(crate) struct ToolsArgs {
    #[command(subcommand)]
    pub(crate) command: ToolsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToolsCommand {
    /// Search for tools; costs nothing
    Search {
        /// What for: `linkedin profile`
        query: String,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Show a tool with the parameters it takes; costs nothing
    Show {
        /// The tool
        name: String,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Call a tool once, whatever is stored; it may cost, and its answer is stored
    Call {
        /// The tool
        name: String,
        /// Its parameters, a JSON object
        #[arg(long, value_name = "JSON", value_parser = parse_params, default_value = "{}")]
        params: Json,
        /// Buy at most so many calls, and so agree to this one where consent is required
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
        Err(error) => Err(format!("it is no JSON: {error}")),
    }
}
