//! The lock of a run: its process lives while it holds it. Process ids lie, locks do not.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// Held by a run's process; released by its end, however it ends.
pub(super) struct RunLock {
    path: PathBuf,
    _file: File,
}

impl RunLock {
    pub(super) fn take(ledger: &Path, run: i64) -> io::Result<Self> {
        let path = path(ledger, run);
        let file = File::create(&path)?;
        file.try_lock()?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A lock file that stays behind says "dead" as well as none.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether some process holds the run's lock.
pub(super) fn is_held(ledger: &Path, run: i64) -> bool {
    let path = path(ledger, run);
    match File::open(&path).map(|file| file.try_lock()) {
        Ok(Err(TryLockError::WouldBlock)) => true,
        Ok(Ok(())) => {
            let _ = fs::remove_file(&path);
            false
        }
        _ => false,
    }
}

/// `run-12.lock` beside `ledger.db`; another ledger in the folder has its own numbers.
fn path(ledger: &Path, run: i64) -> PathBuf {
    let stem = ledger.file_stem().unwrap_or_default().to_string_lossy();
    let name = if stem == "ledger" { format!("run-{run}.lock") } else { format!("{stem}-run-{run}.lock") };
    ledger.with_file_name(name)
}
