//! Tests of the protocol server with an independent client: the official Python SDK.
//!
//! The SDK is not installed everywhere, so the test is ignored by default: `.ci/run` installs the SDK in
//! `target/mcp-client` and runs the test.

use std::{path::Path, process::Command, time::Duration};

use sandbox::Options;
use serde_json::Value as Json;

use crate::world::{World, people};

#[test]
#[ignore = "needs the Python SDK of the Model Context Protocol in target/mcp-client"]
fn an_agents_task_through_the_official_sdk() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("../../target/mcp-client/bin/python");
    let world = World::with(Options { latency: Duration::from_millis(60), ..Options::default() });
    world.write("people.csv", people(200, 200));
    let marl = world.command("");
    let mut client = Command::new(&python);
    client.arg(here.join("tests/it/mcp_client.py")).arg(marl.get_program()).current_dir(world.folder());
    for (name, value) in marl.get_envs() {
        match value {
            Some(value) => client.env(name, value),
            None => client.env_remove(name),
        };
    }
    let output = client.output().unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    check(&serde_json::from_slice(&output.stdout).unwrap(), &world);
}

fn check(seen: &Json, world: &World) {
    assert_eq!(seen["server"], "marl");
    let tools = seen["tools"].as_object().unwrap();
    assert_eq!(tools.len(), 11);
    for (name, tool) in tools {
        assert_eq!((&tool["described"], &tool["input"]), (&true.into(), &"object".into()));
        assert!(tool["output"].is_null(), "{name}: the list is short");
        assert_eq!(tool["open_world"], name == "start_run", "{name}");
        assert_eq!(tool["reads_only"], !["start_run", "stop_run"].contains(&name.as_str()), "{name}");
        assert_eq!(tool["destructive"], name == "start_run", "{name}");
        assert_eq!(tool["idempotent"], name != "start_run", "{name}");
    }
    assert_eq!(seen["integrations"]["document"], world.run_bare("integrations --json").json());
    assert_eq!(seen["one"]["document"], world.run_bare("describe linkedin_profile --json").json());
    for (what, word) in [
        ("without a cap", "a run may cost money"),
        ("outside", "is outside of the folders"),
        ("unknown argument", "did you mean `integrations`?"),
        ("unknown integration", "no integration is called `linkedin`"),
        ("unknown tool", "no tool is called `buy`"),
        ("a cap that is none", "a run may cost money"),
        ("a cap that is no number", "`max_calls` of `start_run` takes a whole number"),
        ("outside, in a list", "`output` of `start_run` takes a text"),
        ("outside, by a link", "cannot be checked"),
        ("a flag for a table", "no such file"),
    ] {
        let refused = &seen["refused"][what];
        assert_eq!(refused["error"], true, "{what}");
        assert!(refused["document"].to_string().contains(word), "{what}: {refused}");
    }
    assert_eq!(
        seen["refused"]["unknown integration"]["document"]["error"]["next_call"],
        serde_json::json!({
            "tool": "plan",
            "arguments": { "table": "people.csv", "integrations": ["linkedin_profile"] },
        })
    );
    assert_eq!(seen["columns"]["document"]["columns_total"], 2);
    assert_eq!(seen["rows"]["document"]["rows"][1]["cells"]["name"], "Person 199");
    assert_eq!(seen["plan"]["document"]["send"]["exactly"], 200);
    assert_eq!((&seen["gave up waiting"], &seen["gave up planning"]), (&true.into(), &true.into()));
    assert_eq!(seen["meanwhile"]["document"]["state"], "running");
    assert_eq!(seen["left behind"], 0);
    assert_eq!(seen["long"]["document"]["handle"], "answer-1");
    assert_eq!(seen["rest"]["document"]["offset"], 20_000);
    let ended = &seen["status"]["document"];
    assert_eq!(
        (ended["state"].as_str(), ended["summary"]["exit_code"].as_i64()),
        (Some("finished"), Some(0))
    );
    let progress = seen["progress"].as_array().unwrap();
    assert!(progress.iter().all(|update| update[1] == 200.0), "{progress:?}");
    assert!(!progress.is_empty(), "progress was reported");
    assert_eq!(seen["runs"]["document"]["total"], 1);
    assert_eq!(seen["why"]["document"]["chain"][0]["integration"], "linkedin_profile");
    assert_eq!(seen["again"]["document"]["send"]["at_most"], 0);
    assert_eq!(world.stats().billed, 200);
}
