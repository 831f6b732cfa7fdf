//! Tests of answers in an older output that the ledger no longer has: each of them stays in its row, or the
//! older output stays.

use sandbox::Options;

use crate::world::{Ran, World};

const LEADS: &str = "name,website,linkedin_url\n\
                     Jane Doe,nike.com,https://www.linkedin.com/in/sandbox-jane\n\
                     John Roe,3m.com,https://www.linkedin.com/in/sandbox-john\n\
                     Ann Poe,sanmina.com,https://www.linkedin.com/in/sandbox-ann\n";

const BOTH: &str = "enrich --input leads.csv --integrations web_research,linkedin_profile";
const PROFILES: &str = "enrich --input leads.csv --integrations linkedin_profile";

/// Companies and persons with answers in `leads_enriched.csv`, and a ledger from which all answers were
/// removed.
fn pruned() -> World {
    let world = World::new();
    world.write("leads.csv", LEADS);
    world.run(BOTH).exits(0);
    world.run("ledger prune --older-than 0s").exits(0);
    world
}

fn stacks(world: &World) -> Vec<String> {
    world.column("leads_enriched.csv", "tech_stack")
}

/// Checks that the older output is unchanged, and that this run's table lies beside it.
#[track_caller]
fn stays(world: &World, older: &str, ran: Ran, code: i32) {
    let ran = ran.exits(code);
    assert_eq!(world.read("leads_enriched.csv"), older, "{}", ran.stderr);
    assert!(ran.stderr.contains("leads_enriched.csv stays as it was"), "{}", ran.stderr);
    assert!(ran.stderr.contains("leads_enriched.unfinished"), "{}", ran.stderr);
}

#[test]
fn an_edit_that_does_not_change_the_question_keeps_the_answer() {
    for (from, to) in [
        ("nike.com", "https://NIKE.com/"),
        ("nike.com", "www.nike.com"),
        ("3m.com", " 3M.COM"),
        ("website", "Homepage"),
        ("website", "company_domain"),
        ("name,website", "name,Domain of the firm"),
        // Cells that other steps read, or that no step reads.
        ("sandbox-john", "sandbox-johnny"),
        ("Ann Poe", "Ann Roe"),
        ("name,", "Full name,"),
        ("name,", "\"na\"\"me\","),
    ] {
        let world = pruned();
        let before = stacks(&world);
        assert!(before.iter().all(|cell| !cell.is_empty()));
        world.write("leads.csv", LEADS.replace(from, to));
        let ran = world.run(PROFILES).exits(0);
        assert_eq!(stacks(&world), before, "{from} -> {to}: {}", ran.stderr);
        assert!(!world.path("leads_enriched.unfinished.csv").exists());
        // And once more, based on what this run recorded.
        world.run("ledger prune --older-than 0s").exits(0);
        world.write("leads.csv", LEADS);
        world.run(PROFILES).exits(0);
        assert_eq!(stacks(&world), before, "{from} -> {to}");
    }
}

/// The question's own answer is gone from the ledger, and this run does not reach its row.
#[test]
fn an_answer_that_is_not_bought_again_is_compared_by_its_question() {
    let more = "Jim Doe,kroger.com,https://www.linkedin.com/in/sandbox-jim\n";
    for (from, to) in [
        ("3m.com", "https://3M.com/"),
        ("website", "Homepage"),
        ("sandbox-john", "sandbox-johnny"),
        ("John Roe", "Johnny Roe"),
    ] {
        let world = pruned();
        let older = world.read("leads_enriched.csv");
        world.write("leads.csv", LEADS.replace(from, to) + more);
        let ran = world.run(&format!("{BOTH} --rows 1,3-4"));
        assert!(ran.stderr.contains("of row 2"), "{from} -> {to}: {}", ran.stderr);
        stays(&world, &older, ran, 12);
    }
}

