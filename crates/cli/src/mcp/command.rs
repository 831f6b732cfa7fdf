//! A tool's command: its words, the process, its document.

use std::{path::PathBuf, process::Stdio};

use rmcp::{
    RoleServer,
    model::{CallToolResult, JsonObject, ProgressNotificationParam},
    service::RequestContext,
};
use serde_json::{Value as Json, json};
use tokio::process::Command;

use super::{Server, answer::refused};
use crate::table;

/// Arguments that name files.
const PATHS: [&str; 3] = ["table", "recipe", "output"];

/// The longest a client may wait in one call: its own calls have an end.
const LONGEST_WAIT: u64 = 100;

impl Server {
    /// Runs the command that a tool is.
    pub(super) async fn command(
        &self,
        name: &str,
        arguments: &JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResult {
        if let Some(why) = self.refusal(name, arguments) {
            return refused(&why);
        }
        let words = match words(name, arguments) {
            Ok(words) => words,
            Err(why) => return refused(&why),
        };
        self.run(&words, context).await
    }

    /// One run, or the latest ones; waiting tells progress.
    pub(super) async fn status(
        &self,
        arguments: &JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResult {
        if let Some(why) = self.refusal("run_status", arguments) {
            return refused(&why);
        }
        let sandbox = flag_words(arguments);
        let Some(run) = arguments.get("run").and_then(Json::as_u64) else {
            return self.run(&[vec!["runs".to_owned()], sandbox].concat(), context).await;
        };
        let wait = arguments.get("wait_seconds").and_then(Json::as_u64).unwrap_or_default().min(LONGEST_WAIT);
        for second in 0..=wait {
            let timeout = if second == wait { "0s" } else { "1s" };
            let words = ["runs", "wait", &run.to_string(), "--timeout", timeout].map(str::to_owned).to_vec();
            let answer = self.run(&[words, sandbox.clone()].concat(), context).await;
            let state = answer.structured_content.as_ref().and_then(|run| run["state"].as_str());
            if second == wait || state != Some("running") || context.ct.is_cancelled() {
                return answer;
            }
            tell_progress(answer.structured_content.as_ref(), context).await;
        }
        refused("nothing was waited for")
    }

    /// Why a call is refused before anything is done.
    fn refusal(&self, name: &str, arguments: &JsonObject) -> Option<String> {
        if name == "start_run" && !arguments.contains_key("plan") && !arguments.contains_key("max_calls") {
            return Some(
                "a run may cost money: pass `plan`, the hash that the `plan` tool gives for the same arguments, or \
                 `max_calls`"
                    .to_owned(),
            );
        }
        let text = |argument: &str| arguments.get(argument).and_then(Json::as_str).map(PathBuf::from);
        let mut paths: Vec<PathBuf> = PATHS.into_iter().filter_map(text).collect();
        if name == "start_run" {
            // What is written is where links lead.
            let beside = text("table").map(|table| table::enriched_path(&table));
            let output = text("output").or(beside);
            paths.extend(output.iter().map(|output| table::errors_path(output)));
            paths.extend(output);
        }
        let refused = paths.iter().find_map(|path| self.access.refusal(path));
        refused.or_else(|| self.access.refusal_of_working_folder())
    }

    /// Runs this program with `--json`; what it refuses is a result that teaches.
    async fn run(&self, words: &[String], context: &RequestContext<RoleServer>) -> CallToolResult {
        let program = match std::env::current_exe() {
            Ok(program) => program,
            Err(error) => return refused(&format!("this program cannot be found: {error}")),
        };
        let child = Command::new(program)
            .args(words)
            .arg("--json")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let ended = match child {
            Ok(child) => tokio::select! {
                ended = child.wait_with_output() => ended,
                () = context.ct.cancelled() => return refused("cancelled"),
            },
            Err(error) => Err(error),
        };
        let output = match ended {
            Ok(output) => output,
            Err(error) => return refused(&format!("the command cannot be run: {error}")),
        };
        if let Ok(document) = serde_json::from_slice::<Json>(&output.stdout) {
            return self.answers.document(document, false);
        }
        let talk = String::from_utf8_lossy(&output.stderr);
        let last = talk.lines().last().unwrap_or_default();
        match serde_json::from_str::<Json>(last) {
            Ok(error) if error["error"].is_object() => self.answers.document(error, true),
            _ => refused(&format!(
                "the command ended with {} and said: {}",
                output.status,
                marl_core::excerpt(&talk, 500)
            )),
        }
    }
}

async fn tell_progress(run: Option<&Json>, context: &RequestContext<RoleServer>) {
    let Some(token) = context.meta.get_progress_token() else { return };
    let Some(progress) = run.map(|run| &run["summary"]["progress"]).filter(|progress| progress.is_object())
    else {
        return;
    };
    let mut told = ProgressNotificationParam::new(token, progress["done"].as_f64().unwrap_or_default());
    told.total = progress["rows"].as_f64();
    told.message =
        Some(format!("{} of {} rows, {} failed", progress["done"], progress["rows"], progress["failed"]));
    // A client that is gone hears nothing.
    let _ = context.peer.notify_progress(told).await;
}

/// The command line of a tool.
fn words(name: &str, arguments: &JsonObject) -> Result<Vec<String>, String> {
    let text = |argument: &str| arguments.get(argument).and_then(Json::as_str).map(not_a_flag);
    let required =
        |argument: &str| text(argument).ok_or_else(|| format!("`{name}` needs `{argument}`, a text"));
    let number =
        |argument: &str| arguments.get(argument).and_then(Json::as_u64).map(|number| number.to_string());
    let numbered = |argument: &str| {
        number(argument).ok_or_else(|| format!("`{name}` needs `{argument}`, a whole number"))
    };
    let (mut words, positional): (Vec<String>, &[&str]) = match name {
        "integrations" => match text("name") {
            Some(one) => (vec!["describe".to_owned(), one], &["name"]),
            None => (vec!["integrations".to_owned()], &[]),
        },
        "columns" => (vec!["columns".to_owned(), required("table")?], &["table"]),
        "rows" => (vec!["rows".to_owned(), required("table")?], &["table"]),
        "plan" => (vec!["plan".to_owned(), format!("--input={}", required("table")?)], &["table"]),
        "start_run" => (
            vec!["enrich".to_owned(), "--detach".to_owned(), format!("--input={}", required("table")?)],
            &["table"],
        ),
        "explain_cell" => (vec!["why".to_owned(), required("table")?], &["table"]),
        "stop_run" => (vec!["runs".to_owned(), "stop".to_owned(), numbered("run")?], &["run"]),
        "ledger" => (vec!["ledger".to_owned(), "stats".to_owned()], &[]),
        _ => return Err(format!("no tool is called `{name}`")),
    };
    for (argument, value) in arguments.iter().filter(|(name, _)| !positional.contains(&name.as_str())) {
        flags(argument, value, &mut words)?;
    }
    Ok(words)
}

/// A path that is a word of its own.
fn not_a_flag(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// An argument as flags. `--flag=value` in one word: no value can become a flag.
fn flags(argument: &str, value: &Json, words: &mut Vec<String>) -> Result<(), String> {
    let flag = format!("--{}", argument.replace('_', "-"));
    let is_list_of_names = ["integrations", "want", "columns"].contains(&argument);
    match value {
        Json::Null | Json::Bool(false) => {}
        Json::Bool(true) => words.push(flag),
        Json::String(text) => words.push(format!("{flag}={text}")),
        Json::Number(number) => words.push(format!("{flag}={number}")),
        Json::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            let texts = texts.ok_or_else(|| format!("`{argument}` takes texts"))?;
            if is_list_of_names && !texts.is_empty() {
                words.push(format!("{flag}={}", texts.join(",")));
            } else {
                words.extend(texts.iter().map(|text| format!("{flag}={text}")));
            }
        }
        Json::Object(_) => return Err(format!("`{argument}` takes a text, a number or a list of texts")),
    }
    Ok(())
}

fn flag_words(arguments: &JsonObject) -> Vec<String> {
    let sandbox = arguments.get("sandbox") == Some(&json!(true));
    if sandbox { vec!["--sandbox".to_owned()] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str, arguments: Json) -> String {
        words(name, arguments.as_object().unwrap()).unwrap().join(" ")
    }

    #[test]
    fn arguments_become_flags() {
        assert_eq!(
            typed(
                "plan",
                json!({"table": "t.csv", "integrations": ["a", "b|c"], "where": ["a=x > 1"], "limit": 3, "sandbox": true})
            ),
            "plan --input=t.csv --integrations=a,b|c --limit=3 --sandbox --where=a=x > 1"
        );
        assert_eq!(
            typed("explain_cell", json!({"table": "t.csv", "row": 1, "column": "--json"})),
            "why t.csv --column=--json --row=1"
        );
        assert_eq!(typed("stop_run", json!({"run": 7})), "runs stop 7");
        assert_eq!(typed("integrations", json!({"name": "find_ceo"})), "describe find_ceo");
    }
}
