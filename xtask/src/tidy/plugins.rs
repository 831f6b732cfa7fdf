//! Checks that every plugin is linked. A crate that no source names registers nothing, without an error. This
//! module changes nothing.

use std::{collections::BTreeMap, path::Path};

use super::{Finding, Findings, TextFile, manifests};

const CLI_MANIFEST: &str = "crates/cli/Cargo.toml";
const PLUGINS: &str = "crates/cli/src/plugins.rs";

pub(super) fn check(files: &[TextFile], findings: &mut Findings) {
    let folders: Vec<&str> = files.iter().filter_map(|file| folder(&file.path)).collect();
    let find = |path: &str| files.iter().find(|file| file.path == Path::new(path));
    let named = find(CLI_MANIFEST).map(manifests::of_package).unwrap_or_default();
    let named = named.into_iter().filter(|(name, _)| is_plugin(name)).collect();
    compare(CLI_MANIFEST, &folders, &named, |name| format!("{name}.workspace = true"), findings);
    let uses = find(PLUGINS).map(|file| uses(&file.text)).unwrap_or_default();
    let uses: BTreeMap<&str, usize> = uses.iter().map(|(name, line)| (name.as_str(), *line)).collect();
    compare(PLUGINS, &folders, &uses, |name| format!("use {} as _;", name.replace('-', "_")), findings);
}

fn is_plugin(name: &str) -> bool {
    name.starts_with("integration-") || name.starts_with("provider-")
}

/// The plugin to which this manifest belongs.
fn folder(path: &Path) -> Option<&str> {
    let folder = path.strip_prefix("crates").ok()?.to_str()?.strip_suffix("/Cargo.toml")?;
    is_plugin(folder).then_some(folder)
}

/// The linked plugins, by the names of their folders.
fn uses(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let name = line.strip_prefix("use ").and_then(|rest| rest.strip_suffix(" as _;"));
        found.extend(name.map(|name| (name.replace('_', "-"), at + 1)));
    }
    found
}

fn compare(
    file: &str,
    folders: &[&str],
    named: &BTreeMap<&str, usize>,
    line: impl Fn(&str) -> String,
    findings: &mut Findings,
) {
    for folder in folders.iter().filter(|folder| !named.contains_key(**folder)) {
        let what = format!("crates/{folder} is not linked: add `{}`", line(folder));
        findings.faults.push(Finding::new(Path::new(file), 1, what));
    }
    for (name, at) in named.iter().filter(|(name, _)| !folders.contains(name)) {
        let what = format!("there is no crates/{name}: remove the line");
        findings.faults.push(Finding::new(Path::new(file), *at, what));
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn folders_manifest_and_uses_agree() {
        let file = |path: &str, text: &str| TextFile { path: PathBuf::from(path), text: text.to_owned() };
        let files = [
            file("crates/integration-a/Cargo.toml", ""),
            file("crates/provider-b/Cargo.toml", ""),
            file(CLI_MANIFEST, "[dependencies]\nclap.workspace = true\nintegration-a.workspace = true\n"),
            file(PLUGINS, "use integration_c as _;\nuse provider_b as _;\n"),
        ];
        let mut findings = Findings::default();
        check(&files, &mut findings);
        let found: Vec<String> = findings.faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "crates/cli/Cargo.toml:1: crates/provider-b is not linked: add `provider-b.workspace = true`",
                "crates/cli/src/plugins.rs:1: crates/integration-a is not linked: add `use integration_a as _;`",
                "crates/cli/src/plugins.rs:1: there is no crates/integration-c: remove the line",
            ]
        );
    }
}