#[test]
fn a_carried_answer_whose_row_asks_something_else_is_a_loss() {
    // The row is recognised by its name, then by its profile, then by its neighbours.
    for table in [
        LEADS.replace("3m.com", "kroger.com"),
        LEADS.replace("3m.com", "kroger.com").replace("John", "Johnny"),
        "country,website\nUS,nike.com\nUS,kroger.com\nUS,sanmina.com\n".to_owned(),
    ] {
        let world = World::new();
        let first =
            if table.starts_with("country") { table.replace("kroger", "3m") } else { LEADS.to_owned() };
        world.write("leads.csv", &first);
        world.run("enrich --input leads.csv --integrations web_research").exits(0);
        world.run("ledger prune --older-than 0s").exits(0);
        let older = world.read("leads_enriched.csv");
        world.write("leads.csv", &table);
        let ran = world.run("enrich --input leads.csv --integrations find_ceo");
        assert!(ran.stderr.contains("of row 2"), "{}", ran.stderr);
        stays(&world, &older, ran, 12);
    }
}

#[test]
fn removed_rows_are_reported_and_do_not_count_as_lost() {
    let world = pruned();
    let before = stacks(&world);
    let lines: Vec<&str> = LEADS.lines().collect();
    let table = format!(
        "{}\n{}\nJim Doe,kroger.com,https://www.linkedin.com/in/sandbox-jim\n{}\n",
        lines[0], lines[3], lines[1]
    );
    world.write("leads.csv", table);
    let ran = world.run(PROFILES).exits(0);
    assert!(ran.stderr.contains("removed  1 row of the older output, with its answers"), "{}", ran.stderr);
    assert_eq!(stacks(&world), [before[2].as_str(), "", &before[0]]);
    world.write("leads.csv", LEADS.lines().next().unwrap().to_owned() + "\n");
    let ran = world.run(&format!("{PROFILES} --json")).exits(0).json();
    assert_eq!(ran["rows_removed"], 3, "{ran}");
}

#[test]
fn rows_that_ask_the_same_keep_their_own_answers() {
    let table = "contact,linkedin_url,website\n\
                 1,https://www.linkedin.com/in/jane-doe-1,nike.com\n\
                 2,https://www.linkedin.com/in/jane-doe-1,nike.com\n";
    // For unknown profiles, each seed has other answers.
    for seed in 1..20 {
        let (world, other) = (World::new(), World::with(Options { seed, ..Options::default() }));
        world.write("leads.csv", table);
        world.run(PROFILES).exits(0);
        let newer = "enrich --input leads_enriched.csv --integrations linkedin_profile --rows 1 --refresh \
                     --output two.csv";
        let mut command = world.command(newer);
        command.env("DATAGEN_API_BASE_URL", other.address());
        world.ran(command.output().unwrap());
        if !world.path("two.csv").exists() {
            continue;
        }
        let headlines = || world.column("two.csv", "headline");
        let before = headlines();
        if before[0] == before[1] || before.iter().any(String::is_empty) {
            continue;
        }
        let find = "enrich --input leads.csv --integrations web_research --output two.csv";
        // In another order, each row keeps its own answer.
        let lines: Vec<&str> = table.lines().collect();
        world.write("leads.csv", format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1]));
        world.run(find).exits(0);
        assert_eq!(headlines(), [before[1].as_str(), &before[0]]);
        // If nothing distinguishes the rows, the older output stays.
        let older = world.read("two.csv");
        let contacts = world.read("leads.csv").replace("\n2,", "\n4,").replace("\n1,", "\n3,");
        world.write("leads.csv", contacts);
        world.run(find).exits(12);
        assert_eq!(world.read("two.csv"), older);
        return;
    }
    panic!("no seed gives other headlines");
}

