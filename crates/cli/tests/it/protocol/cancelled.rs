//! Calls of the protocol that are cancelled.

use super::*;

/// The open files of a process that are this one.
fn handles(process: u32, file: &Path) -> usize {
    let all = fs::read_dir(format!("/proc/{process}/fd")).unwrap().flatten();
    all.filter(|handle| fs::read_link(handle.path()).is_ok_and(|open| open == file)).count()
}

/// How many bytes a process has read.
fn bytes_read(process: u32) -> u64 {
    let counts = fs::read_to_string(format!("/proc/{process}/io")).unwrap();
    counts.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

/// To its end each of these commands reads the table twice.
#[test]
fn a_cancelled_look_at_a_table_ends_soon() {
    let world = World::new();
    world.write("people.csv", people(400_000, 400_000));
    let file = world.folder().canonicalize().unwrap().join("people.csv");
    let length = fs::metadata(&file).unwrap().len();
    let steps = json!({ "table": "people.csv", "integrations": ["linkedin_profile"] });
    let mut client = Client::greeted(&world);
    let server = client.server.id();
    for (tool, arguments) in [
        ("columns", json!({ "table": "people.csv" })),
        ("rows", json!({ "table": "people.csv", "filter": "name == 'nobody'" })),
        ("plan", steps),
    ] {
        let before = bytes_read(server);
        let id = client.call(tool, arguments);
        until(|| handles(server, &file) > 0);
        client.cancel(id);
        until(|| handles(server, &file) == 0);
        let read = bytes_read(server) - before;
        assert!(read < 2 * length, "{tool}: {read} of {length}");
        let ping = client.request("ping", json!({}));
        assert_eq!(client.line()["id"], ping, "a cancelled request has no answer");
    }
    client.leave();
}

#[test]
fn a_start_that_is_cancelled_while_the_table_is_checked_buys_nothing() {
    let world = World::new();
    world.write("people.csv", people(300_000, 300_000));
    let folder = world.folder().canonicalize().unwrap();
    let run = json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_calls": 60 });
    // The server, what it runs, and the run.
    const ALL: usize = 3;
    let mut client = Client::greeted(&world);
    let id = client.call("start_run", run.clone());
    until(|| processes_in(&folder) == ALL);
    client.cancel(id);
    until(|| processes_in(&folder) == 1);
    let ping = client.request("ping", json!({}));
    assert_eq!(client.line()["id"], ping, "a cancelled request has no answer");
    assert_eq!(world.stats().calls, 0);
    // A client that goes while the table is checked gets no number either.
    client.call("start_run", run);
    until(|| processes_in(&folder) == ALL);
    client.server.kill().unwrap();
    client.leave();
    until(|| processes_in(&folder) == 0);
    assert_eq!(world.stats().calls, 0);
    assert!(!world.path("people_enriched.csv").exists());
}

/// A client without an answer does not know the run, so that nothing may be bought for it.
#[test]
fn a_start_that_is_cancelled_before_its_answer_buys_nothing() {
    let world = World::with(Options { latency: Duration::from_millis(5), ..Options::default() });
    world.write("people.csv", people(2_000, 2_000));
    let folder = world.folder().canonicalize().unwrap();
    let mut client = Client::greeted(&world);
    let mut unanswered = 0;
    for wait in (0..120).step_by(6) {
        let before = world.stats().calls;
        let run = json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_calls": 40,
                          "output": format!("{wait}.csv"), "refresh": true });
        let id = client.call("start_run", run);
        sleep(Duration::from_millis(wait));
        client.cancel(id);
        let ping = client.request("ping", json!({}));
        let is_answered = client.line()["id"] == id;
        if is_answered {
            client.answer(ping);
        }
        // The server alone is left.
        until(|| processes_in(&folder) == 1);
        if !is_answered {
            unanswered += 1;
            assert_eq!(world.stats().calls, before, "cancelled after {wait} ms");
        }
    }
    assert!(unanswered > 0, "each start was answered before its cancellation");
    client.leave();
}

/// Whenever the cancellation comes, no run goes on behind it.
#[test]
fn a_run_whose_start_is_cancelled_does_not_go_on() {
    const ROWS: usize = 4_000;
    let world = World::with(Options { latency: Duration::from_millis(100), ..Options::default() });
    world.write("people.csv", people(ROWS, ROWS));
    let run = |output: u64| {
        json!({ "table": "people.csv", "integrations": ["linkedin_profile"], "max_calls": ROWS,
                "output": format!("{output}.csv") })
    };
    let mut client = Client::greeted(&world);
    for wait in [0, 20, 40, 80, 120, 160, 200, 300] {
        let id = client.call("start_run", run(wait));
        sleep(Duration::from_millis(wait));
        client.cancel(id);
    }
    // One that crosses the answer on its way.
    let id = client.call("start_run", run(1));
    let started = client.answer(id)["result"]["structuredContent"]["run"].clone();
    client.cancel(id);
    let ended = client.document("run_status", json!({ "run": started, "wait_seconds": 60 }));
    assert_eq!(ended["state"], "interrupted", "{ended}");
    let runs = |client: &mut Client| client.document("run_status", json!({ "limit": 50 }))["runs"].clone();
    until(|| runs(&mut client).as_array().unwrap().iter().all(|run| run["state"] != "running"));
    for run in runs(&mut client).as_array().unwrap() {
        assert_eq!(run["state"], "interrupted", "{run}");
    }
    assert!(world.stats().calls < ROWS as u64 / 2, "{}", world.stats().calls);
    client.leave();
}
