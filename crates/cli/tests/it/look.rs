//! Tests of `marl columns` and `marl rows`: they look at a table, with bounded output that is safe for
//! terminals.

use std::fmt::Write;

use crate::world::World;

/// The length limit of a document.
const BOUND: usize = 25_000;

/// A byte order mark, Windows line ends, quotes, a line break in a cell, and text that a terminal would
/// interpret or hide.
const AWKWARD: &str = "\u{feff}company_domain,Name,note,staff\r\n\
    acme.com,\"Acme, \"\"Inc.\"\"\",\"two\r\nlines\",\"1,200\"\r\n\
    https://www.nike.com/about,B\u{fc}cher \u{674e}\u{5f66}\u{5b8f},\u{1b}[31mred\u{1b}[0m\u{9b}2J\u{202e},11-50\r\n\
    no domain,,\u{1b}]0;owned\u{7}title,12.5k\r\n\
    3m.com,\" \",,many\r\n";

/// A table of 100,000 rows with long cells.
fn large(world: &World) {
    let mut table = String::from("id,company_domain,kind,text\n");
    let text = "long ".repeat(45);
    for row in 1..=100_000 {
        writeln!(table, "{row},company-{}.com,{},{row} {text}", row % 1_000, row % 3).unwrap();
    }
    writeln!(table, "1,a.com,9,last").unwrap();
    world.write("large.csv", table);
}

#[test]
fn columns_lists_the_number_of_placeholders() {
    let world = World::new();
    world.write("t.csv", "Website,CEO\nnike.com,N/A\nibm.com,#REF!\n3m.com,Jane Doe\nhttp://,\nunknown,\n");
    let printed = world.run("columns t.csv --json").exits(0).json();
    let counts: Vec<(u64, u64)> = printed["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| (column["filled"].as_u64().unwrap(), column["said_nothing"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [(5, 2), (3, 2)]);
    let printed = world.run("columns t.csv").exits(0).stdout;
    assert!(printed.contains("3 (60%; 2 placeholders)"), "{printed}");
    // A run counts the same cells.
    let plan = "plan --input t.csv --integrations find_ceo --into ceo_name=CEO --map company_domain=Website";
    let plan = world.run(&format!("{plan} --rows 1-3 --json")).exits(0).json();
    assert_eq!(plan["cells_said_nothing"]["at_most"], 2);
}

#[test]
fn columns_of_an_awkward_table() {
    let world = World::new();
    world.write("leads.csv", AWKWARD);
    let human = world.run("columns leads.csv").exits(0);
    let json = world.run("columns leads.csv --json").exits(0);
    assert_eq!(json.stderr, "");
    let columns = json.json()["columns"].clone();
    let kinds: Vec<&str> = (0..4).map(|at| columns[at]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["domain", "text", "text", "integer"]);
    insta::assert_snapshot!(format!("{}\n{}", human.transcript(), json.transcript()));
    assert_eq!(world.stats().calls, 0);
    assert!(!world.path(".marl").exists());
}

#[test]
fn rows_of_an_awkward_table() {
    let world = World::new();
    world.write("leads.csv", AWKWARD);
    let commands = ["", " --full", " --json", " --json --full", " --columns staff,company_domain --rows 2-3"];
    let transcripts: Vec<String> = commands
        .iter()
        .map(|flags| {
            let ran = world.run(&format!("rows leads.csv{flags}")).exits(0);
            let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!ran.stdout.contains(steers) && !ran.stderr.contains(steers), "{:?}", ran.stdout);
            format!("$ marl rows leads.csv{flags}\n{}", ran.transcript())
        })
        .collect();
    insta::assert_snapshot!(transcripts.join("\n"));
    // Whole cells equal the table's own to the last character, through JSON's escapes.
    let whole = world.run("rows leads.csv --json --full --rows 2").json();
    assert_eq!(whole["rows"][0]["cells"]["note"], "\u{1b}[31mred\u{1b}[0m\u{9b}2J\u{202e}");
    assert_eq!(whole["truncated"], false);
    assert_eq!(world.run("rows leads.csv --json").json()["truncated"], true);
    assert_eq!(world.run("rows leads.csv --json --rows 4").json()["truncated"], false);
}

