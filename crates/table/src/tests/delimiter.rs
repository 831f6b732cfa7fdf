//! Tests of the detected delimiter, if the user does not name it.

use super::*;

fn read(name: &str, text: &str, options: &ReadOptions) -> Result<TableSummary, TableError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    scan(&path, options)
}

fn plainly(name: &str, text: &str) -> Result<TableSummary, TableError> {
    read(name, text, &ReadOptions::default())
}

fn delimiter(summary: &TableSummary) -> u8 {
    summary.delimiter().expect("a table of cells")
}

/// Checks the delimiter, the columns and the number of rows.
fn is_read_as(name: &str, text: &str, sign: char, columns: &str, rows: u64) {
    let summary =
        plainly(name, text).unwrap_or_else(|error| panic!("{text:?}: {error}, {:?}", error.hints()));
    assert_eq!(summary.columns.join("|"), columns, "{text:?}");
    assert_eq!((char::from(delimiter(&summary)), summary.rows), (sign, rows), "{text:?}");
    let expected = if name.ends_with(".tsv") { '\t' } else { ',' };
    let notes: String = summary.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.contains("between cells"), sign != expected, "{text:?}: {notes}");
}

#[test]
fn a_delimiter_that_alone_makes_a_table_is_read() {
    for (text, sign, columns, rows) in [
        ("Firma;Webseite\nAcme;acme.com\nBeta;beta.de\n", ';', "Firma|Webseite", 2),
        ("Firma;Webseite;Umsatz\nAcme;acme.com;12,5\nBeta;beta.de;3,25\n", ';', "Firma|Webseite|Umsatz", 2),
        ("Firma;Webseite;Umsatz\r\nAcme;acme.com;1.312,5\r\n", ';', "Firma|Webseite|Umsatz", 1),
        ("\u{feff}Firma;Webseite;\nAcme;acme.com;\n", ';', "Firma|Webseite|column_3", 1),
        ("\"Firma\";\"Ort, Land\"\n\"Acme\";\"Bern, CH\"\n\"Beta\";\"Genf\"\n", ';', "Firma|Ort, Land", 2),
        ("\"Firma\";\"Umsatz, EUR\"\n\"Acme\";\"12,5\"\n\"Beta\";\"1,5\"\n", ';', "Firma|Umsatz, EUR", 2),
        ("name|site|city\nAcme|acme.com|Bern, CH\nBeta|beta.de|Genf\n", '|', "name|site|city", 2),
        ("name\tsite\nAcme, Inc.\tacme.com\nBeta\tbeta.de\n", '\t', "name|site", 2),
        ("\"name\"\t\"site\"\n\"Acme, Inc.\"\t\"acme.com\"\n", '\t', "name|site", 1),
        ("a;b;c\n", ';', "a|b|c", 0),
        ("a;b\n\"x\ny\";2\n\"z;z\";3\n", ';', "a|b", 2),
    ] {
        let options = ReadOptions { name_columns: true, ..ReadOptions::default() };
        match columns.contains("column_") {
            true => {
                let summary = read("leads.csv", text, &options).unwrap();
                assert_eq!((summary.columns.join("|").as_str(), summary.rows), (columns, rows), "{text:?}");
            }
            false => is_read_as("leads.csv", text, sign, columns, rows),
        }
    }
    is_read_as("leads.tsv", "name,site\nAcme,acme.com\n", ',', "name|site", 1);
    is_read_as("leads.tsv", "a;b\tc\n1;2\t3\n", '\t', "a;b|c", 1);
    is_read_as("leads.tsv", "name;site\nAcme;acme.com\n", ';', "name|site", 1);
}

#[test]
fn decimal_commas_in_every_row_are_not_delimiters() {
    for (text, columns) in [
        ("Kunde;Website;Umsatz, Mio.\nAcme;acme.com;12,5\nBeta;beta.de;3,1\n", "Kunde|Website|Umsatz, Mio."),
        ("Kunde;Website;Umsatz,Mio\nAcme;acme.com;12,5\n", "Kunde|Website|Umsatz,Mio"),
        ("foo;bar;baz, qux\na;b;1,5\nc;d;2,25\n", "foo|bar|baz, qux"),
        ("Naam;Prijs, EUR\nAcme;12,-\nBeta;7,50\n", "Naam|Prijs, EUR"),
        ("Contact;Location, country\nJane;Bern, CH\nJohn;Lyon, FR\n", "Contact|Location, country"),
        ("Kunde|Website|Umsatz, EUR\nAcme|acme.com|12,5\n", "Kunde|Website|Umsatz, EUR"),
    ] {
        let sign = if text.contains('|') { '|' } else { ';' };
        let rows = text.lines().count() as u64 - 1;
        is_read_as("leads.csv", text, sign, columns, rows);
    }
}

