//! Runs a tool's command: what is refused beforehand, how the command runs, and its document.

use std::{
    path::PathBuf,
    process::{Output, Stdio},
    sync::Arc,
};

use marl_core::words::counted;
use rmcp::{
    RoleServer,
    model::{CallToolResult, JsonObject, ProgressNotificationParam},
    service::RequestContext,
};
use runner::run::progress::{ProgressDocument, RunProgress};
use serde::Deserialize;
use serde_json::Value as Json;
use table::roots;
use tokio::{process::Command, sync::watch};

use super::{Server, answer::refused, arguments::Kind, tools::Entry, translate};

/// The longest wait of a client in one call, in seconds: clients limit the time of their calls.
pub(super) const LONGEST_WAIT: u64 = 100;

impl Server {
    /// Runs the command of a tool.
    pub(super) async fn command(
        &self,
        entry: &Entry,
        arguments: &JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResult {
        if let Some(why) = self.refusal(entry, arguments) {
            return refused(&why);
        }
        let named = arguments.get("name").and_then(Json::as_str);
        let words = match (entry.name, named) {
            ("integrations", Some(one)) => vec!["describe".to_owned(), "--".to_owned(), one.to_owned()],
            _ => entry.words(arguments),
        };
        self.run(&words, context).await
    }

    /// Shows one run, or the latest runs; reports progress while it waits.
    pub(super) async fn status(
        &self,
        entry: &Entry,
        arguments: &JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResult {
        if let Some(why) = self.refusal(entry, arguments) {
            return refused(&why);
        }
        let number = |name: &str| arguments.get(name).and_then(Json::as_u64);
        if number("run").is_none() {
            let limit = number("limit").map(|limit| format!("--limit={limit}"));
            let sandbox = is_sandbox(arguments).then(|| "--sandbox".to_owned());
            let words = [Some("runs".to_owned()), limit, sandbox];
            return self.run(&words.into_iter().flatten().collect::<Vec<_>>(), context).await;
        }
        let wait = number("wait_seconds").unwrap_or_default().min(LONGEST_WAIT);
        for second in 0..=wait {
            let timeout = if second == wait { "--timeout=0s" } else { "--timeout=1s" };
            let words = [entry.words(arguments), vec![timeout.to_owned()]].concat();
            let answer = self.run(&words, context).await;
            let state = answer.structured_content.as_ref().and_then(|run| run["state"].as_str());
            if second == wait || state != Some("running") || context.ct.is_cancelled() {
                return answer;
            }
            notify_progress(answer.structured_content.as_ref(), context).await;
        }
        refused("there is no run to wait for")
    }

    /// Why a call is refused before anything is done.
    pub(super) fn refusal(&self, entry: &Entry, arguments: &JsonObject) -> Option<String> {
        let caps = ["plan", "max_calls", "max_cost"];
        if entry.name == "start_run" && !caps.iter().any(|cap| arguments.contains_key(*cap)) {
            return Some(
                "a run may cost money: pass `plan`, the hash that the `plan` tool gives for the same arguments, or \
                 `max_calls` or `max_cost`"
                    .to_owned(),
            );
        }
        let text = |argument: &str| arguments.get(argument).and_then(Json::as_str).map(PathBuf::from);
        let known = entry.arguments();
        let paths = known.iter().filter(|argument| argument.kind == Kind::Path);
        let mut paths: Vec<PathBuf> = paths.filter_map(|argument| text(&argument.name)).collect();
        if entry.name == "start_run" {
            // Links decide where the output is written.
            let beside = text("table").map(|table| table::enriched_path(&table));
            let output = text("output").or(beside);
            paths.extend(output.iter().map(|output| table::errors_path(output)));
            paths.extend(output);
        }
        let refused = paths.iter().find_map(|path| self.access.refusal(path));
        refused.or_else(|| self.access.refusal_of_working_folder())
    }

    /// Runs a command; a refusal becomes a result that explains it.
    async fn run(&self, words: &[String], context: &RequestContext<RoleServer>) -> CallToolResult {
        let Ok(permit) = Arc::clone(&self.commands).acquire_owned().await else {
            return refused("the server is ending");
        };
        let (cancel, cancelled) = watch::channel(false);
        let words = with_json(words);
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            crate::captured(&words, cancelled)
        });
        tokio::select! {
            ended = work => match ended {
                Ok((exit, captured)) => self.answer(&captured.stdout, &captured.stderr, &exit.code().to_string()),
                Err(error) => refused(&format!("the command cannot be run: {error}")),
            },
            () = context.ct.cancelled() => {
                let _ = cancel.send(true);
                refused("cancelled")
            }
        }
    }

    /// This program with `--json`, for a run. The process is killed if its handle is dropped.
    pub(super) fn program(&self, words: &[String]) -> std::io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(with_json(words)).env(roots::VARIABLE, self.access.list());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        Ok(command)
    }

    /// The answer from a process that has ended.
    pub(super) fn answer_of(&self, output: &Output) -> CallToolResult {
        let stderr = String::from_utf8_lossy(&output.stderr);
        self.answer(&output.stdout, &stderr, &output.status.to_string())
    }

    /// The answer from a command that has ended.
    fn answer(&self, data: &[u8], stderr: &str, status: &str) -> CallToolResult {
        if let Ok(document) = serde_json::from_slice::<Json>(data) {
            return self.answers.document(translate::document(document), false);
        }
        let last = stderr.lines().last().unwrap_or_default();
        match serde_json::from_str::<Json>(last) {
            Ok(error) if error["error"].is_object() => {
                self.answers.document(translate::document(error), true)
            }
            _ => refused(&format!(
                "the command ended with {status} and printed: {}",
                marl_core::excerpt(stderr, 500)
            )),
        }
    }
}

/// The words with `--json` before them: after `--`, it would be a positional argument.
fn with_json(words: &[String]) -> Vec<String> {
    std::iter::once("--json".to_owned()).chain(words.iter().cloned()).collect()
}

/// Whether a call uses the sandbox.
pub(super) fn is_sandbox(arguments: &JsonObject) -> bool {
    arguments.get("sandbox") == Some(&Json::Bool(true))
}

async fn notify_progress(run: Option<&Json>, context: &RequestContext<RoleServer>) {
    let Some(token) = context.meta.get_progress_token() else { return };
    let Some(Ok(so_far)) = run.map(|run| ProgressDocument::deserialize(&run["summary"])) else { return };
    let RunProgress { rows_done, rows, failed, .. } = so_far.progress;
    let mut notification = ProgressNotificationParam::new(token, rows_done as f64);
    notification.total = Some(rows as f64);
    notification.message = Some(format!("{rows_done} of {}, {failed} failed", counted(rows, "row")));
    // A client that has disconnected gets no notification.
    let _ = context.peer.notify_progress(notification).await;
}