#[test]
fn names_of_columns_do_not_control_the_terminal() {
    let world = World::new();
    world.write("leads.csv", "\u{1b}]0;x\u{7}a,b\u{202e}\u{9b}2J_linkedin_url\n1,linkedin.com/in/jane-doe\n");
    for command in
        ["columns leads.csv", "rows leads.csv", "rows leads.csv --full", "rows leads.csv --columns x"]
    {
        for flag in ["", " --json"] {
            let ran = world.run(&format!("{command}{flag}"));
            let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            let reported = ran.stdout + &ran.stderr;
            assert!(!reported.contains(steers), "{command}{flag}: {reported:?}");
        }
    }
    let runs = world.run("columns leads.csv --json").json()["integrations"][0].clone();
    assert_eq!(runs["inputs"]["linkedin_url"], "b\u{202e}\u{9b}2J_linkedin_url");
}

#[test]
fn a_header_without_rows() {
    let world = World::new();
    world.write("leads.csv", "company_domain,name\n");
    let commands =
        ["columns leads.csv", "columns leads.csv --json", "rows leads.csv", "rows leads.csv --json"];
    let transcripts = commands.map(|command| world.run(command).exits(0).transcript());
    insta::assert_snapshot!(transcripts.join("\n"));
}

#[test]
fn a_large_table_gives_a_small_answer() {
    let world = World::new();
    large(&world);
    let columns = world.run("columns large.csv --json").exits(0);
    assert!(columns.stdout.chars().count() < BOUND);
    let described = columns.json()["columns"].clone();
    let distinct: Vec<Option<u64>> = (0..4).map(|at| described[at]["distinct"].as_u64()).collect();
    assert_eq!(distinct, [Some(100_000), Some(1_001), Some(4), None]);
    let ids: Vec<String> = (0..=100_000).map(|row| row.to_string()).collect();
    world.write("ids.csv", format!("id\n{}\n", ids.join("\n")));
    let human = world.run("columns ids.csv").exits(0);
    assert!(human.stdout.contains("more than 100,000"), "{}", human.stdout);

    let rows = world.run("rows large.csv --json --limit 5000").exits(0);
    assert!(rows.stdout.chars().count() < BOUND);
    let page = rows.json();
    assert_eq!((&page["rows_total"], &page["rows_matching"]), (&100_001.into(), &100_001.into()));
    let shown = page["shown"].as_u64().unwrap();
    assert!((50..200).contains(&shown), "{shown}");
    let next = shown + 1;
    assert_eq!(page["more"], format!("marl rows large.csv --rows {next}- --limit 5000 --json"));
    assert!(world.run("rows large.csv --limit 5000").exits(0).stdout.chars().count() < BOUND);
}

#[test]
fn the_command_for_more_continues_where_the_page_ends() {
    let world = World::new();
    let mut table = String::from("id,\"a, b\",kind\n");
    (1..=50).for_each(|row| writeln!(table, "{row},{},{}", row * 2, row % 5).unwrap());
    world.write("my table.csv", table);
    let mut seen: Vec<u64> = Vec::new();
    let mut words = vec!["rows".to_owned(), "my table.csv".to_owned()];
    words.extend(
        ["--filter", "kind < 2", "--column-type", "kind=integer", "--columns", "a, b,id"].map(str::to_owned),
    );
    words.extend(["--limit", "6", "--rows", "40-,2-30", "--json"].map(str::to_owned));
    loop {
        let list: Vec<&str> = words.iter().map(String::as_str).collect();
        let page = world.run_words(&list).exits(0).json();
        let rows = page["rows"].as_array().unwrap();
        assert!(rows.len() <= 6);
        seen.extend(rows.iter().map(|row| row["row"].as_u64().unwrap()));
        assert_eq!(rows[0]["cells"].as_object().unwrap().len(), 2);
        let Some(more) = page["more"].as_str() else { break };
        words = shlex::split(more).unwrap();
        assert_eq!(words.remove(0), "marl");
    }
    let expect: Vec<u64> =
        (1..=50).filter(|row| row % 5 < 2 && ((2..=30).contains(row) || *row >= 40)).collect();
    assert_eq!(seen, expect);
}

#[test]
fn tables_in_other_formats() {
    let world = World::new();
    world.write(
        "people.jsonl",
        "{\"name\": \"A\", \"linkedin_url\": \"linkedin.com/in/jane-doe\", \"tags\": [\"x\", \"y\"], \"n\": 1.50}\n\
         {\"name\": null, \"n\": {\"a\": 1}, \"late\": true}\n",
    );
    world.write("mails.tsv", "mail\tcite\njane@acme.com\thttps://medium.com/@acme\n");
    world.write("odd.csv", "a;b\n1;2\n3;4\n");
    let commands = [
        "columns people.jsonl --json",
        "rows people.jsonl --json",
        "rows people.jsonl --filter n==\"1.50\"",
        "columns mails.tsv",
        "rows mails.tsv",
        "columns odd.csv --delimiter ;",
        "rows odd.csv --delimiter ; --limit 1",
    ];
    let transcripts =
        commands.map(|command| format!("$ marl {command}\n{}", world.run(command).exits(0).transcript()));
    insta::assert_snapshot!(transcripts.join("\n"));
}

