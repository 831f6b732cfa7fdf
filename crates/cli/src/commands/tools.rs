//! `marl tools`: a provider's own tools, looked up and called by name.
//!
//! Looking up is never answered from the ledger. A call is always sent, once, and recorded like
//! any other: a later run that asks the same takes its answer.

use std::sync::Arc;

use engine::{
    Silent,
    gateway::{Caps, Gateway, InDoubt, Settings as GatewaySettings},
    ledger::{Calls, MaxAge, MemoryCalls, RunEnd, RunStart, RunState},
};
use marl_core::{Call, CallEnd, ErrorKind, Registry, Reply, SmolStr};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};
use table::shell::word;

use super::block_on;
use crate::{
    args::{ToolsArgs, ToolsCommand},
    printer::Printer,
};
use runner::{
    document::Version,
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    job::connections,
    project::{connect, ledger, workspace::Workspace},
    run::{permission, recorded::CallDocument},
    spec::LedgerChoice,
};

/// The operations by which a provider tells of its tools.
const SEARCH: &str = "searchTools";
const DETAILS: &str = "getToolDetails";

pub(crate) fn run(args: &ToolsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let workspace = Workspace::find()?;
    let registry = &workspace.registry;
    let knows = |info: &marl_core::provider::ProviderInfo| info.free_operations.contains(SEARCH);
    let provider = registry.providers().map(|entry| &entry.info).find(|info| knows(info));
    let provider = &provider.ok_or_else(|| Failure::usage("no provider tells of its tools"))?.name;
    block_on(printer, async {
        match &args.command {
            ToolsCommand::Search { query, ledger } => {
                let ask = Ask { workspace: &workspace, registry, provider, choice: &ledger.choice() };
                let found = ask.free(SEARCH, json!({ "query": query })).await?;
                search(query, found, printer)
            }
            ToolsCommand::Show { name, ledger } => {
                let ask = Ask { workspace: &workspace, registry, provider, choice: &ledger.choice() };
                let details = ask.free(DETAILS, json!({ "tool_name": name })).await?;
                printer.document(&Details { schema_version: Version, tool: name, details });
                Ok(Exit::Done)
            }
            ToolsCommand::Call { name, params, max_calls, ledger } => {
                let ask = Ask { workspace: &workspace, registry, provider, choice: &ledger.choice() };
                ask.check_consent(name, *max_calls)?;
                ask.call(name, params.clone(), printer).await
            }
        }
    })
}

/// The tools that were found.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "tools search")]
pub(super) struct Found<'a> {
    schema_version: Version<1>,
    query: &'a str,
    total: usize,
    /// As the provider tells of them.
    tools: Vec<Json>,
}

/// A tool.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "tools show")]
pub(super) struct Details<'a> {
    schema_version: Version<1>,
    tool: &'a str,
    /// As the provider tells of it.
    details: Json,
}

/// Where a tool is asked.
struct Ask<'a> {
    workspace: &'a Workspace,
    registry: &'a Registry,
    provider: &'a SmolStr,
    choice: &'a LedgerChoice,
}