/// Without the column that the question read, a row is recognised by the other columns if they are unique.
#[test]
fn removing_a_column_loses_no_answer() {
    let without = |table: &str| -> String {
        let cells = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
        cells.map(|cells| format!("{},{}\n", cells[0], cells[2])).collect()
    };
    let world = pruned();
    let before = stacks(&world);
    for table in [without(LEADS), LEADS.to_owned()] {
        let (header, rows) = table.split_once('\n').unwrap();
        let reversed: Vec<&str> = rows.lines().rev().collect();
        world.write("leads.csv", format!("{header}\n{}\n", reversed.join("\n")));
        world.run(PROFILES).exits(0);
        assert_eq!(stacks(&world).into_iter().rev().collect::<Vec<_>>(), before, "{table}");
    }
}

#[test]
fn an_added_row_with_the_same_question_shares_the_answer() {
    let world = pruned();
    let before = stacks(&world);
    let more = "Zoe Doe,http://nike.com,https://www.linkedin.com/in/sandbox-zoe\n";
    let (header, rows) = LEADS.split_once('\n').unwrap();
    world.write("leads.csv", format!("{header}\n{more}{rows}"));
    world.run(PROFILES).exits(0);
    assert_eq!(stacks(&world), [&before[..1], &before].concat());
}

/// A step has a condition: an additional row that asks the same question and is skipped loses nothing.
#[test]
fn an_added_row_that_is_skipped_loses_nothing() {
    let world = World::new();
    world.write("leads.csv", "country,website\nUS,nike.com\n");
    let run = |code| world.find_ceo_where("country == \"US\"").exits(code);
    run(0);
    world.write("leads.csv", "country,website\nDE,nike.com\nUS,nike.com\n");
    run(0);
    let names = world.column("leads_enriched.csv", "ceo_name");
    assert!(names[0].is_empty() && !names[1].is_empty(), "{names:?}");
}

#[test]
fn what_marl_filled_in_a_column_of_the_table_stays() {
    for name in ["crm.csv", "crm.jsonl"] {
        let world = World::new();
        let table = match name {
            "crm.csv" => "Website,CEO,Note\nnike.com,,a\n3m.com,Jane Doe,b\nsanmina.com,,c\n",
            _ => {
                "{\"Website\": \"nike.com\", \"CEO\": null, \"Note\": \"a\"}\n{\"Website\": \"3m.com\", \"CEO\": \"Jane Doe\", \"Note\": \"b\"}\n{\"Website\": \"sanmina.com\", \"Note\": \"c\"}\n"
            }
        };
        world.write(name, table);
        let output = name.replace('.', "_enriched.");
        let names = || -> Vec<serde_json::Value> {
            let rows = world.run(&format!("rows {output} --json")).exits(0).json();
            rows["rows"].as_array().unwrap().iter().map(|row| row["cells"]["CEO"].clone()).collect()
        };
        world
            .run(&format!("enrich --input {name} --integrations find_ceo --into find_ceo.ceo_name=CEO"))
            .exits(0);
        let before = names();
        world.run("ledger prune --older-than 0s").exits(0);
        let second = format!("enrich --input {name} --integrations web_research --json");
        let ran = world.run(&second).exits(0).json();
        assert_eq!(names(), before, "{ran}");
        assert_eq!(ran["columns_carried"], serde_json::json!(["CEO", "ceo_linkedin_url"]));
        // Once the user fills a cell, it is the table's own.
        world.write(name, table.replace("nike.com,,", "nike.com,Ann Poe,").replace("null", "\"Ann Poe\""));
        world.run(&second).exits(0);
        assert_eq!((&names()[0], &names()[2]), (&"Ann Poe".into(), &before[2]));
    }
}

