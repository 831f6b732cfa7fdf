//! A command's document in the protocol's own words: a command line becomes a tool with its
//! arguments, a flag in a text becomes the argument's name. Cells and answers of providers are data
//! and stay as they are.

use std::{ffi::OsString, sync::LazyLock, time::Duration};

use clap::{ArgMatches, CommandFactory, parser::ValueSource};
use serde_json::{Map, Value as Json, json};

use super::{
    arguments::{Argument, Kind},
    catalog::TOOLS,
    command::LONGEST_WAIT,
    tools::Entry,
};
use crate::args::Args;

/// Keys whose value is a command line, each with the key for the call that it becomes.
const COMMANDS: [(&str, &str); 3] =
    [("next_command", "next_call"), ("more", "next_call"), ("command", "call")];

/// Keys whose value is a text of ours.
const TEXTS: [&str; 10] =
    ["hint", "hints", "message", "causes", "note", "remarks", "table_notes", "settings", "why", "fix"];

/// Keys whose value is data of the table, of a provider, or keyed by their names.
const DATA: [&str; 12] = [
    "cells",
    "parameters",
    "reply",
    "sample",
    "examples",
    "value",
    "values",
    "inputs",
    "outputs",
    "types",
    "label",
    "query",
];

/// What every call of the server decides by itself, so that no call loses it.
const IMPLIED: [&str; 7] = ["ledger", "json", "verbose", "progress", "detach", "detached", "timeout"];

/// A document in the protocol's words.
pub(super) fn spoken(document: Json) -> Json {
    match document {
        Json::Object(fields) => {
            Json::Object(fields.into_iter().map(|(key, value)| field(key, value)).collect())
        }
        Json::Array(items) => items.into_iter().map(spoken).collect(),
        other => other,
    }
}

fn field(key: String, value: Json) -> (String, Json) {
    if DATA.contains(&key.as_str()) {
        return (key, value);
    }
    if TEXTS.contains(&key.as_str()) {
        return (key, said(value));
    }
    if let (Some((_, call)), true) = (COMMANDS.iter().find(|(name, _)| *name == key), !value.is_object()) {
        return match value.as_str().map(called) {
            None if value.is_null() => ((*call).to_owned(), Json::Null),
            Some(Some(told)) => ((*call).to_owned(), told),
            // Only a shell can run it: it is for the user.
            _ => (key, value),
        };
    }
    match (key.as_str(), value.as_str().and_then(argument)) {
        ("flag", Some((name, Some(value)))) => ("argument".to_owned(), json!({ name: value })),
        _ => (key, spoken(value)),
    }
}

fn said(value: Json) -> Json {
    match value {
        Json::String(text) => in_words(&text).into(),
        Json::Array(items) => items.into_iter().map(said).collect(),
        other => spoken(other),
    }
}

/// A command line of this program as a call: `{tool, arguments}`. `None` for what no tool does.
pub(super) fn called(line: &str) -> Option<Json> {
    let words = shlex::split(line).filter(|words| words.first().is_some_and(|word| word == "marl"))?;
    let mut matches = Args::command().try_get_matches_from(words.iter().map(OsString::from)).ok()?;
    let mut command = Args::command();
    let mut path = Vec::new();
    while let Some((name, below)) = matches.remove_subcommand() {
        command = command.find_subcommand(&name)?.clone();
        path.push(name);
        matches = below;
    }
    let entry = of_command(&path.iter().map(String::as_str).collect::<Vec<_>>())?;
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

/// The tool that does what a command does.
fn of_command(words: &[&str]) -> Option<&'static Entry> {
    match words {
        ["describe"] => Entry::named("integrations"),
        ["runs"] | ["runs", "show"] => Entry::named("run_status"),
        _ => TOOLS.iter().find(|entry| entry.name != "more" && entry.command == words),
    }
}

