//! Tests of `marl doctor`, with each check passing and failing, and of the help on exit codes.

use std::{fs, process::Command};

use sandbox::Options;
use serde_json::Value as Json;

use crate::world::{Ran, World, people};

/// Long enough to be treated as a secret.
const KEY: &str = "secret-key-123456";

/// Runs `marl doctor` with a key in the environment that must not appear in the output.
fn doctor(world: &World, args: &str) -> Ran {
    ran(world, world.command(&format!("doctor {args}")).env("DATAGEN_API_KEY", KEY))
}

fn ran(world: &World, command: &mut Command) -> Ran {
    let ran = world.ran(command.output().unwrap());
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("secret"), "{}{}", ran.stdout, ran.stderr);
    Ran { stdout: without_versions(&ran.stdout.replace(&world.address(), "[SANDBOX]")), ..ran }
}

/// The text without the versions of declared integrations, which change with every edit of their files.
fn without_versions(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split_inclusive([' ', ',', '"', '\n']);
    let shown = words.map(|word| {
        let (plain, end) = word.split_at(word.len() - usize::from(word.ends_with([' ', ',', '"', '\n'])));
        if is_digest(plain) { format!("[DIGEST]{end}") } else { word.to_owned() }
    });
    shown.collect()
}

/// The check called `name` in a JSON document.
#[track_caller]
fn check(document: &Json, name: &str) -> Json {
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name}: {document}")).clone()
}

/// Checks a JSON answer: the exit code, and one check's status and text.
#[track_caller]
fn finds(ran: Ran, code: i32, name: &str, status: &str, word: &str) {
    let ran = ran.exits(code);
    let document = ran.json();
    let check = check(&document, name);
    assert_eq!(check["status"], status, "{document}");
    assert!(check["message"].as_str().unwrap().contains(word), "{document}");
    assert_eq!(document["ok"], code == 0);
    assert_eq!(check["fix"].is_string(), status == "bad" || status == "warn", "{document}");
}

#[test]
fn all_is_well() {
    let world = World::new();
    world.write("people.csv", people(3, 3));
    let before = doctor(&world, "").exits(0);
    assert!(!world.path(".marl").exists(), "looking makes no ledger");
    world.run("enrich --input people.csv --integrations linkedin_profile").exits(0);
    let billed = world.stats().billed;
    let after = doctor(&world, "").exits(0);
    assert_eq!(world.stats().billed, billed, "the call is free");
    assert_eq!(world.stats().calls, 5, "one call each time");
    insta::assert_snapshot!(format!("{}\n{}", before.transcript(), after.transcript()));
    let left: Vec<_> =
        fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("doctor")), "{left:?}");
}

#[test]
fn one_document() {
    let world = World::new();
    insta::assert_snapshot!(doctor(&world, "--json").exits(0).transcript());
}

#[test]
fn the_built_in_sandbox_needs_no_key() {
    let world = World::new();
    let ran = ran(&world, &mut world.bare_command("doctor --sandbox"));
    insta::assert_snapshot!(ran.exits(0).transcript());
    assert_eq!(world.stats().calls, 0);
}

#[test]
fn offline_sends_nothing() {
    let world = World::new();
    finds(doctor(&world, "--offline --json"), 0, "datagen.answer", "skipped", "--offline");
    assert_eq!(world.stats().calls, 0);
    finds(world.run_bare("doctor --sandbox --offline --json"), 0, "datagen.answer", "skipped", "--offline");
}

#[test]
fn keys() {
    let world = World::new();
    let bare = || world.bare_command("doctor");
    let mut transcripts = vec![ran(&world, &mut bare()).exits(3).transcript()];
    transcripts.push(ran(&world, bare().env("DATAGEN_API_KEY", "secret\u{200b}key")).exits(3).transcript());
    let base = format!("DATAGEN_API_BASE_URL={}\n", world.address());
    world.write(".env", format!("DATAGEN_API_KEY={KEY}\n{base}"));
    transcripts.push(ran(&world, &mut bare()).exits(0).transcript());
    world.write(".env", format!("DATAGEN_API_KEY='{KEY}\n{base}"));
    transcripts.push(ran(&world, &mut bare()).exits(2).transcript());
    insta::assert_snapshot!(transcripts.join("\n"));
}

#[test]
fn a_key_in_an_address_is_not_shown() {
    let world = World::new();
    let mut command = world.bare_command("doctor --offline");
    command.env("DATAGEN_API_KEY", KEY).env("DATAGEN_API_BASE_URL", format!("https://proxy.example/{KEY}"));
    assert!(ran(&world, &mut command).exits(0).stdout.contains("https://proxy.example/[key]"));
}

#[test]
fn a_refused_key() {
    let world = World::with(Options { key: Some("another".to_owned()), ..Options::default() });
    insta::assert_snapshot!(doctor(&world, "").exits(3).transcript());
    finds(doctor(&world, "--json"), 3, "datagen.answer", "bad", "HTTP 401: the key is refused");
}

