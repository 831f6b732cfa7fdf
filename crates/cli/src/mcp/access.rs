//! Decides which files a client may name: those within the roots, with symbolic links resolved.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use runner::{
    failure::Failure,
    project::{self, address},
};
use table::roots;

/// The folders whose files may be used.
pub(super) struct Access {
    roots: Vec<PathBuf>,
    list: OsString,
}

impl Access {
    /// The given folders, or the working folder if there are none.
    pub(super) fn new(roots: &[PathBuf]) -> Result<Self, Failure> {
        let given = if roots.is_empty() { vec![PathBuf::from(".")] } else { roots.to_vec() };
        let real = |root: &PathBuf| {
            fs::canonicalize(root).map_err(|error| {
                Failure::usage(format!("the folder {} cannot be used", root.display())).caused_by(&error)
            })
        };
        let roots: Vec<PathBuf> = given.iter().map(real).collect::<Result<_, _>>()?;
        let list = env::join_paths(&roots).map_err(|error| {
            Failure::usage("a folder of this name cannot be used").caused_by(&error).hint("rename it")
        })?;
        Ok(Self { roots, list })
    }

    /// From now on this process opens only files within the folders.
    pub(super) fn restrict(&self) {
        roots::restrict(&self.roots);
    }

    /// The folders, with links resolved, in the form for the process of a run.
    pub(super) fn list(&self) -> &OsStr {
        &self.list
    }

    /// Why a path must not be used; `None` if it may be. A path that does not exist yet is judged by its
    /// folder.
    pub(super) fn refusal(&self, path: &Path) -> Option<String> {
        if let Some(why) = address::refusal(path) {
            return Some(format!("{}: {why}", path.display()));
        }
        let real = fs::canonicalize(path).or_else(|error| match error.kind() {
            // A dangling link is judged by its target.
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
            Err(error) => Some(format!("{shown} cannot be checked: {error}")),
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

    /// Why the working folder must not be used; `None` if it may be. The ledger and the settings are there.
    pub(super) fn refusal_of_working_folder(&self) -> Option<String> {
        env::current_dir().map_or(None, |folder| {
            self.refusal(&folder).or_else(|| self.refusal_of_ledger(&project::folder(&folder)))
        })
    }

    /// Why a project's ledger and its logs must not be used: a link leads to them from the roots to the
    /// outside. A project above the roots, without links, is the usual case.
    fn refusal_of_ledger(&self, project: &Path) -> Option<String> {
        let names = [".marl", ".marl/ledger.db", ".marl/sandbox.db"];
        let paths = names.into_iter().map(|name| project.join(name));
        paths.filter(|path| path.is_symlink()).find_map(|path| self.refusal(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_behind_a_link_to_the_outside_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        fs::create_dir_all(inside.join("real")).unwrap();
        fs::create_dir(&outside).unwrap();
        let access = Access::new(std::slice::from_ref(&inside)).unwrap();
        let marl = inside.join(".marl");
        assert_eq!(access.refusal_of_ledger(&inside), None, "there is none");
        std::os::unix::fs::symlink("../out", &marl).unwrap();
        assert!(access.refusal_of_ledger(&inside).is_some());
        fs::remove_file(&marl).unwrap();
        std::os::unix::fs::symlink("real", &marl).unwrap();
        assert_eq!(access.refusal_of_ledger(&inside), None, "it stays inside");
        for ledger in ["ledger.db", "sandbox.db"] {
            std::os::unix::fs::symlink(outside.join("new.db"), inside.join("real").join(ledger)).unwrap();
            assert!(access.refusal_of_ledger(&inside).is_some(), "{ledger}");
            fs::remove_file(inside.join("real").join(ledger)).unwrap();
        }
        // The ledger is above the roots.
        fs::create_dir(folder.path().join(".marl")).unwrap();
        assert_eq!(access.refusal_of_ledger(folder.path()), None);
    }

    #[test]
    fn only_files_within_the_roots_are_allowed_after_resolving_links() {
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
