//! Checks that the top-level modules of a crate do not depend on each other in a cycle, so that a reader of a
//! module need not read the modules that use it.
//!
//! A dependency is a path that begins with `crate::`, or with `super::` in a file beside the crate's root.
//! Tests may depend on everything. This module reads text and changes nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{Finding, Findings, TextFile, code};

/// The modules that a module depends on, each with the first place where it does.
type Dependencies = BTreeMap<String, (PathBuf, usize)>;

pub(super) fn check(files: &[TextFile], findings: &mut Findings) {
    let mut crates: BTreeMap<PathBuf, BTreeMap<String, Dependencies>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.has_extension("rs")) {
        let Some((source, module)) = module_of(&file.path) else { continue };
        let is_beside_root = file.path.parent() == Some(source);
        let dependencies = crates.entry(source.to_owned()).or_default().entry(module.clone()).or_default();
        for (line, name) in modules_named(&file.text, is_beside_root) {
            if name != module {
                dependencies.entry(name).or_insert_with(|| (file.path.clone(), line));
            }
        }
    }
    for modules in crates.values() {
        for (module, dependencies) in modules {
            for (other, (path, line)) in dependencies {
                if let Some(route) = route(modules, other, module) {
                    let what = format!(
                        "`{module}` depends on `{other}`, which depends on `{module}` ({route}): \
                         move what both need into a module of its own"
                    );
                    findings.faults.push(Finding::new(path, *line, what));
                }
            }
        }
    }
}

/// The folder `src` and the top-level module of a source; `None` for the crate's root and for tests.
fn module_of(path: &Path) -> Option<(&Path, String)> {
    let source = path.ancestors().find(|folder| folder.ends_with("src"))?;
    let inner = path.strip_prefix(source).ok()?;
    let is_test = path.ends_with("tests.rs") || path.iter().any(|part| part == "tests");
    let module = Path::new(inner.iter().next()?).file_stem()?.to_str()?.to_owned();
    let is_root = inner.iter().count() == 1 && (module == "lib" || module == "main");
    (!is_test && !is_root).then_some((source, module))
}

/// The first names after `crate::`, each with its line, counted from 1.
fn modules_named(text: &str, is_beside_root: bool) -> Vec<(usize, String)> {
    let code = code::only(&code::without_tests(text));
    let roots: &[&str] = if is_beside_root { &["crate::", "super::"] } else { &["crate::"] };
    let mut found = Vec::new();
    for root in roots {
        for (at, _) in code.match_indices(root) {
            let line = code[..at].matches('\n').count() + 1;
            let names = first_names(&code[at + root.len()..]);
            found.extend(names.into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The next name of a path, or the first names in its list in braces.
fn first_names(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    let mut is_start = true;
    let mut name = String::new();
    for c in path.chars() {
        let is_word = c.is_alphanumeric() || c == '_';
        if is_word && is_start {
            name.push(c);
            continue;
        }
        if !name.is_empty() {
            names.push(std::mem::take(&mut name));
            is_start = false;
        }
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => is_start = true,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// The dependencies through which `from` depends on `to`, as `b -> c -> a`; `None` when it does not.
fn route(modules: &BTreeMap<String, Dependencies>, from: &str, to: &str) -> Option<String> {
    let mut seen = BTreeSet::from([from]);
    let mut routes = vec![vec![from]];
    while let Some(route) = routes.pop() {
        let last = *route.last()?;
        if last == to {
            return Some(route.join(" -> "));
        }
        for next in modules.get(last).into_iter().flat_map(BTreeMap::keys) {
            if modules.contains_key(next) && seen.insert(next) {
                routes.push(route.iter().copied().chain([next.as_str()]).collect());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{super::found_in, check};

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        found_in(files, check)
    }

    #[test]
    fn a_cycle_is_found_at_each_of_its_edges() {
        let files = [
            ("crates/a/src/b.rs", "use std::fmt;\nuse crate::{\n    c::{d, e},\n    x,\n};\n"),
            ("crates/a/src/c/inner.rs", "fn f() {\n    crate::g::h();\n}\n"),
            ("crates/a/src/g.rs", "use super::b::Row;\n"),
            ("crates/a/src/x.rs", "struct X;\n"),
        ];
        let hint = "move what both need into a module of its own";
        assert_eq!(
            found(&files),
            [
                format!(
                    "crates/a/src/b.rs:2: `b` depends on `c`, which depends on `b` (c -> g -> b): {hint}"
                ),
                format!(
                    "crates/a/src/c/inner.rs:2: `c` depends on `g`, which depends on `c` (g -> b -> c): {hint}"
                ),
                format!(
                    "crates/a/src/g.rs:1: `g` depends on `b`, which depends on `g` (b -> c -> g): {hint}"
                ),
            ]
        );
    }

    #[test]
    fn one_direction_tests_and_names_within_a_list_are_not_cycles() {
        let files = [
            ("crates/a/src/lib.rs", "mod b;\nuse crate::b::B;\n"),
            ("crates/a/src/b.rs", "use crate::c::b;\n// crate::d\n"),
            (
                "crates/a/src/c.rs",
                "use crate::d::{b, e::b};\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\n",
            ),
            ("crates/a/src/c/tests.rs", "use crate::b;\n"),
            ("crates/a/src/d.rs", "use crate::d::inner;\n"),
            ("crates/other/src/c.rs", "use crate::b;\n"),
            ("crates/other/src/b.rs", "fn f() {}\n"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
