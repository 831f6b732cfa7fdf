//! The tools: what each is for, and the command whose arguments it takes.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value as Json, json};

use super::{
    answer::Part,
    arguments::{Argument, Kind, of_command},
};
use crate::commands;

/// A tool whose answer is a command's document.
pub(super) struct Entry {
    pub(super) name: &'static str,
    title: &'static str,
    description: &'static str,
    /// The command whose arguments it takes.
    command: &'static [&'static str],
    /// Arguments that go by another name than the command line's.
    renamed: &'static [(&'static str, &'static str)],
    /// Flags that are no arguments, each with the reason.
    without: &'static [(&'static str, &'static str)],
    /// Arguments that are no flags of the command.
    own: fn() -> Vec<Argument>,
    /// The commands whose document it answers with.
    answers: &'static [&'static str],
    reads_only: bool,
    /// Whether it may replace or end something.
    destructive: bool,
    /// Whether the same call again changes nothing more.
    idempotent: bool,
    /// Whether it may send calls to the outside.
    open_world: bool,
}

/// A tool that reads, and has its command's arguments by their own names.
const READER: Entry = Entry {
    name: "",
    title: "",
    description: "",
    command: &[],
    renamed: &[],
    without: &[],
    own: Vec::new,
    answers: &[],
    reads_only: true,
    destructive: false,
    idempotent: true,
    open_world: false,
};

/// What no tool takes.
const ALWAYS_WITHOUT: (&str, &str) =
    ("ledger", "the project's ledger is meant; the server's environment names another (MARL_LEDGER)");

/// What neither `plan` nor `start_run` takes.
const DOUBTS: (&str, &str) =
    ("in_doubt", "sending again what may have been paid for is set in marl.toml, by whoever pays");

const OVERWRITE: (&str, &str) = (
    "overwrite",
    "replacing a file that marl does not know as its own is left to the person at the command line",
);

const PROGRESS: (&str, &str) = ("progress", "the protocol has its own notifications");

const TOOLS: [Entry; 11] = [
    Entry {
        name: "integrations",
        title: "List or describe integrations",
        description: "What can be added to a table: each integration with the columns it needs and gives. With a \
                      name, one of them whole: types, descriptions, the calls it makes.",
        command: &["integrations"],
        own: || vec![Argument::own("name", Kind::Text, false, "Describe this one only")],
        answers: &["integrations", "describe"],
        ..READER
    },
    Entry {
        name: "columns",
        title: "Look at a table's columns",
        description: "Per column the type its values suggest, how much is filled, how many are distinct, examples; \
                      and which integrations could run on the table as it is.",
        command: &["columns"],
        answers: &["columns"],
        ..READER
    },
    Entry {
        name: "rows",
        title: "Look at a table's rows",
        description: "Rows of a table, or of a run's output or errors file: by number, by a condition in CEL, some columns.",
        command: &["rows"],
        answers: &["rows"],
        ..READER
    },
    Entry {
        name: "plan",
        title: "Plan a run",
        description: "Exactly what a run would send and cost, and what may come beyond that; sends nothing, costs \
                      nothing. Its `plan` is the hash that `start_run` takes.",
        command: &["plan"],
        renamed: &[("input", "table")],
        without: &[
            DOUBTS,
            OVERWRITE,
            PROGRESS,
            ("plan", "the hash is what the tool answers"),
            ("detach", "nothing is started"),
        ],
        answers: &["plan"],
        ..READER
    },
    Entry {
        name: "start_run",
        title: "Start a run",
        description: "Starts a run in the background and gives its number. It spends money, so it needs `plan`, the \
                      hash of a plan that was agreed to, with the same arguments, or else max_calls or max_cost. A \
                      hash is used up: the same request again buys nothing more than what is left of it. max_calls \
                      and max_cost bound one run: each start may buy as much again. It writes the output file and \
                      may replace an earlier one.",
        command: &["enrich"],
        renamed: &[("input", "table")],
        without: &[DOUBTS, OVERWRITE, PROGRESS, ("detach", "it is always so")],
        answers: &["detached"],
        reads_only: false,
        destructive: true,
        idempotent: false,
        open_world: true,
        ..READER
    },
    Entry {
        name: "run_status",
        title: "See how runs go",
        description: "One run: state, how far it is, counts, cost, the output and errors file. With wait_seconds it \
                      waits for the end, telling progress. Without a number, the latest runs.",
        command: &["runs", "wait"],
        renamed: &[("id", "run")],
        without: &[("timeout", "`wait_seconds` says it in seconds")],
        own: || {
            vec![
                Argument::own(
                    "wait_seconds",
                    Kind::Whole,
                    false,
                    "Wait so long for its end; 100 at the most",
                ),
                Argument::own("limit", Kind::Whole, false, "Without a number: how many runs are listed"),
            ]
        },
        answers: &["runs show", "runs"],
        ..READER
    },
    Entry {
        name: "explain_cell",
        title: "Explain a cell",
        description: "Where a cell of an enriched table comes from: integration, calls, times, cost, source; or why it is empty.",
        command: &["why"],
        answers: &["why"],
        ..READER
    },
    Entry {
        name: "empty_cells",
        title: "List empty cells with their reasons",
        description: "Each empty output cell of an enriched table with its reason (no data, failed, in doubt, skipped and \
                      why), a page at a time, and counts by column and reason over the whole table.",
        command: &["gaps"],
        answers: &["gaps"],
        ..READER
    },
    Entry {
        name: "stop_run",
        title: "Stop a run",
        description: "Asks a run to end early and in order: what is in flight is awaited, what was answered is written.",
        command: &["runs", "stop"],
        renamed: &[("id", "run")],
        answers: &["runs stop"],
        reads_only: false,
        ..READER
    },
    Entry {
        name: "ledger",
        title: "What has been bought",
        description: "What the ledger holds: calls by provider, operation and state.",
        command: &["ledger", "stats"],
        answers: &["ledger stats"],
        ..READER
    },
    Entry {
        name: "more",
        title: "The rest of a long answer",
        description: "The next part of an answer that was cut: its handle and next_offset.",
        command: &["exit-codes"],
        own: || {
            vec![
                Argument::own("handle", Kind::Text, true, "The answer's handle"),
                Argument::own("offset", Kind::Whole, true, "Its next_offset"),
            ]
        },
        ..READER
    },
];

