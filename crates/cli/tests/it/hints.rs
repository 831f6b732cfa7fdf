//! Tests that every error about the user's own text has a hint, and names the corrected command if the
//! program knows it.

use serde_json::Value as Json;

use crate::world::World;

/// The expected `next_command`: the corrected command, another one, or none that the program could know.
enum Next {
    /// This command with the first text replaced by the second.
    Corrected(&'static str, &'static str),
    /// This command with words added at its end.
    With(&'static str),
    /// A command that begins with this text.
    Begins(&'static str),
    Nothing,
}
use Next::{Begins, Corrected, Nothing, With};

const LEADS: &str =
    "company_domain,Company Name,employees,CEO\nnike.com,Nike,\"79,400\",\nibm.com,IBM,12,Jane Doe\n";

fn world() -> World {
    let world = World::new();
    world.write("leads.csv", LEADS);
    world.write("two.csv", "Website,Company Website\nnike.com,ibm.com\n");
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

/// The command's flags after `PLAN`, or with `!` the whole command.
const CASES: [(&[&str], Next); 81] = [
    (&["!plan", "--input", "leads.csv", "--want", "ceo_nam"], Corrected("ceo_nam", "ceo_name")),
    (
        &["!plan", "--input", "leads.csv", "--want", "Company Nam"],
        Corrected("'Company Nam'", "'Company Name'"),
    ),
    (&["!plan", "--input", "leads.csv", "--want", "CEO"], With("--into ceo_name=CEO")),
    (&["!plan", "--input", "leads.csv", "--want", "headline,zzzz"], Nothing),
    (&["!plan", "--input", "two.csv", "--integrations", "find_ceo"], Begins("marl columns two.csv --json")),
    (&["!plan", "--input", "leads.csv"], Begins("marl columns leads.csv --json")),
    (&["!plan", "--input", "leads.csv", "--integrations", "find_coe"], Corrected("find_coe", "find_ceo")),
    (&["!plan", "--input", "leads.csv", "--integrations=x=find_coe"], Corrected("x=find_coe", "x=find_ceo")),
    (
        &["!plan", "--input", "leads.csv", "--integrations", "find_ceo|web_reserch"],
        Corrected("'find_ceo|web_reserch'", "'find_ceo|web_research'"),
    ),
    (&["!plan", "--input", "leads.csv", "--integrations", "qqqq"], Begins("marl integrations --json")),
    (&["!describe", "find_coe"], Corrected("find_coe", "find_ceo")),
    (&["--map", "company_domian=CEO"], Corrected("company_domian=CEO", "company_domain=CEO")),
    (&["--map", "find_ceo.company_domian=CEO"], Corrected("company_domian", "company_domain")),
    (&["--map", "find_coe.company_domain=CEO"], Corrected("find_coe.", "find_ceo.")),
    (&["--map", "company_domain=Company Nmae"], Corrected("Company Nmae", "Company Name")),
    (&["--map", "company_domain=zzzz"], Nothing),
    (&["--map", "find_ceo"], Begins("marl plan --help")),
    (&["--into", "ceo_nam=CEO"], Corrected("ceo_nam=", "ceo_name=")),
    (&["--into", "find_ceo.ceo_nam=CEO"], Corrected("ceo_nam=", "ceo_name=")),
    (&["--into", "find_coe.ceo_name=CEO"], Corrected("find_coe.", "find_ceo.")),
    (
        &["--map", "employees=company_domain"],
        Corrected("employees=company_domain", "company_domain=employees"),
    ),
    (
        &["--map", "find_ceo.Company Name=company_domain"],
        Corrected("Company Name=company_domain", "company_domain=Company Name"),
    ),
    (
        &["--map", "company_domain.find_ceo=CEO"],
        Corrected("company_domain.find_ceo", "find_ceo.company_domain"),
    ),
    (&["--map", "CEO=employees"], Nothing),
    (&["--map", "find_ceo.CEO=employees"], Nothing),
    (&["--into", "CEO=ceo_name"], Corrected("CEO=ceo_name", "ceo_name=CEO")),
    (&["--into", "find_ceo.CEO=ceo_name"], Corrected("CEO=ceo_name", "ceo_name=CEO")),
    (&["--into", "Company Name=ceo_name"], Corrected("Company Name=ceo_name", "ceo_name=Company Name")),
    (&["--into", "Boss=ceo_name"], Corrected("Boss=ceo_name", "ceo_name=Boss")),
    (&["--into", "ceo_name.find_ceo=CEO"], Corrected("ceo_name.find_ceo", "find_ceo.ceo_name")),
    (&["--into", "ceo_nam=ceo_name"], Corrected("ceo_nam=", "ceo_name=")),
    (&["--into", "CEO=employees"], Nothing),
    (&["--into", "find_ceo.CEO=Boss"], Nothing),
    (&["--prefix", "hq_=find_ceo"], Corrected("hq_=find_ceo", "find_ceo=hq_")),
    (&["--provider-column", "who=find_ceo"], Corrected("who=find_ceo", "find_ceo=who")),
    (&["--prefix", "find_coe=x_"], Corrected("find_coe=", "find_ceo=")),
    (&["--where", "find_coe=true"], Corrected("find_coe=", "find_ceo=")),
    (&["--where", "find_ceo=employes != null"], Corrected("employes", "employees")),
    (&["--where", "find_ceo=employees > 50"], With("--column-type employees=integer")),
    (&["--where", "find_ceo=Company Name != null"], Corrected("Company Name", "row[\"Company Name\"]")),
    (&["--formula", "big=employes"], Corrected("employes", "employees")),
    (&["--formula", "X y=employees"], Nothing),
    (&["--refresh=find_coe"], Corrected("find_coe", "find_ceo")),
    (&["--refresh", "--max-age", "3d"], Nothing),
    (&["--only", "faild"], Corrected("faild", "failed")),
    (&["--only", "qqqq"], Begins("marl plan --help")),
    (&["--existing", "overwrit"], Corrected("overwrit", "overwrite")),
    (&["--rows", "1..2"], Corrected("1..2", "1-2")),
    (&["--rows", "2-1"], Corrected("2-1", "1-2")),
    (&["--rows", "x"], Begins("marl plan --help")),
    (&["--rows", "9"], Nothing),
    (&["--filter", "Company Name == \"Nike\""], Corrected("Company Name", "row[\"Company Name\"]")),
    (&["--filter", "employees = \"12\""], Corrected(" = ", " == ")),
    (&["--filter", "CEO == \"x\" AND employees != null"], Corrected("AND", "&&")),
    (&["--filter", "CEO == Jane"], Nothing),
    (&["--filter", "CEO =="], Nothing),
    (&["--filter", ""], Nothing),
    (&["--filter", "[1][0]"], Nothing),
    (&["--filter", "1 in CEO"], Nothing),
    (&["--filter", "CEO.map(x, x)"], Nothing),
    (&["--filter", "CEO + [1] == null"], Nothing),
    (&["--column-type", "employes=integer"], Corrected("employes=", "employees=")),
    (&["--column-type", "employees=money"], Begins("marl plan --help")),
    (&["--max-cost", "1"], Nothing),
    (&["--parallel", "99"], Nothing),
    (&["--recipe", "none.toml"], Begins("marl plan --help")),
    (&["--integratoins", "x"], Corrected("--integratoins", "--integrations")),
    (&["!plan", "--input", "lead.csv", "--integrations", "find_ceo"], Corrected("lead.csv", "leads.csv")),
    (
        &["!plan", "-i", "none/leads.csv", "--integrations", "find_ceo"],
        Corrected("none/leads.csv", "leads.csv"),
    ),
    (&["!plan", "--input", "qqqq.csv", "--integrations", "find_ceo"], Nothing),
    (&["!columns", "lead.csv"], Corrected("lead.csv", "leads.csv")),
    (&["!rows", "none/qqqq.csv"], Nothing),
    (&["!rows", "book.xlsx"], Nothing),
    (&["!rows", "book.numbers"], Nothing),
    (&["!rows", "leads.parquet"], Nothing),
    (&["!rows", "leads.csv.gz"], Nothing),
    (&["!rows", "zip.csv"], Nothing),
    (&["!rows", "lines.jsonl", "--delimiter", ";"], Corrected(" --delimiter ';'", "")),
    (&["!rows", "lines.jsonl", "--pad-rows"], Corrected(" --pad-rows", "")),
    (&["!rows", "leads.csv", "--columns", "employes"], Corrected("employes", "employees")),
    (&["!schema", "pln"], Begins("marl schema --json")),
];

#[test]
fn every_error_about_the_users_text_has_a_hint() {
    let world = world();
    let wrong: Vec<String> =
        CASES.iter().filter_map(|(words, expect)| fault(&world, words, expect)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.stats().calls, 0);
}

/// Returns what is wrong with the error of a command.
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
        (Corrected(wrong, ""), Some(next)) => split(next) == split(&typed.replacen(wrong, "", 1)),
        (Corrected(wrong, right), Some(next)) => {
            let (wrong, right) = (wrong.trim_matches('\''), right.trim_matches('\''));
            let mended: Vec<String> = all.iter().map(|word| word.replacen(wrong, right, 1)).collect();
            split(next)[1..] == mended
        }
    };
    if fits { None } else { wrong("another command") }
}

/// The flags for reading a table belong to the next command as well.
#[test]
fn a_next_command_reads_the_table_in_the_same_way() {
    let world = world();
    world.write("rows.csv", "nike.com,ibm.com\n3m.com,sap.com\n");
    let flags = "--delimiter , --encoding utf-8 --header-line 1 --skip-footer 0 --pad-rows --name-columns";
    let mut commands_checked = 0;
    for (words, _) in CASES {
        let words: Vec<&str> = match words[0].strip_prefix('!') {
            Some(first) => std::iter::once(first).chain(words[1..].iter().copied()).collect(),
            None => PLAN.split(' ').chain(words.iter().copied()).collect(),
        };
        if words.contains(&"lines.jsonl") || ["describe", "schema"].contains(&words[0]) {
            continue;
        }
        commands_checked += u64::from(is_read_alike(&world, &words, flags));
    }
    assert!(commands_checked > 40, "{commands_checked} commands read a table");
    world.run("enrich --input leads.csv --integrations find_ceo").exits(0);
    for command in [
        "why leads_enriched.csv --row 1 --column ceo_nam",
        "why leads_enriched.csv --row 1 --column zzzz",
        "gaps leads_enriched.csv --column zzzz",
        "gaps leads_enriched.csv --column employees",
        "rows leads.csv --columns zzzz",
        "rows leads.csv --column-type zzzz=integer",
        "recipe new --input two.csv --integrations find_ceo",
        "recipe new --input leads.csv --integrations find_ceo --into CEO=ceo_name",
        "enrich --input two.csv --integrations find_ceo",
    ] {
        assert!(is_read_alike(&world, &command.split(' ').collect::<Vec<_>>(), flags), "{command}");
    }
    let plan = "plan --input rows.csv --integrations find_ceo";
    assert!(is_read_alike(&world, &plan.split(' ').collect::<Vec<_>>(), "--no-header --delimiter ,"));
}

/// Whether the command's error names a next command that reads a table; that command must have the flags.
fn is_read_alike(world: &World, words: &[&str], flags: &str) -> bool {
    let all = [words, &flags.split(' ').collect::<Vec<_>>(), &["--json"]].concat();
    let ran = world.run_words(&all);
    // With a delimiter, a file is a table whatever its extension is.
    if ran.code == 0 {
        return false;
    }
    let error: Json = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    let Some(next) = error["error"]["next_command"].as_str() else { return false };
    let next = shlex::split(next).unwrap();
    if next.contains(&"--help".to_owned()) || ["integrations", "runs"].contains(&next[1].as_str()) {
        return false;
    }
    for flag in flags.split(" --") {
        let flag: Vec<String> =
            format!("--{}", flag.trim_start_matches("--")).split(' ').map(str::to_owned).collect();
        assert!(
            next.windows(flag.len()).any(|words| words == flag),
            "{flag:?} of {words:?} is not in {next:?}"
        );
    }
    true
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
fn a_new_column_with_a_similar_name_is_reported() {
    let world = world();
    let steps = "--input leads.csv --integrations find_ceo --into ceo_name=CE0";
    for command in ["plan", "enrich"] {
        let ran = world.run(&format!("{command} {steps}")).exits(0);
        assert!(ran.stderr.contains("adds a new column; did you mean `CEO`?"), "{}", ran.stderr);
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
