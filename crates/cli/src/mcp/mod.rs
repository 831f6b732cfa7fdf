//! `marl mcp`: the commands as tools of the Model Context Protocol, over stdio.
//!
//! A tool is a command of this program with `--json`: an agent gets the same answer as in a shell. The server
//! runs the commands in its own process, except a run, which has a process of its own and outlives the
//! server. Only the protocol is written to stdout.

mod access;
mod answer;
mod arguments;
mod catalog;
mod command;
mod lines;
mod start;
mod tools;
mod translate;

use std::{path::PathBuf, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, CancelledNotificationParam, Implementation,
        InitializeResult, ListToolsResult, PaginatedRequestParams, ServerCapabilities,
    },
    service::{NotificationContext, RequestContext},
};

use tokio::sync::{Semaphore, mpsc};

use access::Access;
use answer::{Answers, refused};
use lines::Lines;
use runner::failure::{Failure, error_code::ErrorCode, exit::Exit};
use start::Starts;
use tools::Entry;

/// The instructions of the server for clients.
const INSTRUCTIONS: &str = "marl enriches tables of companies and people. Look at the table \
(`columns`, `rows`), look for an integration (`integrations`), `plan` the run: it sends nothing and \
shows exactly what would be bought. Show the plan to the person who pays. Then `start_run` with the plan's \
hash, or with max_calls for a pilot of a few rows, and `run_status` until it has ended. \
`empty_cells` lists which cells are empty and why, `explain_cell` shows where a value came from. An argument is \
described at the first tool that takes it. `next_call` in an answer is the tool to call next. A plan's hash allows one run: what was bought under it is \
used up, and buying more is a new decision. Answers are kept for 30 days, those that found nothing for 7, \
and are not bought again meanwhile. A `start_run` that is cancelled buys nothing, or is asked to stop.";

/// The server.
struct Server {
    access: Access,
    answers: Answers,
    starts: Starts,
    /// One permit for each command that may run at a time; further calls wait.
    commands: Arc<Semaphore>,
}

/// How many commands may run at a time: each of them may read a whole table.
const MOST_COMMANDS: usize = 8;

/// Serves until the client disconnects.
pub(crate) async fn serve(roots: &[PathBuf]) -> Result<(), Failure> {
    let access = Access::new(roots)?;
    access.restrict();
    let server = Arc::new(Server {
        access,
        answers: Answers::default(),
        starts: Starts::default(),
        commands: Arc::new(Semaphore::new(MOST_COMMANDS)),
    });
    let (input, output) = rmcp::transport::stdio();
    let (answered, mut requests) = mpsc::unbounded_channel();
    let (lines, ends) = Lines::between(input, output, answered);
    let starter = Arc::clone(&server);
    let starting = tokio::spawn(async move {
        while let Some(request) = requests.recv().await {
            starter.starts.answered(&request).await;
        }
    });
    let served = until_closed(Arc::clone(&server), ends).await;
    // A start whose client has disconnected must still be ended.
    server.starts.settled().await;
    lines.finish().await;
    // A run whose number was written begins, even if the client then disconnected.
    let _ = starting.await;
    served
}

async fn until_closed(server: Arc<Server>, ends: lines::Ends) -> Result<(), Failure> {
    let broken = |error: &dyn std::error::Error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "the client cannot be served").caused_by(error)
    };
    let running = server.serve(ends).await.map_err(|error| broken(&error))?;
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
        let Some(entry) = Entry::named(&request.name) else { return Ok(refused("no such tool").into()) };
        let answer = match entry.name {
            "more" => self.answers.more(&arguments),
            "run_status" => self.status(entry, &arguments, &context).await,
            "start_run" => self.start(entry, &arguments, &context).await,
            _ => self.command(entry, &arguments, &context).await,
        };
        Ok(answer.into())
    }

    async fn on_cancelled(
        &self,
        notification: CancelledNotificationParam,
        _: NotificationContext<RoleServer>,
    ) {
        if let Some(request) = &notification.request_id {
            self.cancelled(request).await;
        }
    }
}