#[test]
fn a_title_above_a_table_of_another_delimiter_is_left_out() {
    for (title, lines) in [
        ("Export of 3 May\n", 1),
        ("Export of 3 May, Berlin\n", 1),
        ("Leads, customers, and others of May\n\n", 2),
        ("Notes:\nmade by a script, for all\n\n", 3),
        ("\u{feff}Weekly export\n", 1),
        ("# made by hand\n", 1),
    ] {
        for (sign, table) in [
            (';', "Name;Website;CEO\nAcme;acme.com;Jane Doe\nBeta;beta.de;\n"),
            (';', "Name;Website;Revenue, EUR\nAcme;acme.com;12,5\nBeta;beta.de;3,25\n"),
            (
                ';',
                "\"Name\";\"Website\";\"CEO\"\n\"Acme\";\"acme.com\";\"Jane; Doe\"\n\"B\";\"b.com\";\"\"\n",
            ),
            ('\t', "Name\tWebsite\tCEO\nAcme\tacme.com\tJane Doe\nBeta\tbeta.de\t\n"),
            ('|', "Name|Website|CEO\nAcme|acme.com|Jane Doe\nBeta|beta.de|\n"),
        ] {
            let text = format!("{title}{table}");
            let columns = table.lines().next().unwrap().replace('"', "").replace(sign, "|");
            is_read_as("leads.csv", &text, sign, &columns, 2);
            let notes: String =
                plainly("leads.csv", &text).unwrap().notes.iter().map(Note::to_string).collect();
            assert!(notes.contains(&format!("the header is in line {}", lines + 1)), "{notes}");
        }
    }
    // A spreadsheet ends each line with delimiters.
    let text =
        "Kunden;;;\r\nStand: 3.5.;;;\r\n;;;\r\nFirma;Webseite;Ort;Umsatz\r\nAcme;acme.com;Bern;1,5\r\n";
    is_read_as("leads.csv", text, ';', "Firma|Webseite|Ort|Umsatz", 1);
    // `sep=` and a title.
    let text = "sep=;\r\nExport of 3 May\r\nName;Website;CEO\r\nAcme;acme.com;Jane\r\n";
    let summary = plainly("leads.csv", text).unwrap();
    assert_eq!((summary.columns.len(), summary.rows), (3, 1));
}

#[test]
fn an_ambiguous_delimiter_asks_for_the_flag() {
    for (text, flags) in [
        // A title of one word may be a column's name.
        ("Leads\nName;Website;CEO\nAcme;acme.com;Jane\n", Some("--delimiter ';' --header-line 2")),
        ("Leads\nName\tWebsite\tCEO\nAcme\tacme.com\tJane\n", Some("--delimiter '\\t' --header-line 2")),
        // Rows of different lengths.
        (
            "My export\nName;Website;CEO\nAcme;acme.com\nB;b.com\nC;c.com;x\n",
            Some("--delimiter ';' --header-line 2"),
        ),
        (
            "Report, all\nName|Website|CEO\nAcme|acme.com\nB|b.com|x|y\n",
            Some("--delimiter '|' --header-line 2"),
        ),
        // Names that are not usual for columns.
        ("Export of 3 May\nfoo;bar;baz\na;b;c\nd;e;f\n", Some("--delimiter ';' --header-line 2")),
        ("Export of 3 May, Bern\nfoo|bar|baz\na|b|c\nd|e|f\n", Some("--delimiter '|' --header-line 2")),
        ("tags\nRust;AWS\nGo;GCP\n", Some("--delimiter ';' --header-line 2")),
        // The two delimiters differ by one column.
        ("Name,Position;Title\nJane,CEO;Boss\n", None),
        ("foo,bar;baz,qux\na,b;c,d\n", None),
        ("foo,bar;baz;qux\na,b;c;d\n", Some("--delimiter ';'")),
    ] {
        let error = plainly("leads.csv", text).expect_err(text);
        assert_eq!(error.flags().as_deref(), flags, "{text:?}: {error}");
        let hints = error.hints().join("; ");
        assert!(hints.contains("--delimiter") && hints.contains("--delimiter ','"), "{text:?}: {hints}");
        // The other flag solves it too, unless rows then lack cells.
        let plain = ReadOptions { delimiter: Some(b','), pad_rows: true, ..ReadOptions::default() };
        let summary = read("leads.csv", text, &plain);
        assert!(summary.is_ok_and(|summary| delimiter(&summary) == b','), "{text:?}");
    }
}

