//! Tests of tables, on real files in temporary folders.

mod csv;
mod delimiter;
mod exports;
mod files;
mod format;
mod frame;
mod jsonl;
mod keep;
mod output;
mod packed_format;
mod property;
mod reading;
mod safety;
mod terminal;

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use marl_core::{SemanticType, value::Value};
use tempfile::TempDir;

use super::*;
use crate::{
    format::{csv::CsvLayout, jsonl::JsonlLayout},
    text::shape::{LineEnding, TextShape},
};

/// A folder with one table in it.
struct Bench {
    folder: TempDir,
    input: PathBuf,
}

impl Bench {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = TempDir::new().unwrap();
        let input = folder.path().join(name);
        fs::write(&input, content).unwrap();
        Self { folder, input }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn scan(&self) -> TableSummary {
        scan(&self.input, &ReadOptions::default()).unwrap()
    }

    /// Reads the table, writes each row with `written`, and returns the bytes of the output.
    fn enrich(&self, summary: &TableSummary, outputs: &[&str], written: &[Option<Value>]) -> Vec<u8> {
        let output = enriched_path(&self.input);
        let mut writer =
            Writer::create(&output, summary, &columns(outputs), WriteOptions::default()).unwrap();
        for row in Reader::open(summary).unwrap() {
            writer.write(&row.unwrap(), written).unwrap();
        }
        writer.finish().unwrap();
        fs::read(output).unwrap()
    }

    /// The names of the files in the folder.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Columns of text that a run writes.
fn columns(names: &[&str]) -> Vec<OutputColumn> {
    let column = |name: &&str| OutputColumn { name: (*name).to_owned(), kind: SemanticType::Text };
    names.iter().map(column).collect()
}

/// The text shape of the file that a table was read from.
fn shape_of(table: &TableSummary) -> TextShape {
    let csv = table.layout::<CsvLayout>().map(|layout| layout.shape);
    csv.or_else(|| table.layout::<JsonlLayout>().map(|layout| layout.shape)).expect("a format of text")
}

/// The error's message without the test's folder, and its hints.
fn message_and_hints(error: &TableError, folder: &Path) -> (String, Vec<String>) {
    let folder = format!("{}/", folder.display());
    let hints = error.hints().iter().map(|hint| hint.replace(&folder, "")).collect();
    (error.to_string().replace(&folder, ""), hints)
}

/// Checks a broken table: the message must be equal, and a hint must contain `hint`.
fn check_error(name: &str, content: impl AsRef<[u8]>, message: &str, hint: &str) {
    let bench = Bench::new(name, content);
    let error = scan(&bench.input, &ReadOptions::default()).unwrap_err();
    let (found, hints) = message_and_hints(&error, bench.folder.path());
    assert_eq!(found, message);
    assert!(hints.concat().contains(hint), "{hints:?} without {hint:?}");
}

#[test]
fn names_of_outputs_follow_the_input() {
    assert_eq!(enriched_path(Path::new("a/leads.csv")), Path::new("a/leads_enriched.csv"));
    assert_eq!(enriched_path(Path::new("leads.v2.tsv")), Path::new("leads.v2_enriched.tsv"));
    assert_eq!(enriched_path(Path::new("leads")), Path::new("leads_enriched"));
    for (output, errors) in [
        ("a/x_enriched.csv", "a/x_enriched.errors.csv"),
        ("a/x_enriched.jsonl", "a/x_enriched.errors.jsonl.csv"),
        ("a/x_enriched.tsv", "a/x_enriched.errors.tsv.csv"),
        ("a/x_enriched.CSV", "a/x_enriched.errors.CSV.csv"),
        ("a/x_enriched.jsonl.csv", "a/x_enriched.jsonl.errors.csv"),
        ("a/x", "a/x.errors..csv"),
    ] {
        assert_eq!(errors_path(Path::new(output)), Path::new(errors));
    }
}

#[test]
fn the_delimiter_of_the_command_line() {
    assert_eq!(parse_delimiter(";"), Ok(b';'));
    assert_eq!(parse_delimiter("\\t"), Ok(b'\t'));
    assert_eq!(parse_delimiter("\t"), Ok(b'\t'));
    for bad in ["", ";;", "\"", "\n", "ä"] {
        assert!(parse_delimiter(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn errors_keep_the_systems_reason() {
    let error = scan(Path::new("/nowhere/leads.csv"), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/leads.csv: no such file");
    assert!(error.source().is_some());
}
