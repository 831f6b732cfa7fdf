//! Checks that the texts of the inner crates fit every caller: a command line, the protocol server, a page.
//!
//! Their strings must contain no flag, no command, no file that only the program knows and no table format.
//! Advice is data, and each caller words it. This module reads text and does not know types.

use std::path::Path;

use super::{Finding, Findings, TextFile, code};

/// The path prefixes of the crates whose strings must not contain words of a caller.
const INNER: [&str; 7] = [
    "crates/core/",
    "crates/declared/",
    "crates/engine/",
    "crates/integration-",
    "crates/ledger-",
    "crates/provider-",
    "crates/wire/",
];

/// The folder with one file per command of the program.
const COMMANDS: &str = "crates/cli/src/commands";

const SETTINGS: &str = "marl.toml";

/// The file extensions of tables.
const TABLES: [&str; 7] = [".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".xlsx", ".parquet"];

pub(super) fn check(files: &[TextFile], findings: &mut Findings) {
    let commands: Vec<&str> = files.iter().filter_map(|file| command(&file.path)).collect();
    for file in files.iter().filter(|file| is_inner(&file.path)) {
        let text = code::without_tests(&file.text);
        for (line, string) in code::strings(&text) {
            if let Some(word) = word_of_a_caller(string, &commands) {
                let what = format!(
                    "`{word}` is a word of one caller: express it as data, and let each caller word it"
                );
                findings.faults.push(Finding::new(&file.path, line, what));
            }
        }
    }
}

/// The command whose file this is.
fn command(path: &Path) -> Option<&str> {
    let stem = path.file_stem()?.to_str()?;
    (path.parent()? == Path::new(COMMANDS) && stem != "mod").then_some(stem)
}

/// Whether a file is a source of an inner crate, but not a test.
fn is_inner(path: &Path) -> bool {
    let is_test = path.iter().any(|part| ["tests", "tests.rs", "testing"].iter().any(|name| part == *name));
    let text = path.to_str().unwrap_or_default();
    !is_test
        && text.contains("/src/")
        && text.ends_with(".rs")
        && INNER.iter().any(|inner| text.starts_with(inner))
}

/// The first flag, command or file name in a string.
fn word_of_a_caller<'s>(string: &'s str, commands: &[&str]) -> Option<&'s str> {
    flag(string)
        .or_else(|| called(string, commands))
        .or_else(|| string.contains(SETTINGS).then_some(SETTINGS))
        .or_else(|| table(string))
}

/// A flag such as `--map` at the beginning of a word.
fn flag(string: &str) -> Option<&str> {
    string.match_indices("--").find_map(|(at, _)| {
        let (before, rest) = (&string[..at], &string[at..]);
        let begins = !before.ends_with(|c: char| c.is_alphanumeric() || c == '-');
        let is_flag = begins && rest[2..].starts_with(|c: char| c.is_ascii_lowercase());
        is_flag.then(|| word_at(rest, |c| c.is_ascii_lowercase() || c == '-'))
    })
}

/// A command such as `marl plan`, or the program's name where a command begins.
fn called<'s>(string: &'s str, commands: &[&str]) -> Option<&'s str> {
    string.match_indices("marl").find_map(|(at, name)| {
        let next = string[at + name.len()..].strip_prefix(' ').unwrap_or_default();
        let next = word_at(next, |c| c.is_ascii_lowercase() || c == '-');
        let is_command = commands.iter().any(|command| command.replace('_', "-") == next);
        let is_quoted = string[..at].ends_with('`');
        (is_command || is_quoted).then_some(name)
    })
}

/// A table's extension such as `.csv` at the end of a word.
fn table(string: &str) -> Option<&'static str> {
    TABLES.into_iter().find(|ending| {
        let ends = |(at, _): (usize, &str)| {
            !string[at + ending.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        };
        string.match_indices(ending).any(ends)
    })
}

fn word_at(text: &str, fits: impl Fn(char) -> bool) -> &str {
    text.split(|c: char| !fits(c)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| TextFile { path: PathBuf::from(path), text: text.to_owned() };
        let files = [file("crates/cli/src/commands/exit_codes.rs", ""), file(path, text)];
        let mut findings = Findings::default();
        check(&files, &mut findings);
        findings.faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_of_a_caller_are_found_in_strings() {
        for (string, word) in [
            ("bind one with `--map a=b`", Some("--map")),
            ("--provider-column", Some("--provider-column")),
            ("`marl` lists them", Some("marl")),
            ("see marl exit-codes", Some("marl")),
            ("set it in marl.toml", Some("marl.toml")),
            ("ends in .csv", Some(".csv")),
            ("leads.jsonl;", Some(".jsonl")),
            ("as marl makes it", None),
            ("xn--bcher.de", None),
            ("a -- b", None),
            ("x.csvs", None),
        ] {
            let expect = word.map(|word| {
                format!(
                    "crates/engine/src/x.rs:2: `{word}` is a word of one caller: express it as data, and let each \
                     caller word it"
                )
            });
            let text = format!("//! Doc, --flag.\nlet x = \"{string}\"; // --flag\n");
            assert_eq!(findings("crates/engine/src/x.rs", &text), Vec::from_iter(expect), "{string}");
        }
    }

    #[test]
    fn tests_and_outer_crates_may_use_them() {
        let text = "//! Doc.\n#[cfg(test)]\nmod tests {\n    const X: &str = \"--map\";\n}\n";
        assert!(findings("crates/engine/src/x.rs", text).is_empty());
        let after = format!("{text}const Y: &str = \"--into\";\n");
        assert_eq!(findings("crates/engine/src/x.rs", &after).len(), 1);
        let text = "//! Doc.\nconst X: &str = \"--map\";\n";
        for path in ["crates/engine/src/x/tests.rs", "crates/core/src/tests/x.rs", "crates/cli/src/x.rs"] {
            assert!(findings(path, text).is_empty(), "{path}");
        }
        for path in ["crates/ledger-sqlite/src/x.rs", "crates/provider-datagen/src/x.rs"] {
            assert_eq!(findings(path, text).len(), 1, "{path}");
        }
    }
}
