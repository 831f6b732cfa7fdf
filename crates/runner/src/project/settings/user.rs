//! The user's own settings, which belong to no project: `marl/marl.toml` in the user's folder for
//! configuration. They hold what a project must not decide: whether buying needs consent.

use std::{
    env,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    failure::Failure,
    project::{owner, text_file, toml_error},
};

/// Requires consent, in the environment.
const VARIABLE: &str = "MARL_CONSENT";

/// The only word that the variable takes.
const REQUIRED: &str = "required";

/// What the file says.
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

/// Who asks for consent before anything is bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asker {
    Environment,
    File(PathBuf),
}

/// Who asks for consent, apart from the project. One who asks is enough: nobody can take it back.
///
/// # Errors
/// The variable or the file says something else, or the file is another user's.
pub(crate) fn consent_asker() -> Result<Option<Asker>, Failure> {
    if is_required(env::var(VARIABLE).unwrap_or_default().trim())? {
        return Ok(Some(Asker::Environment));
    }
    let Some(file) = file() else { return Ok(None) };
    Ok(read(&file)?.consent.required.then_some(Asker::File(file)))
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

/// The file's place: by the environment, else below the home folder.
fn file() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let configuration = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(configuration.join("marl").join(super::FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_taken() {
        assert!(is_required("required").unwrap() && !is_required("").unwrap());
        for other in ["no", "0", "false", "Required", "none"] {
            assert!(is_required(other).is_err(), "{other}: it must not pass for no");
        }
    }

    #[test]
    fn the_file_says_whether_and_nothing_else() {
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
