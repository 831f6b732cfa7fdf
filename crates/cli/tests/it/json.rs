//! Tests of the documents for programs.

use crate::world::World;

#[test]
fn one_document_for_a_run() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\nnike.com\nno domain\n\"\"\nnobody.example\n");
    let ran = world.run("enrich --input leads.csv --integrations find_ceo --json").exits(7);
    insta::assert_snapshot!(ran.transcript());
}

#[test]
fn the_registry() {
    let world = World::new();
    let list = world.run("integrations --json").exits(0).json();
    let names: Vec<&str> = list["integrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|known| known["name"].as_str().unwrap())
        .collect();
    assert!(["find_ceo", "linkedin_profile", "web_research"].iter().all(|name| names.contains(name)));
    for name in names {
        let one = world.run(&format!("describe {name} --json")).exits(0).json();
        for key in ["schema_version", "name", "version", "description", "inputs", "outputs", "calls"] {
            assert!(!one[key].is_null(), "{name} {key}");
        }
        assert_eq!(one["calls"][0]["most_per_row"], 1);
    }
    insta::assert_snapshot!(world.run("describe find_ceo --json").stdout);
}

#[test]
fn progress_lines_are_json_on_stderr() {
    let options =
        sandbox::Options { latency: std::time::Duration::from_millis(700), ..sandbox::Options::default() };
    let world = World::with(options);
    world.write("leads.csv", "company_domain\nnike.com\n3m.com\n");
    let ran = world
        .run("enrich --input leads.csv --integrations find_ceo --parallel 1 --json --progress jsonl")
        .exits(0);
    let line: serde_json::Value = serde_json::from_str(ran.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(line["progress"]["rows"], 2);
    assert_eq!(ran.json()["status"], "finished");
}

#[test]
fn each_error_is_one_line_and_its_next_command_runs() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n");
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    let plan = world.run("plan --input leads.csv --integrations find_ceo --json").exits(0).json();
    let hash = plan["plan"].as_str().unwrap();
    let moved =
        format!("enrich --input leads.csv --integrations find_ceo --existing overwrite --plan {hash} --json");
    for (args, code, next) in [
        (
            "enrich --input leads.csv --integrations find_coe --json",
            "not_found",
            "marl enrich --input leads.csv --integrations find_ceo --json",
        ),
        ("enrich --input leads.csv --integrations qqqq --json", "not_found", "marl integrations --json"),
        ("enrich --input leads.csv --no-such-flag --json", "usage", "marl enrich --help"),
        ("runs show 99 --json", "not_found", "marl runs --json --ledger "),
        (
            &moved,
            "plan_changed",
            "marl plan --input leads.csv --integrations find_ceo --existing overwrite --json",
        ),
    ] {
        let ran = world.run(args);
        let line = ran.stderr.lines().last().unwrap();
        let error = &serde_json::from_str::<serde_json::Value>(line).unwrap()["error"];
        assert_eq!(error["code"], code, "{line}");
        assert_eq!((&error["retryable"], &error["billed"]), (&false.into(), &false.into()));
        assert_eq!(error["details"]["exit_code"], ran.code);
        let command =
            error["next_command"].as_str().unwrap().replace("[DIR]", &world.folder().display().to_string());
        assert!(command.starts_with(next.trim_end()), "{command}");
        world.run(command.strip_prefix("marl ").unwrap()).exits(0);
    }
    let keyless = world.run_bare("enrich --input leads.csv --integrations linkedin_profile --map linkedin_profile.linkedin_url=company_domain --json");
    assert!(keyless.code != 0);
    world.write("people.csv", "linkedin_url\nlinkedin.com/in/sandbox-jo\n");
    let keyless = world.run_bare("enrich --input people.csv --integrations linkedin_profile --json").exits(3);
    let error =
        &serde_json::from_str::<serde_json::Value>(keyless.stderr.lines().last().unwrap()).unwrap()["error"];
    // Not the sandbox: a program that follows the command would take samples for answers.
    assert_eq!(error["next_command"], "marl doctor --json");
    assert!(error["hint"].as_str().unwrap().contains("--sandbox"));
}
