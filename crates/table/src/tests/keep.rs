//! Tests of rows that were written before something failed: they are kept.

use super::*;

fn create(bench: &Bench, summary: &TableSummary) -> Writer {
    let output = enriched_path(&bench.input);
    Writer::create(&output, summary, &columns(&["new"]), WriteOptions::default()).unwrap()
}

/// A writer that got every row of the table, and the expected output.
fn written(bench: &Bench) -> (Writer, &'static str) {
    let summary = bench.scan();
    let mut writer = create(bench, &summary);
    for row in Reader::open(&summary).unwrap() {
        writer.write(&row.unwrap(), &[Some(Value::text("x\"y"))]).unwrap();
    }
    (writer, "a,b,new\n1,2,\"x\"\"y\"\n3,\"4\n5\",\"x\"\"y\"\n")
}

fn leads() -> Bench {
    Bench::new("leads.csv", "a,b\n1,2\n3,\"4\n5\"\n")
}

#[test]
fn the_output_became_a_folder() {
    let bench = leads();
    let output = bench.path("leads_enriched.csv");
    for kept in ["leads_enriched.unfinished.csv", "leads_enriched.unfinished-2.csv"] {
        let (writer, text) = written(&bench);
        fs::create_dir(&output).unwrap();
        let (message, hints) = message_and_hints(&writer.finish().unwrap_err(), bench.folder.path());
        let why = "cannot put the finished file in its place: there is a folder of this name";
        assert_eq!(message, format!("leads_enriched.csv: {why}"));
        assert_eq!(hints, [format!("nothing is lost: the finished file is `{kept}`")]);
        assert_eq!(fs::read_to_string(bench.path(kept)).unwrap(), text);
        fs::remove_dir(&output).unwrap();
    }
    let kept = ["leads_enriched.unfinished-2.csv", "leads_enriched.unfinished.csv"];
    assert_eq!(bench.files(), ["leads.csv", kept[0], kept[1]]);
}

#[test]
fn the_input_was_cut_short() {
    let bench = Bench::new("leads.csv", format!("a\n{}", "old\n".repeat(500_000)));
    let output = bench.path("leads_enriched.csv");
    fs::write(&output, "older").unwrap();
    let summary = bench.scan();
    let (mut writer, mut rows, mut errors) = (create(&bench, &summary), 0, 0);
    for row in Reader::open(&summary).unwrap() {
        match row {
            Ok(row) => writer.write(&row, &[Some(Value::Integer(7))]).unwrap(),
            Err(_) => errors += 1,
        }
        rows += 1 - errors;
        if rows == 300 {
            fs::write(&bench.input, "a\n").unwrap();
        }
    }
    assert_eq!(errors, 1);
    let kept = writer.keep().unwrap();
    assert_eq!(kept, bench.path("leads_enriched.unfinished.csv"));
    assert_eq!(fs::read_to_string(&kept).unwrap(), format!("a,new\n{}", "old,7\n".repeat(rows)));
    assert_eq!(fs::read_to_string(&output).unwrap(), "older");
    assert_eq!(bench.files(), ["leads.csv", "leads_enriched.csv", "leads_enriched.unfinished.csv"]);
}

#[test]
fn without_rows_there_is_nothing_to_keep() {
    for (name, content) in [("a.csv", "\u{feff}a\n1\n"), ("a.jsonl", "\u{feff}{\"a\":1}\n")] {
        let bench = Bench::new(name, content);
        assert_eq!(create(&bench, &bench.scan()).keep(), None);
        assert_eq!(bench.files(), [name]);
    }
}

#[test]
fn a_kept_file_keeps_its_shape() {
    for content in ["{\"a\":1}\r\n{\"a\":2}", "{\"a\":1}\n{\"a\":2}\n"] {
        let bench = Bench::new("a.jsonl", content);
        let summary = bench.scan();
        let mut writer = create(&bench, &summary);
        for row in Reader::open(&summary).unwrap() {
            writer.write(&row.unwrap(), &[None]).unwrap();
        }
        let kept = writer.keep().unwrap();
        let text = content.replace('}', ",\"new\":null}");
        assert_eq!(fs::read_to_string(kept).unwrap(), text);
    }
}

