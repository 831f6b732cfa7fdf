//! Tests of runs in the background: they are started, awaited and stopped, and outlive the process that
//! started them.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use sandbox::Options;
use serde_json::Value as Json;

use crate::world::{World, people, signal};

const ENRICH: &str = "enrich --input people.csv --integrations linkedin_profile --parallel 16";

fn world(latency: u64, rows: usize) -> World {
    let world = World::with(Options { latency: Duration::from_millis(latency), ..Options::default() });
    world.write("people.csv", people(rows, rows));
    world
}

fn started(world: &World, args: &str) -> i64 {
    let document = world.run(&format!("{ENRICH} {args} --detach --json")).exits(0).json();
    assert_eq!(document["next_command"], format!("marl runs wait {} --timeout 100s --json", document["run"]));
    document["run"].as_i64().unwrap()
}

#[test]
fn a_run_goes_on_in_the_background_and_is_awaited() {
    let world = world(100, 200);
    let since = Instant::now();
    let run = started(&world, "");
    assert!(world.stats().billed < 200, "it came back at once ({:?})", since.elapsed());
    let waiting = world.run_bare(&format!("runs wait {run} --timeout 1500ms --json"));
    if waiting.code == 11 {
        assert_eq!(waiting.json()["state"], "running");
        assert_eq!(waiting.json()["summary"]["progress"]["rows"], 200);
    }
    let ended = world.run_bare(&format!("runs wait {run} --json")).exits(0).json();
    assert_eq!(
        (ended["state"].as_str(), ended["summary"]["exit_code"].as_i64()),
        (Some("finished"), Some(0))
    );
    assert_eq!(ended["command"].as_str().unwrap().matches("--detach").count(), 1, "as it was typed");
    assert_eq!(world.read("people_enriched.csv").lines().count(), 201);
    let log = world.read(&format!(".marl/run-{run}.log"));
    assert!(log.contains("\"status\": \"finished\""), "{log}");
    world.run_bare("runs wait 99").exits(6);
}

#[test]
fn closing_stdout_after_the_number_does_not_end_the_run() {
    let world = world(0, 20);
    let mut command = world.command(&format!("{ENRICH} --detach"));
    let mut starter = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(16, starter.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "run      1\n");
    assert!(starter.wait().unwrap().success());
    world.run_bare("runs wait 1").exits(0);
    assert_eq!(world.stats().calls, 20);
}

#[test]
fn log_lines_of_a_run_in_the_background_are_in_its_log() {
    let world = world(0, 2);
    started(&world, "-vv");
    world.run_bare("runs wait 1").exits(0);
    let log = world.read(".marl/run-1.log");
    assert!(log.contains("DEBUG") || log.contains(" INFO "), "{log}");
}

#[test]
fn the_run_that_writes_an_output_is_named() {
    let world = world(400, 400);
    let run = started(&world, "");
    let ran = world.run(&format!("{ENRICH} --json")).exits(2);
    let error: serde_json::Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    let error = &error["error"];
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains(&format!("it is run {run}")), "{hint}");
    assert!(hint.contains(&format!("`marl runs stop {run}`")), "{hint}");
    assert_eq!(error["next_command"], format!("marl runs wait {run} --timeout 100s"));
    assert_eq!(error["retryable"], true);
    world.run_bare(&format!("runs stop {run}")).exits(0);
    world.run_bare(&format!("runs wait {run}"));
}

#[test]
fn refusals_are_the_same_as_in_the_foreground() {
    let world = world(0, 3);
    for args in [
        "enrich --input nothing.csv --integrations find_ceo",
        "enrich --input people.csv --integrations find_coe",
    ] {
        let plain = world.run(args);
        let behind = world.run(&format!("{args} --detach"));
        assert_eq!((behind.code, behind.stdout, behind.stderr), (plain.code, plain.stdout, plain.stderr));
    }
    assert!(!world.path(".marl").exists());
}

#[test]
fn waiting_returns_the_runs_exit_code_and_a_stop_ends_it() {
    let faulty = World::faulty(&["outer-false=1"]);
    faulty.write("people.csv", people(2, 2));
    let run = started(&faulty, "");
    faulty.run_bare(&format!("runs wait {run}")).exits(7);

    let world = world(50, 2_000);
    let run = started(&world, "--output one.csv");
    let other = started(&world, "--output two.csv --limit 5");
    world.run_bare(&format!("runs wait {other}")).exits(0);
    assert!(world.run_bare(&format!("runs stop {run}")).exits(0).stdout.contains("asked to stop"));
    let stopped = world.run_bare(&format!("runs wait {run}")).exits(130).stdout;
    assert!(stopped.contains("interrupted"), "{stopped}");
    assert_eq!(world.read("one.csv").lines().count(), 2_001);
}

