//! Tests of exports by other programs: other delimiters than the extension suggests, titles and notes.

use serde_json::{Value as Json, json};

use crate::world::World;

const DECIMALS: &str = "Company;Website;Revenue, EUR\nNike;nike.com;12,5\nSanmina;sanmina.com;3,25\n";

/// Every command reads an output as it was written, without a flag.
#[test]
fn an_output_is_read_with_its_own_delimiter() {
    let odd = "Company^Website^Revenue, EUR\nNike^nike.com^12,5\nSanmina^sanmina.com^3,25\n";
    // The delimiter is ambiguous: with commas this is a table with two columns, too.
    let doubtful = "foo,bar;baz,qux\nnike.com,b;c,d\nsanmina.com,f;g,h\n";
    for (text, flags) in [
        (DECIMALS, ""),
        (DECIMALS, " --delimiter ;"),
        (odd, " --delimiter ^"),
        (doubtful, " --delimiter , --map company_domain=foo"),
        (doubtful, " --delimiter ; --map company_domain=foo,bar --where find_ceo=false"),
    ] {
        let world = World::new();
        world.write("t.csv", text);
        world.run(&format!("enrich --input t.csv --integrations find_ceo{flags}")).exits(0);
        let rows = world.run("rows t_enriched.csv --columns ceo_name --json").exits(0).json();
        assert_eq!(rows["rows_total"], 2, "{flags}: {rows}");
        world.run("columns t_enriched.csv").exits(0);
        world.run("gaps t_enriched.csv").exits(0);
        world.run("why t_enriched.csv --row 1 --column ceo_name").exits(0);
        let more = flags.split(" --map").nth(1).map_or(String::new(), |map| format!(" --map{map}"));
        world
            .run(&format!(
                "enrich --input t_enriched.csv --integrations web_research{}",
                more.replace("find_ceo", "web_research")
            ))
            .exits(0);
    }
}

#[test]
fn a_title_above_another_delimiter_is_read_or_asked_about() {
    let world = World::new();
    world.write("t.csv", format!("Export of 3 May, Bern\n{DECIMALS}"));
    let columns = world.run("columns t.csv --json").exits(0).json();
    let names: Vec<&Json> =
        columns["columns"].as_array().unwrap().iter().map(|column| &column["name"]).collect();
    assert_eq!(json!(names), json!(["Company", "Website", "Revenue, EUR"]));
    assert!(columns["table_notes"].to_string().contains("`--delimiter ','` overrides it"), "{columns}");

    world.write("t.csv", format!("Leads\n{DECIMALS}"));
    for command in ["columns t.csv", "rows t.csv", "plan --input t.csv --integrations find_ceo"] {
        let ran = world.run(&format!("{command} --json")).exits(2);
        let error: Json = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
        let next = error["error"]["next_command"].as_str().unwrap();
        assert_eq!(next, format!("marl {command} --json --delimiter ';' --header-line 2"));
        world
            .run_words(&shlex::split(next).unwrap()[1..].iter().map(String::as_str).collect::<Vec<_>>())
            .exits(0);
    }
}
