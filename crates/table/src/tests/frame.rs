//! Tests of where a table begins and ends in its file, in all combinations: no row may be lost silently.

use encoding_rs::{UTF_16LE, WINDOWS_1252};

use super::*;

/// The cells of all rows.
fn rows(summary: &TableSummary) -> Vec<String> {
    let cells = |row: InputRow| {
        let cell = |at| row.cell(at).map(|cell| cell.to_string()).unwrap_or_default();
        (0..summary.columns.len()).map(cell).collect::<Vec<_>>().join("|")
    };
    Reader::open(summary).unwrap().map(|row| cells(row.unwrap())).collect()
}

/// The text in an encoding, with the byte order mark that files in it have.
fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "windows-1252" => WINDOWS_1252.encode(text).0.into_owned(),
        "utf-16" => {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        }
        "utf-8-bom" => format!("\u{feff}{text}").into_bytes(),
        _ => text.as_bytes().to_vec(),
    }
}

/// A table of `count` rows; from `first` on, they contain a letter outside ASCII.
fn table(count: usize, first: usize) -> Vec<String> {
    let name = |at: usize| if at >= first { format!("M\u{fc}ller {at}") } else { format!("Firm {at}") };
    (0..count).map(|at| format!("{},firm-{at}.com", name(at))).collect()
}

#[test]
fn notes_before_and_after_in_every_encoding() {
    let heads = [("", None), ("Leads of M\u{fc}nchen\n\n", Some(3)), ("Exported,2026\n", Some(2))];
    for encoding in ["utf-8", "utf-8-bom", "windows-1252", "utf-16"] {
        for (before, header_line) in heads {
            for (behind, lines) in [("", None), ("Total,\n", Some(1)), ("\nTotal,\nPage 1\n", Some(2))] {
                for (count, first) in [(4, 0), (4, 3), (3_000, 2_999), (3_000, 20)] {
                    let wanted = table(count, first);
                    let text = format!("{before}Firm,Website\n{}\n{behind}", wanted.join("\n"));
                    let bench = Bench::new("a.csv", encoded(&text, encoding));
                    let options = ReadOptions { header_line, skip_footer: lines, ..ReadOptions::default() };
                    let notes = format!("{encoding} {before:?} {behind:?} {count} {first}");
                    let summary = scan(&bench.input, &options).unwrap_or_else(|e| panic!("{notes}: {e}"));
                    assert_eq!(summary.columns, ["Firm", "Website"], "{notes}");
                    assert_eq!(summary.rows as usize, count, "{notes}");
                    let wanted: Vec<String> = wanted.iter().map(|row| row.replace(',', "|")).collect();
                    assert!(rows(&summary) == wanted, "{notes}");
                }
            }
        }
    }
    // An encoding that the user names is read in the same way.
    let text = "Firm,Website\nM\u{fc}ller,a.com\nTotal,\n";
    for encoding in [WINDOWS_1252, UTF_16LE] {
        let bytes = match encoding == UTF_16LE {
            true => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            false => encoding.encode(text).0.into_owned(),
        };
        let bench = Bench::new("a.csv", bytes);
        let options =
            ReadOptions { encoding: Some(encoding), skip_footer: Some(1), ..ReadOptions::default() };
        assert_eq!(rows(&scan(&bench.input, &options).unwrap()), ["M\u{fc}ller|a.com"]);
    }
}

#[test]
fn the_detected_table_begins_and_ends_correctly() {
    for (text, first) in [
        (
            "Leads\n\nCompany,Website,CEO\nNike,nike.com,\nSAP,sap.com,\n\nCopyright (c) 2026 Acme\n",
            "Nike|nike.com|",
        ),
        (
            "sep=;\nCompany;Website;CEO\nNike;nike.com;x\nSAP;sap.com;\n\nCopyright (c) 2026 Acme\n",
            "Nike|nike.com|x",
        ),
    ] {
        let summary = Bench::new("a.csv", text);
        let summary = scan(&summary.input, &ReadOptions::default()).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!((summary.rows, summary.columns.len()), (2, 3), "{text}");
        let bench = Bench::new("a.csv", text);
        assert_eq!(rows(&bench.scan())[0], first, "{text}");
    }
}

#[test]
fn lines_after_the_rows_are_left_out_and_a_multiline_cell_is_not_a_row() {
    let refused = |name: &str, text: &str| {
        let bench = Bench::new(name, text);
        let error = scan(&bench.input, &ReadOptions::default()).unwrap_err();
        (error.to_string(), error.hints().join("; "), error.flags())
    };
    let (_, hint, flags) =
        refused("a.csv", "Account,Website\nAcme,acme.com\n\nMy report\nBy: Jane Doe\nAcme\n");
    assert_eq!(flags.as_deref(), Some("--skip-footer 3"), "{hint}");
    let (notes, hint, flags) = refused("a.tsv", "a\tb\tc\nx\ty\t\"one\ntwo\"\nshort\nx\ty\tz\n");
    assert!(
        notes.ends_with("line 3: this line seems to belong to the cell that a quote opens in line 2"),
        "{notes}"
    );
    assert!(hint.contains("as CSV") && flags.is_none(), "{hint}");
    // A quote that opens no cell is text.
    let bench = Bench::new("b.tsv", "a\tb\nx\t\"Acme\ny\tz\n");
    assert_eq!(rows(&bench.scan()), ["x|\"Acme", "y|z"]);
}

#[test]
fn a_first_line_as_wide_as_the_table_is_its_header() {
    let long = "Q".repeat(210);
    for text in [
        "org,bossname\n\nRoyal Land,Bob\nAcme,Jim\n".to_owned(),
        format!("{long},boss\nAcme,CEO\nBeta,CTO\n"),
        "org.ref,org.bio,is.big\nA1,,x\nB2,,y\n".to_owned(),
        "node.js,asp.net\n".to_owned(),
    ] {
        let bench = Bench::new("a.csv", &text);
        let summary = scan(&bench.input, &ReadOptions::default()).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(summary.columns.join(","), text.lines().next().unwrap(), "{text}");
    }
    for text in ["Boss,Boss,Count\nA,B,n/a\nC,D,5\nE,F,6\n", "Klant,,\nAcme,CEO,Berlin\nBeta,CTO,Paris\n"] {
        let bench = Bench::new("a.csv", text);
        let error = scan(&bench.input, &ReadOptions::default()).unwrap_err();
        assert!(error.flags().is_none_or(|flags| flags == "--name-columns"), "{text}: {error}");
    }
    let bench = Bench::new("a.csv", "a,b\n1,2\n3,4\nfoo\n   \n");
    let error = scan(&bench.input, &ReadOptions::default()).unwrap_err();
    assert!(error.hints()[0].contains("`--skip-footer 1`"), "{:?}", error.hints());
}