/// What a flag with its value, in the words of a shell, is as an argument. A value in capitals
/// (`--max-calls N`) stands for one, and is none.
fn argument(flag: &str) -> Option<(String, Option<Json>)> {
    static KNOWN: LazyLock<Vec<Argument>> =
        LazyLock::new(|| TOOLS.iter().flat_map(|entry| entry.arguments()).collect());
    let words = shlex::split(flag).filter(|words| words.len() <= 2)?;
    let (flag, value) = match (words.first()?.split_once('='), words.get(1)) {
        (Some((flag, value)), None) => (flag, Some(value)),
        (None, value) => (words[0].as_str(), value.map(String::as_str)),
        _ => return None,
    };
    // The only flag that goes by another name in one of the tools.
    let flag = if flag == "-i" { "--input" } else { flag };
    let known = KNOWN.iter().find(|argument| flag.starts_with("--") && argument.is_for(flag))?;
    let value = value.filter(|value| !is_stand_in(value));
    let value = match value {
        None => (known.kind == Kind::Flag).then(|| true.into()),
        Some(value) => Some(known.value(&[value]).unwrap_or_else(|| value.into())),
    };
    Some((known.name.clone(), value))
}

fn is_stand_in(value: &str) -> bool {
    let inner = value.trim_start_matches('<').trim_end_matches('>');
    !inner.is_empty() && inner.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c == '=')
}

/// A text with its commands and flags in the protocol's words. They stand in backticks or, where clap
/// wrote the text, in quotes.
pub(super) fn in_words(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['`', '\'']) {
        let (before, quoted) = rest.split_at(at);
        told.push_str(before);
        let quote = &quoted[..1];
        let inner = &quoted[1..];
        let is_flag = inner.starts_with("--");
        let end = inner.find(quote).filter(|_| quote == "`" || is_flag);
        let Some(end) = end else {
            told.push_str(quote);
            rest = inner;
            continue;
        };
        told.push_str(&span(&inner[..end]).unwrap_or_else(|| quoted[..end + 2].to_owned()));
        rest = &inner[end + 1..];
    }
    told.push_str(rest);
    told
}

/// What stands between quotes, if it is a command or a flag.
fn span(text: &str) -> Option<String> {
    if text.starts_with("marl ") {
        return Some(command(text));
    }
    if !text.starts_with("--") && !text.starts_with("-i ") {
        return None;
    }
    Some(match argument(text) {
        Some((name, Some(value))) => format!("`{name}: {value}`"),
        Some((name, None)) => format!("`{name}`"),
        None => format!("`{text}` (on the command line)"),
    })
}

