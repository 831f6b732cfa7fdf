//! Tests of the plugin's approval hook: it approves commands that only read tables below the working folder,
//! and leaves everything else to the user.

use std::{
    fs,
    io::Write,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

const HOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugin/hooks/approve.py");

/// A user's folder: `work` with tables, and files beside it that must not be read.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        let work = home.work();
        for folder in [work.join("deep/.hidden"), home.0.path().join("outside")] {
            fs::create_dir_all(folder).unwrap();
        }
        for (name, text) in [
            ("a.csv", "a\n"),
            ("deep/b.jsonl", "{}\n"),
            ("deep/.hidden/c.csv", "a\n"),
            (".env", "KEY=secret\n"),
            (".secret.csv", "a\n"),
            ("recipe.toml", ""),
            ("zero.db", ""),
            ("../outside/o.csv", "a\n"),
        ] {
            fs::write(work.join(name), text).unwrap();
        }
        symlink("../outside/o.csv", work.join("out.csv")).unwrap();
        symlink("../outside", work.join("folder")).unwrap();
        symlink(".env", work.join("env.csv")).unwrap();
        symlink("a.csv", work.join("inside.csv")).unwrap();
        fs::hard_link(work.join(".env"), work.join("hard.csv")).unwrap();
        assert!(Command::new("mkfifo").arg(work.join("pipe.csv")).status().unwrap().success());
        home
    }

    fn work(&self) -> PathBuf {
        self.0.path().join("work")
    }

    fn approves(&self, command: &str) -> bool {
        let input = serde_json::json!({ "command": command });
        answers(&serde_json::json!({ "tool_name": "Bash", "tool_input": input, "cwd": self.work() }))
    }
}

fn answers(call: &serde_json::Value) -> bool {
    let mut hook =
        Command::new("python3").arg(HOOK).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    hook.stdin.take().unwrap().write_all(call.to_string().as_bytes()).unwrap();
    let output = hook.wait_with_output().unwrap();
    assert!(output.status.success(), "{call}");
    !output.stdout.is_empty()
}

#[test]
#[ignore = "needs Python"]
fn commands_that_read_tables_here_are_approved() {
    let home = Home::new();
    for reads in [
        "marl plan --input a.csv --integrations find_ceo",
        "marl plan --input=a.csv --integrations=find_ceo --json --limit 3 --refresh --sandbox",
        "marl plan -i a.csv -o a_enriched.csv --integrations find_ceo --refresh=find_ceo --max-calls 5",
        "marl plan --input a.csv --integrations find_ceo --map company_domain=Website --into ceo_name=CEO",
        "marl --json rows a.csv",
        "marl rows a.csv --delimiter , --rows 21- --limit 50 --full",
        "marl rows deep/b.jsonl --columns 'Company Name,x'",
        "marl rows deep/../a.csv",
        "marl rows ./inside.csv",
        "marl rows not_there_yet.csv",
        "marl columns a.csv --all --header-line 4 --name-columns",
        "marl why a.csv --row 1 --column ceo_name --json",
        "marl gaps a.csv --column ceo_name --reason no_data --rows 21- --limit 50 --json",
        "marl plan --input a.csv --integrations find_ceo --pilot 3",
        "marl runs",
        "marl runs --limit 5 --json",
        "marl runs --json wait 2",
        "marl runs wait 2 --timeout 100s",
        "marl runs wait 2 --timeout=5m --sandbox",
        "marl runs show 2 -v",
        "marl schema runs show",
        "marl describe find_ceo",
        "marl integrations --json",
        "marl ledger stats --json --sandbox",
        "marl exit-codes",
        "marl rows a.csv --filter 'a == \"x\"'",
        "marl plan --input a.csv --integrations find_ceo --where='find_ceo=a == \"x\"'",
    ] {
        assert!(home.approves(reads), "{reads}");
    }
    let absolute = home.work().join("a.csv");
    assert!(home.approves(&format!("marl rows {}", absolute.display())));
}

