//! `cargo xtask tidy`: checks of this repository that the compiler does not make.
//!
//! Each finding names a place and what to do there. The command changes nothing.

mod code;
mod cycles;
mod documents;
mod manifests;
mod plugins;
mod sources;
mod surfaces;
mod type_names;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{console, failure::Failure, workspace};

/// Check what the compiler does not: module docs, sizes, printing, type names, cycles, words of callers, dependencies, links
#[derive(Debug, clap::Args)]
pub(crate) struct TidyArgs {}

/// A place in a file and what to do there.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    file: PathBuf,
    line: usize,
    what: String,
}

impl Finding {
    fn new(file: &Path, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// A text file of the repository.
pub(super) struct TextFile {
    path: PathBuf,
    text: String,
}

impl TextFile {
    fn has_extension(&self, wanted: &str) -> bool {
        self.path.extension().is_some_and(|extension| extension == wanted)
    }
}

/// The results of the checks: faults must be fixed, warnings should be looked at.
#[derive(Default)]
pub(super) struct Findings {
    faults: Vec<Finding>,
    warnings: Vec<Finding>,
}

pub(crate) fn run(root: &Path, _: &TidyArgs) -> Result<(), Failure> {
    let mut findings = check(root)?;
    findings.faults.sort();
    findings.warnings.sort();
    findings.warnings.iter().for_each(|warning| console::warning(&warning.to_string()));
    if findings.faults.is_empty() {
        return Ok(());
    }
    findings.faults.iter().for_each(|fault| console::line(&fault.to_string()));
    Err(Failure::new(format!("tidy found {} places to fix", findings.faults.len()))
        .hint("each line above says where and what to do"))
}

fn check(root: &Path) -> Result<Findings, Failure> {
    let paths = workspace::files(root)?;
    let mut files = Vec::new();
    for path in &paths {
        // A file that is not UTF-8 is test data rather than text.
        if let Ok(text) = String::from_utf8(read(root, path)?) {
            files.push(TextFile { path: path.clone(), text });
        }
    }
    let mut findings = Findings::default();
    for file in &files {
        sources::check(file, &mut findings);
        documents::check(root, file, &mut findings);
    }
    documents::check_present(root, &mut findings);
    manifests::check(&files, &mut findings);
    plugins::check(&files, &mut findings);
    surfaces::check(&files, &mut findings);
    type_names::check(&files, &mut findings);
    cycles::check(&files, &mut findings);
    Ok(findings)
}

fn read(root: &Path, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(root.join(path))
        .map_err(|error| Failure::new(format!("{} cannot be read", path.display())).caused_by(error))
}

/// The faults that a check of one file finds.
#[cfg(test)]
pub(super) fn found(path: &str, text: &str, check: impl Fn(&TextFile, &mut Findings)) -> Vec<String> {
    found_in(&[(path, text)], |files, findings| files.iter().for_each(|file| check(file, findings)))
}

/// The faults that a check of several files finds.
#[cfg(test)]
pub(super) fn found_in(files: &[(&str, &str)], check: impl Fn(&[TextFile], &mut Findings)) -> Vec<String> {
    let file = |(path, text): &(&str, &str)| TextFile { path: PathBuf::from(path), text: (*text).to_owned() };
    let files: Vec<TextFile> = files.iter().map(file).collect();
    let mut findings = Findings::default();
    check(&files, &mut findings);
    findings.faults.iter().map(ToString::to_string).collect()
}
