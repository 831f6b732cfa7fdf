//! A file that appears whole or not at all: written beside its place under another name,
//! locked against other runs, and moved over the old one when it is finished.
//!
//! Dropped without [`Partial::finish`], it leaves everything as it was. What a killed run
//! left behind is used again. Must not know what is written.

use std::fs::{self, File, Metadata, Permissions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::TableError;
use super::paths::{folder_of, follow_links, same_file, same_identity};
use super::problem::Problem;

/// How often a lock is tried for again when the file was moved while we waited for it.
const TRIES: usize = 16;

/// An unfinished file.
pub(super) struct Partial {
    /// The path as the user knows it, for errors.
    shown: PathBuf,
    target: PathBuf,
    path: PathBuf,
    file: BufWriter<File>,
    is_finished: bool,
}

impl Partial {
    /// Creates and locks the file that will become `path`; it must not be `input`.
    pub(super) fn create(path: &Path, input: &Path) -> Result<Self, TableError> {
        let create_error = |source| TableError::caused(path, Problem::Create, source);
        let target = follow_links(path).map_err(create_error)?;
        let permissions = check_target(path, &target, input)?;
        let name = target.file_name().ok_or_else(|| TableError::new(path, Problem::IsFolder))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".partial");
        let partial = folder_of(&target).join(hidden);

        let file = lock(path, &partial)?;
        if same_file(&partial, input) {
            return Err(TableError::new(path, Problem::OutputIsInput));
        }
        file.set_len(0).map_err(create_error)?;
        // Before the first byte is in it: a private table stays private.
        permissions.map_or(Ok(()), |old| file.set_permissions(old)).map_err(create_error)?;
        let file = BufWriter::with_capacity(256 << 10, file);
        Ok(Self { shown: path.to_path_buf(), target, path: partial, file, is_finished: false })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), TableError> {
        self.file.write_all(bytes).map_err(|source| self.write_error(source))
    }

    /// Brings everything to the disk and puts the file in its place.
    pub(super) fn finish(mut self) -> Result<(), TableError> {
        self.file.flush().map_err(|source| self.write_error(source))?;
        self.file.get_ref().sync_all().map_err(|source| self.write_error(source))?;
        fs::rename(&self.path, &self.target)
            .map_err(|source| TableError::caused(&self.shown, Problem::Replace, source))?;
        self.is_finished = true;
        // Makes the new name durable, where folders can be synced at all.
        if let Ok(folder) = File::open(folder_of(&self.target)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    /// Where the finished file will be, links followed.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    fn write_error(&self, source: io::Error) -> TableError {
        TableError::caused(&self.shown, Problem::Write, source)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_finished {
            // We hold the lock, so this is our file and nobody else's.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a file can be put at `target`; the permissions of the one that is there.
fn check_target(path: &Path, target: &Path, input: &Path) -> Result<Option<Permissions>, TableError> {
    let problem = |problem| Err(TableError::new(path, problem));
    if same_file(target, input) {
        return problem(Problem::OutputIsInput);
    }
    match fs::metadata(target) {
        Ok(old) if old.is_dir() => problem(Problem::IsFolder),
        Ok(old) if !old.is_file() => problem(Problem::InTheWay(target.to_path_buf())),
        Ok(old) if old.permissions().readonly() => problem(Problem::WriteProtected),
        Ok(old) => Ok(Some(old.permissions())),
        Err(_) if !folder_of(target).is_dir() => problem(Problem::NoFolder(folder_of(target).to_path_buf())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TableError::caused(path, Problem::Create, error)),
    }
}

/// Opens and locks the file at `partial`, without touching what is in it.
fn lock(path: &Path, partial: &Path) -> Result<File, TableError> {
    let create_error = |source| TableError::caused(path, Problem::Create, source);
    for _ in 0..TRIES {
        // A link here was not made by us and may lead anywhere.
        if fs::symlink_metadata(partial).is_ok_and(|there| !there.is_file()) {
            return Err(TableError::new(path, Problem::InTheWay(partial.to_path_buf())));
        }
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(partial).map_err(create_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => break,
            // Some network disks know no locks; they must do without.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(create_error(error)),
        }
        // Another run may have finished between our opening and locking: then the lock is
        // on its finished output, and a new partial file has to be made.
        if is_still_at(&file.metadata().map_err(create_error)?, partial) {
            return Ok(file);
        }
    }
    Err(TableError::new(path, Problem::Locked))
}

fn is_still_at(locked: &Metadata, partial: &Path) -> bool {
    fs::symlink_metadata(partial).is_ok_and(|there| same_identity(locked, &there))
}

#[cfg(test)]
impl Partial {
    /// A partial file whose writes go to `file`, for errors that are hard to come by.
    pub(super) fn over(file: File, path: &Path) -> Self {
        let target = path.to_path_buf();
        let file = BufWriter::with_capacity(0, file);
        Self {
            shown: target.clone(),
            path: target.with_extension("partial"),
            target,
            file,
            is_finished: false,
        }
    }
}
