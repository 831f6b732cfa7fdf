//! The tools as clients see them, and the check of a call's arguments. This module runs nothing.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value as Json, json};

pub(super) use super::catalog::Entry;
use super::{
    arguments::{Argument, for_command},
    catalog::{ALWAYS_WITHOUT, TOOLS},
};
use runner::failure::invocation::CONFIRMED_ON_STDIN;

impl Entry {
    /// The tool with that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TOOLS.iter().find(|entry| entry.name == name)
    }

    /// The arguments that the tool takes.
    pub(super) fn arguments(&self) -> Vec<Argument> {
        let is_without =
            |name: &str| self.without.iter().chain([&ALWAYS_WITHOUT]).any(|(other, _)| *other == name);
        let mut arguments: Vec<Argument> = for_command(self.command);
        arguments.retain(|argument| !is_without(&argument.name));
        for argument in &mut arguments {
            if let Some((_, name)) = self.renamed.iter().find(|(name, _)| *name == argument.name) {
                argument.name = (*name).to_owned();
            }
            // A list of runs needs no number.
            argument.is_required &= !(self.name == "run_status" && argument.name == "run");
        }
        arguments.extend((self.own)());
        arguments
    }

    /// The schema of the tool's arguments. An argument in `described` is not described again: an agent reads
    /// the whole list before its first call.
    fn input_schema(&self, described: &mut Vec<(String, Json)>) -> Json {
        let arguments = self.arguments();
        let required = arguments.iter().filter(|argument| argument.is_required);
        let required: Vec<&str> = required.map(|argument| argument.name.as_str()).collect();
        let properties: Map<String, Json> =
            arguments.iter().map(|argument| (argument.name.clone(), once(argument, described))).collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    /// The words of the tool's command, for checked arguments.
    pub(super) fn words(&self, arguments: &JsonObject) -> Vec<String> {
        let mut words: Vec<String> = self.command.iter().map(|word| (*word).to_owned()).collect();
        if self.name == "start_run" {
            words.extend(["--detach", CONFIRMED_ON_STDIN].map(str::to_owned));
        }
        let given = self.arguments().into_iter();
        words.extend(given.flat_map(|argument| {
            arguments.get(&argument.name).map(|value| argument.words(value)).unwrap_or_default()
        }));
        words
    }
}

/// An argument's schema, without the description if another tool's argument has the same one.
fn once(argument: &Argument, described: &mut Vec<(String, Json)>) -> Json {
    let mut schema = argument.schema();
    let named = (argument.name.clone(), schema.clone());
    if described.contains(&named) {
        schema.as_object_mut().and_then(|schema| schema.remove("description"));
    } else {
        described.push(named);
    }
    schema
}

/// All tools, as clients see them. The schemas of their answers are left out: they would be most of the list,
/// and `marl schema` prints them for programs.
pub(super) fn all() -> Vec<Tool> {
    let mut described = Vec::new();
    TOOLS
        .iter()
        .map(|entry| {
            let hints = ToolAnnotations::with_title(entry.title)
                .read_only(entry.reads_only)
                .destructive(entry.destructive)
                .idempotent(entry.idempotent)
                .open_world(entry.open_world);
            Tool::new(entry.name, entry.description, map(entry.input_schema(&mut described)))
                .with_annotations(hints)
        })
        .collect()
}

