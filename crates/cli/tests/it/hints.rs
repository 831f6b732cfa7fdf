//! Every error about the user's own text says what to do, and names the corrected command where the
//! program knows it.

use serde_json::Value as Json;

use crate::world::World;

/// What `next_command` is: the corrected command, another one, or none that the program could know.
enum Next {
    /// This command with the first words replaced by the second.
    Mended(&'static str, &'static str),
    /// This command with words more at its end.
    With(&'static str),
    /// It begins so.
    Begins(&'static str),
    Nothing,
}
use Next::{Begins, Mended, Nothing, With};

const LEADS: &str =
    "company_domain,Company Name,employees,CEO\nnike.com,Nike,\"79,400\",\nibm.com,IBM,12,Jane Doe\n";

fn world() -> World {
    let world = World::new();
    world.write("leads.csv", LEADS);
    world.write("lines.jsonl", "{\"company_domain\": \"nike.com\"}\n");
    for name in
        ["book.xlsx", "book.ods", "book.numbers", "leads.parquet", "leads.csv.gz", "leads.txt", "a.json"]
    {
        world.write(name, LEADS);
    }
    world.write("zip.csv", b"PK\x03\x04");
    world
}

const PLAN: &str = "plan --input leads.csv --integrations find_ceo";

/// The command's flags behind `PLAN`, or with `!` the whole command.
const CASES: [(&[&str], Next); 65] = [
    (&["!plan", "--input", "leads.csv", "--want", "ceo_nam"], Mended("ceo_nam", "ceo_name")),
    (&["!plan", "--input", "leads.csv", "--want", "Company Nam"], Mended("'Company Nam'", "'Company Name'")),
    (&["!plan", "--input", "leads.csv", "--want", "CEO"], With("--into ceo_name=CEO")),
    (&["!plan", "--input", "leads.csv", "--want", "headline,zzzz"], Nothing),
    (&["!plan", "--input", "leads.csv"], Begins("marl columns leads.csv --json")),
    (&["!plan", "--input", "leads.csv", "--integrations", "find_coe"], Mended("find_coe", "find_ceo")),
    (&["!plan", "--input", "leads.csv", "--integrations=x=find_coe"], Mended("x=find_coe", "x=find_ceo")),
    (
        &["!plan", "--input", "leads.csv", "--integrations", "find_ceo|web_reserch"],
        Mended("'find_ceo|web_reserch'", "'find_ceo|web_research'"),
    ),
    (&["!plan", "--input", "leads.csv", "--integrations", "qqqq"], Begins("marl integrations --json")),
    (&["!describe", "find_coe"], Mended("find_coe", "find_ceo")),
    (&["--map", "company_domian=CEO"], Mended("company_domian=CEO", "company_domain=CEO")),
    (&["--map", "find_ceo.company_domian=CEO"], Mended("company_domian", "company_domain")),
    (&["--map", "find_coe.company_domain=CEO"], Mended("find_coe.", "find_ceo.")),
    (&["--map", "company_domain=Company Nmae"], Mended("Company Nmae", "Company Name")),
    (&["--map", "company_domain=zzzz"], Nothing),
    (&["--map", "find_ceo"], Begins("marl plan --help")),
    (&["--into", "ceo_nam=CEO"], Mended("ceo_nam=", "ceo_name=")),
    (&["--into", "find_ceo.ceo_nam=CEO"], Mended("ceo_nam=", "ceo_name=")),
    (&["--into", "find_coe.ceo_name=CEO"], Mended("find_coe.", "find_ceo.")),
    (&["--prefix", "find_coe=x_"], Mended("find_coe=", "find_ceo=")),
    (&["--where", "find_coe=true"], Mended("find_coe=", "find_ceo=")),
    (&["--where", "find_ceo=employes != null"], Mended("employes", "employees")),
    (&["--where", "find_ceo=employees > 50"], With("--column-type employees=integer")),
    (&["--where", "find_ceo=Company Name != null"], Mended("Company Name", "row[\"Company Name\"]")),
    (&["--formula", "big=employes"], Mended("employes", "employees")),
    (&["--formula", "X y=employees"], Nothing),
    (&["--refresh=find_coe"], Mended("find_coe", "find_ceo")),
    (&["--refresh", "--max-age", "3d"], Nothing),
    (&["--only", "faild"], Mended("faild", "failed")),
    (&["--only", "qqqq"], Begins("marl plan --help")),
    (&["--existing", "overwrit"], Mended("overwrit", "overwrite")),
    (&["--rows", "1..2"], Mended("1..2", "1-2")),
    (&["--rows", "2-1"], Mended("2-1", "1-2")),
    (&["--rows", "x"], Begins("marl plan --help")),
    (&["--rows", "9"], Nothing),
    (&["--filter", "Company Name == \"Nike\""], Mended("Company Name", "row[\"Company Name\"]")),
    (&["--filter", "employees = \"12\""], Mended(" = ", " == ")),
    (&["--filter", "CEO == \"x\" AND employees != null"], Mended("AND", "&&")),
    (&["--filter", "CEO == Jane"], Nothing),
    (&["--filter", "CEO =="], Nothing),
    (&["--filter", ""], Nothing),
    (&["--filter", "[1][0]"], Nothing),
    (&["--filter", "1 in CEO"], Nothing),
    (&["--filter", "CEO.map(x, x)"], Nothing),
    (&["--filter", "CEO + [1] == null"], Nothing),
    (&["--column-type", "employes=integer"], Mended("employes=", "employees=")),
    (&["--column-type", "employees=number"], Begins("marl plan --help")),
    (&["--max-cost", "1"], Nothing),
    (&["--parallel", "99"], Nothing),
    (&["--recipe", "none.toml"], Begins("marl plan --help")),
    (&["--integratoins", "x"], Mended("--integratoins", "--integrations")),
    (&["!plan", "--input", "lead.csv", "--integrations", "find_ceo"], Mended("lead.csv", "leads.csv")),
    (&["!plan", "-i", "none/leads.csv", "--integrations", "find_ceo"], Mended("none/leads.csv", "leads.csv")),
    (&["!plan", "--input", "qqqq.csv", "--integrations", "find_ceo"], Nothing),
    (&["!columns", "lead.csv"], Mended("lead.csv", "leads.csv")),
    (&["!rows", "none/qqqq.csv"], Nothing),
    (&["!rows", "book.xlsx"], Nothing),
    (&["!rows", "book.numbers"], Nothing),
    (&["!rows", "leads.parquet"], Nothing),
    (&["!rows", "leads.csv.gz"], Nothing),
    (&["!rows", "zip.csv"], Nothing),
    (&["!rows", "lines.jsonl", "--delimiter", ";"], Mended(" --delimiter ';'", "")),
    (&["!rows", "lines.jsonl", "--pad-rows"], Mended(" --pad-rows", "")),
    (&["!rows", "leads.csv", "--columns", "employes"], Mended("employes", "employees")),
    (&["!schema", "pln"], Begins("marl schema --json")),
];

#[test]
fn an_error_about_the_users_text_says_what_to_do() {
    let world = world();
    let wrong: Vec<String> =
        CASES.iter().filter_map(|(words, expect)| fault(&world, words, expect)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.stats().calls, 0);
}

/// What is wrong with the error of a command.
fn fault(world: &World, words: &[&str], expect: &Next) -> Option<String> {
    let mut all: Vec<&str> = match words[0].strip_prefix('!') {
        Some(first) => std::iter::once(first).chain(words[1..].iter().copied()).collect(),
        None => PLAN.split(' ').chain(words.iter().copied()).collect(),
    };
    all.push("--json");
    let ran = world.run_words(&all);
    let line = ran.stderr.lines().last().unwrap_or_default();
    let typed = shlex::try_join(std::iter::once("marl").chain(all.iter().copied())).unwrap();
    let wrong = |what: &str| Some(format!("{what}: {typed}\n    {line}"));
    let Ok(error) = serde_json::from_str::<Json>(line) else { return wrong("no error") };
    let error = &error["error"];
    if ran.code == 0 || error["hint"].as_str().unwrap_or_default().is_empty() {
        return wrong("no hint");
    }
    let next = error["next_command"].as_str();
    let split = |command: &str| shlex::split(command).unwrap();
    let fits = match (expect, next) {
        (Nothing, next) => next.is_none(),
        (_, None) => false,
        (Begins(start), Some(next)) => next.starts_with(start),
        (With(more), Some(next)) => split(next).ends_with(&split(more)),
        (Mended(wrong, ""), Some(next)) => split(next) == split(&typed.replacen(wrong, "", 1)),
        (Mended(wrong, right), Some(next)) => {
            let (wrong, right) = (wrong.trim_matches('\''), right.trim_matches('\''));
            let mended: Vec<String> = all.iter().map(|word| word.replacen(wrong, right, 1)).collect();
            split(next)[1..] == mended
        }
    };
    if fits { None } else { wrong("another command") }
}

#[test]
fn a_corrected_command_runs() {
    let world = world();
    for words in [
        &["plan", "--input", "lead.csv", "--integrations", "find_ceo", "--json"][..],
        &["plan", "--input", "leads.csv", "--want", "ceo_nam", "--json"],
        &["plan", "--input", "leads.csv", "--want", "CEO", "--json"],
        &["plan", "--input", "leads.csv", "--integrations", "find_coe", "--rows", "2", "--json"],
        &["rows", "leads.csv", "--filter", "Company Name = 'Nike'", "--json"],
        &["rows", "leads.csv", "--filter", "employees > 50", "--json"],
        &["rows", "lines.jsonl", "--header-line", "2", "--json"],
    ] {
        let ran = world.run_words(words);
        assert_ne!(ran.code, 0, "{words:?}");
        let error: Json = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
        let next = shlex::split(error["error"]["next_command"].as_str().unwrap()).unwrap();
        world.run_words(&next[1..].iter().map(String::as_str).collect::<Vec<_>>()).exits(0);
    }
}

#[test]
fn a_new_column_of_nearly_an_old_ones_name_is_told() {
    let world = world();
    let steps = "--input leads.csv --integrations find_ceo --into ceo_name=CE0";
    for command in ["plan", "enrich"] {
        let ran = world.run(&format!("{command} {steps}")).exits(0);
        assert!(ran.stderr.contains("makes a new column; did you mean `CEO`?"), "{}", ran.stderr);
    }
    let ran = world.run("plan --input leads.csv --integrations find_ceo --into ceo_name=New_CEO").exits(0);
    assert!(!ran.stderr.contains("did you mean"), "{}", ran.stderr);
}

#[test]
fn a_number_that_int_cannot_read_names_the_flag_that_can() {
    let world = world();
    let words = ["rows", "leads.csv", "--filter", "int(employees) > 50"];
    let ran = world.run_words(&words).exits(0);
    assert!(ran.stderr.contains("`--column-type employees=integer`"), "{}", ran.stderr);
    let words =
        ["rows", "leads.csv", "--filter", "employees > 50", "--column-type", "employees=integer", "--json"];
    assert_eq!(world.run_words(&words).exits(0).json()["rows_matching"], 1);
}