/// An answer that depends on a cell that marl filled is not carried to a row in which the user changed that
/// cell.
#[test]
fn an_answer_about_a_cell_that_the_user_changed_is_a_loss() {
    let world = World::new();
    world.write("crm.csv", "Website,Page\nnike.com,\n3m.com,\n");
    let steps = "--integrations find_ceo,linkedin_profile --into find_ceo.ceo_linkedin_url=Page --map linkedin_profile.linkedin_url=Page";
    world.run(&format!("enrich --input crm.csv {steps}")).exits(0);
    let older = world.read("crm_enriched.csv");
    let page = world.column("crm_enriched.csv", "Page").remove(0);
    let second = "enrich --input crm.csv --integrations web_research";
    world.run("ledger prune --older-than 0s").exits(0);
    world.write(
        "crm.csv",
        format!("Website,Page\nnike.com,{}/\n3m.com,\n", page.trim_start_matches("https://")),
    );
    world.run(second).exits(0);
    assert_eq!(world.column("crm_enriched.csv", "headline").len(), 2);
    assert!(!world.column("crm_enriched.csv", "headline")[0].is_empty(), "another spelling of the same");
    world.write("crm_enriched.csv", &older);
    world.write("crm.csv", "Website,Page\nnike.com,https://www.linkedin.com/in/sandbox-ann\n3m.com,\n");
    world.run(second).exits(12);
    assert_eq!(world.read("crm_enriched.csv"), older);
}

/// A newer answer of one step must not be combined with another step's answer about the older one.
#[test]
fn an_answer_about_an_outdated_answer_is_a_loss() {
    let world = World::new();
    world.write("leads.csv", "name,site\na,nike.com\nb,3m.com\n");
    let run = |steps: &str| {
        world.run(&format!("enrich --input leads.csv --integrations {steps} --map company_domain=site"))
    };
    run("find_ceo,linkedin_profile").exits(0);
    let older = world.read("leads_enriched.csv");
    // The first company has changed, and only its CEO is asked for.
    world.write("leads.csv", "name,site\na,sanmina.com\nb,3m.com\n");
    stays(&world, &older, run("find_ceo"), 12);
}

/// Cells of the table that an answer replaced stay replaced.
#[test]
fn what_marl_replaced_in_a_column_of_the_table_stays() {
    for name in ["crm.csv", "crm.jsonl"] {
        let world = World::new();
        let table = match name {
            "crm.csv" => "Website,CEO\nnike.com,\"Jane, Doe\"\n3m.com,\nnobody-knows.example,\"Ann, Poe\"\n",
            _ => {
                "{\"Website\": \"nike.com\", \"CEO\": \"Jane Doe\"}\n{\"Website\": \"3m.com\"}\n{\"Website\": \"nobody-knows.example\", \"CEO\":  \"Ann Poe\"}\n"
            }
        };
        world.write(name, table);
        let into = "find_ceo --into find_ceo.ceo_name=CEO --existing overwrite";
        world.run(&format!("enrich --input {name} --integrations {into}")).exits(0);
        let output = name.replace('.', "_enriched.");
        let names = || {
            let rows = world.run(&format!("rows {output} --json")).exits(0).json();
            rows["rows"].as_array().unwrap().iter().map(|row| row["cells"]["CEO"].clone()).collect::<Vec<_>>()
        };
        let before = names();
        assert_eq!(before[0], "Elliott Hill");
        world.run(&format!("enrich --input {name} --integrations web_research")).exits(0);
        assert_eq!(names(), before);
        let own =
            if name == "crm.csv" { "nobody-knows.example,\"Ann, Poe\"," } else { "\"CEO\":  \"Ann Poe\"" };
        assert!(world.read(&output).contains(own), "the table's own cells keep their text");
    }
}

/// Before records listed what each step reads, rows were recognised by the text of all columns read.
#[test]
fn a_record_of_an_older_version_is_readable() {
    let world = pruned();
    let before = stacks(&world);
    let notes = world.read(".marl/outputs.jsonl");
    let old: String = notes
        .lines()
        .map(|line| {
            let mut note: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(note.as_object_mut().unwrap().remove("asked").is_some(), "{note}");
            format!("{note}\n")
        })
        .collect();
    world.write(".marl/outputs.jsonl", &old);
    let mut rows: Vec<&str> = LEADS.lines().collect();
    rows[1..].reverse();
    world.write("leads.csv", rows.join("\n") + "\n");
    world.run(PROFILES).exits(0);
    assert_eq!(stacks(&world).into_iter().rev().collect::<Vec<_>>(), before);
}
