//! Tests of the scan and the reader for CSV and TSV.

use super::*;

fn columns(name: &str, content: &str) -> Vec<String> {
    Bench::new(name, content).scan().columns
}

fn cells(content: &str) -> Vec<Vec<Option<String>>> {
    let bench = Bench::new("leads.csv", content);
    let summary = bench.scan();
    let rows = Reader::open(&summary).unwrap().map(Result::unwrap);
    let text = |row: &InputRow, column| row.cell(column).map(|cell| cell.to_string());
    rows.map(|row| (0..summary.columns.len()).map(|column| text(&row, column)).collect()).collect()
}

#[test]
fn a_plain_table() {
    let bench = Bench::new("leads.csv", "name,domain\nAcme, acme.com \n,  \n\"Big, \"\"Co\"\"\",x\n");
    let summary = bench.scan();
    assert_eq!((summary.format().name, summary.delimiter()), ("CSV", Some(b',')));
    assert_eq!(summary.columns, ["name", "domain"]);
    assert_eq!(summary.rows, 3);
    assert_eq!(summary.samples, [vec!["Acme", "Big, \"Co\""], vec![" acme.com ", "x"]]);
    assert_eq!(
        shape_of(&summary),
        TextShape { bom: false, line_ending: LineEnding::Lf, final_newline: true }
    );
    let rows: Vec<InputRow> = Reader::open(&summary).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(InputRow::number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(rows[0].cell(1), Some(Value::text(" acme.com ")));
    assert_eq!((rows[1].cell(0), rows[1].cell(1)), (None, None));
    assert_eq!(rows[2].cell(0), Some(Value::text("Big, \"Co\"")));
    assert_eq!(rows[2].cell(9), None);
}

#[test]
fn shapes() {
    let shape = |content: &str| {
        let TextShape { bom, line_ending, final_newline } = shape_of(&Bench::new("a.csv", content).scan());
        (bom, line_ending, final_newline)
    };
    assert_eq!(shape("a,b"), (false, LineEnding::Lf, false));
    assert_eq!(shape("\u{feff}a,b\r\n1,2"), (true, LineEnding::CrLf, false));
    assert_eq!(shape("\"a\",b\r1,2\r"), (false, LineEnding::Cr, true));
    assert_eq!(shape("\"a\r\n\",b\n1,2\r\n"), (false, LineEnding::Lf, true));
    assert_eq!(shape("\n\na,b\r\n\r\n1,2\n\n"), (false, LineEnding::CrLf, true));
}

#[test]
fn a_byte_order_mark_counts_only_once() {
    assert_eq!(columns("a.csv", "\u{feff}a,b\n"), ["a", "b"]);
    assert_eq!(columns("a.csv", "\u{feff}\"a\",b\n"), ["a", "b"]);
    assert_eq!(columns("a.csv", "\u{feff}\u{feff}a,b\n"), ["a", "b"]);
    assert_eq!(columns("a.csv", "\"\u{feff}a\",b\n"), ["\u{feff}a", "b"]);
    let bench = Bench::new("a.csv", "\"\u{feff}a\",b\n");
    assert_eq!(bench.enrich(&bench.scan(), &[], &[]), "\"\u{feff}a\",b\n".as_bytes());
}

#[test]
fn headers_are_kept_as_they_are() {
    assert_eq!(columns("a.csv", " a ,A,a,\"x\ny\"\n"), [" a ", "A", "a", "x\ny"]);
    assert_eq!(columns("a.tsv", "a;b\tc\n"), ["a;b", "c"]);
    assert_eq!(columns("a.tab", "a\tc"), ["a", "c"]);
}

#[test]
fn a_header_alone_is_a_table() {
    let bench = Bench::new("a.csv", "a,b\n");
    let summary = bench.scan();
    assert_eq!((summary.rows, Reader::open(&summary).unwrap().count()), (0, 0));
    assert_eq!(bench.enrich(&summary, &["c"], &[None]), b"a,b,c\n");
}

#[test]
fn blank_lines_are_not_rows_and_inner_quotes_are_text() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        cells("a,b\n\n1,5\" pipe\n\r\n\n2, \"x\"\n\n"),
        [[some("1"), some("5\" pipe")], [some("2"), some(" \"x\"")]]
    );
    assert_eq!(cells("a\n\"\"\n\n \nx\n"), [[None], [None], [some("x")]]);
}

