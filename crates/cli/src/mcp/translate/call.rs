//! Converts a command line of this program into the call of a tool, and a flag into an argument. This module
//! runs nothing.

use std::{ffi::OsString, sync::LazyLock, time::Duration};

use clap::{ArgMatches, CommandFactory, parser::ValueSource};
use serde_json::{Map, Value as Json, json};

use crate::{
    args::Args,
    mcp::{
        arguments::{Argument, Kind},
        catalog::TOOLS,
        command::LONGEST_WAIT,
        tools::Entry,
    },
};

/// Flags that the server sets for every call, so that a call may leave them out.
const IMPLIED: [&str; 7] = ["ledger", "json", "verbose", "progress", "detach", "detached", "timeout"];

/// Converts a command line of this program into a call: `{tool, arguments}`. Returns `None` for a command that
/// no tool runs.
pub(super) fn call(line: &str) -> Option<Json> {
    let words = shlex::split(line).filter(|words| words.first().is_some_and(|word| word == "marl"))?;
    let mut matches = Args::command().try_get_matches_from(words.iter().map(OsString::from)).ok()?;
    let mut command = Args::command();
    let mut path = Vec::new();
    while let Some((name, below)) = matches.remove_subcommand() {
        command = command.find_subcommand(&name)?.clone();
        path.push(name);
        matches = below;
    }
    let entry = tool_of(&path.iter().map(String::as_str).collect::<Vec<_>>())?;
    let known = entry.arguments();
    let mut arguments = Map::new();
    for arg in command.get_arguments() {
        let id = arg.get_id().as_str();
        if !is_typed(&matches, id) {
            continue;
        }
        let argument = known.iter().find(|argument| argument.is_for(id));
        let Some(argument) = argument else {
            if IMPLIED.contains(&id) || (id == "plan" && entry.name == "plan") {
                continue;
            }
            return None;
        };
        let words: Vec<&str> =
            matches.get_raw(id).into_iter().flatten().filter_map(|word| word.to_str()).collect();
        arguments.insert(argument.name.clone(), argument.value(&words)?);
    }
    if is_typed(&matches, "timeout") && known.iter().any(|argument| argument.name == "wait_seconds") {
        let wait = matches.try_get_one::<Duration>("timeout").ok().flatten()?;
        arguments.insert("wait_seconds".to_owned(), wait.as_secs().min(LONGEST_WAIT).into());
    }
    Some(json!({ "tool": entry.name, "arguments": arguments }))
}

fn is_typed(matches: &ArgMatches, id: &str) -> bool {
    matches.try_get_raw(id).is_ok() && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// The tool that runs a command.
pub(super) fn tool_of(words: &[&str]) -> Option<&'static Entry> {
    match words {
        ["describe"] => Entry::named("integrations"),
        ["runs"] | ["runs", "show"] => Entry::named("run_status"),
        _ => TOOLS.iter().find(|entry| entry.name != "more" && entry.command == words),
    }
}

/// Converts a flag with its value, quoted for a shell, into an argument. A value in capitals
/// (`--max-calls N`) is a placeholder rather than a value.
pub(super) fn argument(flag: &str) -> Option<(String, Option<Json>)> {
    static KNOWN: LazyLock<Vec<Argument>> =
        LazyLock::new(|| TOOLS.iter().flat_map(|entry| entry.arguments()).collect());
    let words = shlex::split(flag).filter(|words| words.len() <= 2)?;
    let (flag, value) = match (words.first()?.split_once('='), words.get(1)) {
        (Some((flag, value)), None) => (flag, Some(value)),
        (None, value) => (words[0].as_str(), value.map(String::as_str)),
        _ => return None,
    };
    // The only flag with a short form that hints use.
    let flag = if flag == "-i" { "--input" } else { flag };
    let known = KNOWN.iter().find(|argument| flag.starts_with("--") && argument.is_for(flag))?;
    let value = value.filter(|value| !is_placeholder(value));
    let value = match value {
        None => (known.kind == Kind::Flag).then(|| true.into()),
        Some(value) => Some(known.value(&[value]).unwrap_or_else(|| value.into())),
    };
    Some((known.name.clone(), value))
}

fn is_placeholder(value: &str) -> bool {
    let inner = value.trim_start_matches('<').trim_end_matches('>');
    !inner.is_empty() && inner.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c == '=')
}