#[test]
fn a_sound_table_keeps_its_delimiter() {
    for (text, columns) in [
        ("Name,Website\nAcme,acme.com\n", "Name|Website"),
        ("handle,techstack\nacme,Rust;AWS\nbeta,Go;GCP\n", "handle|techstack"),
        ("handle, techstack\nacme, Rust;AWS\nbeta, Go;GCP\n", "handle| techstack"),
        ("Name,Tags (a; b)\nAcme,x; y\nBeta,p; q\n", "Name|Tags (a; b)"),
        ("Name,Website,City,Tags;Labels\nAcme,acme.com,Bern,a;b\n", "Name|Website|City|Tags;Labels"),
        ("Company,CEO | Chair\nAcme,Jane | Joe\nBeta,Jim | Ann\n", "Company|CEO | Chair"),
        ("Export; leads\nName,Website\nAcme,acme.com\nBeta,beta.de\n", "Name|Website"),
        ("company_domain\nacme.com\nbeta.de\n", "company_domain"),
        ("notes\ncalled; wants a demo\nwrote; no answer\n", "notes"),
        ("notes\n\"called; wants a demo\"\nwrote, no answer\n", "notes"),
        ("name\n\"Doe, Jane\"\n\"Poe, Joe\"\n", "name"),
        ("a,b\n\"x;y\",\"1;2\"\n\"p;q\",\"3;4\"\n", "a|b"),
    ] {
        let rows = text[text.find("Name,Web").unwrap_or(0)..].lines().count() as u64 - 1;
        if let Err(error) = plainly("leads.csv", text) {
            assert!(text.starts_with("notes\n\"called"), "{text:?}: {error}");
            continue;
        }
        is_read_as("leads.csv", text, ',', columns, rows);
    }
}

#[test]
fn the_users_choice_wins() {
    let text = "Kunde;Website;Umsatz, Mio.\nAcme;acme.com;12,5\n";
    for (sign, columns) in [(b',', 2), (b';', 3), (b'|', 1)] {
        let options = ReadOptions { delimiter: Some(sign), ..ReadOptions::default() };
        let summary = read("leads.csv", text, &options).unwrap();
        assert_eq!((delimiter(&summary), summary.columns.len()), (sign, columns));
    }
    // A line that the user names is the header, and the lines before it do not matter.
    let text = "Leads\nName;Website;CEO\nAcme;acme.com;Jane\n";
    let summary = read("leads.csv", text, &ReadOptions { header_line: Some(2), ..ReadOptions::default() });
    assert_eq!(summary.unwrap().columns, ["Name", "Website", "CEO"]);
    let rows = "Acme;acme.com;12,5\nBeta;beta.de;3,1\n";
    let summary =
        read("leads.csv", rows, &ReadOptions { no_header: true, ..ReadOptions::default() }).unwrap();
    assert_eq!((summary.columns.len(), summary.rows), (3, 2));
}

#[test]
fn the_output_has_the_delimiter_that_was_read() {
    let bench = Bench::new("leads.csv", "Kunde;Umsatz, Mio.\nAcme;12,5\nBeta;3,1\n");
    let summary = bench.scan();
    let written = bench.enrich(&summary, &["ceo"], &[Some(Value::text("Doe; Jane"))]);
    let text = String::from_utf8(written).unwrap();
    assert_eq!(text, "Kunde;Umsatz, Mio.;ceo\nAcme;12,5;\"Doe; Jane\"\nBeta;3,1;\"Doe; Jane\"\n");
}
