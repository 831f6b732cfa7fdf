//! Checks that a type's name is unique within its crate, so that a search for the name finds one type. Tests
//! and associated types may repeat names. This module changes nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Finding, Findings, TextFile, code};

const KEYWORDS: [&str; 4] = ["struct", "enum", "trait", "type"];

pub(super) fn check(files: &[TextFile], findings: &mut Findings) {
    let mut first: BTreeMap<(PathBuf, String), PathBuf> = BTreeMap::new();
    for file in files {
        let Some(folder) = crate_of(&file.path).filter(|_| file.has_extension("rs")) else { continue };
        for (line, name) in declared(&file.text) {
            let key = (folder.to_owned(), name.clone());
            let Some(other) = first.get(&key) else {
                first.insert(key, file.path.clone());
                continue;
            };
            let what = format!("`{name}` is also a type of {}: rename one of them", other.display());
            findings.faults.push(Finding::new(&file.path, line, what));
        }
    }
}

/// The folder of the crate that compiles this source; `None` for a test.
fn crate_of(path: &Path) -> Option<&Path> {
    let source = path.ancestors().find(|folder| folder.ends_with("src"))?;
    let folder = source.parent()?;
    let is_test = path.ends_with("tests.rs") || path.iter().any(|part| part == "tests");
    (!is_test).then_some(folder)
}

/// The types that a source declares, each with its line, counted from 1.
fn declared(text: &str) -> Vec<(usize, String)> {
    let code = code::only(&code::without_tests(text));
    let names = code.lines().enumerate().filter_map(|(at, line)| Some((at + 1, declared_in(line)?)));
    names.collect()
}

fn declared_in(line: &str) -> Option<String> {
    let is_inner = line.starts_with(char::is_whitespace);
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    let keyword = words.next().filter(|word| KEYWORDS.contains(word))?;
    // Below the top level, `type` declares an associated type.
    if is_inner && keyword == "type" {
        return None;
    }
    let name = words.next()?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    Some(name[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::found_in, check};

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        found_in(files, check)
    }

    #[test]
    fn a_repeated_type_name_is_found() {
        let files = [
            ("crates/a/src/lib.rs", "pub struct Row<'a>;\n"),
            ("crates/a/src/b.rs", "use x;\npub(crate) enum Row {}\n"),
        ];
        let expect = "crates/a/src/b.rs:2: `Row` is also a type of crates/a/src/lib.rs: rename one of them";
        assert_eq!(found(&files), [expect]);
    }

    #[test]
    fn other_crates_tests_and_associated_types_may_repeat_a_name() {
        let files = [
            ("crates/a/src/lib.rs", "struct Row;\ntype Error = ();\n"),
            ("crates/b/src/lib.rs", "struct Row;\n// struct Row;\n"),
            ("crates/a/src/b.rs", "impl F for G {\n    type Error = ();\n}\n"),
            ("crates/a/src/c.rs", "#[cfg(test)]\nmod tests {\n    struct Row;\n}\n"),
            ("crates/a/src/c/tests.rs", "struct Row;\n"),
            ("crates/a/tests/it/main.rs", "struct Row;\n"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
