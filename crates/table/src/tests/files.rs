//! Tests of inputs as files: missing, irregular, changed, or of another kind.

use std::{
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::*;
use crate::{
    Cancellation,
    interface::watched::FileStamp,
    problem::{TableProblem, file::FileProblem, output::OutputProblem, text::TextProblem},
};

fn message(path: &Path, bench: &Bench) -> (String, Vec<String>) {
    message_and_hints(&scan(path, &ReadOptions::default()).unwrap_err(), bench.folder.path())
}

#[test]
fn a_missing_file_and_a_similar_one() {
    let bench = Bench::new("leads.csv", "a\n");
    let (text, hints) = message(&bench.path("Lead.csv"), &bench);
    assert_eq!(text, "Lead.csv: no such file");
    assert_eq!(hints, ["did you mean `leads.csv`?"]);
    let other = message(&bench.path("quite-other.csv"), &bench).1;
    assert_eq!(other, ["tables in this folder: `leads.csv`"]);
    let (text, hints) = message(&bench.path("none/leads.csv"), &bench);
    assert_eq!(text, "none/leads.csv: no such file");
    assert_eq!(hints, ["there is no such folder; a path is relative to the working folder"]);
}

#[test]
fn only_regular_files_are_read() {
    let bench = Bench::new("leads.csv", "a\n");
    fs::create_dir(bench.path("folder.csv")).unwrap();
    assert_eq!(message(&bench.path("folder.csv"), &bench).0, "folder.csv: this is a folder, not a file");
    #[cfg(unix)]
    {
        let _socket = std::os::unix::net::UnixListener::bind(bench.path("socket.csv")).unwrap();
        let text = "socket.csv: this is a pipe or a device, and marl must read a table twice";
        assert_eq!(message(&bench.path("socket.csv"), &bench).0, text);
        let writer = Writer::create(&bench.path("socket.csv"), &bench.scan(), &[], WriteOptions::default());
        assert!(writer.err().unwrap().to_string().ends_with("is in the way and not a regular file"));
    }
    for stream in ["/dev/stdin", "-", "/dev/fd/0", "/dev/null"] {
        let error = scan(Path::new(stream), &ReadOptions { delimiter: Some(b','), ..ReadOptions::default() })
            .unwrap_err();
        let text = format!("{stream}: this is a pipe or a device, and marl must read a table twice");
        assert_eq!(error.to_string(), text);
        assert_eq!(error.hints(), ["save it as a file first"]);
    }
}

#[test]
fn formats_by_extension() {
    let bench = Bench::new("leads.xlsx", "a\n");
    let (text, hints) = message(&bench.input, &bench);
    assert_eq!(text, "leads.xlsx: `.xlsx` is not a known format");
    assert!(hints[0].contains("File > Save As > \"CSV UTF-8\""), "{hints:?}");
    let (_, hints) = message(&Bench::new("leads.json", "[]").input, &bench);
    assert!(hints[0].contains("jq -c '.[]'"), "{hints:?}");
    let unknown = Bench::new("leads.dat", "a\n");
    let (_, hints) = message(&unknown.input, &unknown);
    assert!(hints[0].contains(".csv, .tsv, .tab, .jsonl and .ndjson"), "{hints:?}");
    let bench = Bench::new("leads", "a\n");
    assert!(message(&bench.input, &bench).0.contains("without an extension"));
    let bench = Bench::new("leads.JSONL", "{}\n");
    assert_eq!(bench.scan().format().name, "JSONL");
    let error =
        scan(&bench.input, &ReadOptions { delimiter: Some(b';'), ..ReadOptions::default() }).unwrap_err();
    assert_eq!(message_and_hints(&error, bench.folder.path()).0, "leads.JSONL: JSONL has no delimiter");
}

#[test]
fn empty_files() {
    for content in ["", "\n\r\n\n", "\u{feff}"] {
        check_error("a.csv", content, "a.csv: the file is empty", "at least a header");
        check_error("a.jsonl", content, "a.jsonl: the file is empty", "one object");
    }
}

#[test]
fn a_file_that_changes_is_noticed() {
    let bench = Bench::new("leads.csv", "a,b\n1,2\n");
    let summary = bench.scan();
    fs::write(&bench.input, "a,b\n1,2\n3,4\n").unwrap();
    let error = Reader::open(&summary).err().unwrap();
    assert_eq!(
        message_and_hints(&error, bench.folder.path()),
        ("leads.csv: the file was changed after it was checked".into(), owned(&["run the command again"]))
    );
    fs::remove_file(&bench.input).unwrap();
    let error = Reader::open(&summary).err().unwrap();
    assert_eq!(
        message_and_hints(&error, bench.folder.path()).0,
        "leads.csv: cannot read it: the file or its folder is gone"
    );
}

#[test]
fn a_file_that_changes_while_it_is_read_is_noticed() {
    let changes: [(&str, &str, &str); 5] = [
        ("a.csv", "a,b\n1,2\n3,4\n", "a,b\n1,2\n"),
        ("a.csv", "a,b\n1,2\n", "a,b\n1,2\n3,4\n"),
        ("a.csv", "a,b\n1,2\n", "a,b\n1\n"),
        ("a.csv", "a,b\n1,2\n", "a,c\n1,2\n"),
        ("a.jsonl", "{\"a\":1}\n", "{\"b\":1}\n"),
    ];
    for (name, before, after) in changes {
        let bench = Bench::new(name, before);
        let mut summary = bench.scan();
        fs::write(&bench.input, after).unwrap();
        summary.stamp = FileStamp::of(&fs::metadata(&bench.input).unwrap());
        let error = match Reader::open(&summary) {
            Ok(reader) => reader.filter_map(Result::err).next().unwrap(),
            Err(error) => error,
        };
        assert!(error.to_string().ends_with("changed after it was checked"), "{before:?}: {error}");
    }
}

/// Rewrites a file in place, and makes sure that its modification time changes.
fn rewrite(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(2);
    fs::File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
}

/// Reads `first` rows, rewrites the file, and returns the rows read after that and the errors.
fn read_through_a_change(bench: &Bench, first: usize, content: &str) -> (Vec<InputRow>, Vec<String>) {
    let mut reader = Reader::open(&bench.scan()).unwrap();
    assert!(reader.by_ref().take(first).all(|row| row.is_ok()));
    rewrite(&bench.input, content);
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for row in reader.by_ref() {
        match row {
            Ok(row) => rows.push(row),
            Err(error) => errors.push(error.to_string()),
        }
    }
    assert!(reader.next().is_none());
    (rows, errors)
}

#[test]
fn a_change_in_place_is_noticed_and_its_rows_are_never_read() {
    // Some tables fit into the reader's buffer, others need it more than once.
    let (old, new) = ("old".repeat(100), "new".repeat(100));
    for (name, head, line) in [("a.csv", "a\n", "TEXT\n"), ("a.jsonl", "", "{\"a\":\"TEXT\"}\n")] {
        for (count, first) in [(3, 0), (3, 2), (2_000, 1), (10_000, 1), (10_000, 9_999)] {
            let content = |text: &str| format!("{head}{}", line.replace("TEXT", text).repeat(count));
            let bench = Bench::new(name, content(&old));
            let (rows, errors) = read_through_a_change(&bench, first, &content(&new));
            assert!(rows.iter().all(|row| row.cell(0) == Some(Value::text(&old))), "{name} {count}");
            // The change must be noticed soon, since every further row may cost money.
            assert!(rows.len() <= 1_000, "{name} {count}: {}", rows.len());
            assert_eq!(errors.len(), 1, "{name} {count}");
            assert!(errors[0].ends_with(": the file was changed after it was checked"), "{errors:?}");
        }
    }
}

#[test]
fn a_file_cut_short_while_it_is_read_is_noticed() {
    let bench = Bench::new("a.csv", format!("a\n{}", "old\n".repeat(500_000)));
    let (rows, errors) = read_through_a_change(&bench, 1, "a\n");
    assert!(rows.len() < 500_000);
    assert_eq!(errors.len(), 1);
}

#[cfg(unix)]
#[test]
fn another_file_in_its_place_is_noticed() {
    let bench = Bench::new("a.csv", "a\nold\n");
    let summary = bench.scan();
    let modified = fs::metadata(&bench.input).unwrap().modified().unwrap();
    // The other file has the same length and age.
    fs::write(bench.path("other"), "a\nnew\n").unwrap();
    fs::File::options().write(true).open(bench.path("other")).unwrap().set_modified(modified).unwrap();
    fs::rename(bench.path("other"), &bench.input).unwrap();
    assert!(Reader::open(&summary).err().unwrap().to_string().ends_with("changed after it was checked"));
    // A reader that is already open is not affected: it reads what was checked.
    let mut reader = Reader::open(&bench.scan()).unwrap();
    fs::write(bench.path("other"), "a\nnow\n").unwrap();
    fs::rename(bench.path("other"), &bench.input).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().cell(0), Some(Value::text("new")));
    assert!(reader.next().is_none());
}