impl Entry {
    /// The tool of that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TOOLS.iter().find(|entry| entry.name == name)
    }

    /// What it takes.
    pub(super) fn arguments(&self) -> Vec<Argument> {
        let is_without =
            |name: &str| self.without.iter().chain([&ALWAYS_WITHOUT]).any(|(other, _)| *other == name);
        let mut arguments: Vec<Argument> = of_command(self.command);
        arguments.retain(|argument| !is_without(&argument.name));
        for argument in &mut arguments {
            if let Some((_, name)) = self.renamed.iter().find(|(name, _)| *name == argument.name) {
                argument.name = (*name).to_owned();
            }
            // A list of runs needs none.
            argument.is_required &= !(self.name == "run_status" && argument.name == "run");
        }
        arguments.extend((self.own)());
        arguments
    }

    fn input_schema(&self) -> Json {
        let arguments = self.arguments();
        let required = arguments.iter().filter(|argument| argument.is_required);
        let required: Vec<&str> = required.map(|argument| argument.name.as_str()).collect();
        let properties: Map<String, Json> =
            arguments.iter().map(|argument| (argument.name.clone(), argument.schema())).collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    /// The words of its command, for arguments that were checked.
    pub(super) fn words(&self, arguments: &JsonObject) -> Vec<String> {
        let mut words: Vec<String> = self.command.iter().map(|word| (*word).to_owned()).collect();
        if self.name == "start_run" {
            words.push("--detach".to_owned());
        }
        let given = self.arguments().into_iter();
        words.extend(given.flat_map(|argument| {
            arguments.get(&argument.name).map(|value| argument.words(value)).unwrap_or_default()
        }));
        words
    }
}

/// All tools, as clients see them.
pub(super) fn all() -> Vec<Tool> {
    TOOLS
        .iter()
        .map(|entry| {
            let hints = ToolAnnotations::with_title(entry.title)
                .read_only(entry.reads_only)
                .destructive(entry.destructive)
                .idempotent(entry.idempotent)
                .open_world(entry.open_world);
            Tool::new(entry.name, entry.description, map(entry.input_schema()))
                .with_raw_output_schema(map(output_schema(entry.answers)))
                .with_annotations(hints)
        })
        .collect()
}

/// A document, or a part of one that is long. Refusals are no answers, and have a form of their own.
fn output_schema(answers: &[&str]) -> Json {
    let mut schema = commands::schema::any_of::<Part<'_>>(answers);
    schema.insert("type".to_owned(), "object".into());
    schema.into()
}

