//! Tests of the lists of errors beside their outputs.

use std::fs;

use crate::world::World;

#[test]
fn each_output_has_its_own_list_of_errors() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnot a domain\nnike.com\n");
    world.write("leads.jsonl", "{\"company_domain\": \"nike.com\"}\n");
    world.write("leads.tsv", "company_domain\tn\nnot a domain\t1\n3m.com\t2\n");
    let run = |name: &str| world.run(&format!("enrich --input {name} --integrations find_ceo"));
    run("leads.csv").exits(7);
    run("leads.tsv").exits(7);
    let list = world.read("leads_enriched.errors.csv");
    run("leads.jsonl").exits(0);
    assert_eq!(world.read("leads_enriched.errors.csv"), list);
    assert!(world.path("leads_enriched.errors.tsv.csv").exists());
    // A run without errors removes its own list, and no other list.
    world.write("leads.csv", "company_domain\n3m.com\nnike.com\n");
    fs::copy(world.path("leads_enriched.errors.csv"), world.path("keep.errors.csv")).unwrap();
    world.write("keep.csv", "company_domain\nnike.com\n");
    run("leads.csv").exits(0);
    assert!(!world.path("leads_enriched.errors.csv").exists());
    world.run("enrich --input keep.csv --integrations find_ceo --output keep.csv.csv").exits(0);
    world.run("enrich --input keep.csv --integrations find_ceo --output sub.csv").exits(0);
    assert_eq!(world.read("keep.errors.csv"), list);
}

#[test]
fn an_edited_list_stays_and_the_new_one_is_written_beside_it() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnot a domain\nnike.com\n");
    let run = || world.run("enrich --input leads.csv --integrations find_ceo");
    run().exits(7);
    let edited = world.read("leads_enriched.errors.csv") + "9,mine,note,done\n";
    world.write("leads_enriched.errors.csv", &edited);
    let ran = run().exits(7);
    assert!(ran.stderr.contains("leads_enriched.errors.unfinished.csv"), "{}", ran.stderr);
    assert_eq!(world.read("leads_enriched.errors.csv"), edited);
    world.write("leads.csv", "company_domain\n3m.com\nnike.com\n");
    run().exits(0);
    assert_eq!(world.read("leads_enriched.errors.csv"), edited);
}

/// A run that never asked a provider must not replace the list of errors.
#[test]
fn a_run_without_a_key_leaves_an_older_list_of_errors() {
    let world = World::new();
    let people = "linkedin_url\nhttps://www.linkedin.com/in/sandbox-jane-doe\nnot an address\n";
    world.write("leads.csv", people);
    world.run("enrich --input leads.csv --integrations linkedin_profile").exits(7);
    let before = (world.read("leads_enriched.csv"), world.read("leads_enriched.errors.csv"));
    world.run_bare("enrich --input leads.csv --integrations linkedin_profile --refresh --rows 1").exits(3);
    assert_eq!((world.read("leads_enriched.csv"), world.read("leads_enriched.errors.csv")), before);
}

/// A list to which the user added a column, or that marl did not write, stays and blocks nothing.
#[test]
fn a_list_of_errors_with_notes_of_the_user_blocks_nothing() {
    let notes = |list: String| {
        list.lines()
            .map(|line| format!("{line},{}\n", if line.starts_with("row") { "note" } else { "asked Jane" }))
            .collect::<String>()
    };
    let wider: [fn(String) -> String; 2] =
        [|list| list.replace('\n', "\r\n"), |_| "my,own\n1,2\n".to_owned()];
    let edits: [&dyn Fn(String) -> String; 3] = [&notes, &wider[0], &wider[1]];
    for edit in edits {
        let world = World::new();
        world.write("leads.csv", "company_domain\nnot a domain\nnike.com\n");
        let run = || world.run("enrich --input leads.csv --integrations find_ceo");
        run().exits(7);
        let edited = edit(world.read("leads_enriched.errors.csv"));
        world.write("leads_enriched.errors.csv", &edited);
        for _ in 0..3 {
            let ran = run().exits(7);
            assert!(ran.stderr.contains("leads_enriched.errors.unfinished.csv"), "{}", ran.stderr);
            assert!(world.read("leads_enriched.errors.unfinished.csv").contains("not a domain"));
        }
        assert!(
            !world.path("leads_enriched.errors.unfinished-2.csv").exists(),
            "marl's own list is replaced"
        );
        assert_eq!(world.read("leads_enriched.errors.csv"), edited);
        world.write("leads.csv", "company_domain\n3m.com\nnike.com\n");
        run().exits(0);
        assert_eq!(world.read("leads_enriched.errors.csv"), edited);
        world.write("leads.csv", "company_domain\nnot a domain\nnike.com\n");
        world.run("enrich --input leads.csv --integrations find_ceo --overwrite").exits(7);
        assert!(world.read("leads_enriched.errors.csv").starts_with("row,integration,kind,message\n1,"));
        fs::remove_file(world.path("leads_enriched.errors.csv")).unwrap();
        run().exits(7);
    }
}