fn command(line: &str) -> String {
    if let Some(call) = called(line) {
        let tool = call["tool"].as_str().unwrap_or_default();
        let arguments = call["arguments"].as_object().into_iter().flatten();
        let arguments: Vec<String> = arguments.map(|(name, value)| format!("`{name}: {value}`")).collect();
        return match arguments.as_slice() {
            [] => format!("`{tool}`"),
            _ => format!("`{tool}` ({})", arguments.join(", ")),
        };
    }
    // Words that stand for values, `--help`, or what is left out since every reader knows it.
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let entry = (1..=words.len().min(2)).rev().find_map(|count| of_command(&words[..count]));
    match entry {
        Some(entry) if words.contains(&"--help") => format!("the schema of `{}`", entry.name),
        Some(entry) if !words.iter().any(|word| word.starts_with("--")) => format!("`{}`", entry.name),
        _ => format!("`{line}` (on the command line)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_a_call() {
        for (line, tool, arguments) in [
            (
                "marl rows t.csv --rows 26- --limit 25 --json",
                "rows",
                json!({"table": "t.csv", "rows": "26-", "limit": 25}),
            ),
            (
                "marl --json rows 'my t.csv' --columns=a --columns=b",
                "rows",
                json!({"table": "my t.csv", "columns": ["a", "b"]}),
            ),
            (
                "marl gaps t.csv --column ceo --reason no_data --rows 3-",
                "empty_cells",
                json!({"table": "t.csv", "column": ["ceo"], "reason": ["no_data"], "rows": "3-"}),
            ),
            (
                "marl plan -i t.csv --integrations a,b --json --detach",
                "plan",
                json!({"table": "t.csv", "integrations": ["a", "b"]}),
            ),
            (
                "marl enrich --input=t.csv --want=ceo_name --max-calls 5 --max-cost 1.5 --refresh",
                "start_run",
                json!({"table": "t.csv", "want": ["ceo_name"], "max_calls": 5, "max_cost": 1.5, "refresh": true}),
            ),
            (
                "marl enrich --input t.csv --refresh=a,b --sandbox --ledger x.db",
                "start_run",
                json!({"table": "t.csv", "refresh": ["a", "b"], "sandbox": true}),
            ),
            (
                "marl runs wait 7 --timeout 100s --sandbox --json",
                "run_status",
                json!({"run": 7, "wait_seconds": 100, "sandbox": true}),
            ),
            ("marl runs wait 7 --timeout 1h", "run_status", json!({"run": 7, "wait_seconds": 100})),
            ("marl runs --limit 40 --json", "run_status", json!({"limit": 40})),
            ("marl runs show 3", "run_status", json!({"run": 3})),
            ("marl runs stop 3", "stop_run", json!({"run": 3})),
            ("marl describe find_ceo --json", "integrations", json!({"name": "find_ceo"})),
            ("marl integrations", "integrations", json!({})),
            (
                "marl why t.csv --row 4 --column 'a b'",
                "explain_cell",
                json!({"table": "t.csv", "row": 4, "column": "a b"}),
            ),
            ("marl ledger stats", "ledger", json!({})),
            ("marl columns -- -t.csv", "columns", json!({"table": "-t.csv"})),
        ] {
            assert_eq!(called(line), Some(json!({"tool": tool, "arguments": arguments})), "{line}");
            let checked = super::super::tools::checked(tool, arguments.as_object().unwrap().clone());
            assert!(checked.is_ok(), "{line}: {checked:?}");
        }
    }

    #[test]
    fn what_no_tool_does_stays_a_command() {
        for line in [
            "marl doctor --json",
            "marl enrich --input t.csv --max-calls 1 --in-doubt retry",
            "marl enrich --input t.csv --max-calls 1 --overwrite",
            "marl ledger prune --older-than 90d",
            "marl rows --help",
            "marl rows 'open",
            "rm -r x",
            "",
        ] {
            assert_eq!(called(line), None, "{line}");
            let document = json!({"error": {"next_command": line}});
            assert_eq!(spoken(document.clone()), document);
        }
    }

    #[test]
    fn documents_name_calls_and_data_stays() {
        let document = json!({
            "more": "marl rows t.csv --rows 2- --json",
            "rows": [{"cells": {"hint": "`--limit 3`", "next_command": "marl runs", "flag": "--limit 3"}}],
            "could_fill": [{"flag": "--into find_ceo.ceo_name='The CEO'"}],
            "hints": ["say `--pad-rows`"],
            "summary": {"command": "marl enrich --input t.csv", "hint": null, "next_command": null},
        });
        assert_eq!(
            spoken(document),
            json!({
                "next_call": {"tool": "rows", "arguments": {"table": "t.csv", "rows": "2-"}},
                "rows": [{"cells": {"hint": "`--limit 3`", "next_command": "marl runs", "flag": "--limit 3"}}],
                "could_fill": [{"argument": {"into": ["find_ceo.ceo_name=The CEO"]}}],
                "hints": ["say `pad_rows: true`"],
                "summary": {"call": {"tool": "start_run", "arguments": {"table": "t.csv"}}, "hint": null, "next_call": null},
            })
        );
    }

    #[test]
    fn texts_name_tools_and_arguments() {
        for (text, expect) in [
            (
                "`--max-calls N` or `--max-cost AMOUNT` is a consent, too",
                "`max_calls` or `max_cost` is a consent, too",
            ),
            (
                "`marl plan` with the same arguments gives the `--plan HASH` for it",
                "`plan` with the same arguments gives the `plan` for it",
            ),
            (
                "wait with `marl runs wait 3`, or end it with `marl runs stop 3`",
                "wait with `run_status` (`run: 3`), or end it with `stop_run` (`run: 3`)",
            ),
            ("`marl runs` lists them", "`run_status` lists them"),
            ("`marl rows --help` says what it takes", "the schema of `rows` says what it takes"),
            ("say `--header-line 3` to begin there", "say `header_line: 3` to begin there"),
            ("`--delimiter '\\t'` or `--delimiter ';'`", "`delimiter: \"\\\\t\"` or `delimiter: \";\"`"),
            ("bind it with `--map a.b=COLUMN`", "bind it with `map: [\"a.b=COLUMN\"]`"),
            ("`--integrations 'a|b'` asks `b`", "`integrations: [\"a|b\"]` asks `b`"),
            ("leave out `--refresh`, or a lower `--parallel`", "leave out `refresh`, or a lower `parallel`"),
            ("go on with `--input t.csv`", "go on with `table: \"t.csv\"`"),
            (
                "the same command with `--in-doubt retry`",
                "the same command with `--in-doubt retry` (on the command line)",
            ),
            ("name it with `--ledger PATH`", "name it with `--ledger PATH` (on the command line)"),
            ("`marl doctor` says more", "`marl doctor` (on the command line) says more"),
            (
                "invalid value 'x' for '--rows <RANGES>': it's wrong",
                "invalid value 'x' for `rows`: it's wrong",
            ),
            ("no tick ` is closed, don't", "no tick ` is closed, don't"),
            ("column `ä` and `find_ceo`", "column `ä` and `find_ceo`"),
        ] {
            assert_eq!(in_words(text), expect, "{text}");
        }
    }

    /// Flags whose use is the user's, at the command line.
    const OF_THE_USER: [&str; 9] = [
        "--ledger",
        "--in-doubt",
        "--overwrite",
        "--detach",
        "--offline",
        "--doubts",
        "--progress",
        "--verbose",
        "--port",
    ];

    /// Goes over the program's own sources: a new hint with a flag shows here.
    #[test]
    fn every_hint_of_the_program_is_told_in_the_protocols_words() {
        fn spans(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() && !path.ends_with("tests") && !path.ends_with("mcp") {
                    spans(&path, found);
                } else if path.extension().is_some_and(|kind| kind == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
                    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                    let quoted = lines.flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned));
                    found.extend(quoted.filter(|code| {
                        code.starts_with("--") && !code.starts_with("--{") || code.starts_with("marl ")
                    }));
                }
            }
        }
        let crates = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let mut found = Vec::new();
        for folder in ["cli/src", "runner/src"] {
            spans(&crates.join(folder), &mut found);
        }
        assert!(found.len() > 80, "{}", found.len());
        let mut wrong = Vec::new();
        for code in found {
            // A value that is put in when the hint is told.
            let mut parts = code.split('{');
            let mut code = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                code += "1";
                code += part.split_once('}').map_or(part, |(_, rest)| rest);
            }
            let code = code.replace("\\\\", "\\");
            let told = in_words(&format!("`{code}`"));
            let is_left = told.contains("(on the command line)");
            let is_of_the_user = OF_THE_USER.iter().any(|flag| code.starts_with(flag));
            let is_no_tool = code.starts_with("marl ");
            let flag_stays = told.contains("`--") && !(is_left && is_of_the_user);
            let command_stays = told.contains("`marl ") && !(is_left && is_no_tool);
            if flag_stays || command_stays {
                wrong.push(told);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
