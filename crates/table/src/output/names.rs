//! The names of the files that a run writes beside its input or output. This module reads no file.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// `leads.csv` becomes `leads_enriched.csv`, in the same folder.
pub fn enriched_path(input: &Path) -> PathBuf {
    let mut name = input.file_stem().map(OsString::from).unwrap_or_default();
    name.push("_enriched");
    if let Some(extension) = input.extension() {
        name.push(".");
        name.push(extension);
    }
    input.with_file_name(name)
}

/// `leads_enriched.csv` becomes `leads_enriched.errors.csv`, and `leads_enriched.jsonl` becomes
/// `leads_enriched.errors.jsonl.csv`: the list is CSV for every format, and no two outputs share one.
pub fn errors_path(output: &Path) -> PathBuf {
    let mut name = output.file_stem().map(OsString::from).unwrap_or_default();
    name.push(".errors");
    match output.extension() {
        Some(extension) if extension == "csv" => {}
        Some(extension) => {
            name.push(".");
            name.push(extension);
        }
        None => name.push("."),
    }
    name.push(".csv");
    output.with_file_name(name)
}

/// `leads_enriched.csv` becomes `leads_enriched.unfinished.csv` for number 1, and
/// `leads_enriched.unfinished-2.csv` for number 2.
pub(crate) fn unfinished_path(output: &Path, number: usize) -> PathBuf {
    let mut name = output.file_stem().map(OsString::from).unwrap_or_default();
    name.push(".unfinished");
    if number > 1 {
        name.push(format!("-{number}"));
    }
    if let Some(extension) = output.extension() {
        name.push(".");
        name.push(extension);
    }
    output.with_file_name(name)
}
