//! Tests of translated documents, texts and command lines.

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
        assert_eq!(call::call(line), Some(json!({"tool": tool, "arguments": arguments})), "{line}");
        let checked = crate::mcp::tools::checked(tool, arguments.as_object().unwrap().clone());
        assert!(checked.is_ok(), "{line}: {checked:?}");
    }
}

#[test]
fn a_command_without_a_tool_stays_a_command() {
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
        assert_eq!(call::call(line), None, "{line}");
        let original = json!({"error": {"next_command": line}});
        assert_eq!(document(original.clone()), original);
    }
}

#[test]
fn documents_name_calls_and_data_stays() {
    let original = json!({
        "more": "marl rows t.csv --rows 2- --json",
        "rows": [{"cells": {"hint": "`--limit 3`", "next_command": "marl runs", "flag": "--limit 3"}}],
        "could_fill": [{"flag": "--into find_ceo.ceo_name='The CEO'"}],
        "hints": ["use `--pad-rows`"],
        "summary": {"command": "marl enrich --input t.csv", "hint": null, "next_command": null},
    });
    assert_eq!(
        document(original),
        json!({
            "next_call": {"tool": "rows", "arguments": {"table": "t.csv", "rows": "2-"}},
            "rows": [{"cells": {"hint": "`--limit 3`", "next_command": "marl runs", "flag": "--limit 3"}}],
            "could_fill": [{"argument": {"into": ["find_ceo.ceo_name=The CEO"]}}],
            "hints": ["use `pad_rows: true`"],
            "summary": {"call": {"tool": "start_run", "arguments": {"table": "t.csv"}}, "hint": null, "next_call": null},
        })
    );
}

#[test]
fn texts_name_tools_and_arguments() {
    for (original, expect) in [
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
        ("use `--header-line 3` to start there", "use `header_line: 3` to start there"),
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
        ("invalid value 'x' for '--rows <RANGES>': it's wrong", "invalid value 'x' for `rows`: it's wrong"),
        ("no tick ` is closed, don't", "no tick ` is closed, don't"),
        ("column `ä` and `find_ceo`", "column `ä` and `find_ceo`"),
    ] {
        assert_eq!(text(original), expect, "{original}");
    }
}

/// Flags that only the user may use, on the command line.
const ONLY_FOR_USERS: [&str; 9] = [
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

/// Reads the program's own sources, so that a new hint with a flag is checked.
#[test]
fn every_hint_in_the_sources_is_translated() {
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
        // A value that is inserted when the hint is printed.
        let mut parts = code.split('{');
        let mut code = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            code += "1";
            code += part.split_once('}').map_or(part, |(_, rest)| rest);
        }
        let code = code.replace("\\\\", "\\");
        let translated = text(&format!("`{code}`"));
        let is_left = translated.contains("(on the command line)");
        let is_only_for_users = ONLY_FOR_USERS.iter().any(|flag| code.starts_with(flag));
        let is_no_tool = code.starts_with("marl ");
        let flag_stays = translated.contains("`--") && !(is_left && is_only_for_users);
        let command_stays = translated.contains("`marl ") && !(is_left && is_no_tool);
        if flag_stays || command_stays {
            wrong.push(translated);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