#[test]
fn a_detached_run_outlives_its_shell_and_a_hangup() {
    let world = world(20, 300);
    let marl = world.command(&format!("{ENRICH} --detach --json"));
    // A shell starts the run, and then hangs up its whole process group, as a closed terminal would.
    let script = format!("{} {ENRICH} --detach --json; kill -HUP 0", marl.get_program().to_string_lossy());
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(world.folder()).stdout(Stdio::piped()).stderr(Stdio::null());
    for (name, value) in marl.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let output = shell.output().unwrap();
    assert!(!output.status.success(), "the shell was hung up");
    let run = serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["run"].clone();
    world.run_bare(&format!("runs wait {run}")).exits(0);
    assert_eq!(world.stats().billed, 300);
}

/// A run in the background as its parent starts it, and the number that it reports.
fn child(world: &World) -> (Child, BufReader<ChildStdout>, Json) {
    let mut command = world.command(&format!("{ENRICH} --detach --detached --json"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    (child, stdout, serde_json::from_str(&line).unwrap())
}

/// Checks that the run with this number ended early, and that nothing was bought or written.
fn check_unbegun(world: &World, run: &Json) {
    let ended = world.run_bare(&format!("runs wait {run} --json")).exits(130).json();
    assert_eq!(
        (ended["state"].as_str(), &ended["summary"]["calls"]["sent"]),
        (Some("interrupted"), &0.into())
    );
    assert_eq!(world.stats().calls, 0);
    assert!(!world.path("people_enriched.csv").exists());
}

#[test]
fn nothing_is_sent_before_the_number_is_confirmed() {
    let world = world(0, 20);
    let (mut child, _stdout, started) = self::child(&world);
    assert_eq!(world.stats().calls, 0);
    child.stdin.take().unwrap().write_all(b"confirmed\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    world.run_bare(&format!("runs wait {}", started["run"])).exits(0);
    assert_eq!(world.stats().billed, 20);

    for input in ["", "confirm", "stop\n"] {
        let world = self::world(0, 20);
        let (mut child, _stdout, started) = self::child(&world);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{input:?}");
        check_unbegun(&world, &started["run"]);
        // The same command then starts an ordinary run.
        world.run(ENRICH).exits(0);
        assert_eq!(world.stats().billed, 20);
    }
}

#[test]
fn a_run_whose_number_is_not_read_does_not_start() {
    let world = world(0, 20);
    let full = File::options().write(true).open("/dev/full").unwrap();
    for json in ["--json", ""] {
        let mut command = world.command(&format!("{ENRICH} --detach {json}"));
        let output = command.stdout(full.try_clone().unwrap()).output().unwrap();
        let ran = world.ran(output).exits(1);
        assert!(ran.stderr.contains("did not begin"), "{}", ran.stderr);
        assert_eq!(ran.stderr.matches("error").count(), 1, "{}", ran.stderr);
    }
    check_unbegun(&world, &1.into());
    check_unbegun(&world, &2.into());
    // A pipe that nobody reads.
    let mut command = world.command(&format!("{ENRICH} --detach"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    check_unbegun(&world, &3.into());
}

/// The number of processes that work in a folder.
fn processes_in(folder: &Path) -> usize {
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder)).count()
}

#[test]
fn a_start_that_is_interrupted_while_the_table_is_checked_buys_nothing() {
    for name in ["INT", "TERM", "KILL"] {
        let world = world(0, 300_000);
        let folder = world.folder().canonicalize().unwrap();
        let mut command = world.command(&format!("{ENRICH} --detach --max-calls 60"));
        let parent = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        while processes_in(&folder) < 2 {
            sleep(Duration::from_millis(1));
        }
        signal(&parent, name);
        let output = parent.wait_with_output().unwrap();
        assert!(
            output.stdout.is_empty(),
            "the number was printed before the signal came: the table is too small"
        );
        while processes_in(&folder) > 0 {
            sleep(Duration::from_millis(5));
        }
        assert_eq!(world.stats().calls, 0, "{name}");
        assert!(!world.path("people_enriched.csv").exists());
    }
}
