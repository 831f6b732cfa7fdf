//! Tests of files as people have them: notes around the table, missing cells and names, encodings.

use super::*;

fn with(options: ReadOptions, name: &str, content: impl AsRef<[u8]>) -> (Bench, TableSummary) {
    let bench = Bench::new(name, content);
    let summary = scan(&bench.input, &options).unwrap();
    (bench, summary)
}

fn plain() -> ReadOptions {
    ReadOptions::default()
}

fn notes(summary: &TableSummary) -> Vec<String> {
    summary.notes.iter().map(ToString::to_string).collect()
}

/// The first row's number and cells, as one text.
fn first_row(summary: &TableSummary) -> String {
    let row = Reader::open(summary).unwrap().next().unwrap().unwrap();
    let cells =
        (0..summary.columns.len()).map(|at| row.cell(at).map(|cell| cell.to_string()).unwrap_or_default());
    format!("{} {}", row.number(), cells.collect::<Vec<_>>().join("|"))
}

/// Checks that a file without flags has this header, this number of rows and this output.
fn check_found(content: &str, columns: &[&str], rows: u64, expected: &str, output: &str) {
    let (bench, summary) = with(plain(), "a.csv", content);
    assert_eq!((summary.columns.as_slice(), summary.rows), (owned(columns).as_slice(), rows), "{content:?}");
    assert!(notes(&summary).join("; ").contains(expected), "{:?} without {expected:?}", notes(&summary));
    let written = String::from_utf8(bench.enrich(&summary, &["new"], &[Some(Value::text("x"))])).unwrap();
    assert_eq!(written, output, "{content:?}");
    // The written table is clean: it is read again without expected.
    fs::write(&bench.input, &written).unwrap();
    assert_eq!(bench.scan().rows, rows);
}

#[test]
fn a_header_after_notes_is_found() {
    check_found(
        "Notes:\n\"Some addresses are hidden, \"\"privacy\"\" decides.\"\n\nFirst Name,URL,Connected On\nJane,https://acme.com/in/jane,1 May\n",
        &["First Name", "URL", "Connected On"],
        1,
        "the header is in line 4; lines 1 to 3 are left out: \"Notes:\"",
        "First Name,URL,Connected On,new\nJane,https://acme.com/in/jane,1 May,x\n",
    );
    check_found(
        "# made by a script, for Jane, and others\n# 2 rows\nname,domain\nAcme,acme.com\nBeta,beta.com\n",
        &["name", "domain"],
        2,
        "the header is in line 3",
        "name,domain,new\nAcme,acme.com,x\nBeta,beta.com,x\n",
    );
    check_found(
        "Report,,\n,,\nname,domain,owner\nAcme,acme.com,Jo\n",
        &["name", "domain", "owner"],
        1,
        "the header is in line 3",
        "name,domain,owner,new\nAcme,acme.com,Jo,x\n",
    );
    check_found(
        "Report:,Leads\nMade on:,2025-01-01\n\nname,domain,owner\n\"Acme\",acme.com,\n",
        &["name", "domain", "owner"],
        1,
        "lines 1 to 3",
        "name,domain,owner,new\n\"Acme\",acme.com,,x\n",
    );
    check_found(
        "\"A title of\ntwo lines\"\n\nname,domain\nAcme,acme.com\n",
        &["name", "domain"],
        1,
        "the header is in line 4",
        "name,domain,new\nAcme,acme.com,x\n",
    );
}

