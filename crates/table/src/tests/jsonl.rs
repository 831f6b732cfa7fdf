//! Tests of JSONL: the scan, cells, and lines that keep their text.

use super::*;

fn cells(line: &str) -> Vec<Option<Value>> {
    let bench = Bench::new("a.jsonl", line);
    let summary = bench.scan();
    let row = Reader::open(&summary).unwrap().next().unwrap().unwrap();
    (0..summary.columns.len()).map(|column| row.cell(column)).collect()
}

fn enriched(content: &str, outputs: &[&str], written: &[Option<Value>]) -> String {
    let bench = Bench::new("a.jsonl", content);
    String::from_utf8(bench.enrich(&bench.scan(), outputs, written)).unwrap()
}

#[test]
fn columns_in_order_of_first_appearance() {
    let bench = Bench::new("a.ndjson", "{\"b\":1,\"a\":null}\n\n{}\n{\"\\u0061\":2,\"c\":[1,\"x\"]}");
    let summary = bench.scan();
    assert_eq!(summary.columns, ["b", "a", "c"]);
    assert_eq!(summary.rows, 3);
    assert_eq!(summary.samples, [vec!["1"], vec!["2"], vec!["1; x"]]);
    assert_eq!(
        shape_of(&summary),
        TextShape { bom: false, line_ending: LineEnding::Lf, final_newline: false }
    );
    let rows: Vec<InputRow> = Reader::open(&summary).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].cell(0), None);
    assert_eq!((rows[2].number(), rows[2].cell(1)), (3, Some(Value::text("2"))));
}

#[test]
fn values_as_cells() {
    let check = |json: &str, expect: Option<Value>| {
        assert_eq!(cells(&format!("{{ \"a\" : {json} }}")), [expect], "{json}");
    };
    let text = |text: &str| Some(Value::text(text));
    check("\"Ac\\u00e9 \\\"x\\\"\"", text("Acé \"x\""));
    check("\" \\n \"", None);
    check("null", None);
    check("1.0", text("1.0"));
    check("12345678901234567890.10", text("12345678901234567890.10"));
    check("true", text("true"));
    check("[]", None);
    check("[null, \" \"]", None);
    check("[\"a\", 1e3, false, null]", Some(Value::List(owned(&["a", "1e3", "false"]))));
    check("[1, [2, \"x y\"]]", text("[1,[2,\"x y\"]]"));
    check("{ \"k\" : [ 1, \" \\\" }\" ] }", text("{\"k\":[1,\" \\\" }\"]}"));
    check("\"\\ud800\"", text("\\ud800"));
}

#[test]
fn deep_nesting_is_only_text() {
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(cells(&format!("{{\"a\":{deep}}}")), [Some(Value::text(&deep))]);
}

#[test]
fn untouched_lines_keep_their_text() {
    let content = "\u{feff}{\"z\": 1.0, \"a\":1e3 ,\"s\":\"\\u00e9\\/\"}\r\n\
        \x20 {\"a\":123456789012345678901234567890}  \r\n{}";
    assert_eq!(enriched(content, &[], &[]), content);
}

#[test]
fn outputs_are_typed_and_unknown_is_null() {
    let written = [
        Some(Value::Integer(-5)),
        Some(Value::List(owned(&["x", "y\"z"]))),
        Some(Value::text("=1\n2")),
        None,
    ];
    let outputs = ["n", "l", "t", "u"];
    assert_eq!(
        enriched("{\"a\":1.0}\n", &outputs, &written),
        "{\"a\":1.0,\"n\":-5,\"l\":[\"x\",\"y\\\"z\"],\"t\":\"=1\\n2\",\"u\":null}\n"
    );
    assert_eq!(enriched("{\"a\": 1} \n", &["u"], &[None]), "{\"a\": 1, \"u\": null} \n");
    assert_eq!(enriched("{ }\n", &["n", "u"], &written[..2]), "{ \"n\": -5, \"u\": [\"x\",\"y\\\"z\"]}\n");
}

#[test]
fn outputs_over_columns() {
    let content = "{\"a\":1.0,\"b\":\"x\"}\n{\"b\":2}\n{\"b\": {\"}\": 1}, \"a\": null}\n";
    let set = [Some(Value::text("new")), None];
    assert_eq!(
        enriched(content, &["a", "c"], &set),
        "{\"a\":\"new\",\"b\":\"x\",\"c\":null}\n{\"b\":2,\"a\":\"new\",\"c\":null}\n\
         {\"b\": {\"}\": 1}, \"a\": \"new\", \"c\": null}\n"
    );
    assert_eq!(enriched(content, &["a"], &[None]), content);
}

#[test]
fn broken_lines() {
    let line = |what: &str| format!("a.jsonl, line 2, {what}");
    let check = |second: &str, what: &str, hint: &str| {
        check_error("a.jsonl", format!("{{\"ä\":1}}\n{second}\n"), &line(what), hint);
    };
    check(
        "[1]",
        "column 1: the line holds an array, not a JSON object",
        "jq -c '.[]' a.jsonl > a.lines.jsonl",
    );
    check("[", "column 1: the line holds an array, not a JSON object", "jq");
    check("  \"x\"", "column 3: the line holds a string, not a JSON object", "each line");
    check("42", "column 1: the line holds a number, not a JSON object", "each line");
    check("{\"ä\":1,\"b\":2,\"ä\":3}", "column 18: the key `ä` is there twice", "rename");
    check("{\"a\":1,\"\\u0061\":3}", "column 17: the key `a` is there twice", "rename");
    check("{\"\":1}", "column 5: a key without a name cannot be a column", "rename");
    let keys: Vec<String> = (1..20_000).map(|at| format!("\"{at}\":0")).collect();
    let wide = format!("{{{}}}", keys.join(","));
    check(&wide, "column 152,734: the table has more than 16,384 columns", "values taken for names");
    check("{\"ää\":1 \"b\":2}", "column 9: broken JSON: expected `,` or `}`", "each line");
    check("{\"a\":", "column 5: broken JSON: EOF while parsing a value", "each line");
    check("{\"a\":1} {\"a\":2}", "column 9: broken JSON: trailing characters", "each line");
    check("\u{1b}[0m", "column 1: broken JSON: expected value", "each line");
}

#[test]
fn encodings() {
    let bench = Bench::new("a.jsonl", b"{\"a\":1}\n{\"a\":\"K\xf6ln\"}\n");
    let summary = bench.scan();
    assert_eq!(summary.notes[0].to_string(), "read as Windows-1252 (`--encoding NAME` overrides it)");
    assert_eq!(bench.enrich(&summary, &[], &[]), "{\"a\":1}\n{\"a\":\"Köln\"}\n".as_bytes());
    check_error(
        "a.jsonl",
        b"{\"a\":\"\xc3",
        "a.jsonl, line 1, column 7: the file ends in the middle of a character",
        "part",
    );
}