#[test]
fn other_answers_of_a_provider() {
    for (fault, code, status, word) in [
        ("401", 3, "bad", "the key is refused"),
        ("403", 3, "bad", "HTTP 403: the key may not use listTools"),
        ("credit", 4, "bad", "refused for credit"),
        ("429", 0, "warn", "HTTP 429: too many requests"),
        ("500", 4, "bad", "HTTP 500"),
        ("525", 4, "bad", "HTTP 525"),
        ("504", 4, "bad", "HTTP 504"),
        ("cut-before", 4, "bad", "broke before a complete answer"),
        ("not-json", 4, "bad", "not DataGen's JSON"),
        ("redirect", 4, "bad", "a redirect"),
    ] {
        let world = World::faulty(&[&format!("{fault}=1")]);
        finds(doctor(&world, "--json"), code, "datagen.answer", status, word);
        assert_eq!(world.stats().calls, 1, "{fault} is not tried again");
    }
}

#[test]
fn an_address_without_a_server() {
    let world = World::new();
    let mut command = world.command("doctor --json");
    command.env("DATAGEN_API_KEY", KEY).env("DATAGEN_API_BASE_URL", "http://127.0.0.1:1");
    finds(ran(&world, &mut command), 4, "datagen.answer", "bad", "DataGen cannot be reached");
    command.env("DATAGEN_API_BASE_URL", "http://api.datagen.example");
    let ran = ran(&world, &mut command);
    assert_eq!(check(&ran.json(), "datagen.answer")["status"], "skipped");
    finds(ran, 2, "datagen.address", "bad", "it is not https");
}

#[test]
fn ledgers() {
    let world = World::new();
    world.write("people.csv", people(400, 400));
    world.run("enrich --input people.csv --integrations linkedin_profile --parallel 16").exits(0);
    let mut bytes = fs::read(world.path(".marl/ledger.db")).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0x5a);
    world.write("broken.db", bytes);
    finds(doctor(&world, "--json --ledger broken.db"), 1, "ledger.sound", "bad", "broken.db is damaged");
    world.write("text.db", "no database, but long enough to be taken for one if nobody looks\n".repeat(30));
    finds(doctor(&world, "--json --ledger text.db"), 2, "ledger", "bad", "not a ledger of marl");
    finds(doctor(&world, "--json --ledger people.csv/x.db"), 1, "ledger.writable", "bad", "people.csv");
    finds(
        doctor(&world, "--json --ledger no/such/x.db"),
        0,
        "ledger",
        "ok",
        "the first run creates no/such/x.db",
    );
    assert!(!world.path("no").exists());
}

#[test]
fn calls_in_doubt() {
    let world = World::faulty(&["cut-before=1"]);
    world.write("people.csv", people(2, 2));
    world.run("enrich --input people.csv --integrations linkedin_profile").exits(9);
    finds(doctor(&world, "--json --offline"), 0, "ledger.doubts", "warn", "2 calls may have been paid for");
}

#[test]
fn settings_with_a_mistake() {
    let world = World::new();
    world.write("marl.toml", "[limits]\nmax_paralel = 4\n");
    insta::assert_snapshot!(doctor(&world, "--offline").exits(2).transcript());
    fs::remove_file(world.path("marl.toml")).unwrap();
    finds(doctor(&world, "--offline --json"), 0, "settings", "ok", "no marl.toml");
}

#[test]
fn help_lists_the_exit_codes_and_every_command() {
    let world = World::new();
    let codes = world.run("help exit-codes").exits(0).stdout;
    assert_eq!(world.run("exit-codes").exits(0).stdout, codes);
    let readme = include_str!("../../../../README.md").split("## Exit codes").nth(1).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let printed: Vec<(&str, &str)> =
        rows.skip(1).filter_map(|row| row.split_once(" | ")).filter(is_a_code).collect();
    let shown: Vec<(&str, &str)> = codes
        .lines()
        .skip(1)
        .map(|line| line.trim().split_once(' ').unwrap())
        .map(|(a, b)| (a, b.trim()))
        .filter(is_a_code)
        .collect();
    assert_eq!(shown, printed);
    for topic in ["", "enrich", "recipe new", "ledger forget"] {
        let (help, flag) = (world.run(&format!("help {topic}")), world.run(&format!("{topic} --help")));
        assert_eq!((help.code, help.stdout), (0, flag.stdout), "{topic}");
    }
    assert!(world.run("recipe help new").exits(0).stdout.contains("marl recipe new"));
    assert!(world.run("help nothing").exits(2).stderr.contains("unrecognized subcommand 'nothing'"));
}

fn is_a_code((code, _): &(&str, &str)) -> bool {
    code.parse::<u8>().is_ok()
}
