//! A provider's own tools, looked up and called by name.
//!
//! Looking up is never answered from the ledger. A call is always sent, once, and recorded like
//! any other: a later run that asks the same takes its answer.

use std::sync::Arc;

use engine::{
    Listener,
    gateway::{Caps, Gateway, InDoubt, Retry, Settings as GatewaySettings},
    ledger::{Calls, Ledger, MaxAge, MemoryCalls, RunEnd, RunStart, RunState},
};
use marl_core::{
    Call, CallEnd, Error, ErrorKind, Reply, SmolStr,
    provider::{Operations, ProviderInfo},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};
use table::shell::word;

use crate::{
    document::Version,
    failure::{
        Failure,
        error_code::ErrorCode,
        exit::Exit,
        invocation::Invocation,
        remedy::{Occurrence, remedy},
    },
    job::connections,
    project::{connect, ledger, workspace::Workspace},
    run::{permission, tally::Tally},
    spec::LedgerChoice,
};

/// The operations that list and describe a provider's tools.
const SEARCH: &str = "searchTools";
const DETAILS: &str = "getToolDetails";

/// The tools that were found.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "tools search")]
pub struct ToolsDocument {
    schema_version: Version<1>,
    /// What was searched for.
    pub query: String,
    /// How many tools were found.
    pub total: usize,
    /// The provider's descriptions, unchanged.
    pub tools: Vec<Json>,
}

/// A tool.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "tools show")]
pub struct ToolDocument {
    schema_version: Version<1>,
    /// The tool's name.
    pub tool: String,
    /// The provider's description, unchanged.
    pub details: Json,
}

/// A call, and what came of it.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "tools call")]
pub struct CallDocument {
    schema_version: Version<1>,
    /// The provider that was called.
    pub provider: String,
    /// The provider's tool.
    pub tool: String,
    /// The parameters that were sent.
    pub parameters: Json,
    /// `found`, `no_data`, `failed` or `stopped`.
    pub state: &'static str,
    /// The provider's answer, freed of its envelope.
    pub reply: Json,
    /// The run that the ledger recorded for the call.
    pub run: i64,
    /// The ledger's path.
    pub ledger: String,
    /// What the call cost, in the settings' currency; null if that is not known.
    pub price: Option<f64>,
    /// The exit code of the command.
    pub exit_code: u8,
}

/// A call of one tool.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// The tool's name.
    pub name: String,
    /// The parameters, a JSON object.
    pub parameters: Json,
    /// The most calls that may be bought, as consent to this one.
    pub max_calls: Option<u64>,
    /// The command that asked for it.
    pub invocation: Invocation,
}

/// The tools of the provider that can list its tools.
pub struct Tools<'a> {
    workspace: &'a Workspace,
    choice: LedgerChoice,
    provider: &'a SmolStr,
}

impl<'a> Tools<'a> {
    /// The tools of a project; `choice` decides who answers and which ledger records calls.
    ///
    /// # Errors
    /// No provider can list its tools.
    pub fn of(workspace: &'a Workspace, choice: LedgerChoice) -> Result<Self, Failure> {
        let mut providers = workspace.registry.providers().map(|entry| &entry.info);
        let provider = providers.find(|info| lists_tools(&info.operations));
        let provider = &provider.ok_or_else(|| Failure::usage("no provider can list its tools"))?.name;
        Ok(Self { workspace, choice, provider })
    }

    fn needs_key(&self) -> bool {
        let entry = self.workspace.registry.provider(self.provider);
        entry.is_some_and(|entry| entry.info.key_variable.is_some())
    }

