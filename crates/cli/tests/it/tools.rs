//! Tests of `marl tools`, and of the README's advice on errors.

use crate::world::{World, people};

#[test]
fn tools_are_looked_up_for_free_and_called_on_request() {
    let world = World::new();
    let found = world.run_words(&["tools", "search", "linkedin profile", "--json"]).exits(0).json();
    assert!(found["tools"].to_string().contains("get_linkedin_person_data"), "{found}");
    let text = world.run_words(&["tools", "search", "linkedin profile"]).exits(0).stdout;
    assert!(text.contains("get_linkedin_person_data"), "{text}");
    let shown = world.run("tools show get_linkedin_person_data").exits(0).json();
    assert_eq!(shown["details"]["inputSchema"]["required"][0], "linkedin_url");
    assert_eq!(world.stats().billed, 0);
    assert!(!world.path(".marl").exists(), "looking up is not recorded");

    let params = r#"{"linkedin_url":"https://www.linkedin.com/in/sandbox-person-0"}"#;
    let call = |extra: &[&str]| {
        world.run_words(&[&["tools", "call", "get_linkedin_person_data", "--params", params], extra].concat())
    };
    let called = call(&["--json"]).exits(0).json();
    assert_eq!((called["state"].as_str(), called["run"].as_i64()), (Some("found"), Some(1)));
    assert!(called["reply"].is_object(), "{called}");
    call(&[]).exits(0);
    assert_eq!(world.stats().billed, 2, "a call is always sent");
    // Its answer is stored like any other: a run with the same question uses it.
    world.write("people.csv", people(1, 1));
    world.run("enrich --input people.csv --integrations linkedin_profile").exits(0);
    assert_eq!(world.stats().billed, 2);
    assert_eq!(world.run_bare("runs --json").json()["total"], 3);
    let printed = world.run_bare("runs show 1").exits(0).stdout;
    assert!(printed.contains("call     datagen get_linkedin_person_data: found"), "{printed}");
    assert!(!printed.contains("null"), "{printed}");
    let unknown = world.run_bare("tools call get_linkedin_persn_data --sandbox --json").exits(6).error();
    let next = "marl tools search 'get linkedin persn data' --sandbox --json";
    assert_eq!(unknown["next_command"], next, "the sandbox's, not the provider's");
    let wrong = world.run_words(&["tools", "call", "x", "--params", "[1]"]).exits(2);
    assert!(wrong.stderr.contains("it must be a JSON object"), "{}", wrong.stderr);
}

#[test]
fn the_readmes_advice_matches_the_program() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let advice = readme.split("## When something is wrong").nth(1).unwrap();
    let advised = |reported: &str, word: &str| {
        assert!(reported.contains(word), "{word}: {reported}");
        assert!(advice.contains(word), "the README does not say: {word}");
    };
    let world = World::new();
    world.write("leads.csv", "name\nx\n");
    let unknown = world.run("enrich --input leads.csv --integrations find_coe").exits(6);
    advised(&unknown.stderr, "no integration is called");
    advised(&unknown.stderr, "marl integrations");
    let missing = world.run("enrich --input leads.csv --integrations find_ceo").exits(2);
    advised(&missing.stderr, "needs column");
    advised(&missing.stderr, "--map");
    let tool = world.run("tools call get_linkedin_persn_data --json").exits(6);
    advised(&tool.stderr, "marl tools search");
    let error: serde_json::Value = serde_json::from_str(tool.stderr.lines().last().unwrap()).unwrap();
    let next = error["error"]["next_command"].as_str().unwrap();
    let words = shlex_split(next);
    let words: Vec<&str> = words.iter().map(String::as_str).skip(1).collect();
    assert!(world.run_words(&words).exits(0).stdout.contains("get_linkedin_person_data"));
    world.write("people.csv", people(2, 2));
    let keyless = world.run_bare("enrich --input people.csv --integrations linkedin_profile").exits(3);
    advised(&keyless.stderr, "DATAGEN_API_KEY is not set");
    let doctor = world.run_bare("doctor --offline").exits(3);
    advised(&doctor.stdout, "DATAGEN_API_KEY is not set");
    assert!(advice.contains("marl doctor"));
}

/// The words of a command that the program printed: plain words, and words in single quotes.
fn shlex_split(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    parts
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            _ => vec![part.to_owned()],
        })
        .collect()
}