/// Checks a call's arguments against the tool's definition. A `null` counts as absent.
///
/// # Errors
/// The message explains what is wrong with them.
pub(super) fn checked(name: &str, mut arguments: JsonObject) -> Result<JsonObject, String> {
    let entry = Entry::named(name).ok_or_else(|| {
        let tools: Vec<&str> = TOOLS.iter().map(|entry| entry.name).collect();
        format!("no tool is called `{}`; the tools are {}", marl_core::excerpt(name, 60), tools.join(", "))
    })?;
    let known = entry.arguments();
    arguments.retain(|_, value| !value.is_null());
    for (given, value) in &arguments {
        let Some(argument) = known.iter().find(|argument| argument.name == *given) else {
            let near = engine::nearest(given, known.iter().map(|argument| argument.name.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`{name}` has no argument `{}`{near}", marl_core::excerpt(given, 60)));
        };
        if let Some(what) = argument.refusal(value) {
            return Err(format!("`{given}` of `{name}` takes {what}"));
        }
    }
    let missing =
        known.iter().find(|argument| argument.is_required && !arguments.contains_key(&argument.name));
    match missing {
        None => Ok(arguments),
        Some(argument) => Err(format!("`{name}` needs `{}`", argument.name)),
    }
}

fn map(json: Json) -> Arc<JsonObject> {
    match json {
        Json::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{super::arguments::Kind, *};
    use crate::args::Args;

    /// Commands that are not tools, each with the reason.
    const NOT_TOOLS: [(&str, &str); 16] = [
        ("recipe new", "a client writes a recipe itself, or passes the steps"),
        ("describe", "`integrations` with a name"),
        ("runs", "`run_status` without a number"),
        ("runs show", "`run_status`"),
        ("ledger prune", "removes answers that were paid for"),
        ("ledger forget", "removes answers that were paid for"),
        ("ledger backup", "writes a file outside of a table's work"),
        ("ledger export", "every call: longer than any answer"),
        ("tools search", "for people who write an integration"),
        ("tools show", "for people who write an integration"),
        ("tools call", "buys without a plan and a cap"),
        ("sandbox", "serves until it is interrupted"),
        ("mcp", "it is the server itself"),
        ("doctor", "asks providers, and is for the person who sets marl up"),
        ("schema", "the protocol has schemas of its own"),
        ("completions", "for shells"),
    ];

    /// Every flag of a tool's command is an argument of the tool, or has a reason not to be one.
    #[test]
    fn every_flag_can_be_passed_as_an_argument() {
        for entry in TOOLS.iter().filter(|entry| entry.name != "more") {
            let passed: Vec<String> = entry.arguments().into_iter().map(|argument| argument.name).collect();
            let without: Vec<&(&str, &str)> = entry.without.iter().chain([&ALWAYS_WITHOUT]).collect();
            for typed in for_command(entry.command) {
                let renamed = entry.renamed.iter().find(|(name, _)| *name == typed.name);
                let name = renamed.map_or(typed.name.as_str(), |(_, name)| name);
                let is_without = without.iter().any(|(name, _)| *name == typed.name);
                assert!(passed.iter().any(|one| one == name) != is_without, "{}: {name}", entry.name);
                assert!(!typed.schema()["description"].as_str().unwrap().is_empty(), "{name}");
            }
            for (name, why) in entry.without {
                assert!(for_command(entry.command).iter().any(|one| one.name == *name), "{name}: {why}");
            }
        }
    }

    #[test]
    fn every_command_is_a_tool_or_has_a_reason_not_to_be() {
        fn commands(command: &clap::Command, before: &str, found: &mut Vec<String>) {
            for sub in command.get_subcommands() {
                let words = format!("{before} {}", sub.get_name()).trim().to_owned();
                if !sub.is_subcommand_required_set() {
                    found.push(words.clone());
                }
                commands(sub, &words, found);
            }
        }
        let mut all = Vec::new();
        commands(&Args::command(), "", &mut all);
        let others = ["man", "exit-codes"];
        for command in all {
            let is_tool = TOOLS.iter().any(|entry| entry.command.join(" ") == command);
            let is_none = NOT_TOOLS.iter().any(|(name, _)| *name == command);
            assert!(others.contains(&command.as_str()) || is_tool != is_none, "{command}");
        }
    }

    /// An agent reads the list in each of its sessions.
    #[test]
    fn the_list_is_short_and_describes_each_argument_once() {
        let tools = all();
        let size = serde_json::to_string(&tools).unwrap().len();
        assert!(size <= 16_000, "{size} bytes");
        let mut described = std::collections::BTreeSet::new();
        for tool in &tools {
            assert!(tool.output_schema.is_none());
            for (name, schema) in tool.input_schema["properties"].as_object().unwrap() {
                let words = schema.get("description").and_then(Json::as_str);
                assert!(!words.is_some_and(|words| words.contains("`--")), "{name}: {words:?}");
                assert!(words.is_some() || described.contains(name), "{}: {name}", tool.name);
                described.insert(name.clone());
            }
        }
    }

    /// A new flag shows up here: may a client set it?
    #[test]
    fn the_arguments_of_the_tools() {
        let lines = TOOLS.iter().map(|entry| {
            let sign = |argument: &Argument| {
                let required = if argument.is_required { "!" } else { "" };
                let path = if argument.kind == Kind::Path { " (path)" } else { "" };
                format!("{}{required}{path}", argument.name)
            };
            let arguments: Vec<String> = entry.arguments().iter().map(sign).collect();
            format!("{}: {}", entry.name, arguments.join(", "))
        });
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
        integrations: name
        columns: table! (path), all, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns
        rows: table! (path), filter, column_type, columns, rows, limit, full, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns
        plan: table! (path), integrations, want, recipe (path), map, into, prefix, where, formula, provider_column, column_type, existing, output (path), parallel, limit, pilot, rows, filter, only, max_age, patience, refresh, max_calls, max_cost, sandbox, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns, output_encoding, raw_cells, sample
        start_run: table! (path), integrations, want, recipe (path), map, into, prefix, where, formula, provider_column, column_type, existing, output (path), parallel, limit, pilot, rows, filter, only, max_age, patience, refresh, max_calls, max_cost, plan, sandbox, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns, output_encoding, raw_cells
        run_status: run, sandbox, wait_seconds, limit
        explain_cell: table! (path), row!, column!, run, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns, sandbox
        empty_cells: table! (path), column, reason, rows, limit, run, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns, sandbox
        stop_run: run!, sandbox
        ledger: sandbox
        more: handle!, offset!
        ");
    }

    #[test]
    fn arguments_become_words() {
        let typed = |name: &str, arguments: Json| {
            let arguments = checked(name, arguments.as_object().unwrap().clone()).unwrap();
            Entry::named(name).unwrap().words(&arguments).join(" ")
        };
        assert_eq!(
            typed(
                "plan",
                json!({"table": "t.csv", "integrations": ["a", "b|c"], "where": ["a=x > 1"], "limit": 3,
                       "sandbox": true, "delimiter": ";", "refresh": ["a"], "max_cost": 1.5, "rows": null})
            ),
            "plan --input=t.csv --integrations=a --integrations=b|c --where=a=x > 1 --limit=3 --refresh=a \
             --max-cost=1.5 --sandbox --delimiter=;"
        );
        assert_eq!(
            typed("explain_cell", json!({"table": "t.csv", "row": 1, "column": "--json"})),
            "why t.csv --row=1 --column=--json"
        );
        assert_eq!(
            typed("start_run", json!({"table": "t", "max_calls": 1})),
            "enrich --detach --confirmed-on-stdin --input=t --max-calls=1"
        );
        assert_eq!(typed("stop_run", json!({"run": 7})), "runs stop 7");
    }

    #[test]
    fn arguments_that_do_not_fit_are_explained() {
        let refused =
            |name: &str, arguments: Json| checked(name, arguments.as_object().unwrap().clone()).unwrap_err();
        for (name, arguments, why) in [
            ("buy", json!({}), "no tool is called `buy`; the tools are integrations, "),
            ("plan", json!({}), "`plan` needs `table`"),
            ("plan", json!({"table": null}), "`plan` needs `table`"),
            ("plan", json!({"table": "t", "tabel": 1}), "did you mean `table`?"),
            ("plan", json!({"table": "t", "max_cost": -1}), "`max_cost` of `plan` takes a number from 0"),
            ("plan", json!({"table": "t", "refresh": "a"}), "takes true, or a list of texts"),
            ("plan", json!({"table": "t", "only": "all"}), "takes one of failed, no-data, empty"),
            ("start_run", json!({"table": "t", "in_doubt": "retry"}), "has no argument `in_doubt`"),
            ("columns", json!({"table": "t", "ledger": "x"}), "has no argument `ledger`"),
        ] {
            let message = refused(name, arguments);
            assert!(message.contains(why), "{message}");
        }
    }
}