/// A call's arguments, held to the tool's own definition. A `null` is none.
///
/// # Errors
/// What is wrong with them, in words that teach.
pub(super) fn checked(name: &str, mut arguments: JsonObject) -> Result<JsonObject, String> {
    let entry = Entry::named(name).ok_or_else(|| {
        let tools: Vec<&str> = TOOLS.iter().map(|entry| entry.name).collect();
        format!("no tool is called `{}`; there are {}", marl_core::excerpt(name, 60), tools.join(", "))
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

    use super::*;
    use crate::args::Args;

    /// Commands that are no tools, each with the reason.
    const NO_TOOLS: [(&str, &str); 16] = [
        ("recipe new", "a client writes a recipe itself, or passes the steps"),
        ("describe", "`integrations` with a name"),
        ("runs", "`run_status` without a number"),
        ("runs show", "`run_status`"),
        ("ledger prune", "removes answers that were paid for"),
        ("ledger forget", "removes answers that were paid for"),
        ("ledger backup", "writes a file outside of a table's work"),
        ("ledger export", "every call: longer than any answer"),
        ("tools search", "for whoever writes an integration"),
        ("tools show", "for whoever writes an integration"),
        ("tools call", "buys without a plan and a cap"),
        ("sandbox", "serves until it is interrupted"),
        ("mcp", "it is the server itself"),
        ("doctor", "asks providers, and is for whoever sets marl up"),
        ("schema", "the protocol tells schemas itself"),
        ("completions", "for shells"),
    ];

    /// Every flag of a tool's command is an argument of the tool, or has a reason not to be.
    #[test]
    fn what_can_be_typed_can_be_passed() {
        for entry in TOOLS.iter().filter(|entry| entry.name != "more") {
            let passed: Vec<String> = entry.arguments().into_iter().map(|argument| argument.name).collect();
            let without: Vec<&(&str, &str)> = entry.without.iter().chain([&ALWAYS_WITHOUT]).collect();
            for typed in of_command(entry.command) {
                let renamed = entry.renamed.iter().find(|(name, _)| *name == typed.name);
                let name = renamed.map_or(typed.name.as_str(), |(_, name)| name);
                let is_without = without.iter().any(|(name, _)| *name == typed.name);
                assert!(passed.iter().any(|one| one == name) != is_without, "{}: {name}", entry.name);
                assert!(!typed.schema()["description"].as_str().unwrap().is_empty(), "{name}");
            }
            for (name, why) in entry.without {
                assert!(of_command(entry.command).iter().any(|one| one.name == *name), "{name}: {why}");
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
            let is_none = NO_TOOLS.iter().any(|(name, _)| *name == command);
            assert!(others.contains(&command.as_str()) || is_tool != is_none, "{command}");
        }
    }

    /// A new flag shows here: is it one that a client may set?
    #[test]
    fn what_the_tools_take() {
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
        plan: table! (path), integrations, want, recipe (path), map, into, prefix, where, formula, provider_column, column_type, existing, output (path), parallel, limit, pilot, rows, filter, only, max_age, refresh, max_calls, max_cost, sandbox, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns, output_encoding, raw_cells, sample
        start_run: table! (path), integrations, want, recipe (path), map, into, prefix, where, formula, provider_column, column_type, existing, output (path), parallel, limit, pilot, rows, filter, only, max_age, refresh, max_calls, max_cost, plan, sandbox, delimiter, encoding, header_line, no_header, skip_footer, pad_rows, name_columns, output_encoding, raw_cells
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
            "enrich --detach --input=t --max-calls=1"
        );
        assert_eq!(typed("stop_run", json!({"run": 7})), "runs stop 7");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let refused =
            |name: &str, arguments: Json| checked(name, arguments.as_object().unwrap().clone()).unwrap_err();
        for (name, arguments, why) in [
            ("buy", json!({}), "no tool is called `buy`; there are integrations, "),
            ("plan", json!({}), "`plan` needs `table`"),
            ("plan", json!({"table": null}), "`plan` needs `table`"),
            ("plan", json!({"table": "t", "tabel": 1}), "did you mean `table`?"),
            ("plan", json!({"table": "t", "max_cost": -1}), "`max_cost` of `plan` takes a number from 0"),
            ("plan", json!({"table": "t", "refresh": "a"}), "takes true, or a list of texts"),
            ("plan", json!({"table": "t", "only": "all"}), "takes one of failed, no-data, empty"),
            ("start_run", json!({"table": "t", "in_doubt": "retry"}), "has no argument `in_doubt`"),
            ("columns", json!({"table": "t", "ledger": "x"}), "has no argument `ledger`"),
        ] {
            let told = refused(name, arguments);
            assert!(told.contains(why), "{told}");
        }
    }
}
