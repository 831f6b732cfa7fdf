//! Tests of the list of formats, and of rows that are written in another format.

use super::*;
use crate::{
    format::{
        all_extensions,
        csv::{CSV, TSV},
        for_path,
        jsonl::JSONL,
    },
    interface::{Format, new_table::NewTable},
};

/// Writes a table in another format than its own, each row with `written`, and returns the text.
fn converted(bench: &Bench, to: &'static dyn Format, outputs: &[&str], written: &[Option<Value>]) -> String {
    let (summary, outputs) = (bench.scan(), columns(outputs));
    let output = bench.path("converted");
    let table = NewTable {
        format: to.info(),
        input: &summary,
        outputs: &outputs,
        carried: &[],
        raw_cells: false,
        encoding: OutputEncoding::Utf8,
    };
    let mut writer = Writer::with_format(&output, to, &table, Links::Refuse).unwrap();
    for row in Reader::open(&summary).unwrap() {
        writer.write(&row.unwrap(), written).unwrap();
    }
    writer.finish().unwrap();
    fs::read_to_string(output).unwrap()
}

#[test]
fn each_name_and_each_extension_stands_for_one_format() {
    let names: Vec<&str> = formats().map(|format| format.name).collect();
    let extensions: Vec<&str> = formats().flat_map(|format| format.extensions).copied().collect();
    for all in [&names, &extensions] {
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
    }
    for format in formats() {
        for extension in format.extensions {
            assert_eq!(for_path(Path::new(&format!("t.{extension}"))).unwrap().info(), format);
            assert_eq!(extension.to_lowercase(), *extension);
        }
    }
    assert!(for_path(Path::new("t.xlsx")).is_none() && for_path(Path::new("csv")).is_none());
    assert_eq!(all_extensions(), ".csv, .tsv, .tab, .jsonl and .ndjson");
}

#[test]
fn cells_become_members_of_new_objects() {
    let bench = Bench::new("a.csv", "id;\"na\"\"me\";note\r\n1;\"Acme; Inc\";\r\n02;=x;y\r\n");
    assert_eq!(
        converted(
            &bench,
            &JSONL,
            &["note", "new", "size"],
            &[None, Some(Value::List(owned(&["p", "q"]))), Some(Value::Integer(7))]
        ),
        "{\"id\": \"1\", \"na\\\"me\": \"Acme; Inc\", \"note\": null, \"new\": [\"p\",\"q\"], \"size\": 7}\n\
         {\"id\": \"02\", \"na\\\"me\": \"=x\", \"note\": \"y\", \"new\": [\"p\",\"q\"], \"size\": 7}\n"
    );
}

#[test]
fn members_become_cells_below_a_header() {
    let bench = Bench::new(
        "a.jsonl",
        "{\"id\": 1.0, \"tags\": [\"a\", \"b\"]}\r\n{\"na,me\": \"x\\ty \\\"z\\\"\", \"id\": null}\r\n",
    );
    let written = [Some(Value::text("=1+1"))];
    assert_eq!(
        converted(&bench, &CSV, &["new"], &written),
        "id,tags,\"na,me\",new\n1.0,a; b,,'=1+1\n,,\"x\ty \"\"z\"\"\",'=1+1\n"
    );
    assert_eq!(
        converted(&bench, &TSV, &["new"], &written),
        "id\ttags\tna,me\tnew\n1.0\ta; b\t\t'=1+1\n\t\tx y \"z\"\t'=1+1\n"
    );
}

#[test]
fn a_table_in_another_format_is_read_back_with_equal_cells() {
    let text = "name,note\nAcme,\"two\nlines\"\n\"say \"\"hi\"\"\",\n\u{e4}, x \n";
    let bench = Bench::new("a.csv", text);
    let there = Bench::new("b.jsonl", converted(&bench, &JSONL, &[], &[]));
    let cells = |bench: &Bench| -> Vec<Vec<Option<Value>>> {
        let rows = Reader::open(&bench.scan()).unwrap();
        rows.map(|row| row.unwrap()).map(|row| vec![row.cell(0), row.cell(1)]).collect()
    };
    assert_eq!(cells(&there), cells(&bench));
    let back = Bench::new("c.csv", converted(&there, &CSV, &[], &[]));
    assert_eq!(cells(&back), cells(&bench));
    assert_eq!(fs::read_to_string(&back.input).unwrap(), text);
}
