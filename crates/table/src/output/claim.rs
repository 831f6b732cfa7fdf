//! Creates and locks the file that a run writes to. The file is always new: an existing file with that name
//! may have a second name, another owner or other readers.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use crate::{
    paths::same_identity,
    problem::{error::TableError, output::OutputProblem},
};

/// How many times marl tries again if another run interferes between two steps.
const TRIES: usize = 16;

/// Creates and locks a file at `partial` with the permission bits of `mode` (less the umask), after removing
/// what a killed run left there. `path` is used in errors.
pub(crate) fn claim(path: &Path, partial: &Path, mode: u32) -> Result<File, TableError> {
    let create_error = |source| TableError::caused(path, OutputProblem::Create, source);
    for _ in 0..TRIES {
        match new_file(mode).open(partial) {
            // Between creating and locking, another run may have removed the file as a leftover.
            Ok(file) if lock(&file).map_err(create_error)? => {
                if is_still_at(&file, partial) {
                    return Ok(file);
                }
            }
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !remove_left(path, partial)? {
                    break;
                }
            }
            Err(error) => return Err(create_error(error)),
        }
    }
    Err(TableError::new(path, OutputProblem::Locked))
}

/// Whether `partial` is a name of the file `file`.
pub(crate) fn is_still_at(file: &File, partial: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(partial)) {
        (Ok(file), Ok(there)) => same_identity(&file, &there),
        _ => false,
    }
}

/// Removes the name of a file that no run holds; returns `false` if a run holds it. If the file has another
/// name, it stays under that name.
fn remove_left(path: &Path, partial: &Path) -> Result<bool, TableError> {
    let create_error = |source| TableError::caused(path, OutputProblem::Create, source);
    let is_gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    // marl never creates a link or a folder there.
    if fs::symlink_metadata(partial).is_ok_and(|there| !there.is_file()) {
        return Err(TableError::new(path, OutputProblem::InTheWay(partial.to_path_buf())));
    }
    let left = match File::options().read(true).write(true).open(partial) {
        Ok(left) => left,
        Err(error) if is_gone(&error) => return Ok(true),
        Err(error) => return Err(create_error(error)),
    };
    if !lock(&left).map_err(create_error)? {
        return Ok(false);
    }
    // A run that finished in between has moved the file, so the lock is on that run's output.
    if !is_still_at(&left, partial) {
        return Ok(true);
    }
    // Only the process that holds the lock removes or moves this name.
    match fs::remove_file(partial) {
        Err(error) if !is_gone(&error) => Err(create_error(error)),
        _ => Ok(true),
    }
}

/// Takes the lock; returns `false` if another run holds it.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        // Some network disks do not support locks; marl then continues without one.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Options that create a new file, and fail if the file exists.
pub(crate) fn new_file(mode: u32) -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options
}
