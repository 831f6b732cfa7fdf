//! The contracts of the integrations there are, read from their sources.
//!
//! Reading sources needs no build and also sees a crate that is not linked yet. It knows the
//! form in which contracts are written here, not Rust.

use std::path::{Path, PathBuf};

use crate::{failure::Failure, workspace};

/// What the source of one integration says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The name on the command line.
    pub(crate) name: String,
    /// The names of its output columns.
    pub(crate) outputs: Vec<String>,
    /// The folder in `crates/`.
    pub(crate) folder: String,
    /// The file that says so.
    pub(crate) file: PathBuf,
}

/// The contracts in `crates/integration-*`, by folder.
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

/// Names and outputs of the contracts in a source text.
fn read(text: &str) -> Vec<(String, Vec<String>)> {
    text.split(": Contract =").skip(1).filter_map(contract).collect()
}

fn contract(text: &str) -> Option<(String, Vec<String>)> {
    let name = text.split_once("name: \"")?.1.split('"').next()?;
    let outputs = text.split_once("outputs: &[").map(|(_, rest)| columns(until_closed(rest)));
    Some((name.to_owned(), outputs.unwrap_or_default()))
}

/// The first argument of each `Column::required(` and `Column::optional(`.
fn columns(text: &str) -> Vec<String> {
    let calls = text.split("Column::").skip(1);
    let first = calls.filter_map(|call| call.split_once('(')?.1.trim_start().strip_prefix('"'));
    first.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

/// The text up to the bracket that closes, those in strings not counted.
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
    fn name_and_outputs_are_read_in_the_forms_that_rustfmt_gives() {
        let text = r#"
            static CONTRACT: Contract = Contract {
                name: "find_ceo",
                inputs: &[Column::required("company_domain", SemanticType::Domain, "[x] \"y\"")],
                outputs: &[
                    Column::optional("ceo_name", SemanticType::Text, "a name ] of \"any\" kind"),
                    Column::optional(
                        "ceo_linkedin_url", SemanticType::LinkedinUrl, "x"),
                ],
                calls: &[CallSpec::once("datagen", TOOL)],
            };"#;
        let outputs = vec!["ceo_name".to_owned(), "ceo_linkedin_url".to_owned()];
        assert_eq!(read(text), [("find_ceo".to_owned(), outputs)]);
        assert_eq!(read("fn contract(&self) -> &'static Contract { &CONTRACT }"), []);
    }

    #[test]
    fn the_integrations_of_this_checkout_are_found() {
        let known = known(&workspace::root().unwrap()).unwrap();
        let profile = known.iter().find(|known| known.name == "linkedin_profile").unwrap();
        assert_eq!(profile.folder, "integration-linkedin");
        assert!(profile.outputs.contains(&"headline".to_owned()), "{profile:?}");
    }
}
