//! The documents that programs read.

use crate::world::World;

#[test]
fn one_document_for_a_run() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\nnike.com\nno domain\n\"\"\nnobody.example\n");
    let ran = world.run("enrich --input leads.csv --integrations find_ceo --json").exits(7);
    insta::assert_snapshot!(ran.told());
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
    assert_eq!(names, ["find_ceo", "linkedin_profile", "web_research"]);
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
