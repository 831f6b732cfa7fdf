//! Which files a client may name: those within the roots, symbolic links followed.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::{address, failure::Failure};

/// The folders that may be used.
pub(super) struct Access {
    roots: Vec<PathBuf>,
}

impl Access {
    /// These folders, or else the working folder.
    pub(super) fn new(roots: &[PathBuf]) -> Result<Self, Failure> {
        let given = if roots.is_empty() { vec![PathBuf::from(".")] } else { roots.to_vec() };
        let real = |root: &PathBuf| {
            fs::canonicalize(root).map_err(|error| {
                Failure::usage(format!("the folder {} cannot be used", root.display())).caused_by(&error)
            })
        };
        Ok(Self { roots: given.iter().map(real).collect::<Result<_, _>>()? })
    }

    /// Why a path may not be used, if it may not. One that does not exist yet is judged by its
    /// folder.
    pub(super) fn refusal(&self, path: &Path) -> Option<String> {
        if let Some(why) = address::refusal(path) {
            return Some(format!("{}: {why}", path.display()));
        }
        let real = fs::canonicalize(path).or_else(|error| match error.kind() {
            // A link that leads nowhere is judged by where it leads.
            io::ErrorKind::NotFound if fs::symlink_metadata(path).is_ok() => Err(error),
            io::ErrorKind::NotFound => {
                let name = path.file_name().ok_or(error)?;
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                Ok(fs::canonicalize(folder.unwrap_or(Path::new(".")))?.join(name))
            }
            _ => Err(error),
        });
        let shown = path.display();
        match real {
            Err(error) => Some(format!("{shown} cannot be looked at: {error}")),
            Ok(real) if self.roots.iter().any(|root| real.starts_with(root)) => None,
            Ok(_) => {
                let roots: Vec<String> = self.roots.iter().map(|root| root.display().to_string()).collect();
                Some(format!(
                    "{shown} is outside of the folders that this server may use: {}; `marl mcp --root DIR` \
                     allows another",
                    roots.join(", ")
                ))
            }
        }
    }

    /// Why the working folder may not be used, if it may not: the ledger and settings are there.
    pub(super) fn refusal_of_working_folder(&self) -> Option<String> {
        env::current_dir().map_or(None, |folder| self.refusal(&folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_within_the_roots_links_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        fs::create_dir_all(inside.join("deep")).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("secret.csv"), "a\n").unwrap();
        fs::write(inside.join("t.csv"), "a\n").unwrap();
        std::os::unix::fs::symlink(outside.join("secret.csv"), inside.join("link.csv")).unwrap();
        std::os::unix::fs::symlink(outside.join("new.csv"), inside.join("dangling.csv")).unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("folder")).unwrap();
        let access = Access::new(std::slice::from_ref(&inside)).unwrap();
        for allowed in ["t.csv", "new.csv", "deep/new.csv", "deep/../t.csv"] {
            assert_eq!(access.refusal(&inside.join(allowed)), None, "{allowed}");
        }
        for refused in [
            "link.csv",
            "dangling.csv",
            "folder/secret.csv",
            "folder/new.csv",
            "../out/secret.csv",
            "no/new.csv",
        ] {
            assert!(access.refusal(&inside.join(refused)).is_some(), "{refused}");
        }
        assert!(Access::new(&[folder.path().join("nothing")]).is_err());
    }
}