#[test]
#[ignore = "needs Python"]
fn everything_else_is_left_to_the_user() {
    let home = Home::new();
    for acts in [
        // Commands that buy, write, stop or remove.
        "marl enrich --input a.csv --integrations find_ceo",
        "marl runs stop 2",
        "marl --json runs stop 2",
        "marl runs --limit wait stop 2",
        "marl runs --limit 5 stop 2",
        "marl runs show 1 stop 2",
        "marl ledger forget --parameter a=b",
        "marl ledger prune --older-than 1d",
        "marl ledger export",
        "marl tools call x",
        "marl tools show x",
        "marl recipe new --input a.csv --integrations find_ceo --output r.toml",
        "marl sandbox",
        "marl mcp",
        "marl doctor",
        "marl plan --input a.csv --integrations find_ceo --detach",
        "marl plan --input a.csv --integrations find_ceo --detached",
        // Files that are not tables, or not here.
        "marl rows .env --delimiter ^ --full",
        "marl rows .env",
        "marl rows ./.env --delimiter=^",
        "marl rows .secret.csv",
        "marl rows deep/.hidden/c.csv",
        "marl rows recipe.toml --delimiter ^",
        "marl rows /etc/passwd --delimiter :",
        "marl rows /etc/hosts.csv",
        "marl rows ../outside/o.csv",
        "marl rows deep/../../outside/o.csv",
        "marl rows out.csv",
        "marl rows folder/o.csv",
        "marl rows env.csv --delimiter =",
        "marl rows hard.csv --delimiter =",
        "marl rows pipe.csv",
        "marl rows deep",
        "marl rows a.csv ../outside/o.csv",
        "marl rows ''",
        "marl columns .env --delimiter =",
        "marl columns --all .env",
        "marl why ../outside/o.csv --row 1 --column a",
        "marl plan --input .env --delimiter = --integrations find_ceo",
        "marl plan -i .env --integrations find_ceo",
        "marl plan --input=/etc/passwd --integrations find_ceo",
        "marl plan --input a.csv --input .env --integrations find_ceo",
        "marl plan --input a.csv --output ../outside/new.csv --integrations find_ceo",
        "marl plan --input a.csv -o /tmp/new.csv --integrations find_ceo",
        "marl plan --input a.csv --output folder/new.csv --integrations find_ceo",
        // A word that two parsers could attach to different flags.
        "marl rows a.csv --delimiter -v .env",
        "marl rows a.csv --delimiter --json .env",
        // Ledgers, recipes and formulas.
        "marl ledger stats --ledger zero.db",
        "marl ledger --ledger zero.db stats",
        "marl runs --ledger=zero.db",
        "marl runs wait 1 --ledger zero.db",
        "marl why a.csv --row 1 --column a --ledger zero.db",
        "marl plan --input a.csv --integrations find_ceo --ledger zero.db",
        "marl plan --input a.csv --recipe recipe.toml",
        "marl plan --input a.csv --recipe=recipe.toml",
        "marl plan --input a.csv --formula a=b+b",
        // Conditions that compute for long in every row.
        "marl rows a.csv --filter 'a + a == a'",
        "marl plan --input a.csv --integrations find_ceo --where='find_ceo=a+a+a == a'",
        &format!("marl rows a.csv --filter 'a == \"{}\"'", "x".repeat(500)),
        // Waits without a bound.
        "marl runs wait 1 --timeout 100000000d",
        "marl runs wait 1 --timeout 11m",
        "marl runs wait 1 --timeout 601s",
        "marl runs wait 1 --timeout 1h",
        "marl runs wait 1 --timeout",
        // More than a single plain command.
        "marl plan --input a.csv; rm -rf x",
        "marl rows a.csv | sh",
        "marl rows a.csv > b.csv",
        "marl rows a.csv & rm x",
        "marl rows $(cat x)",
        "marl rows `cat x`",
        "marl rows *.csv",
        "marl rows a.csv\nrm x",
        "marl rows a.csv\rrm x",
        "marl rows a.csv\u{a0}rm",
        "marl rows a.csv\u{2028}rm x",
        "marl rows a.csv \u{1b}[2J",
        "marl rows 'a.csv",
        "marl rows a.csv # x",
        "marl rows ~/a.csv",
        "marl rows {a,b}.csv",
        "MARL_LEDGER=zero.db marl runs",
        "PATH=. marl runs",
        "env marl runs",
        "sudo marl runs",
        "./marl runs",
        "/tmp/marl runs",
        "command marl runs",
        "other plan",
        "marl",
        "marl --json",
        "marl --help",
        "marl -v",
        "marl nosuch",
        "marl rows -- .env",
        "marl rows --nosuch a.csv",
        "marl rows a.csv --ful",
        "marl rows a.csv --full=true",
        "marl rows a.csv --columns --ledger",
        "",
    ] {
        assert!(!home.approves(acts), "{acts:?}");
    }
    assert!(!home.approves(&format!("marl rows {}", home.0.path().join("outside/o.csv").display())));
}

#[test]
#[ignore = "needs Python"]
fn a_ledger_behind_a_link_is_not_approved() {
    let home = Home::new();
    let marl: &Path = &home.work().join(".marl");
    symlink("../outside", marl).unwrap();
    assert!(!home.approves("marl runs") && !home.approves("marl ledger stats"));
    fs::remove_file(marl).unwrap();
    fs::create_dir(marl).unwrap();
    assert!(home.approves("marl runs"));
    symlink("../../outside/l.db", marl.join("ledger.db")).unwrap();
    assert!(!home.approves("marl runs"));
    // Reading a pipe would block.
    fs::remove_file(marl.join("ledger.db")).unwrap();
    assert!(Command::new("mkfifo").arg(marl.join("sandbox.db-journal")).status().unwrap().success());
    assert!(!home.approves("marl runs"));
}

#[test]
#[ignore = "needs Python"]
fn other_tool_calls_are_left_alone() {
    let home = Home::new();
    let cwd = home.work();
    for call in [
        serde_json::json!({ "tool_name": "Read", "tool_input": { "command": "marl runs" }, "cwd": cwd }),
        serde_json::json!({ "tool_name": "Bash", "tool_input": {}, "cwd": cwd }),
        serde_json::json!({ "tool_name": "Bash", "tool_input": { "command": ["marl", "runs"] }, "cwd": cwd }),
        serde_json::json!({ "tool_name": "Bash", "tool_input": null, "cwd": cwd }),
        serde_json::json!({ "tool_name": "Bash", "tool_input": { "command": "marl runs" }, "cwd": 5 }),
        serde_json::json!({}),
        serde_json::json!([]),
        serde_json::json!(null),
    ] {
        assert!(!answers(&call), "{call}");
    }
}