#[test]
fn many_columns() {
    let world = World::new();
    let names: Vec<String> = (1..=3_000).map(|at| format!("column {at}")).collect();
    let cells: Vec<String> = (1..=3_000).map(|at| format!("{at} {}", "cell ".repeat(30))).collect();
    world.write("wide.csv", format!("{}\n{}\n{}\n", names.join(","), cells.join(","), cells.join(",")));
    let columns = world.run("columns wide.csv --json").exits(0);
    assert!(columns.stdout.chars().count() < BOUND);
    let document = columns.json();
    assert_eq!((&document["columns_total"], &document["shown"]), (&3_000.into(), &100.into()));
    assert_eq!(document["more"], "marl columns wide.csv --all --json");
    let all = world.run("columns wide.csv --json --all").exits(0).json();
    assert_eq!((all["columns"].as_array().unwrap().len(), &all["more"]), (3_000, &serde_json::Value::Null));

    let rows = world.run("rows wide.csv --json").exits(0);
    assert!(rows.stdout.chars().count() < BOUND);
    let page = rows.json();
    let left_out = page["columns_left_out"].as_u64().unwrap();
    let kept = page["rows"][0]["cells"].as_object().unwrap().len() as u64;
    assert_eq!((left_out + kept, &page["shown"]), (3_000, &1.into()));
    let one = world.run_words(&["rows", "wide.csv", "--json", "--columns", "column 2999"]).exits(0).json();
    assert_eq!((&one["shown"], &one["columns_left_out"]), (&2.into(), &serde_json::Value::Null));
    let human = world.run("rows wide.csv").exits(0);
    assert!(human.stdout.lines().all(|line| line.chars().count() <= 100), "{}", human.stdout);
    assert!(human.stderr.contains("of 3,000 fit"), "{}", human.stderr);
}

#[test]
fn conditions_that_cannot_be_evaluated_are_counted() {
    let world = World::new();
    world.write("leads.csv", "name,staff\na,10\nb,some\nc,60\nd,\ne,none known\nf,lots\n");
    let filter = ["--filter", "staff > 50", "--column-type", "staff=integer"];
    let human = world.run_words(&[&["rows", "leads.csv"][..], &filter].concat()).exits(0);
    let json = world.run_words(&[&["rows", "leads.csv", "--json"][..], &filter].concat()).exits(0);
    assert_eq!((&json.json()["untold"], &json.json()["rows_matching"]), (&2.into(), &1.into()));
    insta::assert_snapshot!(format!("{}\n{}", human.transcript(), json.transcript()));
}

#[test]
fn mistakes_are_named() {
    let world = World::new();
    world.write("leads.csv", "name,staff,Company Name\na,10,x\n");
    let commands: [&[&str]; 13] = [
        &["rows", "leads.csv", "--columns", "nmae"],
        &["rows", "leads.csv", "--columns", "name,zzz"],
        &["rows", "leads.csv", "--columns", "zzz", "--json"],
        &["rows", "leads.csv", "--filter", "staf > 5"],
        &["rows", "leads.csv", "--filter", "staff >"],
        &["rows", "leads.csv", "--filter", "staff"],
        &["rows", "leads.csv", "--column-type", "stafff=integer"],
        &["rows", "leads.csv", "--column-type", "staff=money"],
        &["rows", "leads.csv", "--column-type", "staff=text", "--column-type", "staff=integer"],
        &["rows", "leads.csv", "--rows", "2-"],
        &["rows", "leads.csv", "--rows", "0"],
        &["rows", "missing.csv"],
        &["columns", "leads.xlsx"],
    ];
    let one =
        |words: &&[&str]| format!("$ marl {}\n{}", words.join(" "), world.run_words(words).transcript());
    insta::assert_snapshot!(commands.iter().map(one).collect::<Vec<_>>().join("\n"));
    assert_eq!(world.run("rows leads.csv --columns nmae").code, 6);
    assert_eq!(world.run("rows leads.csv --filter staff").code, 2);
}
