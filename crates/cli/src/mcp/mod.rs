//! `marl mcp`: the commands as tools of the Model Context Protocol, over stdio.
//!
//! A tool is a command of this program, run with `--json` as a process of its own: what an agent
//! gets here is what it would get in a shell. Nothing but the protocol goes to stdout.

mod access;
mod answer;
mod command;
mod tools;

use std::{path::PathBuf, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, Implementation, InitializeResult, ListToolsResult,
        PaginatedRequestParams, ServerCapabilities,
    },
    service::RequestContext,
    transport::stdio,
};

use crate::{exit, failure::Failure};
use access::Access;
use answer::{Answers, refused};

/// What the server says of itself.
const INSTRUCTIONS: &str = "marl enriches tables of companies and people. Look at the table \
(`columns`, `rows`), look for an integration (`integrations`), `plan` the run: it sends nothing and \
says exactly what would be bought. Show the plan to whoever pays. Then `start_run` with the plan's \
hash, or with max_calls for a pilot of a few rows, and `run_status` until it has ended. \
`explain_cell` says where a value came from. The same run again buys nothing twice.";

/// The server.
struct Server {
    access: Access,
    answers: Answers,
}

/// Serves until the client closes.
pub(crate) async fn serve(roots: &[PathBuf]) -> Result<(), Failure> {
    let server = Server { access: Access::new(roots)?, answers: Answers::default() };
    let broken = |error: &dyn std::error::Error| {
        Failure::new(exit::INTERNAL, "internal", "the client cannot be served").caused_by(error)
    };
    let running = Arc::new(server).serve(stdio()).await.map_err(|error| broken(&error))?;
    running.waiting().await.map_err(|error| broken(&error))?;
    Ok(())
}

impl ServerHandler for Server {
    fn get_info(&self) -> InitializeResult {
        let mut info = InitializeResult::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = Implementation::new("marl", env!("CARGO_PKG_VERSION"));
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult { tools: tools::all(), ..ListToolsResult::default() })
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = match tools::checked(&request.name, request.arguments.unwrap_or_default()) {
            Ok(arguments) => arguments,
            Err(why) => return Ok(refused(&why).into()),
        };
        let answer = match request.name.as_ref() {
            "more" => self.answers.more(&arguments),
            "run_status" => self.status(&arguments, &context).await,
            name => self.command(name, &arguments, &context).await,
        };
        Ok(answer.into())
    }
}