#[test]
fn rows_are_never_taken_for_notes() {
    // A table with one column, whose cells contain commas, must not be taken for a wider table.
    for content in [
        "name\nAcme, Inc.\nBeta, LLC\n",
        "Account\n\nAcme, Inc.\nBeta, LLC\n",
        "List of accounts\nAcme, Inc.\nBeta, 5\n",
        "Company list\n\nAcme, Inc.\nBeta, LLC\n",
        "name,domain\nAcme,acme.com,x\nBeta,beta.com,y\n",
    ] {
        let bench = Bench::new("a.csv", content);
        scan(&bench.input, &plain()).expect_err(content);
    }
    // Tables that are sound stay unchanged.
    for (content, rows) in [
        ("Konto,Ort\nAcme,Berlin\nBeta,Ulm\n", 2),
        ("Konto,Umsatz\nAcme,n/a\nBeta,5\nGamma,7\n", 3),
        ("name\nAcme\n\nBeta\n", 2),
        ("key,label\n\nwidth,Breite\nsize,Name\n", 2),
        ("country,2023,2024\nDE,5,6\n", 1),
        ("acme.com,beta.com\n5,6\n7,8\n", 2),
        ("name,domain\nTotal,total.com\nSource,source.com\n", 2),
        ("a,b\n\"Report\n\nof a day\",1\n", 1),
    ] {
        assert_eq!(Bench::new("a.csv", content).scan().rows, rows, "{content:?}");
    }
    // A last row that lacks cells may be a company with this name.
    for last in
        ["Total\n", "Source Code Inc.\n", "\nGamma Holding International\n", "\nGamma\n", "Gamma 24\n"]
    {
        let content = format!("name,domain,owner\nAcme,acme.com,Jo\nBeta,beta.com,Jo\n{last}");
        let bench = Bench::new("a.csv", &content);
        if last != "Total\n" || !content.contains("\n\n") {
            let error = scan(&bench.input, &plain()).expect_err(&content);
            assert!(error.hints().concat().contains("`--skip-footer 1`"), "{:?}", error.hints());
            let padded = scan(&bench.input, &ReadOptions { pad_rows: true, ..plain() }).unwrap();
            assert_eq!(padded.rows, 3);
            let skipped = scan(&bench.input, &ReadOptions { skip_footer: Some(1), ..plain() }).unwrap();
            assert_eq!(skipped.rows, 2);
        }
    }
}

#[test]
fn an_uncertain_header_is_asked_about() {
    let both = "`--header-line 4` to start there, or `--header-line 1`";
    let content = "Exported by,Jane Doe\nMade on,2025-01-01\n\nname,domain\nAcme,acme.com\n";
    check_error(
        "a.csv",
        content,
        "a.csv, line 1: the header is uncertain: line 4 looks like one, and line 1 may be one too",
        both,
    );
    let (_bench, summary) = with(ReadOptions { header_line: Some(4), ..plain() }, "a.csv", content);
    assert_eq!((first_row(&summary).as_str(), summary.rows), ("1 Acme|acme.com", 1));
    let (_bench, summary) = with(ReadOptions { header_line: Some(1), ..plain() }, "a.csv", content);
    assert_eq!((summary.columns[0].as_str(), summary.rows), ("Exported by", 3));
    let error = scan(&Bench::new("a.csv", content).input, &ReadOptions { header_line: Some(9), ..plain() });
    assert!(error.unwrap_err().to_string().ends_with("there is no line 9: the file has 5 lines"));
    check_error(
        "a.csv",
        "Konten\nx,y,z\n1,a,b\n2,c,d\n",
        "a.csv, line 1: the header is uncertain: line 2 looks like one, and line 1 may be one too",
        "`--header-line 2`",
    );
}

#[test]
fn line_numbers_count_the_notes_before_the_header() {
    let content = "Leads of May\r\n\r\nname,domain\r\nAcme,acme.com\r\nBeta,beta.com,x\r\n";
    check_error(
        "a.csv",
        content,
        "a.csv, line 5: 3 cells where the header has 2 (a stray comma or a quote that is not closed?)",
        "correct",
    );
}

