//! Tests that no error can control the terminal, whatever the names of files and columns are.

use std::io;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    format::{
        csv::{delimiter::Doubt, problem::CsvProblem},
        jsonl::problem::JsonlProblem,
    },
    problem::{
        TableProblem, columns::ColumnProblem, error::Location, file::FileProblem, output::OutputProblem,
        text::TextProblem,
    },
};

/// Text with control characters, more often than by chance.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\u{1b}[31m",
        "\u{1b}]0;t\u{7}",
        "\u{9b}2J",
        "\u{90}",
        "\n",
        "\r",
        "\t",
        "\u{8}",
        "\u{7f}",
        "\u{85}",
        "\u{61c}",
        "\u{200e}",
        "\u{202e}",
        "\u{2028}",
        "\u{2066}",
        "\u{2069}",
        "\u{2060}",
        "\u{feff}",
        "'",
        "`",
        "-",
        "a",
        "ä",
        ".",
        "❤️",
    ]);
    prop_oneof![vec(piece, 1..8).prop_map(|pieces| pieces.concat()), any::<String>()]
}

fn problems(text: &str, byte: u8) -> Vec<TableProblem> {
    let (name, path) = (|| text.to_owned(), || PathBuf::from(text));
    vec![
        FileProblem::NotFound { similar: Some(path()), tables: None }.into(),
        FileProblem::NotFound { similar: None, tables: Some(vec![path()]) }.into(),
        FileProblem::IsFolder.into(),
        FileProblem::NotRegular.into(),
        FileProblem::UnknownExtension { extension: name(), known: String::new() }.into(),
        FileProblem::BadDelimiter(byte).into(),
        FileProblem::FlagForOther { flag: "--pad-rows", format: "JSONL" }.into(),
        FileProblem::Empty.into(),
        FileProblem::Changed.into(),
        FileProblem::Read.into(),
        TextProblem::Binary("a PDF file").into(),
        TextProblem::UnknownEncoding { byte, likely: None }.into(),
        TextProblem::UnknownEncoding { byte, likely: Some("KOI8-R") }.into(),
        TextProblem::Malformed("UTF-16LE").into(),
        TextProblem::MixedEncoding(byte).into(),
        TextProblem::NotUtf8(byte).into(),
        TextProblem::CutOff.into(),
        TextProblem::ZeroByte.into(),
        CsvProblem::WrongDelimiter { used: byte, found: b'\t' }.into(),
        CsvProblem::WrongDelimiter { used: b'\t', found: byte }.into(),
        two_delimiters(text, byte, None).into(),
        two_delimiters(text, byte, Some(3)).into(),
        CsvProblem::HeaderLater { line: 4, first: 1, is_likely: true, delimiter: Some(byte) }.into(),
        CsvProblem::FirstRowIsData { cell: name(), column: 1 }.into(),
        CsvProblem::QuotedRows { sign: ',' }.into(),
        CsvProblem::NoSuchLine { wanted: 3, lines: 1 }.into(),
        CsvProblem::NothingLeft { lines: 3, there: 1 }.into(),
        TextProblem::TooLong { what: "cell", most: 8 << 20, opened: 1 }.into(),
        ColumnProblem::EmptyNames(vec![1, 2]).into(),
        ColumnProblem::DuplicateName { name: name(), first: 1, second: 2 }.into(),
        ColumnProblem::LongName.into(),
        CsvProblem::Ragged { found: 1, expected: 2, delimiter: byte, last_line: 3 }.into(),
        TextProblem::TextAfterQuote { opened: 3, byte }.into(),
        TextProblem::UnclosedQuote.into(),
        JsonlProblem::NotObject("an array").into(),
        JsonlProblem::BrokenJson(name()).into(),
        JsonlProblem::DuplicateKey(name()).into(),
        JsonlProblem::EmptyKey.into(),
        ColumnProblem::TooManyColumns.into(),
        OutputProblem::OutputIsInput.into(),
        OutputProblem::OtherFormat { input: name(), output: name() }.into(),
        OutputProblem::NoFolder(path()).into(),
        OutputProblem::InTheWay(path()).into(),
        OutputProblem::NoErrorsList.into(),
        OutputProblem::WriteProtected.into(),
        OutputProblem::Locked.into(),
        OutputProblem::Create.into(),
        OutputProblem::Write.into(),
        OutputProblem::Replace.into(),
    ]
}

fn two_delimiters(text: &str, byte: u8, header: Option<u64>) -> CsvProblem {
    let columns = [vec![text.to_owned(); 5], vec![text.to_owned()]];
    CsvProblem::TwoDelimiters { used: b',', doubt: Doubt { found: byte, header, is_likely: true, columns } }
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn no_error_controls_the_terminal(path in hostile(), text in hostile(), byte: u8) {
        let places = [Location::File, Location::Cell { line: 1, cell: 2 }];
        for (at, problem) in problems(&text, byte).into_iter().enumerate() {
            let path = Path::new(&path);
            let error = match problem.is_io() {
                true => TableError::caused(path, problem, io::ErrorKind::StorageFull.into()),
                false => TableError::at(path, places[at % 2], problem),
            };
            let error = error.keeping(path.to_path_buf());
            for notes in std::iter::once(error.to_string()).chain(error.hints()) {
                prop_assert!(!notes.contains(steers), "{:?}", notes);
            }
        }
    }

    #[test]
    fn files_with_any_name_do_not_control_the_terminal(name in hostile(), content in hostile(), extension in "(csv|jsonl|x\u{1b})") {
        let bench = Bench::new("leads.csv", "a,b\n1,2\n");
        let path = bench.path(&format!("{}.{extension}", name.replace(['/', '\0'], "")));
        let mut errors = Vec::new();
        errors.extend(scan(&path, &ReadOptions::default()).err());
        // The system refuses names that are too long.
        if fs::write(&path, content).is_ok() {
            errors.extend(scan(&path, &ReadOptions::default()).err());
            errors.extend(ErrorsFile::create(&path, &bench.scan(), false).err());
        }
        let below = path.join("out.csv");
        errors.extend(Writer::create(&below, &bench.scan(), &[], WriteOptions::default()).err());
        errors.extend(Writer::create(&path, &bench.scan(), &[], WriteOptions::default()).err());
        for error in errors {
            let mut notes = error.hints();
            notes.push(error.to_string());
            notes.extend(error.source().map(ToString::to_string));
            prop_assert!(!notes.concat().contains(steers), "{:?}", notes);
        }
    }
}
