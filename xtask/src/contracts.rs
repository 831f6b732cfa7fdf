//! Reads the contracts of the existing integrations from their sources.
//!
//! This needs no build and also finds crates that are not linked yet. The reader understands only the form in
//! which this repository writes contracts, not Rust in general.

use std::path::{Path, PathBuf};

use crate::{failure::Failure, workspace};

/// The contract of an integration, as far as its source shows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The name on the command line.
    pub(crate) name: String,
    /// The names of the output columns.
    pub(crate) outputs: Vec<String>,
    /// The folder of the crate in `crates/`.
    pub(crate) folder: String,
    /// The file that contains the contract.
    pub(crate) file: PathBuf,
}

/// The contracts in `crates/integration-*`, sorted by folder.
pub(crate) fn known(root: &Path) -> Result<Vec<Known>, Failure> {
    let mut known = Vec::new();
    for folder in workspace::crates(root, "integration-")? {
        let mut files = workspace::walk(root, &Path::new("crates").join(&folder).join("src"))?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
        files.sort();
        for file in files {
            let text = workspace::read(&root.join(&file))?;
            known.extend(read(&text).into_iter().map(|(name, outputs)| Known {
                name,
                outputs,
                folder: folder.clone(),
                file: file.clone(),
            }));
        }
    }
    Ok(known)
}

/// The names and outputs of the contracts in a source text.
fn read(text: &str) -> Vec<(String, Vec<String>)> {
    text.split(": Contract =").skip(1).filter_map(|of| contract(of, text)).collect()
}

/// The contract at the start of `text`. `source` is the whole file.
fn contract(text: &str, source: &str) -> Option<(String, Vec<String>)> {
    let name = text.trim_start().strip_prefix("Contract::new(")?.trim_start().strip_prefix('"')?;
    let (name, rest) = name.split_once('"')?;
    Some((name.to_owned(), outputs(rest, source).unwrap_or_default()))
}

/// The output names: from the list that `.outputs(...)` refers to, or from the list inside it.
fn outputs(contract: &str, source: &str) -> Option<Vec<String>> {
    let argument = contract.split_once(".outputs(")?.1.trim_start();
    let list = argument.split_once(')').map(|(word, _)| word.trim().trim_end_matches(','));
    let is_name = |word: &&str| word.chars().all(|c| c.is_alphanumeric() || c == '_');
    let text = match list.filter(is_name) {
        Some(list) => source.split_once(&format!("const {list}: &[Column] ="))?.1,
        None => argument,
    };
    Some(columns(until_closed(text.split_once("&[")?.1)))
}

/// The first argument of each `Column::required(` and `Column::optional(`.
fn columns(text: &str) -> Vec<String> {
    let calls = text.split("Column::").skip(1);
    let first = calls.filter_map(|call| call.split_once('(')?.1.trim_start().strip_prefix('"'));
    first.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

/// The text up to the closing bracket, ignoring brackets in strings.
fn until_closed(text: &str) -> &str {
    let (mut depth, mut in_string, mut escaped) = (1_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' if !in_string => depth += 1,
            b']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return &text[..at];
                }
            }
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_outputs_are_read_in_every_layout_of_rustfmt() {
        let text = r#"
            const INPUTS: &[Column] =
                &[Column::required("company_domain", SemanticType::Domain, "[x] \"y\"")];
            const OUTPUTS: &[Column] = &[
                Column::optional("ceo_name", SemanticType::Text, "a name ] of \"any\" kind"),
                Column::optional(
                    "ceo_linkedin_url", SemanticType::LinkedinUrl, "x"),
            ];
            static CONTRACT: Contract = Contract::new(
                "find_ceo",
                "4",
                "A company's chief executive",
            )
            .inputs(INPUTS)
            .outputs(OUTPUTS)
            .calls(CALLS);
            static OTHER: Contract = Contract::new("other", "1", "")
                .outputs(const { &[Column::optional("size", SemanticType::Integer, "")] });"#;
        let outputs = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let ceo = outputs(&["ceo_name", "ceo_linkedin_url"]);
        assert_eq!(read(text), [("find_ceo".to_owned(), ceo), ("other".to_owned(), outputs(&["size"]))]);
        assert_eq!(read("fn contract(&self) -> &Contract { &CONTRACT }"), []);
        assert_eq!(read("let made: Contract = Contract { name: name.into(), ..CONTRACT.clone() };"), []);
    }

    #[test]
    fn the_integrations_of_this_checkout_are_found() {
        let known = known(&workspace::root().unwrap()).unwrap();
        let profile = known.iter().find(|known| known.name == "linkedin_profile").unwrap();
        assert_eq!(profile.folder, "integration-linkedin");
        assert!(profile.outputs.contains(&"headline".to_owned()), "{profile:?}");
    }
}