impl Ask<'_> {
    /// A free operation: nothing is recorded.
    async fn free(&self, operation: &str, parameters: Json) -> Result<Json, Failure> {
        let asked = parameters.clone();
        let (end, _) = self.through(Arc::new(MemoryCalls::default()), operation, parameters).await?;
        match end {
            CallEnd::Reply(reply) => Ok(reply.data().cloned().unwrap_or(Json::Null)),
            CallEnd::Failed(error) if operation == DETAILS && says_not_found(&error) => {
                let tool = asked["tool_name"].as_str().unwrap_or_default();
                Err(self.failed(tool, &error.with_kind(ErrorKind::ToolNotFound)))
            }
            CallEnd::Failed(error) => Err(self.failed(operation, &error)),
            CallEnd::Closed(_) => Err(Failure::usage("the provider was stopped")),
        }
    }

    /// Refuses a call that may cost where consent is required and was not given.
    fn check_consent(&self, name: &str, max_calls: Option<u64>) -> Result<(), Failure> {
        let providers = self.registry.providers().map(|entry| &entry.info);
        let is_free = |info: &marl_core::provider::ProviderInfo| info.free_operations.contains(name);
        if self.choice.sandbox || providers.filter(|info| info.name == *self.provider).any(is_free) {
            return Ok(());
        }
        let show = || self.command(&["show", name]);
        match max_calls {
            Some(0) => Err(Failure::new(Exit::Cap, ErrorCode::Usage, "`--max-calls 0` allows no call")
                .hint("nothing was sent; `marl tools show` says what the tool takes and costs nothing")
                .next(show())),
            Some(_) => Ok(()),
            None => match permission::is_needed_for_a_call(&self.workspace.settings)? {
                None => Ok(()),
                Some(asker) => {
                    let message = format!("this call may cost, and {asker} asks for consent first");
                    Err(Failure::new(Exit::Usage, ErrorCode::ConsentNeeded, message)
                        .hint("nothing was sent; `--max-calls 1` agrees to this one call")
                        .next(show()))
                }
            },
        }
    }

    /// Sends a call once and records it as a run of its own.
    async fn call(&self, name: &str, parameters: Json, printer: &Printer) -> Result<Exit, Failure> {
        let store = self.workspace.open_ledger(self.choice).await?;
        let start = RunStart {
            command: printer.invocation().command(),
            input: String::new(),
            output: String::new(),
            steps: "{}".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            consent: None,
        };
        let begun = store.begin(&start, MaxAge::default()).await?;
        let run = begun.run;
        let (end, price) = self.through(begun.calls, name, parameters.clone()).await?;
        let (state, reply, failure) = match end {
            CallEnd::Reply(Reply::Found(json)) => ("found", (*json).clone(), None),
            CallEnd::Reply(Reply::NoData) => ("no_data", Json::Null, None),
            CallEnd::Failed(error) => ("failed", Json::Null, Some(self.failed(name, &error))),
            CallEnd::Closed(_) => ("stopped", Json::Null, Some(Failure::usage("the provider was stopped"))),
        };
        let document = CallDocument {
            schema_version: Version,
            provider: self.provider,
            tool: name,
            parameters,
            state,
            reply,
            run,
            ledger: ledger::shown(&*store),
            price,
            exit_code: failure.as_ref().map_or(Exit::Done, |failure| failure.exit).code(),
        };
        if !store.is_in_place().await {
            let message = format!("the ledger {} was deleted or replaced", ledger::shown(&*store));
            return Err(Failure::new(Exit::Internal, ErrorCode::Ledger, message)
                .hint("the call is in no ledger any more; asked again, it is bought again")
                .billed());
        }
        let summary = serde_json::to_string(&document).expect("our documents have text keys");
        store.end_run(run, &RunEnd { state: RunState::Finished, summary }).await?;
        match failure {
            Some(failure) => Err(failure),
            None => {
                printer.document(&document);
                Ok(Exit::Done)
            }
        }
    }

    /// One call through a gateway that takes no stored answer.
    async fn through(
        &self,
        calls: Arc<dyn Calls>,
        operation: &str,
        parameters: Json,
    ) -> Result<(CallEnd, Option<f64>), Failure> {
        let sandbox = if self.choice.sandbox { Some(connections::start_sandbox().await?) } else { None };
        let names = [self.provider.clone()];
        let connected = match &sandbox {
            Some(sandbox) => connect::sandbox(&names, self.registry, &sandbox.url())?,
            None => connect::live(
                &names,
                self.registry,
                &self.workspace.working,
                self.workspace.settings.contact(),
            )?,
        };
        // One attempt, whatever became of an earlier one: the user asks for just that.
        let settings =
            self.workspace.settings.gateway(1, Some(InDoubt::Retry), Caps::default(), &connected.bases)?;
        let settings =
            GatewaySettings { retry: engine::gateway::Retry { attempts: 1, ..settings.retry }, ..settings };
        let gateway = Gateway::new(connected.providers, calls, settings, Arc::new(Silent));
        let price = gateway.price(self.provider, operation);
        let call = Call { provider: self.provider.clone(), operation: operation.into(), parameters };
        let end = gateway.refreshing().call(call).await;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        Ok((end, price))
    }

    /// A command that asks the same provider.
    fn command(&self, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|one| word(one)).collect();
        let sandbox = if self.choice.sandbox { " --sandbox" } else { "" };
        format!("marl tools {}{sandbox} --json", words.join(" "))
    }

    fn failed(&self, tool: &str, error: &marl_core::Error) -> Failure {
        let exit = match error.kind() {
            ErrorKind::Auth => Exit::Key,
            ErrorKind::ToolNotFound => Exit::NotFound,
            ErrorKind::InvalidInput => Exit::Usage,
            ErrorKind::InDoubt => Exit::InDoubt,
            ErrorKind::Internal => Exit::Internal,
            ErrorKind::BadReply => Exit::RowsFailed,
            _ => Exit::ProviderStopped,
        };
        let failure = Failure::new(exit, error.kind().into(), error.full_message());
        let failure = if error.may_be_billed() { failure.billed() } else { failure };
        match error.kind() {
            ErrorKind::ToolNotFound => failure
                .hint("its name may have changed: look it up with `marl tools search WORD`")
                .next(self.command(&["search", &tool.replace('_', " ")])),
            ErrorKind::Auth => {
                failure.hint("`marl doctor` says where the key comes from; `--sandbox` answers with samples and needs none").next("marl doctor --json")
            }
            ErrorKind::InvalidInput => failure
                .hint(format!("`marl tools show {tool}` says which parameters it takes"))
                .next(self.command(&["show", tool])),
            _ => failure,
        }
    }
}

/// Whether the provider says that it does not have what was asked for.
fn says_not_found(error: &marl_core::Error) -> bool {
    error.kind() == ErrorKind::Upstream && error.full_message().to_lowercase().contains("not found")
}

fn search(query: &str, found: Json, printer: &Printer) -> Result<Exit, Failure> {
    let tools = match found {
        Json::Array(tools) => tools,
        Json::Object(object) => {
            object.into_iter().find_map(|(_, value)| value.as_array().cloned()).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if printer.is_json() {
        printer.document(&Found { schema_version: Version, query, total: tools.len(), tools });
        return Ok(Exit::Done);
    }
    for tool in &tools {
        let name = tool.as_str().or_else(|| tool["name"].as_str()).unwrap_or_default();
        let description = tool["description"].as_str().unwrap_or_default();
        printer.data(format!("{name:<36} {}", marl_core::excerpt(description, 120)).trim_end());
    }
    if tools.is_empty() {
        printer.message("no tool is found; try a more general word");
    }
    Ok(Exit::Done)
}
