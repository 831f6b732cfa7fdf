//! Inputs as files: what is missing, no file, changed, of another kind.

use super::super::paths::Stamp;
use super::super::problem::Problem;
use super::*;

fn message(path: &Path, bench: &Bench) -> (String, Vec<String>) {
    said(&check(path, &ReadOptions::default()).unwrap_err(), bench.folder.path())
}

#[test]
fn a_missing_file_and_a_similar_one() {
    let bench = Bench::new("leads.csv", "a\n");
    let (text, hints) = message(&bench.path("Lead.csv"), &bench);
    assert_eq!(text, "Lead.csv: no such file");
    assert_eq!(hints, ["did you mean `leads.csv`?"]);
    assert_eq!(message(&bench.path("quite-other.csv"), &bench).1, Vec::<String>::new());
    assert_eq!(message(&bench.path("none/leads.csv"), &bench).0, "none/leads.csv: no such file");
}

#[test]
fn only_regular_files_are_read() {
    let bench = Bench::new("leads.csv", "a\n");
    fs::create_dir(bench.path("folder.csv")).unwrap();
    assert_eq!(message(&bench.path("folder.csv"), &bench).0, "folder.csv: this is a folder, not a file");
    #[cfg(unix)]
    {
        let _socket = std::os::unix::net::UnixListener::bind(bench.path("socket.csv")).unwrap();
        let text = "socket.csv: this is a pipe or a device, and marl reads a table twice";
        assert_eq!(message(&bench.path("socket.csv"), &bench).0, text);
        let writer = Writer::create(&bench.path("socket.csv"), &bench.check(), &[], WriteOptions::default());
        assert!(writer.err().unwrap().to_string().ends_with("is in the way and not a regular file"));
    }
    for stream in ["/dev/stdin", "-", "/dev/fd/0", "/dev/null"] {
        let error = check(Path::new(stream), &ReadOptions { delimiter: Some(b',') }).unwrap_err();
        let text = format!("{stream}: this is a pipe or a device, and marl reads a table twice");
        assert_eq!(error.to_string(), text);
        assert_eq!(error.hints(), ["save it as a file first"]);
    }
}

#[test]
fn formats_by_extension() {
    let bench = Bench::new("leads.xlsx", "a\n");
    let (text, hints) = message(&bench.input, &bench);
    assert_eq!(text, "leads.xlsx: `.xlsx` is not a known format");
    assert!(hints[0].contains(".csv, .tsv, .tab, .jsonl and .ndjson"), "{hints:?}");
    let bench = Bench::new("leads", "a\n");
    assert!(message(&bench.input, &bench).0.contains("without extension"));
    let bench = Bench::new("leads.JSONL", "{}\n");
    assert_eq!(bench.check().format, Format::Jsonl);
    let error = check(&bench.input, &ReadOptions { delimiter: Some(b';') }).unwrap_err();
    assert_eq!(said(&error, bench.folder.path()).0, "leads.JSONL: JSONL has no delimiter");
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
    let sketch = bench.check();
    fs::write(&bench.input, "a,b\n1,2\n3,4\n").unwrap();
    let error = Reader::open(&sketch).err().unwrap();
    assert_eq!(
        said(&error, bench.folder.path()),
        ("leads.csv: the file was changed after it was checked".into(), owned(&["run the command again"]))
    );
    fs::remove_file(&bench.input).unwrap();
    let error = Reader::open(&sketch).err().unwrap();
    assert_eq!(
        said(&error, bench.folder.path()).0,
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
        let mut sketch = bench.check();
        fs::write(&bench.input, after).unwrap();
        sketch.stamp = Stamp::of(&fs::metadata(&bench.input).unwrap());
        let error = match Reader::open(&sketch) {
            Ok(reader) => reader.filter_map(Result::err).next().unwrap(),
            Err(error) => error,
        };
        assert!(error.to_string().ends_with("changed after it was checked"), "{before:?}: {error}");
    }
}

#[test]
fn names_of_files_do_not_steer_the_terminal() {
    let error = check(Path::new("/nowhere/\u{1b}[2Jx.csv"), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/\\u{1b}[2Jx.csv: no such file");
}

#[test]
fn reasons_of_the_system_are_in_words() {
    use std::io::{Error, ErrorKind};
    let check = |problem, kind: ErrorKind, message: &str, hint: &str| {
        let error = TableError::caused(Path::new("out.csv"), problem, Error::from(kind));
        assert_eq!(error.to_string(), format!("out.csv: {message}"));
        assert_eq!(error.hints().concat(), hint);
    };
    let elsewhere = "choose an output path in a folder you can write to";
    check(Problem::Read, ErrorKind::PermissionDenied, "cannot read it: permission denied", "");
    check(Problem::Create, ErrorKind::PermissionDenied, "cannot create it: permission denied", elsewhere);
    let read_only = "cannot create it: the file system is read-only";
    check(Problem::Create, ErrorKind::ReadOnlyFilesystem, read_only, elsewhere);
    let replace = "cannot put the finished file in its place: there is a folder of this name";
    check(Problem::Replace, ErrorKind::IsADirectory, replace, "");
    check(Problem::Read, ErrorKind::ConnectionReset, "cannot read it", "");
}

#[test]
fn words_of_a_shell_are_quoted() {
    let error = TableError::new(Path::new("it's $HOME.csv"), Problem::Windows1252(0xf6));
    assert_eq!(
        error.hints(),
        ["convert it: `iconv -f WINDOWS-1252 -t UTF-8 'it'\\''s $HOME.csv' > 'it'\\''s $HOME.utf8.csv'`"]
    );
}
