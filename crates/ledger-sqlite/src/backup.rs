//! Makes a complete copy of the ledger while runs go on. This module changes nothing in the ledger itself.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use crate::{failed, file::LedgerFile};
use engine::ledger::LedgerError;

impl LedgerFile {
    /// Copies a snapshot of the ledger into a new file, including what is only in its log, and checks that
    /// the copy is intact. The copy is as private as the ledger.
    ///
    /// # Errors
    /// There is a file at `to`, `to` cannot be written, or the ledger cannot be read. Nothing is left behind
    /// then.
    pub(crate) fn back_up(&self, to: &Path) -> Result<(), LedgerError> {
        let failed_at =
            |error: &io::Error| LedgerError(format!("{} cannot be created: {error}", to.display()));
        let mode = fs::metadata(&self.path).map_err(|error| failed_at(&error))?.permissions().mode() & 0o777;
        let name = to.to_str().ok_or_else(|| {
            LedgerError(format!("{} cannot be created: its name is not UTF-8", to.display()))
        })?;
        // SQLite accepts a new and empty file, so no other file is replaced.
        let made = File::options().write(true).create_new(true).mode(0o600).open(to);
        let made = made.map_err(|error| failed_at(&error))?;
        let copied = self
            .readers
            .fresh(|db| db.execute("VACUUM INTO ?1", [name]))
            .map_err(|error| failed(&error))
            .and_then(|_| {
                made.set_permissions(Permissions::from_mode(mode)).map_err(|error| failed_at(&error))?;
                made.sync_all().map_err(|error| failed_at(&error))?;
                let copy = Self::read(to).map_err(|error| LedgerError(error.to_string()))?;
                if copy.is_sound()? { Ok(()) } else { Err(LedgerError("the copy is damaged".to_owned())) }
            });
        if copied.is_err() {
            let _ = fs::remove_file(to);
        }
        copied
    }
}
