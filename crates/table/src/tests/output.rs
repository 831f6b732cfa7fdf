//! Tests of the output: its path, its lock, its shape, and the fate of an older output.

use std::fs::File;

use super::*;
use crate::output::partial::{Links, PartialFile};

fn create(bench: &Bench, output: &Path) -> Result<Writer, TableError> {
    let options = WriteOptions { links: Links::Follow, ..WriteOptions::default() };
    Writer::create(output, &bench.scan(), &columns(&["new"]), options)
}

fn refused(bench: &Bench, output: &Path) -> (String, Vec<String>) {
    message_and_hints(&create(bench, output).err().expect("no writer"), bench.folder.path())
}

fn leads() -> Bench {
    Bench::new("leads.csv", "a,b\n1,2\n")
}

#[test]
fn columns_in_place_and_after() {
    let bench = Bench::new("leads.tsv", "\u{feff}a\tb\r\n1\t=2\r\n3\t\"x\ty\"");
    let written = [Some(Value::text("=f")), Some(Value::List(owned(&["p", "q"]))), None];
    assert_eq!(
        String::from_utf8(bench.enrich(&bench.scan(), &["new", "b", "more"], &written)).unwrap(),
        "\u{feff}a\tb\tnew\tmore\r\n1\tp; q\t'=f\t\r\n3\tp; q\t'=f\t"
    );
    let bench = leads();
    assert_eq!(bench.enrich(&bench.scan(), &["b"], &[None]), b"a,b\n1,2\n");
}

#[test]
fn guarded_cells_are_counted() {
    for (raw_cells, count, line) in [(false, 1, "1,2,'=x,a b\n"), (true, 0, "1,2,=x,a b\n")] {
        let bench = leads();
        let (summary, output) = (bench.scan(), bench.path("out.csv"));
        let mut writer = Writer::create(
            &output,
            &summary,
            &columns(&["x", "y"]),
            WriteOptions { raw_cells, ..WriteOptions::default() },
        )
        .unwrap();
        let row = Reader::open(&summary).unwrap().next().unwrap().unwrap();
        writer.write(&row, &[Some(Value::text("=x")), Some(Value::text("a\nb"))]).unwrap();
        assert_eq!(writer.guarded_cells(), count);
        writer.finish().unwrap();
        assert_eq!(fs::read_to_string(output).unwrap(), format!("a,b,x,y\n{line}"));
    }
}

#[test]
fn empty_cells_of_a_single_column_stay_rows() {
    let bench = Bench::new("a.csv", "a\n\"\"\nx\n\"\"");
    assert_eq!(bench.enrich(&bench.scan(), &[], &[]), b"a\n\"\"\nx\n\"\"");
}

#[test]
fn an_older_output_stays_until_the_end() {
    let bench = leads();
    let output = bench.path("leads_enriched.csv");
    fs::write(&output, "old").unwrap();
    drop(create(&bench, &output).unwrap());
    assert_eq!(fs::read_to_string(&output).unwrap(), "old");
    assert_eq!(bench.files(), ["leads.csv", "leads_enriched.csv"]);
    let writer = create(&bench, &output).unwrap();
    assert_eq!(bench.files(), [".leads_enriched.csv.marl-partial", "leads.csv", "leads_enriched.csv"]);
    writer.finish().unwrap();
    assert_eq!(fs::read_to_string(&output).unwrap(), "a,b,new\n");
    assert_eq!(bench.files(), ["leads.csv", "leads_enriched.csv"]);
}

#[test]
fn a_second_run_is_refused_and_a_killed_runs_leftover_is_replaced() {
    let bench = leads();
    let output = bench.path("out.csv");
    fs::write(bench.path(".out.csv.marl-partial"), "what a killed run left, longer than the new").unwrap();
    let writer = create(&bench, &output).unwrap();
    let error = create(&bench, &output).err().unwrap();
    assert!(error.is_locked());
    assert_eq!(message_and_hints(&error, bench.folder.path()).0, "another marl run is writing out.csv");
    assert!(error.hints()[0].starts_with("wait for that run"));
    writer.finish().unwrap();
    assert_eq!(fs::read_to_string(&output).unwrap(), "a,b,new\n");
    create(&bench, &output).unwrap();
}

