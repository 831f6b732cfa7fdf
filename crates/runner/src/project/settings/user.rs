//! The user's own settings, which belong to no project: `marl/marl.toml` in the user's configuration folder.
//! They hold what a project must not decide: whether buying needs consent.

use std::{
    env,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    failure::Failure,
    project::{owner, text_file, toml_error},
};

/// The environment variable that requires consent.
const VARIABLE: &str = "MARL_CONSENT";

/// The only valid value of the variable.
const REQUIRED: &str = "required";

/// The content of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct UserSettings {
    consent: ConsentTable,
}

/// Whether buying needs a plan's hash or a cap.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConsentTable {
    required: bool,
}

impl ConsentTable {
    pub(crate) fn is_required(&self) -> bool {
        self.required
    }
}

/// Which setting requires consent before anything is bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ConsentSource {
    Environment,
    File(PathBuf),
}

/// The setting, apart from the project's, that requires consent. One such setting is enough: no other setting
/// can lift it.
///
/// # Errors
/// The variable or the file has an invalid value, or another user owns the file.
pub(crate) fn consent_requirement() -> Result<Option<ConsentSource>, Failure> {
    if is_required(env::var(VARIABLE).unwrap_or_default().trim())? {
        return Ok(Some(ConsentSource::Environment));
    }
    let Some(file) = file() else { return Ok(None) };
    Ok(read(&file)?.consent.required.then_some(ConsentSource::File(file)))
}

fn is_required(word: &str) -> Result<bool, Failure> {
    match word {
        "" => Ok(false),
        REQUIRED => Ok(true),
        other => Err(Failure::usage(format!("`{VARIABLE}` is `{}`", marl_core::excerpt(other, 60)))
            .hint(format!("set it to `{REQUIRED}`, or unset it"))),
    }
}

fn read(file: &Path) -> Result<UserSettings, Failure> {
    owner::check(file, owner::OwnedKind::Settings)?;
    let Some(text) = text_file::read(file)? else { return Ok(UserSettings::default()) };
    toml::from_str(&text).map_err(|error| toml_error::failure(&file.display().to_string(), &text, &error))
}

/// The file's path: from the environment, otherwise below the home folder.
fn file() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let configuration = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(configuration.join("marl").join(super::FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_value_is_accepted() {
        assert!(is_required("required").unwrap() && !is_required("").unwrap());
        for other in ["no", "0", "false", "Required", "none"] {
            assert!(is_required(other).is_err(), "{other}: it must not pass for no");
        }
    }

    #[test]
    fn the_file_has_only_this_setting() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("marl.toml");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            read(&file).map(|settings| settings.consent.required)
        };
        assert!(read("[consent]\nrequired = true\n").unwrap());
        assert!(!read("").unwrap() && !read("[consent]\n").unwrap());
        for wrong in
            ["[consent]\nrequired = \"yes\"\n", "[consent]\nrequire = true\n", "[retry]\nattempts = 9\n"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(!super::read(&folder.path().join("none.toml")).unwrap().consent.required);
    }
}
