//! The log of a run in the background, beside its ledger. This module creates the file; the printer writes to
//! it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use engine::ledger::Ledger;

use runner::{
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    project::paths,
};

/// Creates the log of a run. It is always a new file that only its owner can read, because it quotes the
/// table and because another user may have put a link at its path.
///
/// # Errors
/// The ledger has no place for logs, something that is not a log is in the way, or the folder cannot be
/// written.
pub(crate) fn create(ledger: &dyn Ledger, run: i64) -> Result<(File, PathBuf), Failure> {
    let Some(path) = ledger.log_of(run) else {
        let message = format!("the ledger {} has no place for the log of a run", ledger.location());
        return Err(Failure::new(Exit::Usage, ErrorCode::Ledger, message)
            .hint("nothing was sent; run the same command without `--detach`"));
    };
    let made = remove_older(&path).and_then(|()| new_file().open(&path));
    match made {
        Ok(file) => Ok((file, path)),
        Err(error) => {
            let message = format!("the log {} cannot be made", paths::shown(&path));
            Err(Failure::new(Exit::Internal, ErrorCode::Internal, message)
                .caused_by(&error)
                .hint("nothing was sent; move away what is there, or make the folder writable"))
        }
    }
}

/// Removes the log of an earlier run with this number, from a ledger that was deleted.
fn remove_older(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_file() => fs::remove_file(path),
        Ok(_) => Err(io::Error::other("the existing file is a link or not a regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn new_file() -> OpenOptions {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