#[test]
fn many_runs_at_once_never_mix() {
    let bench = leads();
    let (summary, output) = (bench.scan(), bench.path("out.csv"));
    let row = Reader::open(&summary).unwrap().next().unwrap().unwrap();
    let run = |name: String| {
        for _ in 0..30 {
            let outputs = columns(&[&name]);
            match Writer::create(&output, &summary, &outputs, WriteOptions::default()) {
                Ok(mut writer) => {
                    writer.write(&row, &[Some(Value::text(&name))]).unwrap();
                    writer.finish().unwrap();
                    let text = fs::read_to_string(&output).unwrap();
                    let name = text.lines().next().unwrap().trim_start_matches("a,b,").to_owned();
                    assert_eq!(text, format!("a,b,{name}\n1,2,{name}\n"));
                }
                Err(error) => assert!(error.is_locked(), "{error}"),
            }
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || run(format!("run{thread}")));
        }
    });
    assert_eq!(bench.files(), ["leads.csv", "out.csv"]);
}

#[test]
fn the_output_is_not_the_input() {
    let bench = leads();
    let text = "the output would overwrite the input";
    fs::create_dir(bench.path("sub")).unwrap();
    fs::hard_link(&bench.input, bench.path("hard.csv")).unwrap();
    fs::hard_link(&bench.input, bench.path(".out.csv.marl-partial")).unwrap();
    for name in ["leads.csv", "./leads.csv", "sub/../leads.csv", "hard.csv", "out.csv"] {
        assert!(refused(&bench, &bench.path(name)).0.ends_with(text), "{name}");
    }
    let error = ErrorsFile::create(&bench.input, &bench.scan(), false).err().unwrap();
    assert!(error.to_string().ends_with(text));
    assert_eq!(fs::read_to_string(&bench.input).unwrap(), "a,b\n1,2\n");
}

#[test]
fn bad_places_are_refused_at_once() {
    let bench = leads();
    fs::create_dir(bench.path("folder.csv")).unwrap();
    assert_eq!(refused(&bench, &bench.path("folder.csv")).0, "folder.csv: this is a folder, not a file");
    let (text, hints) = refused(&bench, &bench.path("none/out.csv"));
    assert!(text.starts_with("none/out.csv: there is no folder `"), "{text}");
    assert!(hints[0].starts_with("create it: `mkdir -p "), "{hints:?}");
    let (text, hints) = refused(&bench, &bench.path("out.jsonl"));
    assert_eq!(
        text,
        "out.jsonl: the output's extension is `.jsonl`, the input's `.csv`, and marl does not convert"
    );
    assert_eq!(hints, ["end the output's name in `.csv`"]);
    for name in ["out.tsv", "out.xlsx", "out", "leads.csv/out.csv"] {
        refused(&bench, &bench.path(name));
    }
    fs::create_dir(bench.path(".out.csv.marl-partial")).unwrap();
    assert!(refused(&bench, &bench.path("out.csv")).0.ends_with("is in the way and not a regular file"));
    assert_eq!(bench.files().len(), 3);
}

#[test]
fn tables_of_other_extensions_keep_theirs() {
    let bench = Bench::new("leads.txt", "a\tb\n");
    let summary =
        scan(&bench.input, &ReadOptions { delimiter: Some(b'\t'), ..ReadOptions::default() }).unwrap();
    for name in ["out.txt", "out.TXT", "out.tsv", "out.tab"] {
        Writer::create(&bench.path(name), &summary, &[], WriteOptions::default()).unwrap();
    }
    assert!(Writer::create(&bench.path("out.csv"), &summary, &[], WriteOptions::default()).is_err());
}

