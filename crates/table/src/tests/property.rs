//! Properties of any table and of any bytes.

use proptest::{collection::vec, prelude::*};

use super::*;

/// Pieces that matter to CSV, more often than by chance.
fn cell() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\""),
        Just(","),
        Just(";"),
        Just("\t"),
        Just("\n"),
        Just("\r"),
        Just("\r\n"),
        Just(" "),
        Just("a"),
        Just("ä"),
        Just("😀"),
        Just("\u{feff}"),
        Just("="),
        Just("'"),
        Just("null"),
    ];
    vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

#[derive(Debug, Clone)]
struct Table {
    delimiter: u8,
    ending: &'static str,
    bom: bool,
    final_newline: bool,
    rows: Vec<Vec<(String, bool)>>,
}

impl Table {
    /// The text is built by hand, so that it does not depend on the module under test.
    fn text(&self) -> String {
        let quoted = |(cell, always): &(String, bool)| {
            let special = |c| matches!(c, '"' | '\r' | '\n' | '\u{feff}') || c == char::from(self.delimiter);
            match *always || cell.is_empty() || cell.contains(special) {
                true => format!("\"{}\"", cell.replace('"', "\"\"")),
                false => cell.clone(),
            }
        };
        let delimiter = char::from(self.delimiter).to_string();
        let line = |row: &Vec<_>| row.iter().map(quoted).collect::<Vec<_>>().join(&delimiter);
        let body = self.rows.iter().map(line).collect::<Vec<_>>().join(self.ending);
        let (start, end) =
            (if self.bom { "\u{feff}" } else { "" }, if self.final_newline { self.ending } else { "" });
        format!("{start}{body}{end}")
    }
}

fn table() -> impl Strategy<Value = Table> {
    (1..5usize).prop_flat_map(|columns| {
        let header: Vec<_> = (0..columns).map(|column| (format!("c{column}\""), column % 2 == 0)).collect();
        (
            prop::sample::select(vec![b',', b';', b'|', b' ', b'x']),
            prop::sample::select(vec!["\n", "\r\n", "\r"]),
            any::<bool>(),
            any::<bool>(),
            vec(vec((cell(), any::<bool>()), columns), 0..8),
        )
            .prop_map(move |(delimiter, ending, bom, final_newline, mut rows)| {
                rows.insert(0, header.clone());
                Table { delimiter, ending, bom, final_newline, rows }
            })
    })
}