#[test]
fn the_command_line_names_the_delimiter() {
    let bench = Bench::new("leads.txt", "a;b\n1;2\n");
    let options = ReadOptions { delimiter: Some(b';'), ..ReadOptions::default() };
    assert_eq!(scan(&bench.input, &options).unwrap().columns, ["a", "b"]);
    let bench = Bench::new("leads.csv", "a;b\n1;2\n");
    let options = ReadOptions { delimiter: Some(b','), ..ReadOptions::default() };
    assert_eq!(scan(&bench.input, &options).unwrap().columns, ["a;b"]);
    let options = ReadOptions { delimiter: Some(b'"'), ..ReadOptions::default() };
    assert_eq!(
        message_and_hints(&scan(&bench.input, &options).unwrap_err(), bench.folder.path()).0,
        "leads.csv: `\"` cannot be a delimiter"
    );
}

#[test]
fn a_table_has_as_many_columns_as_a_spreadsheet() {
    let names = |count: usize| (0..count).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
    assert_eq!(Bench::new("leads.csv", names(16_384).as_bytes()).scan().columns.len(), 16_384);
    let message = "leads.csv, line 1: the table has more than 16,384 columns";
    check_error("leads.csv", names(16_385), message, "values taken for names");
}

#[test]
fn a_delimiter_unusual_for_the_extension() {
    let line = "leads.csv, line 1: the header is a single column full of";
    let hint = "use `--delimiter ';'` (or `--delimiter ','` if it really is one column)";
    check_error("leads.csv", "a;b;c\n1\n2\n", &format!("{line} `;`, where `,` was expected"), hint);
    check_error("leads.csv", "\"a\";\"b\"\n1\n", &format!("{line} `;`, where `,` was expected"), hint);
    let tabs = format!("{line} tabs, where `,` was expected");
    check_error("leads.csv", "a\tb\n1\n", &tabs, "--delimiter '\\t'");
    check_error("leads.csv", "a|b|c;d\n1\n2\n", &format!("{line} `|`, where `,` was expected"), "'|'");
    // The `sep=` line names another delimiter than the rows have.
    let message = "leads.csv, line 2: the header is a single column full of `;`, where `|` was expected";
    check_error("leads.csv", "sep=|\na;b\n1;2\n", message, "--delimiter ';'");
}

#[test]
fn ragged_rows() {
    let mut content = "a,b,c,d,e,f\n".to_owned();
    content.extend(std::iter::repeat_n("1,2,3,4,5,6\r\n", 90_209));
    content.push_str("1,2,3,4,5\n1,2\n1,2,3,4,5,6\n");
    check_error(
        "leads.csv",
        content,
        "leads.csv, line 90,211: 2 rows have fewer cells than the header, which has 6: lines 90,211, 90,212",
        "--pad-rows",
    );
    check_error(
        "leads.csv",
        "a,b\n1,2,\n",
        "leads.csv, line 2: 3 cells where the header has 2 \
         (a stray comma or a quote that is not closed?)",
        "the surplus cells are empty",
    );
    check_error(
        "leads.csv",
        "a,b\n1,2,3\n1\n1,2,4\n1,2\n",
        "leads.csv, line 2: 2 rows have more cells than the header, which has 2: lines 2, 4; 1 has fewer",
        "correct",
    );
    check_error(
        "leads.tsv",
        "a\tb\n1\n",
        "leads.tsv, line 2: 1 cell where the header has 2 (a stray tab or a quote that is not closed?)",
        "--pad-rows",
    );
    check_error(
        "leads.csv",
        "a,b\n\"1\n2\n3\",\"\",4\n",
        "leads.csv, line 2: 3 cells where the header has 2 (the row continues to line 4: is a quote not closed?)",
        "correct",
    );
}

#[test]
fn quotes_that_the_csv_crate_would_lose() {
    check_error(
        "leads.csv",
        "a,b\nx,\"Acme\" Inc\n",
        "leads.csv, line 2, cell 2: text after the closing quote",
        "double the quotes",
    );
    check_error(
        "leads.csv",
        "a,b\r\n\"x\r\ny\" ,z\r\n",
        "leads.csv, line 3, cell 1: text after the closing quote of a cell that opens in line 2",
        "double the quotes",
    );
    check_error(
        "leads.csv",
        "a,b\n1,2\n3,\"x\n\n4,5\n",
        "leads.csv, line 3, cell 2: the quote that opens this cell is never closed",
        "close the quote",
    );
}

