//! Tests that text from outside cannot control or disguise a terminal, wherever it is printed.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::json;

use crate::world::{Ran, World};

/// A colour, a title, a C1 control, a direction override, a line that looks like marl's own, a zero-width
/// space, a tag.
const HOSTILE: &str = "a\u{1b}[31m\u{1b}]0;t\u{7}\u{9b}2J\u{202e}b\u{200b}\u{2028}\u{e0041}c";

/// Checks both streams.
#[track_caller]
fn check(ran: &Ran) {
    for reported in [&ran.stdout, &ran.stderr] {
        let is_unsafe = |c: char| c != '\n' && marl_core::terminal::is_unsafe(c);
        assert!(!reported.contains(is_unsafe), "{reported:?}");
        assert!(!reported.lines().any(|line| line.starts_with("error: forged")), "{reported}");
    }
}

#[track_caller]
fn check_words(world: &World, words: &[&str]) -> Ran {
    let mut json = words.to_vec();
    json.push("--json");
    check(&world.run_words(&json));
    let ran = world.run_words(words);
    check(&ran);
    ran
}

#[test]
fn headers_and_cells() {
    let world = World::new();
    let header = format!("{HOSTILE}_company_domain,\"x\nerror: forged\",{HOSTILE}");
    world.write("leads.csv", format!("{header}\nnike.com,\"{HOSTILE}\",1\n{HOSTILE},y,2\n"));
    for words in [
        &["columns", "leads.csv"] as &[&str],
        &["rows", "leads.csv"],
        &["rows", "leads.csv", "--full"],
        &["rows", "leads.csv", "--columns", "nothing"],
        &["plan", "--input", "leads.csv", "--integrations", "find_ceo"],
        &["plan", "--input", "leads.csv", "--integrations", "find_ceo", "--sample", "2"],
        &["plan", "--input", "leads.csv", "--integrations", "linkedin_profile"],
        &["plan", "--input", "leads.csv", "--want", HOSTILE],
        &["enrich", "--input", "leads.csv", "--integrations", "find_ceo"],
        &["why", "leads_enriched.csv", "--row", "1", "--column", "ceo_name"],
        &["why", "leads_enriched.csv", "--row", "2", "--column", "ceo_name"],
        &["why", "leads_enriched.csv", "--row", "2", "--column", HOSTILE],
        &["recipe", "new", "--input", "leads.csv", "--integrations", "find_ceo"],
        &["rows", "leads.csv", "--filter", HOSTILE],
    ] {
        // The recipe is the text of a file, and is written unchanged to a file.
        if words[0] == "recipe" {
            check(&world.run_words(&[words, &["--json"]].concat()));
            continue;
        }
        check_words(&world, words);
    }
    let shown = world.run("rows leads.csv --full").stdout;
    assert!(shown.contains("\\u{202e}b\\u{200b}"), "{shown}");
}

#[test]
fn names_of_files_and_what_was_typed() {
    let world = World::new();
    let name = HOSTILE.replace('\u{2028}', "\n");
    let (table, bad) = (format!("{name}.csv"), format!("{name}bad.csv"));
    fs::write(world.path(&table), "company_domain\nnike.com\n").unwrap();
    fs::write(world.path(&bad), "a,b\n1\n").unwrap();
    fs::write(
        world.path(&format!("{name}.toml")),
        format!("[[step]]\nuse = \"x\"\n\"{}\" = 1\n", "k\u{202e}"),
    )
    .unwrap();
    let (recipe, ledger) = (format!("{name}.toml"), format!("{name}.db"));
    for words in [
        &["columns", &table] as &[&str],
        &["rows", &table],
        &["columns", &bad],
        &["plan", "--input", &table, "--integrations", "find_ceo"],
        &["plan", "--input", &table, "--integrations", HOSTILE],
        &["plan", "--input", &table, "--recipe", &recipe],
        &["enrich", "--input", &table, "--integrations", "find_ceo", "--ledger", &ledger],
        &["runs", "--ledger", &ledger],
        &["runs", "show", "9", "--ledger", &ledger],
        &["ledger", "stats", "--ledger", &ledger],
        &["describe", HOSTILE],
        &["schema", HOSTILE],
        &["tools", "show", HOSTILE],
        &[HOSTILE],
        &["rows", &table, HOSTILE],
        &["-v", "enrich", "--input", &table, "--integrations", "find_ceo", "--refresh"],
    ] {
        check_words(&world, words);
    }
}