#[test]
fn notes_after_the_rows_are_found() {
    check_found(
        "name,domain\nAcme,acme.com\nBeta,beta.com\n\nTotal\nExported on 2025-05-01\n",
        &["name", "domain"],
        2,
        "2 lines after the rows, from line 5 on, are left out: \"Total\"",
        "name,domain,new\nAcme,acme.com,x\nBeta,beta.com,x\n",
    );
    check_found(
        "name,domain\nAcme,acme.com\nTotal rows: 1",
        &["name", "domain"],
        1,
        "1 line after the rows, from line 3 on, is left out",
        "name,domain,new\nAcme,acme.com,x\n",
    );
    let content = "name,domain\nAcme,acme.com\n\nExported on 2025-05-01\n";
    let (_bench, all) =
        with(ReadOptions { skip_footer: Some(0), pad_rows: true, ..plain() }, "a.csv", content);
    assert_eq!(all.rows, 2);
    // A total with every cell is a row, and the user gets a note.
    let (_bench, summary) = with(plain(), "a.csv", "name,domain,size\nAcme,acme.com,5\nTotal,,5\n");
    assert_eq!(summary.rows, 2);
    assert!(summary.notes[0].is_warning() && notes(&summary)[0].contains("`--skip-footer 1`"));
    let few = scan(&Bench::new("a.csv", content).input, &ReadOptions { skip_footer: Some(9), ..plain() });
    assert!(few.unwrap_err().to_string().contains("there are 2 lines after the header"));
}

#[test]
fn missing_cells_are_padded_on_request() {
    let content = "name,domain,notes,owner\nAcme,acme.com\n\"Beta\",beta.com,hot,Jo\nGamma\n";
    let (bench, summary) = with(ReadOptions { pad_rows: true, ..plain() }, "a.csv", content);
    assert_eq!(
        notes(&summary),
        ["2 rows have fewer cells than the header; the missing ones are read as empty"]
    );
    let written = bench.enrich(&summary, &["new"], &[Some(Value::text("x"))]);
    let expect = "name,domain,notes,owner,new\nAcme,acme.com,,,x\n\"Beta\",beta.com,hot,Jo,x\nGamma,,,,x\n";
    assert_eq!(String::from_utf8(written).unwrap(), expect);
}

#[test]
fn names_are_given_on_request() {
    let content = "name,,name,column_2,\"a,b\"\n1,2,3,4,5\n";
    let (bench, summary) = with(ReadOptions { name_columns: true, ..plain() }, "a.csv", content);
    assert_eq!(summary.columns, ["name", "column_3", "name_2", "column_2", "a,b"]);
    let expect = "name,column_3,name_2,column_2,\"a,b\"\n1,2,3,4,5\n";
    assert_eq!(String::from_utf8(bench.enrich(&summary, &[], &[])).unwrap(), expect);
    let (_bench, summary) = with(ReadOptions { name_columns: true, ..plain() }, "a.csv", "a,b\n1,2\n");
    assert_eq!(notes(&summary), Vec::<String>::new());
}

#[test]
fn a_table_without_a_header() {
    let content = "Acme,acme.com\nBeta,beta.com\n";
    check_error(
        "a.csv",
        content,
        "a.csv, line 1: this looks like a row, not like a header: column 2 would be called `acme.com`",
        "`--no-header`",
    );
    check_error(
        "a.csv",
        "jane@acme.com\n",
        "a.csv, line 1: this looks like a row, not like a header: column 1 would be called `jane@acme.com`",
        "no-header",
    );
    let (bench, summary) = with(ReadOptions { no_header: true, ..plain() }, "a.csv", content);
    assert_eq!((first_row(&summary).as_str(), summary.rows), ("1 Acme|acme.com", 2));
    let expect = "column_1,column_2\nAcme,acme.com\nBeta,beta.com\n";
    assert_eq!(String::from_utf8(bench.enrich(&summary, &[], &[])).unwrap(), expect);
    let (_bench, numbers) = with(plain(), "a.csv", "Acme,120\nBeta,45\n");
    assert!(numbers.notes[0].is_warning(), "{:?}", numbers.notes);
}

