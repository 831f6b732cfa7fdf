//! Which files a client may name: those within the roots, symbolic links followed.

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

/// The folders that may be used.
pub(super) struct Access {
    roots: Vec<PathBuf>,
    list: OsString,
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
        let roots: Vec<PathBuf> = given.iter().map(real).collect::<Result<_, _>>()?;
        let list = env::join_paths(&roots).map_err(|error| {
            Failure::usage("a folder of this name cannot be used").caused_by(&error).hint("rename it")
        })?;
        Ok(Self { roots, list })
    }

    /// From here on this process opens only files within the folders.
    pub(super) fn restrict(&self) {
        roots::restrict(&self.roots);
    }

    /// The folders, links followed, as a run's process is told of them.
    pub(super) fn list(&self) -> &OsStr {
        &self.list
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
        env::current_dir().map_or(None, |folder| {
            self.refusal(&folder).or_else(|| self.refusal_of_ledger(&project::folder(&folder)))
        })
    }

    /// Why a project's ledger, and with it its logs, may not be used: it is reached through a link
    /// that leads out of the roots. A project above them, without links, is the usual case.
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
    fn a_ledger_behind_a_link_that_leads_out_is_refused() {
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
        // Above the roots.
        fs::create_dir(folder.path().join(".marl")).unwrap();
        assert_eq!(access.refusal_of_ledger(folder.path()), None);
    }

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