fn records(bytes: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(bytes);
    let record = |record: Result<::csv::StringRecord, _>| record.unwrap().iter().map(str::to_owned).collect();
    reader.records().map(record).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn a_table_without_other_delimiters_shows_its_own(mut table in table(), at in 0..3usize) {
        let delimiters = [',', ';', '|'];
        let plain = |cell: &str| cell.replace([',', ';', '|', '\t'], "").trim().to_owned();
        table.rows.iter_mut().flatten().for_each(|(cell, _)| *cell = plain(cell));
        prop_assume!(table.rows[0].len() > 1);
        table.delimiter = delimiters[at] as u8;
        let bench = Bench::new("a.csv", table.text());
        let found = scan(&bench.input, &ReadOptions::default());
        let notes = ReadOptions { delimiter: Some(table.delimiter), ..ReadOptions::default() };
        match (found, scan(&bench.input, &notes)) {
            (Ok(found), Ok(notes)) => prop_assert_eq!((found.delimiter(), found.columns), (notes.delimiter(), notes.columns)),
            (found, notes) => prop_assert_eq!(
                found.map_err(|error| error.to_string()).err(), notes.map_err(|error| error.to_string()).err()
            ),
        }
    }

    #[test]
    fn any_text_gets_a_verdict(text in "([a-z ]{0,4}[,;|\t\"\n]){0,60}", is_whole in any::<bool>()) {
        let bench = Bench::new("a.csv", if is_whole { text.clone() } else { text.repeat(40) });
        if let Ok(summary) = scan(&bench.input, &ReadOptions::default()) {
            let rows = Reader::open(&summary).unwrap().filter(|row| row.is_ok()).count();
            prop_assert_eq!(rows as u64, summary.rows);
        }
    }

    #[test]
    fn any_table_comes_back_as_it_was(table in table()) {
        let bench = Bench::new("a.csv", table.text());
        let options = ReadOptions { delimiter: Some(table.delimiter), ..ReadOptions::default() };
        let summary = scan(&bench.input, &options).unwrap();
        prop_assert_eq!(summary.rows as usize, table.rows.len() - 1);
        prop_assert_eq!(shape_of(&summary).bom, table.bom);
        if table.rows.len() > 1 || table.final_newline {
            prop_assert_eq!(shape_of(&summary).line_ending.as_str(), table.ending);
        }
        let written = bench.enrich(&summary, &[], &[]);
        prop_assert_eq!(&written, &table.text().into_bytes());
        let expect: Vec<Vec<String>> =
            table.rows.iter().map(|row| row.iter().map(|(cell, _)| cell.clone()).collect()).collect();
        prop_assert_eq!(records(&written, table.delimiter), expect);
        let output = enriched_path(&bench.input);
        let again = scan(&output, &options).unwrap();
        prop_assert_eq!((shape_of(&again), again.rows, again.columns), (shape_of(&summary), summary.rows, summary.columns));
        // After the first writing, nothing changes any more.
        fs::write(&bench.input, &written).unwrap();
        prop_assert_eq!(bench.enrich(&scan(&bench.input, &options).unwrap(), &[], &[]), written);
    }

    /// In TSV a quote is text, and no byte of the user's cells changes.
    #[test]
    fn any_tsv_comes_back_as_it_was(
        rows in vec(vec("[a\" ,ä=']{0,6}", 3), 1..8),
        crlf: bool, final_newline: bool,
    ) {
        let rows: Vec<_> = rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
        let ending = if crlf { "\r\n" } else { "\n" };
        let mut lines = vec!["name\tcity\tnote".to_owned()];
        lines.extend(rows.iter().map(|row| row.join("\t")));
        let text = lines.join(ending) + if final_newline { ending } else { "" };
        let bench = Bench::new("a.tsv", &text);
        let summary = bench.scan();
        let written = String::from_utf8(bench.enrich(&summary, &["new"], &[Some(Value::text("x\"\ty\nz"))])).unwrap();
        let ours: Vec<&str> = written.split(ending).collect();
        prop_assert_eq!(ours[0], "name\tcity\tnote\tnew");
        for (line, row) in ours[1..].iter().zip(&rows) {
            prop_assert_eq!(*line, format!("{}\tx\" y z", row.join("\t")));
        }
        for (row, cells) in Reader::open(&summary).unwrap().zip(&rows) {
            let row = row.unwrap();
            for (at, cell) in cells.iter().enumerate() {
                prop_assert_eq!(row.cell(at), (!cell.trim().is_empty()).then(|| Value::text(cell)));
            }
        }
    }

    #[test]
    fn scanner_and_reader_agree(pieces in vec(cell(), 0..12), columns in 1..4usize) {
        let header: Vec<_> = (0..columns).map(|column| column.to_string()).collect();
        let text = format!("{}\n{}", header.join(","), pieces.join(if columns > 1 { "," } else { "\n" }));
        let bench = Bench::new("a.csv", &text);
        let options = ReadOptions { delimiter: Some(b','), ..ReadOptions::default() };
        let Ok(summary) = scan(&bench.input, &options) else { return Ok(()) };
        // The csv crate does not know that lines can be notes.
        if !summary.notes.is_empty() {
            return Ok(());
        }
        let records = records(text.as_bytes(), b',');
        prop_assert_eq!(&records[0], &summary.columns);
        prop_assert_eq!(records.len() as u64, summary.rows + 1);
        for (column, samples) in summary.samples.iter().enumerate() {
            let cells = records[1..].iter().map(|record| record[column].clone());
            let filled: Vec<_> = cells.filter(|cell| !cell.trim().is_empty()).collect();
            prop_assert_eq!(samples, &filled);
        }
        prop_assert!(Reader::open(&summary).unwrap().all(|row| row.is_ok()));
    }

    #[test]
    fn no_bytes_make_the_check_panic(
        bytes in vec(any::<u8>(), 0..200),
        text in "[\\[\\]{}\":,a1\\\\u \n\r\t]{0,60}",
    ) {
        for name in ["a.csv", "a.tsv", "a.jsonl"] {
            for content in [bytes.as_slice(), text.as_bytes()] {
                let bench = Bench::new(name, content);
                match scan(&bench.input, &ReadOptions::default()) {
                    Ok(summary) => prop_assert!(Reader::open(&summary).unwrap().all(|row| row.is_ok())),
                    Err(error) => {
                        let notes = format!("{error}{}", error.hints().concat());
                        prop_assert!(!notes.contains(char::is_control), "{notes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn json_lines_keep_their_bytes(
        rows in vec(vec(("[a-f]{1,2}", json(), "[ \t]{0,2}"), 0..5), 1..6),
        bom: bool, crlf: bool, final_newline: bool,
    ) {
        let line = |row: &Vec<(String, String, String)>| {
            let mut keys = std::collections::HashSet::new();
            let members = row.iter().filter(|(key, ..)| keys.insert(key.clone()));
            let members = members.map(|(key, value, space)| format!("\"{key}\"{space}:{space}{value}{space}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        let ending = if crlf && (rows.len() > 1 || final_newline) { "\r\n" } else { "\n" };
        let body = rows.iter().map(line).collect::<Vec<_>>().join(ending);
        let (start, end) = (if bom { "\u{feff}" } else { "" }, if final_newline { ending } else { "" });
        let text = format!("{start}{body}{end}");
        let bench = Bench::new("a.jsonl", &text);
        let summary = bench.scan();
        prop_assert_eq!(bench.enrich(&summary, &[], &[]), text.as_bytes());
        // With outputs, every line is still the same object, with the outputs added.
        let out = bench.enrich(&summary, &["a", "new"], &[Some(Value::Integer(7)), None]);
        let out = String::from_utf8(out).unwrap();
        let (old, new) = (text.trim_start_matches(start), out.trim_start_matches(start));
        for (old, new) in old.lines().zip(new.lines()) {
            let mut old: serde_json::Map<_, _> = serde_json::from_str(old).unwrap();
            old.insert("a".into(), 7.into());
            old.insert("new".into(), serde_json::Value::Null);
            prop_assert_eq!(&old, &serde_json::from_str::<serde_json::Map<_, _>>(new).unwrap(), "{}", new);
        }
    }
}

fn json() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "1.0",
        "1e3",
        "-0",
        "null",
        "true",
        "\"x\"",
        "\"\\u00e9\\\"}\"",
        "[ 1, [2] ]",
        "{\"a\" : {\"b\":[]}}",
        "123456789012345678901234567890",
        "\"=1\"",
        "[]",
    ])
    .prop_map(str::to_owned)
}
