//! Checks of single Rust sources: module docs, size, printing, and the names of the ledger's implementations.
//! This module changes nothing.

use std::path::Path;

use super::{Finding, Findings, TextFile, code};

const MOST_LINES: usize = 600;
const MANY_LINES: usize = 400;

/// The only files that may write to stdout and stderr.
const PRINTERS: [&str; 2] = ["crates/cli/src/printer.rs", "xtask/src/console.rs"];

/// A file that may ask whether stderr is a terminal, but may not write to it.
const ASKS_FOR_TERMINAL: &str = "crates/cli/src/human/progress.rs";

const MACROS: [&str; 5] = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];
const STREAMS: [&str; 2] = ["stdout", "stderr"];

pub(super) fn check(file: &TextFile, findings: &mut Findings) {
    let ours = file.path.starts_with("crates") || file.path.starts_with("xtask");
    if !file.has_extension("rs") || !ours || is_data(&file.path) {
        return;
    }
    check_docs(file, findings);
    check_size(file, findings);
    check_printing(file, findings);
    check_ledgers(file, findings);
}

/// Whether a source is data that tests read rather than compile.
fn is_data(path: &Path) -> bool {
    path.iter().any(|part| part == "data" || part == "testdata" || part == "fixtures")
}

fn check_docs(file: &TextFile, findings: &mut Findings) {
    if !file.text.starts_with("//!") {
        let what = "begin the file with a `//!` that states its job and what it must not do";
        findings.faults.push(Finding::new(&file.path, 1, what));
    }
}

fn check_size(file: &TextFile, findings: &mut Findings) {
    let lines = file.text.lines().count();
    let what = format!("the file has {lines} lines: split it by job");
    if lines > MOST_LINES {
        findings.faults.push(Finding::new(&file.path, lines, format!("{what} (at most {MOST_LINES})")));
    } else if lines > MANY_LINES {
        findings.warnings.push(Finding::new(&file.path, lines, format!("{what} (about {MANY_LINES})")));
    }
}

fn check_printing(file: &TextFile, findings: &mut Findings) {
    // Cargo reads the output of a build script.
    if PRINTERS.iter().any(|printer| file.path == Path::new(printer)) || file.path.ends_with("build.rs") {
        return;
    }
    for (at, line) in code::only(&file.text).lines().enumerate() {
        let asks = file.path == Path::new(ASKS_FOR_TERMINAL) && line.contains("is_terminal");
        if let Some(what) = prints(line).filter(|_| !asks) {
            let printer = if file.path.starts_with("xtask") { PRINTERS[1] } else { PRINTERS[0] };
            let what = format!("only {printer} may use `{what}`: print through that module");
            findings.faults.push(Finding::new(&file.path, at + 1, what));
        }
    }
}

/// Checks that only the module that opens ledgers names an implementation; the rest uses the trait.
fn check_ledgers(file: &TextFile, findings: &mut Findings) {
    let is_test = file.path.iter().any(|part| part == "tests");
    if is_test || file.path.starts_with("xtask") || file.path.ends_with("src/project/ledger.rs") {
        return;
    }
    for (at, line) in code::only(&file.text).lines().enumerate() {
        if line.contains("ledger_sqlite") {
            let what = "only `src/project/ledger.rs` names an implementation of the ledger: \
                        use a `dyn Ledger` that it opened";
            findings.faults.push(Finding::new(&file.path, at + 1, what));
        }
    }
}

/// What a line of code prints with; `None` when it does not print.
fn prints(line: &str) -> Option<String> {
    let not_in_word = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    for name in MACROS {
        if line.match_indices(name).any(|(at, _)| not_in_word(at)) {
            return Some(name.to_owned());
        }
    }
    for name in STREAMS {
        let of_io = format!("io::{name}");
        let called = format!("{name}()");
        let bare = |at: usize| not_in_word(at) && !line[..at].ends_with(['.', ':']);
        if line.contains(&of_io) || line.match_indices(&called).any(|(at, _)| bare(at)) {
            return Some(of_io);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{super::found, check};

    #[test]
    fn only_the_printer_prints() {
        let text = "//! Doc, println!.\nfn f() {\n    eprintln!(\"x\");\n}\n";
        let expect = "crates/a/src/lib.rs:3: only crates/cli/src/printer.rs may use `eprintln!`: \
                      print through that module";
        assert_eq!(found("crates/a/src/lib.rs", text, check), [expect]);
        assert_eq!(found("crates/cli/src/printer.rs", text, check), Vec::<String>::new());
    }

    #[test]
    fn streams_are_distinguished_from_other_words() {
        for (line, expect) in [
            ("writeln!(io::stdout(), x)", true),
            ("let out = stdout().lock();", true),
            ("dbg!(x)", true),
            ("child.stdout.take()", false),
            ("Term::stderr()", false),
            ("style(x).for_stderr()", false),
            ("let x = \"println!\";", false),
            ("my_print!(x)", false),
        ] {
            let text = format!("//! Doc.\n{line}\n");
            assert_eq!(!found("crates/a/src/lib.rs", &text, check).is_empty(), expect, "{line}");
        }
    }

    #[test]
    fn only_one_module_names_an_implementation_of_the_ledger() {
        let text = "//! Doc, ledger_sqlite.\nuse ledger_sqlite::Store;\n";
        let expect = "crates/cli/src/job.rs:2: only `src/project/ledger.rs` names an implementation of the ledger: \
                      use a `dyn Ledger` that it opened";
        assert_eq!(found("crates/cli/src/job.rs", text, check), [expect]);
        for path in ["crates/cli/src/project/ledger.rs", "crates/cli/tests/it/forecast.rs"] {
            assert_eq!(found(path, text, check), Vec::<String>::new());
        }
    }

    #[test]
    fn a_file_begins_with_docs_and_has_a_limited_size() {
        let found = |text: &str| found("xtask/src/x.rs", text, check);
        assert!(found("use x;\n")[0].starts_with("xtask/src/x.rs:1: begin the file"));
        let long = "//! Doc.\n".repeat(601);
        assert!(found(&long)[0].starts_with("xtask/src/x.rs:601: the file has 601 lines"));
        assert!(super::super::found("crates/a/data/x.rs", "use x;\n", check).is_empty());
    }
}