#[test]
fn the_sep_line_names_the_delimiter_and_stays() {
    for (start, mark) in [("sep=;\r\n", ""), ("\u{feff}\"sep=;\"\r\n", "\u{feff}"), ("SEP=;\r\n", "")] {
        let content = format!("{start}name;domain\r\nAcme;acme.com\r\n");
        let (bench, summary) = with(plain(), "a.csv", &content);
        assert_eq!((summary.columns.len(), summary.delimiter()), (2, Some(b';')));
        assert!(notes(&summary)[0].contains("`;` as the delimiter"));
        let written = String::from_utf8(bench.enrich(&summary, &[], &[])).unwrap();
        assert_eq!(written, content);
        assert!(written.starts_with(mark));
    }
}

#[test]
fn lines_quoted_as_a_whole_are_noticed() {
    check_error(
        "a.csv",
        "\"name,domain\"\n\"Acme,acme.com\"\n\"\"\"Beta, Inc\"\",beta.com\"\n",
        "a.csv, line 1: every line is in a single pair of quotes, so the commas in them do not separate cells",
        "sed -e",
    );
    check_error(
        "a.csv",
        "\"name;domain\"\n\"Acme;acme.com\"\n",
        "a.csv, line 1: every line is in a single pair of quotes, so the semicolons in them do not separate cells",
        "sed -e",
    );
    assert_eq!(Bench::new("a.csv", "\"name, legal\"\n\"Acme\"\n\"Beta, Inc\"\n").scan().rows, 2);
}

#[test]
fn quotes_in_tsv_are_text_unless_they_hold_a_row_together() {
    let (bench, summary) = with(plain(), "a.tsv", "name\tdomain\n\"Acme\tacme.com\n5\" pipe\t\"b\"\n");
    assert_eq!((first_row(&summary).as_str(), summary.rows), ("1 \"Acme|acme.com", 2));
    let written = bench.enrich(&summary, &["new"], &[Some(Value::text("a \"b\"\tc"))]);
    assert_eq!(
        String::from_utf8(written).unwrap(),
        "name\tdomain\tnew\n\"Acme\tacme.com\ta \"b\" c\n5\" pipe\t\"b\"\ta \"b\" c\n"
    );
    // Excel writes a cell of two lines, and a cell with a tab, like this.
    let (_bench, summary) = with(plain(), "a.tsv", "name\tnote\n\"Acme\nInc\"\tx\n\"a\tb\"\ty\n");
    assert_eq!((first_row(&summary).as_str(), summary.rows), ("1 Acme\nInc|x", 2));
    // A program that quotes its header quotes everything.
    let (_bench, summary) = with(plain(), "a.tsv", "\"name\"\t\"domain\"\n\"Ac\"\"me\"\tacme.com\n");
    assert_eq!((summary.columns[0].as_str(), first_row(&summary).as_str()), ("name", "1 Ac\"me|acme.com"));
}

#[test]
fn utf16_is_read_and_written_as_utf8() {
    let text = "name;city\r\nM\u{fc}ller;K\u{f6}ln \u{1f600}\r\n";
    let options = || ReadOptions { delimiter: Some(b';'), ..plain() };
    for with_mark in [true, false] {
        let marked = if with_mark { format!("\u{feff}{text}") } else { text.to_owned() };
        let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, name) in [(little, "UTF-16LE"), (big, "UTF-16BE")] {
            let (bench, summary) = with(options(), "a.csv", &bytes);
            assert_eq!(notes(&summary), [format!("read as {name}")]);
            assert_eq!(bench.enrich(&summary, &[], &[]), marked.as_bytes());
            let torn = Bench::new("a.csv", &bytes[..bytes.len() - 1]);
            assert!(scan(&torn.input, &options()).is_err());
        }
    }
}