    /// Searches for tools. It is free, and nothing is recorded.
    ///
    /// # Errors
    /// The provider cannot be asked, or it refuses.
    pub async fn search(&self, query: &str) -> Result<ToolsDocument, Failure> {
        let found = self.free(SEARCH, json!({ "query": query })).await;
        let tools = match found.map_err(|not| not.failure(self, SEARCH))? {
            Json::Array(tools) => tools,
            Json::Object(object) => {
                object.into_iter().find_map(|(_, value)| value.as_array().cloned()).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        Ok(ToolsDocument { schema_version: Version, query: query.to_owned(), total: tools.len(), tools })
    }

    /// Describes a tool in the provider's words. It is free, and nothing is recorded.
    ///
    /// # Errors
    /// There is no such tool, the provider cannot be asked, or it refuses.
    pub async fn show(&self, tool: &str) -> Result<ToolDocument, Failure> {
        let details = match self.free(DETAILS, json!({ "tool_name": tool })).await {
            Ok(details) => details,
            Err(Unanswered::Failed(error)) if says_not_found(&error) => {
                return Err(self.failed(tool, &error.with_kind(ErrorKind::ToolNotFound)));
            }
            Err(not) => return Err(not.failure(self, DETAILS)),
        };
        Ok(ToolDocument { schema_version: Version, tool: tool.to_owned(), details })
    }

    /// Sends a call once, whatever is stored, and records it as a run of its own.
    ///
    /// # Errors
    /// Consent is needed and was not given, or the call failed; then the ledger has the document.
    pub async fn call(&self, call: &ToolCall) -> Result<CallDocument, Failure> {
        self.check_consent(&call.name, call.max_calls)?;
        let store = self.workspace.open_ledger(&self.choice).await?;
        let start = RunStart {
            command: call.invocation.command(),
            input: String::new(),
            output: String::new(),
            steps: "{}".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            consent: None,
        };
        let begun = store.begin(&start, MaxAge::default()).await?;
        let run = begun.run;
        let (end, price) = self.through(begun.calls, &call.name, call.parameters.clone()).await?;
        let (state, reply, failure) = match end {
            CallEnd::Reply(Reply::Found(json)) => ("found", (*json).clone(), None),
            CallEnd::Reply(Reply::NoData) => ("no_data", Json::Null, None),
            CallEnd::Failed(error) => ("failed", Json::Null, Some(self.failed(&call.name, &error))),
            CallEnd::Closed(_) => ("stopped", Json::Null, Some(stopped())),
        };
        let document = CallDocument {
            schema_version: Version,
            provider: self.provider.to_string(),
            tool: call.name.clone(),
            parameters: call.parameters.clone(),
            state,
            reply,
            run,
            ledger: ledger::shown(&*store),
            price,
            exit_code: failure.as_ref().map_or(Exit::Done, |failure| failure.exit).code(),
        };
        record(&*store, &document).await?;
        failure.map_or(Ok(document), Err)
    }

    /// A free operation: nothing is recorded.
    async fn free(&self, operation: &str, parameters: Json) -> Result<Json, Unanswered> {
        let asked = self.through(Arc::new(MemoryCalls::default()), operation, parameters).await;
        match asked.map_err(Unanswered::Unasked)?.0 {
            CallEnd::Reply(reply) => Ok(reply.data().cloned().unwrap_or(Json::Null)),
            CallEnd::Failed(error) => Err(Unanswered::Failed(error)),
            CallEnd::Closed(_) => Err(Unanswered::Unasked(stopped())),
        }
    }

    /// Refuses a call that may cost where consent is required and was not given.
    fn check_consent(&self, name: &str, max_calls: Option<u64>) -> Result<(), Failure> {
        let providers = self.workspace.registry.providers().map(|entry| &entry.info);
        let is_free = |info: &ProviderInfo| info.operations.get(name).is_free();
        if self.choice.sandbox || providers.filter(|info| info.name == *self.provider).any(is_free) {
            return Ok(());
        }
        let show = || self.command(&["show", name]);
        match max_calls {
            Some(0) => Err(Failure::new(Exit::Cap, ErrorCode::Usage, "`--max-calls 0` allows no call")
                .hint("nothing was sent; `marl tools show` lists the tool's parameters and is free")
                .next(show())),
            Some(_) => Ok(()),
            None => match permission::is_needed_for_a_call(&self.workspace.settings)? {
                None => Ok(()),
                Some(consent_source) => {
                    let message =
                        format!("this call may cost money, and {consent_source} requires consent first");
                    Err(Failure::new(Exit::Usage, ErrorCode::ConsentNeeded, message)
                        .hint("nothing was sent; `--max-calls 1` agrees to this one call")
                        .next(show()))
                }
            },
        }
    }

    /// One call through a gateway that takes no stored answer.
    async fn through(
        &self,
        calls: Arc<dyn Calls>,
        operation: &str,
        parameters: Json,
    ) -> Result<(CallEnd, Option<f64>), Failure> {
        let Workspace { registry, settings, working, .. } = self.workspace;
        let sandbox = if self.choice.sandbox { Some(connections::start_sandbox().await?) } else { None };
        let names = [self.provider.clone()];
        let connected = match &sandbox {
            Some(sandbox) => connect::sandbox(&names, registry, &sandbox.url())?,
            None => connect::live(&names, registry, working, settings.contact())?,
        };
        // One attempt, whatever became of an earlier one: the user asks for just that.
        let settings = settings.gateway(1, Some(InDoubt::Retry), Caps::default(), &connected.bases)?;
        let once = Retry { attempts: 1, ..settings.retry.clone().unwrap_or_default() };
        let settings = GatewaySettings { retry: Some(once), ..settings };
        let tally = Arc::new(Tally::start(0));
        let gateway =
            Gateway::new(connected.providers, calls, settings, Arc::clone(&tally) as Arc<dyn Listener>);
        let call = Call { provider: self.provider.clone(), operation: operation.into(), parameters };
        let end = gateway.refreshing().call(call).await;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        Ok((end, tally.counts().cost()))
    }

    /// A command that asks the same provider.
    fn command(&self, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|one| word(one)).collect();
        let sandbox = if self.choice.sandbox { " --sandbox" } else { "" };
        format!("marl tools {}{sandbox} --json", words.join(" "))
    }

    fn failed(&self, tool: &str, error: &Error) -> Failure {
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
        let hint = remedy(
            error.kind(),
            Occurrence::Tool { provider: self.provider, name: tool, needs_key: self.needs_key() },
        );
        let failure = hint.into_iter().fold(failure, Failure::hint);
        match error.kind() {
            ErrorKind::ToolNotFound => failure.next(self.command(&["search", &tool.replace('_', " ")])),
            ErrorKind::Auth => failure.next("marl doctor --json"),
            ErrorKind::InvalidInput => failure.next(self.command(&["show", tool])),
            _ => failure,
        }
    }
}

/// Why a free operation has no answer.
enum Unanswered {
    /// It was not sent.
    Unasked(Failure),
    /// The provider refused it.
    Failed(Error),
}

impl Unanswered {
    fn failure(self, tools: &Tools<'_>, operation: &str) -> Failure {
        match self {
            Self::Unasked(failure) => failure,
            Self::Failed(error) => tools.failed(operation, &error),
        }
    }
}

fn stopped() -> Failure {
    Failure::usage("the provider was stopped")
}

/// Records what came of a call as the end of its run.
async fn record(store: &dyn Ledger, document: &CallDocument) -> Result<(), Failure> {
    if !store.is_in_place().await {
        let message = format!("the ledger {} was deleted or replaced", document.ledger);
        return Err(Failure::new(Exit::Internal, ErrorCode::Ledger, message)
            .hint("the ledger has lost this call; if you repeat it, you pay again")
            .billed());
    }
    let summary = serde_json::to_string(document).expect("our documents have text keys");
    store.end_run(document.run, &RunEnd { state: RunState::Finished, summary }).await?;
    Ok(())
}

/// Whether the provider says that it does not have what was asked for.
fn says_not_found(error: &Error) -> bool {
    error.kind() == ErrorKind::Upstream && error.full_message().to_lowercase().contains("not found")
}

/// Whether a provider declares the operation that lists its tools. That its other operations are free says
/// nothing about that.
fn lists_tools(operations: &Operations) -> bool {
    operations.listed().any(|(name, _)| name == SEARCH)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use marl_core::provider::Operation;

    use super::*;

    #[test]
    fn a_free_provider_lists_tools_only_if_it_declares_that() {
        let free = Operation::free(Duration::from_secs(1));
        assert!(!lists_tools(&Operations::new([], free.clone())));
        assert!(lists_tools(&Operations::new([(SEARCH.into(), free.clone())], free)));
    }
}