/// A provider that answers every request with this status and body, until the test ends.
fn provider(status: u16, body: &serde_json::Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let body = body.to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 65_536];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    address
}

#[test]
fn replies_and_the_errors_of_a_provider() {
    let found =
        json!({ "headline": HOSTILE, "current_company": HOSTILE, "location": HOSTILE, "answer": HOSTILE });
    for (status, body) in [
        (200, json!({ "success": true, "data": { "success": true, "result": found } })),
        (200, json!({ "success": true, "data": { "success": false, "error": HOSTILE } })),
        (200, json!({ "success": false, "error": HOSTILE })),
        (200, json!(HOSTILE)),
        (400, json!({ "error": HOSTILE })),
        (401, json!({ "error": HOSTILE })),
        (404, json!({ "error": HOSTILE })),
        (422, json!(HOSTILE)),
    ] {
        let world = World::new();
        world.write("leads.csv", "linkedin_url,company_domain\nlinkedin.com/in/jane-doe,acme.com\n");
        let address = provider(status, &body);
        for words in [
            &["enrich", "--input", "leads.csv", "--integrations", "linkedin_profile,find_ceo"] as &[&str],
            &["-vv", "tools", "call", "get_linkedin_person_data", "--params", "{\"linkedin_url\": \"x\"}"],
            &["tools", "search", "x"],
            &["tools", "show", "x"],
            &["why", "leads_enriched.csv", "--row", "1", "--column", "headline"],
            &["runs", "show", "1"],
            &["ledger", "export"],
            &["doctor"],
        ] {
            let mut command = world.command("");
            let output = command.args(words).env("DATAGEN_API_BASE_URL", &address).output().unwrap();
            check(&world.ran(output));
        }
    }
}

/// A recipe with a step that has such a name.
#[test]
fn names_of_steps() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\nno domain\n");
    let name = "s\\u001b[31m\\u202e\\u200b";
    for step in [
        format!("[[step]]\nname = \"{name}\"\nuse = \"find_ceo\"\n"),
        format!("[[step]]\nuse = \"find_ceo\"\nprefix = \"{name}\"\n"),
        format!("[[step]]\nuse = \"find_ceo\"\ninputs = {{ company_domain = \"{name}\" }}\n"),
        format!("[[step]]\nname = \"{name}\"\nformula = '''\"x\" + {name}'''\n"),
    ] {
        world.write("recipe.toml", step);
        check_words(&world, &["plan", "--input", "leads.csv", "--recipe", "recipe.toml"]);
        check_words(
            &world,
            &["enrich", "--input", "leads.csv", "--recipe", "recipe.toml", "--output", "out.csv"],
        );
    }
}

#[test]
fn a_command_to_copy_does_what_it_shows() {
    let world = World::new();
    let name = "web\u{200b} site\u{202e}";
    world.write("leads.csv", format!("{name},{name}2\nx,y\n"));
    let failed =
        world.run_words(&["rows", "leads.csv", "--filter", "1 == 1", "--limit", "0", "--columns", name]);
    check(&failed);
    // The command for more rows names the column.
    world.write("leads.csv", format!("{name}\n{}", "x\n".repeat(40)));
    let more = world.run_words(&["rows", "leads.csv", "--columns", name, "--limit", "2", "--json"]).json();
    let more = more["more"].as_str().unwrap();
    assert!(!more.contains(marl_core::terminal::is_unsafe), "{more:?}");
    let script = more.replacen("marl", env!("CARGO_BIN_EXE_marl"), 1);
    let mut bash = std::process::Command::new("bash");
    let output = bash.args(["-c", &script]).current_dir(world.folder()).output().unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows["rows"][0]["row"], 3, "{more}");
    assert_eq!(rows["rows"][0]["cells"][name], "x");
}

/// Words and emoji stay as people wrote them.
#[test]
fn ordinary_text_is_legible() {
    let world = World::new();
    let family = "👩\u{200d}👩\u{200d}👧 Zoë e\u{301}té 李彦宏 می\u{200c}خواهم ❤\u{fe0f}";
    world.write("leads.csv", format!("name\n{family}\n"));
    assert!(world.run("rows leads.csv").stdout.contains(family));
    assert!(world.run("rows leads.csv --full").stdout.contains(family));
    assert_eq!(world.run("rows leads.csv --full --json").json()["rows"][0]["cells"]["name"], family);
}