#[test]
fn windows_1252_is_read_if_nothing_else_fits() {
    for text in [
        "name,city\nM\u{fc}ller,K\u{f6}ln\n\u{d6}zil,Stra\u{df}e\n",
        "name,city\nL\u{2019}Or\u{e9}al,Orl\u{e9}ans\nCaf\u{e9},S\u{e3}o Paulo\n",
        "name,price\nAcme \u{2013} Br\u{fc}der,5 \u{20ac}\n",
    ] {
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        let (bench, summary) = with(plain(), "a.csv", &bytes);
        assert_eq!(notes(&summary), ["read as Windows-1252 (`--encoding NAME` overrides it)"]);
        assert_eq!(bench.enrich(&summary, &[], &[]), text.as_bytes());
    }
}

#[test]
fn other_encodings_are_never_called_windows_1252() {
    use encoding_rs::{GBK, ISO_8859_2, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251};
    for (encoding, text) in [
        (MACINTOSH, "Acm\u{e9},M\u{fc}ller"),
        (MACINTOSH, "Garc\u{ed}a,Espa\u{f1}a"),
        (MACINTOSH, "K\u{f6}ln,Stra\u{df}e"),
        (WINDOWS_1250, "\u{141}\u{f3}d\u{17a},Dvo\u{159}\u{e1}k"),
        (ISO_8859_2, "Koz\u{142}owski,Wa\u{142}\u{119}sa"),
        (WINDOWS_1251, "\u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{430},\u{438}\u{43c}\u{44f}"),
        (KOI8_R, "\u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{430},\u{438}\u{43c}\u{44f}"),
        (SHIFT_JIS, "\u{682a}\u{5f0f}\u{4f1a}\u{793e},\u{6771}\u{4eac}"),
        (GBK, "\u{5317}\u{4eac}\u{516c}\u{53f8},\u{4e2d}\u{56fd}"),
    ] {
        let (bytes, _, _) = encoding.encode(text);
        let content = [b"name,city\n", bytes.as_ref(), b"\n"].concat();
        let bench = Bench::new("a.csv", &content);
        let error = scan(&bench.input, &plain()).expect_err(text);
        assert!(error.hints().concat().contains("--encoding "), "{text}: {:?}", error.hints());
        let summary = scan(&bench.input, &ReadOptions { encoding: Some(encoding), ..plain() }).unwrap();
        assert_eq!(bench.enrich(&summary, &[], &[]), format!("name,city\n{text}\n").as_bytes());
    }
}

#[test]
fn a_cell_over_the_bound_is_refused_while_it_is_read() {
    let huge = "x".repeat(9 << 20);
    for (name, content, message) in [
        ("a.csv", format!("a,b\n1,{huge}\n"), "a.csv, line 2, cell 2: the cell has more than 8 MiB"),
        ("a.tsv", format!("a\tb\n1\t{huge}\n"), "a.tsv, line 2, cell 2: the cell has more than 8 MiB"),
        (
            "a.jsonl",
            format!("{{\"a\":\"{huge}\"}}\n"),
            "a.jsonl, line 1, column 6: the value has more than 8 MiB",
        ),
    ] {
        check_error(name, content, message, "shorten");
    }
    let open = format!("a,b\n1,\"{huge}\n");
    let message = "a.csv, line 2, cell 2: the cell has more than 8 MiB (a quote that is not closed?)";
    check_error("a.csv", open, message, "close the quote");
}

#[test]
fn flags_for_lines_do_not_apply_to_json() {
    let bench = Bench::new("a.jsonl", "{}\n");
    for (options, flag) in [
        (ReadOptions { header_line: Some(2), ..plain() }, "--header-line"),
        (ReadOptions { no_header: true, ..plain() }, "--no-header"),
        (ReadOptions { skip_footer: Some(1), ..plain() }, "--skip-footer"),
        (ReadOptions { pad_rows: true, ..plain() }, "--pad-rows"),
        (ReadOptions { name_columns: true, ..plain() }, "--name-columns"),
    ] {
        let error = scan(&bench.input, &options).unwrap_err();
        assert!(error.to_string().contains(flag), "{error}");
    }
}