#[cfg(unix)]
#[test]
fn links_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bench = leads();
    fs::create_dir(bench.path("real")).unwrap();
    fs::write(bench.path("real/out.csv"), "old").unwrap();
    fs::set_permissions(bench.path("real/out.csv"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/out.csv", bench.path("link.csv")).unwrap();
    symlink("real/fresh.csv", bench.path("dangling.csv")).unwrap();
    for (link, target) in [("link.csv", "real/out.csv"), ("dangling.csv", "real/fresh.csv")] {
        create(&bench, &bench.path(link)).unwrap().finish().unwrap();
        assert!(fs::symlink_metadata(bench.path(link)).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(bench.path(target)).unwrap(), "a,b,new\n");
    }
    let mode = fs::metadata(bench.path("real/out.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);

    fs::set_permissions(bench.path("real/out.csv"), fs::Permissions::from_mode(0o440)).unwrap();
    let (text, hints) = refused(&bench, &bench.path("link.csv"));
    assert_eq!(text, "link.csv: the file is write-protected");
    assert!(hints[0].contains("chmod u+w"), "{hints:?}");

    symlink(&bench.input, bench.path("to_input.csv")).unwrap();
    assert!(refused(&bench, &bench.path("to_input.csv")).0.ends_with("overwrite the input"));
    symlink("loop.csv", bench.path("loop.csv")).unwrap();
    refused(&bench, &bench.path("loop.csv"));
    symlink(&bench.input, bench.path(".planted.csv.marl-partial")).unwrap();
    refused(&bench, &bench.path("planted.csv"));
    assert_eq!(fs::read_to_string(&bench.input).unwrap(), "a,b\n1,2\n");
}

#[cfg(unix)]
#[test]
fn a_new_output_is_as_private_as_the_input() {
    use std::os::unix::fs::PermissionsExt;
    let bench = leads();
    let summary = bench.scan();
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let mode = |name: &str| fs::metadata(bench.path(name)).unwrap().permissions().mode() & 0o7777;
    // A read-only input must not create an output that the next run could not replace.
    for (input, output) in [(0o600, 0o600), (0o640, 0o640), (0o444, 0o644), (0o400, 0o600)] {
        set(&bench.input, input);
        fs::write(bench.path(".out.csv.marl-partial"), "a killed run's").unwrap();
        set(&bench.path(".out.csv.marl-partial"), 0o666);
        let writer = create(&bench, &bench.path("out.csv")).unwrap();
        assert_eq!(mode(".out.csv.marl-partial"), output);
        writer.finish().unwrap();
        assert_eq!(mode("out.csv"), output, "{input:o}");
        fs::remove_file(bench.path("out.csv")).unwrap();
    }
    let mut errors = ErrorsFile::create(&bench.path("out.errors.csv"), &summary, false).unwrap();
    errors.write(1, "linkedin", "timeout", "no answer").unwrap();
    errors.finish(|_| true, |_| ()).unwrap();
    assert_eq!(mode("out.errors.csv"), 0o600);
}

#[test]
fn a_file_with_another_name_is_not_written_through() {
    let bench = leads();
    fs::write(bench.path("precious.csv"), "precious").unwrap();
    fs::hard_link(bench.path("precious.csv"), bench.path(".out.csv.marl-partial")).unwrap();
    create(&bench, &bench.path("out.csv")).unwrap().finish().unwrap();
    assert_eq!(fs::read_to_string(bench.path("precious.csv")).unwrap(), "precious");
    assert_eq!(fs::read_to_string(bench.path("out.csv")).unwrap(), "a,b,new\n");
    assert_eq!(bench.files(), ["leads.csv", "out.csv", "precious.csv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("out.csv");
    let error = PartialFile::over(full(), &output).write(&[b'x'; 300_000]).unwrap_err();
    assert_eq!(
        message_and_hints(&error, folder.path()),
        (
            "out.csv: cannot write it: no space left on the disk".into(),
            owned(&["free some space and run the command again"])
        )
    );
    assert!(error.source().is_some());
    assert!(!output.exists());
}

#[test]
fn errors_are_listed() {
    let bench = leads();
    let (summary, path) = (bench.scan(), bench.path("leads_enriched.errors.csv"));
    let mut errors = ErrorsFile::create(&path, &summary, false).unwrap();
    errors.write(3, "web-research", "upstream", "=evil, \"x\"\n\u{1b}[2J").unwrap();
    errors.write(90_211, "linkedin", "timeout", "no answer in 30 s").unwrap();
    assert_eq!(errors.rows(), 2);
    assert_eq!(errors.finish(|_| true, |_| ()).unwrap(), path);
    let text = "row,integration,kind,message\n3,web-research,upstream,\"'=evil, \"\"x\"\" \"\n\
                90211,linkedin,timeout,no answer in 30 s\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    drop(ErrorsFile::create(&path, &summary, false).unwrap());
    assert!(path.exists());
    // Another output's list stays.
    ErrorsFile::create(&path, &summary, false).unwrap().remove_older(|_| false).unwrap();
    assert!(path.exists());
    ErrorsFile::create(&path, &summary, false).unwrap().remove_older(|_| true).unwrap();
    assert_eq!(bench.files(), ["leads.csv"]);
}

#[test]
fn a_users_own_file_is_not_taken_for_a_list_of_errors() {
    let bench = leads();
    let (summary, path) = (bench.scan(), bench.path("leads_enriched.errors.csv"));
    let kept = "leads_enriched.errors.unfinished.csv";
    for own in ["row,what\n1,mine\n", "the user's own", "", "row,integration,kind,message,note\n"] {
        fs::write(&path, own).unwrap();
        let mut list = ErrorsFile::create(&path, &summary, false).unwrap();
        list.write(1, "linkedin", "timeout", "no answer").unwrap();
        assert_eq!(list.finish(|_| false, |_| panic!("it is not noted")).unwrap(), bench.path(kept));
        assert_eq!(fs::read_to_string(&path).unwrap(), own);
        fs::remove_file(bench.path(kept)).unwrap();
        ErrorsFile::create(&path, &summary, false).unwrap().remove_older(|_| true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), own);
    }
    // A file that appears during the run stays as well, and nothing is lost.
    fs::remove_file(&path).unwrap();
    let list = || ErrorsFile::create(&path, &summary, false).unwrap();
    let (mut with_errors, own) = (list(), "the user's own");
    fs::write(&path, own).unwrap();
    with_errors.write(1, "linkedin", "timeout", "no answer").unwrap();
    let listed = with_errors.finish(|_| false, |_| panic!("it is not noted")).unwrap();
    assert_eq!(listed, bench.path(kept));
    let lines = "row,integration,kind,message\n1,linkedin,timeout,no answer\n";
    assert_eq!(fs::read_to_string(bench.path(kept)).unwrap(), lines);
    assert_eq!(fs::read_to_string(&path).unwrap(), own);
}

#[test]
fn an_output_in_another_encoding_is_read_back() {
    let bench = Bench::new("leads.csv", "a,b\r\nM\u{fc}ller,\"x, y\"\r\n\u{1f980},2\r\n");
    for (encoding, mark) in [
        (OutputEncoding::Utf8, &b"a,b"[..]),
        (OutputEncoding::Utf8Bom, b"\xef\xbb\xbfa"),
        (OutputEncoding::Utf16, b"\xff\xfea\0"),
    ] {
        let (output, summary) = (bench.path("out.csv"), bench.scan());
        let options = WriteOptions { encoding, ..WriteOptions::default() };
        let mut writer = Writer::create(&output, &summary, &columns(&["new"]), options).unwrap();
        for row in Reader::open(&summary).unwrap() {
            writer.write(&row.unwrap(), &[Some(Value::text("\u{4e2d}"))]).unwrap();
        }
        writer.finish().unwrap();
        assert!(fs::read(&output).unwrap().starts_with(mark), "{encoding:?}");
        let again = scan(&output, &ReadOptions::default()).unwrap();
        assert_eq!(again.columns, ["a", "b", "new"], "{encoding:?}");
        let rows: Vec<Vec<String>> = Reader::open(&again)
            .unwrap()
            .map(|row| {
                let row = row.unwrap();
                (0..3).map(|at| row.cell(at).map(|cell| cell.to_string()).unwrap_or_default()).collect()
            })
            .collect();
        assert_eq!(
            rows,
            [["M\u{fc}ller", "x, y", "\u{4e2d}"], ["\u{1f980}", "2", "\u{4e2d}"]],
            "{encoding:?}"
        );
    }
}