#[test]
fn the_hidden_name_was_removed_or_taken() {
    let bench = leads();
    let (hidden, kept) = (bench.path(".leads_enriched.csv.marl-partial"), "leads_enriched.unfinished.csv");
    for other in [None, Some("not ours")] {
        let (writer, text) = written(&bench);
        fs::remove_file(&hidden).unwrap();
        other.inspect(|other| fs::write(&hidden, other).unwrap());
        let (message, hints) = message_and_hints(&writer.finish().unwrap_err(), bench.folder.path());
        let why = "cannot put the finished file in its place: the file or its folder is gone";
        assert_eq!(message, format!("leads_enriched.csv: {why}"));
        assert!(hints[0].contains(kept), "{hints:?}");
        assert_eq!(fs::read_to_string(bench.path(kept)).unwrap(), text);
        assert_eq!(fs::read_to_string(&hidden).ok().as_deref(), other);
        fs::remove_file(bench.path(kept)).unwrap();
    }
    // Nor does a dropped writer remove it.
    fs::remove_file(&hidden).unwrap();
    let (writer, _) = written(&bench);
    fs::remove_file(&hidden).unwrap();
    fs::write(&hidden, "not ours").unwrap();
    drop(writer);
    assert_eq!(fs::read_to_string(&hidden).unwrap(), "not ours");
}

#[cfg(unix)]
#[test]
fn a_kept_file_is_as_private_as_the_input() {
    use std::os::unix::fs::PermissionsExt;
    for is_removed in [false, true] {
        let bench = leads();
        fs::set_permissions(&bench.input, fs::Permissions::from_mode(0o600)).unwrap();
        let (writer, text) = written(&bench);
        if is_removed {
            fs::remove_file(bench.path(".leads_enriched.csv.marl-partial")).unwrap();
        }
        let kept = writer.keep().unwrap();
        assert_eq!(fs::read_to_string(&kept).unwrap(), text);
        assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// The folder of the test, in a process that can write only 300 KB into a file.
#[cfg(target_os = "linux")]
const FOLDER: &str = "MARL_TEST_FULL_DISK";

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return fill_up(Path::new(&folder));
    }
    let rows: String = (0..30_000).map(|row| format!("\"row\n{row}\",x\n")).collect();
    let bench = Bench::new("leads.csv", format!("a,b\n{rows}"));
    let (_, module) = module_path!().split_once("::").unwrap();
    // Blocks of 512 bytes; the signal is ignored, so that the write fails instead.
    let done = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 600; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::a_disk_that_fills_up")])
        .env(FOLDER, bench.folder.path())
        .output()
        .unwrap();
    let notes = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && notes.contains("1 passed"), "{notes}");
    assert_eq!(
        bench.files(),
        ["leads.csv", "leads_enriched.unfinished-2.csv", "leads_enriched.unfinished.csv"]
    );
}

#[cfg(target_os = "linux")]
fn fill_up(folder: &Path) {
    let input = folder.join("leads.csv");
    let summary = scan(&input, &ReadOptions::default()).unwrap();
    let create = || {
        let outputs = columns(&["new"]);
        Writer::create(&enriched_path(&input), &summary, &outputs, WriteOptions::default()).unwrap()
    };
    let is_sound = |kept: &Path, expected: std::ops::Range<u64>| {
        assert!(fs::metadata(kept).unwrap().len() > 300_000);
        let kept = scan(kept, &ReadOptions::default()).unwrap();
        assert!(expected.contains(&kept.rows), "{}", kept.rows);
    };
    let rows = || Reader::open(&summary).unwrap().map(Result::unwrap);

    let mut writer = create();
    let value = [Some(Value::text("x".repeat(20)))];
    let error = rows().find_map(|row| writer.write(&row, &value).err()).unwrap();
    assert!(error.to_string().ends_with("cannot write it: the file is too large for this disk"), "{error}");
    is_sound(&writer.keep().unwrap(), 8_000..10_000);

    // Less than two buffers: the rest is written to the disk only at the end.
    let mut writer = create();
    rows().for_each(|row| writer.write(&row, &[None]).unwrap());
    let (message, hints) = message_and_hints(&writer.finish().unwrap_err(), folder);
    assert!(message.ends_with("too large for this disk"), "{message}");
    assert_eq!(hints[0], "the lines that could be written are in `leads_enriched.unfinished-2.csv`");
    is_sound(&folder.join("leads_enriched.unfinished-2.csv"), 19_000..24_000);
}