#[test]
fn lines_are_counted_as_editors_do() {
    let stray = |content: &str| {
        let bench = Bench::new("a.csv", content);
        let error = scan(&bench.input, &ReadOptions::default()).unwrap_err();
        message_and_hints(&error, bench.folder.path()).0
    };
    for content in ["a\n\"\n\n\"\n\"x\"y", "a\r\n\"\r\n\r\n\"\r\n\"x\"y", "a\r\"\r\r\"\r\"x\"y"] {
        assert_eq!(stray(content), "a.csv, line 5, cell 1: text after the closing quote", "{content:?}");
    }
}

#[test]
fn names_of_columns() {
    check_error("a.csv", "a,,b, \n", "a.csv, line 1: columns 2, 4 have no name", "--name-columns");
    check_error("a.csv", "a,b,\n", "a.csv, line 1: column 3 has no name", "a name");
    check_error("a.csv", "\"\"\n", "a.csv, line 1: column 1 has no name", "a name");
    check_error("a.csv", "b,a,c,a", "a.csv, line 1: columns 2 and 4 are both called `a`", "rename");
    let escape = "a.csv, line 1: columns 1 and 2 are both called `\\u{1b}[2J`";
    check_error("a.csv", "\u{1b}[2J,\u{1b}[2J\n", escape, "rename");
    let long = format!("{},b\n", "a".repeat(70_000));
    check_error("a.csv", long, "a.csv, line 1: the column's name has more than 64 KiB", "quote");
}

#[test]
fn encodings() {
    check_error(
        "a.csv",
        b"name,city\nM\xc3\xbcller,K\xf6ln\n",
        "a.csv, line 2, cell 2: byte 0xF6 is not UTF-8, but text before it is: the file mixes encodings",
        "correct this cell",
    );
    let shift_jis = b"name,city\n\x83\x8d\x81\x81\xe3\n";
    check_error(
        "a.csv",
        shift_jis,
        "a.csv, line 2: byte 0x83 is not UTF-8, and the file may be Windows-1252, Mac Roman or another encoding",
        "--encoding macintosh",
    );
    check_error(
        "a.csv",
        b"a\nK\xc3",
        "a.csv, line 2, cell 1: the file ends in the middle of a character",
        "part",
    );
    check_error(
        "a.csv",
        "a,b\n1,x\0y\n",
        "a.csv, line 2, cell 2: a zero byte, which is not allowed in text",
        "tr -d",
    );
    let excel = "a.csv: this is an Excel (.xlsx) or zip file, not text";
    check_error("a.csv", b"PK\x03\x04\x14\0\0\0", excel, "CSV UTF-8");
}

#[test]
fn characters_across_the_ends_of_buffers() {
    for shift in 0..5 {
        let line = format!("{}\n", "größe€😀".repeat(20_000));
        let content = format!("{}\n{}", "a".repeat(shift + 1), line.repeat(6));
        let bench = Bench::new("a.csv", &content);
        let summary = bench.scan();
        assert_eq!(summary.rows, 6);
        assert_eq!(bench.enrich(&summary, &[], &[]), content.as_bytes());
    }
}

#[test]
fn huge_cells_pass_through() {
    let huge = "x\"".repeat(2_000_000);
    let content = format!("a,b\n\"{}\",2\n", huge.replace('"', "\"\""));
    let bench = Bench::new("a.csv", &content);
    let summary = bench.scan();
    assert_eq!(summary.samples[0][0].len(), 512);
    assert_eq!(bench.enrich(&summary, &[], &[]), content.as_bytes());
}

#[test]
fn samples_are_the_first_filled_cells() {
    let rows: String = (0..500).map(|row| format!("{row},{}\n", if row < 300 { " " } else { "ä" })).collect();
    let summary = Bench::new("a.csv", format!("a,b\n{rows}")).scan();
    assert_eq!(summary.samples[0], (0..100).map(|row| row.to_string()).collect::<Vec<_>>());
    assert_eq!(summary.samples[1], vec!["ä"; 100]);
    let wide = Bench::new("a.csv", format!("a\n{}\n", "😀".repeat(600))).scan();
    assert_eq!(wide.samples[0], ["😀".repeat(512)]);
}
