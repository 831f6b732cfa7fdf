//! Tests of the protocol server, line by line: what no client library would send, and calls that are
//! cancelled.

mod cancelled;

use std::{
    fs,
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Stdio},
    thread::sleep,
    time::Duration,
};

use sandbox::Options;
use serde_json::{Value as Json, json};

use crate::world::{World, people};

/// A client that writes and reads lines.
struct Client {
    server: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    next: u64,
}

impl Client {
    fn new(world: &World) -> Self {
        let mut command = world.command("mcp");
        let mut server =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let input = server.stdin.take();
        let output = BufReader::new(server.stdout.take().unwrap()).lines();
        Self { server, input, output, next: 1 }
    }

    /// A client that has completed the greeting.
    fn greeted(world: &World) -> Self {
        let mut client = Self::new(world);
        let greeting = json!({ "protocolVersion": "2025-06-18", "capabilities": {},
                               "clientInfo": { "name": "test", "version": "1" } });
        let id = client.request("initialize", greeting);
        assert_eq!(client.answer(id)["result"]["serverInfo"]["name"], "marl");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn write(&mut self, line: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
    }

    fn send(&mut self, message: &Json) {
        self.write(message.to_string().as_bytes());
    }

    fn request(&mut self, method: &str, params: Json) -> u64 {
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params }));
        self.next
    }

    fn call(&mut self, tool: &str, arguments: Json) -> u64 {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    fn cancel(&mut self, id: u64) {
        self.send(
            &json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }),
        );
    }

    fn line(&mut self) -> Json {
        serde_json::from_str(&self.output.next().unwrap().unwrap()).unwrap()
    }

    /// The answer to a request; other messages before it are skipped.
    fn answer(&mut self, id: u64) -> Json {
        loop {
            let line = self.line();
            if line["id"] == id {
                return line;
            }
        }
    }

    /// The document that a tool answers with.
    fn document(&mut self, tool: &str, arguments: Json) -> Json {
        let id = self.call(tool, arguments);
        self.answer(id)["result"]["structuredContent"].clone()
    }

    /// Disconnects, and waits until the server ends.
    fn leave(mut self) {
        drop(self.input.take());
        while self.output.next().is_some() {}
        self.server.wait().unwrap();
    }
}

/// The number of processes that work in a folder.
fn processes_in(folder: &Path) -> usize {
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder)).count()
}

fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn every_line_that_is_not_a_request_is_answered() {
    let world = World::new();
    let mut client = Client::new(&world);
    // The same answers before and after the greeting.
    client.write(b"hello?");
    assert_eq!(client.line()["error"]["code"], -32_700);
    drop(client);
    let mut client = Client::greeted(&world);
    for (line, code) in [
        (b"{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": ".as_slice(), -32_700),
        (b"{'jsonrpc': '2.0'}", -32_700),
        (b"\xff\xfe{}", -32_700),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} {}", -32_700),
        (b"42", -32_600),
        (b"[]", -32_600),
        (b"\"ping\"", -32_600),
        (b"{\"id\": 3}", -32_600),
        (b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", -32_600),
    ] {
        client.write(line);
        let answer = client.line();
        assert_eq!(answer["error"]["code"], code, "{}: {answer}", String::from_utf8_lossy(line));
        assert!(answer["id"].is_null(), "{answer}");
    }
    let unknown = client.request("no/such/method", json!({}));
    assert_eq!(client.answer(unknown)["error"]["code"], -32_601);
    let document = client.document("integrations", json!({}));
    assert_eq!(document, world.run("integrations --json").json());
    client.leave();
}

#[test]
fn the_command_lines_flags_are_arguments() {
    let world = World::new();
    let table = people(3, 3).replace(',', ";");
    world.write("people.csv", &table);
    world.write("marl.toml", "currency = \"EUR\"\n[price.datagen]\nget_linkedin_person_data = 0.5\n");
    let mut client = Client::greeted(&world);
    let columns = client.document("columns", json!({ "table": "people.csv", "delimiter": ";" }));
    assert_eq!(columns["columns_total"], 2, "{columns}");
    let run = json!({ "table": "people.csv", "delimiter": ";", "integrations": ["linkedin_profile"] });
    let with = |more: &Json| {
        let mut all = run.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let started = client.document("start_run", with(&json!({ "max_cost": 1.0, "parallel": 1 })));
    let waited = json!({ "run": started["run"], "wait_seconds": 60 });
    let ended = client.document("run_status", waited);
    assert_eq!(ended["summary"]["exit_code"], 8, "{ended}");
    assert_eq!(world.stats().billed, 2, "the cap on cost holds");
    for (refresh, sends) in [(json!(false), 1), (json!(true), 3), (json!(["linkedin_profile"]), 3)] {
        let plan = client.document("plan", with(&json!({ "refresh": refresh })));
        assert_eq!(plan["send"]["exactly"], sends, "{refresh}: {plan}");
    }
    let refused = client.document("start_run", run.clone());
    assert!(refused.to_string().contains("a run may cost money"), "{refused}");
    for path in ["/etc/hosts.csv", "../out.csv"] {
        let refused = client.document("plan", with(&json!({ "output": path })));
        assert!(refused.to_string().contains("outside of the folders"), "{refused}");
    }
    client.leave();
}

/// Each `next_call` is called exactly as given.
#[test]
fn answers_name_the_next_call_and_no_flags() {
    let world = World::new();
    world.write("people.csv", people(4, 4));
    world.write("other.csv", "company_domain,Website A,CEO\nacme.com,a.com,\n");
    let mut client = Client::greeted(&world);
    let run = json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_calls": 1 });
    let call = |tool: &str, arguments: Json| json!({ "tool": tool, "arguments": arguments });
    let rows = client.document("rows", json!({ "table": "people.csv", "limit": 1 }));
    assert_eq!(rows["next_call"], call("rows", json!({ "table": "people.csv", "rows": "2-", "limit": 1 })));
    let started = client.document("start_run", run);
    assert_eq!(started["next_call"], call("run_status", json!({ "run": 1, "wait_seconds": 100 })));
    let plan =
        client.document("plan", json!({ "table": "people.csv", "integrations": ["linkedin_profile"] }));
    assert_eq!(
        (&plan["call"]["tool"], &plan["call"]["arguments"]["plan"]),
        (&"start_run".into(), &plan["plan"])
    );
    let cells = json!({ "table": "people_enriched.csv", "limit": 1 });
    let asked = [
        ("rows", json!({ "table": "people.csv", "limit": 1 })),
        ("rows", json!({ "table": "peopel.csv" })),
        ("rows", json!({ "table": "people.csv", "rows": "2..3" })),
        ("rows", json!({ "table": "people.csv", "columns": ["nmae"] })),
        ("columns", json!({ "table": "other.csv" })),
        ("plan", json!({ "table": "people.csv", "integrations": ["linkedin"] })),
        ("plan", json!({ "table": "other.csv", "want": ["CEO"] })),
        ("plan", json!({ "table": "other.csv", "integrations": ["linkedin_profile"] })),
        ("plan", json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_cost": 1 })),
        ("run_status", json!({ "run": 1, "wait_seconds": 60 })),
        ("run_status", json!({ "run": 99 })),
        ("run_status", json!({ "limit": 1 })),
        ("explain_cell", json!({ "table": "people_enriched.csv", "row": 9, "column": "headline" })),
        ("empty_cells", cells),
    ];
    let mut followed = 0;
    for (tool, arguments) in asked {
        let document = client.document(tool, arguments.clone());
        let text = document.to_string();
        assert!(!text.contains("\"next_command\":\"marl"), "{tool} {arguments}: {text}");
        for flag in text.split("--").skip(1) {
            // What only the user may do on the command line is marked.
            let is_the_users = ["ledger", "overwrite", "in-doubt"].iter().any(|name| flag.starts_with(name));
            assert!(is_the_users && text.contains("on the command line"), "{tool} {arguments}: --{flag}");
        }
        assert!(!text.contains("`marl "), "{tool} {arguments}: {text}");
        let next =
            [&document["next_call"], &document["error"]["next_call"], &document["summary"]["next_call"]];
        for next in next.into_iter().filter(|next| next.is_object()) {
            let answer = client.document(next["tool"].as_str().unwrap(), next["arguments"].clone());
            assert!(answer["schema_version"].is_i64(), "{tool} {arguments}: {next}: {answer}");
            followed += 1;
        }
    }
    assert!(followed >= 8, "{followed}");
    client.leave();
}

#[test]
fn a_repeated_start_under_one_hash_buys_nothing_more() {
    let world = World::new();
    world.write("people.csv", people(4, 4));
    let mut client = Client::greeted(&world);
    let mut run = json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_age": "0s" });
    let plan = client.document("plan", run.clone());
    run["plan"] = plan["plan"].clone();
    for expect in [(true, 4), (false, 4), (false, 4)] {
        let started = client.document("start_run", run.clone());
        if let Some(number) = started["run"].as_i64() {
            client.document("run_status", json!({ "run": number, "wait_seconds": 60 }));
        }
        let is_started = started["run"].is_i64();
        assert_eq!((is_started, world.stats().billed), expect, "{started}");
        assert!(is_started || started["error"]["code"] == "consent_used", "{started}");
    }
    let id = client.request("tools/list", json!({}));
    let tools = client.answer(id)["result"]["tools"].clone();
    let start = tools.as_array().unwrap().iter().find(|tool| tool["name"] == "start_run").unwrap();
    let hints = &start["annotations"];
    assert_eq!((&hints["idempotentHint"], &hints["destructiveHint"]), (&false.into(), &true.into()));
    assert_eq!((&hints["readOnlyHint"], &hints["openWorldHint"]), (&false.into(), &true.into()));
    client.leave();
}

#[test]
fn a_ledger_behind_a_link_out_of_the_folder_is_refused() {
    let world = World::new();
    world.write("people.csv", people(1, 1));
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), world.path(".marl")).unwrap();
    let mut client = Client::greeted(&world);
    let run = json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_calls": 1 });
    for (tool, arguments) in [("start_run", run), ("run_status", json!({})), ("ledger", json!({}))] {
        let refused = client.document(tool, arguments);
        assert!(refused.to_string().contains("outside of the folders"), "{tool}: {refused}");
    }
    client.leave();
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn few_commands_run_at_a_time_and_all_are_answered() {
    const CALLS: usize = 24;
    let world = World::new();
    world.write("people.csv", people(100, 100));
    let folder = world.folder().canonicalize().unwrap();
    let mut client = Client::greeted(&world);
    let calls: Vec<u64> =
        (0..CALLS).map(|_| client.call("columns", json!({ "table": "people.csv" }))).collect();
    let mut open: Vec<u64> = calls;
    while !open.is_empty() {
        // One of them is the server itself.
        assert!(processes_in(&folder) <= 1 + 8);
        let line = client.line();
        open.retain(|id| line["id"] != *id);
    }
    client.leave();
}

/// A run goes on if its client disconnects after reading the answer.
#[test]
fn a_run_whose_number_was_reported_goes_on_when_the_client_disconnects() {
    let world = World::new();
    world.write("people.csv", people(20, 20));
    let folder = world.folder().canonicalize().unwrap();
    let mut client = Client::greeted(&world);
    let run = json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_calls": 20 });
    let id = client.call("start_run", run);
    assert!(client.answer(id)["result"]["structuredContent"]["run"].is_i64());
    client.leave();
    until(|| processes_in(&folder) == 0);
    assert_eq!(world.stats().calls, 20);
}
