//! Writes several files, all or none of them. This module must not decide what is written.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// A file, relative to the root, and its new text.
pub(super) struct Change {
    pub(super) file: PathBuf,
    pub(super) text: String,
}

impl Change {
    pub(super) fn new(file: PathBuf, text: String) -> Self {
        Self { file, text }
    }
}

/// Writes every change. A failure restores the previous state.
pub(super) fn all(root: &Path, changes: Vec<Change>) -> Result<(), Failure> {
    let mut undo = Undo::default();
    for change in changes {
        let path = root.join(&change.file);
        if let Err(error) = undo.write(&path, &change.text) {
            let failure = Failure::new(format!("{} cannot be written", path.display())).caused_by(error);
            let left = undo.everything();
            return Err(if left.is_empty() {
                failure.hint("nothing was changed")
            } else {
                failure.hint(format!("could not be restored: {}", left.join(", ")))
            });
        }
    }
    Ok(())
}

/// The steps that undo what was written.
#[derive(Default)]
struct Undo {
    steps: Vec<UndoStep>,
}

enum UndoStep {
    RemoveFolder(PathBuf),
    RemoveFile(PathBuf),
    Restore(PathBuf, Vec<u8>),
}

impl Undo {
    fn write(&mut self, path: &Path, text: &str) -> io::Result<()> {
        let absent: Vec<&Path> = path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        for folder in absent.into_iter().rev() {
            fs::create_dir(folder)?;
            self.steps.push(UndoStep::RemoveFolder(folder.to_owned()));
        }
        // The undo step is recorded first, because a failed write may have written a part.
        if path.exists() {
            self.steps.push(UndoStep::Restore(path.to_owned(), fs::read(path)?));
            return fs::write(path, text);
        }
        let file = fs::File::create_new(path)?;
        drop(file);
        self.steps.push(UndoStep::RemoveFile(path.to_owned()));
        fs::write(path, text)
    }

    /// Undoes everything in reverse order; returns the paths that could not be restored.
    fn everything(self) -> Vec<String> {
        let undone = self.steps.into_iter().rev().map(|step| match step {
            UndoStep::RemoveFolder(path) => (fs::remove_dir(&path), path),
            UndoStep::RemoveFile(path) => (fs::remove_file(&path), path),
            UndoStep::Restore(path, text) => (fs::write(&path, text), path),
        });
        let failed = undone.filter(|(done, _)| done.is_err());
        failed.map(|(_, path)| path.display().to_string()).collect()
    }
}
