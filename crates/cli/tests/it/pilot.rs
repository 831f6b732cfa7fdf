//! Tests of `--pilot N`: it selects rows that need calls and differ, before all rows are bought.

use crate::world::World;

const RUN: &str = "--input leads.csv --integrations linkedin_profile";

/// The numbers of the rows that have a headline.
fn filled(world: &World, table: &str) -> Vec<usize> {
    let headlines = world.column(table, "headline");
    headlines.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(at, _)| at + 1).collect()
}

fn write(world: &World, rows: &[&str]) {
    world.write("leads.csv", format!("linkedin_url,note\n{}\n", rows.join(",\n") + ","));
}

#[test]
fn a_pilot_selects_rows_that_need_calls_in_different_situations() {
    let world = World::new();
    write(&world, &["linkedin.com/in/sandbox-a", "linkedin.com/in/sandbox-b"]);
    world.run(&format!("enrich {RUN} --output first.csv")).exits(0);
    // Two rows with answers, three of one kind of which two ask the same question, one without an input, and
    // one with another spelling.
    let rows = [
        "linkedin.com/in/sandbox-a",
        "linkedin.com/in/sandbox-b",
        "linkedin.com/in/sandbox-c",
        "linkedin.com/in/sandbox-d",
        "",
        "linkedin.com/in/sandbox-c",
        "linkedin.com/in/sandbox-é",
    ];
    write(&world, &rows);
    let before = world.stats().calls;
    let pilot = |most: usize, output: &str| {
        world.run(&format!("enrich {RUN} --pilot {most} --output {output}"));
        (filled(&world, output), world.stats().calls - before)
    };
    assert_eq!(pilot(1, "one.csv"), (vec![3], 1));
    assert_eq!(pilot(2, "both.csv").1, 3, "one of each kind");
    write(&world, &["linkedin.com/in/sandbox-g", "linkedin.com/in/sandbox-h", "linkedin.com/in/sandbox-ö"]);
    let two = pilot(2, "two.csv");
    assert_eq!(two, (vec![1, 3], 5), "not the first two, which are of one kind");
    // The next pilot takes the remaining rows, and a pilot without such rows sends nothing.
    assert_eq!(pilot(5, "three.csv").1, 6);
    assert_eq!(pilot(5, "four.csv").1, 6);
}

#[test]
fn a_pilot_is_within_the_consent() {
    let world = World::new();
    let rows: Vec<String> = (0..6).map(|at| format!("linkedin.com/in/sandbox-{at}")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    write(&world, &rows);
    let plan = world.run(&format!("plan {RUN} --json")).exits(0).json();
    let hash = plan["plan"].as_str().unwrap().to_owned();
    world.run(&format!("enrich {RUN} --pilot 2 --plan {hash}")).exits(0);
    assert_eq!(world.stats().calls, 2);
    let whole = world.run(&format!("enrich {RUN} --plan {hash} --json")).exits(0).json();
    assert_eq!(world.stats().calls, 6);
    assert_eq!(whole["consent"]["calls_left"], 0, "{whole}");
    assert_eq!(filled(&world, "leads_enriched.csv"), [1, 2, 3, 4, 5, 6]);
    // The plan of a pilot shows what the pilot alone would send.
    write(&world, &["linkedin.com/in/sandbox-x", "linkedin.com/in/sandbox-y", "linkedin.com/in/sandbox-z"]);
    let plan = world.run(&format!("plan {RUN} --pilot 2 --output new.csv --json")).exits(0).json();
    assert_eq!(plan["send"]["exactly"], 2, "{plan}");
}

#[test]
fn a_pilot_is_a_number_and_excludes_a_limit() {
    let world = World::new();
    world.write("leads.csv", "company_domain\nnike.com\n");
    for args in ["--pilot 0", "--pilot x", "--pilot 5000", "--pilot 3 --limit 3"] {
        world.run(&format!("enrich {RUN} {args}")).exits(2);
    }
    assert_eq!(world.stats().calls, 0);
}