#[test]
fn names_of_files_do_not_control_the_terminal() {
    let error = scan(Path::new("/nowhere/\u{1b}[2Jx.csv"), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/\\u{1b}[2Jx.csv: no such file");
}

#[test]
fn the_systems_reasons_are_in_plain_words() {
    use std::io::{Error, ErrorKind};
    let check = |problem: TableProblem, kind: ErrorKind, message: &str, hint: &str| {
        let error = TableError::caused(Path::new("out.csv"), problem, Error::from(kind));
        assert_eq!(error.to_string(), format!("out.csv: {message}"));
        assert_eq!(error.hints().concat(), hint);
    };
    let elsewhere = "choose an output path in a folder you can write to";
    check(
        FileProblem::Read.into(),
        ErrorKind::PermissionDenied,
        "cannot read it: permission denied",
        "make it readable: `chmod u+r out.csv`",
    );
    check(
        OutputProblem::Create.into(),
        ErrorKind::PermissionDenied,
        "cannot create it: permission denied",
        elsewhere,
    );
    let read_only = "cannot create it: the file system is read-only";
    check(OutputProblem::Create.into(), ErrorKind::ReadOnlyFilesystem, read_only, elsewhere);
    let replace = "cannot put the finished file in its place: there is a folder of this name";
    check(OutputProblem::Replace.into(), ErrorKind::IsADirectory, replace, "");
    check(FileProblem::Read.into(), ErrorKind::ConnectionReset, "cannot read it", "");
}

#[test]
fn shell_words_are_quoted() {
    let error = TableError::new(Path::new("it's $HOME.csv"), TextProblem::ZeroByte);
    let hint = "remove it: `tr -d '\\000' < 'it'\\''s $HOME.csv' > 'it'\\''s $HOME.clean.csv'`";
    assert_eq!(error.hints(), [hint]);
}

#[test]
fn reading_ends_once_nobody_wants_it() {
    const ROWS: usize = 100_000;
    for (name, header, row) in
        [("a.csv", "a,b\n", "one cell,another cell\n"), ("a.jsonl", "", "{\"a\":\"one cell\",\"b\":2}\n")]
    {
        let bench = Bench::new(name, format!("{header}{}", row.repeat(ROWS)));
        let flag = Arc::new(AtomicBool::new(false));
        let is_cancelled = Arc::clone(&flag);
        let cancellation = Cancellation::when(move || is_cancelled.load(Ordering::SeqCst));
        let options = ReadOptions { cancellation, ..ReadOptions::default() };
        let summary = scan(&bench.input, &options).unwrap();
        let mut rows = Reader::open(&summary).unwrap();
        assert!(rows.next().unwrap().is_ok());
        flag.store(true, Ordering::SeqCst);
        let (read, ended): (Vec<_>, Vec<_>) = rows.partition(Result::is_ok);
        // The piece that was read already still gives its rows.
        assert!(read.len() < ROWS / 2 && ended.len() == 1, "{name}: {}", read.len());
        let error = scan(&bench.input, &options).unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), "the reading was cancelled");
    }
}
